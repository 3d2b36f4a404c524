#!/usr/bin/env bash
# Inputs are what they say: what is read is told in the log, and what is not what it is taken for is refused or warned of.
source "$(dirname "$0")/support.bash"
limit=300

cd "$scratch" || exit 1
cat >run.yaml <<'E'
box: {particles: 8, spacing: 8.0}
initial: {a: 0.1}
evolution: {steps: 2}
output: {directory: out, pictures: false}
E
foreign=$root/Tests/Resources/foreign.h5
rows() { # factor of P
    awk -v factor="$1" 'BEGIN { for (i = 0; i <= 60; i++) { k = 10 ^ (-4 + i * 0.1)
        printf "%.6e %.6e\n", k, factor * 2.3e6 * k * (1 + 1250 * k * k) ^ -1.6 } }'
}
rows 1 >pk.dat

# A case runs on 1 and on 2 ranks, each in a fresh output directory, and must end with that code, at most one line of
# error, and a line of log or error that matches.
says() { # name, code, extended regular expression, arguments...
    local name=$1 code=$2 words=$3 ranks status lines
    shift 3
    for ranks in 1 2; do
        rm -rf out
        on_ranks $ranks "$@"
        status=$?
        lines=$(wc -l <"$prints/rank.0.err")
        if [ $status -ne "$code" ]; then
            fail "$name ($ranks ranks)" "exit code $status, not $code: $(head -n 1 "$prints/rank.0.err")"
        elif [ "$lines" -gt 1 ]; then
            fail "$name ($ranks ranks)" "$lines lines of error"
        elif ! cat "$prints/rank.0.out" "$prints/rank.0.err" | grep -qE -- "$words"; then
            fail "$name ($ranks ranks)" "nobody says '$words'" "$(head -n 2 "$prints/rank.0.err")"
        else
            pass "$name ($ranks ranks)"
        fi
    done
}

# Tables

table=(--set power.model=table --set power.table=pk.dat)

says 'the log tells sigma8' 0 '^sigma8 0\.8' simulate run.yaml
says 'the log tells the table' 0 '^pk.dat: 61 rows, .*Omega_b and h do not act on it' simulate run.yaml "${table[@]}"
{ printf '\357\273\277'; rows 1 | sed 's/e/D/g; s/$/ 1.0\r/'; } >windows.dat
says 'a table of Windows, Fortran and three columns' 0 'columns 1 \(k\) and 2 \(P\) of 3 are taken' \
    simulate run.yaml --set power.model=table --set power.table=windows.dat
rows 1e-4 >early.dat
says 'a table without fluctuations is warned of' 0 '^warning: sigma8 is 0.0' \
    simulate run.yaml --set power.model=table --set power.table=early.dat
says 'a table of another redshift is brought to today' 0 '^early.dat: .*brought from redshift 99.0 to 0 by growth' \
    simulate run.yaml --set power.model=table --set power.table=early.dat --set power.redshift=99
{ echo '# Matter power spectrum P(k) at redshift z=99'; rows 1e-4; } >named.dat
says 'a header that names another redshift' 2 'named.dat:1: the header names the redshift 99' \
    simulate run.yaml --dry-run --set power.model=table --set power.table=named.dat
says 'A_s beside a table that does not know its own' 2 'cosmology.A_s is 1e-09; it must come with power.A_s' \
    simulate run.yaml "${table[@]}" --set cosmology.A_s=1e-9

state() { # arguments...
    on_ranks 1 simulate run.yaml "${table[@]}" "$@" && grep state_ "$prints/rank.0.out"
}
name='A_s scales a table that knows its own by their ratio'
if [ "$(state --set output.directory=a)" = "$(state --set power.A_s=2e-9 --set cosmology.A_s=2e-9 --set output.directory=b)" ] &&
    [ "$(state --set output.directory=c)" != "$(state --set power.A_s=2e-9 --set cosmology.A_s=3e-9 --set output.directory=d)" ]; then
    pass "$name"
else
    fail "$name"
fi

# Noise, data and masks of others

six=(--set box.particles=6)
says 'white noise that is none is warned of' 0 '^warning: .*not like unit normals' \
    simulate run.yaml "${six[@]}" --set initial.white_noise="\"$foreign:/values\""
