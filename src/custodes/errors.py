"""How do we fail? Every refusal says what, where and the next step; only the command line prints and exits."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

__all__ = [
    "BadInput",
    "ConfigError",
    "CouldNotRun",
    "CustodesError",
    "LedgerBroken",
    "StoreRefused",
]


class CustodesError(Exception):
    """The base of every refusal.

    what: the refusal in a few lower-case words, with no person's value in it.
    where: file, key path, store or dataset; may be empty.
    hint: the next step the reader can take; never empty.
    """

    exit_code = 4

    def __init__(self, what: str, *, where: str = "", hint: str) -> None:
        super().__init__(f"{what}, {where}" if where else what)
        self.what = what
        self.where = where
        self.hint = hint

    def __reduce__(self) -> tuple[Callable[[str], CustodesError], tuple[str]]:
        # A refusal of another process comes back by pickle, which knows no keyword arguments by itself.
        return partial(type(self), where=self.where, hint=self.hint), (self.what,)


class ConfigError(CustodesError):
    """The owner asked for something we cannot understand; `where` is file and key path."""

    exit_code = 2


class BadInput(CustodesError):
    """A file or argument given to a command cannot be used at all."""

    exit_code = 2


class CouldNotRun(CustodesError):
    """The machine or another run is in the way: a lock, a full disk, a missing driver."""

    exit_code = 4


class StoreRefused(CustodesError):
    """A whole store could not be opened. The scan catches it and reports the store as uncovered."""

    exit_code = 3


class LedgerBroken(CustodesError):
    """The evidence does not match its proofs; `where` names the file."""

    exit_code = 1
