"""The simulation as a function of JAX with a derivative.

    density = palindrome.jax.density(m)
    step = jax.jit(jax.value_and_grad(lambda s: jnp.sum((density(s) - data) ** 2)))

Calls go to the host in the order of the program (``io_callback(ordered=True)``), so that all ranks make the same ones;
that leaves no ``vmap``. ``jax.grad`` of such a loss runs forwards twice, once for the value and once for the derivative;
:func:`value_and_grad` does it once. Under MPI a loss is this rank's part, of this rank's block.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.experimental import io_callback

from ._errors import UsageError
from ._model import Model


def _is_double() -> bool:
    return bool(jax.config.read("jax_enable_x64"))


def _require_precision(model: Model) -> None:
    if model.dtype == np.float64 and not _is_double():
        raise UsageError(
            "the model is in double precision, JAX in single; "
            'use jax.config.update("jax_enable_x64", True), or run.precision: single'
        )


def density(model: Model, at: Sequence[float] | None = None) -> Callable[..., Any]:
    """``rho(s, theta=None)``: the density of white noise and, if given, the eight parameters of ``model.parameters``.

    With ``at`` it returns a tuple, a density for each scale factor.
    """
    _require_precision(model)
    mesh = jax.ShapeDtypeStruct(model.mesh_shape, model.dtype)
    noise = jax.ShapeDtypeStruct(model.shape, model.dtype)
    eight = jax.ShapeDtypeStruct((8,), np.dtype(np.float64 if _is_double() else np.float32))
    own = jnp.asarray([model.cosmology[name] for name in model.parameters], eight.dtype)

    def simulate(s: Any, theta: Any) -> Any:
        s, cosmology = np.asarray(s), np.asarray(theta, np.float64)
        if at is None:
            return model.forward(s, cosmology)
        return tuple(state.density() for state in model.evolve(s, at, cosmology))

    def pull_back(s: Any, theta: Any, cotangent: Any) -> Any:
        bars = np.asarray(cotangent) if at is None else [np.asarray(c) for c in cotangent]
        bar, slopes = model.vjp(np.asarray(s), bars, np.asarray(theta, np.float64), at)
        return bar, np.array([slopes[name] for name in model.parameters], eight.dtype)

    @jax.custom_vjp
    def rho(s: Any, theta: Any) -> Any:
        return io_callback(simulate, mesh if at is None else (mesh,) * len(at), s, theta, ordered=True)

    def forwards(s: Any, theta: Any) -> Any:
        return rho(s, theta), (s, theta)

    def backwards(kept: Any, cotangent: Any) -> Any:
        return io_callback(pull_back, (noise, eight), *kept, cotangent, ordered=True)

    rho.defvjp(forwards, backwards)
    return lambda s, theta=None: rho(s, own if theta is None else theta)


def value_and_grad(
    model: Model, loss: Callable[..., Any], at: Sequence[float] | None = None
) -> Callable[..., tuple[float, Any, dict[str, float]]]:
    """``step(s, cosmology=None) -> value, dL/ds, dL/d(parameter)`` of a JAX loss of the density, in one run forwards and
    one back. Not to be traced: it is called with arrays."""
    _require_precision(model)
    count = 1 if at is None else len(at)
    judge = jax.jit(jax.value_and_grad(loss, argnums=tuple(range(count))))

    def step(s: Any, cosmology: Any = None) -> tuple[float, Any, dict[str, float]]:
        def part(*densities: Any) -> tuple[float, Any]:
            value, bars = judge(*(np.array(x) for x in densities))
            return float(value), np.asarray(bars[0]) if at is None else [np.asarray(bar) for bar in bars]

        return model.value_and_grad(np.asarray(s), part, cosmology, at)

    return step
