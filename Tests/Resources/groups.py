"""Makes groups.h5: particles in a box and their groups, by SciPy alone.

    python3 groups.py          (NumPy, SciPy and h5py; writes here)

Positions are 32-bit fractions of a box of 18 x 20 x 16 mean particle distances: clumps, some of them on faces, edges
and at the corner of the box, a thread along z that meets itself, and particles strewn about. A particle's label is
the smallest number of its group.
"""
import h5py
import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

shape = np.array([18, 20, 16])
count = int(shape.prod())
random = np.random.default_rng(20161)

centres = np.vstack([
    np.zeros((1, 3)),                                   # the corner
    [[0, 7, 8], [9, 0, 4], [5, 13, 0]],                 # faces
    [[0, 0, 6], [0, 10, 0], [12, 0, 0]],                # edges
    random.random((40, 3)) * shape,
])
clumps = [centre + random.normal(0, random.uniform(0.1, 0.6), (random.integers(15, 160), 3)) for centre in centres]
thread = np.column_stack([
    6 + random.normal(0, 0.02, 200), 16 + random.normal(0, 0.02, 200), np.arange(200) * shape[2] / 200])
places = np.vstack(clumps + [thread])
places = np.vstack([places, random.random((count - len(places), 3)) * shape])
places = random.permutation(places % shape)
position = np.floor(places / shape * 2.0**32).astype(np.uint64).astype(np.uint32)

with h5py.File("groups.h5", "w") as file:
    file.attrs["shape"] = shape
    file.create_dataset("position", data=position, compression="gzip", shuffle=True)
    exact = position * (shape / 2.0**32)
    for b in (0.168, 0.2, 0.5):
        tree = cKDTree(exact, boxsize=shape)
        assert len(tree.query_pairs(b * (1 + 1e-9))) == len(tree.query_pairs(b * (1 - 1e-9))), "a pair at the limit"
        pairs = tree.query_pairs(b, output_type="ndarray")
        links = coo_matrix((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(count, count))
        groups, group = connected_components(links, directed=False)
        least = np.full(groups, count)
        np.minimum.at(least, group, np.arange(count))
        label = least[group]
        file.create_dataset(f"label_{b}", data=label.astype(np.int64), compression="gzip", shuffle=True)
        lengths = np.bincount(label)
        print(b, groups, "groups,", (lengths >= 20).sum(), "of 20 and more, the longest", lengths.max())
