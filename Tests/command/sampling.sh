#!/usr/bin/env bash
# Chains: the same bits on any ranks and after any kill, with more samples than before, from the prior and from a
# posterior, by each method; the truth, what is predicted, samples that run again; and what is refused.
source "$(dirname "$0")/support.bash"
cd "$scratch" || exit 1
# The long tests take each method on each number of ranks, in each rank grid, and 20 kills.
if [ -n "${PALINDROME_LONG_TESTS:-}" ]; then
    kills=20
    ranks_of() { echo 2 3 4 6; }
    grids="1,2 2,1 1,4 2,2 4,1 2,3 3,2"
else
    kills=2
    ranks_of() { case $1 in hmc) ;; mams) echo 3 ;; mclmc) echo 2 ;; esac; }
    grids="2,2"
fi
limit=300

cat >truth.yaml <<'Y'
box: {particles: 12, spacing: 6.25}
cosmology: {preset: simple-lcdm}
initial: {seed: 7, a: 0.1}
evolution: {steps: 2, integrator: fastpm}
output: {directory: truth, pictures: false, power_spectrum: false, white_noise: true}
Y
cat >run.yaml <<'Y'
box: {particles: 12, spacing: 6.25}
cosmology: {preset: simple-lcdm}
initial: {a: 0.1}
evolution: {steps: 2, integrator: fastpm}
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
    for count in $(ranks_of "$method"); do
        sample "$count" "$method-$count"
        expect_same "a chain of $method has the same bits on $count ranks" "$method" "$method-$count"
    done
done

config=hmc.yaml
for grid in $grids; do
    sample "$((${grid%,*} * ${grid#*,}))" "grid-$grid" --set "run.ranks=[$grid]"
    expect_same "a chain has the same bits on the rank grid $grid" hmc "grid-$grid"
done

config=run.yaml

# Killed again and again, each time soon after a checkpoint, on other ranks each time.
cp mclmc.yaml killed.yaml
reference=mclmc
if [ "$kills" -gt 4 ]; then
    sed -i 's/samples: 8/samples: 80/' killed.yaml
    config=killed.yaml
    reference=whole
    sample 1 whole
fi
newest() { find killed -name 'chain_0_checkpoint_*' 2>/dev/null | sort | tail -n 1; }
counts=(1 2 3 4)
how=(-KILL -USR1)
killed=0
done=
for ((try = 0; try < 10 * kills; try++)); do
    prints=$(mktemp -d "$scratch/prints.XXXXXX")
    before=$(newest)
    "$root/jobscripts/ranks" "${counts[$((try % 4))]}" "$root/Tests/one-rank" "$prints" "$palindrome" sample killed.yaml \
        --set output.directory=killed --resume </dev/null >"$prints/launcher" 2>&1 &
    job=$!
    if [ "$killed" -lt "$kills" ]; then
        while kill -0 "$job" 2>/dev/null && [ "$(newest)" = "$before" ]; do sleep 0.05; done
        sleep "0.0$((RANDOM % 10))"
        mapfile -t ranks < <(pgrep -P "$job")
        if [ "${#ranks[@]}" -gt 0 ] && kill "${how[$((killed % 2))]}" "${ranks[@]}" 2>/dev/null; then
            killed=$((killed + 1))
        fi
    fi
    wait "$job" && [ -f killed/sample.json ] && done=yes && break
done
[ -n "$done" ] || fail 'a chain that is killed ends' "$(cat "$prints"/rank.0.err)"
[ "$killed" -eq "$kills" ] || fail "a chain is killed $kills times" "killed $killed times"
expect_same "a chain that was killed $kills times has the same bits" "$reference" killed
config=run.yaml

# More samples than before.
sample 1 longer --set sampler.samples=4 && sample 2 longer --resume
expect_same 'a finished chain goes on with more samples' hmc longer

# Two chains, side by side and in turns.
sample 1 two --set sampler.chains=2 && sample 4 two-4 --set sampler.chains=2
expect_same 'chains side by side are those in turns' two two-4
if [ "$(contents two | head -n 3)" = "$(contents hmc | head -n 3)" ]; then pass 'the first of two chains is the only one'; else
    fail 'the first of two chains is the only one'
fi

# Downhill from a draw of the prior that the data make very improbable, and then a chain whose step is no small one;
# the truth is known.
cat >noise.yaml <<'Y'
box: {particles: 12, spacing: 6.25}
cosmology: {preset: simple-lcdm}
initial: {a: 0.1}
evolution: {steps: 2, integrator: fastpm}
objective: {data: "truth/density_a1.0000.h5:/density", sigma: 0.1, bias: power-law}
sampler:
  {warmup: 16, samples: 8, thin: 4, vary: [{parameter: bias_exponent, sigma: 0.05}, {parameter: bias_amplitude, sigma: 0.05}],
    truth: {white_noise: "truth/white_noise.h5:/white_noise", bias_exponent: 1, bias_amplitude: 1}}
