"""Who looked at this customer? Every sealed touch, in time order, with its place in the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from custodes.engine.interface import Engine, Parameter
from custodes.errors import BadInput
from custodes.events.tokens import protect
from custodes.pipeline.open_engine import open_engine
from custodes.pipeline.workspace import Workspace
from custodes.records import EVENT_COLUMNS, AccessEvent, Skipped, Toucher, Touches


@dataclass(frozen=True, slots=True)
class Touch:
    """One sealed touch. explained: a case named the subject and, where it says so, the actor, and was open then."""

    event: AccessEvent
    leaf: int
    explained: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """asked: the subject as the evidence names it (a token for a direct identifier). uncovered: what the logs lack."""

    asked: str
    touches: tuple[Touch, ...]
    uncovered: tuple[Skipped, ...]


_QUERY = """
select e.*, exists (
    select 1 from cases k
    where k.id = e."case"
      and (k.subject = e.subject and (k.assignee is null or k.assignee = e.actor)
           -- a change record names no customer: it explains what its own assignee did
           or k.subject is null and k.assignee = e.actor)
      and e.time >= k.opened - interval 4 hours
      and e.time <= coalesce(k.closed, e.time) + interval 1 day
) as explained
from event e
where e.subject in (select unnest($subjects))
order by e.time, e.leaf
"""


def who(workspace: Workspace, subject: str) -> Answer:
    """Every touch of a customer. The asking is a receipt in the ledger before the answer is given.

    The receipt names the subject as the evidence does, or by a token: what nobody's log knows may be a person's name.
    """
    if not subject.removeprefix("customer:").strip():
        raise BadInput("no customer is named", hint="name one as the logs do, such as customer:81723")
    names = _names(workspace, subject)
    with open_engine(workspace) as engine:
        rows = engine.ask(_QUERY, {"subjects": names}).to_pylist()
    touches = tuple(Touch(event_of(row), row["leaf"], row["explained"]) for row in rows)
    known = touches[0].event.subject if touches else None
    workspace.seal_receipts([workspace.receipt("look", question="who", subject=known or names[-1])])
    return Answer(known or names[0], touches, workspace.coverage.all("ingest"))


_EVIDENCE = """
select e.leaf, e.event_id, e.time, e.actor, e.action, e.dataset, e.subject
from event e where e.leaf in (select unnest($leaves)) order by e.time, e.leaf limit $most
"""


def touched(workspace: Workspace, leaves: Sequence[int], most: int) -> list[dict[str, object]]:
    """The first touches a finding rests on: leaf, event_id, time, actor, action, dataset, subject."""
    with open_engine(workspace) as engine:
        rows: list[dict[str, object]] = engine.ask(_EVIDENCE, {"leaves": list(leaves), "most": most}).to_pylist()
    return rows


_TOUCHERS: Final = """
with asked as (
    select unnest($datasets) as dataset, unnest($numbers) as number, cast(unnest($since) as timestamptz) as since
), named as (select unnest($owners) as number, unnest($fields) as field)
select a.number, e.actor, count(*) as touches, min(e.time) as first, max(e.time) as last
from event e join asked a on e.dataset = a.dataset
where e.time >= a.since
  and (len(e.fields) = 0 or exists (
      select 1 from named n where n.number = a.number and list_contains(e.fields, n.field)))
group by a.number, e.actor
order by a.number, touches desc, last desc, e.actor
"""
_WATCHED: Final = "select distinct split_part(dataset, '.', 1) as store from event"
_ALWAYS: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NAMED: Final = 10


@dataclass(frozen=True, slots=True)
class Asked:
    """A dataset (full name) of a store whose touches are asked for: since when, and of which fields."""

    dataset: str
    store: str
    since: datetime | None
    fields: tuple[str, ...]


def touchers(engine: Engine, asked: Sequence[Asked]) -> list[Touches]:
    """Who touched each of these datasets. A touch that names fields counts where it names one of those asked for.

    Whole datasets are asked about, not people: no receipt is due.
    """
    if not asked:
        return []
    found: dict[int, list[Toucher]] = {}
    fields = [(number, name) for number, one in enumerate(asked) for field in one.fields for name in _spelt(field)]
    parameters: dict[str, Parameter] = {
        "datasets": [one.dataset for one in asked],
        "numbers": list(range(len(asked))),
        "since": [(one.since or _ALWAYS).isoformat() for one in asked],
        "owners": [number for number, _ in fields],
        "fields": [name for _, name in fields],
    }
    for row in engine.ask(_TOUCHERS, parameters).to_pylist():
        found.setdefault(row["number"], []).append(Toucher(row["actor"], row["touches"], row["first"], row["last"]))
    watched = {row["store"] for row in engine.ask(_WATCHED).to_pylist()}
    return [_touches(found.get(number, []), one.store in watched) for number, one in enumerate(asked)]


def _touches(found: Sequence[Toucher], watched: bool) -> Touches:
    return Touches(
        count=sum(one.touches for one in found),
        actors=len(found),
        first=min((one.first for one in found), default=None),
        last=max((one.last for one in found), default=None),
        by=tuple(found[:_NAMED]),
        watched=watched,
    )


def _spelt(field: str) -> set[str]:
    """How a log may name a field: as the data map does, or by its column alone."""
    return {field, field.split(".", 1)[0].removesuffix("[]")}


def _names(workspace: Workspace, subject: str) -> list[str]:
    """The ways the evidence may name what was asked: as given, as a customer's number, as a token (the last)."""
    kind, _, value = (subject if ":" in subject else f"customer:{subject}").partition(":")
    token = workspace.tokeniser.token
    plain = [protect(f"{kind}:{value}", workspace.tokeniser), protect(subject, workspace.tokeniser)]
    return list(dict.fromkeys([*plain, token(subject), token(value), f"{kind}:{token(value)}"]))


def event_of(row: dict[str, object]) -> AccessEvent:
    """The event a row of the view `event` stands for."""
    values = {name: row[name] for name in EVENT_COLUMNS}
    values["fields"] = tuple(row["fields"])  # type: ignore[arg-type]  # a list of texts by EVENT_SCHEMA
    return AccessEvent(**values)  # type: ignore[arg-type]  # checked when the segment was written
