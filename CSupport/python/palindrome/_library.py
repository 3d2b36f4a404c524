"""The library behind the package: found, loaded beside mpi4py, and checked to speak to the same MPI."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Any

import cffi

from ._errors import EnvironmentError, UsageError

# Without a launcher Open MPI would start a helper process for what a single process never asks of it.
_LAUNCHED = ("OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK", "PMI_SIZE", "SLURM_PROCID")
if "mpi4py.MPI" not in sys.modules and not any(name in os.environ for name in _LAUNCHED):
    os.environ.setdefault("OMPI_MCA_ess_singleton_isolated", "1")

from mpi4py import MPI  # noqa: E402  (starts MPI)

_HERE = Path(__file__).resolve().parent


def _first(kind: str, candidates: list[Path]) -> Path:
    for path in candidates:
        if path.is_file():
            return path
    raise EnvironmentError(
        f"{kind} is not at {' nor at '.join(map(str, candidates))}; build it with `make library`, "
        "or name it in PALINDROME_LIBRARY"
    )


def _library_path() -> Path:
    if named := os.environ.get("PALINDROME_LIBRARY"):
        return _first("the library that PALINDROME_LIBRARY names", [Path(named)])
    return _first("libpalindrome.so", [_HERE / "libpalindrome.so", _HERE.parents[2] / ".build/library/libpalindrome.so"])


def _declarations() -> str:
    header = _first("palindrome.h", [_HERE / "palindrome.h", _HERE.parents[1] / "CInterface/include/palindrome.h"])
    text = re.sub(r"/\*.*?\*/", "", header.read_text(encoding="utf-8"), flags=re.S)
    text = re.sub(r"^#.*$", "", text, flags=re.M)
    return re.sub(r'^extern "C" \{$|^\}$', "", text, flags=re.M)


def _load() -> tuple[Any, Any]:
    ffi = cffi.FFI()
    ffi.cdef(_declarations())
    path = _library_path()
    try:
        # It must stay: MPI and Swift's runtime still know addresses in it when the interpreter ends.
        lib = ffi.dlopen(str(path), ffi.RTLD_NOW | ffi.RTLD_NODELETE)
    except OSError as error:
        raise EnvironmentError(f"{path} cannot be loaded: {error}; rebuild it here with `make library`") from None
    name = ffi.new("char[256]")
    lib.palindrome_mpi(256, name)
    ours, theirs = ffi.string(name).decode(), MPI.Get_library_version()
    if not theirs.startswith(ours):
        raise EnvironmentError(
            f"{path} is linked with {ours}, but mpi4py with {theirs.split(',')[0]}; both must use one library; "
            "install mpi4py for it, or build the library with the other"
        )
    return ffi, lib


ffi, lib = _load()


def last_message() -> str:
    """The one line of the last failure in this thread."""
    return str(ffi.string(lib.palindrome_message()).decode("utf-8", "replace"))


def check(code: int) -> None:
    """Raises what a code stands for, if it is a failure of ours."""
    if code == lib.palindrome_usage_error:
        raise UsageError(last_message())
    if code != lib.palindrome_done:
        raise EnvironmentError(last_message())
