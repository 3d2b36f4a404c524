# For the scripts beside it: a scratch directory, the binary, and one line per test, `ok NAME`, `not ok NAME` or
# `SKIPPED NAME: WHY`; `kept PATH` names a file to look at afterwards, `note TEXT` is shown whatever happens.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
palindrome=$root/.build/release/palindrome
set -u
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "${scratch:?}"' EXIT
failures=0

# Ranks of several jobs share the cores: one that waits leaves its core to those that work.
export OMPI_MCA_mpi_yield_when_idle=1

# After an exit code that is not 0, Open MPI waits seconds for the others to die, which they have.
export OMPI_MCA_odls_base_sigkill_timeout=0

pass() { echo "ok $1"; }
fail() { # name, why...
    echo "not ok $1"
    shift
    printf '    %s\n' "$@"
    failures=$((failures + 1))
}
# A test of what was run last: its words are shown if it fails.
check() { # name, condition...
    local name=$1
    shift
    if "$@"; then pass "$name"; else fail "$name" "$(tail -n 3 "$prints"/rank.0.* 2>/dev/null)"; fi
}
skip() { echo "SKIPPED $1: $2"; }

# Runs the command on N ranks in the current directory; what rank R prints is in $prints/rank.R.out and .err.
on_ranks() { # N, arguments...
    local count=$1
    shift
    prints=$(mktemp -d "$scratch/prints.XXXXXX")
    timeout -k 5 "${limit:-60}" "$root/jobscripts/ranks" "$count" "$root/Tests/one-rank" "$prints" \
        "$palindrome" "$@" </dev/null >"$prints/launcher" 2>&1
}

# Whether two files of results have the same data, all but the seconds.
same_data() { # file, file
    local file
    for file in "$1" "$2"; do
        "$palindrome" inspect "$file" |
            awk '/^\// { name = $1 } /^    checksum:/ && name != "/history/seconds" { print name, $2 }' \
                >"$scratch/data.${file//\//.}"
        grep -q /white_noise "$scratch/data.${file//\//.}" || return 1
    done
    cmp "$scratch/data.${1//\//.}" "$scratch/data.${2//\//.}"
}
