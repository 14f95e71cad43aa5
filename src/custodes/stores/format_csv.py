"""Which rows does a delimited text file hold? Read by Arrow; rows of another width are mended, counted and told."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

import pyarrow as pa
import pyarrow.csv as arrow_csv

from custodes.records import Column
from custodes.stores import above, blocks, charset, dialect, mending, reading, sized, windows
from custodes.stores.dialect import Dialect
from custodes.stores.encoded import EncodedFile
from custodes.stores.interface import Unreadable
from custodes.stores.names import column_name
from custodes.stores.source import HEAD, Source

_BLOCK: Final = 1 << 22
_LARGEST: Final = 1 << 27  # no row is longer
_ABSENT: Final = ("", "\\N")
_END: Final = re.compile(r"\r\n|\n|\r")


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
    columns = above.named([column_name(name) for name in names], how.above)
    rows: int | None = None
    if whole:
        rows = max(0, sum(1 for row in dialect.rows_of(_behind(text, how.skip), how) if row) - how.header)
    else:
        begun = _bytes(text, how, how.header + 0, encoding)
        count = len(looked) - how.header
        rows = sized.records(source, count, _bytes(text, how, len(looked), encoding) - begun)
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
        rows = (_from_all_over if max_rows and how.scattered else _through)(source, how, reader, problems)
        yield from above.added(rows, how.how.above, how.columns)
    except (pa.ArrowException, csv.Error) as error:
        raise Unreadable(
            f"rows cannot be told apart after row {reader.seen:,} (a quote that is never closed?)",
            "repair the file, or list it under skip with a reason",
        ) from (None if error.args else error)  # the parser's text quotes the row
    if reader.mended:
        problems.append(
            f"rows of another width than the {len(reader.names)} columns: {reader.mended:,} of {reader.seen:,}"
        )
    if problems:
        raise mending.refusal(problems, "rows")


def _through(source: Source, how: Layout, reader: _Reader, problems: list[str]) -> Iterator[pa.RecordBatch]:
    """The file from its beginning to its end, in blocks that end with a record.

    Arrow could take the file itself, but would read ahead in a thread of its own, far and past our end.
    """
    rest = b""
    first = True
    quotes = 0
    with EncodedFile(source) as file:
        while not reader.full:
            piece = file.read(_BLOCK)
            rest += piece
            end = len(rest) if not piece else blocks.end(rest, how.how)
            if end is None:  # quotes stand where they mean nothing: only row by row can tell
                yield from reader.slowly(chain([rest], iter(lambda: file.read(_BLOCK), b"")), first=first)
                break
            if end:
                quotes += rest[:end].count(how.how.quote.encode())
                yield from reader.parsed(rest[:end], skip=how.how.skip if first else 0, header=first and how.how.header)
                rest, first = rest[end:], False
            elif len(rest) > _LARGEST:
                raise Unreadable(
                    f"rows cannot be told apart after row {reader.seen:,} (a quote that is never closed?)",
                    "repair the file, or list it under skip with a reason",
                )
            if not piece:
                break
        problems += file.problems
    if quotes % 2 and not reader.full:
        problems.append("a quote is opened and never closed, so some rows may have been read as one cell")


def _from_all_over(source: Source, how: Layout, reader: _Reader, problems: list[str]) -> Iterator[pa.RecordBatch]:
    reader.step = 1  # the order is random already
    broken = passed = 0
    quote = how.how.quote
    for raw, lost in windows.pieces(
        source, how.begin, how.rows, quote=quote, delimiter=how.how.delimiter, width=how.how.width
    ):
        piece, bad = charset.as_utf8(raw, how.encoding)
        broken, passed = broken + bad, passed + lost
        if piece.strip():
            yield from reader.parsed(piece, skip=0, header=False)
        if reader.full:
            break
    if how.encoding not in {"", "utf-8"}:
        said = charset.told(how.encoding)
        problems.append(f"it is not UTF-8 and was read as {said}, so letters outside ASCII may be misread")
    if broken:
        problems.append(f"characters that cannot be decoded: {broken:,}")
    if passed:
        problems.append(f"bytes in records past 64 MiB that were not read: {passed:,}")


class _Reader:
    """Parses text into batches, mends rows of another width and keeps to the limit."""

    def __init__(self, how: Layout, max_rows: int) -> None:
        self._how = how.how
        names = [column.name for column in how.columns]
        self.names = names[:-1] if how.how.above else names
        self._max_rows = max_rows
        self.step = -(-how.rows // max_rows) if max_rows and how.rows else 1
        self.seen = self.given = self.mended = 0

    @property
    def full(self) -> bool:
        return bool(self._max_rows) and self.given >= self._max_rows

    def parsed(self, data: bytes, *, skip: int, header: bool) -> Iterator[pa.RecordBatch]:
        """The rows of a text that ends with a record."""
        ragged: list[str] = []

        def keep(row: Any) -> str:  # an arrow_csv.InvalidRow, which has no published type
            ragged.append(row.text)
            return "skip"

        for batch in self._table(data, keep, skip, header=header).to_batches():
            yield from self._chosen(batch)
        more = self._mend(ragged)
        self.mended += more.num_rows
        yield from self._chosen(more)

    def slowly(self, pieces: Iterable[bytes], *, first: bool) -> Iterator[pa.RecordBatch]:
        """The same by the csv module, which takes quotes where they mean nothing as text, and knows escapes."""
        text = io.TextIOWrapper(io.BufferedReader(_Pieces(pieces), _BLOCK), "utf-8", errors="replace", newline="")
        skip = self._how.skip if first else 0
        for _ in range(skip):
            text.readline()
        rows = filter(None, dialect.reader(text, self._how))
        if first and self._how.header:
            next(rows, None)
        for batch in sized.of_rows(map(self._fitted, rows), self.names):
            yield from self._chosen(batch)
            if self.full:
                return

    def _fitted(self, cells: list[str]) -> list[str | None]:
        self.mended += len(cells) != len(self.names)
        kept, surplus = cells[: len(self.names)], cells[len(self.names) :]
        if surplus:
            kept[-1] = self._how.delimiter.join([kept[-1], *surplus])
        kept += [""] * (len(self.names) - len(kept))
        return [None if cell in _ABSENT else cell[: reading.LONGEST_TEXT] for cell in kept]

    def _chosen(self, part: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
        chosen = reading.every(part, self.step, self.seen)
        self.seen += part.num_rows
        chosen = chosen.slice(0, max(0, self._max_rows - self.given)) if self._max_rows else chosen
        self.given += chosen.num_rows
        yield from sized.split(sized.cut(chosen))

    def _table(self, data: bytes, keep: Any, skip: int, *, header: bool) -> Any:
        parse = arrow_csv.ParseOptions(
            delimiter=self._how.delimiter,
            quote_char=self._how.quote,
            newlines_in_values=True,
            invalid_row_handler=keep,
        )
        read = arrow_csv.ReadOptions(
            column_names=self.names,
            skip_rows=skip,
            skip_rows_after_names=int(header),
            block_size=len(data) + 1,
            use_threads=False,
        )
        convert = arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(self.names, pa.string()),
            null_values=list(_ABSENT),
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        )
        return arrow_csv.read_csv(pa.BufferReader(data), read, parse, convert)

    def _mend(self, texts: list[str]) -> pa.RecordBatch:
        rows = []
        for text in texts:
            for cells in dialect.reader(io.StringIO(text, newline=""), self._how):
                rows.append(self._fitted(cells))
                self.mended -= 1  # counted by who asked
        columns = list(zip(*rows, strict=True)) if rows else [()] * len(self.names)
        return pa.RecordBatch.from_arrays([pa.array(column, pa.string()) for column in columns], names=self.names)


class _Pieces(io.RawIOBase):
    """Pieces of bytes as a stream."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        super().__init__()
        self._pieces = iter(pieces)
        self._ready = memoryview(b"")

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]  # typeshed's Buffer
        """See io.RawIOBase."""
        while not self._ready:
            piece = next(self._pieces, b"")
            if not piece:
                return 0
            self._ready = memoryview(piece)
        size = min(len(buffer), len(self._ready))
        buffer[:size] = self._ready[:size]
        self._ready = self._ready[size:]
        return size


def _behind(text: str, lines: int) -> str:
    """The text without its first lines, however they end."""
    at = 0
    for _ in range(lines):
        found = _END.search(text, at)
        at = found.end() if found is not None else len(text)
    return text[at:]


def _bytes(text: str, how: Dialect, rows: int, encoding: str) -> int:
    """How many bytes of the file the first rows take, the skipped lines with them."""
    at = len(text) - len(_behind(text, how.skip))
    if rows:
        lines = io.StringIO(text[at:], newline="")
        reader = dialect.reader(lines, how)
        with suppress(csv.Error):
            for _ in range(rows):
                if next(reader, None) is None:
                    break
        at += lines.tell()
    return len(text[:at].encode(encoding or "utf-8", errors="replace"))
