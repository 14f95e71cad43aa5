"""Which fields do Avro records hold? Nested ones under dotted paths, every value as text, as of JSON."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa

from custodes.records import Column
from custodes.stores import reading, sized
from custodes.stores.flat import Flat, batch, bounded, flat, kinds
from custodes.stores.interface import Unreadable
from custodes.stores.source import Source, damage

_LOOKED_AT: Final = 1_000
_HINT: Final = "restore the file from a backup, or list it under skip with a reason"


@dataclass(frozen=True, slots=True)
class Layout:
    """Its fields, and the number of rows: exact for a small file, else judged by its size."""

    columns: tuple[Column, ...]
    rows: int | None
    scattered: bool = False


def layout(source: Source) -> Layout:
    """Read the first 1,000 records. Raises OSError; Unreadable when it is damaged or its reader is not installed."""
    rows: list[Flat] = []
    for row in _records(source):
        rows.append(row)
        if len(rows) >= _LOOKED_AT:
            break
    columns = tuple(Column(name, kind) for name, kind in kinds(rows).items())
    if not columns:
        raise Unreadable("the file holds no records", "list it under skip with a reason")
    if len(rows) < _LOOKED_AT:
        return Layout(columns, len(rows))
    size = sum(len(str(row)) for row in rows)
    return Layout(columns, sized.records(source, len(rows), size))


def batches(source: Source, how: Layout, *, max_rows: int) -> Iterator[pa.RecordBatch]:
    """The records as columns of text or lists of text; at a limit every n-th. Raises Unreadable where it breaks off."""
    names = {column.name: None for column in how.columns}
    step = -(-how.rows // max_rows) if max_rows and how.rows else 1
    held: list[Flat] = []
    given = size = 0
    broken: Unreadable | None = None
    try:
        for number, row in enumerate(_records(source)):
            if number % step:
                continue
            held.append(bounded(row, names))
            given += 1
            size += sum(map(len, row.values()))
            if len(held) >= reading.BATCH_ROWS or size >= sized.BATCH_BYTES:
                yield batch(held, names)
                held, size = [], 0
            if max_rows and given >= max_rows:
                break
    except Unreadable as error:
        broken = error
    if held:
        yield batch(held, names)
    if broken is not None:
        raise broken


def _records(source: Source) -> Iterator[Flat]:
    try:
        import fastavro  # noqa: PLC0415 - an extra
    except ImportError:
        raise Unreadable("the reader of Avro files is not installed", 'pip install "custodes[files]"') from None
    count = 0
    with source.open() as raw, io.BufferedReader(raw, 1 << 16) as stream:
        try:
            found: Any = fastavro.reader(stream)
            for record in found:
                yield flat(record)
                count += 1
        except OSError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever hostile bytes make of the reader
            said = str(error).lower()
            if "codec" in said or "install" in said or "needed" in said:
                raise Unreadable(
                    "it is compressed in a way whose library is not installed",
                    "write it with deflate, or pip install cramjam",
                ) from None
            raise Unreadable(f"the file is damaged after row {count:,}", _HINT) from None
        if broken := damage(raw):
            raise Unreadable(broken, _HINT)
