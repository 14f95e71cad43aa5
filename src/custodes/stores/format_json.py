"""Which fields do JSON records hold? Nested ones under dotted paths, every value as text, lists kept as lists.

A key that is data rather than a name becomes the step `*`, so that `{"by": {"ann@example.com": {"age": 9}}}` has the
list fields `by.*.age` and `by.{key}`; the latter holds the keys themselves. Where that shows only after batches in
which the key was told as a name, the later column's metadata names those whose place it takes, under `was`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pyarrow as pa

from custodes.records import Column
from custodes.stores import names as naming
from custodes.stores import reading
from custodes.stores.encoded import EncodedFile
from custodes.stores.interface import Unreadable
from custodes.stores.keys import Keyed, Steps, read, written

Value = str | list[str]

_OURS: Final = frozenset({naming.STAR, naming.KEYS})
_SURPLUS_KEYS: Final = f"{naming.SURPLUS}.{naming.KEYS}"
_NONE: Final = object()  # what is no JSON; null is
_LOOKED_AT: Final = 1_000
_WHOLE_DOCUMENT: Final = 1 << 28  # a file that is one document is held in memory
_MOST_PATHS: Final = 2_000
WAS: Final = b"was"


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file is to be read. document: one JSON value instead of one a line. rows: as of CSV. keyed: as far as it
    was looked at."""

    document: bool
    columns: tuple[Column, ...]
    rows: int | None
    keyed: Keyed = field(default_factory=Keyed, compare=False)


def layout(path: Path) -> Layout:
    """Find form and fields from the first 1,000 records; later fields are read too. Raises OSError, Unreadable."""
    with EncodedFile(path) as file:
        first = next((line.strip() for line in file.lines() if line.strip()), b"")
        if not first:
            problem = (file.problems or ["the file is empty"])[0]
            raise Unreadable(problem, "replace the file, or list it under skip with a reason")
    name = path.name.lower().removesuffix(".gz")
    document = name.endswith(".json") and (first.startswith(b"[") or _record(first) is _NONE)
    if document and path.stat().st_size > _WHOLE_DOCUMENT:
        raise Unreadable("one JSON document of over 256 MiB", "export it as JSON lines, one record a line")
    held: list[object] = []
    size = 0
    with EncodedFile(path) as file:
        for record, length in _records(file, document=document):
            size += length
            held.append(record)
            if len(held) >= _LOOKED_AT:
                break
    looked = len(held)
    fields = _Fields(Keyed())
    kinds: dict[str, str] = {}
    for row in fields.rows([record for record in held if record is not _NONE]):
        for key, value in fields.bounded(row).items():
            kinds[key] = "list" if isinstance(value, list) else kinds.get(key, "text")
    columns = tuple(Column(key, kind) for key, kind in kinds.items())
    plain = path.suffix.lower() != ".gz" and not document
    rows = looked if looked < _LOOKED_AT else path.stat().st_size * looked // max(1, size) if plain else None
    return Layout(document, columns, rows, fields.keyed)


