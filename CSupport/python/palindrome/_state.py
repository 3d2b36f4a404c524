"""A universe at a moment of its run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ._errors import UsageError
from ._library import ffi, lib
from ._results import Array, Haloes, Spectrum

if TYPE_CHECKING:
    from ._model import Model


class State:
    """The universe at a scale factor, while the run stands there: what is asked later than the next step of the
    iteration raises :class:`UsageError`. All methods are collective.
    """

    def __init__(self, model: Model, run: _Run, a: float) -> None:
        self._model, self._run, self._number = model, run, run.number
        self.a = a

    def _handle(self) -> Any:
        if self._run.handle is None or self._run.number != self._number:
            raise UsageError(f"the run has gone on from a = {self.a}; what is wanted of it must be asked before; keep that")
        return self._run.handle

    def density(self) -> Array:
        """rho / mean rho on this rank's block of the force mesh."""
        handle, out = self._handle(), self._model._mesh_field()
        self._model._do(lambda: lib.palindrome_evolution_density(handle, ffi.from_buffer(out)))
        return out

    @property
    def positions(self) -> Array:
        """Of the particles that started in this rank's block of the particle grid, [n, 3], in its order [Mpc/h]."""
        return self._particles(0)

    @property
    def velocities(self) -> Array:
        """Their peculiar velocities, [n, 3] [km/s]."""
        return self._particles(1)

    @property
    def ids(self) -> Array:
        """Their numbers on the particle grid, (i ny + j) nz + k."""
        handle, out = self._handle(), np.empty(int(np.prod(self._model.shape)), np.int64)
        pointer = ffi.cast("int64_t *", ffi.from_buffer(out))
        self._model._do(lambda: lib.palindrome_evolution_particles(handle, ffi.NULL, ffi.NULL, pointer))
        return out

    def _particles(self, which: int) -> Array:
        handle, out = self._handle(), np.empty((int(np.prod(self._model.shape)), 3))
        pointers = [ffi.NULL, ffi.NULL, ffi.NULL]
        pointers[which] = ffi.cast("double *", ffi.from_buffer(out))
        self._model._do(lambda: lib.palindrome_evolution_particles(handle, *pointers))
        return out

    def power(self) -> Spectrum:
        """The power spectrum of the matter, shot noise included, cloud-in-cell divided out."""
        return self._model.power(self.density(), window=True)

    def haloes(self) -> Haloes:
        """Friends of friends, as the configuration's section ``halo`` says."""
        handle, found = self._handle(), ffi.new("palindrome_haloes *")
        self._model._do(lambda: lib.palindrome_evolution_haloes(handle, found))
        n = found.count
        mass, position, velocity, length = np.empty(n), np.empty((n, 3)), np.empty((n, 3)), np.empty(n, np.int64)
        found.masses, found.positions, found.velocities = (
            ffi.cast("double *", ffi.from_buffer(x)) for x in (mass, position, velocity)
        )
        found.lengths = ffi.cast("int64_t *", ffi.from_buffer(length))
        self._model._do(lambda: lib.palindrome_evolution_haloes(handle, found))
        return Haloes(found.total, mass, position, velocity, length)

    def as_yt(self) -> dict[str, Any]:
        """This rank's particles as ``yt.load_particles`` takes them (``data`` and its keywords, units of Mpc/h and
        Msun/h); pynbody reads ``position`` etc. by ``pynbody.new``."""
        x, v, m = self.positions, self.velocities, self._model
        rho = 2.77536627e11 * m.cosmology["Omega_m"]  # [Msun/h / (Mpc/h)^3]
        data: dict[str, Any] = {f"particle_position_{c}": x[:, i] for i, c in enumerate("xyz")}
        data |= {f"particle_velocity_{c}": (v[:, i], "km/s") for i, c in enumerate("xyz")}
        data["particle_mass"] = np.full(len(x), rho * m.spacing**3)
        data["particle_index"] = self.ids
        bbox = np.array([[0.0, side] for side in m.box])
        return {"data": data, "length_unit": (1.0, "Mpccm/h"), "mass_unit": (1.0, "Msun/h"), "bbox": bbox,
                "periodicity": (True, True, True)}  # fmt: skip


class _Run:
    """The run behind an iteration."""

    def __init__(self) -> None:
        self.handle: Any = None
        self.number = 0

    def free(self) -> None:
        if self.handle is not None:
            lib.palindrome_evolution_free(self.handle)
            self.handle = None
