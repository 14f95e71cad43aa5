"""Which fields does a Parquet file hold? Structs become dotted paths, every value text, lists stay lists of text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from custodes.records import Column
from custodes.stores import parquet_groups, reading, sized
from custodes.stores.interface import Unreadable
from custodes.stores.names import step
from custodes.stores.source import Source, held


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


def batches(source: Source, how: Layout, *, max_rows: int) -> Iterator[pa.RecordBatch]:
    """The rows as columns of text or of lists of text. Raises Unreadable where a page is damaged."""
    names = [column.name for column in how.columns]
    given = 0
    try:
        with held(source).open() as stream, pq.ParquetFile(stream) as file:
            for chosen in parquet_groups.batches(file, max_rows):
                given += chosen.num_rows
                arrays = [
                    array
                    for field, column in zip(chosen.schema, chosen.columns, strict=True)
                    for array in _texts(field.name, column)
                ]
                yield from sized.split(pa.RecordBatch.from_arrays(arrays, names=names))
    except (pa.ArrowException, OSError) as error:
        raise _damaged(error, given) from None


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
    if pa.types.is_struct(kind):
        for field in kind:
            yield from _leaves(f"{name}.{step(field.name)}", field.type)
    elif pa.types.is_map(kind):
        yield from _leaves(f"{name}.key", pa.list_(kind.key_type))
        yield from _leaves(f"{name}.value", pa.list_(kind.item_type))
    elif _is_list(kind):
        for path, leaf in _leaves(name, kind.value_type):
            yield path, leaf if _is_list(leaf) else pa.list_(leaf)
    else:
        yield name, kind


def _texts(name: str, array: Any) -> Iterator[Any]:
    """The leaves of one column, each as long as the column: text, or lists of text."""
    kind = array.type
    if pa.types.is_struct(kind):
        for position, field in enumerate(kind):
            # A null struct hides its children: flatten() carries the null down.
            yield from _texts(f"{name}.{field.name}", array.flatten()[position])
    elif pa.types.is_map(kind):
        yield from _texts(name, _with_values(array, array.keys))
        yield from _texts(name, _with_values(array, array.items))
    elif _is_list(kind):
        plain = array.cast(pa.list_(kind.value_type)) if not pa.types.is_list(kind) else array
        for leaf in _texts(name, plain.values):
            yield _with_values(plain, leaf)
    else:
        yield _text(array)


def _with_values(lists: Any, leaf: Any) -> Any:
    """The lists with other values; where those are lists themselves, both levels become one."""
    offsets = lists.offsets
    if pa.types.is_list(leaf.type):
        offsets, leaf = leaf.offsets.take(offsets), leaf.values
    return pa.ListArray.from_arrays(offsets, leaf, mask=lists.is_null())


def _text(array: Any) -> Any:
    kind = array.type
    if pa.types.is_dictionary(kind):
        array = array.cast(kind.value_type)
        kind = array.type
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind):
        cells = (None if value is None else value[: reading.LONGEST_BINARY] for value in array.to_pylist())
        return pa.array([None if cell is None else cell.decode(errors="replace") for cell in cells], pa.string())
    text = array.cast(pa.string())
    if (pc.max(pc.binary_length(text)).as_py() or 0) > reading.LONGEST_TEXT:
        return pc.utf8_slice_codeunits(text, 0, reading.LONGEST_TEXT)
    return text


def _is_list(kind: Any) -> bool:
    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind))


leaves, texts, damaged = _leaves, _texts, _damaged  # for other formats that Arrow reads
