"""What does a page about one customer, actor, key, party or dataset show? Its touches in time, narrowed by links.

A page may hold no form, so every filter is a link, and an address can be written by hand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlencode

from custodes.console.gaps import Gap
from custodes.console.pages import PAGE, Part
from custodes.console.words import counted
from custodes.records.answer import Answer, Question, Touch

Values = dict[str, object]

_HEADS: Final = {
    "subject": "Who touched {}",
    "actor": "What {} touched",
    "key": "What was done with {}",
    "party": "What was done for {}",
    "dataset": "Who touched {}",
}
_MONTHS: Final = 24
_ACTORS: Final = 20


@dataclass(frozen=True, slots=True)
class Choice:
    """What is shown of an answer. action: of this kind alone. explained: `yes`, `no`, or empty for both."""

    question: Question
    action: str = ""
    explained: str = ""
    page: int = 1

    @property
    def address(self) -> str:
        """The page's own address."""
        asked = self.question
        given = {
            "name": asked.name,
            "field": asked.field,
            "since": None if asked.since is None else _written(asked.since),
            "until": None if asked.until is None else _written(asked.until),
            "action": self.action,
            "explained": self.explained,
            "page": "" if self.page == 1 else str(self.page),
        }
        return f"/who/{asked.by}?{urlencode({key: value for key, value in given.items() if value})}"

    def within(self, since: datetime | None, until: datetime | None) -> Choice:
        """The same in another window, from its first page on."""
        return replace(self, question=replace(self.question, since=since, until=until), page=1)


@dataclass(frozen=True, slots=True)
class Link:
    """One way to narrow the list. chosen: it is narrowed so now."""

    label: str
    href: str
    chosen: bool


def who_page(answer: Answer, choice: Choice) -> Values:
    """The values of who.html."""
    chosen = replace(choice, question=answer.asked)
    shown = [touch for touch in answer.touches if _fits(touch, chosen)]
    count = max(1, -(-len(shown) // PAGE))
    page = min(chosen.page, count)
    summary = answer.summary
    return {
        "asked": answer.asked,
        "heading": _HEADS[answer.asked.by].format(answer.asked.name),
        "summary": summary,
        "coverage": answer.coverage,
        "shown": len(shown),
        "touches": shown[(page - 1) * PAGE : page * PAGE],
        "part": Part(page, count, len(shown)),
        "turning": f"{replace(chosen, page=1).address}&",
        "actors": list(summary.by_actor.items())[:_ACTORS],
        "actors_left": max(0, len(summary.by_actor) - _ACTORS),
        "actions": _actions(answer, chosen),
        "reasons": _reasons(answer, chosen),
        "months": _months(answer.touches, chosen),
        "gaps": gaps_of(answer),
    }


def gaps_of(answer: Answer) -> tuple[Gap, ...]:
    """What the answer cannot know, as the pages tell of gaps."""
    known = [
        Gap("ingest", gap.source or "every log", gap.reason + _between(gap.since, gap.until), "")
        for gap in answer.coverage.gaps
    ]
    told = [
        Gap(one.room, ".".join(filter(None, (one.store, one.dataset))), one.reason, one.hint)
        for one in answer.uncovered
    ]
    return (*known, *told)


def _fits(touch: Touch, choice: Choice) -> bool:
    if choice.action and touch.event.action != choice.action:
        return False
    return not choice.explained or touch.explained == (choice.explained == "yes")


def _actions(answer: Answer, choice: Choice) -> list[Link]:
    every = Link("every action", replace(choice, action="", page=1).address, not choice.action)
    return [every] + [
        Link(f"{action} {count:,}", replace(choice, action=action, page=1).address, choice.action == action)
        for action, count in answer.summary.by_action.items()
    ]


def _reasons(answer: Answer, choice: Choice) -> list[Link]:
    counts = {
        "": ("all", None),
        "yes": ("explained", answer.summary.explained),
        "no": ("unexplained", answer.summary.unexplained),
    }
    return [
        Link(
            label if count is None else f"{label} {count:,}",
            replace(choice, explained=value, page=1).address,
            choice.explained == value,
        )
        for value, (label, count) in counts.items()
    ]


def _months(touches: Sequence[Touch], choice: Choice) -> list[Link]:
    """Months that have touches, the newest first; within a window, the way back to all time."""
    asked = choice.question
    found = Counter(
        (touch.event.time.astimezone(UTC).year, touch.event.time.astimezone(UTC).month) for touch in touches
    )
    links = [Link("all time", choice.within(None, None).address, asked.since is None and asked.until is None)]
    for (year, month), count in sorted(found.items(), reverse=True)[:_MONTHS]:
        first = datetime(year, month, 1, tzinfo=UTC)
        following = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
        window = choice.within(first, following)
        links.append(
            Link(
                f"{year}-{month:02}: {counted(count, 'touch', 'touches')}",
                window.address,
                (asked.since, asked.until) == (first, following),
            )
        )
    return links


def _between(since: datetime | None, until: datetime | None) -> str:
    if since is None or until is None:
        return ""
    return f" ({since.astimezone(UTC):%Y-%m-%d %H:%M} to {until.astimezone(UTC):%Y-%m-%d %H:%M})"


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
