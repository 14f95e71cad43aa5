"""Which fields does a Parquet file hold? Structs become dotted paths, every value text, lists stay lists of text.

A map becomes two lists: its keys under `{key}`, its values under `*`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from custodes.records import Column
from custodes.stores import arrow, reading
from custodes.stores.interface import Unreadable
from custodes.stores.names import KEYS, STAR, step


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file is to be read: its paths and the exact number of rows, both from its footer."""

    columns: tuple[Column, ...]
    rows: int


def layout(path: Path) -> Layout:
    """Read the footer. Raises OSError; Unreadable when it is damaged, encrypted or no Parquet."""
    try:
        with pq.ParquetFile(path) as file:
            columns = [
                Column(name, str(kind).lower())
                for field in file.schema_arrow
                for name, kind in _leaves(step(field.name), field.type)
            ]
            names = reading.distinct_names([column.name for column in columns])
            return Layout(
                tuple(Column(name, column.type) for name, column in zip(names, columns, strict=True)),
                file.metadata.num_rows,
            )
    except (pa.ArrowException, OSError) as error:
        raise _damaged(error) from None


def batches(path: Path, how: Layout, *, max_rows: int) -> Iterator[pa.RecordBatch]:
    """The rows as columns of text or of lists of text. Raises Unreadable where a page is damaged, and at the end with
    the names of columns whose type cannot be read; those are empty."""
    step = -(-how.rows // max_rows) if max_rows and how.rows else 1
    seen = given = 0
    try:
        with pq.ParquetFile(path, memory_map=False) as file:
            columns = _Reading(file, [column.name for column in how.columns])
            for batch in columns.batches():
                chosen = reading.every(batch, step, seen)
                seen += batch.num_rows
                chosen = chosen.slice(0, max_rows - given) if max_rows else chosen
                given += chosen.num_rows
                if chosen.num_rows:
                    yield columns.texts(chosen)
                if max_rows and given >= max_rows:
                    break
            refused = columns.refused
    except (pa.ArrowException, OSError) as error:
        raise _damaged(error, seen) from None
    if refused:
        raise Unreadable(
            f"columns whose type cannot be read: {', '.join(refused)}",
            "write them as a type that Parquet has; every other column was read",
        )


class _Reading:
    """Reads the columns of one file. refused: names of those whose type cannot be read."""

    def __init__(self, file: pq.ParquetFile, names: list[str]) -> None:
        self._file = file
        self._fields = [(field, list(_leaves(step(field.name), field.type))) for field in file.schema_arrow]
        self._names = names
        self.refused: dict[str, None] = {}
        self._readable: list[str] | None = None  # None for all

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The rows of the columns that can be read."""
        batches = self._file.iter_batches(reading.BATCH_ROWS, use_threads=False)
        try:
            first = next(batches, None)
        except pa.ArrowNotImplementedError:
            self._readable = [field.name for field, _ in self._fields if self._can_read(field.name)]
            yield from self._file.iter_batches(reading.BATCH_ROWS, columns=self._readable, use_threads=False)
            return
        if first is not None:
            yield first
        yield from batches

    def texts(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The rows of a batch, leaf by leaf."""
        columns = dict(zip(batch.schema.names, batch.columns, strict=True)) if self._readable is not None else None
        arrays: list[Any] = []
        for place, (field, leaves) in enumerate(self._fields):
            column = batch.column(place) if columns is None else columns.get(field.name)
            arrays += self._column(field, column, leaves, batch.num_rows)
        return pa.RecordBatch.from_arrays(arrays, names=self._names)

    def _column(self, field: Any, column: Any, leaves: list[tuple[str, Any]], rows: int) -> list[Any]:
        if column is not None:
            try:
                return list(_texts(column))
            except (pa.ArrowNotImplementedError, pa.ArrowInvalid, pa.ArrowTypeError):
                pass
        self.refused[step(field.name)] = None
        return [pa.nulls(rows, pa.list_(pa.string()) if arrow.is_list(kind) else pa.string()) for _, kind in leaves]

    def _can_read(self, name: str) -> bool:
        try:
            next(self._file.iter_batches(1, columns=[name], use_threads=False), None)
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


def _leaves(name: str, kind: Any) -> Iterator[tuple[str, Any]]:
    """Path and type of every leaf, in the order in which `_texts` gives their values."""
    kind = arrow.usual_type(kind)
    if pa.types.is_struct(kind):
        for field in kind:
            yield from _leaves(f"{name}.{step(field.name)}", field.type)
    elif pa.types.is_map(kind):
        yield from _listed(f"{name}.{KEYS}", kind.key_type)
        yield from _listed(f"{name}.{STAR}", kind.item_type)
    elif arrow.is_list(kind):
        yield from _listed(name, kind.value_type)
    else:
        yield name, kind


def _listed(name: str, kind: Any) -> Iterator[tuple[str, Any]]:
    for path, leaf in _leaves(name, kind):
        yield path, leaf if arrow.is_list(leaf) else pa.list_(leaf)


def _texts(array: Any) -> Iterator[Any]:
    """The leaves of one column, each as long as the column: text, or lists of text."""
    array = arrow.usual(array)
    kind = array.type
    if pa.types.is_struct(kind):
        # A null struct hides its children: flatten() carries the null down.
        for child in array.flatten():
            yield from _texts(child)
    elif pa.types.is_map(kind):
        for lists in arrow.entries(array):
            yield from _in_lists(lists)
    elif arrow.is_list(kind):
        yield from _in_lists(array)
    else:
        yield _text(array)


def _in_lists(lists: Any) -> Iterator[Any]:
    """The leaves inside lists; where those are lists themselves, both levels become one."""
    for leaf in _texts(lists.values):
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
