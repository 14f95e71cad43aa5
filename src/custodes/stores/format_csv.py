"""Which rows does a delimited text file hold? Read by Arrow; rows of another width are mended, counted and told."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.csv as arrow_csv

from custodes.records import Column
from custodes.stores import reading
from custodes.stores.encoded import EncodedFile
from custodes.stores.interface import Unreadable
from custodes.stores.names import column_name

_HEAD: Final = 1 << 18
_LOOKED_AT: Final = 200  # rows that decide about delimiter and header
_BLOCK: Final = 1 << 23  # no row may be longer
_DELIMITERS: Final = (",", ";", "\t", "|")
_ABSENT: Final = ("", "\\N")


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file is to be read. rows: exact for a small file, else judged by its size; None where unknown."""

    delimiter: str
    header: bool
    columns: tuple[Column, ...]
    rows: int | None


def layout(path: Path) -> Layout:
    """Find delimiter, header and columns from the first 256 KiB. Raises OSError; Unreadable for an empty file."""
    with EncodedFile(path) as file:
        head = file.read(_HEAD)
        whole = not file.read(1)
        if not head.strip():
            problem = (file.problems or ["the file is empty"])[0]
            raise Unreadable(problem, "replace the file, or list it under skip with a reason")
        plain = path.suffix.lower() != ".gz" and file.encoding in {"", "utf-8"}
    text = head.decode(errors="ignore")
    lines = text.splitlines() if whole else text.splitlines()[:-1] or [text]
    delimiter = max(_DELIMITERS, key=lambda one: _fit(lines, one))
    looked = list(_rows(lines[: 2 * _LOOKED_AT], delimiter))[:_LOOKED_AT]
    header = _has_header(looked)
    names = looked[0] if header else [""] * Counter(len(row) for row in looked).most_common(1)[0][0]
    columns = tuple(Column(name, "text") for name in reading.distinct_names([column_name(name) for name in names]))
    rows: int | None = None
    if whole:
        rows = sum(1 for row in _rows(lines, delimiter) if row) - header
    elif plain:
        rows = path.stat().st_size * len(lines) // max(1, len(head))
    return Layout(delimiter, header, columns, rows)


def batches(path: Path, how: Layout, *, max_rows: int) -> Iterator[pa.RecordBatch]:
    """The rows as text. A short row is filled with nulls, what a long row has too much joins its last column.

    Raises Unreadable at the end for what was mended or misread, and at once where rows cannot be told apart.
    """
    names = [column.name for column in how.columns]
    step = -(-how.rows // max_rows) if max_rows and how.rows else 1
    ragged: list[str] = []

    def keep(row: Any) -> str:  # an arrow_csv.InvalidRow, which has no published type
        ragged.append(row.text)
        return "skip"

    seen = given = mended = 0
    with _QuotedFile(path) as file:
        try:
            for batch in _parsed(file, how, names, keep):
                more = _mend(ragged, how.delimiter, names)
                mended += more.num_rows
                ragged.clear()
                for part in (batch, more):
                    chosen = reading.every(part, step, seen)
                    seen += part.num_rows
                    chosen = chosen.slice(0, max_rows - given) if max_rows else chosen
                    given += chosen.num_rows
                    if chosen.num_rows:
                        yield chosen
                if max_rows and given >= max_rows:
                    break
        except pa.ArrowException as error:
            raise Unreadable(
                f"rows cannot be told apart after row {seen:,} (a quote that is never closed?)",
                "repair the file, or list it under skip with a reason",
            ) from (None if error.args else error)  # the parser's text quotes the row
        problems = file.problems
        if file.quotes % 2 and not file.read(1):
            problems.append("a quote is opened and never closed, so some rows may have been read as one cell")
    if mended:
        problems.append(f"rows of another width than the {len(names)} columns: {mended:,} of {seen:,}")
    if problems:
        raise Unreadable("; ".join(problems), "repair the file where these rows matter; everything else was read")


class _QuotedFile(EncodedFile):
    """Counts quotes: an odd number of them means that one swallowed what follows it."""

    quotes = 0

    def read(self, size: int = -1, /) -> bytes:
        piece = super().read(size)
        self.quotes += piece.count(b'"')
        return piece


def _parsed(file: EncodedFile, how: Layout, names: list[str], keep: Any) -> Iterator[pa.RecordBatch]:
    parse = arrow_csv.ParseOptions(delimiter=how.delimiter, newlines_in_values=True, invalid_row_handler=keep)
    read = arrow_csv.ReadOptions(
        column_names=names, skip_rows_after_names=int(how.header), block_size=_BLOCK, use_threads=False
    )
    convert = arrow_csv.ConvertOptions(
        column_types=dict.fromkeys(names, pa.string()),
        null_values=list(_ABSENT),
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
    )
    with arrow_csv.open_csv(file, read, parse, convert) as reader:
        for batch in reader:
            for start in range(0, batch.num_rows, reading.BATCH_ROWS):
                yield batch.slice(start, reading.BATCH_ROWS)
            if not batch.num_rows:
                yield batch  # rows to mend may have come with it


def _mend(texts: list[str], delimiter: str, names: list[str]) -> pa.RecordBatch:
    rows = []
    for cells in _rows(texts, delimiter):
        kept, surplus = cells[: len(names)], cells[len(names) :]
        if surplus:
            kept[-1] = delimiter.join([kept[-1], *surplus])
        kept += [""] * (len(names) - len(kept))
        rows.append([None if cell in _ABSENT else cell for cell in kept])
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    return pa.RecordBatch.from_arrays([pa.array(column, pa.string()) for column in columns], names=names)


def _rows(lines: list[str], delimiter: str) -> Iterator[list[str]]:
    """Rows by the csv module, as far as it can follow."""
    try:
        yield from csv.reader(lines, delimiter=delimiter)
    except csv.Error:  # a field past its limit: a quote that is never closed
        return


def _fit(lines: list[str], delimiter: str) -> tuple[float, int]:
    """How well a delimiter explains the lines: the share of rows of the commonest width, then that width."""
    widths = Counter(len(row) for row in _rows(lines[:_LOOKED_AT], delimiter) if row)
    if not widths:
        return (0.0, 0)
    width, count = widths.most_common(1)[0]
    return (count / widths.total(), width) if width > 1 else (0.0, 1)


_SHAPES: Final = (
    ("number", re.compile(r"[-+]?[\d.,\s]*\d[\d.,\s%]*")),
    ("date", re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([T ].*)?")),
    ("mail", re.compile(r"\S+@\S+\.\S+")),
)


def _shape(cell: str) -> str:
    return next((name for name, pattern in _SHAPES if pattern.fullmatch(cell.strip())), "text")


def _has_header(rows: list[list[str]]) -> bool:
    """No header where some column of the first row already looks like what stands below it."""
    if len(rows) < 2:
        return not any(_shape(cell) != "text" for cell in rows[0]) if rows else False
    for position, cell in enumerate(rows[0]):
        shape = _shape(cell)
        below = [_shape(row[position]) for row in rows[1:] if len(row) > position and row[position].strip()]
        if shape != "text" and below and below.count(shape) > len(below) / 2:
            return False
    return True
