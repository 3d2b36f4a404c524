"""Blocks of the two grids, whole arrays, and files of them."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
from mpi4py import MPI
from mpi4py.util.dtlib import from_numpy_dtype

from ._arguments import Grid, on_host, pointer, require_dense
from ._calls import Calls
from ._errors import UsageError
from ._library import check, ffi, lib
from ._results import Array, axes


class Fields(Calls):
    """Arrays on the particle grid and on the force mesh, of which each rank has a block."""

    def __init__(self, handle: Any, comm: MPI.Intracomm) -> None:
        super().__init__(handle, comm)
        facts = ffi.new("palindrome_facts *")
        check(lib.palindrome_model_facts(handle, facts))
        self._facts = facts
        self.dtype = np.dtype(np.float32 if facts.word_bytes == 4 else np.float64)
        self.box: tuple[float, ...] = tuple(facts.box)
        self.spacing: float = facts.spacing
        self.cell: float = facts.cell
        self.grid, self.slices, self.shape = self._share(lib.palindrome_particles)
        self.mesh, self.mesh_slices, self.mesh_shape = self._share(lib.palindrome_mesh)
        self._blocks = {"particles": comm.allgather(self.slices), "mesh": comm.allgather(self.mesh_slices)}

    def _share(self, grid: int) -> tuple[tuple[int, ...], tuple[slice, ...], tuple[int, ...]]:
        share = ffi.new("palindrome_share *")
        check(lib.palindrome_share_of(self._handle, grid, share))
        slices = tuple(slice(first, first + count) for first, count in zip(share.first, share.count))
        return tuple(share.shape), slices, tuple(share.count)

    def _field(self, x: Any, shape: tuple[int, ...], name: str) -> Array:
        """An array as the library takes it."""
        x = on_host(x, name)
        if x.shape != shape:
            raise UsageError(f"{name} has the shape {x.shape}; it must be this rank's block, {shape}; see shape and mesh_shape")
        if x.dtype != self.dtype:
            raise UsageError(f"{name} is of {x.dtype}; it must be of {self.dtype} (run.precision); use x.astype(m.dtype)")
        return require_dense(x, name)

    def _mesh_field(self) -> Array:
        return np.empty(self.mesh_shape, self.dtype)

    # Blocks and whole arrays

    def sum(self, terms: Any) -> float:
        """The sum of numbers over all ranks, rounded once: the same bits on any ranks."""
        x = self._agree(lambda: np.ascontiguousarray(terms, np.float64), within=True)
        total = ffi.new("double *")
        self._do(lambda: lib.palindrome_total(self._handle, x.size, pointer(x), total))
        return float(total[0])

    def gather(self, x: Any, root: int = 0) -> Array | None:
        """The whole grid of this rank's blocks, on one rank; None on the others."""

        def prepare() -> tuple[str, Array]:
            block = np.ascontiguousarray(x)
            return self._grid_of(block.shape), block

        grid, block = self._agree(prepare)
        counts = [int(np.prod([s.stop - s.start for s in slices])) for slices in self._blocks[grid]]
        whole = np.empty(sum(counts), block.dtype) if self.comm.rank == root else None
        kind = from_numpy_dtype(block.dtype)
        self.comm.Gatherv([block, kind], None if whole is None else [whole, counts, None, kind], root)
        if whole is None:
            return None
        out, start = np.empty(self.grid if grid == "particles" else self.mesh, block.dtype), 0
        for slices, count in zip(self._blocks[grid], counts):
            out[slices] = whole[start : start + count].reshape([s.stop - s.start for s in slices])
            start += count
        return out

    def scatter(self, x: Any, root: int = 0) -> Array:
        """This rank's block of a whole grid that one rank has."""

        def prepare() -> tuple[str, Array] | None:
            if self.comm.rank != root:
                return None
            whole = np.ascontiguousarray(x, self.dtype)
            if whole.shape not in (self.grid, self.mesh):
                raise UsageError(f"the array has the shape {whole.shape}; it must be {self.grid} or {self.mesh}")
            return ("particles" if whole.shape == self.grid else "mesh"), whole

        prepared = self._agree(prepare)
        grid = self.comm.bcast(prepared[0] if prepared else None, root)
        block = np.empty(self._block_shape(grid), self.dtype)
        sent, kind = None, from_numpy_dtype(self.dtype)
        if prepared:
            blocks = self._blocks[grid]
            packed = np.concatenate([prepared[1][slices].ravel() for slices in blocks])
            sent = [packed, [int(np.prod([s.stop - s.start for s in slices])) for slices in blocks], None, kind]  # fmt: skip
        self.comm.Scatterv(sent, [block, kind], root)
        return block

    def plot(self, field: Any, ax: Any = None, axis: int = 2, **style: Any) -> Any:
        """Draws a field, averaged along an axis of the box, on matplotlib axes of rank 0, and returns them there; None on
        the other ranks. What is positive everywhere, as a density, has a logarithmic scale.
        """

        def prepare() -> tuple[str, Array, Any]:
            grid = self._grid_of(np.shape(field))
            x = self._field(field, self._block_shape(grid), "the field")
            if axis not in (0, 1, 2):
                raise UsageError(f"axis is {axis}; it must be 0, 1 or 2")
            return grid, x, axes(ax) if self.comm.rank == 0 else None

        grid, x, ax = self._agree(prepare)
        shape = self.grid if grid == "particles" else self.mesh
        across = [other for other in range(3) if other != axis]
        image = np.zeros([shape[other] for other in across])
        slices = self._blocks[grid][self.comm.rank]
        image[tuple(slices[other] for other in across)] = x.sum(axis=axis, dtype=np.float64) / shape[axis]
        whole = np.empty_like(image) if self.comm.rank == 0 else None
        self.comm.Reduce(image, whole)
        if whole is None:
            return None
        if whole.min() > 0 and "norm" not in style:
            style["norm"] = "log"
        right, top = (self.box[other] for other in across)
        ax.imshow(whole.T, origin="lower", extent=(0, right, 0, top), **style)
        ax.set_xlabel(rf"${'xyz'[across[0]]}\ [\mathrm{{Mpc}}/h]$")
        ax.set_ylabel(rf"${'xyz'[across[1]]}\ [\mathrm{{Mpc}}/h]$")
        return ax

    # Files

    def read(self, path: str | os.PathLike[str], dataset: str = "/density", grid: Grid = "mesh") -> Array:
        """This rank's block of a dataset [x][y][z], whatever ranks wrote it."""
        address, _keep = self._agree(lambda: self._address(path, dataset, grid), within=True)
        out = np.empty(self._block_shape(grid), self.dtype)
        self._do(lambda: lib.palindrome_read(self._handle, address, ffi.from_buffer(out)))
        return out

    def write(self, path: str | os.PathLike[str], field: Any, dataset: str = "/density") -> None:
        """Writes a field into a new HDF5 file, with the configuration."""

        def prepare() -> tuple[Any, Any, Array]:
            grid = self._grid_of(np.shape(field))
            return *self._address(path, dataset, grid), self._field(field, self._block_shape(grid), "the field")

        address, _keep, x = self._agree(prepare, within=True)
        self._do(lambda: lib.palindrome_write(self._handle, address, ffi.from_buffer(x)))

    def _address(self, path: Any, dataset: str, grid: str) -> tuple[Any, list[Any]]:
        keep = [ffi.new("char[]", os.fsencode(path)), ffi.new("char[]", dataset.encode())]
        address = ffi.new("palindrome_dataset *")
        address.path, address.name, address.grid = keep[0], keep[1], self._number(grid)
        return address, keep

    def _number(self, grid: str) -> int:
        if grid not in ("particles", "mesh"):
            raise UsageError(f"the grid is {grid!r}; it must be 'particles' or 'mesh'")
        return int(lib.palindrome_particles if grid == "particles" else lib.palindrome_mesh)

    def _block_shape(self, grid: str) -> tuple[int, ...]:
        return self.shape if grid == "particles" else self.mesh_shape

    def _grid_of(self, shape: tuple[int, ...]) -> str:
        if shape == self.mesh_shape:
            return "mesh"
        if shape == self.shape:
            return "particles"
        raise UsageError(f"the field has the shape {shape}; it must be this rank's block, {self.shape} or {self.mesh_shape}")
