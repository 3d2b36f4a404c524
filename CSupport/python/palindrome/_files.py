"""Arrays in HDF5 files, in parallel and without a model."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from mpi4py import MPI

from ._arguments import on_host, require_dense
from ._errors import PeerError, UsageError, one_line
from ._library import check, ffi, lib
from ._results import Array

_NUMBERS = (np.uint8, np.int32, np.int64, np.uint32, np.uint64, np.float32, np.float64)  # enum palindrome_number
_AXES = 8
Prepared = TypeVar("Prepared")


def read(path: str | os.PathLike[str], dataset: str = "/density", comm: MPI.Intracomm = MPI.COMM_WORLD) -> Array:
    """This rank's rows of an array in an HDF5 file: a fair share of its first axis, in the order of ranks. Collective.

    Reads arrays of numbers of any shape, whoever wrote them and on however many ranks; an array of no axes, one number, is
    read by all. ``m.read`` reads the block of a model's grid.

    Args:
        path: of the file.
        dataset: path of the dataset in it, such as ``/PartType1/Coordinates``.
        comm: the ranks.

    Raises:
        UsageError: where there is no such file or dataset, or it holds no numbers.
    """
    array, _keep = _together(comm, lambda: _address(path, dataset))
    check(lib.palindrome_array_describe(comm.py2f(), array))
    shape = tuple(array.shape[0 : array.axes])
    out = np.empty((array.count, *shape[1:]) if shape else (), _NUMBERS[array.number])
    check(lib.palindrome_array_read(comm.py2f(), array, ffi.from_buffer(out)))
    return out


def write(
    path: str | os.PathLike[str], rows: Any, dataset: str = "/density", comm: MPI.Intracomm = MPI.COMM_WORLD
) -> None:
    """Writes the rows of all ranks, one after the other along the first axis, into a new HDF5 file. Collective.

    Args:
        path: of the file, which must not be there yet.
        rows: of this rank; any number of them, also none.
        dataset: path of the dataset in it.
        comm: the ranks.

    Raises:
        UsageError: where there is such a file, or the rows of ranks do not fit together.
        EnvironmentError: where the disk is full.
    """

    def prepare() -> tuple[Any, Array, list[Any]]:
        x = require_dense(on_host(rows, "the array"), "the array")
        if x.dtype.type not in _NUMBERS or not x.dtype.isnative:
            names = ", ".join(np.dtype(number).name for number in _NUMBERS)
            raise UsageError(f"the array is of {x.dtype}; it must be of one of {names}; use astype")
        if not 1 <= x.ndim <= _AXES:
            raise UsageError(f"the array has {x.ndim} axes; it must have from 1 to {_AXES}")
        array, keep = _address(path, dataset)
        array.number, array.axes, array.count = _NUMBERS.index(x.dtype.type), x.ndim, len(x)
        array.shape[0 : x.ndim] = x.shape
        return array, x, keep

    array, x, _keep = _together(comm, prepare)
    check(lib.palindrome_array_write(comm.py2f(), array, ffi.from_buffer(x)))


def _address(path: str | os.PathLike[str], dataset: str) -> tuple[Any, list[Any]]:
    keep = [ffi.new("char[]", os.fsencode(path)), ffi.new("char[]", dataset.encode())]
    array = ffi.new("palindrome_array *")
    array.path, array.name = keep
    return array, keep


def _together(comm: MPI.Intracomm, prepare: Callable[[], Prepared]) -> Prepared:
    """What a rank has to prepare, which may fail; then it fails on all."""
    try:
        prepared, error = prepare(), None
    except Exception as failure:
        error = failure
    lines = comm.allgather(None if error is None else one_line(error).decode())
    if error is not None:
        raise error
    for rank, line in enumerate(lines):
        if line is not None:
            raise PeerError(rank, line)
    return prepared
