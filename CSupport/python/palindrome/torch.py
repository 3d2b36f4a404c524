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


def density(model: Model, at: Sequence[float] | None = None) -> Callable[..., Any]:
    """``rho(s, theta=None)``: the density of white noise and, if given, the eight parameters of ``model.parameters``.

    With ``at`` it returns a tuple, a density for each scale factor.
    """
    own = torch.tensor([model.cosmology[name] for name in model.parameters], dtype=torch.float64)

    class Density(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, s: Any, theta: Any) -> Any:
            ctx.save_for_backward(s, theta)
            cosmology = theta.detach().numpy().astype(np.float64)
            if at is None:
                return torch.from_numpy(model.forward(s.detach(), cosmology))
            return tuple(torch.from_numpy(state.density()) for state in model.evolve(s.detach(), at, cosmology))

        @staticmethod
        @torch.autograd.function.once_differentiable
        def backward(ctx: Any, *cotangents: Any) -> Any:
            s, theta = ctx.saved_tensors
            bars = [bar.contiguous().numpy() for bar in cotangents]
            noise, slopes = model.vjp(
                s.detach(), bars[0] if at is None else bars, theta.detach().numpy().astype(np.float64), at
            )
            by_theta = torch.tensor([slopes[name] for name in model.parameters], dtype=theta.dtype)
            return torch.from_numpy(noise), by_theta

    return lambda s, theta=None: Density.apply(s, own if theta is None else theta)
