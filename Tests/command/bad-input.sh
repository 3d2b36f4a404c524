#!/usr/bin/env bash
# Wrong configurations and files give exactly one line, on rank 0, the right exit code, and leave nothing behind.
source "$(dirname "$0")/support.bash"
limit=30

# A case is
#
#     prepare 'COMMANDS'                                 (optional: make files in the working directory)
#     bad CODE 'WHAT IT SAYS' ARGUMENT... <<'E'          (the arguments of palindrome)
#     the text of run.yaml
#     E
#
# and runs in a directory of its own on 1 and on 4 ranks; where `everywhere` is empty on 1 rank, as the text of a
# configuration is read from the same bytes by all ranks alike.
preparation=
everywhere=4
prepare() { preparation=$1; }

bad() { # code, fragment of the line, arguments...
    local code=$1 fragment=$2 text ranks
    shift 2
    text=$(cat; echo .)
    for ranks in 1 $everywhere; do
        local directory before status line lines rank why=()
        directory=$(mktemp -d "$scratch/case.XXXXXX")
        cd "$directory" || exit 1
        printf '%s' "${text%.}" >run.yaml
        eval "$preparation"
        before=$(find . -type f | sort)
        on_ranks "$ranks" "$@"
        status=$?
        line=$(cat "$prints/rank.0.err")
        lines=$(wc -l <"$prints/rank.0.err")
        [ $status -eq "$code" ] || why+=("exit code $status, not $code")
        [[ $line == "palindrome: "*"$fragment"* ]] || why+=("it says '$line', not '$fragment'")
        [ "$lines" -eq 1 ] || why+=("it says that in $lines lines")
        for ((rank = 1; rank < ranks; rank++)); do
            [ ! -s "$prints/rank.$rank.err" ] || why+=("rank $rank says '$(head -n 1 "$prints/rank.$rank.err")'")
        done
        [ "$(find . -type f | sort)" = "$before" ] || why+=("it leaves $(find . -type f | sort | tr '\n' ' ')")
        if [ ${#why[@]} -eq 0 ]; then
            pass "$fragment ($ranks ranks)"
        else
            fail "$fragment ($ranks ranks)" "${why[@]}"
        fi
        cd "$scratch" || exit 1
    done
    preparation=
}

# The command line

bad 2 "Unknown option '--quick'" simulate run.yaml --quick <<<''
everywhere=
bad 2 "Missing expected argument '<config>'" simulate <<<''
bad 2 "there is no command 'dance'; the commands are simulate" dance <<<''
bad 2 'there is no such file' simulate missing.yaml <<<''
bad 2 'is a directory' simulate . <<<''
bad 2 'it must be section.key=value' simulate run.yaml --set particles <<<''
bad 2 '--set force.kernel: force.kernel is 1_5; it must be 1_4' simulate run.yaml --set force.kernel=1_5 <<<''

bad 2 '--repeats is 0; it must be 1 or more' bench --repeats 0 <<<''
bad 2 '--strong, --weak, --laws and --plan: two are given; only one of them may be' bench --strong --plan w <<<''
bad 2 '--ranks is given; it must come with --strong or --weak' bench --ranks 1 <<<''
bad 2 "--ranks is '1,x'; it must be numbers" bench --strong --ranks 1,x <<<''
bad 2 "--ranks is '99'; each number must be at most that of the ranks started" bench --strong --ranks 99 <<<''
bad 2 "run.yaml:1: run.ranks is [2, 2]; its product must be" bench run.yaml --strong <<<'run: {ranks: [2, 2]}'
bad 2 'initial.white_noise is a file; a box that grows with the ranks must have a seed' bench run.yaml --weak <<<'initial: {white_noise: "a.h5:/b"}'
bad 2 "--model: 'rank' is not known; it must be particles, ranks" bench --model rank=3 <<<''
bad 2 "--model: ranks is '0'; it must be whole numbers" bench --model ranks=0 <<<''
bad 2 '--model: mesh_factor is 1.5; the mesh of 1001 particles must be whole' bench --model particles=1001 mesh_factor=1.5 <<<''
bad 2 '--machine or --times is given; they must come with --model' bench --machine latency_us=2 <<<''
prepare 'printf "# mine\nlatency_us: -1\n" >machine.txt'
bad 2 "machine.txt:2: latency_us is '-1'; it must be a number above 0" bench --model default --machine machine.txt <<<''
prepare 'echo "{" >measured.json'
bad 2 'measured.json: is damaged or not a record of palindrome bench' bench --model default --times measured.json <<<''

# The file

everywhere=4
bad 2 'run.yaml:2: box.spcing is not a known key; did you mean box.spacing?' simulate run.yaml <<'E'
box:
  spcing: 1
E
bad 2 'run.yaml:1: bax is not a section; did you mean box?' simulate run.yaml <<'E'
bax: {spacing: 1}
E
bad 2 'run.yaml:3:1: ' simulate run.yaml <<'E'
box: {spacing: [1, 2

E
bad 2 'run.yaml:2: particles is given twice' simulate run.yaml <<'E'
box:
  particles: 64
  particles: 32
E
prepare 'printf "box: {} # caf\351\n" >run.yaml'
bad 2 'run.yaml:1: the text is not UTF-8' simulate run.yaml <<<''
prepare 'head -c 3000000 /dev/zero >run.yaml'
bad 2 'give the YAML file, not a data file' simulate run.yaml <<<''

# Values

everywhere=
bad 2 'box.spacing is wide; it must be a positive, finite number' simulate run.yaml <<'E'
box: {spacing: wide}
E
bad 2 'box.particles is -128; it must be a whole number' simulate run.yaml <<'E'
box: {particles: -128}
E
bad 2 'box.spacing is .nan; it must be a positive, finite number' simulate run.yaml <<'E'
box: {spacing: .nan}
E
bad 2 'run.precision is half; it must be single or double' simulate run.yaml <<'E'
run: {precision: half}
E
bad 2 'force.kernel is 2_4; it must be 1_4' simulate run.yaml <<'E'
force: {kernel: 2_4}
E
bad 2 'initial.a is 0; it must be a number from' simulate run.yaml <<'E'
initial: {a: 0}
evolution: {integrator: fastpm}
E
bad 2 'initial.lpt_order is 4' simulate run.yaml <<'E'
initial: {lpt_order: 4}
E
bad 2 'initial.white_noise is noise.h5; it must be file.h5:/dataset' simulate run.yaml <<'E'
initial: {white_noise: noise.h5}
E
bad 2 'cosmology.Omega_b is 0.4; it must be below Omega_m' simulate run.yaml <<'E'
cosmology: {Omega_b: 0.4}
E
bad 2 'cosmology.h is 67.4' simulate run.yaml <<'E'
cosmology: {h: 67.4}
E

# Values that do not fit one another

bad 2 'run.yaml:3: box.mesh is 100; it must be at least box.particles (128); try 128 or 256' \
    simulate run.yaml <<'E'
box:
  particles: 128
  mesh: 100
E
bad 2 'run.yaml:1: box.particles is [12, 12, 4]; the force mesh must have at least 6 points along z, not 4' \
    simulate run.yaml <<'E'
box: {particles: [12, 12, 4]}
E
bad 2 'it must have the aspect of box.particles' simulate run.yaml <<'E'
box: {particles: [16, 16, 32], mesh: [32, 32, 32]}
E
bad 2 'box.mesh_factor is 1.5; it must make whole numbers' simulate run.yaml <<'E'
box: {particles: 27, mesh_factor: 1.5}
E
bad 2 'cosmology.A_s and cosmology.sigma8 are both given' simulate run.yaml <<'E'
cosmology: {A_s: 2e-9, sigma8: 0.8}
E
bad 2 'initial.seed and initial.white_noise are both given' simulate run.yaml <<'E'
initial: {seed: 1, white_noise: "noise.h5:/noise"}
E
bad 2 'evolution.a_stop is 0.05; it must be greater than initial.a (0.0625)' simulate run.yaml <<'E'
evolution: {a_stop: 0.05}
E
bad 2 'evolution.a[2] is 0.4; it must be greater than the one before (0.5)' simulate run.yaml <<'E'
evolution: {a: [0.1, 0.5, 0.4]}
E
bad 2 'evolution.a[0] is 0.2; it must equal initial.a (0.1)' simulate run.yaml <<'E'
initial: {a: 0.1}
evolution: {a: [0.2, 1.0]}
E
bad 2 'output.snapshots[0] is 0.52; it must be where a step ends; the nearest are 0.5 and 0.5625' \
    simulate run.yaml <<'E'
output: {snapshots: [0.52]}
E
bad 2 'run.ranks is [3, 5]; its product must be the number of ranks' simulate run.yaml <<'E'
run: {ranks: [3, 5]}
E

# Files that a configuration names

everywhere=4
bad 2 'power.model is table; it must come with power.table' simulate run.yaml --dry-run <<'E'
power: {model: table}
E
bad 2 'wisdom.fftw: there is no such file' simulate run.yaml --dry-run <<'E'
box: {particles: 12}
run: {wisdom: wisdom.fftw}
E
prepare 'echo "(fftw-3.3.10 fftw_wisdom #x1" >wisdom.fftw'
bad 2 'run.wisdom: wisdom.fftw holds no wisdom of FFTW, or is damaged; it must be a file that' simulate run.yaml <<'E'
box: {particles: 12}
run: {wisdom: wisdom.fftw}
E
bad 2 'cambb.txt: there is no such file' simulate run.yaml --dry-run <<'E'
power: {model: table, table: cambb.txt}
E
prepare 'printf "0.1 1\n0.3 1\n0.2 1\n0.4 1\n0.5 1\n" >camb.txt'
bad 2 'camb.txt:3: k is 0.2; it must be larger than that of the row before' simulate run.yaml --dry-run <<'E'
power: {model: table, table: camb.txt}
E
prepare 'printf "0.1 1\n0.2 nan\n" >camb.txt'
bad 2 'camb.txt:2: P is nan; it must be finite' simulate run.yaml --dry-run <<'E'
power: {model: table, table: camb.txt}
E
prepare 'printf "k P\n" >camb.txt'
bad 2 "camb.txt:1: 'k P'; it must be two numbers" simulate run.yaml --dry-run <<'E'
power: {model: table, table: camb.txt}
E
prepare 'head -c 5000 /dev/urandom >camb.txt'
bad 2 'camb.txt: the text is not UTF-8' simulate run.yaml --dry-run <<'E'
power: {model: table, table: camb.txt}
E

prepare 'printf "0.1 1\n0.2 1\n0.3 1\n0.4 1\n" >camb.txt'
bad 2 'camb.txt: k = ' simulate run.yaml <<'E'
box: {particles: 8}
power: {model: table, table: camb.txt}
E

# Noise from a file: a small run makes good files to spoil.

mkdir "$scratch/good"
cat >"$scratch/good.yaml" <<'E'
box: {particles: 8}
initial: {a: 0.5}
evolution: {steps: 1}
output: {pictures: false}
E
on_ranks 1 simulate "$scratch/good.yaml" --set output.directory="$scratch/good" ||
    fail 'a small run makes files for these tests' "$(cat "$prints/rank.0.err")"
density=$scratch/good/density_a1.0000.h5

bad 2 'noise.h5: there is no such file' simulate run.yaml <<'E'
box: {particles: 8}
initial: {white_noise: "noise.h5:/noise"}
E
prepare 'cp "$density" noise.h5'
bad 2 'noise.h5: there is no dataset /noise' simulate run.yaml <<'E'
box: {particles: 8}
initial: {white_noise: "noise.h5:/noise"}
E
prepare 'cp "$density" noise.h5'
bad 2 '8 x 8 x 8' simulate run.yaml <<'E'
box: {particles: 12}
initial: {white_noise: "noise.h5:/density"}
E
prepare 'head -c 3000 "$density" >noise.h5'
bad 2 'noise.h5: is damaged or cut off' simulate run.yaml <<'E'
box: {particles: 12}
initial: {white_noise: "noise.h5:/density"}
E
prepare 'head -c 3000 "$scratch/good/snapshot_a1.0000.hdf5" >cut.h5'
bad 2 'cut.h5: is damaged or cut off' inspect cut.h5 <<<''

# The gradient's data, and noise that no universe has

bad 2 'run.yaml: objective.data is not given; it must name the data' gradient run.yaml <<'E'
box: {particles: 12}
E
bad 2 'run.yaml:2: objective.sigma is -1; it must be a positive' gradient run.yaml <<'E'
box: {particles: 12}
objective: {data: "density.h5:/density", sigma: -1}
E
bad 2 'missing.h5: there is no such file' gradient run.yaml <<'E'
box: {particles: 12}
objective: {data: "missing.h5:/density"}
E
prepare 'cp "$density" density.h5'
bad 2 'density.h5: /density has the shape 8 x 8 x 8; it must be 24 x 24 x 24' gradient run.yaml <<'E'
box: {particles: 12, mesh_factor: 2}
objective: {data: "density.h5:/density"}
E
on_ranks 1 gradient "$scratch/good.yaml" --set "objective.data=\"$density:/density\"" \
    --set objective.sigma=1e-3 --set initial.seed=5 --set output.directory="$scratch/steep" ||
    fail 'a steep gradient can be made' "$(cat "$prints"/rank.*.err)"
prepare 'cp "$scratch/steep/gradient.h5" steep.h5'
bad 2 'a particle is displaced by half the box or more' simulate run.yaml <<'E'
box: {particles: 8}
initial: {white_noise: "steep.h5:/gradient/white_noise"}
E

# Pictures

flat=iVBORw0KGgoAAAANSUhEUgAAABgAAAAQCAAAAAApT+BJAAAAEUlEQVR42mNgxwEYRiUGQgIANggKgRtvahoAAAAASUVORK5CYII=
long=iVBORw0KGgoAAAANSUhEUgAAAEEAAAAQCAAAAABsTk3LAAAAVElEQVR42mNgYGRiZmFlY+fg5OLm4eXjFxAUEhYRFROXkJSSlpGVk1dQVFJWUVVT19DU0tbR1dM3MDQyNjE1M7ewtLK2sbWzd2AYNWHUhFEThqkJAJ16ggFgN5ZTAAAAAElFTkSuQmCC
picture() { base64 -d <<<"$1" >picture.png; }

bad 2 '--dark and --iterations go with --pattern' demo --dark <<<''
bad 2 'missing.png: there is no such file' demo --pattern missing.png <<<''
bad 2 'run.yaml: not a readable PNG picture' demo --pattern run.yaml <<<''
prepare 'picture $long; truncate -s 100 picture.png'
bad 2 'picture.png: damaged PNG picture' demo --pattern picture.png <<<''
prepare 'picture $flat'
bad 2 'picture.png: all pixels are the same' demo --pattern picture.png <<<''
prepare 'picture $long'
bad 2 'picture.png: has 65 x 16 pixels; no side may be more than 4 times the other' demo --pattern picture.png <<<''
prepare 'picture $flat'
bad 2 'picture.png: all pixels are the same' reconstruct run.yaml --set output.directory="$scratch/refused" <<'E'
box: {particles: 12}
objective: {kind: projected-density, data: picture.png}
E
prepare 'cp "$density" density.h5'
bad 2 'density.h5:/density: has 3 axes; it must have 2' gradient run.yaml --set output.directory="$scratch/refused" <<'E'
box: {particles: 12}
objective: {kind: projected-density, data: "density.h5:/density"}
E
prepare 'picture $long; base64 -d <<<"$flat" >mask.png'
bad 2 'objective.weights has 24 x 16 pixels; it must have those of objective.data (65 x 16)' \
    gradient run.yaml --set output.directory="$scratch/refused" <<'E'
box: {particles: 12}
objective: {kind: projected-density, data: picture.png, weights: mask.png}
E
bad 2 'run.yaml:2: objective.data is picture.png; it must be file.h5:/dataset' gradient run.yaml <<'E'
box: {particles: 12}
objective: {data: picture.png}
E

# The machine

bad 1 'run.yaml: is a file, where a directory must be' simulate run.yaml <<'E'
box: {particles: 12}
output: {directory: run.yaml}
E
bad 1 '/proc/out: ' simulate run.yaml <<'E'
box: {particles: 12}
output: {directory: /proc/out}
E
bad 1 'MiB are available; use more nodes, fewer particles' simulate run.yaml --dry-run <<'E'
box: {particles: 8192}
E

# inspect

bad 2 'missing.h5: there is no such file' inspect missing.h5 <<<''
bad 2 'run.yaml: is not an HDF5 file' inspect run.yaml <<<''
prepare 'printf "\211HDF\r\n\032\nand no more" >cut.h5'
bad 2 'cut.h5: is damaged or cut off' inspect cut.h5 <<<''
bad 2 '.: is a directory; inspect shows one HDF5 file of it at a time' inspect . <<<''

# Haloes and noise

bad 2 'haloes.h5: there is no such file' haloes haloes.h5 <<<''
bad 2 'run.yaml: is not an HDF5 file' haloes run.yaml <<<''
bad 2 '--linking-length is 0.7; it must be a number from 0.05 to 0.5' haloes snapshot.h5 --linking-length 0.7 <<<''
bad 2 '--minimum is 1; it must be a whole number of at least 2' haloes snapshot.h5 --minimum 1 <<<''
bad 2 "--redshift-space is 'w'; it must be x, y or z" haloes snapshot.h5 --redshift-space w <<<''
bad 2 '--number-density is 0.0; it must be greater than 0' haloes snapshot.h5 --field --number-density 0 <<<''
prepare '"$palindrome" simulate run.yaml >/dev/null && head -c 30000 out/snapshot_a1.0000.hdf5 >cut.h5'
bad 2 'cut.h5: is damaged or cut off' haloes cut.h5 <<<'{box: {particles: 16, spacing: 6.0}, evolution: {steps: 2}}'
prepare '"$palindrome" simulate run.yaml >/dev/null'
bad 2 'has no halo of at least 20 particles to pick' haloes out/snapshot_a1.0000.hdf5 --field --number-density 0.5 \
    <<<'{box: {particles: 16, spacing: 6.0}, evolution: {steps: 2}}'
bad 2 'run.yaml:1: halo.linking_length is 0.6; it must be a number from 0.05 to 0.5' simulate run.yaml \
    <<<'halo: {linking_length: 0.6}'
bad 2 'give one of --refine and --coarsen' noise run.yaml <<<''
bad 2 '--coarsen is 3.0; it must make whole grids of 128 x 128 x 128' noise run.yaml --coarsen 3 <<<''
bad 2 '--refine is 0.5; it must be greater than 1' noise run.yaml --refine 0.5 <<<''

# A disk without room; only root can make a small one.

mkdir "$scratch/disk"
if mount -t tmpfs -o size=64k tmpfs "$scratch/disk" 2>/dev/null; then
    trap 'umount "${scratch:?}/disk"; rm -rf "${scratch:?}"' EXIT
    bad 1 'there is no room for' simulate run.yaml --set output.directory="$scratch/disk/out" <<'E'
box: {particles: 32}
initial: {a: 0.5}
evolution: {steps: 1}
E
    name='a full disk holds nothing that looks whole'
    whole=$(find "$scratch/disk" -name '*.h5')
    if [ -z "$whole" ]; then pass "$name"; else fail "$name" "$whole"; fi
fi

# Only on some numbers of ranks

name='too many ranks for the grid'
printf 'box: {particles: [4, 4, 8]}\n' >"$scratch/small.yaml"
on_ranks 4 simulate "$scratch/small.yaml"
status=$?
line=$(cat "$prints/rank.0.err")
if [ $status -eq 2 ] && [[ $line == *'each rank must own 3 planes of the [4, 4, 8] particle grid'*'use at most 1, as [1, 1]' ]]; then
    pass "$name"
else
    fail "$name" "exit code $status" "$line"
fi

exit $((failures > 0))
