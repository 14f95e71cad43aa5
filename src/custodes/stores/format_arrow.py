"""Which fields do ORC, Feather and Arrow files hold? As of Parquet: dotted paths, every value text, lists of text."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from pyarrow import feather, ipc, orc

from custodes.records import Column
from custodes.stores import arrow_blocks, reading, sized
from custodes.stores import source as sources
from custodes.stores.interface import Unreadable
from custodes.stores.leaves import Leaves
from custodes.stores.source import Source, held

_HINT = "restore the file from a backup, or list it under skip with a reason"


@dataclass(frozen=True, slots=True)
class Layout:
    """Its paths; the exact number of rows where the file has parts that can be read in any order."""

    columns: tuple[Column, ...]
    rows: int | None
    scattered: bool


def layout(source: Source) -> Layout:
    """Read what describes the file. Raises OSError; Unreadable when it is damaged."""
    with _parts(source) as (schema, rows, parts):
        return Layout(Leaves(schema).columns(), rows, parts is not None)


def batches(source: Source, how: Layout, *, max_rows: int) -> Iterator[pa.RecordBatch]:
    """The rows as columns of text or of lists of text; at a limit from all over. Raises Unreadable where it breaks,
    and at the end with the names of columns whose type cannot be read; those are empty."""
    names = [column.name for column in how.columns]
    step_ = -(-how.rows // max_rows) if max_rows and how.rows else 1
    given = 0
    with _parts(source) as (schema, rows, parts):
        leaves = Leaves(schema)
        order = list(range(parts.count))
        if max_rows:
            random.Random(rows or 0).shuffle(order)  # noqa: S311 - a choice, not a secret
        for number in order:
            for whole in parts.read(number):
                whole.validate(full=True)  # a file may lie about its own offsets
                chosen = reading.every(whole, step_, 0)
                chosen = chosen.slice(0, max_rows - given) if max_rows else chosen
                given += chosen.num_rows
                yield from sized.split(leaves.texts(chosen, names))
            if max_rows and given >= max_rows:
                break
    leaves.complain()


@dataclass(frozen=True, slots=True)
class _Parts:
    count: int
    read: Any  # from a part's number to its record batches


@contextmanager
def _parts(source: Source) -> Iterator[tuple[pa.Schema, int | None, _Parts]]:
    """Schema, rows and parts of whichever of the formats it is."""
    try:
        head = sources.head(source, 8)
        with held(source).open() as stream:
            yield _of(stream, head, source.packed)
    except (pa.ArrowException, OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise Unreadable("the file is damaged", _HINT) from None


def _of(stream: Any, head: bytes, packed: int) -> tuple[pa.Schema, int | None, _Parts]:
    if head.startswith(b"ORC"):
        file = orc.ORCFile(stream)

        def stripe(number: int) -> list[pa.RecordBatch]:
            return list(_bounded(file.read_stripe(number)))

        return file.schema, file.nrows, _Parts(file.nstripes, stripe)
    if head.startswith(b"ARROW1"):
        rows = sum(batch.rows for batch in arrow_blocks.bounded(stream, packed))
        reader = ipc.open_file(stream)
        return reader.schema, rows, _Parts(reader.num_record_batches, lambda number: _bounded(reader.get_batch(number)))
    if head.startswith(b"FEA1"):
        table = feather.read_table(stream)
        return table.schema, table.num_rows, _Parts(1, lambda _: table.to_batches(reading.BATCH_ROWS))
    arrow_blocks.bounded(stream, packed)
    stream.seek(0)
    streamed = ipc.open_stream(stream)
    return streamed.schema, None, _Parts(1, lambda _: (one for each in streamed for one in _bounded(each)))


def _bounded(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    for start in range(0, batch.num_rows, reading.BATCH_ROWS):
        yield batch.slice(start, reading.BATCH_ROWS)
