#!/usr/bin/env bash
# A reconstruction that is killed again and again, each time started anew on another number of ranks, arrives at the
# bits of the one that was left alone.
#
# In short a few kills; with the long tests a hundred at random moments and fifty while a checkpoint is being written
# (PALINDROME_KILLS and PALINDROME_AIMED_KILLS name other numbers, PALINDROME_KILL_SEED repeats a course).
source "$(dirname "$0")/support.bash"
cd "$scratch" || exit 1
if [ -n "${PALINDROME_LONG_TESTS:-}" ]; then wanted=(100 50); else wanted=(5 3); fi
wanted=("${PALINDROME_KILLS:-${wanted[0]}}" "${PALINDROME_AIMED_KILLS:-${wanted[1]}}")
seed=${PALINDROME_KILL_SEED:-$((SRANDOM % 32768))}
RANDOM=$seed
iterations=(6 12)
[ -z "${PALINDROME_LONG_TESTS:-}" ] || iterations=(12 24)

cat >truth.yaml <<'Y'
box: {particles: 16, spacing: 6.25}
cosmology: {preset: simple-lcdm}
initial: {seed: 7, a: 0.1}
evolution: {steps: 5}
output: {directory: truth, pictures: false, power_spectrum: false}
Y
cat >run.yaml <<Y
box: {particles: 16, spacing: 6.25}
cosmology: {preset: simple-lcdm}
initial: {a: 0.1}
evolution: {steps: 5}
objective: {data: "truth/density_a1.0000.h5:/density", sigma: 0.3}
optimizer: {stages: [{smoothing: 2, iterations: ${iterations[0]}}, {smoothing: 0, iterations: ${iterations[1]}, tolerance: 0}]}
reconstruct: {checkpoint_every: 2}
Y
on_ranks 1 simulate truth.yaml || fail 'there is a universe to reconstruct' "$(cat "$prints"/rank.0.err)"

