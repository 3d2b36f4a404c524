#!/usr/bin/env bash
# Haloes from a run and from its snapshot, fields of them, the same universe on another grid; and whether the
# community's readers open the catalogue.
source "$(dirname "$0")/support.bash"
cd "$scratch" || exit 1
limit=120

cat >run.yaml <<'E'
box: {particles: 32, spacing: 3.0}
evolution: {steps: 10}
output: {directory: one, haloes: true, pictures: false}
E
catalogue=fof_subhalo_tab_a1.0000.hdf5
on_ranks 1 simulate run.yaml
check 'a run seeks haloes' grep -qE "one/$catalogue: [1-9][0-9]* haloes of at least 20 particles" "$prints/rank.0.out"
check 'the time is booked' grep -q '^haloes ' "$prints/rank.0.out"
for ranks in 3 4; do
    on_ranks $ranks simulate run.yaml --set output.directory=ranks$ranks
    check "the same catalogue on $ranks ranks" cmp one/$catalogue ranks$ranks/$catalogue
    check "the same mass function on $ranks ranks" cmp one/halo_mass_a1.0000.txt ranks$ranks/halo_mass_a1.0000.txt
    on_ranks $ranks haloes one/snapshot_a1.0000.hdf5 --output snapshot$ranks
    check "the snapshot has the same haloes, on $ranks ranks" cmp one/$catalogue snapshot$ranks/$catalogue
    on_ranks $ranks haloes one/snapshot_a1.0000.hdf5 --output field$ranks --minimum 5 --field --number-density 1e-4 --mesh 24 \
        --scatter 0.2 --redshift-space z
    check "fields are written on $ranks ranks" [ -s field$ranks/halo_field_a1.0000.h5 ]
done
check 'fields are the same on 3 and 4 ranks' cmp field3/halo_field_a1.0000.h5 field4/halo_field_a1.0000.h5
on_ranks 2 haloes one/snapshot_a1.0000.hdf5 --output field2 --minimum 5 --field --number-density 1e-4
check 'fields stand on the mesh of the run' grep -qE 'halo_field_a1.0000.h5: 88 haloes' "$prints/rank.0.out"
on_ranks 2 haloes one/snapshot_a1.0000.hdf5 --output short --linking-length 0.1 --minimum 40
check 'a shorter linking length gives fewer haloes' grep -qE 'haloes of at least 40 particles' "$prints/rank.0.out"
on_ranks 1 report one
check 'the report shows the mass function' grep -q 'Watson' one/report.html

# Standard reconstruction of the numbers of haloes: the same bits on any ranks, and like the truth at large scales.
standard=(reconstruct run.yaml --set reconstruct.method=standard --set reconstruct.smoothing=10
    --set reconstruct.truth=initial --set "objective.data='field2/halo_field_a1.0000.h5:/counts'")
on_ranks 1 "${standard[@]}" --set output.directory=standard1
check 'haloes are reconstructed' grep -q '^bias [0-9.]*, of the longest waves' "$prints/rank.0.out"
check 'they are like the truth at large scales' awk '/r initial/ { getline; exit !($2 > 0.5) }' "$prints/rank.0.out"
on_ranks 4 "${standard[@]}" --set output.directory=standard4
check 'the reconstruction is the same on 4 ranks' \
    cmp standard1/standard_reconstruction.h5 standard4/standard_reconstruction.h5
# Of the same haloes where they are, from the catalogue; the report; and as a start.
whole=("${standard[@]}" --set reconstruct.number_density=1e-4 --set "objective.data='field2/$catalogue:/Group'")
for ranks in 1 3; do
    on_ranks $ranks "${whole[@]}" --set output.directory=whole$ranks
    check "a catalogue is reconstructed on $ranks ranks" grep -q '^88 haloes, bias [0-9.]*, of the longest' "$prints/rank.0.out"
done
check 'and is the same on 3 ranks' cmp whole1/standard_reconstruction.h5 whole3/standard_reconstruction.h5
check 'they are like the truth at large scales too' awk '/r initial/ { getline; exit !($2 > 0.5) }' "$prints/rank.0.out"
on_ranks 2 report whole1
check 'the report shows r(k) and T(k)' grep -q 'Correlation and transfer' whole1/report.html
search=(reconstruct run.yaml --set "objective.data='one/density_a1.0000.h5:/density'"
    --set 'optimizer.stages=[{smoothing: 1, iterations: 1}]' --set output.haloes=false)
for ranks in 1 4; do
    on_ranks $ranks "${search[@]}" --set reconstruct.start=standard --set output.directory=search$ranks
    check "a search starts from it on $ranks ranks" grep -q '^start: standard reconstruction, bias' "$prints/rank.0.out"
done
check 'and goes the same way' same_data search1/reconstruction.h5 search4/reconstruction.h5
on_ranks 2 "${search[@]}" --set output.directory=noise
check 'from where the loss is less than from noise' awk -F, '
    /^#/ { next }
    !(FILENAME in names) { names[FILENAME]; for (i = 1; i <= NF; i++) if ($i == "loss") column = i; next }
    !(FILENAME in loss) { loss[FILENAME] = $column }
    END { exit !(loss["search1/history.csv"] < 0.5 * loss["noise/history.csv"]) }' search1/history.csv noise/history.csv

