#!/usr/bin/env bash
# Catalogues become counts and selection in cells, universes become catalogues: the same bytes on any ranks, there and
# back, and what cannot be is one line.
source "$(dirname "$0")/support.bash"
cd "$scratch" || exit 1
limit=120
data=$root/Tests/Resources/survey.h5

said() { grep -qE -- "$1" "$prints/rank.0.out"; }

# The checksums of the datasets of a file whose names fit a pattern.
sums() { # pattern, file
    "$palindrome" inspect "$2" | awk -v names="$1" '/^\// { seen = $1 ~ names; name = $1 }
        seen && /^    checksum:/ { print name, $2 }'
}
same() { # pattern, file, file
    sums "$1" "$2" >first
    sums "$1" "$3" >second
    [ -s first ] && cmp -s first second
}

cat >run.yaml <<E
box: {particles: 24, spacing: 5.0}
evolution: {integrator: fastpm, steps: 4}
halo: {minimum_particles: 3}
output: {haloes: true, pictures: false, power_spectrum: false, density: false}
observation:
  coarsen: 2
  observer: [50, 62, 57]
  padding: 5
  mask: "$data:/mask/good"
  radial: radial.txt
mock: {number_density: 0.02, bias_exponent: 1.3, seed: 5}
E
printf '# r phi\n0 1\n25 1\n50 0.4\n54 0\n' >radial.txt
: >empty.yaml
on_ranks 2 simulate run.yaml

# A mock: the same bytes on any ranks, as many galaxies as are expected.
for ranks in 1 2 3; do
    on_ranks $ranks mock run.yaml --overwrite
    check "a mock is made on $ranks ranks" said '[0-9.]+ galaxies are expected, [0-9]+ are seen'
    mv out/mock.h5 mock$ranks.h5
done
check 'the same bytes on 2 ranks' cmp mock1.h5 mock2.h5
check 'and on 3' cmp mock1.h5 mock3.h5
check 'within five standard deviations' awk '/galaxies are expected/ { d = $5 - $1; if (d * d < 25 * $1 && $1 > 500) good = 1 }
    END { exit !good }' "$prints/rank.0.out"
check 'the truth is told' said 'truth: bias_amplitude 20.0, bias_exponent 1.3'

# There and back: from the catalogue of the mock to its own cubes, from the sky and from the box.
on_ranks 3 survey run.yaml --set observation.catalogue=mock1.h5:/sky
check 'all its galaxies are counted' said '0 outside the box, 0 in its border and 0 in cells'
check 'they are the cubes of the mock' same '^/(counts|selection)$' mock1.h5 out/survey.h5
on_ranks 2 report out
check 'the page shows counts' grep -q 'Galaxies along each line through the box' out/report.html
check 'and completeness' grep -q 'Mean part that is seen along each line' out/report.html
on_ranks 1 survey run.yaml --set observation.catalogue=mock1.h5:/sky
check 'a file is not written over unasked' grep -qF 'out/survey.h5 is there already; use another' "$prints/rank.0.err"
on_ranks 1 survey run.yaml --set observation.catalogue=mock1.h5:/box --set observation.coordinates=box --overwrite
check 'places in the box do as well' same '^/(counts|selection)$' mock1.h5 out/survey.h5

# Two tracers, of matter and of haloes, and a text.
cat >two.yaml <<E
box: {particles: 24, spacing: 5.0}
evolution: {integrator: fastpm, steps: 4}
output: {directory: two}
observation:
  - {name: red, coarsen: 2, padding: 5, mask: "$data:/mask/good", catalogue: "two/mock.h5:/red/sky"}
  - {name: blue, radial: radial.txt, catalogue: "two/mock.h5:/blue/box", coordinates: box}
mock:
  - {number_density: 3e-5, tracers: haloes, universe: out/fof_subhalo_tab_a1.0000.hdf5}
  - {number_density: 0.01, bias_threshold: 0.4, redshift_space: z, universe: out/snapshot_a1.0000.hdf5}
E
on_ranks 2 mock two.yaml
check 'one is of haloes' said '^red: [0-9.]+ galaxies are expected, [0-9]+ are seen'
cp two/mock.h5 first.h5
on_ranks 3 mock two.yaml --overwrite
check 'two tracers are the same on 2 and 3 ranks' cmp first.h5 two/mock.h5
on_ranks 1 survey two.yaml
check 'both come back' same '^/(red|blue)/(counts|selection)$' two/mock.h5 two/survey.h5
printf '# of a survey\nname,z,Dec,RA\na,0.005,20,10\nb,0.006,-30,200\nc,0.08,-30,200\n' >three.txt
on_ranks 2 survey run.yaml --set observation.catalogue=three.txt --overwrite
check 'a text is read by the names of its columns' said '3 galaxies: 2 counted; not counted are 1 outside the box'

