"""What did people allow though a check claims it? Nothing is overwritten: an end stands beside its beginning."""

from __future__ import annotations

import sqlalchemy as sa

from custodes.records import Exemption
from custodes.state.body import Body
from custodes.state.database import Database
from custodes.state.schema import exemption

_EXEMPTION = Body(Exemption)


class Exemptions:
    """Every one that was made and every withdrawal; the ledger says which of them were, and in which order."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, one: Exemption) -> None:
        """Keep one whose receipt is sealed."""
        with self._database.write() as connection:
            connection.execute(exemption.insert().values(body=_EXEMPTION.text(one)))

    def all(self) -> tuple[Exemption, ...]:
        """Every one in the order in which they were kept."""
        with self._database.read() as connection:
            rows = connection.execute(sa.select(exemption).order_by(exemption.c.number))
            return tuple(_EXEMPTION.read(row.body) for row in rows)
