"""Who looked at this customer? Every sealed touch, in time order, with its place in the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from custodes.errors import BadInput
from custodes.events.tokens import protect
from custodes.pipeline.detect import open_engine
from custodes.pipeline.workspace import Workspace
from custodes.records import EVENT_COLUMNS, AccessEvent, Skipped


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
