"""Which file does an event go into, and which events are sealed already?

A segment is one UTC day of one batch, sorted by subject so that one subject's rows are found by the statistics of a few
row groups.
"""

from __future__ import annotations

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
from custodes.events.words import OWN, WORDS, coded, own, texts
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

# How columns lie in the file. Where nearly every row has a value of its own a dictionary only costs.
_PLAIN: Final = dict.fromkeys(OWN, "PLAIN")
_DELTAS: Final = dict.fromkeys(("time", "recorded", "leaf"), "DELTA_BINARY_PACKED")
# What is left of them is hardly shorter when it is compressed, and to begin that costs for each row group.
_PACKED: Final = frozenset({"time", "recorded", "leaf", "records"})
_ITEMS: Final = "fields.list.element"
_PATHS: Final = [_ITEMS if name == "fields" else name for name in SEALED_SCHEMA.names]
_REPEATED: Final = [path for path in _PATHS if path not in _PLAIN | _DELTAS]
# Words of a row group are written once. More than these are left to the writer, which counts them for each row group.
_FEW: Final = 2_048
_BITS: Final = 16  # words that a row names with four bits or less: like _PACKED

# Least and greatest of a row group let the engine skip it. Not told are columns of which every row group holds nearly
# all values: to find them costs as much as to write them.
_TOLD: Final = [name for name in SEALED_SCHEMA.names if name not in {"event_id", "case", "fields"}]

_WORDS: Final = [name for name in SEALED_SCHEMA.names if name in {*WORDS, "object", "subject"}]
_AT_ONCE: Final = 65_536  # rows
_IN_DAY: Final = 37  # bits of a time within a day


def segments(events: Sequence[AccessEvent] | pa.Table) -> dict[date, pa.Table]:
    """The events by UTC day, without repeated touches (KEY), each day sorted by subject, then time; coded (`words`).

    The result does not depend on the order of the events.
    """
    table = events if isinstance(events, pa.Table) else events_table(list(events))
    if table.num_rows == 0:
        return {}
    table = coded(table)
    subject = _ranks(table.column("subject").combine_chunks())
    time = table.column("time").cast(pa.int64()).to_numpy()
    rows = np.argsort(time // _DAY, kind="stable")
    days, starts = np.unique(time[rows] // _DAY, return_index=True)

    def of_day(some: Numbers) -> pa.Table:
        return table.take(pa.array(_order(table, some, subject, time)))

    with ThreadPoolExecutor(min(os.cpu_count() or 1, _MOST_THREADS)) as pool:
        made = pool.map(of_day, np.split(rows, starts[1:]))
        return {_EPOCH + timedelta(days=int(day)): rows for day, rows in zip(days, made, strict=True)}


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
    fresh = table.select(list(KEY)).append_column("row", pa.array(range(table.num_rows), pa.int64()))
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
    sealed = own(coded(table.select(SEALED_SCHEMA.names)))
    count = {name: len(sealed.column(name).chunk(0).dictionary) if sealed.num_rows else 0 for name in WORDS}
    sealed = texts(sealed, [name for name in WORDS if count[name] > _FEW])
    fields = [field.with_type(sealed.schema.field(field.name).type) for field in SEALED_SCHEMA]
    one_group = sealed.num_rows <= ROW_GROUP
    bare = _PACKED | {name for name in WORDS if count[name] <= _BITS}
    target = pa.BufferOutputStream()  # one of Python's would want its lock for each page
    pq.write_table(
        pa.Table.from_arrays(sealed.columns, schema=pa.schema(fields)),
        target,
        row_group_size=ROW_GROUP,
        write_batch_size=ROW_GROUP,
        compression={path: "none" if path in bare else "zstd" for path in _PATHS},
        write_statistics=[name for name in _TOLD if one_group or count.get(name, 0) <= 1],
        use_dictionary=_REPEATED,
        column_encoding=_PLAIN | _DELTAS,
        version="2.6",
        # Which columns lay in memory as words does not change a byte.
        store_schema=False,
        sorting_columns=[pq.SortingColumn(SEALED_SCHEMA.get_field_index("subject"))],
    )
    data: bytes = target.getvalue().to_pybytes()
    return data


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


def _ranks(subject: pa.Array) -> Numbers:
    """Each row's subject as a number, in their order; nobody comes last."""
    known = subject.dictionary_encode()
    ranks = np.empty(len(known.dictionary) + 1, np.int64)
    ranks[pc.sort_indices(known.dictionary).to_numpy()] = np.arange(len(known.dictionary))
    ranks[-1] = len(known.dictionary)
    told: Numbers = ranks[pc.fill_null(known.indices, len(known.dictionary)).to_numpy()]
    return told


def _order(table: pa.Table, rows: Numbers, subject: Numbers, time: Numbers) -> Numbers:
    """Rows of one day, given in order, by _ORDER, of equal ones (KEY) the first.

    Subject and time, as one number, tell nearly all rows apart; only those that it does not are compared further.
    """
    key = subject[rows] << _IN_DAY | time[rows] % _DAY
    by_key = np.argsort(key)
    key, order = key[by_key], rows[by_key]
    same = key[1:] == key[:-1]
    if not same.any():
        return order
    tied = np.zeros(len(order), bool)
    tied[1:] |= same
    tied[:-1] |= same
    doubtful = np.sort(order[tied])
    part = texts(table.select(list(dict.fromkeys([*_ORDER, *KEY]))).take(pa.array(doubtful)))
    among = pc.sort_indices(part, sort_keys=[(column, "ascending") for column in _ORDER])
    order[tied] = doubtful[among.to_numpy()]
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
