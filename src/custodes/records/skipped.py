"""What did we not see, and why? Absence is a value that travels as far as the memo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Room = Literal["scan", "ingest", "context", "detect"]


@dataclass(frozen=True, slots=True, order=True)
class Skipped:
    """One thing that was asked for and not covered.

    room: which step met it. store: the store or log as named in the configuration.
    dataset: the table, file or detection inside it; empty when the whole store is uncovered.
    reason: why, in words, with no person's value. hint: the next step.
    """

    room: Room
    store: str
    dataset: str
    reason: str
    hint: str = ""
