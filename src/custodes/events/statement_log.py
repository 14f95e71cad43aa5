"""What do logs of SQL statements share? The store their names belong to, a clock's zone, and what statements mean."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from custodes.events import times
from custodes.events.reading import FileLog, now
from custodes.events.sql_dialects import POSTGRES, Dialect
from custodes.events.sql_statements import Statements
from custodes.records import Tokeniser


@dataclass(frozen=True, slots=True)
class Stated:
    """A statement as a log has it, so it may hold values. sql: empty where the log keeps its text to itself.

    within: where its unqualified tables are: a schema, or a catalogue and a schema; empty where that is not told.
    """

    sql: str
    within: tuple[str, ...] = ()


class StatementLog(FileLog):
    """A log in which statements say what was touched.

    timezone: of times that name none. store: first part of dataset names (the log's name unless given). subjects: see
    `sql_subjects.Subjects`. columns: `schema.table` to column names, for a star. A format gives the dialect.
    """

    dialect: Dialect = POSTGRES

    def __init__(
        self,
        name: str,
        pattern: str,
        *,
        tokeniser: Tokeniser,
        timezone: str | None = None,
        store: str | None = None,
        subjects: Mapping[str, str] | None = None,
        columns: Mapping[str, Sequence[str]] | None = None,
        clock: Callable[[], datetime] = now,
        root: Path | None = None,
    ) -> None:
        super().__init__(name, pattern, tokeniser=tokeniser, clock=clock, root=root)
        self.store = store or name
        self.local = times.zone(timezone)
        self.statements = Statements(subjects, columns, self.dialect)

    def stated(self, record: bytes) -> Iterator[Stated]:
        """The statements that a record tells of, those that failed left out. Raises Unfit for no record of such a log.

        Where a later record tells that one failed, it is not waited for: one that was tried is told.
        """
        raise NotImplementedError
