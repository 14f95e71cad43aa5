"""What did each log give, in so few rows that nobody has to count the events again to know?

Made of events (`count`), kept beside them in an index, and added up again for an answer. Of the records of one reading
and one hour only some are late where an earlier reading had met a later record: then one of them is certain.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_TIME: Final = pa.timestamp("us", tz="UTC")
_NOTHING: Final = np.iinfo(np.int64).min
_HOUR: Final = 3_600_000_000  # microseconds
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

# One row is the records of one log, reading and hour (hour is set), or what is known of the numbers at the end of its
# ids: their prefix, how many records share it and how many numbers they have (start is null), or one run of numbers
# without a hole.
RECEIVED: Final = pa.schema(
    [
        pa.field("source", pa.string()),
        pa.field("recorded", _TIME),
        pa.field("hour", pa.int64()),
        pa.field("records", pa.int64()),
        pa.field("first", _TIME),
        pa.field("last", _TIME),
        pa.field("prefix", pa.string()),
        pa.field("start", pa.int64()),
        pa.field("stop", pa.int64()),
    ]
)

COLUMNS: Final = ("source", "recorded", "time", "event_id")  # of events: what is counted

# Numbers drawn at random lie far apart, and no other part of the log can fill their holes: of them nothing is kept.
_DENSE: Final = 0.05
_NEIGHBOURS: Final = 0.75  # of numbers that count up, so many differ by one from the next


def count(events: pa.Table) -> pa.Table:
    """What the logs gave, as RECEIVED. events: with COLUMNS. Equal events give equal tables."""
    events = events.select(list(COLUMNS))
    hour = pc.divide(events.column("time").cast(pa.int64()), _HOUR)
    keys = ["source", "hour", "recorded"]
    hourly = events.append_column("hour", hour).group_by(keys, use_threads=False)
    made = hourly.aggregate([("time", "count"), ("time", "min"), ("time", "max")])
    made = made.set_column(made.schema.get_field_index("source"), "source", _plain(made.column("source")))
    hours = made.sort_by([(key, "ascending") for key in keys])
    parts = [
        _rows(
            hours.column("source"),
            recorded=hours.column("recorded"),
            hour=hours.column("hour"),
            records=hours.column("time_count"),
            first=hours.column("time_min"),
            last=hours.column("time_max"),
        )
    ]
    sources = sorted(pc.unique(hours.column("source")).to_pylist())
    for source in sources:
        one = events.filter(pc.equal(_plain(events.column("source")), source)) if len(sources) > 1 else events
        parts += _numbers(source, _plain(one.column("event_id")), one.column("time").cast(pa.int64()).to_numpy())
    return pa.concat_tables(parts).combine_chunks()


def _numbers(source: str, ids: pa.ChunkedArray, times: np.ndarray) -> list[pa.Table]:
    """How many ids share the commonest prefix, and the numbers that follow it."""
    # Digits are single bytes, and no other letter has one of theirs.
    prefixes = pc.ascii_rtrim(ids, "0123456789")
    common = pc.value_counts(prefixes)
    # The first in order where several are as common.
    most = pc.max(common.field("counts")).as_py()
    prefix = min(common.filter(pc.equal(common.field("counts"), most)).field("values").to_pylist())
    has_it = pc.equal(prefixes, prefix).to_numpy()
    digits = pc.utf8_slice_codeunits(ids.filter(pa.array(has_it)), len(prefix))
    length = pc.binary_length(digits).to_numpy()
    fits = (length >= 1) & (length <= 18)  # 64 bits hold 18 digits
    numbers = digits.filter(pa.array(fits)).cast(pa.int64()).to_numpy()
    times = times[has_it][fits]
    order = np.lexsort((times, numbers))
    numbers, times = numbers[order], times[order]
    fresh = np.flatnonzero(np.r_[True, numbers[1:] != numbers[:-1]]) if len(numbers) else np.empty(0, int)
    numbers, times = numbers[fresh], times[fresh]
    begins = np.flatnonzero(np.r_[True, numbers[1:] != numbers[:-1] + 1]) if len(numbers) else np.empty(0, int)
    ends = np.r_[begins[1:] - 1, len(numbers) - 1] if len(numbers) else begins
    told = _rows(pa.array([source]), records=[most], prefix=[prefix], stop=[len(numbers)])
    if not len(numbers):
        return [told]
    in_row = len(numbers) - len(begins) >= _NEIGHBOURS * (len(numbers) - 1)
    if not in_row and len(numbers) < _DENSE * (int(numbers[-1]) - int(numbers[0]) + 1):
        return [told]
    runs = _rows(
        pa.array([source] * len(begins)),
        records=numbers[ends] - numbers[begins] + 1,
        first=pa.array(times[begins], _TIME),
        last=pa.array(times[ends], _TIME),
        prefix=[prefix] * len(begins),
        start=numbers[begins],
        stop=numbers[ends],
    )
    return [told, runs]


def _rows(source: pa.Array | pa.ChunkedArray, **columns: object) -> pa.Table:
    """Rows of RECEIVED; a column that is not given is null."""
    made = {"source": source} | columns
    given = [
        pa.array(made[field.name], field.type)
        if isinstance(made.get(field.name), (list, np.ndarray))
        else made.get(field.name, pa.nulls(len(source), field.type))
        for field in RECEIVED
    ]
    return pa.Table.from_arrays(given, names=RECEIVED.names).cast(RECEIVED)


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column


@dataclass(frozen=True, slots=True)
class Span:
    """The first and the last record of a log, and how many there are."""

    first: datetime
    last: datetime
    records: int


@dataclass(frozen=True, slots=True)
class Hole:
    """Numbers that no record has, first to last, and when the records before and after them were written."""

    first: int
    last: int
    since: datetime
    until: datetime


def spans(counted: pa.Table) -> dict[str, Span]:
    """By log."""
    hours = _hourly(counted)
    found = hours.group_by("source").aggregate([("first", "min"), ("last", "max"), ("records", "sum")])
    return {row["source"]: Span(row["first_min"], row["last_max"], row["records_sum"]) for row in found.to_pylist()}


def hours(counted: pa.Table) -> dict[str, dict[int, int]]:
    """By log: how many records came in each hour since 1970."""
    found: dict[str, dict[int, int]] = {}
    for row in _hourly(counted).group_by(["source", "hour"]).aggregate([("records", "sum")]).to_pylist():
        found.setdefault(row["source"], {})[row["hour"]] = row["records_sum"]
    return found


def late(counted: pa.Table, history: datetime, future: datetime) -> dict[str, tuple[int, float]]:
    """By log: (how many records came, at least, after a reading that had met a later one; seconds, of the latest).

    Of records between two moments, to the hour.
    """
    found = {}
    hourly = _hourly(counted)
    ends = _hour(history), _hour(future - timedelta(microseconds=1))
    for source in pc.unique(hourly.column("source")).to_pylist():
        one = hourly.filter(pc.equal(hourly.column("source"), source)).sort_by("recorded")
        first, last = _micros(one, "first"), _micros(one, "last")
        hour, records = one.column("hour").to_numpy(), one.column("records").to_numpy()
        _, reading = np.unique(_micros(one, "recorded"), return_inverse=True)
        reached = np.full(reading.max() + 2, _NOTHING)
        np.maximum.at(reached, reading + 1, last)  # what a reading met counts from the next one on
        before = np.maximum.accumulate(reached)[reading]
        is_late = (first < before) & (hour >= ends[0]) & (hour <= ends[1])
        certain = np.where(last < before, records, 1)[is_late].sum()
        found[source] = int(certain), float((before - first)[is_late].max(initial=0)) / 1e6
    return found


def holes(counted: pa.Table, least: int) -> dict[str, list[Hole]]:
    """By log, for those whose records are numbered one by one: the numbers that are missing, in order.

    Numbered are those of which nearly all ids share one prefix, of which `least` numbers are known, and three of four
    neighbours differ by one.
    """
    found = {}
    for source, span in spans(counted).items():
        one = counted.filter(pc.and_(pc.equal(counted.column("source"), source), pc.is_null(counted.column("hour"))))
        shared = one.filter(pc.is_null(one.column("start"))).group_by("prefix")
        chosen = shared.aggregate([("records", "sum"), ("stop", "sum")]).sort_by("records_sum").to_pylist()[-1]
        of_it = pc.and_(pc.is_valid(one.column("start")), pc.equal(one.column("prefix"), chosen["prefix"]))
        runs = one.filter(of_it)
        # Where a part kept no runs, its numbers are scattered.
        kept = pc.sum(runs.column("records")).as_py() or 0
        if chosen["records_sum"] >= 0.99 * span.records and kept >= 0.9 * chosen["stop_sum"]:
            missing = _between(runs, least)
            if missing is not None:
                found[source] = missing
    return found


def _between(runs: pa.Table, least: int) -> list[Hole] | None:
    if runs.num_rows == 0:
        return None
    runs = runs.sort_by([("start", "ascending"), ("stop", "ascending")])
    start, stop = runs.column("start").to_numpy(), runs.column("stop").to_numpy()
    reached = np.maximum.accumulate(stop)
    # Which run reached so far: the last one that went beyond all before it.
    reacher = np.maximum.accumulate(np.where(stop == reached, np.arange(len(stop)), 0))
    begins = np.flatnonzero(np.r_[True, start[1:] > reached[:-1] + 1])
    known = int((reached[np.r_[begins[1:] - 1, len(stop) - 1]] - start[begins] + 1).sum())
    if known < least or known - len(begins) < _NEIGHBOURS * (known - 1):
        return None
    first, last = runs.column("first"), runs.column("last")
    found = []
    for after in begins[1:]:
        before = int(reacher[after - 1])
        ends = last[before].as_py(), first[int(after)].as_py()
        found.append(Hole(int(reached[after - 1]) + 1, int(start[after]) - 1, min(ends), max(ends)))
    return found


def _hourly(counted: pa.Table) -> pa.Table:
    return counted.filter(pc.is_valid(counted.column("hour")))


def _micros(table: pa.Table, column: str) -> np.ndarray:
    micros: np.ndarray = table.column(column).cast(pa.int64()).to_numpy()
    return micros


def _hour(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(hours=1)
