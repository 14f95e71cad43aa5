"""What did people decide about verdicts? Nothing is overwritten: a later ruling stands beside the earlier one."""

from __future__ import annotations

import sqlalchemy as sa
from pydantic import TypeAdapter

from custodes.records import Ruling
from custodes.state.database import Database
from custodes.state.schema import ruling

_RULING = TypeAdapter(Ruling)


class Rulings:
    """Every ruling with the sealed file that holds its receipt."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, one: Ruling, receipt: str) -> None:
        """Keep a ruling. receipt: path of the sealed file, in the workspace, whose receipt names its digest."""
        with self._database.write() as connection:
            connection.execute(ruling.insert().values(receipt=receipt, body=_RULING.dump_json(one).decode()))

    def all(self) -> tuple[tuple[Ruling, str], ...]:
        """Every ruling in the order in which they were made, with the file of its receipt."""
        with self._database.read() as connection:
            rows = connection.execute(sa.select(ruling).order_by(ruling.c.number))
            return tuple((_RULING.validate_json(row.body), row.receipt) for row in rows)
