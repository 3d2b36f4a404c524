#!/usr/bin/env bash
# The door for other languages: the Python package's own tests on some numbers of ranks, the gradient of a C and of a
# Fortran program, and the names that the library exports. PALINDROME_PYTHON names a Python with cffi, numpy, mpi4py,
# h5py and pytest, and with what else there are tests for: scipy, matplotlib, jax, optax, blackjax, torch, pynbody, yt.
# What is not there is skipped.
source "$(dirname "$0")/support.bash"
header=$root/CSupport/CInterface/include

# All that it consists of is built with the tests, if the package manager leaves a list of it; PALINDROME_LIBRARY names
# another one.
library=${PALINDROME_LIBRARY:-$root/.build/library/libpalindrome.so}
if [ -z "${PALINDROME_LIBRARY:-}" ]; then
    build=()
    if [ -f "$root/.build/release/PalindromeC.product/Objects.LinkFileList" ]; then build=(--no-build)
    elif [ -z "${PALINDROME_LONG_TESTS:-}" ]; then
        skip 'the door for other languages' 'the library would be a second build of everything; the long tests have the time'
        exit 0
    fi
    "$root/jobscripts/library" "${build[@]}" >"$scratch/link" 2>&1 ||
        { fail 'the library is linked' "$(tail -n 5 "$scratch/link")"; exit 1; }
fi
export PALINDROME_LIBRARY=$library
cd "$scratch" || exit 1

exported=$(nm -D --defined-only "$library" | awk '$2 ~ /[A-Z]/ { print $3 }' | sort)
declared=$(sed -nE 's/^[a-z].*[ *](palindrome_[a-z_]+)\(.*/\1/p' "$header/palindrome.h" | grep -v typedef | sort)
if [ "$exported" = "$declared" ]; then pass 'the library has the names of the header and no others'; else
    fail 'the library has the names of the header and no others' "$(diff <(echo "$exported") <(echo "$declared"))"
fi

# Programs in other languages. What they link with lies in a directory with the name that -lpalindrome looks for.
mkdir lib && ln -s "$library" lib/libpalindrome.so
compile() { # compiler, source, name
    "$1" --version >/dev/null 2>&1 || { skip "the $3 program" "there is no $1 that compiles"; return 1; }
    "$1" "$root/CSupport/examples/$2" -I"$header" -Llib -lpalindrome -Wl,-rpath,"$PWD/lib" -o "$3" 2>log ||
        { fail "the $3 program is compiled" "$(tail -n 5 log)"; return 1; }
}
for language in "mpicc gradient.c C" "mpifort gradient.f90 Fortran"; do
    # shellcheck disable=SC2086
    set -- $language
    compile "$@" || continue
    results=$(for ranks in 1 2 3; do
        timeout 100 "$root/jobscripts/ranks" $ranks "./$3" 2>&1 | awk '{ printf "%.9e %.9e\n", $1, $2 }'
    done)
    echo "$results" >>results
    if [ "$(sort -u <<<"$results" | wc -l)" -eq 1 ] && grep -qE '^[1-9].*e[+-][0-9]+ -?[1-9]' <<<"$results"; then
        pass "the $3 program has the same gradient on 1, 2 and 3 ranks"
    else fail "the $3 program has the same gradient on 1, 2 and 3 ranks" "$results"; fi
done
if [ -x C ]; then
    "$root/jobscripts/ranks" 2 ./C 'box.particle=3' >log 2>&1
    if [ "$(grep -c 'box.particle is not a known key' log)" -eq 2 ]; then pass 'a mistake reaches a C program'; else
        fail 'a mistake reaches a C program' "$(head -n 3 log)"
    fi
fi
if [ -x C ] && [ -x Fortran ]; then
    if [ "$(sort -u results | wc -l)" -eq 1 ]; then pass 'C and Fortran have the same numbers'; else
        fail 'C and Fortran have the same numbers' "$(cat results)"
    fi
fi

# The Python package.
python=
for candidate in ${PALINDROME_PYTHON:-python3 /usr/bin/python3}; do
    if "$candidate" -c 'import cffi, numpy, h5py, pytest, mpi4py' 2>/dev/null; then python=$candidate; break; fi
done
if [ -z "$python" ]; then
    skip 'the Python package' \
        'no python3 has all of cffi, numpy, mpi4py, h5py, pytest; name one in PALINDROME_PYTHON, or jobscripts/setup --tests'
    exit 0
fi
cat >run.yaml <<'Y'
box: {particles: 16, spacing: 4.0}
cosmology: {preset: simple-lcdm}
initial: {a: 0.1, seed: 1}
evolution: {steps: 3}
run: {precision: double}
output: {directory: out, pictures: false}
Y
cat run.yaml - >reconstruct.yaml <<'Y'
objective: {data: "truth/density_a1.0000.h5:/density", sigma: 0.5}
optimizer: {stages: [{smoothing_cells: 1.0, iterations: 2}]}
reconstruct: {vary: [Omega_m]}
Y
made=yes
on_ranks 1 simulate run.yaml --set initial.seed=2 --set output.directory=truth &&
    on_ranks 2 gradient run.yaml --set 'objective.data="truth/density_a1.0000.h5:/density"' \
        --set objective.sigma=1 --set objective.prior=false &&
    on_ranks 1 reconstruct reconstruct.yaml --set output.directory=found || made=no
[ $made = yes ] || fail 'the command makes what the package is compared with' "$(cat "$prints"/rank.0.*)"
export PALINDROME_TEST_DATA=$scratch PYTHONDONTWRITEBYTECODE=1
export PYTHONPATH=$root/CSupport/python${PYTHONPATH:+:$PYTHONPATH} JAX_PLATFORMS=cpu
# In the short tests all on one rank, and on three what ranks can change.
rank_counts='1 3'
[ -z "${PALINDROME_LONG_TESTS:-}" ] || rank_counts='1 2 3 4 6'
for ranks in $rank_counts; do
    parts=("$root/CSupport/python/tests")
    if [ "$ranks" -gt 1 ] && [ -z "${PALINDROME_LONG_TESTS:-}" ]; then
        parts=("${parts[0]}"/test_{gradient,particles,errors}.py)
    fi
    prints=$(mktemp -d "$scratch/prints.XXXXXX")
    timeout -k 5 900 "$root/jobscripts/ranks" $ranks "$root/Tests/one-rank" "$prints" "$python" -m pytest -q -rs \
        -p no:cacheprovider "${parts[@]}" </dev/null >"$prints/launcher" 2>&1
    status=$?
    summary=$(tail -n 1 "$prints/rank.0.out")
    if [ $status -eq 0 ]; then pass "the package's tests on $ranks ranks: $summary"; else
        fail "the package's tests on $ranks ranks" "$(grep -hE '^(E  |FAILED|ERROR)' "$prints"/rank.*.out | sort | uniq -c | head -n 20)" "$summary"
    fi
    grep '^SKIPPED' "$prints/rank.0.out" | sed 's/^SKIPPED/note skipped/' | head -n 5
done
exit $((failures > 0))
