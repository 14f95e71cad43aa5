"""Which rows does a delimited text file hold? Read by Arrow; rows of another width are mended, counted and told."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa
import pyarrow.csv as arrow_csv

from custodes.records import Column
from custodes.stores import charset, dialect, reading, sized, windows
from custodes.stores.dialect import Dialect
from custodes.stores.encoded import EncodedFile
from custodes.stores.interface import Unreadable
from custodes.stores.names import step
from custodes.stores.source import HEAD, Source

_BLOCK: Final = 1 << 23  # a longer row makes the file be read in blocks of _LARGEST
_LARGEST: Final = 1 << 27
_ABSENT: Final = ("", "\\N")


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file is to be read. rows: exact for a small file, else judged by its size; None where unknown.

    scattered: whether rows can be read from anywhere, and encoding: what it is then.
    """

    how: Dialect
    columns: tuple[Column, ...]
    rows: int | None
    scattered: bool
    encoding: str
    begin: int = 0  # where the rows begin, in bytes


def layout(source: Source) -> Layout:
    """Find dialect and columns from the first 256 KiB. Raises OSError; Unreadable for an empty file."""
    with EncodedFile(source) as file:
        head = file.read(HEAD)
        whole = not file.read(1)
        if not head.strip():
            problem = (file.problems or ["the file is empty"])[0]
            raise Unreadable(problem, "replace the file, or list it under skip with a reason")
        encoding, mark = file.encoding, file.mark
    text = head.decode(errors="ignore")
    how, looked = dialect.dialect(text, whole=whole)
    names = looked[0] if how.header and looked else [""] * how.width
    columns = tuple(Column(name, "text") for name in reading.distinct_names([step(name) for name in names]))
    rows: int | None = None
    if whole:
        rows = max(0, sum(1 for row in dialect.rows_of(text, how) if row) - how.skip - how.header)
    else:
        rows = sized.records(source, len(looked), _bytes(text, how, len(looked), encoding))
    can = windows.scattered(source, encoding) and b"\n" in head and how.escape is None
    begin = mark + _bytes(text, how, how.header + 0, encoding) if can else 0
    return Layout(how, columns, rows, can, encoding, begin)


def batches(source: Source, how: Layout, *, max_rows: int) -> Iterator[pa.RecordBatch]:
    """The rows as text. A short row is filled with nulls, what a long row has too much joins its last column.

    Raises Unreadable at the end for what was mended or misread, and at once where rows cannot be told apart.
    """
    reader = _Reader(how, max_rows)
    problems: list[str] = []
    try:
        if max_rows and how.scattered:
            yield from _from_all_over(source, how, reader, problems)
        else:
            yield from _through(source, how, reader, problems)
    except pa.ArrowException as error:
        raise Unreadable(
            f"rows cannot be told apart after row {reader.seen:,} (a quote that is never closed?)",
            "repair the file, or list it under skip with a reason",
        ) from (None if error.args else error)  # the parser's text quotes the row
    if reader.mended:
        problems.append(
            f"rows of another width than the {len(how.columns)} columns: {reader.mended:,} of {reader.seen:,}"
        )
    if problems:
        raise Unreadable("; ".join(problems), "repair the file where these rows matter; everything else was read")


def _through(source: Source, how: Layout, reader: _Reader, problems: list[str]) -> Iterator[pa.RecordBatch]:
    block = _BLOCK
    while True:
        with _QuotedFile(source, how.how) as file:
            try:
                yield from reader.parsed(file, block=block, skip=how.how.skip, header=how.how.header)
            except pa.ArrowInvalid as error:
                if "straddling" not in str(error) or block == _LARGEST:
                    raise
                block = _LARGEST
                reader.again()
                continue
            problems += file.problems
            if file.quotes % 2 and not file.read(1):
                problems.append("a quote is opened and never closed, so some rows may have been read as one cell")
            return


def _from_all_over(source: Source, how: Layout, reader: _Reader, problems: list[str]) -> Iterator[pa.RecordBatch]:
    reader.step = 1  # the order is random already
    broken = passed = 0
    quote = how.how.quote
    for raw, lost in windows.pieces(source, how.begin, quote=quote, delimiter=how.how.delimiter, width=how.how.width):
        piece, bad = charset.as_utf8(raw, how.encoding)
        broken, passed = broken + bad, passed + lost
        if piece.strip():
            yield from reader.parsed(io.BytesIO(piece), block=len(piece) + 1, skip=0, header=False)
        if reader.full:
            break
    if how.encoding not in {"", "utf-8"}:
        said = charset.told(how.encoding)
        problems.append(f"it is not UTF-8 and was read as {said}, so letters outside ASCII may be misread")
    if broken:
        problems.append(f"characters that cannot be decoded: {broken:,}")
    if passed:
        problems.append(f"bytes in records past 64 MiB that were not read: {passed:,}")


