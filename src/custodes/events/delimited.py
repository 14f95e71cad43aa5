"""What does a CSV log say? One record per row, named by the header, read by the owner's mapping."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from custodes.errors import BadInput
from custodes.events import mapping
from custodes.events.frames import RECORD_LIMIT, Frame, quoted_rows
from custodes.events.reading import FileLog, Form, now
from custodes.events.source import Source
from custodes.events.unfit import Unfit
from custodes.records import AccessEvent, Rule, Tokeniser

_DELIMITERS: Final = ",;\t|"

# Python's own limit of 131,072 characters is below that of a record; the framing bounds cells already.
csv.field_size_limit(RECORD_LIMIT)


class CsvLog(FileLog):
    """A log of rows under one header row, plain, gzip or zstd; comma, semicolon, tab or bar between cells.

    rules, timezone, store: as `mapping.compile_rules`; paths are header names. Blank rows are ignored. A row is
    numbered as the line it is on when no cell before it holds a line end.
    """

    kind = "csv"

    def __init__(
        self,
        name: str,
        pattern: str,
        rules: Mapping[str, Rule],
        *,
        tokeniser: Tokeniser,
        timezone: str | None = None,
        store: str | None = None,
        clock: Callable[[], datetime] = now,
        root: Path | None = None,
    ) -> None:
        super().__init__(name, pattern, tokeniser=tokeniser, clock=clock, root=root)
        self._mapped = mapping.compile_rules(rules, tokeniser=tokeniser, timezone=timezone, store=store)

    def form(self, file: Path, recorded: datetime) -> Form | None:
        """See FileLog. Raises BadInput for a header that names no columns."""
        header = read_header(file)
        if header is None:
            return None  # nothing is written yet

        def frames(source: Source) -> Iterator[Frame]:
            rows = quoted_rows(source, header.delimiter.encode())
            return without_header(rows) if source.offset == 0 else rows

        def convert(frame: Frame, sofar: list[AccessEvent]) -> list[AccessEvent]:  # noqa: ARG001 - no row amends another
            if not frame.data.strip():
                return []
            record = header.record(frame.data)
            return self._mapped(record, mapping.Origin(self.name, recorded, frame.digest))

        return Form(frames, convert, label=1)


class Header:
    """The names of the columns and what stands between cells."""

    def __init__(self, names: list[str], delimiter: str) -> None:
        self.names = names
        self.delimiter = delimiter

    def record(self, data: bytes) -> dict[str, object]:
        """The row by column name. Raises Unfit when it does not have exactly the header's columns."""
        row = cells(data, self.delimiter)
        if len(row) != len(self.names):
            raise Unfit(f"the row has {len(row)} cells, the header {len(self.names)}")
        return dict(zip(self.names, row, strict=True))


def cells(data: bytes, delimiter: str) -> list[str]:
    """The cells of one row. Raises Unfit."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unfit("the row is not UTF-8") from error
    try:
        # One text, not lines: a line end inside quotes is kept as it is.
        rows = list(csv.reader([text], delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise Unfit("the row's quotes do not match") from error
    if len(rows) > 1:
        raise Unfit("the row's quotes do not match")
    return rows[0] if rows else []


def read_header(file: Path) -> Header | None:
    """The header of a CSV file; None while it has no complete first row. Raises BadInput when it is none."""
    hint = "the first row names the columns, in UTF-8, each name once"
    with Source(file, None) as source:
        first = next(quoted_rows(source, b","), None)
        if first is None or (first.tail and not source.settled):
            return None
    line = first.data.removeprefix(b"\xef\xbb\xbf")
    delimiter = max(_DELIMITERS, key=lambda mark: line.count(mark.encode()))
    try:
        names = [name.strip() for name in cells(line, delimiter)]
    except Unfit as unfit:
        raise BadInput("the header cannot be read", where=str(file), hint=hint) from unfit
    if first.broken or not any(names) or len(set(names)) != len(names):
        raise BadInput("the header does not name the columns", where=str(file), hint=hint)
    return Header(names, delimiter)


def without_header(frames: Iterator[Frame]) -> Iterator[Frame]:
    """The rows after the header, numbered from 1."""
    next(frames, None)
    return (
        Frame(frame.line - 1, frame.offset, frame.end, frame.data, frame.broken, frame.tail, frame.known_digest)
        for frame in frames
    )
