"""The life of a model, and what every call of the library has in common."""

from __future__ import annotations

import threading
import warnings
import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, cast

from mpi4py import MPI

from ._errors import PalindromeError, PeerError, UsageError, one_line
from ._library import check, ffi, last_message, lib

Prepared = TypeVar("Prepared")
Own = TypeVar("Own", bound="Calls")

if TYPE_CHECKING:
    from ._posterior import Posterior
    from ._state import Run


class Calls:
    """A handle of the library on the ranks of a communicator: one call at a time, and what fails on one rank fails on all."""

    def __init__(self, handle: Any, comm: MPI.Intracomm) -> None:
        self.comm = comm
        self._handle: Any = handle
        self._user: int | None = None
        # What waits for calls that others have begun in threads of theirs, as JAX does, and the threads they are in.
        self._await_others: Callable[[], object] | None = None
        self._others: set[int] = set()
        self._runs: weakref.WeakSet[Run] = weakref.WeakSet()
        self._posteriors: list[Posterior] = []

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
        for run in list(self._runs):
            run.free()
        for posterior in self._posteriors:
            posterior.free()
        handle, self._handle, self._user = self._handle, None, None
        lib.palindrome_model_free(handle)

    def __enter__(self: Own) -> Own:
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

    def _alive(self) -> Any:
        """The handle, of a model that is not closed."""
        if self._handle is None:
            raise UsageError("the model is closed; make another one")
        return self._handle

    def _settle(self) -> None:
        """Waits for calls that JAX has begun and not finished, so that calls follow each other as in the program, the same
        on all ranks."""
        thread = threading.get_ident()
        if self._await_others is not None and self._user != thread and thread not in self._others:
            try:
                self._await_others()
            except Exception:  # Whoever began it is told.
                pass

    def _enter(self) -> None:
        self._alive()
        self._settle()
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

    def _agree(self, prepare: Callable[[], Prepared], within: bool = False) -> Prepared:
        """What a rank has to prepare, which may fail; then it fails on all."""
        self._alive()
        self._settle()
        if self._user is not None and not (within and self._user == threading.get_ident()):
            raise UsageError("a call of this model is under way; one at a time; make another model for the second")
        error: BaseException | None = None
        prepared: Prepared | None = None
        try:
            prepared = prepare()
        except BaseException as failure:
            error = failure
        complaint = ffi.NULL if error is None else ffi.new("char[]", one_line(error))
        code = lib.palindrome_agree(self._handle, complaint)
        if error is not None:
            self._leave(error)
        self._check(code)
        return cast(Prepared, prepared)