class _QuotedFile(EncodedFile):
    """Counts quotes: an odd number of them means that one swallowed what follows it."""

    def __init__(self, source: Source, how: Dialect) -> None:
        self.quotes = 0
        self._quote = how.quote.encode()
        self._escaped = (how.escape + how.quote).encode() if how.escape else b""
        super().__init__(source)

    def read(self, size: int = -1, /) -> bytes:
        piece = super().read(size)
        self.quotes += piece.count(self._quote) - (piece.count(self._escaped) if self._escaped else 0)
        return piece


class _Reader:
    """Parses text into batches, mends rows of another width and keeps to the limit."""

    def __init__(self, how: Layout, max_rows: int) -> None:
        self._how = how.how
        self._names = [column.name for column in how.columns]
        self._max_rows = max_rows
        self.step = -(-how.rows // max_rows) if max_rows and how.rows else 1
        self.seen = self.given = self.mended = 0
        self._done = 0

    @property
    def full(self) -> bool:
        return bool(self._max_rows) and self.given >= self._max_rows

    def again(self) -> None:
        """The text is parsed once more from its beginning: what was handed over is not handed over again."""
        self._done, self.seen, self.mended = self.seen, 0, 0

    def parsed(self, file: Any, *, block: int, skip: int, header: bool) -> Iterator[pa.RecordBatch]:
        ragged: list[str] = []

        def keep(row: Any) -> str:  # an arrow_csv.InvalidRow, which has no published type
            ragged.append(row.text)
            return "skip"

        for batch in self._batches(file, keep, block, skip, header=header):
            more = self._mend(ragged)
            self.mended += more.num_rows
            ragged.clear()
            for part in (batch, more):
                yield from self._chosen(part)
            if self.full:
                return

    def _chosen(self, part: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
        twice = min(part.num_rows, max(0, self._done - self.seen))
        chosen = reading.every(part.slice(twice), self.step, self.seen + twice)
        self.seen += part.num_rows
        chosen = chosen.slice(0, self._max_rows - self.given) if self._max_rows else chosen
        self.given += chosen.num_rows
        yield from sized.split(sized.cut(chosen))

    def _batches(self, file: Any, keep: Any, block: int, skip: int, *, header: bool) -> Iterator[pa.RecordBatch]:
        parse = arrow_csv.ParseOptions(
            delimiter=self._how.delimiter,
            quote_char=self._how.quote,
            escape_char=self._how.escape or False,
            double_quote=self._how.escape is None,
            newlines_in_values=True,
            invalid_row_handler=keep,
        )
        read = arrow_csv.ReadOptions(
            column_names=self._names,
            skip_rows=skip,
            skip_rows_after_names=int(header),
            block_size=block,
            use_threads=False,
        )
        convert = arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(self._names, pa.string()),
            null_values=list(_ABSENT),
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        )
        with arrow_csv.open_csv(file, read, parse, convert) as reader:
            yield from reader  # an empty one may come with rows to mend

    def _mend(self, texts: list[str]) -> pa.RecordBatch:
        rows = []
        names = self._names
        for text in texts:
            for cells in dialect.rows_of(text, self._how):
                kept, surplus = cells[: len(names)], cells[len(names) :]
                if surplus:
                    kept[-1] = self._how.delimiter.join([kept[-1], *surplus])
                kept += [""] * (len(names) - len(kept))
                rows.append([None if cell in _ABSENT else cell for cell in kept])
        columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
        return pa.RecordBatch.from_arrays([pa.array(column, pa.string()) for column in columns], names=names)


def _bytes(text: str, how: Dialect, rows: int, encoding: str) -> int:
    """How many bytes of the file the first rows take, the skipped lines with them."""
    at = 0
    for _ in range(how.skip):
        at = text.find("\n", at) + 1
    if rows:
        lines = io.StringIO(text[at:], newline="")
        reader = dialect.reader(lines, how)
        for _ in range(rows):
            if next(reader, None) is None:
                break
        at += lines.tell()
    return len(text[:at].encode(encoding or "utf-8", errors="replace"))
