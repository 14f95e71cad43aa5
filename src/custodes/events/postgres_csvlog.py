"""What does a PostgreSQL CSV log say? Which customers each session read, changed or exported, statement by statement.

Written by `log_destination = csvlog` with `log_statement = all`, with pgaudit, or with both (PostgreSQL 9.4 to 18,
messages in English). Columns: PostgreSQL documentation, "Error Reporting and Logging"; pgaudit's line: its README.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from custodes.events import times
from custodes.events.delimited import cells
from custodes.events.frames import Frame, quoted_rows
from custodes.events.postgres_line import Line, Said, said
from custodes.events.postgres_sessions import Sessions, Told
from custodes.events.reading import Form
from custodes.events.sql_nouns import Touch
from custodes.events.sql_slots import parameters
from custodes.events.statement_log import Stated, StatementLog
from custodes.events.unfit import TooMany, Unfit
from custodes.records import AccessEvent, Action, Outcome, Tokeniser


class PostgresLog(StatementLog):
    """A PostgreSQL CSV log, plain, gzip or zstd.

    timezone: for times whose zone is an abbreviation other than UTC's. store: first part of dataset names (the log's
    name unless given). subjects: see `sql_subjects.Subjects`. columns: `schema.table` to column names, for a star.
    """

    kind = "postgres_csvlog"

    def __init__(self, name: str, pattern: str, *, tokeniser: Tokeniser, **settings: Any) -> None:
        super().__init__(name, pattern, tokeniser=tokeniser, **settings)
        self._sessions = Sessions()

    def form(self, file: Path, recorded: datetime) -> Form:  # noqa: ARG002 - all files are alike
        """See FileLog."""

        def convert(frame: Frame, sofar: list[AccessEvent]) -> list[AccessEvent]:
            if not frame.data.strip():
                return []
            return self.events(Line.of_row(cells(frame.data, ",")), sofar, recorded)

        return Form(lambda source: quoted_rows(source, b","), convert)

    def stated(self, record: bytes) -> Iterator[Stated]:
        """See StatementLog."""
        return stated_by(Line.of_row(cells(record, ",")))

    def events(self, line: Line, sofar: list[AccessEvent], recorded: datetime) -> list[AccessEvent]:
        """The events that a line adds to those of its batch (sofar), some of which it may amend. Raises Unfit."""
        words = said(line)
        if words.kind == "login":
            return [self._event(line, recorded, Touch(words.action or "login", ""), None, words.outcome)]
        if words.kind == "chatter" or self._sessions.failed(line, words, sofar):
            return []
        told = self._sessions.told(line, words)
        return (
            self._first_told(line, words, sofar, recorded)
            if told is None
            else self._again(line, words, told, sofar, recorded)
        )

    def _again(
        self, line: Line, words: Said, told: Told, sofar: list[AccessEvent], recorded: datetime
    ) -> list[AccessEvent]:
        if words.kind == "statement":
            known = self._statement(line, words, recorded, told.event_id)
            return self._sessions.completed(told, known, sofar)
        if words.relation is None or words.relation in told.datasets:
            return []
        # The same statement, and a table behind the view or function it named.
        told.datasets.add(words.relation)
        return [self._behind(line, words, recorded, told.event_id)]

    def _first_told(self, line: Line, words: Said, sofar: list[AccessEvent], recorded: datetime) -> list[AccessEvent]:
        try:
            events = self._statement(line, words, recorded, line.event_id)
        except TooMany:
            raise
        except Unfit:
            if words.kind == "error" and words.outcome != "denied":
                return []  # a statement that failed and makes no sense touched nothing
            if words.relation is None:
                raise
            events = []  # pgaudit knows the table all the same
        planned = len(events)
        datasets = {event.dataset.removeprefix(f"{self.store}.") for event in events}
        if words.relation is not None and words.relation not in datasets:
            events.append(self._behind(line, words, recorded, line.event_id))
            datasets.add(words.relation)
        self._sessions.begun(line, words, datasets, sofar, planned)
        return events

    def _behind(self, line: Line, words: Said, recorded: datetime, event_id: str) -> AccessEvent:
        touch = Touch(words.action or "read", words.relation or "")
        return self._event(line, recorded, touch, None, words.outcome, event_id=event_id)

    def _statement(self, line: Line, words: Said, recorded: datetime, event_id: str) -> list[AccessEvent]:
        """The rows of one logged text: each statement in it is an operation, each subject of it a row."""
        return [
            self._event(line, recorded, seen.touch, seen.subject, words.outcome, event_id=seen.of(event_id))
            for seen in self.statements.seen(words.sql, parameters(words.detail))
        ]

    def _event(
        self,
        line: Line,
        recorded: datetime,
        touch: Touch,
        subject: str | None,
        outcome: Outcome,
        *,
        event_id: str | None = None,
    ) -> AccessEvent:
        action: Action = touch.action
        return AccessEvent(
            event_id=event_id or line.event_id,
            time=times.parse(line.time, self.local),
            recorded=recorded,
            actor=f"staff:{line.user}" if line.user else "anonymous",
            behalf=None,
            action=action,
            dataset=f"{self.store}.{touch.dataset}" if touch.dataset else self.store,
            object=touch.object,
            subject=subject,
            party=None,
            fields=touch.fields,
            records=1,
            tool=line.application,
            client=None,
            address=line.address,
            agent=None,
            case=None,
            outcome=outcome,
            source=self.name,
        )


def stated_by(line: Line) -> Iterator[Stated]:
    """The statement that a line tells of, if any."""
    words = said(line)
    if words.kind in {"statement", "audit"} and words.sql.strip():
        yield Stated(words.sql)
