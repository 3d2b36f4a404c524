#!/usr/bin/env bash
# How good a reconstruction is: FlowPM's dark-matter case (Modi et al. 2021, §7.1: spacing 3.125 Mpc/h, one mesh cell
# per particle, 5 steps of FastPM) at 32^3 (with the long tests at 64^3 and 128^3), and Omega_m from a start 10 % off. Data are
# noiseless final densities, sigma is 0.1.
source "$(dirname "$0")/support.bash"
cd "$scratch" || exit 1
limit=600
ranks=2
[ -z "${PALINDROME_LONG_TESTS:-}" ] || limit=3600

universe() { # particles, directory
    cat <<Y
box: {particles: $1, spacing: 3.125}
cosmology: {preset: simple-lcdm}
initial: {seed: 7, a: 0.1}
evolution: {steps: 5, integrator: fastpm}
output: {directory: $2, pictures: false, power_spectrum: false}
Y
}
data() { echo "objective.data=\"$1/density_a1.0000.h5:/density\""; }
ends_well() { # name, arguments...
    local name=$1
    shift
    on_ranks "$ranks" "$@" && return
    fail "$name" "$(tail -n 3 "$prints/launcher" "$prints"/rank.0.*)"
    exit 1
}

# r(k) and T(k) of the initial modes

# Whether column C of the table of r and T stays within LOW...HIGH for k up to K, which some row reaches.
within() { # C, LOW, HIGH, K
    awk -v c="$1" -v low="$2" -v high="$3" -v k="$4" '
        /^ *k \[h\/Mpc\]/ { inside = 1; next }
        inside && $1 + 0 > 0 {
            if ($1 <= k) { seen = 1; if ($c < low || $c > high) bad = 1 } else beyond = 1
        }
        END { exit !(seen && beyond && !bad) }' "$prints/rank.0.out"
}
expect() { # name, condition...
    local name=$1
    shift
    if "$@"; then pass "$name"; else fail "$name" "$(grep -A 32 'k \[h/Mpc\]' "$prints/rank.0.out")"; fi
}

observed() { # particles
    universe "$1" "truth$1" >large.yaml
    ends_well 'the universe that is observed is made' simulate large.yaml
    cat >>large.yaml <<'Y'
objective: {sigma: 0.1}
reconstruct: {truth: initial, checkpoint_every: 0}
Y
}
if [ -n "${PALINDROME_LONG_TESTS:-}" ]; then
    # The larger box has clusters that a first stage must not see.
    for particles in 64 128; do
        observed $particles
        ends_well 'a reconstruction ends well' reconstruct large.yaml --set "$(data truth$particles)" \
            --set output.directory=found$particles
        case="$particles^3, as configured if nothing is said"
        expect "$case: r >= 0.99 for k <= 0.2 h/Mpc" within 2 0.99 1 0.2
        expect "$case: r >= 0.9 for k <= 0.55 h/Mpc" within 2 0.9 1 0.55
        expect "$case: T within 10 % for k <= 0.55 h/Mpc" within 3 0.9 1.1 0.55
    done
else
    observed 32
    stages='{smoothing: 4, iterations: 25}, {smoothing: 2, iterations: 35}, {smoothing: 1, iterations: 60}'
    ends_well 'a reconstruction ends well' reconstruct large.yaml --set "$(data truth32)" --set output.directory=found \
        --set "optimizer.stages=[$stages]"
    expect '32^3, 120 iterations: r >= 0.99 for k <= 0.2 h/Mpc' within 2 0.99 1 0.2
    expect '32^3, 120 iterations: T within 10 % for k <= 0.3 h/Mpc' within 3 0.9 1.1 0.3
    expect '32^3, 120 iterations: r >= 0.9 for k <= 0.4 h/Mpc' within 2 0.9 1 0.4
fi

# Omega_m, 0.3 in the data and 0.33 at the start, with mocks drawn at the start

ranks=1
mocks=(21 22)
iterations=(30 90)
if [ -n "${PALINDROME_LONG_TESTS:-}" ]; then
    mocks=(21 22 23 24)
    iterations=(40 150)
fi
universe 32 out >small.yaml
ends_well 'the universe of Omega_m = 0.3 is made' simulate small.yaml --set output.directory=other
cat >>small.yaml <<Y
cosmology: {preset: simple-lcdm, Omega_m: 0.33}
optimizer: {stages: [{smoothing: 4, iterations: ${iterations[0]}}, {smoothing: 2, iterations: ${iterations[1]}}]}
objective: {sigma: 0.1}
reconstruct: {truth: initial, checkpoint_every: 0}
Y
sed -i '0,/^cosmology: {preset: simple-lcdm}$/{//d}' small.yaml
responses=
for seed in "${mocks[@]}"; do
    here=(--set "initial.seed=$seed")
    ends_well 'a mock is made' simulate small.yaml "${here[@]}" --set "output.directory=mock$seed"
    ends_well 'a mock is reconstructed' reconstruct small.yaml "${here[@]}" --set "$(data "mock$seed")" \
        --set "output.directory=response$seed"
    responses+="\"response$seed/reconstruction.h5:/diagnostics\", "
done
ends_well 'Omega_m is sought' reconstruct small.yaml --set "$(data other)" --set output.directory=sought \
    --set 'reconstruct.vary=[Omega_m]' --set "reconstruct.response=[${responses%, }]"
found=$(grep '^Omega_m ' "$prints/rank.0.out")
echo "$found"
if awk '{ error = $4 + 0; off = ($2 - 0.3) / error; exit !(error > 0 && error < 0.01 && off * off <= 1) }' <<<"$found"; then
    pass 'Omega_m comes back from 10 % off to within its error'
else
    fail 'Omega_m comes back from 10 % off to within its error' "$found"
fi
on_ranks 1 reconstruct small.yaml --set "$(data other)" --set output.directory=no \
    --set 'reconstruct.vary=[Omega_m]' --set 'reconstruct.response="response21/reconstruction.h5:/history"'
status=$?
if [ $status -eq 2 ] && grep -q 'reconstruct.response must be' "$prints/rank.0.err"; then
    pass 'a response that is none is one line'
else
    fail 'a response that is none is one line' "$status" "$(cat "$prints/rank.0.err")"
fi
exit $((failures > 0))