says 'noise that was never written' 2 'was never written' \
    simulate run.yaml --dry-run "${six[@]}" --set initial.white_noise="\"$foreign:/never_written\""
for mask in boolean on_off bits; do
    says "data with gaps under a mask: $mask" 0 'weighted, over 144 of 216 cells' \
        gradient run.yaml "${six[@]}" --set objective.data="\"$foreign:/gaps\"" \
        --set objective.weights="\"$foreign:/$mask\""
done
says 'data with gaps and no mask' 2 'NaN or infinity at 72 mesh points that count, the first at \[0, 0, 0\]' \
    gradient run.yaml --dry-run "${six[@]}" --set objective.data="\"$foreign:/gaps\""

# What a dry run sees

mkfifo pipe
for command in 'simulate pipe' 'inspect pipe' 'demo --pattern pipe' 'report pipe' \
    'simulate run.yaml --dry-run --set power.model=table --set power.table=pipe' \
    'simulate run.yaml --dry-run --set initial.white_noise="pipe:/x"'; do
    # shellcheck disable=SC2086
    says "a pipe where a file is due: $command" 2 'is a pipe \(FIFO\)' $command
done
says 'a dry run foresees an amplitude that no box holds' 2 'displaced|move by' \
    simulate run.yaml --dry-run --set cosmology.sigma8=30 --set box.spacing=0.1
ln -s /nowhere/at/all link
says 'a dry run foresees a directory that cannot be' 1 'is a link to /nowhere/at/all, which does not exist' \
    simulate run.yaml --dry-run --set output.directory=link
says 'the initial conditions alone' 0 '^state_checksum' simulate run.yaml --set evolution.steps=0
name='the initial conditions alone are written'
if [ -f out/snapshot_a0.1000.hdf5 ] && [ -f out/power_a0.1000.txt ]; then pass "$name"; else fail "$name" "$(ls out)"; fi

# The check of a gradient says whether it agrees, by its exit code too

on_ranks 1 simulate run.yaml --set initial.seed=5 --set output.directory=truth
data=truth/density_a1.0000.h5:/density
says 'a gradient that agrees with differences' 0 '^check: all 10 derivatives agree' \
    gradient run.yaml --check 1 --set run.precision=double --set objective.data="\"$data\""
says 'a check leaves out what cannot act' 0 '^check: all 6 derivatives agree' \
    gradient run.yaml --check 1 --set run.precision=double --set objective.data="\"$data\"" "${table[@]}"
on_ranks 1 gradient run.yaml --set objective.data="\"$data\"" --set objective.sigma=1e-4 --set output.directory=steep
says 'a gradient below the rounding of its loss does not pass' 1 'gradient --check: [0-9]+ of 10 derivatives' \
    gradient run.yaml --check 1 --set objective.data='"steep/gradient.h5:/gradient/white_noise"'

# Memory that a process may not have

name='a limit of addresses is seen by the dry run'
message=$(ulimit -v 2000000; "$palindrome" simulate run.yaml --dry-run --set box.particles=512 2>&1 >/dev/null)
status=$?
if [ $status -eq 1 ] && [[ $message == *'MiB are available'* ]]; then pass "$name"; else
    fail "$name" "exit code $status" "$message"
fi
name='what Slurm gave a job is seen by the dry run'
message=$(SLURM_MEM_PER_NODE=100 "$palindrome" simulate run.yaml --dry-run --set box.particles=128 2>&1 >/dev/null)
status=$?
if [ $status -eq 1 ] && [[ $message == *'MiB are available'* ]]; then pass "$name"; else
    fail "$name" "exit code $status" "$message"
fi

# A report of what is whole

on_ranks 1 simulate run.yaml --set 'output.snapshots=[0.55, 1.0]' --set output.directory=cut
truncate -s 900 cut/density_a1.0000.h5
name='a report leaves out what is damaged, and says so'
if on_ranks 1 report cut && grep -q 'it is left out here' cut/report.html; then pass "$name"; else
    fail "$name" "$(cat "$prints/rank.0.err")"
fi
says 'a report of a file' 2 'run.yaml: is a file; give the output.directory of a run' report run.yaml

exit $((failures > 0))
