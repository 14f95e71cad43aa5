"""Which leaves do nested Arrow columns have? Structs become dotted paths, every value text, lists stay lists of text.

A map becomes two lists: its keys under `{key}`, its values under `*`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from custodes.records import Column
from custodes.stores import arrow, reading
from custodes.stores.interface import Unreadable
from custodes.stores.names import KEYS, STAR, step


class Leaves:
    """The leaves of one schema. refused: names of the columns whose type cannot be read, as far as was seen."""

    def __init__(self, schema: pa.Schema) -> None:
        self._fields = [(field, list(leaves(step(field.name), field.type))) for field in schema]
        self.refused: dict[str, None] = {}

    def columns(self) -> tuple[Column, ...]:
        """Every leaf under its path."""
        found = [leaf for _, leaves in self._fields for leaf in leaves]
        names = reading.distinct_names([path for path, _ in found])
        return tuple(Column(name, str(kind).lower()) for name, (_, kind) in zip(names, found, strict=True))

    def texts(self, batch: pa.RecordBatch, names: list[str]) -> pa.RecordBatch:
        """The rows leaf by leaf; empty where a column is not in the batch or its type cannot be read."""
        whole = batch.num_columns == len(self._fields)
        columns = {} if whole else dict(zip(batch.schema.names, batch.columns, strict=True))
        arrays: list[Any] = []
        for place, (field, leaves) in enumerate(self._fields):
            column = batch.column(place) if whole else columns.get(field.name)
            arrays += self._column(field, column, leaves, batch.num_rows)
        return pa.RecordBatch.from_arrays(arrays, names=names)

    def complain(self) -> None:
        """Raises Unreadable with the names of the columns that were refused, if any."""
        if self.refused:
            raise Unreadable(
                f"columns whose type cannot be read: {', '.join(self.refused)}",
                "write them as another type; every other column was read",
                ended=True,
            )

    def _column(self, field: Any, column: Any, leaves: list[tuple[str, Any]], rows: int) -> list[Any]:
        if column is not None:
            try:
                return list(texts(column))
            except (pa.ArrowNotImplementedError, pa.ArrowInvalid, pa.ArrowTypeError):
                pass
        self.refused[step(field.name)] = None
        return [pa.nulls(rows, pa.list_(pa.string()) if arrow.is_list(kind) else pa.string()) for _, kind in leaves]


def leaves(name: str, kind: Any) -> Iterator[tuple[str, Any]]:
    """Path and type of every leaf, in the order in which `texts` gives their values."""
    kind = arrow.usual_type(kind)
    if pa.types.is_struct(kind):
        for field in kind:
            yield from leaves(f"{name}.{step(field.name)}", field.type)
    elif pa.types.is_map(kind):
        yield from _listed(f"{name}.{KEYS}", kind.key_type)
        yield from _listed(f"{name}.{STAR}", kind.item_type)
    elif arrow.is_list(kind):
        yield from _listed(name, kind.value_type)
    else:
        yield name, kind


def _listed(name: str, kind: Any) -> Iterator[tuple[str, Any]]:
    for path, leaf in leaves(name, kind):
        yield path, leaf if arrow.is_list(leaf) else pa.list_(leaf)


def texts(array: Any) -> Iterator[Any]:
    """The leaves of one column, each as long as the column: text, or lists of text. Raises what pyarrow raises."""
    array = arrow.usual(array)
    kind = array.type
    if pa.types.is_struct(kind):
        # A null struct hides its children: flatten() carries the null down.
        for child in array.flatten():
            yield from texts(child)
    elif pa.types.is_map(kind):
        for lists in arrow.entries(array):
            yield from _in_lists(lists)
    elif arrow.is_list(kind):
        yield from _in_lists(array)
    else:
        yield _text(array)


def _in_lists(lists: Any) -> Iterator[Any]:
    """The leaves inside lists; where those are lists themselves, both levels become one."""
    for leaf in texts(lists.values):
        offsets, values = lists.offsets, leaf
        if pa.types.is_list(leaf.type):
            offsets, values = leaf.offsets.take(offsets), leaf.values
        yield pa.ListArray.from_arrays(offsets, values, mask=lists.is_null())


def _text(array: Any) -> Any:
    kind = array.type
    if pa.types.is_dictionary(kind):
        array = array.cast(kind.value_type)
        kind = array.type
    if pa.types.is_binary_view(kind):
        array = array.cast(pa.large_binary())
        kind = array.type
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind):
        cells = (None if value is None else value[: reading.LONGEST_BINARY] for value in array.to_pylist())
        return pa.array([None if cell is None else cell.decode(errors="replace") for cell in cells], pa.string())
    text = array.cast(pa.string())
    if (pc.max(pc.binary_length(text)).as_py() or 0) > reading.LONGEST_TEXT:
        return pc.utf8_slice_codeunits(text, 0, reading.LONGEST_TEXT)
    return text
