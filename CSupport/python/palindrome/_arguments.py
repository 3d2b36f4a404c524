"""What is given to the library, as the library takes it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from typing import Any, Literal, Union

import numpy as np

from ._errors import UsageError
from ._library import ffi
from ._results import Array

Cosmology = Union[Mapping[str, float], Sequence[float], Array, None]
Config = Union[Mapping[str, Any], str, "os.PathLike[str]"]
Grid = Literal["particles", "mesh"]


def pointer(x: Array, kind: str = "double") -> Any:
    """The address of an array."""
    return ffi.cast(f"{kind} *", ffi.from_buffer(x))


def configuration_text(config: Mapping[str, Any]) -> bytes:
    """A configuration as JSON, which is YAML."""
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


def on_host(x: Any, name: str) -> Array:
    """An array in the memory of the host."""
    device = str(getattr(x, "device", "cpu")).lower()
    if hasattr(x, "__cuda_array_interface__") or device.startswith(("cuda", "gpu", "tpu", "mps")):
        raise UsageError(f"{name} is on a device; it must be in the memory of the host; copy it there")
    return x if isinstance(x, np.ndarray) else np.asarray(x.detach() if hasattr(x, "detach") else x)


def require_dense(x: Array, name: str) -> Array:
    """An array in C order without gaps."""
    if not x.flags.c_contiguous:
        raise UsageError(f"{name} is not in C order without gaps; it must be; use numpy.ascontiguousarray")
    return x


def times(at: Sequence[float] | None) -> tuple[Any, list[Any]]:
    """Scale factors for the library, and what must live as long; NULL for the end."""
    if at is None:
        return ffi.NULL, []
    values = np.ascontiguousarray(at, np.float64)
    if values.ndim != 1 or not len(values):
        raise UsageError("at must be a list of scale factors, at least one; leave it out for the end")
    found = ffi.new("palindrome_times *")
    found.count, found.scale_factors = len(values), pointer(values)
    return found, [values]


def each(given: Any, count: int | None, name: str) -> list[Any]:
    """One for each time; where there is no count, the one."""
    if count is None:
        return [given]
    found = list(given)
    if len(found) != count:
        raise UsageError(f"{name} is given for {len(found)} times; it must be given for each of {count}")
    return found
