import h5py
import numpy as np
import pytest

import palindrome as pl
from mpi4py import MPI


@pytest.fixture
def folder(tmp_path_factory, comm):
    return comm.bcast(str(tmp_path_factory.mktemp("files")) if comm.rank == 0 else None)


def share(whole, comm):
    return whole[comm.rank * len(whole) // comm.size : (comm.rank + 1) * len(whole) // comm.size]


NUMBERS = ["uint8", "int32", "int64", "uint32", "uint64", "float32", "float64"]


@pytest.mark.parametrize("shape, numbers", [((13,), NUMBERS), ((7, 3), ["float32"]), ((5, 4, 3, 2), ["int64"]), ((0, 3), ["float64"])])
def test_rows_come_back_on_any_ranks(folder, comm, shape, numbers):
    # Unequal rows, and none on rank 0 where there are others.
    ends = np.sort(np.random.default_rng(2).integers(0, shape[0] + 1, comm.size - 1))
    ends = [0, *(ends * (ends > 2)), shape[0]]
    for number in numbers:
        path, whole = f"{folder}/{number}.h5", (np.random.default_rng(1).random(shape) * 200).astype(number)
        pl.write(path, whole[ends[comm.rank] : ends[comm.rank + 1]], "/group/rows")
        found = pl.read(path, "/group/rows")
        assert found.dtype == number
        assert np.array_equal(found, share(whole, comm))
        if comm.rank == 0:
            with h5py.File(path) as file:
                assert np.array_equal(file["group/rows"][:], whole)
                assert file.attrs["code"] == b"palindrome"
            assert np.array_equal(pl.read(path, "/group/rows", MPI.COMM_SELF), whole)


def test_files_of_others_are_read(folder, comm):
    path = f"{folder}/other.h5"
    rng = np.random.default_rng(3)
    arrays = {"a": rng.random((9, 2)), "half": rng.random(6).astype("f2"), "short": rng.integers(-9, 9, 11).astype("i2"),
              "big": rng.random(5).astype(">f8"), "gaps": np.where(np.arange(8) % 3, 1.0, np.nan),
              "packed": rng.integers(0, 5, (40, 4)), "bits": np.arange(6) % 2 == 0}  # fmt: skip
    if comm.rank == 0:
        with h5py.File(path, "w") as file:
            for name, array in arrays.items():
                file.create_dataset(name, data=array, compression="gzip" if name == "packed" else None)
            file["one"], file["text"] = 2.5, "words"
    comm.barrier()
    for name, array in arrays.items():
        found = pl.read(path, f"/{name}")
        assert np.array_equal(found, share(array, comm), equal_nan=name == "gaps"), name
    assert pl.read(path, "/one") == 2.5 and pl.read(path, "/one").shape == ()
    with pytest.raises(pl.UsageError, match="holds text, which cannot be read as real numbers"):
        pl.read(path, "/text")
    with pytest.raises(pl.UsageError, match="there is no dataset /pack; the nearest are /packed"):
        pl.read(path, "/pack")
    with pytest.raises(pl.UsageError, match="begins with /"):
        pl.read(path, "one")


def test_what_a_model_writes_is_read(folder, comm, model):
    density = model.forward(model.white_noise(1))
    model.write(f"{folder}/density.h5", density)
    rows = pl.read(f"{folder}/density.h5")
    whole = np.concatenate(comm.allgather(rows))
    assert np.array_equal(whole[model.mesh_slices], density)
    pl.write(f"{folder}/again.h5", rows)
    assert np.array_equal(model.read(f"{folder}/again.h5"), density)


def test_a_damaged_array_is_found_out(folder, comm):
    path = f"{folder}/damaged.h5"
    pl.write(path, np.arange(8.0) + comm.rank)
    if comm.rank == 0:
        with h5py.File(path, "r+") as file:
            file["density"][5] = 99.0
    comm.barrier()
    with pytest.raises(pl.UsageError, match="do not match their checksum"):
        pl.read(path)


def test_arrays_that_cannot_be_written(folder, comm):
    path, last = f"{folder}/bad.h5", comm.size - 1
    with pytest.raises(pl.UsageError, match="complex128"):
        pl.write(path, np.zeros(3, complex))
    with pytest.raises(pl.UsageError, match="0 axes"):
        pl.write(path, np.float64(1))
    with pytest.raises(pl.UsageError, match="C order"):
        pl.write(path, np.zeros((4, 6)).T)
    with pytest.raises(pl.UsageError, match=">f8"):
        pl.write(path, np.zeros(3, ">f8"))
    if comm.size > 1:
        with pytest.raises(pl.UsageError, match="the kind of number or the shape of a row differs between ranks"):
            pl.write(path, np.zeros((3, 1 + comm.rank // last)))
        with pytest.raises(pl.UsageError if comm.rank == last else pl.PeerError, match="complex128"):
            pl.write(path, np.zeros(3, complex if comm.rank == last else float))
    pl.write(path, np.zeros(3))
    with pytest.raises(pl.UsageError, match="it is there already"):
        pl.write(path, np.zeros(3))
    with pytest.raises(pl.UsageError, match="nowhere"):
        pl.read("/nowhere/array.h5")
    with pytest.raises((pl.UsageError, pl.EnvironmentError), match="nowhere"):
        pl.write("/nowhere/array.h5", np.zeros(3))
