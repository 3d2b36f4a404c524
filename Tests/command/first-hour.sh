#!/usr/bin/env bash
# What people type in their first hour, and what they see.
source "$(dirname "$0")/support.bash"
cd "$scratch" || exit 1
limit=120

expect() { # name, condition...
    local name=$1
    shift
    if "$@"; then pass "$name"; else fail "$name" "$(tail -n 5 "$prints"/rank.0.* 2>/dev/null)"; fi
}
says() { grep -qF -- "$1" "$prints/rank.0.out"; }
complains() { grep -qF -- "$1" "$prints/rank.0.err"; }

for ranks in 1 4; do
    on_ranks $ranks sim run.yaml
    expect "a word cut off is a mistake ($ranks ranks)" [ $? -eq 2 ]
    expect "and asked about ($ranks ranks)" complains "there is no command 'sim'; did you mean simulate?"
done
on_ranks 1 recontsruct run.yaml
expect 'a misspelt one too' complains 'did you mean reconstruct?'
on_ranks 1 nonsense
expect 'of another the commands are told' complains 'the commands are simulate, gradient'

on_ranks 2 example
cp "$prints/rank.0.out" example.yaml
expect 'the example is printed once' cmp example.yaml "$root/jobscripts/example.yaml"
on_ranks 1 simulate example.yaml --dry-run
expect 'and runs from anywhere' says 'memory per rank'

# Initial conditions alone: a run of no steps, and perturbation theory as a forward model.
cat >ics.yaml <<'E'
box: {particles: 16, size: 64}
initial: {seed: 1, a: 0.5}
evolution: {steps: 0}
output: {directory: ics, white_noise: true, linear_density: true}
E
for ranks in 1 4; do
    on_ranks $ranks simulate ics.yaml --set output.directory=ics$ranks
    expect "a run of no steps ends well ($ranks ranks)" [ $? -eq 0 ]
    expect "it begins with what it will do ($ranks ranks)" \
        says '4096 particles (16 x 16 x 16) in a box of 64 Mpc/h, force mesh 16 x 16 x 16, no steps'
    expect "it ends with what there is ($ranks ranks)" says "wrote 8 files to ics$ranks; look at ics$ranks/report.html"
    expect "there is a page ($ranks ranks)" [ -s ics$ranks/report.html ]
    expect "and the checksum is last ($ranks ranks)" grep -q '^state_checksum ' <(tail -n 1 "$prints/rank.0.out")
done
for file in snapshot_a0.5000.hdf5 white_noise.h5 linear_density.h5 power_a0.5000.txt; do
    expect "$file is the same on 1 and 4 ranks" cmp ics1/$file ics4/$file
done
expect 'power is that of the noise itself, where linear theory holds' awk '
    !/^#/ && ++n <= 2 { if ($2 / $6 < 0.8 || $2 / $6 > 1.2) bad = 1 } END { exit bad || n < 2 }' ics1/power_a0.5000.txt
checksum=$(tail -n 1 "$prints/rank.0.out")
on_ranks 2 simulate ics.yaml --set output.directory=again --set initial.seed=null \
    --set initial.white_noise=ics1/white_noise.h5:/white_noise
expect 'the noise that was written makes the same universe' says "$checksum"
on_ranks 2 simulate ics.yaml --set output.directory=data --set initial.seed=2
data=(--set "objective.data='data/density_a0.5000.h5:/density'" --set objective.sigma=0.3)
on_ranks 2 gradient ics.yaml "${data[@]}" --check 2 --set run.precision=double --set output.directory=ics1
expect 'perturbation theory alone has a gradient' says 'derivatives agree with differences'
expect 'what is checked is not the same mode twice' \
    [ "$(grep -oE '^white_noise\[[0-9, ]+\]' "$prints/rank.0.out" | sort -u | wc -l)" -eq 2 ]
for ranks in 1 3; do
    on_ranks $ranks reconstruct ics.yaml "${data[@]}" --set output.directory=found$ranks --set initial.seed=2 \
        --set reconstruct.truth=initial --set 'optimizer.stages=[{smoothing: 0.0, iterations: 12}]'
    expect "and is inverted ($ranks ranks)" awk '/r initial/ { getline; exit !($2 > 0.9) }' "$prints/rank.0.out"
    expect "there is a page of it ($ranks ranks)" [ -s found$ranks/report.html ]
done
expect 'the iterates do not depend on the ranks' cmp <(cut -d , -f 1-4 found1/history.csv) <(cut -d , -f 1-4 found3/history.csv)

# A configuration out of a file runs again from another directory.
mkdir deep deep/er
cp "$root/jobscripts/planck18_linear_z0.txt" deep
printf '%s\n' 'box: {particles: 16, size: 64}' 'power: {model: table, table: planck18_linear_z0.txt}' \
    'evolution: {steps: 2}' 'output: {directory: deep/out, pictures: false}' >deep/run.yaml
on_ranks 1 simulate deep/run.yaml
checksum=$(tail -n 1 "$prints/rank.0.out")
expect 'a run without pictures says how to get a page' says 'to look at them: palindrome report deep/out'
cd deep/er || exit 1
on_ranks 1 inspect ../out/snapshot_a1.0000.hdf5 --configuration
cp "$prints/rank.0.out" again.yaml
cd / || exit 1
on_ranks 2 simulate "$scratch/deep/er/again.yaml" --set output.directory="$scratch/deep/again"
expect 'a kept configuration runs again from anywhere' says "$checksum"
cd "$scratch" || exit 1
rm deep/planck18_linear_z0.txt
on_ranks 1 inspect deep/out/snapshot_a1.0000.hdf5 --configuration
expect 'what is not found is said' says '# deep/planck18_linear_z0.txt: not found; say where it is now'

# A log that nobody watches has a line after a second: a run of minutes, ended as soon as it has said it.
printf '%s\n' 'box: {particles: 48}' 'evolution: {steps: 20000}' 'output: {directory: long, pictures: false}' >long.yaml
timeout -k 5 $limit "$root/jobscripts/ranks" 1 "$palindrome" simulate long.yaml </dev/null >long.log 2>&1 &
job=$!
for ((tenth = 0; tenth < 600; tenth++)); do
    grep -qE '^step [0-9]+/20000  a = ' long.log && break
    kill -0 $job 2>/dev/null || break
    sleep 0.1
done
if [ $tenth -lt 600 ] && grep -qE '^step [0-9]+/20000  a = ' long.log; then
    pass 'how far it is is told soon'
else
    fail 'how far it is is told soon' "$(tail -n 5 long.log)"
fi
kill $job 2>/dev/null
wait $job

PREFIX=$scratch/usr
if "$root/jobscripts/install" "$PREFIX" >/dev/null; then
    expect 'what is installed runs' [ "$("$PREFIX/bin/palindrome" --version)" = "$("$palindrome" --version)" ]
    expect 'the shell completes commands' grep -q 'reconstruct' "$PREFIX/share/bash-completion/completions/palindrome"
    expect 'job scripts are there' [ -x "$PREFIX/share/palindrome/simulate.sbatch" ]
else
    fail 'what is installed runs'
fi

exit $((failures > 0))