# What cannot be, in one line on any number of ranks, with nothing left behind.
refuses() { # what it says, arguments...
    local says=$1 ranks status
    shift
    for ranks in 1 3; do
        on_ranks $ranks "$@"
        status=$?
        check "'$says' is one line on $ranks ranks" \
            [ "$status $(cat "$prints"/rank.*.err | wc -l)" = '2 1' ]
        check "and says so on $ranks ranks" grep -qF -- "$says" "$prints/rank.0.err"
        check "and leaves nothing on $ranks ranks" [ -z "$(ls none 2>/dev/null)" ]
        rm -rf none
    done
}
head -c 60000 one/snapshot_a1.0000.hdf5 >cut.h5
head -c 3000 one/$catalogue >cut.hdf5
refuses 'cut.h5: is damaged or cut off' haloes cut.h5 --output none
refuses 'has no halo of at least 30000 particles' haloes one/snapshot_a1.0000.hdf5 --minimum 30000 --field --output none
refuses 'takes 884736 haloes; there are' haloes one/snapshot_a1.0000.hdf5 --field --number-density 1 --output none
refuses '--refine is 1.3; it must make whole grids' noise run.yaml --refine 1.3 --output none/noise.h5
refuses '--coarsen is 5.0; it must make whole grids' noise run.yaml --coarsen 5 --output none/noise.h5
refuses 'cut.hdf5: is damaged or cut off' "${whole[@]}" --set "objective.data='cut.hdf5:/Group'" --set output.directory=none
refuses 'is no catalogue of haloes' "${whole[@]}" --set "objective.data='one/density_a1.0000.h5:/Group'" \
    --set output.directory=none
refuses 'its box is 96.0 x 96.0 x 96.0 Mpc/h; it must be that of the configuration' "${whole[@]}" --set box.spacing=2 \
    --set output.directory=none
refuses 'takes 884736 haloes; there are' "${whole[@]}" --set reconstruct.number_density=1 --set output.directory=none
refuses 'it must come with a catalogue' "${standard[@]}" --set reconstruct.number_density=1e-4 --set output.directory=none
refuses 'nowhere: there is no such directory' compare one nowhere --output none

on_ranks 1 reconstruct run.yaml --set reconstruct.bias=2 --set "objective.data='field2/halo_field_a1.0000.h5:/counts'"
check 'a bias without the method is one line' grep -q 'reconstruct.bias is 2.0; it must come with method: standard' \
    "$prints/rank.0.err"

on_ranks 1 noise run.yaml --refine 1.5 --output fine.h5
on_ranks 4 noise run.yaml --refine 1.5 --output fine4.h5
check 'refined noise is the same on 1 and 4 ranks' cmp fine.h5 fine4.h5
on_ranks 2 noise run.yaml --set box.particles=48 --set initial.white_noise=fine.h5:/white_noise --coarsen 1.5 \
    --output back.h5
check 'and back' [ -s back.h5 ]
on_ranks 2 simulate run.yaml --set box.particles=48 --set box.spacing=2 --set initial.white_noise=fine.h5:/white_noise \
    --set output.directory=fine
check 'the finer universe runs' [ -s fine/$catalogue ]

# What is there stays there
kept=$(cat one/$catalogue fine.h5 | cksum)
refused() { grep -q "$1 is there already; use another --output, or --overwrite to replace it" "$prints/rank.0.err"; }
for ranks in 1 4; do
    on_ranks $ranks haloes one/snapshot_a1.0000.hdf5 --linking-length 0.3
    check "haloes are not written over unasked ($ranks ranks)" refused "one/$catalogue"
    on_ranks $ranks noise run.yaml --refine 2 --output fine.h5
    check "nor is noise ($ranks ranks)" refused ./fine.h5
done
check 'and no byte of them changes' [ "$(cat one/$catalogue fine.h5 | cksum)" = "$kept" ]
on_ranks 2 haloes one/snapshot_a1.0000.hdf5 --output short --overwrite
check '--overwrite replaces haloes' cmp short/$catalogue one/$catalogue

# Large scales of the two runs are the same.
on_ranks 1 compare one fine --output compared
check 'the two runs are compared' [ -s compared/comparison_a1.0000.svg ]
agrees() {
    grep -v '^#' compared/comparison_a1.0000.txt | head -n 4 |
        awk '{ if ($4 < 0.99 || $5 < 0.97 || $5 > 1.03) bad = 1 } END { exit bad || NR != 4 }'
}
check 'both have the same matter at large scales' agrees
on_ranks 4 compare one fine --output compared4
check 'the comparison is the same on 4 ranks' cmp compared/comparison_a1.0000.txt compared4/comparison_a1.0000.txt
on_ranks 3 compare one ranks3/density_a1.0000.h5 --output itself
check 'a run is like itself at all scales' awk '
    /^#/ { next } { rows++; if ($4 < 1 - 1e-12 || $5 < 1 - 1e-12 || $5 > 1 + 1e-12) bad = 1 } END { exit bad || rows < 10 }' \
    itself/comparison_a1.0000.txt

with_python() { # name, module, code
    if ! python3 -c "import $2" 2>/dev/null; then
        skip "$1" "python3 has no $2 here"
    elif output=$(timeout -k 5 "$limit" python3 -c "$3" 2>&1); then
        pass "$1"
    else
        fail "$1" "$(tail -n 5 <<<"$output")"
    fi
}
with_python 'yt opens the catalogue' yt "
import yt
ds = yt.load('one/$catalogue')
ds.filename_template = 'one/$catalogue'  # yt looks for a number before the suffix
mass = ds.all_data()['Group', 'GroupMass'].to('Msun')
assert len(mass) > 10 and 1e13 < float(mass.max()) < 1e16, mass
assert abs(float(ds.domain_width[0].to('Mpccm/h')) - 96) < 1e-6
"
with_python 'pynbody opens the catalogue' pynbody "
import pynbody
s = pynbody.load('one/snapshot_a1.0000.hdf5')
h = s.halos(filename='one/$catalogue')
assert len(h) > 10 and h[0].properties['GroupLen'] >= h[1].properties['GroupLen'] >= 20
"

exit $((failures > 0))
