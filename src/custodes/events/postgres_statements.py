"""Which statements does a PostgreSQL log tell? One of each shape: those that differ in values alone move alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from custodes.events.delimited import cells
from custodes.events.frames import lines, quoted_rows
from custodes.events.interface import Position
from custodes.events.jsonl import json_object
from custodes.events.postgres_line import Line, said
from custodes.events.source import Source
from custodes.events.sql_slots import parameters, slotted
from custodes.events.unfit import Unfit

MOST: Final = 20_000  # shapes of one log


@dataclass(frozen=True, slots=True)
class Stated:
    """A statement as the log has it, so it may hold values: it is traced in memory, never kept. line: from 1."""

    line: int
    sql: str


class Statements:
    """Reads the statements of one log, file by file. json: it is a JSON log, else a CSV log.

    unreadable: records that are no line of such a log. beyond: statements whose shape came after MOST others. Whether
    a statement failed is told by a later line, which is not waited for: one that was tried is told.
    """

    def __init__(self, *, json: bool = False) -> None:
        self._json = json
        self.unreadable = 0
        self.beyond = 0
        self._shapes: set[str] = set()

    def read(self, file: Path, name: str, since: Position | None) -> tuple[list[Stated], Position]:
        """What is new in a file since the last reading, and the place after it. Raises BadInput when it cannot be read.

        name: the file as the position tells it.
        """
        found: list[Stated] = []
        with Source(file, since) as source:
            offset, line, done = source.offset, source.line, True
            for frame in lines(source) if self._json else quoted_rows(source, b","):
                if frame.tail and not source.settled:
                    done = False
                    break
                offset, line = frame.end, frame.line
                if frame.broken or not frame.data.strip():
                    self.unreadable += bool(frame.broken)
                    continue
                found.extend(Stated(frame.line, sql) for sql in self._new(frame.data))
            return found, source.position(name, offset, line, done=done and not source.torn)

    def _new(self, record: bytes) -> Iterator[str]:
        try:
            words = said(Line.of_record(json_object(record)) if self._json else Line.of_row(cells(record, ",")))
        except Unfit:
            self.unreadable += 1
            return
        if words.kind not in {"statement", "audit"} or not words.sql.strip():
            return
        shape = slotted(words.sql, parameters(words.detail)).sql
        if shape in self._shapes:
            return
        if len(self._shapes) >= MOST:
            self.beyond += 1
            return
        self._shapes.add(shape)
        yield words.sql
