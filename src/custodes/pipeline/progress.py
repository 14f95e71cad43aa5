"""How does long work show that it is alive? It tells a listener; the command line decides what to show."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Told by every step: which step begins, and how far it is."""

    def step(self, title: str) -> None:
        """A new step begins."""
        ...

    def advance(self, detail: str, done: int = 0, total: int | None = None) -> None:
        """Something inside the step was done; detail names a store, table or file, never a value."""
        ...


class Silent:
    """Shows nothing: for --json, for pipes and for tests."""

    def step(self, title: str) -> None:
        """Nothing."""

    def advance(self, detail: str, done: int = 0, total: int | None = None) -> None:
        """Nothing."""
