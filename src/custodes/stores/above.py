"""What stands above a table, before its header: a title, remarks, who made it and when?

It is no row of the table, and may name people all the same: all of it is one text, in a field of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import pyarrow as pa

from custodes.records import Column
from custodes.stores import reading

NAME: Final = "above"


def named(names: Sequence[str], text: str) -> tuple[Column, ...]:
    """The columns of a table with these names; the last one is what stands above it, where that is anything."""
    told = [*names, NAME] if text else list(names)
    return tuple(Column(name, "text") for name in reading.distinct_names(told))


def added(batches: Iterable[pa.RecordBatch], text: str, columns: Sequence[Column]) -> Iterator[pa.RecordBatch]:
    """The batches of a table with what stands above it in its first row; a table without a row has one for that."""
    if not text:
        yield from batches
        return
    names = [column.name for column in columns]
    waiting: str | None = text[: reading.LONGEST_TEXT]
    for batch in batches:
        cells = pa.array([waiting, *[None] * (batch.num_rows - 1)] if batch.num_rows else [], pa.string())
        waiting = None if batch.num_rows else waiting
        yield pa.RecordBatch.from_arrays([*batch.columns, cells], names=names)
    if waiting is not None:
        empty = [pa.nulls(1, pa.string())] * (len(names) - 1)
        yield pa.RecordBatch.from_arrays([*empty, pa.array([waiting], pa.string())], names=names)
