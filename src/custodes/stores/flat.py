"""How do nested records become columns? Under dotted paths, every value as text, lists kept as lists."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import pyarrow as pa

from custodes.stores import names as naming
from custodes.stores import reading

Value = str | list[str]
Flat = dict[str, Value]

_MOST_PATHS: Final = 2_000
SURPLUS: Final = "(other fields)"  # where values go past _MOST_PATHS: keys made from data


def flat(value: object) -> Flat:
    """`{"a": {"b": [1, 2]}}` becomes `{"a.b": ["1", "2"]}`; a bare value stands under `value`."""
    out: Flat = {}
    if isinstance(value, dict):
        for key, inner in value.items():
            short = isinstance(inner, str) and inner.isascii() and len(inner) <= reading.LONGEST_TEXT
            if short and key not in out and naming.step(key) == key:
                out[_valid(key)] = inner  # nearly every value of nearly every record
                continue
            _step(out, "", key, inner, listed=False)
    else:
        _into(out, "", value, listed=False)
    return out


def _step(out: Flat, path: str, key: str, inner: object, *, listed: bool) -> None:
    above = f"{path}." if path else ""
    told = naming.step(key)
    if told != key:
        _into(out, above + naming.KEYS, key, listed=True)
        listed = True
    _into(out, _valid(above + told), inner, listed=listed)


def _into(out: Flat, path: str, value: object, *, listed: bool) -> None:
    if isinstance(value, dict):
        for key, inner in value.items():
            _step(out, path, key, inner, listed=listed)
    elif isinstance(value, list):
        for inner in value:
            _into(out, path, inner, listed=True)
    elif value is not None:
        text = _valid(value if isinstance(value, str) else _text(value))
        key = path or "value"
        before = out.get(key)
        if before is None:
            out[key] = [text] if listed else text
        else:
            out[key] = [*_listed(before), text]


def _text(value: object) -> str:
    if isinstance(value, bytes | bytearray):
        return bytes(value[: reading.LONGEST_BINARY]).decode(errors="replace")
    return str(value).lower() if isinstance(value, bool) else str(value)


def _listed(value: Value) -> list[str]:
    return [value] if isinstance(value, str) else value


def _valid(text: str) -> str:
    """At most LONGEST_TEXT characters; JSON can escape half a surrogate pair, which is no text in UTF-8."""
    return text if text.isascii() and len(text) <= reading.LONGEST_TEXT else _cut(text)


def _cut(text: str) -> str:
    return text[: reading.LONGEST_TEXT].encode(errors="replace").decode()


def bounded(record: Flat, names: dict[str, None]) -> Flat:
    """The record with its new paths remembered, or moved together where there are too many of them."""
    if record.keys() <= names.keys():
        return record
    fresh = record.keys() - names.keys()
    if len(names) + len(fresh) <= _MOST_PATHS:
        names.update(dict.fromkeys(sorted(fresh)))
        return record
    names[SURPLUS] = None
    surplus = [text for key in sorted(fresh) for text in _listed(record[key])]
    return {key: value for key, value in record.items() if key not in fresh} | {SURPLUS: surplus}


def batch(rows: list[Flat], names: dict[str, None]) -> pa.RecordBatch:
    """The records as columns, one for each name; a list where any record has several values."""
    columns = []
    for name in names:
        cells = [row.get(name) for row in rows]
        if any(type(cell) is list for cell in cells):
            lists = [None if cell is None else _listed(cell) for cell in cells]
            columns.append(pa.array(lists, pa.list_(pa.string())))
        else:
            columns.append(pa.array(cells, pa.string()))
    return pa.RecordBatch.from_arrays(columns, names=list(names))


def put(out: Flat, path: str, text: str) -> None:
    """Add one text under a path; a second one makes it a list."""
    before = out.get(path)
    out[path] = _valid(text) if before is None else [*_listed(before), _valid(text)]


def kinds(records: Iterable[Flat]) -> dict[str, str]:
    """`text` or `list` for each path, in the order in which they first come."""
    found: dict[str, str] = {}
    for record in records:
        for key, value in record.items():
            found[key] = "list" if isinstance(value, list) else found.get(key, "text")
    return found
