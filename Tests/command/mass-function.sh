#!/usr/bin/env bash
# The mass function of haloes of 100 to 1500 particles within 12 % of Watson et al. 2013, mean of three boxes, with the
# kernels 1_4 and 3_4. Long: six runs of 256^3 particles (PALINDROME_MASS_PARTICLES and PALINDROME_MASS_STEPS name others).
source "$(dirname "$0")/support.bash"
if [ -z "${PALINDROME_LONG_TESTS:-}" ]; then
    skip 'the mass function is that of Watson 2013' 'it is one of the long tests'
    exit 0
fi
cd "$scratch" || exit 1
limit=3600
particles=${PALINDROME_MASS_PARTICLES:-256}
cat >run.yaml <<E
box: {particles: $particles, spacing: 0.78125, mesh_factor: 2}
evolution: {steps: ${PALINDROME_MASS_STEPS:-40}}
output: {haloes: true, density: false, power_spectrum: false, pictures: false}
E
for kernel in 1_4 3_4; do
    for seed in 100 101 102; do
        on_ranks 2 simulate run.yaml --set force.kernel=$kernel --set initial.seed=$seed --set output.directory=$kernel.$seed
        [ -s $kernel.$seed/halo_mass_a1.0000.txt ] || fail "seed $seed with $kernel runs" "$(tail -n 3 "$prints"/rank.0.*)"
        rm -f $kernel.$seed/snapshot_*
    done
    # Bins begin at 20 particles: the numbers of particles follow from the masses.
    cat $kernel.*/halo_mass_a1.0000.txt | grep -v '^#' | sort -g | awk '
        NR == 1 { unit = $1 / 19.5 }
        { from[$1] = $1 / unit; to[$1] = $2 / unit; found[$1] += $3; wanted[$1] += $4 }
        END {
            for (low in from) printf "%.0f %.0f %d %.1f %.3f\n", from[low], to[low], found[low], wanted[low], found[low] / wanted[low]
        }' | sort -g >$kernel.txt
    while read -r line; do echo "note $kernel: particles from, to, haloes, Watson 2013, ratio: $line"; done <$kernel.txt
    if awk '$1 >= 100 && $2 <= 1500 { bins++; if ($5 < 0.88 || $5 > 1.12) bad = 1 } END { exit bad || bins < 4 }' \
        $kernel.txt; then
        pass "the mass function of 100 to 1500 particles is that of Watson 2013 ($kernel)"
    else
        fail "the mass function of 100 to 1500 particles is that of Watson 2013 ($kernel)" "$(cat $kernel.txt)"
    fi
done
exit $((failures > 0))
