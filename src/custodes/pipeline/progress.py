"""How does long work show that it is alive? It tells a listener; the command line decides what to show."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Told by every step: which step begins, and how far it is. Any thread may tell it."""

    def step(self, title: str) -> None:
        """A new step begins."""
        ...

    def advance(self, detail: str, done: int = 0, total: int | None = None) -> None:
        """Something inside the step was done; detail names a store, table or file, never a value."""
        ...

    def amount(self, detail: str, *, rows: int, size: int, share: float) -> None:
        """So many rows and bytes of text were read by now. share: of the step's work, 0 to 1, as far as is known."""
        ...


class Silent:
    """Shows nothing: for --json, for pipes and for tests."""

    def step(self, title: str) -> None:
        """Nothing."""

    def advance(self, detail: str, done: int = 0, total: int | None = None) -> None:
        """Nothing."""

    def amount(self, detail: str, *, rows: int, size: int, share: float) -> None:
        """Nothing."""