def batches(path: Path, how: Layout, *, max_rows: int) -> Iterator[pa.RecordBatch]:
    """The records as columns of text or of lists of text; a later batch may have more columns than an earlier one.

    Raises Unreadable at the end for lines that are no JSON and for bytes that could not be read.
    """
    step = -(-how.rows // max_rows) if max_rows and how.rows else 1
    fields = _Fields(how.keyed, [column.name for column in how.columns])
    seen = given = bad = 0
    held: list[object] = []
    with EncodedFile(path) as file:
        for record, _ in _records(file, document=how.document, step=step):
            seen += 1
            if record is _NONE:
                bad += 1
                continue
            held.append(record)
            given += 1
            if len(held) >= reading.BATCH_ROWS:
                yield fields.batch(held)
                held = []
            if max_rows and given >= max_rows:
                break
        problems = file.problems
    if held:
        yield fields.batch(held)
    if bad:
        problems.append(f"records that are no JSON: {bad:,} of the {seen:,} that were read")
    if problems:
        raise Unreadable("; ".join(problems), "repair the file where these lines matter; everything else was read")


def _records(file: EncodedFile, *, document: bool, step: int = 1) -> Iterator[tuple[object, int]]:
    """Each step-th record and its length in bytes; _NONE for what is no JSON."""
    if document:
        try:
            value = _load(file.read())
        except (ValueError, RecursionError):
            yield _NONE, 0
            return
        for item in (value if isinstance(value, list) else [value])[::step]:
            yield item, 0
        return
    for position, line in enumerate(line for line in file.lines() if not line.isspace() and line):
        if position % step == 0:
            yield _record(line), len(line) + 1


def _record(line: bytes) -> object:
    try:
        return _load(line)
    except (ValueError, RecursionError):  # nested past Python's limit: nobody's record, counted as no JSON
        return _NONE


def _load(data: bytes) -> object:
    # Numbers stay the text they are: a card number as a float would lose its last digits.
    return json.loads(data, parse_int=str, parse_float=str, parse_constant=str)


class _Fields:
    """The paths of a file's records, and which of their objects are keyed by data. names: those told so far."""

    def __init__(self, keyed: Keyed, names: Sequence[str] = ()) -> None:
        self.keyed = keyed
        self._names = dict.fromkeys(names)
        self._plain: set[str] = set()  # outermost keys that are told as they are
        self._given: set[str] = set()  # names of columns in batches that were given

    def rows(self, records: list[object]) -> list[dict[str, Value]]:
        """Records as values by path: `{"a": {"b": [1, 2]}}` is `{"a.b": ["1", "2"]}`; a bare value is under `value`."""
        rows = [self._flat(record) for record in records]
        fresh = [record for record, row in zip(records, rows, strict=True) if not row.keys() <= self._names.keys()]
        if fresh and self.keyed.learn((_objects(record), 1) for record in fresh):
            self._plain.clear()
            rows = [self._flat(record) for record in records]
        return rows

    def batch(self, records: list[object]) -> pa.RecordBatch:
        """The records as columns."""
        rows = self.rows(records)
        was: dict[str, list[str]] = {}
        for name in [name for name in self._names if naming.SURPLUS not in name]:
            now = ".".join(map(written, self.keyed.place(read(name))[0]))
            if now != name:
                del self._names[name]
                self._names.setdefault(now)
                if name in self._given:
                    was.setdefault(now, []).append(name)
        rows = [self.bounded(row) for row in rows]
        self._given |= self._names.keys()
        return _batch(rows, self._names, was)

    def bounded(self, row: dict[str, Value]) -> dict[str, Value]:
        """The row with its new paths remembered, or moved together where there are too many of them."""
        if row.keys() <= self._names.keys():
            return row
        fresh = row.keys() - self._names.keys()
        if len(self._names) + len(fresh) <= _MOST_PATHS:
            self._names.update(dict.fromkeys(sorted(fresh)))
            return row
        self._names.update(dict.fromkeys((naming.SURPLUS, _SURPLUS_KEYS)))
        surplus = [text for key in sorted(fresh) for text in _listed(row[key])]
        # The keys of what is not told apart may be somebody's: they are judged as values.
        keys = sorted({naming.plain(one) for key in fresh for one in naming.steps(key) if one not in _OURS})
        kept = {key: value for key, value in row.items() if key not in fresh}
        return kept | {naming.SURPLUS: surplus, _SURPLUS_KEYS: keys}

    def _flat(self, value: object) -> dict[str, Value]:
        out: dict[str, Value] = {}
        if isinstance(value, dict):
            for key, inner in value.items():
                short = isinstance(inner, str) and inner.isascii() and len(inner) <= reading.LONGEST_TEXT
                if short and key in self._plain and key not in out:
                    out[key] = inner  # nearly every value of nearly every record
                    continue
                self._step(out, (), "", key, inner, listed=False)
        else:
            self._into(out, (), "", value, listed=False)
        return out

    def _step(self, out: dict[str, Value], above: Steps, path: str, key: str, inner: object, *, listed: bool) -> None:
        key = key if key.isascii() else key.encode(errors="replace").decode()
        front = f"{path}." if path else ""
        if above in self.keyed.mapped or self.keyed.suspect(key):
            _put(out, front + naming.KEYS, _valid(key), listed=True)
            self._into(out, (*above, naming.STAR), front + naming.STAR, inner, listed=True)
            return
        told = naming.quoted(key)
        if not path and told == key and len(self._plain) < _MOST_PATHS:
            self._plain.add(key)
        self._into(out, (*above, f".{key}"), front + told, inner, listed=listed)

    def _into(self, out: dict[str, Value], above: Steps, path: str, value: object, *, listed: bool) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                self._step(out, above, path, key, inner, listed=listed)
        elif isinstance(value, list):
            for inner in value:
                self._into(out, above, path, inner, listed=True)
        elif value is not None:
            # true and false are all that is left
            text = _valid(value) if isinstance(value, str) else str(value).lower()
            _put(out, path or "value", text, listed=listed)


def _objects(value: object) -> dict[Steps, set[str]]:
    """The keys of every object of a record, outer objects first."""
    found: dict[Steps, set[str]] = {}
    waiting: list[tuple[Steps, object]] = [((), value)]
    while waiting:
        inside: list[tuple[Steps, object]] = []
        for above, one in waiting:
            if isinstance(one, dict) and one:
                found.setdefault(above, set()).update(one)
                inside += [((*above, f".{key}"), inner) for key, inner in one.items() if isinstance(inner, dict | list)]
            elif isinstance(one, list):
                inside += [(above, inner) for inner in one if isinstance(inner, dict | list)]
        waiting = inside
    return found


def _put(out: dict[str, Value], path: str, text: str, *, listed: bool) -> None:
    before = out.get(path)
    if before is None:
        out[path] = [text] if listed else text
    else:
        out[path] = [*_listed(before), text]


def _listed(value: Value) -> list[str]:
    return [value] if isinstance(value, str) else value


def _valid(text: str) -> str:
    """At most LONGEST_TEXT characters; JSON can escape half a surrogate pair, which is no text in UTF-8."""
    return text if text.isascii() and len(text) <= reading.LONGEST_TEXT else _cut(text)


def _cut(text: str) -> str:
    return text[: reading.LONGEST_TEXT].encode(errors="replace").decode()


def _batch(rows: list[dict[str, Value]], names: Iterable[str], was: Mapping[str, list[str]]) -> pa.RecordBatch:
    columns, fields = [], []
    for name in names:
        cells = [row.get(name) for row in rows]
        if any(type(cell) is list for cell in cells):
            column = pa.array([None if cell is None else _listed(cell) for cell in cells], pa.list_(pa.string()))
        else:
            column = pa.array(cells, pa.string())
        columns.append(column)
        fields.append(pa.field(name, column.type, metadata={WAS: json.dumps(was[name])} if name in was else None))
    return pa.RecordBatch.from_arrays(columns, schema=pa.schema(fields))
