# For the scaling studies, which source it: one run, one line of JSON.
#
# Everything that reads what `palindrome simulate` prints is in this file.

set -o pipefail
export SLURM_MPI_TYPE=${SLURM_MPI_TYPE:-pmix}
palindrome=${PALINDROME:-.build/release/palindrome}
directory=${SCALING_DIRECTORY:-scaling}
mkdir -p "$directory" || exit 1
failures=0

rank_counts() { # RANKS, or 1, 2, 4, ... up to the tasks of the job
    local ranks
    if [ -n "${RANKS:-}" ]; then
        echo "$RANKS"
    else
        for ((ranks = 1; ranks <= SLURM_NTASKS; ranks *= 2)); do echo $ranks; done
    fi
}

on_ranks() { # N, arguments of palindrome...   on as few nodes as they fit on: nodes are filled, not sprinkled
    local ranks=$1 per_node=${SLURM_TASKS_PER_NODE%%[(,]*}
    shift
    srun --ntasks="$ranks" --nodes=$(((ranks + per_node - 1) / per_node)) --distribution=block "$palindrome" "$@"
}

# Runs a configuration on N ranks without its outputs, and adds a line to DIRECTORY/STUDY.jsonl; what palindrome
# printed is beside it, in STUDY-N.log. Another way to measure has only to print such a line.
measure() { # study, N, configuration, options...
    local study=$1 ranks=$2 log=$directory/$1-$2.log run=$directory/run-$SLURM_JOB_ID line
    shift 2
    if on_ranks "$ranks" simulate "$@" --overwrite --set "output.directory=$run" --set 'output.snapshots=[]' \
        --set run.checkpoint_every=0 >"$log" && line=$(summarise "$study" "$ranks" "$run/run.json"); then
        echo "$line" >>"$directory/$study.jsonl"
        echo "${line%%,\"run\":*}}"
    else
        echo "$study: $ranks ranks failed, see $log" >&2
        failures=$((failures + 1))
    fi
    rm -rf "${run:?}"
}

# The record that a run leaves, on one line, with what a scaling plot needs in front of it. A step is all but the
# start and files; its time is the mean over ranks, which is that of the clock on the wall.
summarise() { # study, N, run.json
    awk -v study="$1" -v ranks="$2" '
        function sides(key, rest) {
            rest = substr($0, index($0, "  " key ": [") + length(key) + 4)
            return substr(rest, 1, index(rest, "]"))
        }
        /"configuration" : / { particles = sides("particles"); mesh = sides("mesh") }
        /"mean_seconds" : / { seconds = $3 + 0 }
        /"name" : / && !/"(initial conditions|output|checkpoint)"/ { total += seconds }
        /"steps" : / { steps = $3 + 0 }
        { sub(/^ +/, ""); record = record $0 }
        END {
            if (!steps) exit 1
            printf "{\"study\":\"%s\",\"ranks\":%d,\"particles\":%s,\"mesh\":%s,", study, ranks, particles, mesh
            printf "\"seconds_per_step\":%.6f,\"run\":%s}\n", total / steps, record
        }' "$3"
}
