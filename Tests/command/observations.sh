#!/usr/bin/env bash
# Redshift space, biased tracers and several objectives at several times, as a user has them: one loss, its gradient
# against central differences, and a search for the modes with a bias, the same on any ranks.
source "$(dirname "$0")/support.bash"
cd "$scratch" || exit 1
limit=120

cat >truth.yaml <<'Y'
box: {particles: 16, spacing: 8}
cosmology: {preset: simple-lcdm}
initial: {seed: 7, a: 0.1}
evolution: {a: [0.1, 0.3, 0.5, 0.75, 1], integrator: fastpm}
output: {directory: truth, pictures: false, power_spectrum: false, snapshots: [0.5, 1]}
Y
on_ranks 2 simulate truth.yaml || { fail 'the universe that is observed is made' "$(cat "$prints"/*)"; exit 1; }

cat >seen.yaml <<'Y'
box: {particles: 16, spacing: 8}
cosmology: {preset: simple-lcdm}
initial: {seed: 8, a: 0.1}
evolution: {a: [0.1, 0.3, 0.5, 0.75, 1], integrator: fastpm}
run: {precision: double}
output: {directory: out, pictures: false}
objective:
- {kind: redshift-space-density, axis: x, a: 0.5, data: "truth/density_a0.5000.h5:/density", sigma: 0.5}
- {kind: redshift-space-density, axis: z, data: "truth/density_a1.0000.h5:/density", sigma: 0.5, smoothing: 10}
- {bias: power-law, bias_amplitude: 0.9, bias_exponent: 1.2, likelihood: log-normal, sigma: 0.5, density_floor: 0.1,
   data: "truth/density_a1.0000.h5:/density"}
reconstruct: {vary: ["objective[2].bias_exponent", {parameter: Omega_m, mean: 0.3, sigma: 0.05}]}
optimizer: {stages: [{smoothing: 1, iterations: 3}, {smoothing: 0, iterations: 4}]}
Y

# Every row's best disagreement; the kinks of cloud-in-cell leave some 1e-6 of it.
if on_ranks 2 gradient seen.yaml --check 2; then
    worst=$(awk '/^derivative by/ { inside = 1; next } /^check:/ { inside = 0 } inside && NF >= 5 { if ($NF + 0 > worst) worst = $NF; n++ }
        END { print n, worst }' "$prints/rank.0.out")
    read -r rows disagreement <<<"$worst"
    if [ "$rows" = 13 ] && awk -v d="$disagreement" 'BEGIN { exit !(d > 0 && d < 1e-5) }'; then
        pass "gradients by modes, cosmology and bias agree with differences (worst $disagreement)"
    else
        fail 'gradients by modes, cosmology and bias agree with differences' "$(tail -n 20 "$prints/rank.0.out")"
    fi
else
    fail 'a gradient of three objectives ends well' "$(cat "$prints"/rank.0.*)"
fi

mv out/gradient.h5 expected.h5
for ranks in 1 3 4 6; do
    name="the gradient of three objectives is the same file on $ranks ranks"
    if [ "$ranks" = 6 ]; then grid=(--set 'run.ranks=[2,3]'); else grid=(); fi
    if on_ranks "$ranks" gradient seen.yaml "${grid[@]}" --set "output.directory=out$ranks" \
        && cmp -s "out$ranks/gradient.h5" expected.h5; then
        pass "$name"
    else
        fail "$name" "$(tail -n 3 "$prints"/rank.0.*)"
    fi
done

course() { cut -d, -f1-6,8- "$1/history.csv"; }
on_ranks 1 reconstruct seen.yaml --set output.directory=found1
rows=$(course found1 | wc -l)
for ranks in 2 3; do
    name="a search with a bias takes the same course on $ranks ranks"
    if on_ranks "$ranks" reconstruct seen.yaml --set "output.directory=found$ranks" && [ "$rows" -ge 9 ] \
        && cmp -s <(course found1) <(course "found$ranks"); then
        pass "$name"
    else
        fail "$name" "$(tail -n 3 "$prints"/rank.0.*)" "$(course "found$ranks" | tail -n 3)"
    fi
done
if [ "$(course found1 | tail -n 1 | cut -d, -f3)" != "$(course found1 | sed -n 2p | cut -d, -f3)" ] \
    && head -n 1 found1/history.csv | grep -qF 'Omega_m,objective[2].bias_exponent'; then
    pass 'the course has the parameters of cosmology and observations'
else
    fail 'the course has the parameters of cosmology and observations' "$(head -n 3 found1/history.csv)"
fi

exit $((failures > 0))
