#!/usr/bin/env bash
# palindrome train: universes, networks and their test; the same weights on any ranks and after a kill; wrong inputs.
source "$(dirname "$0")/support.bash"
cd "$scratch" || exit 1

# Small: 16^3 particles, haloes of a run with twice as many along a side.
cat >run.yaml <<'Y'
box: {particles: 16, spacing: 3.125, mesh_factor: 1}
initial: {a: 0.1}
evolution: {steps: 3}
train:
  seeds: [101]
  test: 100
  refine: 2
  fine_steps: 6
  number_density: 5e-4
  steps: 60
  batch: 256
  mass_batch: 64
  checkpoint_every: 20
  M0: [1e12]
  widths: [1]
output: {directory: one}
Y
on_ranks 1 train run.yaml || fail 'networks are trained' "$(cat "$prints"/rank.0.err)"
contents() { # directory
    "$palindrome" inspect "$1/network.h5" | awk '/^\// { name = $1 } /^    checksum:/ { print name, $2 }'
}
contents one >one.sums
if [ "$(wc -l <one.sums)" -ge 25 ]; then pass 'networks are trained'; else fail 'networks are trained' "$(cat one.sums)"; fi

for ranks in 2 3; do
    on_ranks $ranks train run.yaml --set output.directory=on_$ranks
    contents on_$ranks >on.sums
    if [ -s one.sums ] && cmp -s one.sums on.sums; then pass "the weights are the same on $ranks ranks"; else
        fail "the weights are the same on $ranks ranks" "$(tail -n 3 "$prints"/rank.0.err)" "$(diff one.sums on.sums | head -4)"
    fi
done

# Killed while it trains, gone on with on two ranks.
"$palindrome" train run.yaml --set output.directory=killed --set train.checkpoint_every=5 >log 2>&1 &
job=$!
for _ in $(seq 600); do
    compgen -G 'killed/checkpoint_00001*.h5' >/dev/null && break
    kill -0 $job 2>/dev/null || break
    sleep 0.05
done
kill -KILL $job 2>/dev/null
wait $job 2>/dev/null
on_ranks 2 train run.yaml --set output.directory=killed --resume
contents killed >killed.sums
if [ -s one.sums ] && cmp -s one.sums killed.sums; then pass 'a kill and --resume lead to the same weights'; else
    fail 'a kill and --resume lead to the same weights' "$(tail -n 3 "$prints"/rank.0.err)"
fi

# The universes that are there, without making any.
on_ranks 1 train run.yaml --set output.directory=given --set 'train.universes=["one/universe_101.h5"]' \
    --set train.test_universe=one/universe_100.h5
contents given >given.sums
if [ -s one.sums ] && cmp -s one.sums given.sums; then pass 'universes that are given lead to the same weights'; else
    fail 'universes that are given lead to the same weights' "$(tail -n 3 "$prints"/rank.0.err)"
fi

# The report knows them.
if "$palindrome" report one >log 2>&1 && grep -q 'networks-plot' one/report.html; then
    pass 'the report draws the test'
else
    fail 'the report draws the test' "$(tail -n 2 log)"
fi

# Reconstruction from the haloes of the test's universe, with these networks.
cat >rec.yaml <<'Y'
box: {particles: 16, spacing: 3.125, mesh_factor: 1}
initial: {a: 0.1}
evolution: {steps: 3}
objective: {kind: haloes, network: one/network.h5, data: "one/universe_100.h5:/mass", M0: 1e12, width: 1, whiten: true}
optimizer: {stages: [{smoothing: 1, iterations: 4, tolerance: 0}, {smoothing: 0, iterations: 8, tolerance: 0}]}
reconstruct: {truth: "one/universe_100.h5:/white_noise", checkpoint_every: 1}
output: {directory: found_1, pictures: false}
Y
on_ranks 1 reconstruct rec.yaml
cp "$prints/rank.0.out" found.log
if grep -q 'start: standard reconstruction' found.log && grep -q 'r standard' found.log &&
    "$palindrome" report found_1 >log 2>&1 && grep -q 'standard reconstruction with the truth' found_1/report.html; then
    pass 'a reconstruction from haloes starts from the standard one and is shown beside it'
