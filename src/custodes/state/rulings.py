"""What did people decide about verdicts? Nothing is overwritten: a later ruling stands beside the earlier one."""

from __future__ import annotations

import sqlalchemy as sa

from custodes.records import Ruling
from custodes.state.body import Body
from custodes.state.database import Database
from custodes.state.schema import ruling

_RULING = Body(Ruling)


class Rulings:
    """Every ruling; the ledger says which of them were made, and in which order."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, one: Ruling) -> None:
        """Keep a ruling whose receipt is sealed."""
        with self._database.write() as connection:
            connection.execute(ruling.insert().values(body=_RULING.text(one)))

    def all(self) -> tuple[Ruling, ...]:
        """Every ruling in the order in which they were kept."""
        with self._database.read() as connection:
            rows = connection.execute(sa.select(ruling).order_by(ruling.c.number))
            return tuple(_RULING.read(row.body) for row in rows)
