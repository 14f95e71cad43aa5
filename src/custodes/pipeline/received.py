"""What did each log give, in so few rows that nobody has to count the events again to know?

Made of all events between two moments by the engine (`count`), kept beside them in an index, and added up again for an
answer: the same numbers come out as from the events themselves, except that of the rows of one reading and one hour
that overlap a later row only one is certainly late.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from custodes.engine.interface import Engine, Parameter

_TIME: Final = pa.timestamp("us", tz="UTC")
_NOTHING: Final = np.iinfo(np.int64).min
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

_HOURLY: Final = """
select source, recorded, epoch(date_trunc('hour', time))::bigint // 3600 as hour, count(*) as records,
       min(time) as first, max(time) as last, null::varchar as prefix, null::bigint as start, null::bigint as stop
from event where time >= $since and time < $until group by source, recorded, hour order by source, hour, recorded
"""

_NUMBERS: Final = """
with cut as (
    select source, time, event_id, rtrim(event_id, '0123456789') as prefix
    from event where time >= $since and time < $until
), shared as (
    select source, prefix, count(*) as records from cut group by all
), chosen as (
    select * from shared qualify row_number() over (partition by source order by records desc, prefix) = 1
), number as (
    select c.source, try_cast(substr(c.event_id, length(c.prefix) + 1) as bigint) as number, min(c.time) as time
    from cut c join chosen h on h.source = c.source and h.prefix = c.prefix group by all
), island as (
    select *, number - row_number() over (partition by source order by number) as island
    from number where number is not null
), run as (
    select source, min(number) as start, max(number) as stop, arg_min(time, number) as first,
           arg_max(time, number) as last
    from island group by source, island
), worth as (
    -- Numbers drawn at random lie far apart, and no other part can fill their holes: of them nothing is kept.
    select source from run group by source
    having sum(stop - start + 1) - count(*) >= 0.75 * (sum(stop - start + 1) - 1)
        or sum(stop - start + 1) >= 0.05 * (max(stop)::hugeint - min(start) + 1)
)
select h.source, null::timestamptz as recorded, null::bigint as hour, h.records, null::timestamptz as first,
       null::timestamptz as last, h.prefix, null::bigint as start,
       coalesce(sum(r.stop - r.start + 1), 0)::bigint as stop
from chosen h left join run r on r.source = h.source group by all
union all by name
select r.source, null::timestamptz as recorded, null::bigint as hour, r.stop - r.start + 1 as records, r.first,
       r.last, h.prefix, r.start, r.stop
from run r join worth w on w.source = r.source join chosen h on h.source = r.source
order by source, start nulls first
"""

_FIRST: Final = datetime(1, 1, 2, tzinfo=UTC)
_LAST: Final = datetime(9999, 12, 30, tzinfo=UTC)


def count(engine: Engine, since: datetime = _FIRST, until: datetime = _LAST, *, numbers: bool = True) -> pa.Table:
    """What the logs gave between two moments, as RECEIVED. numbers: also of the numbers of their ids.

    Raises QuestionFailed as the engine does.
    """
    window: dict[str, Parameter] = {"since": _text(since), "until": _text(until)}
    asked = [engine.ask(query, window) for query in (_HOURLY, *([_NUMBERS] if numbers else []))]
    return pa.concat_tables([table.select(RECEIVED.names).cast(RECEIVED) for table in asked]).combine_chunks()


def _text(moment: datetime) -> str:
    return min(max(moment, _FIRST), _LAST).astimezone(UTC).isoformat()


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
    if known < least or known - len(begins) < 0.75 * (known - 1):
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
