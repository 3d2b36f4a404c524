#!/usr/bin/env bash
# The community's readers open snapshots with nothing set by hand, and find the file's numbers in them: h5py, Pylians3, pynbody
# and yt, each skipped where python3 has it not (pip install h5py Pylians pynbody yt; PYTHON names another python3).
source "$(dirname "$0")/support.bash"
cd "$scratch" || exit 1
limit=120
python=${PYTHON:-python3}

cat >run.yaml <<'E'
box: {particles: 16, spacing: 4.0}
evolution: {steps: 4}
output: {redshifts: [1, 0], align: outputs, density: false, power_spectrum: false, pictures: false}
E
run() { on_ranks 2 simulate run.yaml --set output.directory="$1" "${@:2}"; }
run cube && run box --set 'box.particles=[16, 24, 12]' && run kpc --set output.length_unit=kpc/h
if [ -s kpc/snapshot_a0.5000.hdf5 ]; then pass 'snapshots are written'; else fail 'snapshots are written'; fi

# What the file says, as h5py has it: lengths in Mpc/h, masses in Msun/h, peculiar velocities in km/s, in Lagrangian order.
cat >truth.py <<'E'
import sys, warnings
import numpy as np, h5py
warnings.simplefilter('ignore')
name = sys.argv[1]
path = name + '/snapshot_a0.5000.hdf5'
unit = 1e-3 if name == 'kpc' else 1.0
with h5py.File(path) as file:
    header = dict(file['Header'].attrs)
    x = file['PartType1/Coordinates'][:] * unit
    v = file['PartType1/Velocities'][:] * np.sqrt(header['Time'])
mass = header['MassTable'][1] * 1e10
sides = np.array([64, 96, 48.0] if name == 'box' else [64, 64, 64.0])
assert np.allclose(header['BoxSize'] * unit, sides), header['BoxSize']
assert (x >= 0).all() and (x < sides).all() and (x.max(0) > 0.9 * sides).all()
assert abs(mass / (0.3096414415 * 2.775366e11 * 64) - 1) < 1e-6
def same(found, expected, tolerance=1e-6):
    found = np.asarray(found, dtype=float)
    assert np.allclose(found, expected, rtol=tolerance, atol=tolerance * np.abs(expected).max()), (found, expected)
E
cat >h5py.test <<'E'
assert abs(header['Redshift'] - 1) < 1e-12
E
cat >readgadget.test <<'E'
import readgadget
head = readgadget.header(path)
same(head.redshift, 1); same(head.omega_m, 0.3096414415); same(head.omega_l, 1 - 0.3096414415); same(head.hubble, 0.6766)
same(head.boxsize * unit * np.ones(3), sides)
assert head.nall[1] == len(x)
same(readgadget.read_block(path, 'POS ', [1]) * unit, x)
same(readgadget.read_block(path, 'VEL ', [1]), v)
same(readgadget.read_block(path, 'MASS', [1]), mass * np.ones(len(x)))
same(readgadget.read_block(path, 'ID  ', [1]), np.arange(len(x)))
E
cat >pynbody.test <<'E'
import pynbody
s = pynbody.load(path)
same(s.properties['a'], 0.5); same(s.properties['h'], 0.6766); same(s.properties['omegaM0'], 0.3096414415)
same(s['pos'].in_units('Mpc a h**-1'), x)
same(s['vel'].in_units('km s**-1'), v)
same(s['mass'].in_units('Msol h**-1'), mass * np.ones(len(x)), 1e-4)
same(s['iord'], np.arange(len(x)))
same(float(s.properties['boxsize'].ratio('Mpc a h**-1', **s.conversion_context())), sides.max())
E
cat >yt.test <<'E'
import yt
yt.set_log_level(50)
ds = yt.load(path)
same(ds.current_redshift, 1); same(ds.hubble_constant, 0.6766); same(ds.omega_matter, 0.3096414415)
same(ds.domain_width.to('Mpccm/h'), sides.max() * np.ones(3))
data = ds.all_data()
order = np.argsort(data['PartType1', 'particle_index'])
same(data['PartType1', 'particle_position'].to('Mpccm/h')[order], x)
same(data['PartType1', 'particle_velocity'].to('km/s')[order], v)
same(data['PartType1', 'particle_mass'].to('Msun/h')[order], mass * np.ones(len(x)), 1e-4)
# Of a box that is no cube yt knows the longest side alone, and takes the others from who loads it.
ds = yt.load(path, bounding_box=[[0, side] for side in sides / unit])
same(ds.domain_width.to('Mpccm/h'), sides)
E
for reader in h5py readgadget pynbody yt; do
    for name in cube box kpc; do
        title="$reader reads $name"
        if ! "$python" -c "import h5py, $reader" 2>/dev/null; then
            skip "$title" "$python has no $reader here"
        elif output=$(timeout -k 5 "$limit" "$python" -c "$(cat truth.py $reader.test)" $name 2>&1); then
            pass "$title"
        else
            fail "$title" "$(tail -n 5 <<<"$output")"
        fi
    done
done

# Haloes do not depend on the unit of lengths.
for name in cube kpc; do on_ranks 2 haloes $name/snapshot_a1.0000.hdf5 --minimum 3; done
title='haloes are the same from a snapshot in kpc/h'
if grep -v '^#' cube/halo_mass_a1.0000.txt | grep -q '[0-9]' && cmp cube/halo_mass_a1.0000.txt kpc/halo_mass_a1.0000.txt
then pass "$title"; else fail "$title"; fi

exit $((failures > 0))
