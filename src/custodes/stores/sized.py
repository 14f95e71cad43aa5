"""How much is handed over at once? Batches are bounded by bytes as well as by rows, cells by characters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from custodes.stores import reading
from custodes.stores.source import Source
from custodes.stores.unpack import Stream

BATCH_BYTES: Final = 1 << 24
WIDE: Final = 1 << 13  # bytes of a row past which rows are fetched few at a time
_LOOK: Final = 1 << 23  # unpacked bytes that are read to judge how many rows a compressed file has


def split(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """The batch in pieces of at most BATCH_ROWS rows and about BATCH_BYTES bytes; nothing of an empty one."""
    if not batch.num_rows:
        return
    rows = rows_at_once(batch.nbytes / batch.num_rows)
    for start in range(0, batch.num_rows, rows):
        yield batch.slice(start, rows)


def cut(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The batch with texts of at most LONGEST_TEXT characters."""
    columns = []
    changed = False
    for column in batch.columns:
        if pa.types.is_string(column.type) and (pc.max(pc.binary_length(column)).as_py() or 0) > reading.LONGEST_TEXT:
            columns.append(pc.utf8_slice_codeunits(column, 0, reading.LONGEST_TEXT))
            changed = True
        else:
            columns.append(column)
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names) if changed else batch


Cell = str | list[str | None] | None


def of_rows(
    rows: Iterable[Sequence[Cell]], names: Sequence[str], listed: frozenset[str] = frozenset()
) -> Iterator[pa.RecordBatch]:
    """Rows of text as batches; listed are the columns whose cells are lists. A cell is cut to LONGEST_TEXT already.

    What came before an error is handed over before it.
    """
    held: list[Sequence[Cell]] = []
    size = 0
    failed: Exception | None = None
    try:
        for row in rows:
            held.append(row)
            size += sum(len(cell) if isinstance(cell, str) else 100 for cell in row if cell is not None)
            if len(held) >= reading.BATCH_ROWS or size >= BATCH_BYTES:
                yield _batch(held, names, listed)
                held, size = [], 0
    except Exception as error:  # noqa: BLE001 - raised again below
        failed = error
    if held:
        yield _batch(held, names, listed)
    if failed is not None:
        raise failed


def records(source: Source, seen: int, size: int) -> int | None:
    """How many records a file has, judged by the first ones: so many of them took so many bytes.

    None where nothing can be said. Raises OSError.
    """
    if not seen or not size:
        return None
    if source.length is not None:
        return source.length * seen // size
    taken = length = 0
    with source.open() as stream:
        while length < _LOOK and (piece := stream.read(1 << 20)):
            length += len(piece)
        if isinstance(stream, Stream):
            taken = stream.taken
    return source.packed * length // max(1, taken) * seen // size if taken else None


def rows_at_once(each: float) -> int:
    """How many rows of so many bytes are asked for at once."""
    return max(1, min(reading.BATCH_ROWS, int(BATCH_BYTES / max(1.0, each))))


def _batch(rows: list[Sequence[Cell]], names: Sequence[str], listed: frozenset[str]) -> pa.RecordBatch:
    columns = [
        pa.array(column, pa.list_(pa.string()) if name in listed else pa.string())
        for name, column in zip(names, zip(*rows, strict=True), strict=True)
    ]
    return pa.RecordBatch.from_arrays(columns, names=list(names))
