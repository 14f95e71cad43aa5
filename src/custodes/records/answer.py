"""Who touched this, was there a reason, and is that all there was? An answer from the evidence, with its gaps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, get_args

from custodes.records.event import AccessEvent
from custodes.records.skipped import Skipped

By = Literal["subject", "actor", "dataset", "key", "party"]
BYS: Final[tuple[By, ...]] = get_args(By)

# How a case explains a touch: the log named it, or the actor held a case about this subject and the log named none.
How = Literal["named", "assigned"]

GapKind = Literal[
    "nothing_received",
    "begins_later",
    "ends_earlier",
    "silent",
    "below_rate",
    "rate_unknown",
    "numbers_missing",
    "quarantined",
    "may_still_come",
    "pruned",
]


@dataclass(frozen=True, slots=True)
class Question:
    """by: what `name` names. field: only with a dataset. since is the first moment asked for, until the first not."""

    by: By
    name: str
    field: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """The case that explains a touch. snapshot: when that state of the case was sealed.

    dated: whether that time is sealed too; of a snapshot that an earlier release took it is what the state said.
    later: no snapshot before the touch explains it; the first one after it does (a case written down afterwards).
    """

    case: str
    kind: str | None
    how: How
    snapshot: datetime
    later: bool
    dated: bool = True


@dataclass(frozen=True, slots=True)
class Touch:
    """One sealed touch. reason: None where no case explains it. role: of the actor then, where people are known."""

    event: AccessEvent
    leaf: int
    reason: Reason | None = None
    role: str | None = None

    @property
    def explained(self) -> bool:
        """Whether a case explains it."""
        return self.reason is not None


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that an answer cannot know. source: the log, empty for all. since, until: None where it has no time.

    count: of lines, numbers, hours or events, by kind; None where nobody can count them.
    """

    source: str
    kind: GapKind
    reason: str
    since: datetime | None = None
    until: datetime | None = None
    count: int | None = None


@dataclass(frozen=True, slots=True)
class SourceCoverage:
    """What one log gave within the window.

    first, last: of its records there. records: rows sealed. quarantined: lines not understood that may belong there.
    late: rows, at least, that came after a later one had been read. late_by: seconds, of the latest of them. numbered:
    its records carry numbers without holes, so that a missing one shows. rate: the usual number of records an hour is
    known.
    """

    source: str
    kind: str
    first: datetime | None
    last: datetime | None
    records: int
    quarantined: int
    late: int
    late_by: float
    numbered: bool
    rate: bool


@dataclass(frozen=True, slots=True)
class Coverage:
    """since, until: the window that is answered for; None when nothing was ever received."""

    since: datetime | None
    until: datetime | None
    sources: tuple[SourceCoverage, ...]
    gaps: tuple[Gap, ...]

    @property
    def definitive(self) -> bool:
        """Whether everything the logs wrote in the window is known, as far as that can be checked."""
        return bool(self.sources) and not self.gaps


@dataclass(frozen=True, slots=True)
class Summary:
    """by_actor: touches and how many of them no case explains, the most touches first. by_action: touches."""

    touches: int
    explained: int
    unexplained: int
    by_actor: Mapping[str, tuple[int, int]]
    by_action: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Answer:
    """asked: with the name as the evidence has it (a token for a direct identifier). uncovered: what ingest told."""

    asked: Question
    touches: tuple[Touch, ...]
    coverage: Coverage
    uncovered: tuple[Skipped, ...]

    @property
    def complete(self) -> bool:
        """Whether nothing is missing that could be asked for."""
        return self.coverage.definitive and not self.uncovered

    @property
    def summary(self) -> Summary:
        """Who and what, counted."""
        actors: dict[str, tuple[int, int]] = {}
        actions: dict[str, int] = {}
        for touch in self.touches:
            count, loose = actors.get(touch.event.actor, (0, 0))
            actors[touch.event.actor] = count + 1, loose + (not touch.explained)
            actions[touch.event.action] = actions.get(touch.event.action, 0) + 1
        explained = sum(touch.explained for touch in self.touches)
        return Summary(
            touches=len(self.touches),
            explained=explained,
            unexplained=len(self.touches) - explained,
            by_actor=dict(sorted(actors.items(), key=lambda item: (-item[1][0], item[0]))),
            by_action=dict(sorted(actions.items(), key=lambda item: (-item[1], item[0]))),
        )
