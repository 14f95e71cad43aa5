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
    """How grave an incident was when a target was told of it last."""

    incident: str
    score: float
    severity: int
    subjects: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """A notice that is not delivered. id: the idempotency key. body: as it is sent, to the byte.

    due: when it may be tried next. failure: why the last attempt failed.
    """

    number: int
    id: str
    target: str
    made: datetime
    body: str
    attempts: int
    due: datetime
    failure: str | None


class Outbox:
    """Notices of one workspace."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def told(self, target: str) -> dict[str, Told]:
        """What a target was told, by incident."""
        with self._database.read() as connection:
            rows = connection.execute(sa.select(told).where(told.c.target == target)).all()
        return {row.incident: Told(row.incident, row.score, row.severity, row.subjects) for row in rows}

    def put(self, target: str, notices: Sequence[tuple[str, str]], news: Sequence[Told], now: datetime) -> None:
        """Keep notices (id and body), and that the target was told of these incidents."""
        with self._database.write() as connection:
            for name, body in notices:
                connection.execute(
                    outbox.insert().values(
                        id=name, target=target, made=now.isoformat(), body=body, attempts=0, due=now.isoformat()
                    )
                )
            for one in news:
                connection.execute(told.delete().where(told.c.target == target, told.c.incident == one.incident))
                connection.execute(told.insert().values(target=target, time=now.isoformat(), **asdict(one)))

    def waiting(self) -> tuple[Waiting, ...]:
        """Every notice that is not delivered, the oldest first."""
        with self._database.read() as connection:
            rows = connection.execute(sa.select(outbox).where(outbox.c.sent.is_(None)).order_by(outbox.c.number)).all()
        return tuple(
            Waiting(
                *(row.number, row.id, row.target, datetime.fromisoformat(row.made), row.body, row.attempts),
                datetime.fromisoformat(row.due),
                row.failure,
            )
            for row in rows
        )

    def sent(self, one: Waiting, now: datetime) -> None:
        """The target has taken it. Its body is not needed any more."""
        self._update(one, attempts=one.attempts + 1, sent=now.isoformat(), failure=None, body="")

    def failed(self, one: Waiting, failure: str, due: datetime) -> None:
        """It was not taken, for this reason; when to try again."""
        self._update(one, attempts=one.attempts + 1, failure=failure, due=due.isoformat())

    def drop(self, targets: Collection[str]) -> dict[str, int]:
        """Forget all about targets that are not among these; by name, how many undelivered notices that were."""
        dropped: dict[str, int] = {}
        for one in self.waiting():
            if one.target not in targets:
                dropped[one.target] = dropped.get(one.target, 0) + 1
        with self._database.write() as connection:
            for table in (outbox, told):
                connection.execute(table.delete().where(table.c.target.not_in(list(targets))))
        return dropped

    def forget(self, before: datetime) -> None:
        """Remove what was delivered before a moment."""
        with self._database.write() as connection:
            connection.execute(outbox.delete().where(outbox.c.sent < before.isoformat()))

    def _update(self, one: Waiting, **values: object) -> None:
        with self._database.write() as connection:
            connection.execute(outbox.update().where(outbox.c.number == one.number).values(**values))
