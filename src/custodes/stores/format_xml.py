"""Which rows does an XML file hold? What repeats becomes rows, attributes and paths become fields; read as a stream.

Of `<shop><customer id="1"><name>Ann</name></customer>...</shop>` each customer is a row with the fields `@id` and
`name`. Where several kinds of elements repeat, their names stand before the fields. What stands outside is a row of
its own.
"""

from __future__ import annotations

import codecs
import copy
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

import pyarrow as pa

from custodes.records import Column
from custodes.stores import reading, sized
from custodes.stores import source as sources
from custodes.stores.encoded import EncodedFile
from custodes.stores.flat import Elements, Leaf
from custodes.stores.interface import Unreadable
from custodes.stores.keys import Keyed
from custodes.stores.source import Source

_HEAD: Final = 1 << 22  # text that decides what repeats
_PIECE: Final = 1 << 16
_LOOKED_AT: Final = 1_000
_DEEPEST: Final = 200
_MOST_OUTSIDE: Final = 10_000  # values outside rows that are held; then they are handed over as a row
_A_FIELD: Final = 100  # bytes, about, that a value takes beside its characters
_LARGEST: Final = 1 << 26  # bytes of one tag, which is held while it is read
_DECLARED: Final = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([\w.-]+)", re.ASCII)