Y
if on_ranks 2 sample noise.yaml --set output.directory=noise; then
    steps=$(cat "$prints"/rank.0.* | sed -n 's/.*sample 8\/8.* \([0-9]*\) steps.*/\1/p')
    if [ "${steps:-1024}" -lt 100 ]; then pass 'a chain from a draw of the prior takes no more steps than others'; else
        fail 'a chain from a draw of the prior takes no more steps than others' "$(tail -n 20 "$prints"/rank.0.*)"
    fi
    results=$(cat noise/sample.json)
    missing=
    for name in z_bias_exponent z_bias_amplitude inside_68 inside_68_shell_2 correlation_shell_2 rms_z_shell_2; do
        grep -q "\"$name\"" <<<"$results" || missing="$missing $name"
    done
    [ -z "$missing" ] && pass 'chains are held against the truth' || fail 'chains are held against the truth' "no$missing"
    inspected=$("$palindrome" inspect noise/sample_000004.h5)
    for name in edges observed_histogram drawn_histogram observed_power drawn_power k chi_squared; do
        grep -q "^/predictive/objective/$name" <<<"$inspected" || missing="$missing $name"
    done
    [ -z "$missing" ] && pass 'samples say what they predict' || fail 'samples say what they predict' "no$missing"
    on_ranks 1 report noise
    for text in 'Chains and the truth' 'Predictions of the chains' 'chains-corner-1-0' 'chains-truth-plot'; do
        grep -q "$text" noise/report.html || missing="$missing $text"
    done
    [ -z "$missing" ] && pass 'the report tells of truth and predictions' || fail 'the report tells of truth and predictions' "no$missing"
else
    fail 'a chain begins at a draw of the prior' "$(cat "$prints"/rank.0.err)"
fi

# A sample is a universe: it runs again to the same density, and with more particles.
sed -e '/^objective/d' -e 's/, vary: .*}$/}/' run.yaml >prior.yaml
on_ranks 2 sample prior.yaml --set output.directory=prior || fail 'the prior is sampled' "$(cat "$prints"/rank.0.err)"
[ -f prior/chain_0.h5 ] && pass 'the prior is sampled'
checksum() { # file, dataset
    "$palindrome" inspect "$1" | awk -v name="$2" '/^\// { here = $1 } /^    checksum:/ && here == name { print $2 }'
}
universe=(--set initial.seed=null --set initial.white_noise=prior/sample_000008.h5:/white_noise)
on_ranks 3 simulate truth.yaml "${universe[@]}" --set output.directory=again || fail 'a sample is simulated' "$(cat "$prints"/rank.0.err)"
if [ -n "$(checksum again/density_a1.0000.h5 /density)" ] &&
    [ "$(checksum again/density_a1.0000.h5 /density)" = "$(checksum prior/sample_000008.h5 /final_density)" ]; then
    pass 'a sample runs again to the same density'
else
    fail 'a sample runs again to the same density'
fi
if on_ranks 2 noise truth.yaml "${universe[@]}" --refine 2 --output fine.h5 &&
    on_ranks 2 simulate truth.yaml --set box.particles=24 --set box.spacing=3.125 \
        --set initial.seed=null --set initial.white_noise=fine.h5:/white_noise --set output.directory=fine; then
    pass 'a sample runs again with more particles'
else
    fail 'a sample runs again with more particles' "$(cat "$prints"/rank.0.err)"
fi

on_ranks 1 sample run.yaml --dry-run
if cat "$prints"/rank.0.* | grep -q 'chain: whole numbers'; then pass 'a dry run tells the memory of a chain'; else
    fail 'a dry run tells the memory of a chain' "$(cat "$prints"/rank.0.*)"
fi

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
refused 'the truth of what does not vary is refused' 'sampler.truth.h is not a known key' 1 sample run.yaml --set 'sampler.truth={h: 0.7}'
refused 'the truth has the shape of the noise' 'white_noise' 2 sample run.yaml --dry-run --set 'sampler.truth=truth/density_a1.0000.h5:/white_noise'
refused 'a start that is not there is told by a dry run' 'no_such.h5' 1 sample run.yaml --dry-run --set 'sampler.start=no_such.h5:/white_noise'
exit "$((failures > 0))"
