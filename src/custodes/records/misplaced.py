"""What lies where it must not: which field, how much of it, since when, a copy of what, and who touched it?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from custodes.records.copy import Copy


@dataclass(frozen=True, slots=True)
class MisplacedField:
    """A field of cards, credentials or special categories outside every vault.

    rows: that hold it; where a part was read, estimated for all (`estimated`), and None where the number of all is not
    known. seen: when a scan first saw it there. copies: the fields it shares values with, the closest first.
    """

    field: str
    category: str
    confidence: float
    matched: int
    scanned: int
    rows: int | None
    estimated: bool
    seen: datetime | None
    copies: tuple[Copy, ...] = ()


@dataclass(frozen=True, slots=True)
class Toucher:
    """Who touched a dataset how often, and when first and last."""

    actor: str
    touches: int
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class Touches:
    """The sealed touches of a dataset since some moment. by: the most frequent first, at most ten of `actors`.

    watched: whether any log tells of its store at all: where none does, no touch means nothing.
    """

    count: int
    actors: int
    first: datetime | None
    last: datetime | None
    by: tuple[Toucher, ...]
    watched: bool


@dataclass(frozen=True, slots=True)
class Misplaced:
    """One dataset outside every vault that holds what belongs into one. finding: the id of the finding about it.

    since: the earliest moment at which it is known to have lain there. since_by: `row dates` (then `dated_by` is the
    column and `dated` its first and last day), `file date` or `first scan`. vault_declared: whether the owner declared
    a vault anywhere. touched: None until joined with the ledger.
    """

    finding: str
    store: str
    dataset: str
    fields: tuple[MisplacedField, ...]
    since: datetime | None
    since_by: str
    modified: datetime | None
    dated_by: str | None
    dated: tuple[datetime, datetime] | None
    vault_declared: bool
    touched: Touches | None = None

    @property
    def full_name(self) -> str:
        """`store.dataset`."""
        return f"{self.store}.{self.dataset}"
