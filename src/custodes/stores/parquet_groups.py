"""In which order are a Parquet file's rows read? From many row groups by turns, in random order."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any, Final

import pyarrow as pa

from custodes.stores import reading, sized

_AT_ONCE: Final = 16  # row groups that are read by turns
_HELD: Final = 1 << 23  # a row group up to this size is unpacked whole and handed over in random order
_STRIDE: Final = 8
_CHEAP: Final = 1_000_000  # rows that are unpacked in a moment
_TURN: Final = 2_048  # rows taken of a group before the next one's turn


def batches(file: Any, max_rows: int, columns: list[str] | None = None) -> Iterator[pa.RecordBatch]:
    """The rows of a pyarrow.parquet.ParquetFile; in random order and at most max_rows unless that is 0.

    columns: the names of those to read, None for all.
    """
    rows = _rows(file.metadata)
    if not max_rows:
        yield from file.iter_batches(rows, columns=columns, use_threads=False)
        return
    total = file.metadata.num_rows
    if total <= rows:  # one batch: rows of all over it
        step = -(-total // max_rows)
        for batch in file.iter_batches(rows, columns=columns, use_threads=False):
            yield reading.every(batch, step, 0).slice(0, max_rows)
        return
    # Thinned, too: neighbours are alike. A huge file is read in fewer places instead of unpacked to its end.
    step = min(-(-total // max_rows), _STRIDE if total > _CHEAP else total)
    given = 0
    for batch in _by_turns(file, min(rows, _TURN), columns):
        chosen = reading.every(batch, step, 0).slice(0, max_rows - given)
        given += chosen.num_rows
        yield chosen
        if given >= max_rows:
            return


def _by_turns(file: Any, rows: int, columns: list[str] | None) -> Iterator[pa.RecordBatch]:
    """Each row once: a batch of each of some row groups in turn, and of the next group when one is through."""
    metadata = file.metadata
    chance = random.Random(metadata.num_rows)  # noqa: S311 - a choice, not a secret: the same at every scan
    waiting = list(range(metadata.num_row_groups))
    chance.shuffle(waiting)
    under_way: list[Iterator[pa.RecordBatch]] = []
    while waiting or under_way:
        while waiting and len(under_way) < _AT_ONCE:
            under_way.append(_group(file, waiting.pop(), rows, columns, chance))
        for one in list(under_way):
            batch = next(one, None)
            if batch is None:
                under_way.remove(one)
            else:
                yield batch


def _group(
    file: Any, group: int, rows: int, columns: list[str] | None, chance: random.Random
) -> Iterator[pa.RecordBatch]:
    """The batches of one row group; a large one is gone through, in strides, as often as it takes."""

    def read() -> Iterator[pa.RecordBatch]:
        yield from file.iter_batches(rows, row_groups=[group], columns=columns, use_threads=False)

    if file.metadata.row_group(group).total_byte_size <= _HELD:
        held = list(read())
        chance.shuffle(held)
        while held:
            yield held.pop()
        return
    strides = list(range(_STRIDE))
    chance.shuffle(strides)
    for stride in strides:
        for number, batch in enumerate(read()):
            if number % _STRIDE == stride:
                yield batch


def _rows(metadata: Any) -> int:
    """How many rows a batch has, so that it stays small where cells are large."""
    size = sum(metadata.row_group(group).total_byte_size for group in range(metadata.num_row_groups))
    each = max(1, int(size) // max(1, int(metadata.num_rows)))
    return max(1, min(reading.BATCH_ROWS, sized.BATCH_BYTES // each))
