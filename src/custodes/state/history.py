"""When did the map begin and cease to say what it says? Every change of a verdict, as scans met it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa

from custodes.records import Examined
from custodes.records.history import Change
from custodes.state.database import Database
from custodes.state.schema import verdict_change

Key = tuple[str, str, str, str]  # store, dataset, field, category


class History:
    """The changes of one workspace's verdicts; rows are only ever added.

    A row is written where a verdict is new, is gone, or has a confidence that differs in whole percent: a table that
    merely grows leaves none.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, examined: Iterable[Examined], now: datetime) -> int:
        """Compare the map with what was last noted of it; how many changes were added."""
        told = {(one.store, one.dataset, one.field, one.category): one for each in examined for one in each.verdicts}
        with self._database.write() as connection:
            before = _latest(connection)
            rows: list[dict[str, object]] = []
            for key, one in told.items():
                last = before.get(key)
                if last is not None and round(100 * last) == round(100 * one.confidence):
                    continue
                turn = "told" if last is None else "changed"
                rows.append(_row(key, now, turn, one.confidence, one.matched, one.scanned))
            rows += [_row(key, now, "gone", 0.0, 0, 0) for key in before if key not in told]
            if rows:
                connection.execute(verdict_change.insert(), rows)
        return len(rows)

    def of(self, store: str, dataset: str, field: str) -> tuple[Change, ...]:
        """Every change of one field's verdicts, the newest first."""
        table = verdict_change
        query = sa.select(table).where(table.c.store == store, table.c.dataset == dataset, table.c.field == field)
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(table.c.number.desc())).all()
        return tuple(
            Change(datetime.fromisoformat(row.time), row.category, row.turn, row.confidence, row.matched, row.scanned)
            for row in rows
        )


def _latest(connection: sa.Connection) -> dict[Key, float]:
    """The confidence last noted of each verdict that was not gone then."""
    table = verdict_change
    names = (table.c.store, table.c.dataset, table.c.field, table.c.category)
    newest = sa.select(sa.func.max(table.c.number)).group_by(*names)
    rows = connection.execute(sa.select(*names, table.c.turn, table.c.confidence).where(table.c.number.in_(newest)))
    return {(row[0], row[1], row[2], row[3]): row[5] for row in rows if row[4] != "gone"}


def _row(key: Key, now: datetime, turn: str, confidence: float, matched: int, scanned: int) -> dict[str, object]:
    store, dataset, field, category = key
    return {
        "time": now.isoformat(),
        "store": store,
        "dataset": dataset,
        "field": field,
        "category": category,
        "turn": turn,
        "confidence": confidence,
        "matched": matched,
        "scanned": scanned,
    }