# Everything in a result but the seconds and what follows from them.
contents() { # directory
    "$palindrome" inspect "$1/reconstruction.h5" |
        awk '/^\// { name = $1 } /^    checksum:/ && name != "/history/seconds" { print name, $2 }'
}
launches=0
counts=" " # of ranks that were used
launch() { # ranks, directory, how...
    local count=$1 directory=$2
    shift 2
    launches=$((launches + 1))
    [[ $counts == *" $count "* ]] || counts+="$count "
    prints=$(mktemp -d "$scratch/prints.XXXXXX")
    "$root/jobscripts/ranks" "$count" "$root/Tests/one-rank" "$prints" "$palindrome" reconstruct run.yaml \
        --set output.directory="$directory" "$@" </dev/null >"$prints/launcher" 2>&1 &
    job=$!
    said=0 # bytes
    due=$((SECONDS + patience))
}
# Waits without starting a process: that of `sleep` would take longer than a checkpoint.
exec {quiet}<> <(:)
# shellcheck disable=SC2034
nap() { ! read -rt "$1" -u "$quiet" nothing; }
runs() { kill -0 "$job" 2>/dev/null; }
# Whether the job hangs: on a busy machine one that goes on may take any time, but a step tells of itself sooner.
patience=120 # seconds
is_due() { [ $SECONDS -ge $due ]; }
is_silent() { # to be asked when it is due
    local before=$said
    said=$(cat "$prints"/rank.* 2>/dev/null | wc -c)
    due=$((SECONDS + patience))
    [ "$said" -eq "$before" ]
}
# The job's exit code; or 124, a failed test, and the evidence, if it hangs.
settle() {
    local ranks evidence
    while runs; do
        if is_due && is_silent; then
            evidence=$(mktemp --tmpdir palindrome-hang.XXXXXX)
            mapfile -t ranks < <(pgrep -P "$job")
            witness "$job" "${ranks[@]}" >"$evidence" 2>&1
            # The ranks first, so that the launcher can clear up after them.
            kill -9 "${ranks[@]}" 2>/dev/null
            nap 2
            kill -9 "$job" 2>/dev/null
            wait "$job" 2>/dev/null
            fail "no start hangs (start $launches timed out after $patience s without a word, seed $seed)" \
                "load average $(cut -d ' ' -f 1-3 /proc/loadavg), ${#ranks[@]} ranks alive" "$(tail -n 2 "$prints"/*)"
            echo "kept $evidence"
            return 124
        fi
        nap 0.02
    done
    wait "$job" 2>/dev/null
}
# Where processes are and what they said, to tell one that waits in vain from one that is only slow: two looks at each.
witness() { # processes...
    local process look
    date
    uptime
    top -bn 1 | head -n 20
    for look in 1 2; do
        for process; do
            echo "== process $process, look $look: $(tr '\0' ' ' <"/proc/$process/cmdline")"
            grep -E '^(State|PPid|Threads|Sig|Shd|.*ctxt)' "/proc/$process/status"
            echo "wchan $(cat "/proc/$process/wchan"), stat $(cat "/proc/$process/stat")"
            if command -v gdb >/dev/null; then
                timeout 60 gdb -nx -p "$process" -batch -ex 'thread apply all bt' 2>/dev/null | grep -E '^(Thread|#)'
            else
                echo "no stack: gdb is not installed"
            fi
        done
    done
    ls -l "$prints" "${directory:-.}"
    tail -n 20 "$prints"/*
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

begin=${EPOCHREALTIME/./}
launch 1 left-alone --overwrite
settle || fail 'an undisturbed reconstruction ends well' "$(cat "$prints"/rank.0.err)"
span=$((${EPOCHREALTIME/./} - begin)) # microseconds
reference=$(contents left-alone)
launch 3 on-three --overwrite
settle
same 'the same bits on 3 ranks' on-three

# Any moment from the start of the ranks to shortly before the fastest of them would be done.
at_random() {
    local end=$((SECONDS + 20)) microseconds
    until pgrep -P "$job" >/dev/null || ! runs || [ $SECONDS -ge $end ]; do nap 0.01; done
    microseconds=$((RANDOM * span / 40000))
    nap "$((microseconds / 1000000)).$(printf %06d $((microseconds % 1000000)))"
}
# The moment when a checkpoint has its temporary name; what an earlier kill left half-written does not count. Fails if
# none comes.
while_writing() {
    until half_written; do
        if ! runs || is_due; then return 1; fi
        nap 0.001
    done
}
half_written() { # by the kill at hand
    local file
    for file in "$directory"/checkpoint_*.h5.*; do
        [ ! "$file" -nt marker ] || return 0
    done
    return 1
}

torn=0 # kills that left a half-written checkpoint
struck=(0 0)
for kind in 0 1; do
    moment=$([ $kind -eq 0 ] && echo at_random || echo while_writing)
    run=0
    while [ "${struck[kind]}" -lt "${wanted[kind]}" ]; do
        run=$((run + 1))
        directory=$moment-$run
        here=0
        for ((attempt = 0; attempt < 60; attempt++)); do
            touch marker
            launch $((RANDOM % 4 + 1)) "$directory" --resume
            hit=
            if [ "${struck[kind]}" -lt "${wanted[kind]}" ] && [ $here -lt 12 ]; then
                if $moment && strike; then
                    hit=yes
                    struck[kind]=$((struck[kind] + 1))
                    here=$((here + 1))
                fi
            fi
            settle
            status=$?
            [ $status -ne 0 ] || break
            [ $status -ne 124 ] || break 3
            if [ -z "$hit" ] || grep -q '^palindrome:' "$prints"/rank.*.err; then
                fail "nothing but the kill ends a run ($directory, attempt $attempt, exit code $status, seed $seed)" \
                    "$(cat "$prints"/rank.*.err "$prints/launcher")"
                break 3
            fi
            ! half_written || torn=$((torn + 1))
            rm -rf "${prints:?}"
        done
        same "the same bits after $here kills, $moment (in all ${struck[kind]}, seed $seed)" "$directory"
    done
done

# A signal to stop, then a flipped bit in the newest checkpoint.
launch 2 flipped --overwrite
until [ "$(compgen -G 'flipped/checkpoint_*.h5' | wc -l)" -ge 2 ] || ! runs || is_due; do nap 0.01; done
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
else
    skip 'A FULL DISK' 'only root can mount a small one'
fi

verdict=$([ $failures -eq 0 ] && echo 'all results equal' || echo "$failures failures")
echo "note ${struck[0]} kills at random moments, ${struck[1]} aimed at checkpoints ($torn of them all left one half-written)," \
    "$launches starts on $(xargs -n1 <<<"$counts" | sort -n | xargs | sed 's/ /, /g') ranks: $verdict" \
    "($SECONDS s, seed $seed)"
exit $((failures > 0))
