"""How far has each log been read, and which of its lines could not become events?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from custodes.events.interface import Position, Quarantined
from custodes.events.json_array import ENDS_EARLY
from custodes.events.unpacking import CUT, DAMAGED, EXPANDS
from custodes.state.database import Database
from custodes.state.schema import position, quarantine

CUT_OFF: Final = (CUT, DAMAGED, EXPANDS, ENDS_EARLY)  # reasons that tell of the rest of a file, not of a record


class Intake:
    """Positions and quarantine of one workspace. `read_as` is the digest of the mapping a file was read with."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def since(self, log: str, file: str, read_as: str) -> Position | None:
        """Where reading of this file ended, None when it was never read or the mapping has changed since."""
        query = sa.select(position).where(position.c.log == log, position.c.file == file, position.c.read_as == read_as)
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        return Position(row.file, row.size, row.mtime_ns, row.offset, row.line, row.head, row.done)

    def positions(self, log: str) -> dict[str, tuple[str, Position]]:
        """(read_as, position) of every file of a log that was ever read, by whatever mapping."""
        with self._database.read() as connection:
            rows = connection.execute(sa.select(position).where(position.c.log == log))
            return {
                row.file: (
                    row.read_as,
                    Position(row.file, row.size, row.mtime_ns, row.offset, row.line, row.head, row.done),
                )
                for row in rows
            }

    def waiting(self, log: str) -> dict[str, set[str]]:
        """Digests of the lines in quarantine, by file."""
        query = sa.select(quarantine.c.file, quarantine.c.digest).where(quarantine.c.log == log)
        found: dict[str, set[str]] = {}
        with self._database.read() as connection:
            for file, digest in connection.execute(query):
                found.setdefault(file, set()).add(digest)
        return found

    def advance(
        self,
        reached: Iterable[tuple[str, str, Position]],
        bad: Iterable[tuple[str, Quarantined]],
        restarted: Iterable[tuple[str, str]],
        now: datetime,
        *,
        moved: Iterable[tuple[str, str, str]] = (),
        mended: Iterable[tuple[str, str, str]] = (),
    ) -> None:
        """In one transaction: reached are (log, read_as, position); bad are (log, line); restarted are (log, file) read
        again from the start, whose quarantine is told anew; moved are (log, old name, new name); mended are (log, file,
        digest) of lines that are tried again and, where still bad, are in `bad`.
        """
        with self._database.write() as connection:
            for log, old, new in moved:
                for table in (position, quarantine):
                    connection.execute(
                        table.update()
                        .prefix_with("OR REPLACE")
                        .where(table.c.log == log, table.c.file == old)
                        .values(file=new)
                    )
            _delete(connection, restarted)
            for log, file, digest in mended:
                gone = quarantine.c.digest == digest
                connection.execute(quarantine.delete().where(quarantine.c.log == log, quarantine.c.file == file, gone))
            for log, _, place in reached:
                # What was cut off before has come: the place of the cut is no loss any more.
                cut = sa.and_(quarantine.c.reason.in_(CUT_OFF), quarantine.c.offset < place.offset)
                connection.execute(
                    quarantine.delete().where(quarantine.c.log == log, quarantine.c.file == place.file, cut)
                )
            _insert(connection, bad, now)
            for log, read_as, place in reached:
                connection.execute(position.delete().where(position.c.log == log, position.c.file == place.file))
                connection.execute(position.insert().values(log=log, read_as=read_as, **asdict(place)))

    def keep(self, bad: Iterable[tuple[str, Quarantined]], restarted: Iterable[tuple[str, str]], now: datetime) -> None:
        """Some of what `advance` would be given, before it: kept again, a line is not counted twice."""
        with self._database.write() as connection:
            _delete(connection, restarted)
            _insert(connection, bad, now)

    def quarantined(self) -> dict[str, int]:
        """Lines in quarantine, by log."""
        query = sa.select(quarantine.c.log, sa.func.count()).group_by(quarantine.c.log)
        with self._database.read() as connection:
            return {row[0]: row[1] for row in connection.execute(query)}

    def waiting_since(self, moment: datetime) -> dict[str, int]:
        """By log, lines in quarantine that may tell of this moment or later: what was read before it cannot."""
        query = sa.select(quarantine.c.log, quarantine.c.seen)
        found: dict[str, int] = {}
        with self._database.read() as connection:
            for log, seen in connection.execute(query):
                if datetime.fromisoformat(seen) >= moment:
                    found[log] = found.get(log, 0) + 1
        return found

    def reasons(self) -> tuple[tuple[str, str, str, int, int], ...]:
        """(log, file, reason, lines, first line) of everything in quarantine, the most lines first."""
        count = sa.func.count()
        query = (
            sa.select(quarantine.c.log, quarantine.c.file, quarantine.c.reason, count, sa.func.min(quarantine.c.line))
            .group_by(quarantine.c.log, quarantine.c.file, quarantine.c.reason)
            .order_by(count.desc(), quarantine.c.log, quarantine.c.file)
        )
        with self._database.read() as connection:
            return tuple((row[0], row[1], row[2], row[3], row[4]) for row in connection.execute(query))


def _delete(connection: sa.Connection, restarted: Iterable[tuple[str, str]]) -> None:
    for log, file in restarted:
        connection.execute(quarantine.delete().where(quarantine.c.log == log, quarantine.c.file == file))


def _insert(connection: sa.Connection, bad: Iterable[tuple[str, Quarantined]], now: datetime) -> None:
    rows = [{"log": log, "seen": now.isoformat(), **asdict(line)} for log, line in bad]
    if rows:
        connection.execute(quarantine.insert().prefix_with("OR IGNORE"), rows)
