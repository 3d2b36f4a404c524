"""A configured posterior, for optimisers and samplers of others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ._errors import UsageError
from ._library import check, ffi, lib
from ._results import Array

if TYPE_CHECKING:
    from ._model import Model


@dataclass(frozen=True)
class SoughtParameter:
    """A number that is sought beside the modes: ``start + scale * u``."""

    name: str
    start: float
    scale: float
    bounds: tuple[float, float]


class Posterior:
    """``-ln p`` of white noise, and of scaled parameters u beside it, as ``palindrome reconstruct`` minimises it.

    Made by :meth:`Model.posterior`. It compares above no radius, with its parameters free, until :meth:`enter`.

    Attributes:
        parameters: what is sought beside the modes.
        stages: smoothing radii of the optimiser's stages [Mpc/h].
    """

    def __init__(self, model: Model, handle: Any) -> None:
        self._model, self._handle = model, handle
        count = ffi.new("int64_t *")
        check(lib.palindrome_posterior_parameters(handle, count, ffi.NULL))
        found = ffi.new("palindrome_sought[]", max(1, count[0]))
        check(lib.palindrome_posterior_parameters(handle, count, found))
        self.parameters = tuple(
            SoughtParameter(ffi.string(p.name).decode(), p.start, p.scale, (p.lower, p.upper))
            for p in found[0 : count[0]]
        )
        check(lib.palindrome_posterior_stages(handle, count, ffi.NULL))
        radii = np.empty(count[0])
        check(lib.palindrome_posterior_stages(handle, count, ffi.cast("double *", ffi.from_buffer(radii))))
        self.stages = radii
        self.enter(0.0)

    def _alive(self) -> Any:
        if self._handle is None:
            raise UsageError("the posterior is closed; make another one")
        return self._handle

    def enter(self, radius: float, free: bool = True) -> None:
        """From now on data are compared above a radius [Mpc/h]; parameters are free, or held where they are."""
        check(lib.palindrome_posterior_enter(self._alive(), radius, int(free)))

    def start(self) -> Array:
        """Where the search starts, ``reconstruct.start``. Collective."""
        handle, out = self._alive(), np.empty(self._model.shape, self._model.dtype)
        self._model._do(lambda: lib.palindrome_posterior_start(handle, ffi.from_buffer(out)))
        return out

    def value_and_grad(self, s: Any, u: Any = None) -> tuple[float, Array, Array]:
        """``-ln p`` and its exact derivatives by white noise and by u. Collective.

        Where there is no such universe the value is infinite and the derivatives are 0.

        Args:
            s: white noise on this rank's block of the particle grid.
            u: scaled parameters, the same on all ranks; 0 if not given.
        """
        handle, model, n = self._alive(), self._model, len(self.parameters)

        def prepare() -> tuple[Array, Array]:
            scaled = np.zeros(n) if u is None else np.ascontiguousarray(u, np.float64)
            if scaled.shape != (n,):
                raise UsageError(f"u has the shape {scaled.shape}; it must be ({n},), one for each sought parameter")
            return model._field(s, model.shape, "the white noise"), scaled

        x, scaled = model._agree(prepare)
        noise, slopes = np.empty(model.shape, model.dtype), np.zeros(n)
        slope = ffi.new("palindrome_slope *")
        slope.noise = ffi.from_buffer(noise)
        slope.parameters = ffi.cast("double *", ffi.from_buffer(slopes)) if n else ffi.NULL
        pointer = ffi.cast("double *", ffi.from_buffer(scaled)) if n else ffi.NULL
        model._do(lambda: lib.palindrome_posterior_gradient(handle, ffi.from_buffer(x), pointer, slope))
        return slope.value, noise, slopes

    def close(self) -> None:
        """Frees it. Collective; the model's ``close`` does it too."""
        if self._handle is not None:
            if self in self._model._posteriors:
                self._model._posteriors.remove(self)
            self.free()

    def free(self) -> None:
        """Frees it, after which the model forgets it."""
        handle, self._handle = self._handle, None
        lib.palindrome_posterior_free(handle)
