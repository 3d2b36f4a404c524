"""The simulation as a function of PyTorch with a derivative.

    density = palindrome.torch.density(m)
    loss = ((density(s) - data) ** 2).sum(); loss.backward()

Tensors are on the host, in the model's precision. A loss that is differentiated runs forwards twice;
:meth:`palindrome.Model.value_and_grad` does it once. Under MPI a loss is this rank's part, of this rank's block.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

from ._model import Model


def _differentiable(
    model: Model, simulate: Callable[[Any, Any], Any], pull_back: Callable[[Any, Any, Any], Any]
) -> Callable[..., Any]:
    """A function of white noise and eight parameters to a tuple of arrays, with its transposed derivative."""
    own = torch.tensor([model.cosmology[name] for name in model.parameters], dtype=torch.float64)

    class Function(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, s: Any, theta: Any) -> Any:
            ctx.save_for_backward(s, theta)
            return tuple(map(torch.from_numpy, simulate(s.detach(), theta.detach().numpy().astype(np.float64))))

        @staticmethod
        @torch.autograd.function.once_differentiable
        def backward(ctx: Any, *cotangents: Any) -> Any:
            s, theta = ctx.saved_tensors
            bars = [bar.contiguous().numpy() for bar in cotangents]
            noise, slopes = pull_back(s.detach(), theta.detach().numpy().astype(np.float64), bars)
            by_theta = torch.tensor([slopes[name] for name in model.parameters], dtype=theta.dtype)
            return torch.from_numpy(noise), by_theta

    return lambda s, theta=None: Function.apply(s, own if theta is None else theta)


def density(model: Model, at: Sequence[float] | None = None) -> Callable[..., Any]:
    """``rho(s, theta=None)``: the density of white noise and, if given, the eight parameters of ``model.parameters``.

    With ``at`` it returns a tuple, a density for each scale factor.
    """

    def simulate(s: Any, theta: Any) -> Any:
        if at is None:
            return (model.forward(s, theta),)
        return [state.density() for state in model.evolve(s, at, theta)]

    def pull_back(s: Any, theta: Any, bars: Any) -> Any:
        return model.vjp(s, bars[0] if at is None else bars, theta, at)

    function = _differentiable(model, simulate, pull_back)
    return function if at is not None else lambda s, theta=None: function(s, theta)[0]


def particles(model: Model, at: Sequence[float] | None = None) -> Callable[..., Any]:
    """``x, p = particles(s, theta=None)``: positions [Mpc/h] and momenta [Mpc/h H0] of the particles that started in this
    rank's block, [n, 3] as :attr:`State.positions` and :attr:`State.momenta`, in double.

    With ``at`` it returns a tuple, such a pair for each scale factor.
    """

    def simulate(s: Any, theta: Any) -> Any:
        return [x for state in model.evolve(s, at, theta) for x in (state.positions, state.momenta)]

    def pull_back(s: Any, theta: Any, bars: Any) -> Any:
        x, p = (bars[0], bars[1]) if at is None else (bars[0::2], bars[1::2])
        return model.vjp_particles(s, x, p, theta, at)

    function = _differentiable(model, simulate, pull_back)
    if at is None:
        return function

    def pairs(s: Any, theta: Any = None) -> Any:
        found = function(s, theta)
        return tuple(zip(found[0::2], found[1::2]))

    return pairs
