#!/usr/bin/env bash
# Output directories: finished work is safe, what a run leaves is known, signals stop it, and jobs of an array have one each.
# shellcheck disable=SC2317,SC2329 # functions that `expect` calls
source "$(dirname "$0")/support.bash"
cd "$scratch" || exit 1

expect() { # name, condition...
    local name=$1
    shift
    if "$@"; then pass "$name"; else fail "$name" "exit code $status" "$(tail -n 5 "$prints"/rank.0.* 2>/dev/null)"; fi
}
run() { # ranks, arguments...
    on_ranks "$@"
    status=$?
}
says() { grep -qF -- "$1" "$prints/rank.0.out"; }
fails_with() { # code, fragment of the one line on standard error
    [ "$status" -eq "$1" ] && [ "$(wc -l <"$prints/rank.0.err")" -eq 1 ] && grep -qF -- "$2" "$prints/rank.0.err"
}
there() { local file; for file; do [ -s "$file" ] || return 1; done; }
gone() { local file; for file; do [ ! -e "$file" ] || return 1; done; }
nothing_open() { [ -z "$(find "$1" -name '*.partial*' -o -name '*.tmp' -o -name '*.lock' -o -name '*.unfinished')" ]; }

cat >small.yaml <<'E'
box: {particles: 12}
initial: {a: 0.5}
evolution: {steps: 2}
output: {directory: out, snapshots: [0.75, 1.0], pictures: false}
E

# A forward run

run 2 simulate small.yaml
expect 'a run ends well' [ "$status" -eq 0 ]
expect 'nothing of its work is left' nothing_open out
cp out/run.json before.json
for ranks in 1 4; do
    run $ranks simulate small.yaml
    expect "a finished run is not made again ($ranks ranks)" fails_with 2 'out holds this very run, finished '
    run $ranks simulate small.yaml --set force.kernel=naive
    expect "nor replaced by another, and the line says which ($ranks ranks)" \
        fails_with 2 'out holds a finished run of another configuration (force.kernel was 1_4 and is naive)'
    run $ranks simulate small.yaml --resume --set force.kernel=naive
    expect "nor continued as another ($ranks ranks)" \
        fails_with 2 'out holds a finished run of another configuration: force.kernel was 1_4 and is naive'
done
run 1 simulate small.yaml --resume --set run.checkpoint_every=1
expect 'what has no part in the results does not make another run' says 'nothing is left to do'
expect 'the finished run is as it was' cmp -s before.json out/run.json

damage() { # name, command...
    local name=$1
    shift
    "$@"
    run 1 simulate small.yaml --resume
    expect "$name is made again" there out/snapshot_a0.7500.hdf5 out/density_a1.0000.h5 out/power_a0.7500.txt
    expect "$name is told" says ': the run is made again'
    run 1 simulate small.yaml --resume
    expect "$name is whole afterwards" says 'nothing is left to do'
}
damage 'a run that lost its density' rm out/density_a1.0000.h5
damage 'a run that lost a spectrum' rm out/power_a0.7500.txt
damage 'a run with a snapshot cut off' truncate -s 1000 out/snapshot_a0.7500.hdf5
flip() { # file
    local offset=$(($(stat -c %s "$1") - 2000))
    printf "\\x$(printf %x $(($(od -An -tu1 -j $offset -N1 "$1") ^ 4)))" | dd of="$1" bs=1 seek=$offset conv=notrunc 2>/dev/null
}
damage 'a run with a flipped bit' flip out/snapshot_a1.0000.hdf5

echo mine >out/notes.txt
cp out/density_a1.0000.h5 out/density_a0.1000.h5
run 2 simulate small.yaml --overwrite --set 'output.snapshots=[1.0]' --set output.power_spectrum=false
expect 'a run that replaces another ends well' [ "$status" -eq 0 ]
expect 'what the old one left is removed' gone out/snapshot_a0.7500.hdf5 out/density_a0.7500.h5 out/power_a1.0000.txt
expect 'what it did not write stays' there out/notes.txt out/density_a0.1000.h5 out/density_a1.0000.h5

