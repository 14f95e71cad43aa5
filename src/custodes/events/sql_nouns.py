"""What is known about one SQL statement?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from custodes.events.sql_subjects import Wanted
from custodes.records import Action

NOT_UNDERSTOOD: Final = "statement not understood"


@dataclass(frozen=True, slots=True)
class Touch:
    """One dataset one statement touches. dataset: `schema.table`; empty for the store as a whole."""

    action: Action
    dataset: str
    fields: tuple[str, ...] = ()
    object: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What one statement touches; nothing for one that is no touch of data. shape: its condition without values."""

    touches: tuple[Touch, ...] = ()
    subjects: tuple[Wanted, ...] = ()
    shape: str | None = None
