"""What white noise becomes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from mpi4py import MPI

from ._arguments import Cosmology, pointer, times
from ._library import check, ffi, lib
from ._results import Array
from ._state import Run, State
from ._theory import Theory


class Forward(Theory):
    """White noise, and the densities and states that it makes."""

    def __init__(self, handle: Any, comm: MPI.Intracomm) -> None:
        super().__init__(handle, comm)
        self.scale_factors = np.empty(self._facts.steps + 1)
        check(lib.palindrome_scale_factors(handle, pointer(self.scale_factors)))

    def white_noise(self, seed: int | None = None) -> Array:
        """Unit white noise on this rank's block; the configuration's own where no seed is given."""
        out = np.empty(self.shape, self.dtype)
        number = self._agree(lambda: ffi.NULL if seed is None else ffi.new("uint64_t *", seed))
        self._do(lambda: lib.palindrome_white_noise(self._handle, number, ffi.from_buffer(out)))
        return out

    def forward(self, s: Any, cosmology: Cosmology = None) -> Array:
        """rho / mean rho at the end of the run, on this rank's block of the force mesh.

        Args:
            s: white noise on this rank's block of the particle grid.
            cosmology: parameters by name that differ from the configuration's, or all eight in the order of
                :attr:`parameters`.
        """
        universe, _keep = self._agree(lambda: self._universe(s, cosmology))
        out = self._mesh_field()
        self._do(lambda: lib.palindrome_density(self._handle, universe, ffi.from_buffer(out)))
        return out

    def evolve(self, s: Any, at: Sequence[float] | None = None, cosmology: Cosmology = None) -> Iterator[State]:
        """A run that stops at some scale factors, ends of steps; at the end if none are given.

        Each :class:`State` answers until the iteration goes on.
        """
        (universe, keep), (moments, _times) = self._agree(lambda: (self._universe(s, cosmology), times(at)))
        made, run = ffi.new("palindrome_evolution **"), Run()
        self._do(lambda: lib.palindrome_evolution_begin(self._handle, universe, moments, made))
        run.handle = made[0]
        self._runs.add(run)
        theta = keep[1]
        return self._states(run, self.cosmology if theta is None else dict(zip(self.parameters, map(float, theta))))

    def _states(self, run: Run, cosmology: dict[str, float]) -> Iterator[State]:
        a = ffi.new("double *")
        while run.handle is not None:
            run.number += 1
            self._do(lambda: lib.palindrome_evolution_next(run.handle, a))
            if a[0] == 0:
                return run.free()
            yield State(self, run, a[0], cosmology)

    def _universe(self, s: Any, cosmology: Cosmology) -> tuple[Any, list[Any]]:
        x, theta = self._field(s, self.shape, "the white noise"), self._parameters(cosmology)
        universe = ffi.new("palindrome_universe *")
        universe.noise = ffi.from_buffer(x)
        universe.cosmology = ffi.NULL if theta is None else pointer(theta)
        return universe, [x, theta]
