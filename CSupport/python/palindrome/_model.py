"""A universe that is asked: its simulation and its exact gradient."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from typing import Any

from mpi4py import MPI

from ._arguments import Config, configuration_text
from ._gradients import Gradients
from ._library import check, ffi, lib
from ._posterior import Posterior


class Model(Gradients):
    """A simulation on the ranks of a communicator, as functions of this rank's blocks of arrays.

    All methods are collective unless they say otherwise: all ranks call them in the same order, with the same numbers but
    for the blocks. An exception on one rank is raised there and as :class:`PeerError` on the others; the model can be
    used afterwards.

    Args:
        config: a mapping of sections, the text of a YAML file (it contains a line end), or the path of one.
        comm: the ranks; a duplicate is kept.
        overrides: ``"section.key=value"``, laid over the configuration.

    Attributes:
        shape, slices: of this rank's block of the particle grid, on which white noise lies.
        mesh_shape, mesh_slices: of its block of the force mesh, on which densities lie.
        grid, mesh: points of the two whole grids.
        dtype: ``float64`` or ``float32``, as ``run.precision`` says.
        box, spacing, cell: lengths [Mpc/h].
        scale_factors: where steps begin and end.
        cosmology: the configured parameters by name.

    Raises:
        UsageError: where the configuration has a mistake or does not fit the number of ranks.
        EnvironmentError: where there is too little memory.
    """

    def __init__(self, config: Config, comm: MPI.Intracomm = MPI.COMM_WORLD, overrides: Sequence[str] = ()) -> None:
        made, lines = ffi.new("palindrome_model **"), "\n".join(overrides).encode()
        if isinstance(config, Mapping):
            code = lib.palindrome_model_create(configuration_text(config), lines, comm.py2f(), made)
        elif isinstance(config, str) and "\n" in config:
            code = lib.palindrome_model_create(config.encode(), lines, comm.py2f(), made)
        else:
            code = lib.palindrome_model_read(os.fsencode(config), lines, comm.py2f(), made)
        check(code)
        super().__init__(made[0], comm)
        self._config = config

    def memory(self) -> float:
        """What a gradient takes on the fullest rank, estimated [bytes]. Not collective."""
        return float(self._facts.memory)

    def posterior(self, config: Mapping[str, Any] | None = None, overrides: Sequence[str] = ()) -> Posterior:
        """The posterior that the sections ``objective`` and ``reconstruct`` describe.

        Args:
            config: sections laid over the model's; each key replaces the model's. For a model of a file or a text give
                ``overrides``.
        """
        if config is not None and not isinstance(self._config, Mapping):
            overrides = [f"{section}.{key}={json.dumps(value, default=str)}" for section, keys in config.items()
                         for key, value in keys.items()] + list(overrides)  # fmt: skip
            config = None
        text = ffi.NULL
        if config is not None and isinstance(self._config, Mapping):
            merged = dict(self._config)
            for section, keys in config.items():
                own = merged.get(section)
                merged[section] = {**own, **keys} if isinstance(own, Mapping) and isinstance(keys, Mapping) else keys
            text = ffi.new("char[]", configuration_text(merged))
        made = ffi.new("palindrome_posterior **")
        lines = "\n".join(overrides).encode()
        self._do(lambda: lib.palindrome_posterior_create(self._handle, text, lines, made))
        posterior = Posterior(self, made[0])
        self._posteriors.append(posterior)
        return posterior
