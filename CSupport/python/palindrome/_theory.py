"""Cosmologies, what linear theory expects of them, and what is measured beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from mpi4py import MPI

from ._arguments import Cosmology, pointer
from ._errors import UsageError
from ._fields import Fields
from ._library import check, ffi, lib
from ._results import Array, Growth, Spectrum

_NAMES = ("n_s", "Omega_m", "Omega_b", "h", "Omega_k", "w0", "wa")


class Theory(Fields):
    """The configured cosmology and others, linear power and growth; power spectra of fields."""

    def __init__(self, handle: Any, comm: MPI.Intracomm) -> None:
        super().__init__(handle, comm)
        self.parameters = (("sigma8",) if self._facts.has_sigma8 else ("A_s",)) + _NAMES
        self.cosmology: dict[str, float] = dict(zip(self.parameters, self._facts.cosmology))

    def linear_power(self, k: Any, cosmology: Cosmology = None) -> Array:
        """The linear power spectrum today [(Mpc/h)^3] at k [h/Mpc]. Not collective."""
        handle, waves, theta = self._alive(), np.ascontiguousarray(k, np.float64), self._parameters(cosmology)
        out = np.empty_like(waves)
        parameters = ffi.NULL if theta is None else pointer(theta)
        check(lib.palindrome_linear_power(handle, parameters, waves.size, pointer(waves), pointer(out)))
        return out

    def growth(self, a: float, cosmology: Cosmology = None) -> Growth:
        """Growth and expansion at a scale factor. Not collective."""
        handle, theta, found = self._alive(), self._parameters(cosmology), ffi.new("palindrome_growth *")
        check(lib.palindrome_growth_at(handle, ffi.NULL if theta is None else pointer(theta), a, found))
        return Growth(a, found.expansion, found.first, found.first_rate, found.second, found.second_rate)

    def power(self, field: Any, window: bool = False) -> Spectrum:
        """The power spectrum of a field on either grid.

        Args:
            field: this rank's block.
            window: whether cloud-in-cell is divided out, as is right for a density of particles.
        """

        def prepare() -> tuple[str, Array]:
            grid = self._grid_of(np.shape(field))
            return grid, self._field(field, self._block_shape(grid), "the field")

        grid, x = self._agree(prepare, within=True)
        capacity = max(self.grid + self.mesh)
        k, p, modes = np.empty(capacity), np.empty(capacity), np.empty(capacity, np.int64)
        out = ffi.new("palindrome_spectrum *")
        out.capacity, out.k, out.power = capacity, pointer(k), pointer(p)
        out.modes = pointer(modes, "int64_t")
        number = self._number(grid)
        self._do(lambda: lib.palindrome_power(self._handle, number, ffi.from_buffer(x), int(window), out))
        n = out.count
        return Spectrum(k[:n].copy(), p[:n].copy(), modes[:n].copy(), out.shot_noise)

    def _parameters(self, cosmology: Cosmology) -> Array | None:
        if cosmology is None:
            return None
        if isinstance(cosmology, Mapping):
            if unknown := set(cosmology) - set(self.parameters):
                raise UsageError(f"cosmology has {sorted(unknown)[0]}; the parameters are {', '.join(self.parameters)}")
            return np.array([float(cosmology.get(name, self.cosmology[name])) for name in self.parameters])
        values = np.asarray(cosmology, np.float64)
        if values.shape != (8,):
            raise UsageError(f"cosmology has the shape {values.shape}; it must be eight numbers: {', '.join(self.parameters)}")
        return np.ascontiguousarray(values)
