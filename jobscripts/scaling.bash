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
# printed is kept beside it, in STUDY-N.log.
measure() { # study, N, configuration, options...
    local study=$1 ranks=$2 log=$directory/$1-$2.log run=$directory/run-$SLURM_JOB_ID line
    local quiet=(--set 'output.snapshots=[]' --set run.checkpoint_every=0 --set "output.directory=$run")
    shift 2
    if on_ranks "$ranks" simulate "$@" "${quiet[@]}" --dry-run >"$log" &&
        on_ranks "$ranks" simulate "$@" "${quiet[@]}" --overwrite >>"$log" &&
        line=$(summarise "$study" "$ranks" <"$log"); then
        echo "$line" >>"$directory/$study.jsonl"
        echo "${line%%,\"phases\"*}}"
    else
        echo "$study: $ranks ranks failed, see $log" >&2
        failures=$((failures + 1))
    fi
    rm -rf "${run:?}"
}

# From the configuration that --dry-run prints and the phase table of the run. A step is all that is not the start
# or a file; the mean over the ranks of what they spent on it is its time.
summarise() { # study, N
    awk -v study="$1" -v ranks="$2" '
        /^  (particles|mesh): \[/ { key = $1; sub(/^[^[]*/, ""); gsub(/ /, ""); sides[key] = $0 }
        /^  (precision|steps): / { value[$1] = $2 }
        /^writes to .* ranks$/ { grid = "[" $(NF - 3) "," $(NF - 1) "]" }
        /^phase .* messages$/ { table = 1; next }
        /^peak memory / { table = 0; fullest = $3; total = $(NF - 3) }
        table { # name of one or more words, max s, mean s, share, %, MB sent, messages
            name = $1
            for (word = 2; word <= NF - 6; word++) name = name " " $word
            if (name == "total") next
            phases = phases (phases ? "," : "") sprintf( \
                "{\"phase\":\"%s\",\"max_s\":%s,\"mean_s\":%s,\"mb_sent\":%s,\"messages\":%s}", \
                name, $(NF - 5), $(NF - 4), $(NF - 1), $NF)
            if (name !~ /^(initial conditions|output|checkpoint)$/) seconds += $(NF - 4)
        }
        END {
            if (!phases || !grid) { print "no phase table in the log" >"/dev/stderr"; exit 1 }
            printf "{\"study\":\"%s\",\"ranks\":%d,\"rank_grid\":%s,\"particles\":%s,\"mesh\":%s,", \
                study, ranks, grid, sides["particles:"], sides["mesh:"]
            printf "\"precision\":\"%s\",\"steps\":%d,\"seconds_per_step\":%.5f,", \
                value["precision:"], value["steps:"], seconds / value["steps:"]
            printf "\"peak_mib_per_rank\":%d,\"peak_mib\":%d,\"phases\":[%s]}\n", fullest, total, phases
        }'
}
