"""Which columns say the same few words again and again, and how are they held so that nobody compares them twice?

As dictionaries: to sort, take, write and hash numbers of four bytes costs a fraction of the same with texts. What is
sealed does not depend on it: a row's leaf and a segment's bytes are those of its texts.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from custodes.records.schema import EVENT_SCHEMA, SEALED_SCHEMA

# Nearly every row has its own: a dictionary of them only costs.
OWN: Final = frozenset({"event_id", "case", "object", "subject"})
WORDS: Final = tuple(
    field.name
    for field in SEALED_SCHEMA
    if field.name not in OWN and (pa.types.is_string(field.type) or pa.types.is_dictionary(field.type))
)

_WORD: Final = pa.dictionary(pa.int32(), pa.string())
# EVENT_SCHEMA as a reader of many records gives it.
CODED_SCHEMA: Final = pa.schema([field.with_type(_WORD) if field.name in WORDS else field for field in EVENT_SCHEMA])
_CODED: Final = frozenset({*WORDS, "fields"})


def coded(table: pa.Table) -> pa.Table:
    """The table in one chunk, WORDS and the items of `fields` as dictionaries."""
    return _each(table, lambda name, column: _distinct(column) if name in _CODED else column)


def own(table: pa.Table | pa.RecordBatch) -> pa.Table:
    """The table, each dictionary with the words of its rows alone, in order: equal rows are held alike."""
    return _each(table, lambda _, column: _own(column) if _is_word(column.type) else column)


def texts(table: pa.Table | pa.RecordBatch, names: Collection[str] = SEALED_SCHEMA.names) -> pa.Table:
    """The table with texts in place of words in these columns."""

    def told(name: str, column: pa.Array) -> pa.Array:
        return column.dictionary_decode() if name in names and _is_word(column.type) else column

    return _each(table, told)


def _each(table: pa.Table | pa.RecordBatch, change: Callable[[str, pa.Array], pa.Array]) -> pa.Table:
    """Each column changed; of `fields`, its items."""
    columns = []
    for name in table.column_names:
        column = table.column(name)
        if isinstance(column, pa.ChunkedArray):
            column = _whole(column)
        if not pa.types.is_list(column.type):
            columns.append(change(name, column))
        elif column.null_count:  # no event has any: whoever gives such a table is told by what takes it
            columns.append(column)
        else:
            offsets = column.offsets
            items = change(name, column.flatten())
            columns.append(pa.ListArray.from_arrays(pc.subtract(offsets, offsets[0]), items))
    return pa.Table.from_arrays(columns, table.column_names)


def _whole(column: pa.ChunkedArray) -> pa.Array:
    if column.num_chunks == 1:
        return column.chunk(0)
    if _is_word(column.type):
        column = column.unify_dictionaries()
    return column.combine_chunks()


def _is_word(kind: pa.DataType) -> bool:
    return bool(pa.types.is_dictionary(kind))


def _distinct(column: pa.Array) -> pa.DictionaryArray:
    """The column as a dictionary in which no word stands twice."""
    if not _is_word(column.type):
        return column.dictionary_encode()
    if len(pc.unique(column.dictionary)) == len(column.dictionary) and column.type == _WORD:
        return column
    return column.cast(pa.string()).dictionary_encode()


def _own(column: pa.DictionaryArray) -> pa.DictionaryArray:
    words = column.dictionary
    if column.null_count == len(column):
        return pa.DictionaryArray.from_arrays(pa.nulls(len(column), pa.int32()), words.slice(0, 0))
    if len(words) == 1 and not column.null_count:
        return column
    codes = pc.fill_null(column.indices, len(words)).to_numpy()
    used = np.flatnonzero(np.bincount(codes, minlength=len(words))[: len(words)])
    held = words.take(pa.array(used))
    in_order = pc.sort_indices(held)
    places = np.zeros(len(words) + 1, np.int32)
    places[used[in_order.to_numpy()]] = np.arange(len(used))
    absent = np.asarray(column.is_null()) if column.null_count else None
    return pa.DictionaryArray.from_arrays(pa.array(places[codes], mask=absent), held.take(in_order))
