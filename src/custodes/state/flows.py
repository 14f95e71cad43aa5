"""Which flows between fields are known? The edges of every definition, script and log that scans have read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from custodes.records import FlowEdge, Place
from custodes.state.database import Database
from custodes.state.schema import flow

#: A statement that was run stays a fact when the server or the log no longer tells of it; a definition does not.
LASTING: Final = ("statements", "log")
_AT_ONCE: Final = 1_000


class Flows:
    """The flows of one workspace.

    A row of the table `flow` is a FlowEdge: `source_store, source_dataset, source_field`, `target_store,
    target_dataset, target_field` (an empty store: outside; a field `*`: any field of the dataset), `kind` (direct or
    indirect), `through` (JSON list of functions), `origin`, `by`, `place`, `statement`, `leaves`, and when scans
    first and last saw it (ISO 8601). There may be several rows for one pair of fields: one for each place that says so.
    No literal of any SQL is in it, but for the paths and addresses that data goes to.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> tuple[FlowEdge, ...]:
        """Every known edge, by source, target and place."""
        with self._database.read() as connection:
            return tuple(sorted(map(_edge, connection.execute(sa.select(flow)))))

    def save(self, by: str, edges: Iterable[FlowEdge], *, now: datetime, lasting: Iterable[str] = LASTING) -> bool:
        """Replace what a store or declared source says; when each edge was first seen is kept. Whether it changed.

        by: the store or source; edges of others are left alone. lasting: origins whose edges stay when they are no
        longer told; their last_seen says until when they were.
        """
        moment = now.isoformat()
        rows = {row["id"]: row for row in (_row(edge, moment) for edge in edges if edge.by == by)}
        with self._database.write() as connection:
            before = {row.id: row for row in connection.execute(sa.select(flow).where(flow.c.by == by))}
            gone = [key for key, row in before.items() if key not in rows and row.origin not in set(lasting)]
            for key, row in rows.items():
                if key in before:
                    row["first_seen"] = before[key].first_seen
            old = [*gone, *(key for key in rows if key in before)]
            for start in range(0, len(old), _AT_ONCE):
                connection.execute(flow.delete().where(flow.c.id.in_(old[start : start + _AT_ONCE])))
            for start in range(0, len(rows), _AT_ONCE):
                connection.execute(flow.insert(), list(rows.values())[start : start + _AT_ONCE])
        return bool(gone) or any(key not in before for key in rows)

    def forget(self, keep: Iterable[str]) -> None:
        """Take out what stores and sources say that the owner no longer configures."""
        with self._database.write() as connection:
            connection.execute(flow.delete().where(flow.c.by.not_in(tuple(keep))))


def _row(edge: FlowEdge, moment: str) -> dict[str, str | int | bool]:
    told: dict[str, str | int | bool] = {
        "source_store": edge.source.store,
        "source_dataset": edge.source.dataset,
        "source_field": edge.source.field,
        "target_store": edge.target.store,
        "target_dataset": edge.target.dataset,
        "target_field": edge.target.field,
        "kind": edge.kind,
        "through": json.dumps(edge.through),
        "origin": edge.origin,
        "by": edge.by,
        "place": edge.place,
        "statement": edge.statement,
        "leaves": edge.leaves,
    }
    # JSON keeps ("a", "bc") apart from ("ab", "c").
    digest = hashlib.sha256(json.dumps(list(told.values())).encode()).hexdigest()[:24]
    return {"id": digest, **told, "first_seen": moment, "last_seen": moment}


def _edge(row: sa.Row[tuple[object, ...]]) -> FlowEdge:
    return FlowEdge(
        source=Place(row.source_store, row.source_dataset, row.source_field),
        target=Place(row.target_store, row.target_dataset, row.target_field),
        kind=row.kind,
        through=tuple(json.loads(row.through)),
        origin=row.origin,
        by=row.by,
        place=row.place,
        statement=row.statement,
        leaves=bool(row.leaves),
        first_seen=datetime.fromisoformat(row.first_seen),
        last_seen=datetime.fromisoformat(row.last_seen),
    )