else
    fail 'a reconstruction from haloes starts from the standard one and is shown beside it' \
        "$(tail -n 3 "$prints"/rank.0.err)" "$(tail -n 2 log)"
fi
for ranks in 2 3 4; do
    on_ranks $ranks reconstruct rec.yaml --set output.directory=found_$ranks
    if same_data found_1/reconstruction.h5 found_$ranks/reconstruction.h5; then
        pass "what haloes lead to is the same on $ranks ranks"
    else
        fail "what haloes lead to is the same on $ranks ranks" "$(tail -n 3 "$prints"/rank.0.err)"
    fi
done

# Killed in the second stage, gone on with on two ranks.
"$palindrome" reconstruct rec.yaml --set output.directory=found_killed >log 2>&1 &
job=$!
for _ in $(seq 600); do
    compgen -G 'found_killed/checkpoint_00001*.h5' >/dev/null && break
    kill -0 $job 2>/dev/null || break
    sleep 0.02
done
kill -KILL $job 2>/dev/null
wait $job 2>/dev/null
rm -f found_killed/reconstruction.json found_killed/reconstruction.h5 # if it was faster than the kill
on_ranks 2 reconstruct rec.yaml --set output.directory=found_killed --resume
if same_data found_1/reconstruction.h5 found_killed/reconstruction.h5; then
    pass 'a kill and --resume lead to what haloes lead to'
else
    fail 'a kill and --resume lead to what haloes lead to' "$(tail -n 3 "$prints"/rank.0.err)"
fi

if "$palindrome" gradient rec.yaml --check 1 --set run.precision=double --set output.directory=slope \
    --set initial.seed=5 >log 2>&1 && grep -q 'reversal exact' log && grep -q '^check: all' log
then
    pass 'the gradient from haloes agrees with differences'
else
    fail 'the gradient from haloes agrees with differences' "$(tail -n 18 log)"
fi

refused() { # name, what is said, command, configuration, arguments...
    local name=$1 said=$2 command=$3 configuration=$4
    shift 4
    "$palindrome" "$command" "$configuration" --set output.directory=refused "$@" >log 2>&1
    local code=$?
    if [ $code -eq 2 ] && grep -v '^sigma8' log | tail -n 1 | grep -qF "$said" &&
        [ ! -e refused/reconstruction.h5 ] && [ ! -e refused/network.h5 ]; then
        pass "$name"
    else
        fail "$name" "exit $code" "$(tail -n 3 log)"
    fi
}
unfit() { refused "$1" "$2" reconstruct rec.yaml "${@:3}"; }
untrainable() { refused "$1" "$2" train run.yaml "${@:3}"; }
unfit 'a network of another cell is refused' 'change box.spacing' --set box.spacing=2
unfit 'a network of another mesh is refused' 'change box.mesh_factor' --set box.particles=8 --set box.spacing=6.25 \
    --set box.mesh_factor=2
unfit 'a network of another time is refused' 'change objective.a or evolution.a_stop' --set evolution.a_stop=0.5
unfit 'the shipped network is refused for haloes of another density' "it must be 0.001, that of objective.network" \
    --set objective.network=shipped
unfit 'a file that is no network is refused' 'is no network of haloes' --set objective.network=one/universe_100.h5
unfit 'an M0 that was not tested is refused' 'it was tested with (M0: 1000000000000.0, width: 1.0)' \
    --set objective.M0=1e11
unfit 'a stage of an M0 that was not tested is refused' 'it was tested with' \
    --set 'optimizer.stages=[{smoothing: 0, M0: 1e11}]'
