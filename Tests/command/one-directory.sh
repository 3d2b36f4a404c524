#!/usr/bin/env bash
# Jobs that start at once in one directory, and are killed, stopped and started again at random: one has it at a time, the
# others say so truly, and what comes out has the bits of a run that was left alone.
#
# In short three rounds, with the long tests fifty (PALINDROME_ROUNDS names another number, PALINDROME_KILL_SEED
# repeats a course).
source "$(dirname "$0")/support.bash"
cd "$scratch" || exit 1
if [ -n "${PALINDROME_LONG_TESTS:-}" ]; then rounds=50; else rounds=3; fi
rounds=${PALINDROME_ROUNDS:-$rounds}
seed=${PALINDROME_KILL_SEED:-$((SRANDOM % 32768))}
RANDOM=$seed

cat >run.yaml <<'E'
box: {particles: 24}
run: {checkpoint_every: 10}
evolution: {steps: 400}
output: {pictures: false, snapshots: [0.53125, 1.0]}
E
"$palindrome" simulate run.yaml --set output.directory=alone >/dev/null || { fail 'a run that is left alone ends well'; exit 1; }
bits() { grep -h '"state_checksum"' "$1/run.json"; "$palindrome" inspect "$1/density_a0.5313.h5" | grep -A1 '^ *box_size'; }
reference=$(bits alone)

host=$(hostname)
mkdir mpi.{0..7}
launch() { # directory, number of the job
    # Open MPI keeps a directory for the jobs of a user that comes and goes with them: one that starts while another ends
    # may find it neither there nor free to be made. Each job has its own.
    OMPI_MCA_orte_tmpdir_base=$scratch/mpi.$2 "$palindrome" simulate run.yaml --set output.directory="$1" --resume >"$1.$2.log" 2>"$1.$2.err" &
    jobs[$2]=$!
}
# What a job that ended may have said: nothing, or that another one of these has the directory. (Open MPI has its own words
# for one that was killed, which may have had time to say it was refused.)
is_true() { # status, file with its standard error
    local named
    case $1 in
        0 | 75)
            ! grep -q '^palindrome:' "$2"
            return
            ;;
        137) grep -q '^palindrome:' "$2" || return 0 ;;
        2) [ "$(wc -l <"$2")" -eq 1 ] || return 1 ;;
        *) return 1 ;;
    esac
    [ "$(grep -c '^palindrome:' "$2")" -eq 1 ] || return 1
    named=$(sed -n "s/^palindrome: .*: another run is writing to this directory (host $host, process \([0-9]*\), since .*/\1/p" "$2")
    [ -n "$named" ] && [[ " ${all[*]} " == *" $named "* ]]
}
refused=0
ended=0
for ((round = 1; round <= rounds; round++)); do
    directory=round$round
    count=$((round % 2 == 0 ? 8 : 2))
    all=() # every process of this round
    jobs=()
    done=
    for ((wave = 1; wave <= 60 && ${#done} == 0; wave++)); do
        for ((job = 0; job < count; job++)); do launch "$directory" $job; done
        all+=("${jobs[@]}")
        sleep "0.$((RANDOM % 10))"
        victim=${jobs[RANDOM % count]}
        # After a while all are left to themselves, so that the round ends.
        if [ $wave -lt 12 ]; then kill "-$([ $((RANDOM % 2)) = 0 ] && echo KILL || echo TERM)" "$victim" 2>/dev/null; fi
        for ((job = 0; job < count; job++)); do
            wait "${jobs[job]}" 2>/dev/null
            status=$?
            if [ $status -eq 2 ]; then refused=$((refused + 1)); fi
            if [ $status -eq 137 ] || [ $status -eq 75 ]; then ended=$((ended + 1)); fi
            # Killed before the program looks for signals.
            if [ $status -eq 143 ] && [ "${jobs[job]}" = "$victim" ]; then continue; fi
            if ! is_true $status "$directory.$job.err"; then
                fail "every message is true (round $round, wave $wave, seed $seed)" "exit code $status of ${jobs[job]}" \
                    "$(cat "$directory.$job.err")" "processes of this round: ${all[*]}"
                break 3
            fi
            if [ $status -eq 0 ]; then done=yes; fi
        done
    done
    found=$(bits "$directory")
    left=$(find "$directory" -name '*.partial*' -o -name '*.lock' -o -name '*.unfinished' -o -name 'checkpoint*')
    if [ "$found" = "$reference" ] && [ -z "$left" ]; then
        pass "$count jobs in one directory: the bits of one that was left alone (round $round, $wave waves)"
    else
        fail "$count jobs in one directory: the bits of one that was left alone (round $round, seed $seed)" "$found" \
            "instead of" "$reference" "left over: $left"
    fi
    rm -rf "${directory:?}"
done
echo "note $rounds rounds: $refused jobs refused, $ended killed or stopped (seed $seed)"
# What Open MPI leaves behind a process that was killed goes a moment later.
for ((try = 0; try < 20; try++)); do rm -rf mpi.* 2>/dev/null && break || sleep 0.5; done
exit $((failures > 0))
