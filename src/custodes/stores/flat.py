"""How do nested records become columns? Under dotted paths, every value as text, lists kept as lists.

A key that is data rather than a name becomes the step `*`, so that `{"by": {"ann@example.com": {"age": 9}}}` has the
list fields `by.*.age` and `by.{key}`; the latter holds the keys themselves. Where that shows only after batches in
which the key was told as a name, the later column's metadata names those whose place it takes, under `was`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import pyarrow as pa

from custodes.records import Column
from custodes.stores import names as naming
from custodes.stores import reading
from custodes.stores.keys import Keyed, Steps, read, written

Value = str | list[str]
Flat = dict[str, Value]
Leaf = tuple[Steps, str]

_OURS: Final = frozenset({naming.STAR, naming.KEYS})
_SURPLUS_KEYS: Final = f"{naming.SURPLUS}.{naming.KEYS}"
_MOST_PATHS: Final = 2_000
WAS: Final = b"was"


class Fields:
    """The paths of a file's records, and which of their objects are keyed by data. names: those told so far.

    deep: records in the batches so far that are nested past Python's limit and have no place in them.
    """

    def __init__(self, keyed: Keyed, names: Sequence[str] = ()) -> None:
        self.keyed = keyed
        self.deep = 0
        self._names = dict.fromkeys(names)
        self._plain: set[str] = set()  # outermost keys that are told as they are
        self._given: set[str] = set()  # names of columns in batches that were given

    def columns(self, records: list[Any]) -> tuple[Column, ...]:
        """The columns of a file's first records: each a `text` or, where a record has several values, a `list`."""
        kinds: dict[str, str] = {}
        for row in self.rows(records):
            for key, value in self.bounded(row or {}).items():
                kinds[key] = "list" if isinstance(value, list) else kinds.get(key, "text")
        return tuple(Column(key, kind) for key, kind in kinds.items())

    def rows(self, records: list[Any]) -> list[Flat | None]:
        """Records as values by path: `{"a": {"b": [1, 2]}}` is `{"a.b": ["1", "2"]}`; a bare value is under `value`.

        None is a record that is nested too deep.
        """
        rows = [self._shallow(record) for record in records]
        known = self._names.keys()
        fresh = [one for one, row in zip(records, rows, strict=True) if row is not None and not row.keys() <= known]
        if fresh and self.keyed.learn((self._objects(record), 1) for record in fresh):
            self._forget()
            rows = [self._shallow(record) for record in records]
        return rows

    def batch(self, records: list[Any]) -> pa.RecordBatch:
        """The records as columns; a later batch may have more of them."""
        rows = self.rows(records)
        self.deep += rows.count(None)
        was: dict[str, list[str]] = {}
        for name in [name for name in self._names if naming.SURPLUS not in name]:
            now = ".".join(map(written, self.keyed.place(read(name))[0]))
            if now != name:
                del self._names[name]
                self._names.setdefault(now)
                if name in self._given:
                    was.setdefault(now, []).append(name)
        kept = [self.bounded(row) for row in rows if row is not None]
        self._given |= self._names.keys()
        return _batch(kept, self._names, was)

    def bounded(self, row: Flat) -> Flat:
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

    def _shallow(self, record: Any) -> Flat | None:
        try:
            return self._flat(record)
        except RecursionError:
            return None

    def _forget(self) -> None:
        self._plain.clear()

    def _flat(self, value: Any) -> Flat:
        out: Flat = {}
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

    def _step(self, out: Flat, above: Steps, path: str, key: str, inner: object, *, listed: bool) -> None:
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

    def _into(self, out: Flat, above: Steps, path: str, value: object, *, listed: bool) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                self._step(out, above, path, key, inner, listed=listed)
        elif isinstance(value, list):
            for inner in value:
                self._into(out, above, path, inner, listed=True)
        elif value is not None:
            _put(out, path or "value", _valid(value if isinstance(value, str) else _text(value)), listed=listed)

    def _objects(self, value: Any) -> dict[Steps, set[str]]:
        """The keys of every object of a record, outer objects first."""
        found: dict[Steps, set[str]] = {}
        waiting: list[tuple[Steps, object]] = [((), value)]
        while waiting:
            inside: list[tuple[Steps, object]] = []
            for above, one in waiting:
                if isinstance(one, dict) and one:
                    found.setdefault(above, set()).update(one)
                    inside += [
                        ((*above, f".{key}"), inner) for key, inner in one.items() if isinstance(inner, dict | list)
                    ]
                elif isinstance(one, list):
                    inside += [(above, inner) for inner in one if isinstance(inner, dict | list)]
            waiting = inside
        return found


class Elements(Fields):
    """The same of records that are lists of texts, each with the keys it stands under, as those of XML are."""

    def __init__(self, keyed: Keyed, names: Sequence[str] = ()) -> None:
        super().__init__(keyed, names)
        self._places: dict[Steps, tuple[str, tuple[tuple[str, str], ...]]] = {}

    def _forget(self) -> None:
        self._places.clear()

    def _flat(self, value: list[Leaf]) -> Flat:
        out: Flat = {}
        for steps, text in value:
            path, keys = self._place(steps)
            for beside, key in keys:
                _put(out, beside, _valid(key), listed=True)
            _put(out, path, _valid(text), listed=bool(keys))
        return out

    def _place(self, steps: Steps) -> tuple[str, tuple[tuple[str, str], ...]]:
        """The path of a text, and for each key in it that is data the path where such keys stand."""
        known = self._places.get(steps)
        if known is None:
            told, keys = self.keyed.place(steps)
            beside = tuple([(".".join(map(written, (*above, naming.KEYS))), key) for above, key in keys])
            known = ".".join(map(written, told)) or "value", beside
            if len(self._places) < _MOST_PATHS:
                self._places[steps] = known
        return known

    def _objects(self, value: list[Leaf]) -> dict[Steps, set[str]]:
        found: dict[Steps, set[str]] = {}
        for steps, _ in value:
            for depth, one in enumerate(steps):
                found.setdefault(steps[:depth], set()).add(one[1:])
        return found


def _text(value: object) -> str:
    if isinstance(value, bytes | bytearray):
        return bytes(value[: reading.LONGEST_BINARY]).decode(errors="replace")
    return str(value).lower() if isinstance(value, bool) else str(value)


def _put(out: Flat, path: str, text: str, *, listed: bool) -> None:
    before = out.get(path)
    if before is None:
        out[path] = [text] if listed else text
    elif isinstance(before, list):
        before.append(text)
    else:
        out[path] = [before, text]


def _listed(value: Value) -> list[str]:
    return [value] if isinstance(value, str) else value


def _valid(text: str) -> str:
    """At most LONGEST_TEXT characters; JSON can escape half a surrogate pair, which is no text in UTF-8."""
    return text if text.isascii() and len(text) <= reading.LONGEST_TEXT else _cut(text)


def _cut(text: str) -> str:
    return text[: reading.LONGEST_TEXT].encode(errors="replace").decode()


def _batch(rows: list[Flat], names: Iterable[str], was: Mapping[str, list[str]]) -> pa.RecordBatch:
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
