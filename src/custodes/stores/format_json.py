"""Which fields do JSON records hold? Nested ones under dotted paths, every value as text, lists kept as lists."""

from __future__ import annotations

import codecs
import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import pyarrow as pa

from custodes.records import Column
from custodes.stores import charset, listed, mending, reading, sized, windows
from custodes.stores.encoded import EncodedFile
from custodes.stores.flat import Fields
from custodes.stores.interface import Unreadable
from custodes.stores.keys import Keyed
from custodes.stores.source import Source
from custodes.stores.unpack import plain_name

_LOOKED_AT: Final = 1_000
_LARGEST_ITEM: Final = 1 << 26  # a record, or a document that is none, is held in memory
_PIECE: Final = 1 << 16
_NO_JSON: Final = object()
# Numbers stay the text they are: a card number as a float would lose its last digits.
_DECODER: Final = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file is to be read. document: one JSON value instead of one a line. rows, scattered: as of CSV.

    listed: what positions are called where records are lists. keyed: as far as it was looked at.
    """

    document: bool
    columns: tuple[Column, ...]
    rows: int | None
    scattered: bool
    encoding: str
    begin: int = 0
    listed: tuple[str, ...] = ()
    keyed: Keyed = field(default_factory=Keyed, compare=False)


def layout(source: Source) -> Layout:
    """Find form and fields from the first 1,000 records; later fields are read too. Raises OSError, Unreadable."""
    with EncodedFile(source) as file:
        lines = (line.strip() for line in file.lines())
        first, second = next(filled := filter(None, lines), b""), next(filled, b"")
        if not first:
            problem = (file.problems or ["the file is empty"])[0]
            raise Unreadable(problem, "replace the file, or list it under skip with a reason")
        encoding, mark = file.encoding, file.mark
    named = plain_name(source.name).lower().endswith((".jsonl", ".ndjson"))
    document = not named and (
        _record(first) is _NO_JSON or (first.startswith(b"[") and (not second or _record(second) is _NO_JSON))
    )
    held: list[object] = []
    looked = size = 0
    whole = True
    with EncodedFile(source) as file:
        for record, length in _records(file, document=document):
            size += length
            looked += 1
            if record is not _NO_JSON:
                held.append(record)
            if looked >= _LOOKED_AT or size >= sized.BATCH_BYTES:
                whole = False
                break
    fields = Fields(Keyed())
    told = listed.names(held)
    if told:
        held = [one for one in (listed.record(row, told) for row in held) if one is not None]
    columns = fields.columns(held)
    rows = looked if whole else sized.records(source, looked, size)
    can = not document and not whole and windows.scattered(source, encoding)
    return Layout(document, columns, rows, can, encoding, mark, told, fields.keyed)


def batches(source: Source, how: Layout, *, max_rows: int) -> Iterator[pa.RecordBatch]:
    """The records as columns of text or of lists of text; a later batch may have more columns than an earlier one.

    Raises Unreadable at the end for lines that are no JSON and for bytes that could not be read.
    """
    fields = Fields(copy.deepcopy(how.keyed), [column.name for column in how.columns])
    seen = given = bad = size = 0
    held: list[object] = []
    problems: list[str] = []
    for read, length in _read(source, how, max_rows, problems):
        record = listed.record(read, how.listed) if how.listed else read
        if record is None and read is not None:
            continue
        seen += 1
        if record is _NO_JSON:
            bad += 1
            continue
        held.append(record)
        size += length
        given += 1
        if len(held) >= reading.BATCH_ROWS or size >= sized.BATCH_BYTES:
            yield fields.batch(held)
            held, size = [], 0
        if max_rows and given >= max_rows:
            break
    if held:
        yield fields.batch(held)
    bad += fields.deep  # nobody's record
    if bad:
        problems.append(f"records that are no JSON: {bad:,} of the {seen:,} that were read")
    if problems:
        raise mending.refusal(problems, "lines")


def _read(source: Source, how: Layout, max_rows: int, problems: list[str]) -> Iterator[tuple[object, int]]:
    """The records from all over the file where that can be, else in order, at a limit every n-th."""
    if max_rows and how.scattered:
        broken = passed = 0
        try:
            for raw, lost in windows.pieces(source, how.begin, how.rows):
                piece, bad = charset.as_utf8(raw, how.encoding)
                broken, passed = broken + bad, passed + lost
                for line in piece.split(b"\n"):
                    if line and not line.isspace():
                        yield _record(line), len(line)
        finally:
            if broken:
                problems.append(f"characters that cannot be decoded: {broken:,}")
            if passed:
                problems.append(f"bytes in records past 64 MiB that were not read: {passed:,}")
        return
    step = -(-how.rows // max_rows) if max_rows and how.rows else 1
    with EncodedFile(source) as file:
        try:
            yield from _records(file, document=how.document, step=step)
        finally:
            problems += file.problems


def _records(file: EncodedFile, *, document: bool, step: int = 1) -> Iterator[tuple[object, int]]:
    """Each step-th record and its length in bytes; _NO_JSON for what is none."""
    if document:
        for position, (item, length) in enumerate(_items(file)):
            if item is _NO_JSON or position % step == 0:
                yield item, length
        return
    for position, line in enumerate(line for line in file.lines() if not line.isspace() and line):
        if position % step == 0:
            yield _record(line), len(line) + 1


def _items(file: EncodedFile) -> Iterator[tuple[object, int]]:
    """The records of a list one by one, so that it may be of any size, or what else stands in a file, as one.

    _NO_JSON once where the file is not what it began as, and nothing more; raises Unreadable for a huge record.
    """
    text = _Text(file)
    if text.peek() != "[":
        while True:
            item = text.item(alone=True)
            yield item
            if item[0] is _NO_JSON or not text.peek():
                return
    text.skip()
    while (begins := text.peek()) and begins != "]":
        item = text.item(alone=False)
        yield item
        if item[0] is _NO_JSON:
            return
        if text.peek() == ",":
            text.skip()
        elif text.peek() != "]":
            break
    ended = text.peek() == "]"
    text.skip()
    if not ended or text.peek():
        yield _NO_JSON, 0


class _Text:
    """A window on the text of a document that grows until the next record fits in."""

    def __init__(self, file: EncodedFile) -> None:
        self._file = file
        self._decode = codecs.getincrementaldecoder("utf-8")(errors="replace").decode
        self._text = ""
        self._at = 0
        self._ended = False

    def peek(self) -> str:
        """The next character that is no blank, empty at the end."""
        while True:
            while self._at < len(self._text) and self._text[self._at] in " \t\r\n":
                self._at += 1
            if self._at < len(self._text):
                return self._text[self._at]
            if self._ended:
                return ""
            self._grow()

    def skip(self) -> None:
        """Past one character."""
        self._at += 1

    def item(self, *, alone: bool) -> tuple[object, int]:
        """The next value and its length."""
        self.peek()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
            except RecursionError:
                return _NO_JSON, 0
            except ValueError:
                value, end = _NO_JSON, len(self._text)
            # A number may go on behind the window's edge.
            if value is not _NO_JSON and (end < len(self._text) or self._ended):
                length = end - self._at
                self._at = end
                return value, length
            if self._ended:
                return _NO_JSON, 0
            if len(self._text) - self._at > _LARGEST_ITEM:
                whole = "one JSON document" if alone else "a record"
                raise Unreadable(f"{whole} of over 64 MiB", "export it as JSON lines, one record a line")
            self._grow()

    def _grow(self) -> None:
        rest = self._text[self._at :]
        piece = self._file.read(max(_PIECE, len(rest)))  # doubled, so that a large record is tried a few times only
        self._ended = not piece
        self._text, self._at = rest + self._decode(piece, not piece), 0


def _record(line: bytes) -> object:
    try:
        return _load(line)
    except (ValueError, RecursionError):  # nested past Python's limit: nobody's record, counted as no JSON
        return _NO_JSON


def _load(data: bytes) -> object:
    return _DECODER.decode(data.decode(errors="replace"))
