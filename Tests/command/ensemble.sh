#!/usr/bin/env bash
# Many universes in one job: the bits of runs alone, members that fail, kills in the middle.
source "$(dirname "$0")/support.bash"
cd "$scratch" || exit 1
limit=120

same() { # directory, directory: all that two runs wrote but for their records
    local file
    for file in "$1"/*; do
        case $file in */run.json) continue ;; esac
        cmp "$file" "$2/${file##*/}" || return 1
    done
}

cat >run.yaml <<'E'
box: {particles: 16, spacing: 6.0}
evolution: {steps: 3}
output: {directory: many, haloes: true, pictures: false}
halo: {minimum_particles: 5}
E

on_ranks 3 ensemble run.yaml --vary initial.seed=1:5 --groups 2
check 'five members on 3 ranks in 2 groups' [ $? -eq 0 ]
check 'the table has a line for each' [ "$(wc -l <many/ensemble.csv)" -eq 6 ]
check 'and P(k) of each' grep -q '^member,initial.seed,outcome,state_checksum,sigma8,haloes,seconds,P(k=' many/ensemble.csv
check 'and P(k) of the members a figure' grep -q 'Power spectra of the members' many/report.html
on_ranks 2 report many --output again.html
check 'which report makes again' cmp many/report.html again.html
for seed in 1 4; do
    on_ranks 1 simulate run.yaml --set initial.seed=$seed --set output.directory=alone$seed
    check "member $seed is the run alone" same alone$seed many/member_000$seed
done

on_ranks 2 ensemble run.yaml --vary initial.seed=1:5
check 'an ensemble that is there is not run over' grep -q 'is of an ensemble that is here already' "$prints/rank.0.err"
on_ranks 2 ensemble run.yaml --vary initial.seed=1:7 --groups 2 --resume
check 'an ensemble grows with --resume' [ "$(grep -c finished many/ensemble.csv)" -eq 7 ]

printf 'initial.white_noise box.spacing\nnoise.h5:/white_noise 6.0\nmissing.h5:/white_noise 6.0\nnoise.h5:/white_noise 5.0\n' \
    >members.txt
on_ranks 1 noise run.yaml --set box.particles=32 --coarsen 2 --output noise.h5
on_ranks 2 ensemble run.yaml --table members.txt --groups 2 --set output.directory=some
status=$?
check 'a member that fails is one line' [ "$(wc -l <"$prints/rank.0.err")" -eq 1 ]
check 'with the fault of the user' [ $status -eq 2 ]
check 'that names it' grep -q '1 of 3 members failed; the first is member_0002: missing.h5: there is no such file' \
    "$prints/rank.0.err"
check 'and so does the page' grep -q 'member_0002 failed: missing.h5: there is no such file' some/report.html
check 'the others are done' [ "$(grep -c finished some/ensemble.csv)" -eq 2 ]
cp noise.h5 missing.h5
on_ranks 1 ensemble run.yaml --table members.txt --set output.directory=some --resume
check 'what failed is done by --resume' [ "$(grep -c finished some/ensemble.csv)" -eq 3 ]

# Kills: more steps, so that one falls into the middle.
settings=(--vary initial.seed=1:6 --groups 2 --set evolution.steps=40 --set run.checkpoint_every=5)
on_ranks 2 ensemble run.yaml "${settings[@]}" --set output.directory=whole
for delay in 0.7 1.1 1.6; do
    timeout -s KILL -k 1 $delay "$root/jobscripts/ranks" 2 "$palindrome" ensemble run.yaml "${settings[@]}" \
        --set output.directory=killed --resume >/dev/null 2>&1
    sleep 1
done
on_ranks 2 ensemble run.yaml "${settings[@]}" --set output.directory=killed --resume
check 'an ensemble that was killed three times comes to its end' [ "$(grep -c finished killed/ensemble.csv)" -eq 6 ]
for member in 1 2 3 4 5 6; do
    check "member $member is that of the ensemble that was not killed" \
        same whole/member_000$member killed/member_000$member
done