# What cannot be, in one line on all ranks, with nothing left behind.
refuses() { # what it says, arguments...
    local says=$1 ranks status
    shift
    for ranks in ${counts:-2}; do
        on_ranks $ranks "$@" --set output.directory=none
        status=$?
        check "'$says' is one line on $ranks ranks" [ "$status $(cat "$prints"/rank.*.err | wc -l)" = '2 1' ]
        check "and says so on $ranks ranks" grep -qF -- "$says" "$prints/rank.0.err"
        check "and leaves nothing on $ranks ranks" [ -z "$(ls none 2>/dev/null)" ]
        rm -rf none
    done
}
grid=(survey run.yaml --set observation.catalogue=mock1.h5:/sky)
mask() { refuses "$2" "${grid[@]}" --set "observation.mask='$data:/mask/$1'"; }
mask other_nside 'has 768 pixels, which is that of nside 8, and its attribute nside is 4'
mask cut 'has 700 pixels, which is that of no nside, and its attribute nside is 8'
mask nested 'its attribute ordering is NESTED; it must be RING'
mask no_nside 'has no whole number as attribute nside'
mask unseen "the completeness must be from 0 to 1; set what healpy calls UNSEEN to 0"
mask percent 'the completeness must be from 0 to 1; divide by 100 if these are percent'
mask nothing 'is 0 everywhere; some of the sky must be seen'
mask nan 'holds values that are not finite (NaN or infinity), 1 of 768, the first at [17]'
catalogue() { refuses "$2" "${grid[@]}" --set "observation.catalogue='$1'"; }
catalogue "$data:/empty" 'has no galaxies; it must have at least one row'
catalogue "$data:/uneven" 'have 3, 3, 2 rows; they must have as many each'
catalogue "$data:/nan" '/nan/Dec holds values that are not finite'
catalogue "$data:/words" '/words/RA has the shape 3 x 2; it must be a list of numbers'
catalogue "$data:/sky/RA" 'there is no dataset /sky/RA/RA'
row() { # row, what it says
    printf 'RA Dec z\n10 20 0.01\n%s\n' "$1" >row.txt
    catalogue row.txt "row.txt:3: $2"
}
counts='1 3' row '10 20 -0.01' 'z is -0.01; it must be above 0 and at most 1100; remove the row'
row '10 20 4500' 'z is 4500.0; it must be above 0 and at most 1100; divide by 299792.458'
row '10 91 0.01' 'Dec is 91.0; it must be degrees from -90 to 90'
row '10 20 nan' 'z is nan; it must be a finite number'
printf 'RA DEC z\n1 2 0.01\n' >names.txt
catalogue names.txt 'names.txt:1: has no column Dec; did you mean DEC?'
printf '0 1\n20 -1\n' >negative.txt
counts='1 3' refuses 'negative.txt:2: the selection is -1.0; it must be 0 or more' "${grid[@]}" \
    --set observation.radial=negative.txt
# An observer inside what is seen, and one outside of the box, without a border.
open=("${grid[@]}" --set observation.padding=0 --set observation.radial=wide.txt)
printf '0 1\n900 1\n' >wide.txt
counts='1 3' refuses 'observation.padding is 0.0; it must keep what is seen from the faces of the periodic box' "${open[@]}"
refuses 'observation.padding is 0.0; it must keep what is seen' "${open[@]}" --set 'observation.observer=[-200, 60, 60]'
refuses 'no cell is seen' "${grid[@]}" --set 'observation.observer=[-200, 60, 60]'
refuses 'observation is not given; palindrome survey must know' survey empty.yaml
refuses 'observation.catalogue is not given' survey run.yaml
refuses 'none/snapshot_a1.0000.hdf5 is not there; a mock is made of a universe; run palindrome simulate' mock run.yaml
refuses 'its box is 120.0 x 120.0 x 120.0 Mpc/h; it must be that of the configuration' mock run.yaml \
    --set mock.universe=out/snapshot_a1.0000.hdf5 --set box.spacing=6

