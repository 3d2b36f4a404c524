"""A universe that is asked: its simulation and its exact gradient."""

from __future__ import annotations

import json
import os
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal, NoReturn, Union

import numpy as np
from mpi4py import MPI
from mpi4py.util.dtlib import from_numpy_dtype

from ._errors import PalindromeError, PeerError, UsageError
from ._library import check, ffi, last_message, lib
from ._posterior import Posterior
from ._results import Array, Growth, Spectrum
from ._state import State, _Run

PARAMETERS = ("A_s", "n_s", "Omega_m", "Omega_b", "h", "Omega_k", "w0", "wa")
Cosmology = Union[Mapping[str, float], Sequence[float], Array, None]
Config = Union[Mapping[str, Any], str, "os.PathLike[str]"]
Grid = Literal["particles", "mesh"]


class Model:
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
        self._handle: Any = None
        self.comm = comm
        self._config = config
        self._user: int | None = None
        self._runs: list[_Run] = []
        self._posteriors: list[Posterior] = []
        made = ffi.new("palindrome_model **")
        lines = "\n".join(overrides).encode()
        if isinstance(config, Mapping):
            code = lib.palindrome_model_create(_json(config), lines, comm.py2f(), made)
        elif isinstance(config, str) and "\n" in config:
            code = lib.palindrome_model_create(config.encode(), lines, comm.py2f(), made)
        else:
            code = lib.palindrome_model_read(os.fsencode(config), lines, comm.py2f(), made)
        check(code)
        self._handle = made[0]
        facts = ffi.new("palindrome_facts *")
        check(lib.palindrome_model_facts(self._handle, facts))
        self.dtype = np.dtype(np.float32 if facts.word_bytes == 4 else np.float64)
        self.box = tuple(facts.box)
        self.spacing, self.cell = facts.spacing, facts.cell
        self._memory = facts.memory
        self.parameters = (("sigma8",) if facts.has_sigma8 else ("A_s",)) + PARAMETERS[1:]
        self.cosmology = dict(zip(self.parameters, facts.cosmology))
        self.grid, self.slices, self.shape = self._share(lib.palindrome_particles)
        self.mesh, self.mesh_slices, self.mesh_shape = self._share(lib.palindrome_mesh)
        self._blocks = {
            "particles": comm.allgather(self.slices), "mesh": comm.allgather(self.mesh_slices)
        }  # fmt: skip
        steps = np.empty(facts.steps + 1)
        check(lib.palindrome_scale_factors(self._handle, _doubles(steps)))
        self.scale_factors = steps

    def _share(self, grid: int) -> tuple[tuple[int, ...], tuple[slice, ...], tuple[int, ...]]:
        share = ffi.new("palindrome_share *")
        check(lib.palindrome_share_of(self._handle, grid, share))
        slices = tuple(slice(first, first + count) for first, count in zip(share.first, share.count))
        return tuple(share.shape), slices, tuple(share.count)

    # Life

    @property
    def closed(self) -> bool:
        """Whether :meth:`close` was called. Not collective."""
        return self._handle is None

    def close(self) -> None:
        """Frees the model, and the runs and posteriors made of it. Before or after ``MPI.Finalize``."""
        if self._handle is None:
            return
        self._enter()
        for run in self._runs:
            run.free()
        for posterior in self._posteriors:
            posterior._free()
        handle, self._handle, self._user = self._handle, None, None
        lib.palindrome_model_free(handle)

    def __enter__(self) -> Model:
        return self

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        # Freeing is collective: after an error only if all ranks left a call with one, and so come here too.
        if kind is None or getattr(error, "_left_together", None) == id(self) or self.comm.size == 1:
            self.close()

    def __del__(self) -> None:
        if getattr(self, "_handle", None) is None or lib is None:
            return
        if MPI.Is_finalized() or self.comm.size == 1:
            self.close()
        else:
            warnings.warn("a palindrome.Model was not closed; its memory stays taken", ResourceWarning, stacklevel=2)

    # What every call does

    def _enter(self) -> None:
        if self._handle is None:
            raise UsageError("the model is closed; make another one")
        if self._user is not None:
            raise UsageError("a call of this model is under way; one at a time; make another model for the second")
        self._user = threading.get_ident()

    def _do(self, call: Callable[[], int], caught: list[BaseException] | None = None) -> None:
        """One call of the library."""
        within = self._handle is not None and self._user == threading.get_ident() and caught is None
        if not within:
            self._enter()
        try:
            code = call()
        finally:
            if not within:
                self._user = None
        if caught:
            self._leave(caught[0])
        self._check(code)

    def _leave(self, error: BaseException) -> NoReturn:
        """Raises an error while all other ranks raise one too."""
        error._left_together = id(self)  # type: ignore[attr-defined]
        raise error

    def _check(self, code: int) -> None:
        """Raises what a collective call of the library says; what fails in one fails on all ranks."""
        try:
            if code == lib.palindrome_callback_error:
                raise PeerError(lib.palindrome_message_rank(), last_message())
            check(code)
        except PalindromeError as error:
            self._leave(error)

    def _agree(self, prepare: Callable[[], Any], within: bool = False) -> Any:
        """What a rank has to prepare, which may fail; then it fails on all."""
        if self._handle is None:
            raise UsageError("the model is closed; make another one")
        if self._user is not None and not (within and self._user == threading.get_ident()):
            raise UsageError("a call of this model is under way; one at a time; make another model for the second")
        error: BaseException | None = None
        prepared = None
        try:
            prepared = prepare()
        except BaseException as failure:
            error = failure
        complaint = ffi.NULL if error is None else ffi.new("char[]", _line(error))
        code = lib.palindrome_agree(self._handle, complaint)
        if error is not None:
            self._leave(error)
        self._check(code)
        return prepared

    def _field(self, x: Any, shape: tuple[int, ...], name: str) -> Array:
        """An array as the library takes it."""
        if hasattr(x, "__cuda_array_interface__") or str(getattr(x, "device", "cpu")).lower().startswith(("cuda", "gpu", "tpu", "mps")):
            raise UsageError(f"{name} is on a device; it must be in the memory of the host; copy it there")
        if not isinstance(x, np.ndarray):
            x = np.asarray(x.detach() if hasattr(x, "detach") else x)
        if x.shape != shape:
            raise UsageError(f"{name} has the shape {x.shape}; it must be this rank's block, {shape}; see shape and mesh_shape")
        if x.dtype != self.dtype:
            raise UsageError(f"{name} is of {x.dtype}; it must be of {self.dtype} (run.precision); use x.astype(m.dtype)")
        if not x.flags.c_contiguous:
            raise UsageError(f"{name} is not in C order without gaps; it must be; use numpy.ascontiguousarray")
        return x

    def _mesh_field(self) -> Array:
        return np.empty(self.mesh_shape, self.dtype)

    def _parameters(self, cosmology: Cosmology) -> Array | None:
        if cosmology is None:
            return None
        if isinstance(cosmology, Mapping):
            if unknown := set(cosmology) - set(self.parameters):
                raise UsageError(f"cosmology has {sorted(unknown)[0]}; the parameters are {', '.join(self.parameters)}")
            return np.array([float(cosmology.get(name, self.cosmology[name])) for name in self.parameters])
        values = np.asarray(cosmology, np.float64)
        if values.shape != (8,):
            raise UsageError(f"cosmology has the shape {values.shape}; it must be eight numbers: {', '.join(self.parameters)}")
        return np.ascontiguousarray(values)

    def _universe(self, s: Any, cosmology: Cosmology) -> tuple[Any, list[Any]]:
        x, theta = self._field(s, self.shape, "the white noise"), self._parameters(cosmology)
        universe = ffi.new("palindrome_universe *")
        universe.noise = ffi.from_buffer(x)
        universe.cosmology = ffi.NULL if theta is None else _doubles(theta)
        return universe, [x, theta]

    @staticmethod
    def _times(at: Sequence[float] | None) -> tuple[Any, list[Any]]:
        if at is None:
            return ffi.NULL, []
        values = np.ascontiguousarray(at, np.float64)
        if values.ndim != 1 or not len(values):
            raise UsageError("at must be a list of scale factors, at least one; leave it out for the end")
        times = ffi.new("palindrome_times *")
        times.count, times.scale_factors = len(values), _doubles(values)
        return times, [values]

    # From white noise to densities, and back

    def memory(self) -> float:
        """What a gradient takes on the fullest rank, estimated [bytes]. Not collective."""
        return float(self._memory)

    def white_noise(self, seed: int | None = None) -> Array:
        """Unit white noise on this rank's block; the configuration's own where no seed is given."""
        out = np.empty(self.shape, self.dtype)
        number = self._agree(lambda: ffi.NULL if seed is None else ffi.new("uint64_t *", seed))
        self._do(lambda: lib.palindrome_white_noise(self._handle, number, ffi.from_buffer(out)))
        return out

    def forward(self, s: Any, cosmology: Cosmology = None) -> Array:
        """rho / mean rho at the end of the run, on this rank's block of the force mesh.

        Args:
            s: white noise on this rank's block of the particle grid.
            cosmology: parameters by name that differ from the configuration's, or all eight in the order of
                :attr:`parameters`.
        """
        universe, _keep = self._agree(lambda: self._universe(s, cosmology))
        out = self._mesh_field()
        self._do(lambda: lib.palindrome_density(self._handle, universe, ffi.from_buffer(out)))
        return out

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
        (universe, _keep), (times, _times) = self._agree(lambda: (self._universe(s, cosmology), self._times(at)))
        count = 1 if at is None else len(at)
        caught: list[BaseException] = []

        def views(pointers: Any) -> list[Array]:
            size = int(np.prod(self.mesh_shape)) * self.dtype.itemsize
            return [np.frombuffer(ffi.buffer(pointers[i], size), self.dtype).reshape(self.mesh_shape) for i in range(count)]

        @ffi.callback("int(void *, const void *const *, void *const *, double *)")
        def judge(_context: Any, densities: Any, cotangents: Any, value: Any) -> int:
            try:
                seen = views(densities)
                for density in seen:
                    density.flags.writeable = False
                part, derivatives = loss(*seen)
                derivatives = [derivatives] if at is None else list(derivatives)
                if len(derivatives) != count:
                    raise UsageError(f"the loss returned {len(derivatives)} derivatives; it must be one for each of {count} times")
                for target, derivative in zip(views(cotangents), derivatives):
                    target[...] = self._field(derivative, self.mesh_shape, "the derivative of the loss")
                value[0] = float(part)
                return 0
            except BaseException as error:
                caught.append(error)
                lib.palindrome_complain(_line(error))
                return 1

        noise = np.empty(self.shape, self.dtype)
        result = ffi.new("palindrome_gradient *")
        result.noise = ffi.from_buffer(noise)
        self._do(
            lambda: lib.palindrome_value_and_gradient(self._handle, universe, times, judge, ffi.NULL, result), caught
        )
        return result.value, noise, dict(zip(self.parameters, result.cosmology))

    def vjp(
        self, s: Any, cotangent: Any, cosmology: Cosmology = None, at: Sequence[float] | None = None
    ) -> tuple[Array, dict[str, float]]:
        """The transpose of the derivative of :meth:`forward`: from dL/d(density) to dL/ds and dL/d(parameter).

        With ``at``, ``cotangent`` is a list of one for each time.
        """
        _value, noise, parameters = self.value_and_grad(s, lambda *_: (0.0, cotangent), cosmology, at)
        return noise, parameters

    def evolve(self, s: Any, at: Sequence[float] | None = None, cosmology: Cosmology = None) -> Iterator[State]:
        """A run that stops at some scale factors, ends of steps; at the end if none are given.

        Each :class:`State` answers until the iteration goes on.
        """
        (universe, _keep), (times, _times) = self._agree(lambda: (self._universe(s, cosmology), self._times(at)))
        made, run = ffi.new("palindrome_evolution **"), _Run()
        self._do(lambda: lib.palindrome_evolution_begin(self._handle, universe, times, made))
        run.handle = made[0]
        self._runs.append(run)
        return self._states(run)

    def _states(self, run: _Run) -> Iterator[State]:
        a = ffi.new("double *")
        try:
            while run.handle is not None:
                run.number += 1
                self._do(lambda: lib.palindrome_evolution_next(run.handle, a))
                if a[0] == 0:
                    return
                yield State(self, run, a[0])
        finally:
            run.free()
            if run in self._runs:
                self._runs.remove(run)

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
            text = ffi.new("char[]", _json(merged))
        made = ffi.new("palindrome_posterior **")
        lines = "\n".join(overrides).encode()
        self._do(lambda: lib.palindrome_posterior_create(self._handle, text, lines, made))
        posterior = Posterior(self, made[0])
        self._posteriors.append(posterior)
        return posterior

    # Theory and measurements

    def linear_power(self, k: Any, cosmology: Cosmology = None) -> Array:
        """The linear power spectrum today [(Mpc/h)^3] at k [h/Mpc]. Not collective."""
        waves, theta = np.ascontiguousarray(k, np.float64), self._parameters(cosmology)
        if self._handle is None:
            raise UsageError("the model is closed; make another one")
        out = np.empty_like(waves)
        pointer = ffi.NULL if theta is None else _doubles(theta)
        check(lib.palindrome_linear_power(self._handle, pointer, waves.size, _doubles(waves), _doubles(out)))
        return out

    def growth(self, a: float, cosmology: Cosmology = None) -> Growth:
        """Growth and expansion at a scale factor. Not collective."""
        theta = self._parameters(cosmology)
        if self._handle is None:
            raise UsageError("the model is closed; make another one")
        found = ffi.new("palindrome_growth *")
        check(lib.palindrome_growth_at(self._handle, ffi.NULL if theta is None else _doubles(theta), a, found))
        return Growth(a, found.expansion, found.first, found.first_rate, found.second, found.second_rate)

    def power(self, field: Any, window: bool = False) -> Spectrum:
        """The power spectrum of a field on either grid.

        Args:
            field: this rank's block.
            window: whether cloud-in-cell is divided out, as is right for a density of particles.
        """

        def prepare() -> tuple[str, Array]:
            grid = self._grid_of(np.shape(field))
            return grid, self._field(field, self._block_shape(grid), "the field")

        grid, x = self._agree(prepare, within=True)
        capacity = max(self.grid + self.mesh)
        k, p, modes = np.empty(capacity), np.empty(capacity), np.empty(capacity, np.int64)
        out = ffi.new("palindrome_spectrum *")
        out.capacity, out.k, out.power = capacity, _doubles(k), _doubles(p)
        out.modes = ffi.cast("int64_t *", ffi.from_buffer(modes))
        number = self._number(grid)
        self._do(lambda: lib.palindrome_power(self._handle, number, ffi.from_buffer(x), int(window), out))
        n = out.count
        return Spectrum(k[:n].copy(), p[:n].copy(), modes[:n].copy(), out.shot_noise)

    def sum(self, terms: Any) -> float:
        """The sum of numbers over all ranks, rounded once: the same bits on any ranks."""
        x = self._agree(lambda: np.ascontiguousarray(terms, np.float64), within=True)
        total = ffi.new("double *")
        self._do(lambda: lib.palindrome_total(self._handle, x.size, _doubles(x), total))
        return float(total[0])

    # Blocks and whole arrays

    def gather(self, x: Any, root: int = 0) -> Array | None:
        """The whole grid of this rank's blocks, on one rank; None on the others."""

        def prepare() -> tuple[str, Array]:
            block = np.ascontiguousarray(x)
            return self._grid_of(block.shape), block

        grid, block = self._agree(prepare)
        counts = [int(np.prod([s.stop - s.start for s in slices])) for slices in self._blocks[grid]]
        whole = np.empty(sum(counts), block.dtype) if self.comm.rank == root else None
        kind = from_numpy_dtype(block.dtype)
        self.comm.Gatherv([block, kind], None if whole is None else [whole, counts, None, kind], root)
        if whole is None:
            return None
        out, start = np.empty(self.grid if grid == "particles" else self.mesh, block.dtype), 0
        for slices, count in zip(self._blocks[grid], counts):
            out[slices] = whole[start : start + count].reshape([s.stop - s.start for s in slices])
            start += count
        return out

    def scatter(self, x: Any, root: int = 0) -> Array:
        """This rank's block of a whole grid that one rank has."""

        def prepare() -> tuple[str, Array] | None:
            if self.comm.rank != root:
                return None
            whole = np.ascontiguousarray(x, self.dtype)
            if whole.shape not in (self.grid, self.mesh):
                raise UsageError(f"the array has the shape {whole.shape}; it must be {self.grid} or {self.mesh}")
            return ("particles" if whole.shape == self.grid else "mesh"), whole

        prepared = self._agree(prepare)
        grid = self.comm.bcast(prepared[0] if prepared else None, root)
        block = np.empty(self._block_shape(grid), self.dtype)
        sent, kind = None, from_numpy_dtype(self.dtype)
        if prepared:
            blocks = self._blocks[grid]
            packed = np.concatenate([prepared[1][slices].ravel() for slices in blocks])
            sent = [packed, [int(np.prod([s.stop - s.start for s in slices])) for slices in blocks], None, kind]  # fmt: skip
        self.comm.Scatterv(sent, [block, kind], root)
        return block

    def read(self, path: str | os.PathLike[str], dataset: str = "/density", grid: Grid = "mesh") -> Array:
        """This rank's block of a dataset [x][y][z], whatever ranks wrote it."""
        address, _keep = self._agree(lambda: self._address(path, dataset, grid), within=True)
        out = np.empty(self._block_shape(grid), self.dtype)
        self._do(lambda: lib.palindrome_read(self._handle, address, ffi.from_buffer(out)))
        return out

    def write(self, path: str | os.PathLike[str], field: Any, dataset: str = "/density") -> None:
        """Writes a field into a new HDF5 file, with the configuration."""

        def prepare() -> tuple[Any, Any, Array]:
            grid = self._grid_of(np.shape(field))
            return *self._address(path, dataset, grid), self._field(field, self._block_shape(grid), "the field")

        address, _keep, x = self._agree(prepare, within=True)
        self._do(lambda: lib.palindrome_write(self._handle, address, ffi.from_buffer(x)))

    def _address(self, path: Any, dataset: str, grid: str) -> tuple[Any, list[Any]]:
        keep = [ffi.new("char[]", os.fsencode(path)), ffi.new("char[]", dataset.encode())]
        address = ffi.new("palindrome_dataset *")
        address.path, address.name, address.grid = keep[0], keep[1], self._number(grid)
        return address, keep

    def _number(self, grid: str) -> int:
        if grid not in ("particles", "mesh"):
            raise UsageError(f"the grid is {grid!r}; it must be 'particles' or 'mesh'")
        return int(lib.palindrome_particles if grid == "particles" else lib.palindrome_mesh)

    def _block_shape(self, grid: str) -> tuple[int, ...]:
        return self.shape if grid == "particles" else self.mesh_shape

    def _grid_of(self, shape: tuple[int, ...]) -> str:
        if shape == self.mesh_shape:
            return "mesh"
        if shape == self.shape:
            return "particles"
        raise UsageError(f"the field has the shape {shape}; it must be this rank's block, {self.shape} or {self.mesh_shape}")


def _doubles(x: Array) -> Any:
    return ffi.cast("double *", ffi.from_buffer(x))


def _json(config: Mapping[str, Any]) -> bytes:
    try:
        return json.dumps(config, default=_plain, allow_nan=False).encode()
    except (TypeError, ValueError) as error:
        raise UsageError(f"the configuration cannot be written as YAML: {error}") from None


def _plain(value: Any) -> Any:
    if isinstance(value, (np.generic, np.ndarray)):
        return value.tolist()
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    raise TypeError(f"{value!r} is neither a number, a text, a list nor a section")


def _line(error: BaseException) -> bytes:
    text = str(error) if isinstance(error, UsageError) else f"{type(error).__name__}: {error}"
    return " ".join(text.split()).encode()[:1000]
