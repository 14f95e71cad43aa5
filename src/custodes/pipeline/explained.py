"""Did a case explain this touch, by what was known then? And which role had the one who touched?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from custodes.engine.interface import WRITTEN_LATER
from custodes.pipeline.around import Around, Known, Row
from custodes.pipeline.open_engine import explaining
from custodes.pipeline.workspace import Workspace
from custodes.records import AccessEvent
from custodes.records.answer import How, Reason, Touch

ROUNDED_OFF: Final = timedelta(days=1)  # after a case is closed, its last notes are still written

_Cases = Mapping[tuple[str, ...], Sequence[Row]]


def explained(workspace: Workspace, touches: Iterable[Touch]) -> list[Touch]:
    """The touches, given in order of time, with the case that explains each and the actor's role.

    A case explains a touch when it was open then, is about the same subject (or about none: a change record), names the
    same assignee where it names one, and its kind explains that action (`context.cases.explains`). The state of a case
    is that of the newest snapshot sealed by then; where that explains nothing, of the first one after. Where the log
    names no case, one about this subject held by this actor counts.
    Raises LedgerBroken when a snapshot cannot be read.
    """
    given = list(touches)
    ids = {touch.event.case for touch in given if touch.event.case}
    actors = {touch.event.actor for touch in given}
    cases = Around(workspace, "cases", lambda table: _cases(table, ids, actors))
    people = Around(workspace, "people", lambda table: {str(row["id"]): row for row in _rows(table, "id", actors)})
    kinds = explaining(workspace)
    return [
        replace(touch, reason=_reason(touch.event, cases, kinds), role=_role(touch.event, people)) for touch in given
    ]


def _rows(table: pa.Table, column: str, values: set[str]) -> list[Row]:
    wanted = pa.array(sorted(values), pa.string())
    rows: list[Row] = table.filter(pc.is_in(table.column(column), wanted)).to_pylist()
    return rows


def _cases(table: pa.Table, ids: set[str], actors: set[str]) -> _Cases:
    """Those that could matter: by their id, and by whom they are assigned to and about whom they are."""
    found: dict[tuple[str, ...], list[Row]] = {}
    for row in _rows(table, "id", ids):
        found.setdefault((str(row["id"]),), []).append(row)
    for row in _rows(table, "assignee", actors):
        found.setdefault((str(row["assignee"]), str(row["subject"])), []).append(row)
    return found


def _reason(event: AccessEvent, cases: Around[_Cases], kinds: Mapping[str, Sequence[str]]) -> Reason | None:
    for later, known in ((False, cases.before(event.time)), (True, cases.after(event.time))):
        if known is not None and (found := _found(event, known, kinds)) is not None:
            row, how = found
            kind = row["kind"]
            return Reason(str(row["id"]), None if kind is None else str(kind), how, known.sealed, later, known.dated)
    return None


def _found(event: AccessEvent, known: Known[_Cases], kinds: Mapping[str, Sequence[str]]) -> tuple[Row, How] | None:
    if event.case is not None:
        named = known.rows.get((event.case,), ())
        return next(((row, "named") for row in named if _fits(event, row, kinds)), None)
    if event.subject is None:
        return None
    held = known.rows.get((event.actor, event.subject), ())
    return next(((row, "assigned") for row in held if _fits(event, row, kinds)), None)


def _fits(event: AccessEvent, row: Row, kinds: Mapping[str, Sequence[str]]) -> bool:
    subject, assignee, opened, closed = row["subject"], row["assignee"], row["opened"], row["closed"]
    if event.subject is None or subject is None:
        # A change record names no customer: it explains what its own assignee did, and nobody else.
        about = subject is None and assignee == event.actor
    else:
        about = subject == event.subject and assignee in (None, event.actor)
    if not about:
        return False
    actions = kinds.get(str(row["kind"]))
    if actions is not None and event.action not in actions:
        return False
    if not isinstance(opened, datetime) or event.time < opened - WRITTEN_LATER:
        return False
    return not isinstance(closed, datetime) or event.time <= closed + ROUNDED_OFF


def _role(event: AccessEvent, people: Around[dict[str, Row]]) -> str | None:
    for known in (people.before(event.time), people.after(event.time)):
        row = known.rows.get(event.actor) if known is not None else None
        if row is not None:
            said = row["role"] or row["team"]
            return None if said is None else str(said)
    return None
