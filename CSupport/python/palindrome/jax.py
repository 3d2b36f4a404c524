"""The simulation as a function of JAX with a derivative.

    density = palindrome.jax.density(m)
    step = jax.jit(jax.value_and_grad(lambda s: jnp.sum((density(s) - data) ** 2)))

Calls go to the host in the order of the program (``io_callback(ordered=True)``), so that all ranks make the same ones;
that leaves no ``vmap``. ``jax.grad`` of such a loss runs forwards twice, once for the value and once for the derivative;
:func:`value_and_grad` does it once. Under MPI a loss is this rank's part, of this rank's block.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.experimental import io_callback

from ._errors import UsageError
from ._model import Model


def _is_double() -> bool:
    return bool(jax.config.read("jax_enable_x64"))


def _real() -> np.dtype[Any]:
    return np.dtype(np.float64 if _is_double() else np.float32)


def _require_precision(model: Model) -> None:
    if model.dtype == np.float64 and not _is_double():
        raise UsageError(
            "the model is in double precision, JAX in single; "
            'use jax.config.update("jax_enable_x64", True), or run.precision: single'
        )


@contextmanager
def _within(model: Model) -> Iterator[None]:
    """What JAX has begun, which does not wait for itself."""
    thread = threading.get_ident()
    model._others.add(thread)
    try:
        yield
    finally:
        model._others.discard(thread)


def _differentiable(
    model: Model, shapes: Any, simulate: Callable[[Any, Any], Any], pull_back: Callable[[Any, Any, Any], Any]
) -> Callable[..., Any]:
    """A function of white noise and eight parameters, on the host, with its transposed derivative there."""
    _require_precision(model)
    noise = jax.ShapeDtypeStruct(model.shape, model.dtype)
    eight = jax.ShapeDtypeStruct((8,), _real())
    own = jnp.asarray([model.cosmology[name] for name in model.parameters], eight.dtype)

    # JAX returns before a function has run, and runs it in a thread of its own: the model's next call waits for it.
    model._await_others = jax.effects_barrier

    def forth(s: Any, theta: Any) -> Any:
        with _within(model):
            return simulate(np.asarray(s), np.asarray(theta, np.float64))

    def back(s: Any, theta: Any, cotangents: Any) -> Any:
        bars = jax.tree.map(np.asarray, cotangents)
        with _within(model):
            bar, slopes = pull_back(np.asarray(s), np.asarray(theta, np.float64), bars)
        return bar, np.array([slopes[name] for name in model.parameters], eight.dtype)

    @jax.custom_vjp
    def function(s: Any, theta: Any) -> Any:
        return io_callback(forth, shapes, s, theta, ordered=True)

    def forwards(s: Any, theta: Any) -> Any:
        return function(s, theta), (s, theta)

    def backwards(kept: Any, cotangents: Any) -> Any:
        return io_callback(back, (noise, eight), *kept, cotangents, ordered=True)

    function.defvjp(forwards, backwards)
    return lambda s, theta=None: function(s, own if theta is None else theta)


def density(model: Model, at: Sequence[float] | None = None) -> Callable[..., Any]:
    """``rho(s, theta=None)``: the density of white noise and, if given, the eight parameters of ``model.parameters``.

    With ``at`` it returns a tuple, a density for each scale factor.
    """
    mesh = jax.ShapeDtypeStruct(model.mesh_shape, model.dtype)

    def simulate(s: Any, theta: Any) -> Any:
        if at is None:
            return model.forward(s, theta)
        return tuple(state.density() for state in model.evolve(s, at, theta))

    def pull_back(s: Any, theta: Any, bars: Any) -> Any:
        return model.vjp(s, bars, theta, at)

    return _differentiable(model, mesh if at is None else (mesh,) * len(at), simulate, pull_back)


def particles(model: Model, at: Sequence[float] | None = None) -> Callable[..., Any]:
    """``x, p = particles(s, theta=None)``: positions [Mpc/h] and momenta [Mpc/h H0] of the particles that started in this
    rank's block, [n, 3] as :attr:`State.positions` and :attr:`State.momenta`.

    With ``at`` it returns a tuple, such a pair for each scale factor.
    """
    three = jax.ShapeDtypeStruct((int(np.prod(model.shape)), 3), _real())

    def simulate(s: Any, theta: Any) -> Any:
        found = tuple(
            (state.positions.astype(three.dtype), state.momenta.astype(three.dtype))
            for state in model.evolve(s, at, theta)
        )
        return found[0] if at is None else found

    def pull_back(s: Any, theta: Any, bars: Any) -> Any:
        x, p = bars if at is None else zip(*bars)
        return model.vjp_particles(s, x, p, theta, at)

    pair = (three, three)
    return _differentiable(model, pair if at is None else (pair,) * len(at), simulate, pull_back)


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
