"""What is measured, as plain values that plot themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


def axes(ax: Any = None) -> Any:
    """Matplotlib axes; the present ones if none are given."""
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt

    return plt.gca()


@dataclass(frozen=True)
class Growth:
    """Growth and expansion at a scale factor."""

    a: float
    E: float
    """H / H0."""
    D1: float
    """First order, a early."""
    f1: float
    """dlnD1 / dlna."""
    D2: float
    """Second order, -3/7 D1^2 early."""
    f2: float
    """dlnD2 / dlna."""


@dataclass(frozen=True)
class Spectrum:
    """A power spectrum in spherical shells, the same on all ranks."""

    k: Array
    """Mean of each shell [h/Mpc]."""
    power: Array
    """P, shot noise included [(Mpc/h)^3]."""
    modes: Array
    """Modes of each shell."""
    shot_noise: float
    """Of the model's particles [(Mpc/h)^3]."""

    def plot(self, ax: Any = None, **style: Any) -> Any:
        """Draws P(k) on matplotlib axes, and returns them."""
        ax = axes(ax)
        ax.loglog(self.k, self.power, **style)
        ax.set_xlabel(r"$k\ [h/\mathrm{Mpc}]$")
        ax.set_ylabel(r"$P\ [(\mathrm{Mpc}/h)^3]$")
        return ax


@dataclass(frozen=True)
class Haloes:
    """Haloes of this rank's rows of the catalogue, the longest on rank 0."""

    total: int
    """On all ranks."""
    mass: Array
    """[Msun/h]."""
    position: Array
    """Centres of mass, [n, 3] [Mpc/h]."""
    velocity: Array
    """Peculiar, [n, 3] [km/s]."""
    length: Array
    """Particles of each."""

    def __len__(self) -> int:
        return len(self.mass)

    def plot(self, ax: Any = None, **style: Any) -> Any:
        """Draws how many haloes are above a mass on matplotlib axes, and returns them."""
        ax = axes(ax)
        ax.loglog(np.sort(self.mass)[::-1], np.arange(1, len(self) + 1), **style)
        ax.set_xlabel(r"$M\ [M_\odot/h]$")
        ax.set_ylabel(r"$N(>M)$")
        return ax
