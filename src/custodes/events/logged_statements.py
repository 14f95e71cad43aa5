"""Which statements does a log tell? One of each shape: those that differ in values alone move alike."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from custodes.events.interface import Position
from custodes.events.source import Source
from custodes.events.sql_slots import slotted
from custodes.events.statement_log import Stated, StatementLog
from custodes.events.unfit import Unfit

MOST: Final = 20_000  # shapes of one log


class Statements:
    """Reads the statements of one log, file by file.

    unreadable: records that are none of such a log. beyond: statements whose shape came after MOST others.
    """

    def __init__(self, log: StatementLog) -> None:
        self._log = log
        self.unreadable = 0
        self.beyond = 0
        self._wordless = 0
        self._shapes: set[tuple[str, ...]] = set()

    def read(self, file: Path, name: str, since: Position | None) -> tuple[list[tuple[int, Stated]], Position]:
        """What is new in a file since the last reading, each with its line, and the place after it.

        name: the file as the position tells it. What is read may hold values: it is traced in memory, never kept.
        Raises BadInput when the file cannot be read.
        """
        found: list[tuple[int, Stated]] = []
        form = self._log.form(file, datetime.now(UTC))
        with Source(file, since) as source:
            offset, line, done = source.offset, source.line, True
            for frame in form.frames(source) if form is not None else ():
                if frame.tail and (source.torn or not (source.settled or form is None or form.whole(frame.data))):
                    done = False
                    break
                offset, line = frame.end, frame.line
                if frame.broken or not frame.data.strip():
                    self.unreadable += bool(frame.broken)
                    continue
                found.extend((frame.line, one) for one in self._new(frame.data))
            return found, source.position(name, offset, line, done=done and not source.torn)

    def taken_wordless(self) -> int:
        """How many records since it was last asked were of statements whose text is not told."""
        count, self._wordless = self._wordless, 0
        return count

    def _new(self, record: bytes) -> Iterator[Stated]:
        try:
            stated = list(self._log.stated(record))
        except Unfit:
            self.unreadable += 1
            return
        for one in stated:
            if not one.sql.strip():
                self._wordless += 1
                continue
            # Behind the slots no value is left, so the shapes may be kept for as long as the log is read.
            shape = (slotted(one.sql, {}, dialect=self._log.dialect).sql, *one.within)
            if shape in self._shapes:
                continue
            if len(self._shapes) >= MOST:
                self.beyond += 1
                continue
            self._shapes.add(shape)
            yield one
