"""What was asked for and not covered, step by step?"""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from custodes.records import Skipped
from custodes.records.skipped import Room
from custodes.state.database import Database
from custodes.state.schema import skipped


class Coverage:
    """What each step could not see when it last ran."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def replace(self, room: Room, missing: Iterable[Skipped]) -> None:
        """What this step could not see now, instead of what it could not see before."""
        with self._database.write() as connection:
            connection.execute(skipped.delete().where(skipped.c.room == room))
            for one in sorted(set(missing)):
                connection.execute(
                    skipped.insert()
                    .prefix_with("OR IGNORE")
                    .values(room=one.room, store=one.store, dataset=one.dataset, reason=one.reason, hint=one.hint)
                )

    def all(self, *rooms: Room) -> tuple[Skipped, ...]:
        """Everything not covered, of these steps or of all."""
        query = sa.select(skipped).order_by(skipped.c.room, skipped.c.store, skipped.c.dataset, skipped.c.reason)
        if rooms:
            query = query.where(skipped.c.room.in_(rooms))
        with self._database.read() as connection:
            return tuple(
                Skipped(row.room, row.store, row.dataset, row.reason, row.hint) for row in connection.execute(query)
            )
