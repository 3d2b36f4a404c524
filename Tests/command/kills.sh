#!/usr/bin/env bash
# A reconstruction that is killed again and again arrives at the bits of the one that was left alone.
source "$(dirname "$0")/support.bash"
if [ -z "${PALINDROME_LONG_TESTS:-}" ]; then
    echo "skip KILLS: minutes long, run by make test-long"
    exit 0
fi
cd "$scratch" || exit 1
kills=${PALINDROME_KILLS:-$([ -n "${PALINDROME_LONG_TESTS:-}" ] && echo 100 || echo 4)}
RANDOM=${PALINDROME_KILL_SEED:-$(date +%N | sed 's/^0*//')}

cat >truth.yaml <<'Y'
box: {particles: 16, spacing: 6.25}
cosmology: {preset: simple-lcdm}
initial: {seed: 7, a: 0.1}
evolution: {steps: 5}
output: {directory: truth, pictures: false, power_spectrum: false}
Y
cat >run.yaml <<'Y'
box: {particles: 16, spacing: 6.25}
cosmology: {preset: simple-lcdm}
initial: {a: 0.1}
evolution: {steps: 5}
objective: {data: "truth/density_a1.0000.h5:/density", sigma: 0.3}
optimizer: {stages: [{smoothing: 2, iterations: 12}, {smoothing: 0, iterations: 24, tolerance: 0}]}
reconstruct: {checkpoint_every: 2}
Y
on_ranks 1 simulate truth.yaml || fail 'there is a universe to reconstruct' "$(cat "$prints"/rank.0.err)"

# Everything in a result but the seconds and what follows from them.
contents() { # directory
    "$palindrome" inspect "$1/reconstruction.h5" |
        awk '/^\// { name = $1 } /^    checksum:/ && name != "/history/seconds" { print name, $2 }'
}
launch() { # ranks, directory, how...
    local count=$1 directory=$2
    shift 2
    prints=$(mktemp -d "$scratch/prints.XXXXXX")
    "$root/jobscripts/ranks" "$count" "$root/Tests/one-rank" "$prints" "$palindrome" reconstruct run.yaml \
        --set output.directory="$directory" "$@" </dev/null >"$prints/launcher" 2>&1 &
    job=$!
}
settle() { # the job's exit code, or 124 after a minute
    local patience=600
    while kill -0 "$job" 2>/dev/null && [ $patience -gt 0 ]; do
        sleep 0.1
        patience=$((patience - 1))
    done
    if [ $patience -eq 0 ]; then
        kill -9 "$job"
        wait "$job" 2>/dev/null
        return 124
    fi
    wait "$job" 2>/dev/null
}
# kill -9 for one of the ranks; fails if there is none any more.
strike() {
    local ranks
    mapfile -t ranks < <(pgrep -P "$job")
    [ ${#ranks[@]} -gt 0 ] || return 1
    kill -9 "${ranks[RANDOM % ${#ranks[@]}]}" 2>/dev/null
}
same() { # name, directory
    local found
    found=$(contents "$2")
    if [ "$found" = "$reference" ] && [ -n "$reference" ]; then
        pass "$1"
    else
        fail "$1" "found" "$found" "instead of" "$reference"
    fi
}

launch 1 left-alone --overwrite
settle || fail 'an undisturbed reconstruction ends well' "$(cat "$prints"/rank.0.err)"
reference=$(contents left-alone)
launch 3 on-three --overwrite
settle
same 'the same bits on 3 ranks' on-three

# At random moments, then while a checkpoint is being written.
at_random() { sleep "$((RANDOM % 2)).$((RANDOM % 1000 + 1000))"; }
while_writing() { # what an earlier kill left half-written does not count
    local patience=2000
    touch marker
    until [ -n "$(find "$directory" -name 'checkpoint_*.h5.*' -newer marker 2>/dev/null)" ] || [ $patience -eq 0 ]; do
        sleep 0.002
        patience=$((patience - 1))
    done
}
for moment in at_random while_writing; do
    landed=0
    run=0
    while [ $landed -lt "$kills" ]; do
        run=$((run + 1))
        directory=$moment-$run
        here=0
        for ((attempt = 0; attempt < 60; attempt++)); do
            launch $((RANDOM % 4 + 1)) "$directory" --resume
            if [ $landed -lt "$kills" ] && [ $here -lt 12 ]; then
                $moment
                if strike; then
                    landed=$((landed + 1))
                    here=$((here + 1))
                fi
            fi
            settle
            status=$?
            [ $status -ne 0 ] || break
            if [ $status -eq 124 ] || grep -q '^palindrome:' "$prints"/rank.*.err; then
                fail "nothing but the kill ends a run ($directory, attempt $attempt, exit code $status)" \
                    "$(cat "$prints"/rank.*.err "$prints/launcher")"
                break 3
            fi
        done
        same "the same bits after $here kills, $moment (in all $landed)" "$directory"
    done
done

# A signal to stop, then a flipped bit in the newest checkpoint.
launch 2 flipped --overwrite
until [ "$(compgen -G 'flipped/checkpoint_*.h5' | wc -l)" -ge 2 ] || ! kill -0 $job 2>/dev/null; do sleep 0.01; done
mapfile -t ranks < <(pgrep -P "$job")
kill -TERM "${ranks[0]}"
settle
status=$?
if [ $status -eq 75 ]; then pass 'a signal to stop ends with exit code 75'; else fail 'a signal to stop ends with exit code 75' "$status"; fi
newest=$(compgen -G 'flipped/checkpoint_*.h5' | sort | tail -n 1)
offset=$(($(stat -c %s "$newest") / 2))
byte=$(od -An -tu1 -j $offset -N1 "$newest")
printf "\\x$(printf %x $((byte ^ 4)))" | dd of="$newest" bs=1 seek=$offset conv=notrunc 2>/dev/null
launch 3 flipped --resume
settle
if grep -q 'is damaged.*going back to the checkpoint before' "$prints/rank.0.out"; then
    pass 'a flipped bit is noticed and the checkpoint before is used'
else
    fail 'a flipped bit is noticed and the checkpoint before is used' "$(head -n 3 "$prints"/rank.0.*)"
fi
same 'the same bits after a flipped bit' flipped

# A disk that is full when a checkpoint is due; only root can make a small one.
mkdir disk
if mount -t tmpfs -o size=4800k tmpfs disk 2>/dev/null; then
    trap 'umount "${scratch:?}/disk"; rm -rf "${scratch:?}"' EXIT
    launch 2 disk/run --overwrite
    settle
    status=$?
    if [ $status -eq 1 ] && grep -q 'there is no room for' "$prints/rank.0.err"; then
        pass 'a full disk is an error of the environment, in one line'
    else
        fail 'a full disk is an error of the environment, in one line' "exit code $status" "$(cat "$prints"/rank.0.err)"
    fi
    if compgen -G 'disk/run/checkpoint_*.h5' >/dev/null; then
        pass 'the checkpoints before it are kept'
    else
        fail 'the checkpoints before it are kept' "$(ls -l disk/run)"
    fi
    mount -o remount,size=64m disk
    launch 3 disk/run --resume
    settle
    same 'the same bits after a full disk' disk/run
fi

exit $((failures > 0))