# Mocks: what reconstruct.response takes.
cat >mocks.yaml <<'E'
box: {particles: 16, spacing: 6.0}
evolution: {steps: 3}
objective: {data: "observed.h5:/density", sigma: 0.5}
reconstruct: {vary: [Omega_m]}
optimizer: {stages: [{smoothing: 2, iterations: 3}]}
output: {directory: mocks, pictures: false}
E
on_ranks 3 ensemble mocks.yaml --vary initial.seed=21:22 --groups 2 --make mocks
check 'mocks are made' [ "$(grep -c finished mocks/ensemble.csv)" -eq 2 ]
response=$(grep '^reconstruct: ' "$prints/rank.0.out" | sed 's/^reconstruct: {response: \(.*\)}$/\1/')
cp mocks/member_0002/reconstruction.h5 kept.h5
rm mocks/member_0002/reconstruction.h5
on_ranks 1 ensemble mocks.yaml --vary initial.seed=21:22 --make mocks --resume
check 'a mock that is missing is made again, on 1 rank as on 2' same_data mocks/member_0002/reconstruction.h5 kept.h5
cp mocks/member_0001/observed.h5 .
on_ranks 2 reconstruct mocks.yaml --set output.directory=corrected --set "reconstruct.response=$response"
check 'and reconstruct.response takes them' [ $? -eq 0 ]
# Of coarser cells: the mean of eight cells, with the errors of the larger ones.
for ranks in 1 3; do
    on_ranks $ranks ensemble mocks.yaml --vary initial.seed=21:21 --make mocks --set objective.coarsen=2 \
        --set output.directory=coarse$ranks
done
check 'mocks on coarser cells are reconstructed' grep -q finished coarse1/ensemble.csv
check 'with the same bits on 3 ranks' \
    same_data coarse1/member_0001/reconstruction.h5 coarse3/member_0001/reconstruction.h5
on_ranks 2 ensemble mocks.yaml --vary initial.seed=21:22 --make mocks --set objective.kind=momentum-density \
    --set objective.axis=z --set output.directory=others
check 'mocks of what cannot be mocked fail' grep -q 'mocks are of one objective of kind density' "$prints/rank.0.err"

# Groups on one node have one memory: a member that would fit alone, three quarters of what there is, does not beside
# another. What there is says the batch system: other tests take and leave memory meanwhile.
export SLURM_MEM_PER_NODE=2048
mapfile -t rows < <("$palindrome" simulate run.yaml --dry-run --set box.particles=128 | awk '/^(total|available) /{ print $2 }')
check 'what a batch system grants is what there is' [ "${rows[1]:-none}" = $SLURM_MEM_PER_NODE ]
large=$(awk -v need="${rows[0]:-1}" -v there=$SLURM_MEM_PER_NODE \
    'BEGIN { print 16 * int(8 * (0.75 * there / need) ^ (1 / 3)) }')
on_ranks 2 ensemble run.yaml --vary initial.seed=1:2 --groups 2 --set box.particles="$large" --set output.directory=none
status=$?
check 'members that do not fit side by side are one line' [ "$status $(wc -l <"$prints/rank.0.err")" = '1 1' ]
check 'that says so' grep -q 'member_0001, beside those of the other groups: the run needs .*or fewer --groups' \
    "$prints/rank.0.err"
unset SLURM_MEM_PER_NODE

on_ranks 4 ensemble run.yaml --vary initial.seed=1:2 --groups 5 --set output.directory=none
check 'more groups than ranks are one line' grep -q -- '--groups is 5; it must be at least 1 and at most the number of ranks, 4' \
    "$prints/rank.0.err"
for wrong in initial.sed=1:3 seed=1:3 initial.seed=3:1 box.particles=16,x; do
    on_ranks 2 ensemble run.yaml --vary $wrong --set output.directory=none
    check "--vary $wrong is one line" [ "$(wc -l <"$prints/rank.0.err")" -eq 1 ]
    check "--vary $wrong is named" grep -q -- '--vary' "$prints/rank.0.err"
done
check 'nothing was begun' [ ! -e none ]

exit $((failures > 0))
