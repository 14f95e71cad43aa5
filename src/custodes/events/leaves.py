"""Which bytes does the ledger hash for each row of a table? Those of `records.canonical`, made column by column.

The columns go to the native part as Arrow's own buffers, cut to some thousand rows at a time: one row at a time in
Python costs many times as much as all the hashing. A test holds the two to the same bytes.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

import pyarrow as pa

from custodes import _native
from custodes.records.canonical import EVENT
from custodes.records.schema import EVENT_SCHEMA

if TYPE_CHECKING:
    from custodes._native import EventColumn

_AT_ONCE: Final = 131_072  # rows
_MOST_BYTES: Final = 1 << 28  # copied at once: a hostile table must not take the memory of all its rows
_KIND: Final = EVENT[0]
_TEXT: Final = pa.string()
_WORDS: Final = pa.dictionary(pa.int32(), _TEXT)
_LISTS_OF_WORDS: Final = pa.list_(_WORDS)
_NUMBER: Final = 8  # bytes
_OFFSET: Final = 4
_THREADS: Final = min(os.cpu_count() or 1, 8)


def leaves(table: pa.Table) -> Iterator[bytes]:
    """The canonical bytes of each row of EVENT_SCHEMA, in order; other columns aside.

    Raises ValueError when a row does not fit one leaf of the ledger, or a list has an absent item.
    """
    for part in _parts(table):
        yield from _native.encode_rows(_KIND, _columns(part), part.num_rows)


def leaf_hashes(table: pa.Table) -> bytes:
    """The leaf hashes (RFC 9162) of the same bytes, 32 each, in order. Raises as `leaves`."""
    return b"".join(_native.hash_rows(_KIND, _columns(part), part.num_rows, _THREADS) for part in _parts(table))


def _parts(table: pa.Table) -> Iterator[pa.RecordBatch]:
    columns = [_fitting(table.column(field.name), field.type) for field in EVENT_SCHEMA]
    for part in pa.Table.from_arrays(columns, EVENT_SCHEMA.names).to_batches(max_chunksize=_AT_ONCE):
        yield from _pieces(part)


def _fitting(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    """The column as EVENT_SCHEMA has it, or as words where it has texts: what is hashed is the same."""
    if column.type == kind or (kind == _TEXT and column.type == _WORDS):
        return column
    if column.type == _LISTS_OF_WORDS:
        lists = [pa.ListArray.from_arrays(one.offsets, one.values.dictionary_decode()) for one in column.chunks]
        return pa.chunked_array(lists, kind)
    return column.cast(kind)


def _pieces(part: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    if part.num_rows > 1 and part.nbytes > _MOST_BYTES:
        half = part.num_rows // 2
        yield from _pieces(part.slice(0, half))
        yield from _pieces(part.slice(half))
    elif part.num_rows:
        yield part


def _columns(part: pa.RecordBatch) -> list[EventColumn]:
    return [_column(column, column.type) for column in part.columns]


def _column(column: pa.Array, kind: pa.DataType) -> EventColumn:
    bits = column.buffers()[0] if column.null_count else None
    validity = None if bits is None else _cut(bits, column.offset // 8, (column.offset + len(column) + 7) // 8)
    return _kind(kind), validity, column.offset % 8, _BUFFERS[_kind(kind)](column)


def _kind(kind: pa.DataType) -> str:
    if pa.types.is_dictionary(kind):
        return "word"
    if pa.types.is_string(kind):
        return "text"
    return "list" if pa.types.is_list(kind) else "number"


def _words(column: pa.DictionaryArray) -> list[pa.Buffer]:
    return [*_numbers(column.indices, _OFFSET), *_texts(column.dictionary)]


def _lists(column: pa.ListArray) -> list[pa.Buffer]:
    offsets = _offsets(column)
    items = column.values.slice(_first(offsets), _last(offsets) - _first(offsets))
    if items.null_count:
        raise ValueError("a list of an event has an absent item")
    return [offsets, *_texts(items)]


def _texts(column: pa.StringArray) -> list[pa.Buffer]:
    offsets, data = _offsets(column), column.buffers()[2]
    return [offsets, pa.py_buffer(b"") if data is None else _cut(data, _first(offsets), _last(offsets))]


def _numbers(column: pa.Array, width: int = _NUMBER) -> list[pa.Buffer]:
    start = column.offset * width
    return [_cut(column.buffers()[1], start, start + len(column) * width)]


def _offsets(column: pa.Array) -> pa.Buffer:
    buffer = column.buffers()[1]
    if buffer is None or not buffer.size:  # an array without items may have none
        return pa.py_buffer(bytes(_OFFSET))
    start = column.offset * _OFFSET
    return _cut(buffer, start, start + (len(column) + 1) * _OFFSET)


def _first(offsets: pa.Buffer) -> int:
    return int.from_bytes(offsets[:_OFFSET].to_pybytes(), "little")


def _last(offsets: pa.Buffer) -> int:
    return int.from_bytes(offsets[offsets.size - _OFFSET :].to_pybytes(), "little")


def _cut(buffer: pa.Buffer, start: int, stop: int) -> pa.Buffer:
    return buffer.slice(start, stop - start)


_BUFFERS: Final[dict[str, Callable[[pa.Array], list[pa.Buffer]]]] = {
    "word": _words,
    "text": _texts,
    "list": _lists,
    "number": _numbers,
}
