"""What was claimed, which story it is part of, and what was decided?"""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from custodes.records import Finding, Incident
from custodes.state.body import Body
from custodes.state.database import Database
from custodes.state.schema import finding, incident, mark

_FINDING = Body(Finding)
_INCIDENT = Body(Incident)


class Judgements:
    """Findings and incidents of one workspace. What a later run no longer finds is kept, as inactive."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, findings: Iterable[Finding], incidents: Iterable[Incident]) -> None:
        """What the last run claims, in one transaction."""
        with self._database.write() as connection:
            connection.execute(finding.update().values(active=False))
            connection.execute(incident.update().values(active=False))
            for one in findings:
                connection.execute(finding.delete().where(finding.c.id == one.id))
                connection.execute(
                    finding.insert().values(id=one.id, check=one.check, active=True, body=_FINDING.text(one))
                )
            for story in incidents:
                connection.execute(incident.delete().where(incident.c.id == story.id))
                connection.execute(incident.insert().values(id=story.id, active=True, body=_INCIDENT.text(story)))

    def findings(self) -> tuple[Finding, ...]:
        """What the last run claims, the gravest first."""
        with self._database.read() as connection:
            rows = connection.execute(sa.select(finding.c.body).where(finding.c.active)).scalars()
            found = [_FINDING.read(body) for body in rows]
        return tuple(sorted(found, key=lambda one: (-one.severity, -one.confidence, one.id)))

    def incidents(self) -> tuple[Incident, ...]:
        """What the last run claims, the highest score first."""
        with self._database.read() as connection:
            rows = connection.execute(sa.select(incident.c.body).where(incident.c.active)).scalars()
            found = [_INCIDENT.read(body) for body in rows]
        return tuple(sorted(found, key=lambda one: (-one.score, one.id)))

    def marked(self, name: str) -> str | None:
        """The digest a step last worked from."""
        with self._database.read() as connection:
            return connection.execute(sa.select(mark.c.value).where(mark.c.name == name)).scalar()

    def set_mark(self, name: str, value: str) -> None:
        """Remember the digest a step worked from, after its results are safe."""
        with self._database.write() as connection:
            connection.execute(mark.delete().where(mark.c.name == name))
            connection.execute(mark.insert().values(name=name, value=value))
