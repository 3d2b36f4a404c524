"""What can go wrong, as exceptions with one line each."""

from __future__ import annotations


class PalindromeError(Exception):
    """Any failure of this package."""


class UsageError(PalindromeError, ValueError):
    """A mistake in what was given: configuration, files, arguments. The line says where, what, which rule, a remedy."""


class EnvironmentError(PalindromeError, OSError):
    """A fault of the machine, the file system or a library."""


class PeerError(PalindromeError):
    """Another rank failed, and this one left the call with it.

    Attributes:
        rank: which rank of the model's communicator.
    """

    def __init__(self, rank: int, message: str) -> None:
        super().__init__(f"rank {rank}: {message}")
        self.rank = rank


def one_line(error: BaseException) -> bytes:
    """What other ranks are told of an error."""
    text = str(error) if isinstance(error, UsageError) else f"{type(error).__name__}: {error}"
    return " ".join(text.split()).encode()[:1000]
