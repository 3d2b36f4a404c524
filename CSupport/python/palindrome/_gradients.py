"""From derivatives by densities and particles back to those by white noise and parameters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ._arguments import Cosmology, each, on_host, pointer, times
from ._errors import UsageError, one_line
from ._forward import Forward
from ._library import ffi, lib
from ._results import Array


class Gradients(Forward):
    """Losses, and exact derivatives by one run forwards and one back."""

    def value_and_grad(
        self, s: Any, loss: Callable[..., Any], cosmology: Cosmology = None, at: Sequence[float] | None = None
    ) -> tuple[float, Array, dict[str, float]]:
        """A loss of the density and its exact derivatives, by one run forwards and one back.

        Args:
            s: as for :meth:`forward`.
            loss: takes the density, and returns this rank's part of L, and dL/d(density) of each point. The parts are
                summed over ranks exactly. With ``at`` it takes a density for each time, and returns a list of derivatives.
                The densities are views for the time of the call.
            cosmology: as for :meth:`forward`.
            at: scale factors where the loss looks, ends of steps, increasing; the end of the run if not given.

        Returns:
            L, dL/ds on this rank's block, and dL/d(parameter) by name.
        """
        (universe, _keep), (moments, _times) = self._agree(lambda: (self._universe(s, cosmology), times(at)))
        caught: list[BaseException] = []
        judge = self._callback(loss, None if at is None else len(at), caught)
        noise, result = self._room()
        self._do(
            lambda: lib.palindrome_value_and_gradient(self._handle, universe, moments, judge, ffi.NULL, result), caught
        )
        return result.value, noise, self._by_name(result)

    def vjp(
        self, s: Any, cotangent: Any, cosmology: Cosmology = None, at: Sequence[float] | None = None
    ) -> tuple[Array, dict[str, float]]:
        """The transpose of the derivative of :meth:`forward`: from dL/d(density) to dL/ds and dL/d(parameter).

        With ``at``, ``cotangent`` is a list of one for each time.
        """
        _value, noise, parameters = self.value_and_grad(s, lambda *_: (0.0, cotangent), cosmology, at)
        return noise, parameters

    def vjp_particles(
        self, s: Any, positions: Any = None, momenta: Any = None, cosmology: Cosmology = None,
        at: Sequence[float] | None = None,
    ) -> tuple[Array, dict[str, float]]:  # fmt: skip
        """The transpose of the derivative of the particles: from dL/dx and dL/dp to dL/ds and dL/d(parameter).

        Args:
            s: as for :meth:`forward`.
            positions: dL/dx [1/(Mpc/h)] of the particles that started in this rank's block of the particle grid, [n, 3], in
                the order of :attr:`State.positions`; 0 if not given.
            momenta: dL/dp of p = a^2 dx/dt [1/(Mpc/h H0)], of :attr:`State.momenta`; 0 if not given. Since p = a v / 100,
                dL/dp = (100 / a) dL/dv of a loss of velocities.
            cosmology: as for :meth:`forward`.
            at: scale factors where the particles are seen; then each of the two is a list of one for each time.
        """
        count = None if at is None else len(at)

        def prepare() -> tuple[Any, Any, Any, list[Any]]:
            universe, kept = self._universe(s, cosmology)
            moments, more = times(at)
            bars, arrays = ffi.new("palindrome_cotangents[]", count or 1), []
            for field, given in (("positions", positions), ("momenta", momenta)):
                if given is None:
                    continue
                for bar, values in zip(bars, each(given, count, f"the derivative by {field}")):
                    x = self._of_particles(values, f"the derivative by {field}")
                    arrays.append(x)
                    setattr(bar, field, pointer(x))
            return universe, moments, bars, [kept, more, arrays]

        universe, moments, bars, _keep = self._agree(prepare)
        noise, result = self._room()
        self._do(lambda: lib.palindrome_pull_back_particles(self._handle, universe, moments, bars, result))
        return noise, self._by_name(result)

    def _of_particles(self, x: Any, name: str) -> Array:
        """Three numbers for each particle of this rank's block, in double."""
        x, shape = on_host(x, name), (int(np.prod(self.shape)), 3)
        if x.shape != shape:
            raise UsageError(f"{name} has the shape {x.shape}; it must be {shape}, as State.positions")
        if x.dtype not in (np.float64, np.float32):
            raise UsageError(f"{name} is of {x.dtype}; it must be of float64 or float32")
        return np.ascontiguousarray(x, np.float64)

    def _callback(self, loss: Callable[..., Any], count: int | None, caught: list[BaseException]) -> Any:
        """A loss as the library calls it: of one density where there is no count. What it raises is caught."""

        def views(pointers: Any) -> list[Array]:
            size = int(np.prod(self.mesh_shape)) * self.dtype.itemsize
            buffers = [ffi.buffer(pointers[i], size) for i in range(count or 1)]
            return [np.frombuffer(buffer, self.dtype).reshape(self.mesh_shape) for buffer in buffers]

        @ffi.callback("int(void *, const void *const *, void *const *, double *)")
        def judge(_context: Any, densities: Any, cotangents: Any, value: Any) -> int:
            try:
                seen = views(densities)
                for density in seen:
                    density.flags.writeable = False
                part, found = loss(*seen)
                derivatives = each(found, count, "the derivative of the loss")
                for target, derivative in zip(views(cotangents), derivatives):
                    target[...] = self._field(derivative, self.mesh_shape, "the derivative of the loss")
                value[0] = float(part)
                return 0
            except BaseException as error:
                caught.append(error)
                lib.palindrome_complain(one_line(error))
                return 1

        return judge

    def _room(self) -> tuple[Array, Any]:
        """Where a gradient goes."""
        noise, result = np.empty(self.shape, self.dtype), ffi.new("palindrome_gradient *")
        result.noise = ffi.from_buffer(noise)
        return noise, result

    def _by_name(self, result: Any) -> dict[str, float]:
        return dict(zip(self.parameters, result.cosmology))
