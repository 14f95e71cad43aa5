"""Which fields do JSON records hold? Nested ones under dotted paths, every value as text, lists kept as lists.

A key that is itself a person's data becomes the step `*`, so that `{"by": {"ann@example.com": {"age": 9}}}` has the
list fields `by.*.age` and `by.{*}`; the latter holds the keys themselves.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa

from custodes.records import Column
from custodes.stores import names as naming
from custodes.stores import reading
from custodes.stores.encoded import EncodedFile
from custodes.stores.interface import Unreadable

Value = str | list[str]

_LOOKED_AT: Final = 1_000
_WHOLE_DOCUMENT: Final = 1 << 28  # a file that is one document is held in memory
_MOST_PATHS: Final = 2_000
SURPLUS: Final = "(other fields)"  # where values go past _MOST_PATHS: keys made from data


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file is to be read. document: one JSON value instead of one a line. rows: as of CSV."""

    document: bool
    columns: tuple[Column, ...]
    rows: int | None


def layout(path: Path) -> Layout:
    """Find form and fields from the first 1,000 records; later fields are read too. Raises OSError, Unreadable."""
    with EncodedFile(path) as file:
        first = next((line.strip() for line in file.lines() if line.strip()), b"")
        if not first:
            problem = (file.problems or ["the file is empty"])[0]
            raise Unreadable(problem, "replace the file, or list it under skip with a reason")
    name = path.name.lower().removesuffix(".gz")
    document = name.endswith(".json") and (first.startswith(b"[") or _record(first) is None)
    if document and path.stat().st_size > _WHOLE_DOCUMENT:
        raise Unreadable("one JSON document of over 256 MiB", "export it as JSON lines, one record a line")
    kinds: dict[str, str] = {}
    looked = size = 0
    with EncodedFile(path) as file:
        for record, length in _records(file, document=document):
            size += length
            for key, value in (record or {}).items():
                kinds[key] = "list" if isinstance(value, list) else kinds.get(key, "text")
            looked += 1
            if looked >= _LOOKED_AT:
                break
        whole = looked < _LOOKED_AT
    columns = tuple(Column(key, kind) for key, kind in kinds.items())
    plain = path.suffix.lower() != ".gz" and not document
    rows = looked if whole else path.stat().st_size * looked // max(1, size) if plain else None
    return Layout(document, columns, rows)


def batches(path: Path, how: Layout, *, max_rows: int) -> Iterator[pa.RecordBatch]:
    """The records as columns of text or of lists of text; a later batch may have more columns than an earlier one.

    Raises Unreadable at the end for lines that are no JSON and for bytes that could not be read.
    """
    step = -(-how.rows // max_rows) if max_rows and how.rows else 1
    names = {column.name: None for column in how.columns}
    seen = given = bad = 0
    rows: list[dict[str, Value]] = []
    with EncodedFile(path) as file:
        for record, _ in _records(file, document=how.document, step=step):
            seen += 1
            if record is None:
                bad += 1
                continue
            rows.append(_bounded(record, names))
            given += 1
            if len(rows) >= reading.BATCH_ROWS:
                yield _batch(rows, names)
                rows = []
            if max_rows and given >= max_rows:
                break
        problems = file.problems
    if rows:
        yield _batch(rows, names)
    if bad:
        problems.append(f"records that are no JSON: {bad:,} of the {seen:,} that were read")
    if problems:
        raise Unreadable("; ".join(problems), "repair the file where these lines matter; everything else was read")


def _records(file: EncodedFile, *, document: bool, step: int = 1) -> Iterator[tuple[dict[str, Value] | None, int]]:
    """Each step-th record and its length in bytes; None for what is no JSON."""
    if document:
        try:
            value = _load(file.read())
        except (ValueError, RecursionError):
            yield None, 0
            return
        for item in (value if isinstance(value, list) else [value])[::step]:
            yield _flat(item), 0
        return
    for position, line in enumerate(line for line in file.lines() if not line.isspace() and line):
        if position % step == 0:
            yield _record(line), len(line) + 1


def _record(line: bytes) -> dict[str, Value] | None:
    try:
        return _flat(_load(line))
    except (ValueError, RecursionError):  # nested past Python's limit: nobody's record, counted as no JSON
        return None


def _load(data: bytes) -> object:
    # Numbers stay the text they are: a card number as a float would lose its last digits.
    return json.loads(data, parse_int=str, parse_float=str, parse_constant=str)


def _flat(value: object) -> dict[str, Value]:
    """`{"a": {"b": [1, 2]}}` becomes `{"a.b": ["1", "2"]}`; a bare value stands under `value`."""
    out: dict[str, Value] = {}
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


def _step(out: dict[str, Value], path: str, key: str, inner: object, *, listed: bool) -> None:
    above = f"{path}." if path else ""
    told = naming.step(key)
    if told != key:
        _into(out, above + naming.KEYS, key, listed=True)
        listed = True
    _into(out, _valid(above + told), inner, listed=listed)


def _into(out: dict[str, Value], path: str, value: object, *, listed: bool) -> None:
    if isinstance(value, dict):
        for key, inner in value.items():
            _step(out, path, key, inner, listed=listed)
    elif isinstance(value, list):
        for inner in value:
            _into(out, path, inner, listed=True)
    elif value is not None:
        text = _valid(value) if isinstance(value, str) else str(value).lower()  # true and false are all that is left
        key = path or "value"
        before = out.get(key)
        if before is None:
            out[key] = [text] if listed else text
        else:
            out[key] = [*_listed(before), text]


def _listed(value: Value) -> list[str]:
    return [value] if isinstance(value, str) else value


def _valid(text: str) -> str:
    """At most LONGEST_TEXT characters; JSON can escape half a surrogate pair, which is no text in UTF-8."""
    return text if text.isascii() and len(text) <= reading.LONGEST_TEXT else _cut(text)


def _cut(text: str) -> str:
    return text[: reading.LONGEST_TEXT].encode(errors="replace").decode()


def _bounded(record: dict[str, Value], names: dict[str, None]) -> dict[str, Value]:
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


def _batch(rows: list[dict[str, Value]], names: dict[str, None]) -> pa.RecordBatch:
    columns = []
    for name in names:
        cells = [row.get(name) for row in rows]
        if any(type(cell) is list for cell in cells):
            lists = [None if cell is None else _listed(cell) for cell in cells]
            columns.append(pa.array(lists, pa.list_(pa.string())))
        else:
            columns.append(pa.array(cells, pa.string()))
    return pa.RecordBatch.from_arrays(columns, names=list(names))
