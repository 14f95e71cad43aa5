"""Which bytes does the ledger hash for each row of a table? Those of `records.canonical`, made column by column.

One row at a time in Python costs several times as much as all the hashing, so the columns are encoded whole and joined
by Arrow. A test holds the two to the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from custodes.records.canonical import EVENT, LEAF_LIMIT
from custodes.records.schema import EVENT_SCHEMA

_AT_ONCE: Final = 8_192
# As many rows twice as long as a leaf: one of them fits no leaf, and above 2 GiB Arrow splits or refuses a column.
_SURELY_TOO_LONG: Final = _AT_ONCE * 2 * LEAF_LIMIT
_ABSENT: Final = pa.scalar(b"\x00")
_PRESENT: Final = pa.scalar(b"\x01")
_NOTHING: Final = pa.scalar(b"")


def leaves(table: pa.Table) -> Iterator[bytes]:
    """The canonical bytes of each row of EVENT_SCHEMA, in order; other columns aside.

    Raises ValueError when a row does not fit one leaf of the ledger, or a list has an absent item.
    """
    columns = table.select(EVENT_SCHEMA.names).cast(EVENT_SCHEMA)
    for start in range(0, columns.num_rows, _AT_ONCE):
        part = columns.slice(start, _AT_ONCE)
        if part.nbytes > _SURELY_TOO_LONG:
            raise ValueError(f"an event does not fit a leaf of {LEAF_LIMIT} bytes")
        part = part.combine_chunks()
        parts = [_column(part.column(field.name).chunk(0), field.type) for field in EVENT_SCHEMA]
        found = pc.binary_join_element_wise(pa.scalar(EVENT), *parts, _NOTHING)
        longest = pc.max(pc.binary_length(found)).as_py()
        if longest > LEAF_LIMIT:
            raise ValueError(f"an event of {longest} bytes does not fit a leaf of {LEAF_LIMIT}")
        yield from found.to_pylist()


def _column(column: pa.Array, kind: pa.DataType) -> pa.Array:
    if pa.types.is_dictionary(kind):
        return _texts(column.dictionary).take(column.indices).fill_null(_ABSENT)
    if pa.types.is_string(kind):
        return _texts(column).fill_null(_ABSENT)
    if pa.types.is_list(kind):
        return _lists(column).fill_null(_ABSENT)
    return _big_endian(column.cast(pa.int64()), ">i8").fill_null(_ABSENT)


def _texts(column: pa.Array) -> pa.Array:
    """Each text with its mark and length; null stays null."""
    data = column.cast(pa.binary())
    return pc.binary_join_element_wise(_PRESENT, _big_endian(pc.binary_length(data), ">u4"), data, _NOTHING)


def _lists(column: pa.Array) -> pa.Array:
    items = _texts(column.flatten())
    if items.null_count:
        raise ValueError("a list of an event has an absent item")
    counts = pc.list_value_length(column)
    ends = np.cumsum(counts.fill_null(0).to_numpy(zero_copy_only=False), dtype=np.int32)
    joined = pc.binary_join(pa.ListArray.from_arrays(np.concatenate([[np.int32(0)], ends]), items), _NOTHING)
    return pc.binary_join_element_wise(_big_endian(counts, ">u4"), joined, _NOTHING)


def _big_endian(numbers: pa.Array, form: str) -> pa.Array:
    """Each number as bytes, null as null. form: NumPy's name for the byte order and width."""
    data = numbers.fill_null(0).to_numpy(zero_copy_only=False).astype(form)
    plain = pa.FixedSizeBinaryArray.from_buffers(pa.binary(data.itemsize), len(data), [None, pa.py_buffer(data)])
    return pc.if_else(numbers.is_valid(), plain.cast(pa.binary()), pa.scalar(None, pa.binary()))
