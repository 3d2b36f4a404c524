"""A universe at a moment of its run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ._errors import UsageError
from ._library import ffi, lib
from ._results import Array, Haloes, Spectrum

if TYPE_CHECKING:
    from ._forward import Forward


class State:
    """The universe at a scale factor, while the run stands there: what is asked later than the next step of the
    iteration raises :class:`UsageError`. All methods are collective.

    Attributes:
        a: the scale factor.
        cosmology: the parameters of this universe by name.
    """

    def __init__(self, model: Forward, run: Run, a: float, cosmology: dict[str, float]) -> None:
        self._model, self._run, self._number = model, run, run.number
        self.a, self.cosmology = a, cosmology

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
    def momenta(self) -> Array:
        """Their momenta p = a^2 dx/dt = a v / 100, [n, 3] [Mpc/h H0]."""
        return self.velocities * (self.a / 100)

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

    def plot(self, ax: Any = None, axis: int = 2, **style: Any) -> Any:
        """Draws the density as :meth:`Model.plot` does."""
        return self._model.plot(self.density(), ax, axis, **style)

    def as_yt(self) -> dict[str, Any]:
        """This rank's particles as ``yt.load_particles`` takes them: ``yt.load_particles(**state.as_yt())``."""
        x, v, m = self.positions, self.velocities, self._model
        data: dict[str, Any] = {f"particle_position_{c}": x[:, i] for i, c in enumerate("xyz")}
        data |= {f"particle_velocity_{c}": (v[:, i], "km/s") for i, c in enumerate("xyz")}
        data["particle_mass"] = np.full(len(x), self._particle_mass)
        data["particle_index"] = self.ids
        # Units of lengths without Mpc/h of yt's own, which wants a cosmology first.
        h = self.cosmology["h"]
        bbox = np.array([[0.0, side] for side in m.box])
        return {"data": data, "length_unit": (self.a / h, "Mpc"), "mass_unit": (1 / h, "Msun"), "bbox": bbox,
                "periodicity": (True, True, True)}  # fmt: skip

    def as_pynbody(self) -> Any:
        """This rank's particles as a snapshot of pynbody, comoving positions in Mpc/h."""
        import pynbody

        x, v, ids, cosmology = self.positions, self.velocities, self.ids, self.cosmology
        sim = pynbody.new(dm=len(x))
        sim["pos"] = pynbody.array.SimArray(x, "Mpc a h**-1")
        sim["vel"] = pynbody.array.SimArray(v, "km s**-1")
        sim["mass"] = pynbody.array.SimArray(np.full(len(x), self._particle_mass), "Msol h**-1")
        sim["iord"] = ids
        sim.properties.update(
            a=self.a, h=cosmology["h"], omegaM0=cosmology["Omega_m"],
            omegaL0=1 - cosmology["Omega_m"] - cosmology["Omega_k"],
            boxsize=pynbody.units.Unit(f"{self._model.box[0]} Mpc a h**-1"),
        )  # fmt: skip
        return sim

    @property
    def _particle_mass(self) -> float:
        """[Msun/h]"""
        critical = 2.77536627e11  # [Msun/h / (Mpc/h)^3]
        return float(critical * self.cosmology["Omega_m"] * self._model.spacing**3)


class Run:
    """The run behind an iteration, there as long as the iteration or a state of it is."""

    def __init__(self) -> None:
        self.handle: Any = None
        self.number = 0

    def free(self) -> None:
        """Ends it. Not collective."""
        if self.handle is not None:
            lib.palindrome_evolution_free(self.handle)
            self.handle = None

    def __del__(self) -> None:
        if lib is not None:
            self.free()
