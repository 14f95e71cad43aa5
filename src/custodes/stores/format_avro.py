"""Which fields do Avro records hold? Nested ones under dotted paths, every value as text, as of JSON.

The schema tells what is a map: its keys are under `{key}`, its values under `*`, as of Parquet.
"""

from __future__ import annotations

import copy
import io
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import pyarrow as pa

from custodes.records import Column
from custodes.stores import reading, sized
from custodes.stores.avro_blocks import Plain
from custodes.stores.flat import Fields
from custodes.stores.interface import Unreadable
from custodes.stores.keys import Keyed, Steps
from custodes.stores.names import STAR
from custodes.stores.source import Source, damage

_LOOKED_AT: Final = 1_000
_MOST_TYPES: Final = 10_000  # in a schema that may hold itself
_HINT: Final = "restore the file from a backup, or list it under skip with a reason"


@dataclass(frozen=True, slots=True)
class Layout:
    """Its fields, and the number of rows: exact for a small file, else judged by its size.

    keyed: as far as it was looked at.
    """

    columns: tuple[Column, ...]
    rows: int | None
    scattered: bool = False
    keyed: Keyed = field(default_factory=Keyed, compare=False)


def layout(source: Source) -> Layout:
    """Read the first 1,000 records. Raises OSError; Unreadable when it is damaged or its reader is not installed."""
    keyed = Keyed()
    held: list[object] = []
    size = 0
    whole = True
    for record in _records(source, keyed):
        held.append(record)
        size += _size(record)
        if len(held) >= _LOOKED_AT or size >= sized.BATCH_BYTES:
            whole = False
            break
    columns = Fields(keyed).columns(held)
    if not columns:
        raise Unreadable("the file holds no records", "list it under skip with a reason")
    rows = len(held) if whole else sized.records(source, len(held), size)
    return Layout(columns, rows, keyed=keyed)


def batches(source: Source, how: Layout, *, max_rows: int) -> Iterator[pa.RecordBatch]:
    """The records as columns of text or lists of text; at a limit every n-th. Raises Unreadable where it breaks off."""
    fields = Fields(copy.deepcopy(how.keyed), [column.name for column in how.columns])
    step = -(-how.rows // max_rows) if max_rows and how.rows else 1
    held: list[object] = []
    given = size = 0
    broken: Unreadable | None = None
    try:
        for number, record in enumerate(_records(source)):
            if number % step:
                continue
            held.append(record)
            given += 1
            size += _size(record)
            if len(held) >= reading.BATCH_ROWS or size >= sized.BATCH_BYTES:
                yield fields.batch(held)
                held, size = [], 0
            if max_rows and given >= max_rows:
                break
    except Unreadable as error:
        broken = error
    if held:
        yield fields.batch(held)
    if broken is not None:
        raise broken
    if fields.deep:
        raise Unreadable(f"records that are nested too deep: {fields.deep:,}", "write them flatter", ended=True)


def _records(source: Source, keyed: Keyed | None = None) -> Iterator[object]:
    """Every record. keyed: is told what the schema calls maps."""
    try:
        import fastavro  # noqa: PLC0415 - an extra
    except ImportError:
        raise Unreadable("the reader of Avro files is not installed", 'pip install "custodes[files]"') from None
    count = 0
    with source.open() as raw, io.BufferedReader(raw, 1 << 16) as stream:
        try:
            found: Any = fastavro.reader(io.BufferedReader(Plain(stream, source.packed), 1 << 16))
            _refuse_weightless(found.writer_schema)
            if keyed is not None:
                keyed.mapped.update(_maps(found.writer_schema))
            for record in found:
                yield record
                count += 1
        except (OSError, Unreadable):
            raise
        except Exception:  # noqa: BLE001 - whatever hostile bytes make of the reader
            raise Unreadable(f"the file is damaged after row {count:,}", _HINT) from None
        if broken := damage(raw):
            raise Unreadable(broken, _HINT)


def _maps(schema: Any) -> set[Steps]:
    """The paths of the maps in a schema, without steps of lists; further down they are learnt from the keys."""
    named = _named(schema)
    found: set[Steps] = set()
    waiting: deque[tuple[Steps, Any]] = deque([((), schema)])
    for _ in range(_MOST_TYPES):
        if not waiting:
            break
        path, one = waiting.popleft()
        one = named.get(one) if isinstance(one, str) else one
        if isinstance(one, dict) and one["type"] == "map":
            found.add(path)
        waiting += _inside(path, one)
    return found


def _named(schema: Any) -> dict[str, Any]:
    """The types of a schema that have names, by their names."""
    return {
        name: one
        for one in _types(schema)
        if isinstance(one, dict) and "name" in one
        for name in (one["name"], f"{one.get('namespace', '')}.{one['name']}")
    }


def _types(schema: Any) -> Iterator[Any]:
    """Every type that is written in a schema."""
    waiting = [schema]
    while waiting:
        one = waiting.pop()
        yield one
        waiting += [inner for _, inner in _inside((), one)]


def _refuse_weightless(schema: Any) -> None:
    """Raises Unreadable where a record or an item of a list takes no byte: a count may claim any number of them."""
    named = _named(schema)
    light: set[str] = set()  # names of records without a field that takes a byte
    grown = -1
    while grown < len(light):
        grown = len(light)
        light |= {name for name, one in named.items() if name not in light and _light(one, light)}
    counted = [schema, *(one["items"] for one in _types(schema) if isinstance(one, dict) and one["type"] == "array")]
    if any(_light(one, light) for one in counted):
        raise Unreadable(
            "its schema has values of no bytes, of which there may be any number",
            "write them as another type, or list it under skip with a reason",
        )


def _light(kind: Any, light: set[str]) -> bool:
    if isinstance(kind, str):
        return kind == "null" or kind in light
    if not isinstance(kind, dict):
        return False  # a union says which of its types it is
    if kind["type"] == "fixed":
        return not kind["size"]
    if kind["type"] in ("record", "error"):
        return all(_light(each["type"], light) for each in kind["fields"])
    return isinstance(kind["type"], dict | str) and kind["type"] not in ("array", "map") and _light(kind["type"], light)


def _inside(path: Steps, schema: Any) -> list[tuple[Steps, Any]]:
    """The types that a type is made of, each with its path."""
    if isinstance(schema, list):
        return [(path, arm) for arm in schema]
    if not isinstance(schema, dict):
        return []
    kind = schema["type"]
    if kind == "map":
        return [((*path, STAR), schema["values"])]
    if kind == "array":
        return [(path, schema["items"])]
    if kind in ("record", "error"):
        return [((*path, f".{each['name']}"), each["type"]) for each in schema["fields"]]
    return [(path, kind)] if isinstance(kind, dict | list) else []


def _size(record: object) -> int:
    """About how many bytes the values of a record have."""
    size = 0
    waiting = [record]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
        else:
            size += len(one) if isinstance(one, str | bytes) else 8
    return size
