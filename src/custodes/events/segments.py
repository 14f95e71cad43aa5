"""Which file does an event go into, and which events are sealed already?

A segment is one UTC day of one batch, sorted by subject so that one subject's rows are found by the statistics of a few
row groups.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from custodes import kept
from custodes.errors import LedgerBroken
from custodes.events.parquet_bounds import HELD, TooLarge, must_fit
from custodes.records import AccessEvent
from custodes.records.schema import SEALED_SCHEMA, events_table

Numbers = np.ndarray[Any, np.dtype[Any]]

ROW_GROUP: Final = 20_000

_EPOCH: Final = date(1970, 1, 1)
_DAY: Final = 86_400_000_000  # microseconds
_MOST_THREADS: Final = 4

# What makes two rows the same touch; an export that overlaps an earlier one repeats these.
KEY: Final = ("source", "event_id", "time", "action", "dataset", "subject", "object")
_ORDER: Final = ("subject", "time", "event_id", "dataset", "object")


_OPERATION: Final = ("source", "event_id")

# Where nearly every row has a value of its own a dictionary only costs: half the time and a third of the file.
_OWN: Final = {
    "event_id": "DELTA_BYTE_ARRAY",
    "case": "DELTA_BYTE_ARRAY",
    "time": "DELTA_BINARY_PACKED",
    "recorded": "DELTA_BINARY_PACKED",
    "leaf": "DELTA_BINARY_PACKED",
}

_REPEATED: Final = [
    "fields.list.element" if name == "fields" else name for name in SEALED_SCHEMA.names if name not in _OWN
]
# Least and greatest of a row group let the engine skip it; of these columns every row group holds nearly all values.
_TOLD: Final = [name for name in SEALED_SCHEMA.names if name not in {"event_id", "case", "fields"}]

_WORDS: Final = [name for name in _REPEATED if name not in {"fields.list.element", "records"}]
_AT_ONCE: Final = 65_536  # rows


def segments(events: Sequence[AccessEvent] | pa.Table) -> dict[date, pa.Table]:
    """The events by UTC day, without repeated touches (KEY), each day sorted by subject, then time.

    The result does not depend on the order of the events.
    """
    table = events if isinstance(events, pa.Table) else events_table(list(events))
    if table.num_rows == 0:
        return {}
    table = table.combine_chunks()
    order = _order(table)
    days = table.column("time").cast(pa.int64()).to_numpy()[order] // _DAY
    found = [int(day) for day in np.unique(days)]
    with ThreadPoolExecutor(min(os.cpu_count() or 1, _MOST_THREADS)) as pool:
        made = pool.map(lambda day: _plain_dictionaries(table.take(pa.array(order[days == day]))), found)
        return {_EPOCH + timedelta(days=day): rows for day, rows in zip(found, made, strict=True)}


def known(table: pa.Table, existing: Sequence[Path], *, again: bool = False) -> pa.Table:
    """The rows of the table that none of the sealed segments holds (KEY), in the order given.

    Only rows within the table's span of time are compared: the same touch has the same time. again: the rows come from
    a log that was read before by another mapping, so that an operation sealed under any words and time is known.
    Raises LedgerBroken when a sealed segment cannot be read.
    """
    key = _OPERATION if again else KEY
    if table.num_rows == 0 or not existing:
        return table
    import duckdb  # noqa: PLC0415 - a tenth of a second that reading a segment does not need

    span = pc.min_max(table.column("time")).as_py()
    match = " and ".join(f"sealed.{column} is not distinct from fresh.{column}" for column in key)
    fresh = _plain(table.select(list(KEY))).append_column("row", pa.array(range(table.num_rows), pa.int64()))
    with duckdb.connect(":memory:") as connection:
        connection.register("fresh", fresh)
        try:
            for path in existing:
                kept.plain(path)
            sealed = connection.read_parquet([str(path) for path in existing], hive_partitioning=False)
            if not again:
                sealed = sealed.filter(
                    (duckdb.ColumnExpression("time") >= duckdb.ConstantExpression(span["min"]))
                    & (duckdb.ColumnExpression("time") <= duckdb.ConstantExpression(span["max"]))
                )
            sealed.create_view("sealed")
            rows = connection.sql(
                f"select row from fresh where not exists (select 1 from sealed where {match}) order by row"  # noqa: S608 - KEY is ours
            ).to_arrow_table()
        except OSError as error:
            raise _unreadable(Path(str(error.filename)), error) from error
        except duckdb.Error as error:
            raise LedgerBroken(
                "a sealed segment cannot be read", hint='run "custodes ledger verify": it names the file'
            ) from error
    return table.take(rows.column("row"))


def write(table: pa.Table) -> bytes:
    """A sealed segment (with its leaf column) as Parquet: equal rows give equal bytes."""
    sealed = _plain_dictionaries(table.select(SEALED_SCHEMA.names)).cast(SEALED_SCHEMA)
    target = io.BytesIO()
    pq.write_table(
        sealed,
        target,
        row_group_size=ROW_GROUP,
        compression="zstd",
        write_statistics=_TOLD,
        use_dictionary=_REPEATED,
        column_encoding=_OWN,
        version="2.6",
        sorting_columns=[pq.SortingColumn(SEALED_SCHEMA.get_field_index("subject"))],
    )
    return target.getvalue()


def read(path: Path) -> pa.Table:
    """A sealed segment. Raises LedgerBroken when the file is gone, damaged, or has other columns."""
    try:
        # ParquetFile, not read_table: a folder named day=... would be taken for a column.
        with _parquet(path) as file:
            return file.read().cast(SEALED_SCHEMA)
    except (OSError, pa.ArrowException, TooLarge, ValueError) as error:
        raise _unreadable(path, error) from error


def pieces(path: Path) -> Iterator[pa.Table]:
    """A sealed segment piece by piece, texts as words where the file has them so. Raises as `read`."""
    try:
        with _parquet(path, words=True) as file:
            if file.schema_arrow.names != SEALED_SCHEMA.names:
                raise _unreadable(path)
            for batch in file.iter_batches(batch_size=_AT_ONCE):
                yield pa.Table.from_batches([batch])
    except (OSError, pa.ArrowException, TooLarge, ValueError) as error:
        raise _unreadable(path, error) from error


def ids(path: Path) -> Iterator[pa.Array]:
    """The event_id of every row, piece by piece. Raises as `read`."""
    try:
        with _parquet(path) as file:
            for batch in file.iter_batches(batch_size=_AT_ONCE, columns=["event_id"]):
                yield batch.column(0)
    except (OSError, pa.ArrowException, TooLarge, ValueError) as error:
        raise _unreadable(path, error) from error


def read_row(path: Path, row: int) -> list[dict[str, object]]:
    """One row of a sealed segment, with its columns by name, read without the rest. Raises as `read`."""
    try:
        with _parquet(path, words=True, whole=False) as file:
            for group in range(file.num_row_groups):
                count = file.metadata.row_group(group).num_rows
                if row < count:
                    rows: list[dict[str, object]] = file.read_row_group(group).slice(row, 1).to_pylist()
                    return rows
                row -= count
    except (OSError, pa.ArrowException, TooLarge, ValueError) as error:
        raise _unreadable(path, error) from error
    return []


@contextmanager
def _parquet(path: Path, *, words: bool = False, whole: bool = True) -> Iterator[pq.ParquetFile]:
    """An opened segment. words: as pieces() has them. whole: all of it will be read, so each page's head is looked at.

    Else only the footer is: to look at all pages would cost as much as to read the few rows that are wanted.
    """
    with kept.opened(path) as opened, pq.ParquetFile(opened, read_dictionary=_WORDS if words else None) as file:
        if whole:
            must_fit(file, opened, apart=_WORDS)
        for group in range(file.num_row_groups):
            if file.metadata.row_group(group).total_byte_size > HELD:
                raise TooLarge(f"row group {group} says it expands to more than {HELD:,} bytes")
        yield file


def _unreadable(path: Path, error: Exception | None = None) -> LedgerBroken:
    hint = 'run "custodes ledger verify": it names every file that does not match its proof'
    why = f": {error}" if isinstance(error, TooLarge) else ""
    return LedgerBroken(f"a sealed segment cannot be read{why}", where=str(path), hint=hint)


def rows_about(path: Path, subjects: Sequence[str]) -> Iterator[pa.Table]:
    """The rows of a sealed segment about these subjects, read without most of the rest. Raises as `read`."""
    wanted = pa.array(list(subjects), pa.string())
    try:
        with _parquet(path, whole=False) as file:
            for group in _groups(file.metadata, subjects):
                held = file.read_row_group(group, columns=["subject"], use_threads=False).column("subject")
                match = pc.is_in(held, wanted)
                if pc.any(match).as_py():
                    yield file.read_row_group(group, use_threads=False).filter(match).cast(SEALED_SCHEMA)
    except (OSError, pa.ArrowException, TooLarge, ValueError) as error:
        raise _unreadable(path, error) from error


def _groups(metadata: pq.FileMetaData, subjects: Sequence[str]) -> Iterator[int]:
    """The row groups that may hold one of these subjects, by their statistics."""
    column = metadata.schema.to_arrow_schema().get_field_index("subject")
    for number in range(metadata.num_row_groups):
        group = metadata.row_group(number)
        # Leaves before `fields`, the only column with parts, are numbered as columns are.
        told = group.column(column).statistics
        if told is not None and told.has_null_count and told.null_count == group.num_rows:
            continue
        if told is None or not told.has_min_max:
            yield number
            continue
        low, high = told.min, told.max
        if any(low <= name <= high for name in subjects):
            yield number


def _order(table: pa.Table) -> Numbers:
    """The rows by _ORDER, of equal ones (KEY) the first.

    Subject and time, as numbers, tell nearly all rows apart; only those that they do not are compared further.
    """
    coded = table.column("subject").dictionary_encode().chunks
    known = coded[0].dictionary  # one for all chunks
    ranks = np.empty(len(known) + 1, np.int64)
    ranks[pc.sort_indices(known).to_numpy()] = np.arange(len(known))
    ranks[-1] = len(known)  # nobody comes last
    subject = ranks[np.concatenate([pc.fill_null(chunk.indices, len(known)).to_numpy() for chunk in coded])]
    time = table.column("time").cast(pa.int64()).to_numpy()
    order: Numbers = np.lexsort((time, subject))
    same = (np.diff(subject[order]) == 0) & (np.diff(time[order]) == 0)
    if not same.any():
        return order
    tied = np.zeros(len(order), bool)
    tied[1:] |= same
    tied[:-1] |= same
    rows = order[tied]
    part = _plain(table.select(list(dict.fromkeys([*_ORDER, *KEY]))).take(pa.array(rows)))
    among = pc.sort_indices(part, sort_keys=[(column, "ascending") for column in _ORDER])
    order[tied] = rows[among.to_numpy()]
    kept = np.ones(len(order), bool)
    kept[np.flatnonzero(tied)] = _first(part.take(among))
    return order[kept]


def _first(table: pa.Table) -> Numbers:
    """Which rows are the first of their KEY."""
    numbered = table.select(list(KEY)).append_column("row", pa.array(np.arange(table.num_rows)))
    first = numbered.group_by(list(KEY), use_threads=False).aggregate([("row", "min")])
    found = np.zeros(table.num_rows, bool)
    found[first.column("row_min").to_numpy()] = True
    return found


def _plain(table: pa.Table) -> pa.Table:
    """Sorting and grouping want plain strings, and `fields` in neither."""
    return table.select([name for name in table.column_names if name != "fields"])


def _plain_dictionaries(table: pa.Table) -> pa.Table:
    """The table with each dictionary in the order its words first occur: Parquet's bytes depend on that order."""
    columns = []
    for field in table.schema:
        column = table.column(field.name)
        if pa.types.is_dictionary(field.type):
            column = column.cast(field.type.value_type).combine_chunks().dictionary_encode()
        columns.append(column)
    return pa.Table.from_arrays(columns, schema=table.schema).combine_chunks()
