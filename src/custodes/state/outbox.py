"""Which notices are still to be delivered, and of which incidents was each target told?

A notice and the note that its incidents were told are written in one transaction: no crash can lose a notice, or make a
second one of the same news. It stays until the target has taken it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa

from custodes.state.database import Database
from custodes.state.schema import outbox, told


@dataclass(frozen=True, slots=True)
class Told:
    """How grave an incident was when a target was told of it last. times: how often it was told of it."""

    incident: str
    score: float
    severity: int
    subjects: int
    times: int = 1


@dataclass(frozen=True, slots=True)
class Waiting:
    """A notice that is not delivered, but for its body. id: the idempotency key. kind: the target's when it was made.

    due: when it may be tried next. failure: why the last attempt failed. refused: whether the target would not take
    this very notice, so that others need not wait for it.
    """

    number: int
    id: str
    target: str
    kind: str
    made: datetime
    attempts: int
    due: datetime
    failure: str | None
    refused: bool


class Outbox:
    """Notices of one workspace."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def told(self, target: str, kind: str) -> dict[str, Told]:
        """What a target was told as one of this kind, by incident."""
        asked = sa.select(told).where(told.c.target == target, told.c.kind == kind)
        with self._database.read() as connection:
            rows = connection.execute(asked).all()
        return {row.incident: Told(row.incident, row.score, row.severity, row.subjects, row.times) for row in rows}

    def put(
        self, target: str, kind: str, notices: Sequence[tuple[str, str]], news: Sequence[Told], now: datetime
    ) -> None:
        """Keep notices (id and body, as it is sent to the byte), and that the target was told of these incidents."""
        with self._database.write() as connection:
            for name, body in notices:
                connection.execute(
                    outbox.insert().values(
                        id=name,
                        target=target,
                        kind=kind,
                        made=now.isoformat(),
                        body=body,
                        attempts=0,
                        due=now.isoformat(),
                        refused=False,
                    )
                )
            for one in news:
                connection.execute(told.delete().where(told.c.target == target, told.c.incident == one.incident))
                connection.execute(told.insert().values(target=target, kind=kind, time=now.isoformat(), **asdict(one)))

    def waiting(self) -> tuple[Waiting, ...]:
        """Every notice that is not delivered, the oldest first."""
        asked = sa.select(*(one for one in outbox.c if one is not outbox.c.body)).where(outbox.c.sent.is_(None))
        with self._database.read() as connection:
            rows = connection.execute(asked.order_by(outbox.c.number)).all()
        return tuple(
            Waiting(
                *(row.number, row.id, row.target, row.kind, datetime.fromisoformat(row.made), row.attempts),
                datetime.fromisoformat(row.due),
                row.failure,
                row.refused,
            )
            for row in rows
        )

    def body(self, one: Waiting) -> str:
        """As it is sent, to the byte."""
        with self._database.read() as connection:
            asked = sa.select(outbox.c.body).where(outbox.c.number == one.number)
            return str(connection.execute(asked).scalar_one())

    def sent(self, one: Waiting, now: datetime) -> None:
        """The target has taken it. Its body is not needed any more."""
        self._update(one, attempts=one.attempts + 1, sent=now.isoformat(), failure=None, refused=False, body="")

    def failed(self, one: Waiting, failure: str, due: datetime, *, refused: bool = False) -> None:
        """It was not taken, for this reason; when to try again."""
        self._update(one, attempts=one.attempts + 1, failure=failure, due=due.isoformat(), refused=refused)

    def drop(self, targets: Collection[tuple[str, str]]) -> dict[tuple[str, str], int]:
        """Forget all about targets (name and kind) that are not among these; how many undelivered notices they had."""
        pair = sa.tuple_(outbox.c.target, outbox.c.kind)
        asked = sa.select(outbox.c.target, outbox.c.kind, sa.func.count()).where(outbox.c.sent.is_(None))
        with self._database.write() as connection:
            rows = connection.execute(
                asked.where(pair.not_in(list(targets))).group_by(outbox.c.target, outbox.c.kind)
            ).all()
            for table in (outbox, told):
                connection.execute(table.delete().where(sa.tuple_(table.c.target, table.c.kind).not_in(list(targets))))
        return {(name, kind): count for name, kind, count in rows}

    def forget(self, before: datetime) -> None:
        """Remove what was delivered before a moment."""
        with self._database.write() as connection:
            connection.execute(outbox.delete().where(outbox.c.sent < before.isoformat()))

    def _update(self, one: Waiting, **values: object) -> None:
        with self._database.write() as connection:
            connection.execute(outbox.update().where(outbox.c.number == one.number).values(**values))
