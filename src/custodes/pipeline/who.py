"""Who touched this customer, dataset or party? What did this actor or key touch? Sealed touches, in time order."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from custodes.engine.interface import Engine, Parameter
from custodes.errors import BadInput
from custodes.events.rows import events_of
from custodes.events.tokens import protect
from custodes.pipeline.coverage import coverage
from custodes.pipeline.explained import explained
from custodes.pipeline.find import COLUMNS, find, spelt
from custodes.pipeline.index import held
from custodes.pipeline.open_engine import open_engine
from custodes.pipeline.workspace import Workspace
from custodes.records import EVENT_COLUMNS, AccessEvent, Toucher, Touches
from custodes.records.answer import Answer, By, Question, Touch

_ACTORS: Final = ("staff", "service", "key", "customer", "session", "role")
_PARTIES: Final = ("seller", "partner", "party")


def who(workspace: Workspace, asked: Question, **look: str) -> Answer:
    """Every touch that the question is about, in order of time, and what each log gave in the window.

    The asking is a receipt in the ledger before the answer is given; look: what else it says. The receipt names what
    the evidence names, or a token: what nobody's log knows may be a person's name.
    Raises BadInput for an empty name, a window without a moment in it, or more than MOST touches.
    """
    if not asked.name.rpartition(":")[2].strip():
        raise BadInput(f"no {asked.by} is named", hint="name one as the logs do, such as customer:81723")
    if asked.since is not None and asked.until is not None and asked.since >= asked.until:
        raise BadInput("the window ends before it begins", hint="--since is the first moment, --until the first not")
    names = _names(workspace, asked)
    evidence = held(workspace, asked.since, asked.until)
    rows = find(workspace, evidence, asked, names)
    # Without a window these are the same days; with one, what is usual is looked up before and after it.
    everything = evidence if asked.since is asked.until is None else held(workspace)
    known = coverage(workspace, asked.since, asked.until, everything)
    found = map(Touch, events_of(rows), rows.column("leaf").to_pylist())
    touches = tuple(explained(workspace, found))
    told = _told(asked, names, touches)
    window = {name: _text(moment) for name, moment in (("since", asked.since), ("until", asked.until)) if moment}
    field = {} if asked.field is None else {"field": _sealable(workspace, asked.field, touches)}
    receipt = workspace.receipt("look", question="who", **{asked.by: told or names[-1]}, **field, **window, **look)
    workspace.seal_receipts([receipt])
    uncovered = dict.fromkeys((*workspace.coverage.all("ingest"), *evidence.doubted, *everything.doubted))
    return Answer(replace(asked, name=told or names[0]), touches, known, tuple(uncovered))


def _told(asked: Question, names: Sequence[str], touches: Sequence[Touch]) -> str | None:
    """How the evidence names what was asked for; None where it knows nothing of it."""
    if not touches:
        return None
    if asked.by == "dataset":
        return names[0]
    first = (getattr(touches[0].event, column) for column in COLUMNS[asked.by])
    return next((str(name) for name in first if name in names), None)


def _sealable(workspace: Workspace, field: str, touches: Sequence[Touch]) -> str:
    """The field where the evidence names it too, else its token."""
    named = any(name in spelt(field) for touch in touches for name in touch.event.fields)
    return field if named else workspace.tokeniser.token(field)


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


_EVIDENCE = """
select e.leaf, e.event_id, e.time, e.actor, e.action, e.dataset, e.subject
from event e where e.leaf in (select unnest($leaves)) order by e.time, e.leaf limit $most
"""


def touched(workspace: Workspace, leaves: Sequence[int], most: int) -> list[dict[str, object]]:
    """The first touches a finding rests on: leaf, event_id, time, actor, action, dataset, subject."""
    wanted, kept = sorted(leaves), set(workspace.segments())
    holding = [
        workspace.data / seal.path
        for seal in workspace.seals.list()
        if bisect_left(wanted, seal.first + seal.count) > bisect_left(wanted, seal.first)
    ]
    only = [file for file in holding if file in kept]
    with open_engine(workspace, only=only) as engine:
        rows: list[dict[str, object]] = engine.ask(_EVIDENCE, {"leaves": wanted, "most": most}).to_pylist()
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
    fields = [(number, name) for number, one in enumerate(asked) for field in one.fields for name in spelt(field)]
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


def _names(workspace: Workspace, asked: Question) -> list[str]:
    """The ways the evidence may name what was asked: as given, with the kind left out, as a token (the last)."""
    token = workspace.tokeniser.token
    if asked.by == "dataset":
        return [asked.name, token(asked.name)]
    given = asked.name
    if asked.by == "key":
        given = f"key:{given.removeprefix('key:')}"
    kinds = [given.partition(":")[0]] if ":" in given else _kinds(workspace, asked.by)
    value = given.partition(":")[2] if ":" in given else given
    plain = [protect(name, workspace.tokeniser) for name in (*(f"{kind}:{value}" for kind in kinds), asked.name)]
    bare = [protect(value, workspace.tokeniser)] if asked.by == "key" else []  # a log may name it as its client
    tokens = [token(asked.name), token(value), *(f"{kind}:{token(value)}" for kind in kinds)]
    return list(dict.fromkeys([*plain, *bare, *tokens]))


def _kinds(workspace: Workspace, by: By) -> list[str]:
    """Kinds that a name without one may have."""
    if by == "subject":
        return ["customer"]
    if by == "actor":
        return list(_ACTORS)
    query = "select distinct split_part(id, ':', 1) as kind from parties where id like '%:%'"
    with open_engine(workspace, only=[]) as engine:
        rows = engine.ask(query).to_pylist()
    return list(dict.fromkeys([*sorted(str(row["kind"]) for row in rows), *_PARTIES]))


def event_of(row: dict[str, object]) -> AccessEvent:
    """The event a row of the view `event` stands for."""
    values = {name: row[name] for name in EVENT_COLUMNS}
    values["fields"] = tuple(row["fields"])  # type: ignore[arg-type]  # a list of texts by EVENT_SCHEMA
    return AccessEvent(**values)  # type: ignore[arg-type]  # checked when the segment was written