Path = tuple[str, ...]
Row = list[Leaf]


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file is to be read. repeated: the paths of the elements that are rows.

    keyed: as far as it was looked at.
    """

    repeated: frozenset[Path]
    columns: tuple[Column, ...]
    rows: int | None
    scattered: bool = False
    keyed: Keyed = field(default_factory=Keyed, compare=False)


def layout(source: Source) -> Layout:
    """Find what repeats in the first 4 MiB. Raises OSError, Unreadable."""
    with _opened(source) as file:
        head = file.read(_HEAD)
        whole = not file.read(1)
    repeated = _repeated(head)
    rows: list[Row] = []
    try:
        for row in _rows(iter([head]), repeated, whole=whole):
            rows.append(row)
            if len(rows) >= _LOOKED_AT:
                break
    except (expat.ExpatError, Unreadable):
        if not rows:
            raise Unreadable(
                "the XML is not well-formed", "repair the file, or list it under skip with a reason"
            ) from None
    fields = Elements(Keyed())
    columns = fields.columns(rows)
    if not columns:
        raise Unreadable("the XML holds no text", "list it under skip with a reason")
    if whole and len(rows) < _LOOKED_AT:
        return Layout(repeated, columns, len(rows), keyed=fields.keyed)
    count = sum(1 for _ in _counted(head, repeated))
    return Layout(repeated, columns, sized.records(source, count, len(head)), keyed=fields.keyed)


def batches(source: Source, how: Layout, *, max_rows: int) -> Iterator[pa.RecordBatch]:
    """The rows as columns of text or of lists of text; at a limit every n-th. Raises Unreadable where it breaks off."""
    fields = Elements(copy.deepcopy(how.keyed), [column.name for column in how.columns])
    step_ = -(-how.rows // max_rows) if max_rows and how.rows else 1
    held: list[Row] = []
    seen = given = size = 0
    problems: list[str] = []
    with _opened(source) as file:
        try:
            for row in _rows(iter(lambda: file.read(_PIECE), b""), how.repeated, whole=True):
                seen += 1
                if (seen - 1) % step_:
                    continue
                held.append(row)
                given += 1
                size += sum(len(text) for _, text in row)
                if len(held) >= reading.BATCH_ROWS or size >= sized.BATCH_BYTES:
                    yield fields.batch(held)
                    held, size = [], 0
                if max_rows and given >= max_rows:
                    break
        except expat.ExpatError:
            problems.append(f"the XML is not well-formed after row {seen:,}")
        except Unreadable as error:
            problems.append(error.reason)
        problems += file.problems
    if held:
        yield fields.batch(held)
    if problems:
        raise Unreadable("; ".join(problems), "repair the file; what came before was read")


def _opened(source: Source) -> EncodedFile:
    """The file in the encoding that it declares, where Python knows that."""
    found = _DECLARED.match(sources.head(source, 400))
    name = found.group(1).decode() if found else ""
    try:
        declared = codecs.lookup(name).name if name else ""
    except LookupError:
        declared = ""
    return EncodedFile(source, declared)


def _repeated(head: bytes) -> frozenset[Path]:
    """The topmost elements of which there are several under one parent."""
    counts: Counter[Path] = Counter()
    path: list[str] = []

    def start(name: str, _: object) -> None:
        path.append(_local(name))
        if len(path) > _DEEPEST:
            raise Unreadable(f"elements are nested more than {_DEEPEST} deep", "list it under skip with a reason")
        if len(path) > 1:
            counts[tuple(path)] += 1

    parser = _parser(start, lambda _: path.pop(), lambda _: None)
    with suppress(expat.ExpatError):  # what came before a break counts; reading meets it again and tells it
        parser.Parse(head, False)
    many = {one for one, count in counts.items() if count > 1}
    return frozenset(one for one in many if not any(one[:size] in many for size in range(2, len(one))))


def _rows(pieces: Iterator[bytes], repeated: frozenset[Path], *, whole: bool) -> Iterator[Row]:
    """Every row, and before the end what stands outside. Raises expat.ExpatError, Unreadable at the break."""
    reader = _Reader(repeated)
    parser = _parser(reader.start, reader.end, reader.text)
    given = 0
    try:
        for piece in pieces:
            parser.Parse(piece, False)
            yield from reader.take()
            given += len(piece)
            if given - max(0, parser.CurrentByteIndex) > _LARGEST:
                raise Unreadable("a tag of over 64 MiB; what came before was read", "repair the file")
        if whole:
            parser.Parse(b"", True)
    except expat.ExpatError:
        yield from reader.take()
        if reader.outside:
            yield reader.outside
        raise
    yield from reader.take()
    if reader.outside:
        yield reader.outside


def _counted(head: bytes, repeated: frozenset[Path]) -> Iterator[Row]:
    try:
        yield from _rows(iter([head]), repeated, whole=False)
    except (expat.ExpatError, Unreadable):
        return


class _Reader:
    """Takes elements as they come and puts their texts under paths inside the row they stand in."""

    def __init__(self, repeated: frozenset[Path]) -> None:
        self._repeated = repeated
        self._one = len(repeated) == 1
        self._path: list[str] = []
        self._texts: list[list[str]] = []
        self._lengths: list[int] = []  # of the texts so far
        self._row: Row | None = None
        self._size = 0  # characters of the row
        self._from = 0  # how many steps of the path are those of the row
        self._rows: list[Row] = []
        self.outside: Row = []
        self._held = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._path.append(_local(name))
        self._texts.append([])
        self._lengths.append(0)
        if len(self._path) > _DEEPEST:
            raise Unreadable(f"elements are nested more than {_DEEPEST} deep", "list it under skip with a reason")
        if self._row is None and tuple(self._path) in self._repeated:
            self._row, self._size = [], 0
            self._from = len(self._path) if self._one else len(self._path) - 1
        for key, value in attributes.items():
            if not key.startswith("xmlns"):
                self._put([*self._path, "@" + _local(key)], value)

    def text(self, text: str) -> None:
        # Of a longer text only the beginning is judged: the rest of it need not be held.
        if self._texts and self._lengths[-1] < reading.LONGEST_TEXT:
            self._texts[-1].append(text)
            self._lengths[-1] += len(text)

    def end(self, _: str) -> None:
        self._lengths.pop()
        text = "".join(self._texts.pop()).strip()
        if text:
            self._put(self._path, text)
        if self._row is not None and tuple(self._path) in self._repeated:
            self._rows.append(self._row)
            self._row = None
        self._path.pop()

    def take(self) -> list[Row]:
        """The rows that are complete."""
        if self._held > _MOST_OUTSIDE:
            self._rows.append(self.outside)
            self.outside, self._held = [], 0
        rows, self._rows = self._rows, []
        return rows

    def _put(self, path: list[str], text: str) -> None:
        if self._row is not None:
            self._row.append((tuple([f".{one}" for one in path[self._from :]]), text))
            self._size += len(text) + _A_FIELD
            if self._size > sized.BATCH_BYTES:  # it may have no end: it comes as several rows
                self._rows.append(self._row)
                self._row, self._size = [], 0
        else:
            self.outside.append((tuple([f".{one}" for one in path[1:] or path]), text))
            self._held += 1


def _parser(start: object, end: object, text: object) -> expat.XMLParserType:
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler = start  # type: ignore[assignment]  # typeshed's handlers are Any in part
    parser.EndElementHandler = end  # type: ignore[assignment]
    parser.CharacterDataHandler = text  # type: ignore[assignment]

    def refuse(*_: object) -> None:
        # A few lines of entities can stand for gigabytes, or for another file.
        raise Unreadable(
            "the XML declares entities, which may swell without end", "replace them in the file by what they stand for"
        )

    parser.EntityDeclHandler = refuse
    return parser


def _local(name: str) -> str:
    """The name without its namespace's prefix."""
    return name.rpartition(":")[2]
