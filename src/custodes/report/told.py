"""Which sentences and rows does a customer read? No name and no id of staff is ever among them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from custodes.records.answer import Answer, Gap, Touch

HEAD: Final = ("When (UTC)", "Who", "What was done", "Kinds of data", "Why")

_DID: Final = {
    "read": ("looked at your data", "look at your data"),
    "search": ("found your data in a search", "find your data in a search"),
    "export": ("took your data out as a copy", "take your data out as a copy"),
    "create": ("entered data about you", "enter data about you"),
    "update": ("changed your data", "change your data"),
    "delete": ("deleted data about you", "delete data about you"),
    "login": ("signed in to your account", "sign in to your account"),
    "login_as": ("signed in in your place", "sign in in your place"),
    "suspend": ("suspended your account", "suspend your account"),
    "reinstate": ("opened your account again", "open your account again"),
    "grant": ("gave somebody rights to your data", "give somebody rights to your data"),
    "revoke": ("took away somebody's rights to your data", "take away somebody's rights to your data"),
    "share": ("passed your data on", "pass your data on"),
}
_NOBODY_KNOWN: Final = "our records do not say which"
_NO_REASON: Final = "no reason is recorded"


@dataclass(frozen=True, slots=True)
class Row:
    """What one kind of person or system did for one reason on one day. The fields are the columns of HEAD."""

    when: str
    who: str
    what: str
    data: str
    why: str

    @property
    def cells(self) -> tuple[str, ...]:
        """In the order of HEAD."""
        return self.when, self.who, self.what, self.data, self.why


@dataclass(frozen=True, slots=True)
class Told:
    """The whole document. unknown: what nobody can know; made: when it was written."""

    title: str
    reference: str
    company: str
    contact: str
    made: datetime
    headline: str
    rows: tuple[Row, ...]
    unknown: tuple[str, ...]
    notes: tuple[str, ...]


def tell(
    answer: Answer, kinds: Mapping[str, Mapping[str, Sequence[str]]], *, company: str, contact: str, made: datetime
) -> Told:
    """The document about the subject of the answer.

    kinds: by dataset and name of a field, in words, the kinds of personal data it holds.
    """
    count = len(answer.touches)
    loose = answer.summary.unexplained
    window = _window(answer.coverage.since, answer.coverage.until)
    if count:
        accesses = (
            "1 access to your personal data is" if count == 1 else f"{count:,} accesses to your personal data are"
        )
        headline = f"{accesses} recorded {window}. "
        headline += (
            "A reason is recorded for each."
            if not loose
            else "No reason is recorded for it."
            if count == 1
            else f"No reason is recorded for {loose:,} of them."
        )
    else:
        headline = f"No access to your personal data is recorded {window}."
    return Told(
        title="Who accessed your personal data",
        reference=_line(answer.asked.name),
        company=_line(company),
        contact=_line(contact),
        made=made.astimezone(UTC),
        headline=headline,
        rows=tuple(_rows(answer, kinds)),
        unknown=tuple(_unknown(answer)),
        notes=(
            "People are named by the role they had at that time, not by name.",
            "Each access was sealed in a log that can only grow: whoever changes or removes one will be noticed.",
            f"This list was made at {_moment(made)} UTC, and the making was recorded as well.",
        ),
    )


def _rows(answer: Answer, kinds: Mapping[str, Mapping[str, Sequence[str]]]) -> Iterator[Row]:
    """One row for all that is alike on one day, in order of its first time."""
    alike: dict[tuple[str, ...], list[datetime]] = {}
    for touch in answer.touches:
        day = f"{touch.event.time.astimezone(UTC):%Y-%m-%d}"
        key = day, _who(touch, answer.asked.name), _what(touch), _data(touch, kinds), _why(touch, answer.asked.name)
        alike.setdefault(key, []).append(touch.event.time.astimezone(UTC))
    for (day, *rest), times in alike.items():
        first, last = f"{min(times):%H:%M}", f"{max(times):%H:%M}"
        when = f"{day} {first}" if first == last else f"{day} {first} to {last}"
        yield Row(when if len(times) == 1 else f"{when}, {len(times):,} times", *map(_line, rest))


def _who(touch: Touch, subject: str) -> str:
    kind, _, name = touch.event.actor.partition(":")
    if touch.event.actor == subject:
        return "you yourself"
    if kind == "staff":
        # A role that names its holder would tell what this document must not.
        role = touch.role if touch.role and name.casefold() not in touch.role.casefold() else None
        return f"a member of our staff (role: {role})" if role else "a member of our staff"
    return {
        "service": "an automated process of ours",
        "key": "another company's system, through an interface of ours",
        "customer": "another customer",
        "anonymous": "somebody who had not signed in",
    }.get(kind, "a technical account of ours")


def _what(touch: Touch) -> str:
    done, tried = _DID.get(touch.event.action, ("used your data", "use your data"))
    if touch.event.outcome == "denied":
        return f"tried to {tried}, and was refused"
    return done if touch.event.outcome == "success" else f"tried to {tried}, without success"


def _data(touch: Touch, kinds: Mapping[str, Mapping[str, Sequence[str]]]) -> str:
    known = kinds.get(touch.event.dataset, {})
    if not touch.event.fields:
        held = sorted({title for titles in known.values() for title in titles})
        return f"{_NOBODY_KNOWN}; at most: {', '.join(held)}" if held else _NOBODY_KNOWN
    told = [title for name in touch.event.fields for title in known.get(name) or [_words(name)]]
    return ", ".join(dict.fromkeys(told))


def _why(touch: Touch, subject: str) -> str:
    if touch.event.actor == subject:
        return "your own use of our service"
    if touch.reason is None:
        return _NO_REASON
    kind = f" ({_words(touch.reason.kind)})" if touch.reason.kind else ""
    later = f", as recorded on {touch.reason.snapshot.astimezone(UTC):%Y-%m-%d}" if touch.reason.later else ""
    return f"work on a case{kind}{later}"


def _unknown(answer: Answer) -> Iterator[str]:
    coverage = answer.coverage
    numbers = {one.source: place for place, one in enumerate(coverage.sources, 1)}

    def log(name: str) -> str:
        return f"access log {numbers[name]} of {len(numbers)}" if name in numbers else "all access logs"

    for gap in coverage.gaps:
        yield f"{log(gap.source).capitalize()}{_between(gap)}: {_line(gap.reason)}."
    for one in answer.uncovered:
        if "in quarantine" not in one.reason:  # told above, without the names of our files
            yield f"{log(one.store).capitalize()}: {_line(one.reason)}."


def _between(gap: Gap) -> str:
    if gap.since is None or gap.until is None:
        return ""
    return f", {_moment(gap.since)} to {_moment(gap.until)} UTC"


def _window(since: datetime | None, until: datetime | None) -> str:
    if since is None or until is None:
        return "by us"
    return f"between {_moment(since)} and {_moment(until)} UTC"


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}"


def _words(name: str) -> str:
    return name.replace("_", " ").replace(".", " ").strip() or "not named"


def _line(text: str) -> str:
    """One line of text: marks that cannot be printed would move what stands around them."""
    return "".join(one if one.isprintable() else " " for one in text).strip()
