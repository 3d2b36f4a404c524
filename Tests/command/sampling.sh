#!/usr/bin/env bash
# Chains: the same bits on any ranks and after any kill, with more samples than before, from the prior and from a
# posterior, by each method; and what is refused.
source "$(dirname "$0")/support.bash"
cd "$scratch" || exit 1
if [ -n "${PALINDROME_LONG_TESTS:-}" ]; then kills=20; else kills=4; fi
limit=300

cat >truth.yaml <<'Y'
box: {particles: 12, spacing: 6.25}
cosmology: {preset: simple-lcdm}
initial: {seed: 7, a: 0.1}
evolution: {steps: 2}
output: {directory: truth, pictures: false, power_spectrum: false}
Y
cat >run.yaml <<'Y'
box: {particles: 12, spacing: 6.25}
cosmology: {preset: simple-lcdm}
initial: {a: 0.1}
evolution: {steps: 2}
objective: {data: "truth/density_a1.0000.h5:/density", sigma: 1.0}
sampler: {integrator: leapfrog, step: 0.05, length: 0.3, warmup: 4, samples: 8, thin: 4, checkpoint_every: 3, vary: [{parameter: Omega_m, sigma: 0.02}]}
Y
# Each with what makes it cheap; mclmc adapts, with windows that end within the warm-up.
cp run.yaml hmc.yaml
sed 's/integrator: leapfrog, step: 0.05, length: 0.3/method: mams, step: 4, length: 10/' run.yaml >mams.yaml
sed 's/integrator: leapfrog, step: 0.05, length: 0.3, warmup: 4/method: mclmc, warmup: 32/' run.yaml >mclmc.yaml
config=run.yaml
on_ranks 1 simulate truth.yaml || fail 'there is a universe to sample' "$(cat "$prints"/rank.0.err)"

contents() { # directory: all datasets of a chain and of its last sample
    local file
    for file in "$1"/chain_*.h5 "$1"/*sample_000008.h5; do
        "$palindrome" inspect "$file" | awk '/^\// { name = $1 } /^    checksum:/ { print name, $2 }'
    done
}
sample() { # ranks, directory, options...
    local count=$1 directory=$2
    shift 2
    on_ranks "$count" sample "$config" --set output.directory="$directory" "$@"
}
expect_same() { # name, directory, directory
    if [ -n "$(contents "$2")" ] && [ "$(contents "$2")" = "$(contents "$3")" ]; then pass "$1"; else
        fail "$1" "$(diff <(contents "$2") <(contents "$3") | head -n 4)" "$(cat "$prints"/rank.0.err | head -n 3)"
    fi
}

for method in hmc mams mclmc; do
    config=$method.yaml
    sample 1 "$method" || fail "$method runs" "$(cat "$prints"/rank.0.err)"
    for count in 2 3 4 6; do
        sample "$count" "$method-$count"
        expect_same "a chain of $method has the same bits on $count ranks" "$method" "$method-$count"
    done
done

config=run.yaml

# Killed again and again, on other ranks each time.
counts=(1 2 3 4)
done=
for ((kill = 0; kill < 200; kill++)); do
    prints=$(mktemp -d "$scratch/prints.XXXXXX")
    count=${counts[$((kill % 4))]}
    how=(-KILL -USR1)
    "$root/jobscripts/ranks" "$count" "$root/Tests/one-rank" "$prints" "$palindrome" sample mclmc.yaml \
        --set output.directory=killed --resume </dev/null >"$prints/launcher" 2>&1 &
    job=$!
    if [ "$kill" -lt "$kills" ]; then
        sleep "$((1 + RANDOM % 2)).$((RANDOM % 10))"
        mapfile -t ranks < <(pgrep -P "$job")
        if [ "${#ranks[@]}" -gt 0 ]; then kill "${how[$((kill % 2))]}" "${ranks[@]}" 2>/dev/null; fi
    fi
    wait "$job" && [ -f killed/sample.json ] && done=yes && break
done
[ -n "$done" ] || fail 'a chain that is killed ends' "$(cat "$prints"/rank.0.err)"
expect_same "a chain that was killed $kills times has the same bits" mclmc killed

# More samples than before.
sample 1 longer --set sampler.samples=4 && sample 2 longer --resume
expect_same 'a finished chain goes on with more samples' hmc longer

# Two chains, side by side and in turns.
sample 1 two --set sampler.chains=2 && sample 4 two-4 --set sampler.chains=2
expect_same 'chains side by side are those in turns' two two-4
if [ "$(contents two | head -n 3)" = "$(contents hmc | head -n 3)" ]; then pass 'the first of two chains is the only one'; else
    fail 'the first of two chains is the only one'
fi

grep -v '^objective' run.yaml >prior.yaml
on_ranks 2 sample prior.yaml --set output.directory=prior || fail 'the prior is sampled' "$(cat "$prints"/rank.0.err)"
[ -f prior/chain_0.h5 ] && pass 'the prior is sampled'

refused() { # name, text, ranks, arguments...
    local name=$1 text=$2 count=$3
    shift 3
    on_ranks "$count" "$@"
    local code=$?
    if [ "$code" -eq 2 ] && [ "$(wc -l <"$prints/rank.0.err")" -eq 1 ] && grep -q "$text" "$prints/rank.0.err"; then
        pass "$name"
    else
        fail "$name" "exit code $code" "$(cat "$prints"/rank.0.err)"
    fi
}
refused 'a sampler must be given' 'sampler is not given' 1 sample truth.yaml
refused 'the prior is needed' 'prior: true' 2 sample run.yaml --set objective.prior=false
refused 'what varies needs a prior or bounds' 'bounded on both sides' 1 sample run.yaml --set 'sampler.vary=[Omega_m]'
refused 'chains divide the ranks' 'start 2 or 4 ranks' 3 sample run.yaml --set sampler.chains=2
refused 'what another chain left is not touched' 'seed' 1 sample run.yaml --set output.directory=hmc --set sampler.seed=2 --resume
refused 'a chain is not replaced unasked' 'overwrite' 1 sample run.yaml --set output.directory=hmc
refused 'keys of other methods are refused' 'energy_variance' 1 sample run.yaml --set sampler.energy_variance=1e-4
exit "$((failures > 0))"
