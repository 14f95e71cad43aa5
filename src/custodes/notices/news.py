"""Which incidents is a target told of? Of each once it is shown, and again only when it has grown gravely."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from custodes.records import Incident

# An incident that was told is news again where its severity is higher, its score is so much higher, or so many times as
# many customers are affected. Less than that is read when the case is worked on; more notices would be read by nobody.
SCORE: Final = 20.0
TIMES: Final = 10
_LEAST_MORE: Final = 10  # customers: from one to ten is no other story


@dataclass(frozen=True, slots=True)
class Level:
    """How grave an incident was when it was told."""

    score: float
    severity: int
    subjects: int


@dataclass(frozen=True, slots=True)
class News:
    """One incident worth telling. grown: why again, in words; empty the first time."""

    incident: Incident
    grown: str = ""


def news(shown: Iterable[Incident], told: Mapping[str, Level], *, least: float = 0.0) -> list[News]:
    """What is to be told of the incidents that are shown, gravest first. told: by id. least: the lowest score told."""
    found = []
    for one in sorted(shown, key=lambda each: (-each.score, each.raised, each.id)):
        if one.score < least:
            continue
        before = told.get(one.id)
        if before is None:
            found.append(News(one))
        elif why := _grown(one, before):
            found.append(News(one, why))
    return found


def _grown(one: Incident, before: Level) -> str:
    if one.severity > before.severity:
        return "its severity is higher"
    if one.score >= before.score + SCORE:
        return f"its score was {before.score:.0f}"
    if one.subjects >= TIMES * max(before.subjects, 1) and one.subjects - before.subjects >= _LEAST_MORE:
        return f"{before.subjects:,} customers were affected when it was told"
    return ""
