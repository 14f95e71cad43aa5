"""In which order are a Parquet file's rows read? Its row groups at random, a large one not from its first rows on."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any, Final

import pyarrow as pa

from custodes.stores import reading, sized

_HELD: Final = 1 << 27  # a row group up to this size is unpacked whole and handed over in random order
_STRIDE: Final = 8
_CHEAP: Final = 1_000_000  # rows that are unpacked in a moment


def batches(file: Any, max_rows: int) -> Iterator[pa.RecordBatch]:
    """The rows of a pyarrow.parquet.ParquetFile; in random order and at most max_rows unless that is 0."""
    rows = _rows(file.metadata)
    if not max_rows:
        yield from file.iter_batches(rows, use_threads=False)
        return
    total = file.metadata.num_rows
    if total <= rows:  # one batch: rows of all over it
        step = -(-total // max_rows)
        for batch in file.iter_batches(rows, use_threads=False):
            yield reading.every(batch, step, 0).slice(0, max_rows)
        return
    # Thinned, too: neighbours are alike. A huge file is read in fewer places instead of unpacked to its end.
    step = min(-(-total // max_rows), _STRIDE if total > _CHEAP else total)
    given = 0
    for batch in _shuffled(file, rows):
        chosen = reading.every(batch, step, 0).slice(0, max_rows - given)
        given += chosen.num_rows
        yield chosen
        if given >= max_rows:
            return


def _shuffled(file: Any, rows: int) -> Iterator[pa.RecordBatch]:
    """Each row once. A file of one large group is gone through, in strides, as often as it takes."""
    metadata = file.metadata
    chance = random.Random(metadata.num_rows)  # noqa: S311 - a choice, not a secret: the same at every scan
    groups = list(range(metadata.num_row_groups))
    chance.shuffle(groups)
    for group in groups:
        facts = metadata.row_group(group)
        if facts.total_byte_size <= _HELD:
            held = list(file.iter_batches(rows, row_groups=[group], use_threads=False))
            chance.shuffle(held)
            while held:
                yield held.pop()
            continue
        strides = list(range(_STRIDE))
        chance.shuffle(strides)
        for stride in strides:
            for number, batch in enumerate(file.iter_batches(rows, row_groups=[group], use_threads=False)):
                if number % _STRIDE == stride:
                    yield batch


def _rows(metadata: Any) -> int:
    """How many rows a batch has, so that it stays small where cells are large."""
    size = sum(metadata.row_group(group).total_byte_size for group in range(metadata.num_row_groups))
    each = max(1, int(size) // max(1, int(metadata.num_rows)))
    return max(1, min(reading.BATCH_ROWS, sized.BATCH_BYTES // each))
