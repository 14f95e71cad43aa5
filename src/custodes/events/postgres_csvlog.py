"""What does a PostgreSQL CSV log say? Which customers each session read, changed or exported, statement by statement.

Written by `log_destination = csvlog` with `log_statement = all`, with pgaudit, or with both (PostgreSQL 9.4 to 18,
messages in English). Columns: PostgreSQL documentation, "Error Reporting and Logging"; pgaudit's line: its README.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from custodes.events import times
from custodes.events.delimited import cells
from custodes.events.frames import Frame, quoted_rows
from custodes.events.interface import Batch, Position
from custodes.events.postgres_line import Line, Said, said
from custodes.events.postgres_sessions import Sessions, Told
from custodes.events.reading import FileLog, now, unchanged
from custodes.events.source import Source
from custodes.events.sql_nouns import Plan, Touch
from custodes.events.sql_plan import Planner
from custodes.events.sql_slots import Slotted, parameters, slotted
from custodes.events.sql_subjects import Subjects
from custodes.events.unfit import Unfit
from custodes.records import AccessEvent, Action, Outcome, Tokeniser

_PLANS: Final = 5_000  # statement shapes remembered


class PostgresLog(FileLog):
    """A PostgreSQL CSV log, plain or gzip.

    timezone: for times whose zone is an abbreviation other than UTC's. store: first part of dataset names (the log's
    name unless given). subjects: see `sql_subjects.Subjects`. columns: `schema.table` to column names, for a star.
    """

    kind = "postgres_csvlog"

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
        self._local = times.zone(timezone)
        self._statements = _Statements(Planner(Subjects(subjects), columns or {}))
        self._sessions = Sessions()

    def read(self, file: Path, since: Position | None) -> Iterator[Batch]:
        """See LogReader."""
        if unchanged(file, since):
            return
        recorded = self.clock()

        def convert(frame: Frame, sofar: list[AccessEvent]) -> list[AccessEvent]:
            if not frame.data.strip():
                return []
            return self._events(Line(cells(frame.data, ",")), sofar, recorded)

        with Source(file, since) as source:
            yield from self.batches(source, quoted_rows(source, b","), convert, file=file)

    def _events(self, line: Line, sofar: list[AccessEvent], recorded: datetime) -> list[AccessEvent]:
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
        plans, values = self._statements.understood(words.sql, parameters(words.detail))
        events = []
        for number, plan in enumerate((plan for plan in plans if plan.touches), start=1):
            operation = event_id if number == 1 else f"{event_id}.{number}"
            subjects = dict.fromkeys(subject for wanted in plan.subjects for subject in wanted.ids(values))
            for touch in plan.touches:
                told = touch if subjects else _with_shape(touch, plan)
                events += [
                    self._event(line, recorded, told, subject, words.outcome, event_id=operation)
                    for subject in subjects or (None,)
                ]
        return events

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
            time=times.parse(line.time, self._local),
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


def _with_shape(touch: Touch, plan: Plan) -> Touch:
    """`customer where last_name = ?`: what was asked for, when nobody in particular was."""
    if touch.object is not None or plan.shape is None:
        return touch
    table = touch.dataset.rpartition(".")[2]
    return Touch(touch.action, touch.dataset, touch.fields, f"{table} where {plan.shape}")


class _Statements:
    """Statements understood by shape: those that differ in values alone are parsed once."""

    def __init__(self, planner: Planner) -> None:
        self._planner = planner
        self._known: dict[str, tuple[Plan, ...] | None] = {}

    def understood(self, sql: str, bound: Mapping[str, str | None]) -> tuple[tuple[Plan, ...], tuple[str | None, ...]]:
        """The plans of a text and the values of its slots. Raises Unfit when it is not understood."""
        by_shape = slotted(sql, bound)
        plans = self._remembered(by_shape)
        if plans is not None:
            return plans, by_shape.values
        # A number may stand where only a number can: numeric(10, 2).
        numbered = slotted(sql, bound, numbers=False)
        return self._planner.plans(numbered.sql), numbered.values

    def _remembered(self, statement: Slotted) -> tuple[Plan, ...] | None:
        if statement.sql not in self._known:
            if len(self._known) >= _PLANS:
                self._known.clear()
            try:
                self._known[statement.sql] = self._planner.plans(statement.sql)
            except Unfit:
                self._known[statement.sql] = None
        return self._known[statement.sql]
