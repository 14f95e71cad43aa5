"""What was decided about each incident, by whom and why? Nothing is overwritten, nobody's work is lost."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa

from custodes.cases.casework import Case, case_id, open_case
from custodes.errors import BadInput, CouldNotRun
from custodes.records import Incident
from custodes.state.body import Body
from custodes.state.database import Database
from custodes.state.schema import case

_CASE = Body(Case)


class Casebook:
    """Every case with its whole history."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open_all(self, incidents: Iterable[Incident], now: datetime) -> None:
        """Open a case for each incident that has none."""
        with self._database.write() as connection:
            known = set(connection.execute(sa.select(case.c.id)).scalars())
            for incident in incidents:
                if case_id(incident.id) not in known:
                    connection.execute(case.insert().values(_row(open_case(incident, now))))

    def all(self) -> tuple[Case, ...]:
        """Every case, by id."""
        with self._database.read() as connection:
            bodies = connection.execute(sa.select(case.c.body).order_by(case.c.id)).scalars()
            return tuple(_CASE.read(body) for body in bodies)

    def get(self, name: str) -> Case:
        """One case. Raises BadInput when there is none of that id."""
        with self._database.read() as connection:
            body = connection.execute(sa.select(case.c.body).where(case.c.id == name)).scalar()
        if body is None:
            raise BadInput(f'no case "{name}"', hint='"custodes cases list" names them')
        return _CASE.read(body)

    def replace(self, old: Case, new: Case) -> None:
        """Keep a case that has one more entry. Raises CouldNotRun when somebody else added one since `old` was read."""
        with self._database.write() as connection:
            done = connection.execute(
                case.update().where(case.c.id == old.id, case.c.version == len(old.history)).values(_row(new))
            )
            if done.rowcount != 1:
                raise CouldNotRun(
                    f"case {old.id} was changed by somebody else meanwhile", hint="look at it again, then decide"
                )


def _row(one: Case) -> dict[str, object]:
    return {"id": one.id, "version": len(one.history), "body": _CASE.text(one)}