# What is only suspected is a warning.
warns() { # what it says, RA, Dec: of the i-th of 40 galaxies
    awk "BEGIN { print \"RA Dec z\"; for (i = 0; i < 40; i++) print $2, $3, 0.008 }" >warn.txt
    on_ranks 2 survey run.yaml --set observation.catalogue=warn.txt --overwrite
    check "'$1' is told" said "$1"
}
warns 'multiply by 15 if it is hours' 'i * 0.59' '60 - 3 * i'
warns 'multiply by 180/pi if they are radians' 'i * 0.15' '1.5 - 0.07 * i'
warns 'lie where the mask is 0; are mask and catalogue in the same coordinates' 'i * 9' '25 - i'

# The example of the guide from the universe to the chain, as it is printed but smaller.
printed() { # how a block of the guide begins
    awk -v first="    $1" 'index($0, first) == 1 { on = 1 } on && !/^    / { exit } on { print substr($0, 5) }' \
        "$root/Sources/Palindrome.docc/Surveys.md"
}
mkdir example
cd example || exit 1
cp ../radial.txt radial.txt
printed 'box: {particles: 64, size: 512}' >run.yaml
{ cat run.yaml; printed 'output: {directory: fit}'; } >fit.yaml
check 'the guide prints its example' [ "$(wc -l <run.yaml) $(wc -l <fit.yaml)" = '5 21' ]
small=(--set box.particles=16 --set box.size=128 --set "observation.mask='$data:/mask/good'")
on_ranks 2 simulate run.yaml "${small[@]}" --set output.white_noise=true --set output.pictures=false
on_ranks 2 mock run.yaml "${small[@]}"
check 'its mock is made' said 'truth: bias_amplitude 54.4768, bias_exponent 1.2'
on_ranks 2 survey run.yaml "${small[@]}" --set observation.catalogue=out/mock.h5:/sky
check 'its catalogue makes the cubes again' same '^/(counts|selection)$' out/mock.h5 out/survey.h5
on_ranks 2 reconstruct fit.yaml "${small[@]}" --set 'optimizer.stages=[{smoothing: 0, iterations: 3}]'
check 'its reconstruction ends' [ -f fit/reconstruction.h5 ]
on_ranks 2 sample fit.yaml "${small[@]}" --set sampler.warmup=0 --set sampler.step=0.03 --set sampler.length=0.09 \
    --set sampler.samples=4 --set sampler.thin=4
check 'its chain says where the truth is' said '^bias_exponent: the truth is'
check 'and how well it is known where something is seen' said '^r of the mean with the truth .*where seen +elsewhere'
on_ranks 1 report fit
check 'and so does the page' grep -q 'r where seen' fit/report.html

# Without the amplitude in the posterior its draws belong to the points of the chain, the same on any ranks and after a resume.
patches=(--set objective.likelihood=patches --set 'reconstruct.vary=[bias_exponent]' --set sampler.warmup=0 --set sampler.step=0.03 --set sampler.length=0.09
    --set sampler.thin=4 --set 'sampler.vary=[{parameter: bias_exponent, sigma: 0.3}]')
left_out() { # ranks, directory, options...
    on_ranks "$1" sample fit.yaml "${small[@]}" "${patches[@]}" --set output.directory="$2" "${@:3}"
}
left_out 1 whole --set sampler.samples=8
check 'a chain says of the amplitude that it leaves out where the truth is' said '^bias_amplitude: the truth is'
check 'and what it is' awk '/"mean_bias_amplitude"/ { good = $3 + 0 > 27 && $3 + 0 < 109 } END { exit !good }' whole/sample.json
left_out 3 cut --set sampler.samples=4
left_out 2 cut --set sampler.samples=8 --resume
check 'its draws are the same on other ranks and after a resume' same '^/posterior/' whole/chain_0.h5 cut/chain_0.h5
check 'they are with each sample' same '^/parameters/bias_amplitude$' whole/sample_000008.h5 cut/sample_000008.h5
left_out 2 none --set 'sampler.vary=[{parameter: bias_amplitude, sigma: 5}]' --set sampler.truth=null --set sampler.samples=4
check 'to vary what the posterior does not know is one line' [ "$(wc -l <"$prints/rank.0.err")" -eq 1 ]
check 'that says why' grep -q 'vary is bias_amplitude; it must be able to act, which it cannot with likelihood: patches' \
    "$prints/rank.0.err"

exit $((failures > 0))
