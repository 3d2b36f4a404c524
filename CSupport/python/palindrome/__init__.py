"""Cosmological simulations with exact gradients under MPI, as functions of NumPy arrays.

    import palindrome as pl

    m = pl.Model({"box": {"particles": 64, "spacing": 3.125}, "evolution": {"steps": 5}})
    density = m.forward(m.white_noise(seed=1))     # rho / mean rho on this rank's block of the force mesh

:mod:`palindrome.jax` and :mod:`palindrome.torch` make it a function with a derivative of theirs.
"""

from . import _library  # noqa: F401  (first: it decides how MPI starts)
from ._errors import EnvironmentError, PalindromeError, PeerError, UsageError
from ._files import read, write
from ._model import Model
from ._posterior import Posterior, SoughtParameter
from ._results import Growth, Haloes, Spectrum
from ._state import State

__all__ = [
    "EnvironmentError", "Growth", "Haloes", "Model", "PalindromeError", "PeerError", "Posterior", "SoughtParameter",
    "Spectrum", "State", "UsageError", "read", "write",
]  # fmt: skip
__version__ = "0.1.0"
