"""Which fields does a Parquet file hold? Structs become dotted paths, every value text, lists stay lists of text.

A map becomes two lists: its keys under `{key}`, its values under `*`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from custodes.records import Column
from custodes.stores import parquet_groups, sized
from custodes.stores.interface import Unreadable
from custodes.stores.leaves import Leaves
from custodes.stores.source import Source, held

_BUFFER: Final = 1 << 18
_LARGE: Final = 1 << 22  # bytes of a row group


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file is to be read: its paths and the exact number of rows, both from its footer."""

    columns: tuple[Column, ...]
    rows: int
    scattered: bool = True


def layout(source: Source) -> Layout:
    """Read the footer. Raises OSError; Unreadable when it is damaged, encrypted or no Parquet."""
    try:
        with held(source).open() as stream, pq.ParquetFile(stream) as file:
            return Layout(Leaves(file.schema_arrow).columns(), file.metadata.num_rows)
    except (pa.ArrowException, OSError) as error:
        raise _damaged(error) from None


def batches(source: Source, how: Layout, *, max_rows: int) -> Iterator[pa.RecordBatch]:
    """The rows as columns of text or of lists of text. Raises Unreadable where a page is damaged, and at the end with
    the names of columns whose type cannot be read; those are empty."""
    names = [column.name for column in how.columns]
    given = 0
    try:
        with held(source).open() as stream, pq.ParquetFile(stream) as file:
            leaves = Leaves(file.schema_arrow)
            stream.seek(0)
            # Else the columns of a row group are taken into memory whole, of many groups at once.
            piecewise = {"buffer_size": _BUFFER, "pre_buffer": False} if _large(file.metadata) else {}
            with pq.ParquetFile(stream, **piecewise) as reading:
                for chosen in _readable(reading, max_rows):
                    given += chosen.num_rows
                    yield from sized.split(leaves.texts(chosen, names))
    except (pa.ArrowException, OSError) as error:
        raise _damaged(error, given) from None
    leaves.complain()


def _readable(file: pq.ParquetFile, max_rows: int) -> Iterator[pa.RecordBatch]:
    """The rows of the columns that can be read."""
    batches = parquet_groups.batches(file, max_rows)
    try:
        first = next(batches, None)
    except pa.ArrowNotImplementedError:
        readable = [field.name for field in file.schema_arrow if _can_read(file, field.name)]
        yield from parquet_groups.batches(file, max_rows, readable)
        return
    if first is not None:
        yield first
    yield from batches


def _large(metadata: Any) -> bool:
    return any(metadata.row_group(group).total_byte_size > _LARGE for group in range(metadata.num_row_groups))


def _can_read(file: pq.ParquetFile, name: str) -> bool:
    try:
        next(file.iter_batches(1, columns=[name], use_threads=False), None)
    except pa.ArrowNotImplementedError:
        return False
    return True


def _damaged(error: Exception, seen: int = 0) -> Unreadable:
    hint = "restore the file from a backup, or list it under skip with a reason"
    if isinstance(error, PermissionError):
        return Unreadable("the file may not be read", "grant the right to read it")
    if "encrypt" in str(error).lower():
        return Unreadable("the file is encrypted", "scan where the key is, or list it under skip with a reason")
    return Unreadable(
        f"the file is damaged after row {seen:,}" if seen else "the file is damaged or no Parquet file", hint
    )