# A run that was killed, and one that goes on where it should not

cat >long.yaml <<'E'
box: {particles: 24}
run: {checkpoint_every: 20}
evolution: {steps: 3000}
power: {model: table, table: table.txt}
output: {directory: long, pictures: false, snapshots: [0.53125, 1.0]}
E
cp "$root/Sources/Runs/Resources/planck18_linear_z0.txt" table.txt
start() { # arguments...   one process, $process
    : >log # so that nothing of the one before is taken for its own
    "$palindrome" "$@" >log 2>err &
    process=$!
}
await() { # command...
    local end=$((SECONDS + 60))
    until "$@"; do
        [ $SECONDS -lt $end ] && kill -0 "$process" 2>/dev/null || return 1
        sleep 0.05
    done
}
has_checkpoint() { compgen -G "$1/checkpoint_*.h5" >/dev/null; }
end() { # signal
    kill "-$1" "$process"
    wait "$process" 2>/dev/null
    status=$?
}
start simulate long.yaml
await has_checkpoint long
run 1 simulate long.yaml --resume
expect 'a second run is refused in one line that names the first' \
    fails_with 2 "long: another run is writing to this directory (host $(hostname), process $process, since 2"
run 4 simulate long.yaml --overwrite
expect 'on 4 ranks too' fails_with 2 "process $process, since 2"
expect 'the first one goes on' kill -0 "$process"
end KILL
run 1 simulate long.yaml
expect 'who left the directory behind is told' \
    says "long was left by a run that did not come to its end (host $(hostname), process $process, since 2"
expect 'an unfinished run is not begun anew' fails_with 2 'is of a run that has not finished; continue it with --resume'
run 1 simulate long.yaml --resume --set 'output.snapshots=[1.0]'
expect 'a checkpoint of another configuration is refused by key' \
    fails_with 2 'output.snapshots was [0.53125, 1.0] and is [1.0]; undo that'
sed -i '$ s/[0-9]/7/' table.txt
run 1 simulate long.yaml --resume
expect 'a run is not continued with another table' fails_with 2 'what power.table names has other contents; undo that'
cp "$root/Sources/Runs/Resources/planck18_linear_z0.txt" table.txt
cat >sought.yaml <<'E'
box: {particles: 12}
evolution: {steps: 3}
objective: {data: "out/density_a1.0000.h5:/density", sigma: 1}
optimizer: {stages: [{smoothing: 1, iterations: 3}]}
output: {directory: long}
E
run 1 reconstruct sought.yaml --overwrite
expect 'another command does not take its checkpoints' fails_with 2 'holds the checkpoints of an unfinished simulate'
start simulate long.yaml --resume
await grep -q 'continuing from' log
end TERM
expect 'a run that goes on can be stopped' [ "$status" -eq 75 ]

# Signals

for warning in TERM INT USR1 USR2 XCPU HUP; do
    start simulate long.yaml --resume
    await grep -q 'continuing from' log
    end "$warning"
    expect "SIG$warning stops with a checkpoint" [ "$status" -eq 75 ]
    expect "SIG$warning leaves nothing half-done" [ -z "$(find long -name '*.partial*' -o -name '*.lock')" ]
done
: >log
(
    trap - EXIT
    trap '' HUP
    exec "$palindrome" simulate long.yaml --resume >log 2>err
) &
process=$!
await grep -q 'continuing from' log
kill -HUP "$process"
sleep 1
status=0
expect 'a hang-up that is ignored stops nothing' kill -0 "$process"
end TERM

rm -rf early
start simulate small.yaml --set box.particles=96 --set output.directory=early
await test -e early/palindrome.lock
end TERM
expect 'a run is stopped before its first step' [ "$status" -eq 75 ]
expect 'the log says that nothing is lost' grep -q '^stopped by a signal ' log
run 2 simulate small.yaml --set box.particles=96 --set output.directory=early --resume
expect 'it is done by the next one' there early/snapshot_a1.0000.hdf5 early/run.json

