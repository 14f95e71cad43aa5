"""What did a person decide about a verdict? It outlives every rescan, until it ends or is withdrawn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from custodes.records.field import Field

Decided = Literal["not_personal", "confirmed", "withdrawn"]


@dataclass(frozen=True, slots=True)
class Ruling:
    """One decision about one category in one field (names as in Field).

    decided: `not_personal` takes the verdict off the map, `confirmed` keeps it there whatever the scan says,
    `withdrawn` ends an earlier ruling. by: `user:<login name>`. why: the reason in the words of who decided.
    until: when it ends by itself; None never.
    """

    store: str
    dataset: str
    field: str
    category: str
    decided: Decided
    by: str
    why: str
    time: datetime
    until: datetime | None = None

    @property
    def about(self) -> tuple[str, str, str, str]:
        """What it is about: a later ruling about the same takes its place."""
        return (self.store, self.dataset, self.field, self.category)

    def in_force(self, now: datetime) -> bool:
        """Whether it has not ended."""
        return self.decided != "withdrawn" and (self.until is None or now < self.until)


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A verdict that a ruling keeps off the map: never silently, so both travel on."""

    verdict: Field
    ruling: Ruling