if python3 -c 'import h5py' 2>/dev/null; then
    python3 -c "
import h5py
with h5py.File('empty.h5', 'w') as f:
    f['mass'] = 0 * h5py.File('one/universe_100.h5')['mass'][:]
with h5py.File('one/network.h5') as f, h5py.File('odd.h5', 'w') as g:
    for name in f: f.copy(name, g)
    for name, value in f.attrs.items(): g.attrs[name] = value
    g.attrs['assignment'] = 'nearest-grid-point'"
    unfit 'a field without haloes is refused' 'objective.data' --set 'objective.data=empty.h5:/mass'
    unfit 'a network of another assignment is refused' 'its assignment is not cloud-in-cell' --set objective.network=odd.h5
else
    skip 'a field without haloes is refused' 'python3 has no h5py here'
fi

given=(--set 'train.universes=["one/universe_101.h5"]' --set train.test_universe=one/universe_100.h5)
untrainable 'a universe of another cell is refused' 'its cell is 3.125' "${given[@]}" --set box.spacing=2
untrainable 'a universe of another density of haloes is refused' 'its number_density is 0.0005' "${given[@]}" \
    --set train.number_density=2e-4
untrainable 'a test on a universe that was learned is refused' 'it must not be one of train.seeds' --set train.test=101
untrainable 'a missing universe is refused' 'none.h5' --set 'train.universes=["none.h5"]' \
    --set train.test_universe=one/universe_100.h5
untrainable 'a finished training is not replaced unasked' 'nothing is left to do' --set output.directory=one

# Twenty lines of NumPy read the file and give the same mass as a plain product of matrices.
if ! python3 -c 'import numpy, h5py' 2>/dev/null; then
    skip 'NumPy reads the networks' 'python3 has no numpy and h5py here'
elif output=$(python3 - <<'P' 2>&1
import h5py, numpy as np
n, h = 16, 3.125
with h5py.File('one/network.h5') as f, h5py.File('one/universe_100.h5') as u:
    assert f.attrs['format'] == 'palindrome-bias-network 1' and f.attrs['cell'] == h
    rho, truth = u['density'][:], u['mass'][:]
    w = 2 * np.pi * np.fft.fftfreq(n)
    s = np.sinc(w / 2 / np.pi)[:n]
    window = lambda R: np.exp(-2 * (R / h * np.sin(w / 2)) ** 2) / s ** 2
    def smooth(R):
        v = window(R)
        return np.fft.ifftn(np.fft.fftn(rho - 1) * v[:, None, None] * v[:, None] * v).real
    d, a, b = smooth(0), smooth(f.attrs['R1']), smooth(f.attrs['R2'])
    F = [d, a, a - b]
    X = np.stack([np.roll(c, (-x, -y, -z), (0, 1, 2)) for c in F for x in (-1, 0, 1) for y in (-1, 0, 1) for z in (-1, 0, 1)], -1)
    act = dict(relu=lambda z: np.maximum(z, 0), elu=lambda z: np.where(z > 0, z, np.exp(np.minimum(z, 0)) - 1), linear=lambda z: z)
    def net(g, x):
        x = (x - g['input_mean'][:]) / g['input_std'][:]
        for i in range(len(g['layers'])):
            weight = g[f'layers/{i}/weight']
            x = act[weight.attrs['activation']](x @ weight[:].T + g[f'layers/{i}/bias'][:])
        return x[..., 0] * g['output_std'][0] + g['output_mean'][0]
    mass = net(f['mass'], np.stack(F, -1)) / (1 + np.exp(-net(f['position'], X)))
    assert abs(mass.sum() / truth.sum() / f['test'].attrs['mass_ratio'] - 1) < 1e-10, mass.sum() / truth.sum()
P
); then
    pass 'NumPy reads the networks'
else
    fail 'NumPy reads the networks' "$(tail -n 4 <<<"$output")"
fi
exit $((failures > 0))
