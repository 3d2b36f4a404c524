#!/usr/bin/env bash
# What the command prints, and that rank 0 alone prints it.
source "$(dirname "$0")/support.bash"
cd "$scratch" || exit 1

expect() { # name, condition...
    local name=$1
    shift
    if "$@"; then pass "$name"; else fail "$name" "$(head -n 5 "$prints"/rank.0.* 2>/dev/null)"; fi
}
says() { grep -qF -- "$1" "$prints/rank.0.out"; }
others_are_silent() {
    local rank
    for rank in 1 2 3; do [ ! -s "$prints/rank.$rank.out" ] && [ ! -s "$prints/rank.$rank.err" ] || return 1; done
}

on_ranks 4 --help
expect 'help ends well on 4 ranks' [ $? -eq 0 ]
expect 'help names the commands' says 'simulate'
expect 'help is printed once' others_are_silent
on_ranks 4 simulate --help
expect 'help of a command shows an example' says 'palindrome simulate run.yaml --dry-run'
on_ranks 4
expect 'no arguments are a question for help' says 'SUBCOMMANDS'
on_ranks 1 --version
expect 'the version is a number' grep -qE '^[0-9]+\.[0-9]+\.[0-9]+$' "$prints/rank.0.out"

printf 'box: {particles: 32, mesh_factor: 1.5}\n' >run.yaml
on_ranks 4 simulate run.yaml --dry-run --set force.kernel=5_4 --set 'output.snapshots=[0.5, 1]'
expect 'a dry run ends well on 4 ranks' [ $? -eq 0 ]
expect 'a dry run prints what it resolved' says 'mesh: [48, 48, 48]'
expect 'a dry run heeds --set' says 'kernel: 5_4'
expect 'a dry run heeds lists in --set' says 'snapshots: [0.5, 1.0]'
expect 'a dry run tells the ranks' says 'on 2 x 2 ranks'
expect 'a dry run tells the memory' says 'memory per rank'
expect 'a dry run is printed once' others_are_silent
expect 'a dry run writes nothing' [ "$(find . -maxdepth 1 -name 'out*')" = "" ]

sed '/^writes to/,$d' "$prints/rank.0.out" >resolved.yaml
on_ranks 1 simulate resolved.yaml --dry-run
sed '/^writes to/,$d' "$prints/rank.0.out" >again.yaml
expect 'what was resolved resolves to itself' cmp -s resolved.yaml again.yaml
on_ranks 1 simulate "$root/jobscripts/example.yaml" --dry-run
expect 'the example passes a dry run' says 'memory per rank'

# bench

for ranks in 1 4; do
    rm -rf bench
    # The model's times are of forces that the way back solves again.
    on_ranks $ranks bench --set box.particles=24 --set evolution.steps=2 --set run.keep_forces=0 --repeats 2
    expect "a bench ends well ($ranks ranks)" [ $? -eq 0 ]
    for line in 'forward, per force evaluation' 'ratio to the floor' 'FFTW_MEASURE, ' 'to the first force' '0 of 2 forces kept'; do
        expect "a bench tells '$line' ($ranks ranks)" says "$line"
    done
    expect "a bench is printed once ($ranks ranks)" others_are_silent
    expect "a bench writes its record ($ranks ranks)" grep -q '"seconds_per_force" : ' bench/bench.json
done
on_ranks 4 bench run.yaml --strong --ranks 1,2,3 --grids --set box.particles=16 --set box.mesh_factor=1.5 \
    --set evolution.steps=2 --repeats 1 --forward-only
expect 'a study of strong scaling ends well' [ $? -eq 0 ]
for grid in 1x1 2x1 1x2 3x1 1x3; do
    expect "it has the grid $grid" grep -qE "^$grid +16x16x16 +24x24x24 " "$prints/rank.0.out"
done
on_ranks 4 bench run.yaml --strong --add --set box.particles=16 --set box.mesh_factor=1.5 \
    --set evolution.steps=2 --repeats 1 --forward-only
expect 'another one adds to it' [ "$(grep -cE '^[0-9]x[0-9] ' "$prints/rank.0.out")" = 6 ]
on_ranks 4 bench --weak --set box.particles=8 --set evolution.steps=2 --repeats 1 --forward-only
expect 'a study of weak scaling ends well' [ $? -eq 0 ]
expect 'its box grows with the ranks' grep -qE '^2x2 +16x16x8 ' "$prints/rank.0.out"
expect 'its record has a measurement for each number of ranks' [ "$(grep -c '"kernel" : ' bench/bench-weak.json)" = 3 ]
on_ranks 3 report bench
expect 'a report of benches alone ends well' [ $? -eq 0 ]
for section in speed strong weak; do
    expect "it has the section $section" grep -qF "<section id=\"$section\"" bench/report.html
done
on_ranks 4 bench --model particles=512,2048 ranks=100,1000000 --machine latency_us=1 --times bench/bench.json
expect 'the cost model ends well' [ $? -eq 0 ]
expect 'it is printed once' others_are_silent
expect 'it knows where the pencil runs out' says 'too many ranks: at most 170 x 170 = 28900'
expect 'it names what limits' grep -qE '^2048\^3 +2048\^3 +10x10 .* (exchange|particles|too few ranks)' "$prints/rank.0.out"

on_ranks 2 bench --set box.particles=24 --set evolution.steps=2 --repeats 1 --output kept
expect 'a gradient keeps the forces that cotangents have room for' says '2 of 2 forces kept'
on_ranks 2 bench --model default --times kept/bench.json
expect 'times of forces that were kept are none of its own' [ $? -eq 2 ]
expect 'it says how to measure' grep -q 'run palindrome bench with --set run.keep_forces=0' "$prints/rank.0.err"

"$palindrome" --help | true
expect 'a reader that went away is no error' [ "${PIPESTATUS[0]}" -eq 0 ]

exit $((failures > 0))
