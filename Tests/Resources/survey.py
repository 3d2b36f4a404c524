"""Makes survey.h5: masks, good and bad, a catalogue, and a selection that healpy and numpy computed.

    python3 survey.py        # needs h5py, healpy and numpy
"""

import h5py
import healpy
import numpy as np

random = np.random.default_rng(11)
nside = 8
pixels = np.arange(12 * nside**2)
x, y, z = healpy.pix2vec(nside, pixels)
mask = np.where(np.abs(z) < 0.2, 0, np.where(x > 0, 1, 0.6))  # a plane of dust, and half the sky seen worse

with h5py.File("survey.h5", "w") as file:

    def write(name, values, nside, ordering="RING"):
        dataset = file.create_dataset(f"/mask/{name}", data=values.astype("f4"))
        if nside is not None:
            dataset.attrs["nside"] = nside
        if ordering is not None:
            dataset.attrs["ordering"] = ordering

    write("good", mask, nside)
    write("other_nside", mask, 4)
    write("cut", mask[:700], nside)
    write("nested", mask, nside, "NESTED")
    write("no_order", mask, nside, None)
    write("no_nside", mask, None)
    write("unseen", np.where(mask == 0, healpy.UNSEEN, mask), nside)
    write("percent", 100 * mask, nside)
    write("nothing", 0 * mask, nside)
    write("nan", np.where(pixels == 17, np.nan, mask), nside)

    # S of cells 4 Mpc/h wide, of two force cells along each side: cell c reaches from 4c - 1 to 4c + 3.
    box, shape, observer, padding = np.array([24, 32, 40]), (6, 8, 10), np.array([12, 16, 20]), 2.5
    radii, phi = [0, 6, 18], [1, 0.9, 0]
    selection = np.zeros(shape)
    for cell in np.ndindex(shape):
        lower = 4.0 * np.array(cell) - 1
        if np.any(lower < padding) or np.any(lower + 4 > box - padding):
            continue
        points = np.moveaxis(np.indices((4, 4, 4)), 0, -1).reshape(-1, 3) + 0.5 + lower
        way = points - observer
        r = np.sqrt((way**2).sum(axis=1))
        c = mask.astype("f4").astype("f8")[healpy.vec2pix(nside, *way.T)]
        selection[cell] = np.mean(c * np.interp(r, radii, phi, right=0))
    file["/reference/selection"] = selection
    file["/reference/radii"] = np.array(radii, dtype="f8")
    file["/reference/phi"] = np.array(phi, dtype="f8")

    # Galaxies at 10 to 55 Mpc/h, for z = r / 2997.92458 or so.
    count = 300
    file["/sky/RA"] = random.uniform(0, 360, count)
    file["/sky/Dec"] = np.degrees(np.arcsin(random.uniform(-1, 1, count)))
    file["/sky/z"] = random.uniform(10, 55, count) / 2997.92458
    file["/uneven/RA"], file["/uneven/Dec"], file["/uneven/z"] = np.ones(3), np.ones(3), np.ones(2)
    for name in ("RA", "Dec", "z"):
        file[f"/empty/{name}"] = np.zeros(0)
    file["/nan/RA"], file["/nan/Dec"], file["/nan/z"] = np.ones(3), np.array([1, np.nan, 1]), np.full(3, 0.01)
    file["/words/RA"] = np.ones((3, 2))
    file["/words/Dec"], file["/words/z"] = np.ones(3), np.ones(3)