if command -v mpirun >/dev/null && [ -z "${PALINDROME_MPIRUN:-}" ]; then
    for warning in USR1 INT; do
        prints=$(mktemp -d "$scratch/prints.XXXXXX")
        "$root/jobscripts/ranks" 2 "$root/Tests/one-rank" "$prints" "$palindrome" simulate long.yaml --resume \
            </dev/null >launcher 2>&1 &
        process=$!
        await grep -sq 'continuing from' "$prints/rank.0.out"
        end "$warning"
        [ "$warning" != USR1 ] || expect 'SIGUSR1 to mpirun stops all ranks with a checkpoint' [ "$status" -eq 75 ]
    done
    touch long/checkpoint_000001.h5.partial-1 long/power_a1.0000.txt.partial-1 # what it may have been writing
    start simulate long.yaml --resume
    await grep -q 'continuing from' log
    status=0
    expect 'leftovers are told in a sentence' grep -q '^removed what it left half-written: checkpoint_' log
    expect 'and removed' gone long/checkpoint_000001.h5.partial-1 long/power_a1.0000.txt.partial-1
    end TERM
fi

# Gradient and reconstruction

run 1 simulate small.yaml --overwrite --set initial.seed=7 --set output.directory=truth
data=(--set "objective.data=\"truth/density_a1.0000.h5:/density\"")
run 2 gradient small.yaml "${data[@]}"
expect 'a gradient beside a run ends well' there out/gradient.h5 out/gradient.json out/run.json
run 1 gradient small.yaml "${data[@]}"
expect 'a gradient is not made again' fails_with 2 'out holds this very run, finished '
run 1 gradient small.yaml "${data[@]}" --resume
expect 'unless there is something to do' says 'nothing is left to do'
run 1 simulate small.yaml --overwrite --set initial.seed=8 --set output.directory=truth
run 1 gradient small.yaml "${data[@]}"
expect 'nor with other data' fails_with 2 'another configuration (what objective.data names has other contents)'
run 2 gradient small.yaml "${data[@]}" --overwrite
expect 'but with --overwrite' [ "$status" -eq 0 ]

stages=(--set 'optimizer.stages=[{smoothing: 1, iterations: 4}]')
run 1 reconstruct small.yaml "${data[@]}" "${stages[@]}"
expect 'a reconstruction beside both ends well' there out/reconstruction.h5 out/history.csv out/reconstruction.json
run 2 reconstruct small.yaml "${data[@]}" "${stages[@]}"
expect 'a reconstruction is not made again' fails_with 2 'out holds this very run, finished '
run 2 reconstruct small.yaml "${data[@]}" --set 'optimizer.stages=[{smoothing: 1, iterations: 5}]'
expect 'nor as another' fails_with 2 'another configuration (optimizer.stages was [{smoothing: 1.0, iterations: 4'
rm out/history.csv
run 2 reconstruct small.yaml "${data[@]}" "${stages[@]}" --resume
expect 'one that lost its history is made again' there out/history.csv
run 1 reconstruct small.yaml "${data[@]}" "${stages[@]}" --resume
expect 'and then is whole' says 'nothing is left to do'
expect 'nothing of all that work is left' nothing_open out

# Arrays

for task in 1 2; do
    SLURM_ARRAY_TASK_ID=$task run 2 simulate small.yaml --set "output.directory=array/{SLURM_ARRAY_TASK_ID}" --set initial.seed=$task
    expect "task $task of an array has a directory of its own" there "array/$task/run.json"
done
run 2 simulate small.yaml --set 'output.directory=array/{PALINDROME_NO_SUCH_VARIABLE}'
expect 'a placeholder of nothing is one line' fails_with 2 'the environment variable PALINDROME_NO_SUCH_VARIABLE must be set'
exit $((failures > 0))
