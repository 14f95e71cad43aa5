"""What did each log give within a window, and what could be missing that nobody would see otherwise?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from custodes.engine.interface import Engine, Parameter
from custodes.pipeline.evidence import EVENTS
from custodes.pipeline.prune import pruned
from custodes.pipeline.silence import Hours, silences
from custodes.pipeline.workspace import Workspace
from custodes.records.answer import Coverage, Gap, SourceCoverage

_HISTORY: Final = timedelta(weeks=8)  # looked at before and after the window, to know what is usual
_NUMBERED: Final = 20  # records with a number, at least, before a hole among them means anything
_HOLES_TOLD: Final = 100

_FIRST: Final = datetime(1, 1, 2, tzinfo=UTC)
_LAST: Final = datetime(9999, 12, 30, tzinfo=UTC)

_SPAN: Final = "select source, min(time) as first, max(time) as last from event group by source"

_HOURLY: Final = """
select source, epoch(date_trunc('hour', time))::bigint // 3600 as hour, count(*) as records,
       count(*) filter (time >= $since and time < $until) as within,
       min(time) filter (time >= $since and time < $until) as first,
       max(time) filter (time >= $since and time < $until) as last
from event where time >= $history and time < $future
group by source, hour order by source, hour
"""

# A row is late when a reading before its own had already met a later row of the same log.
_LATE: Final = """
with reading as (
    select source, recorded, max(time) as last from event group by source, recorded
), before as (
    select source, recorded, max(last) over (
        partition by source order by recorded rows between unbounded preceding and 1 preceding
    ) as reached from reading
)
select e.source, count(*) as late, max(epoch(b.reached) - epoch(e.time)) as late_by
from event e join before b on b.source = e.source and b.recorded = e.recorded
where e.time < b.reached and e.time >= $history and e.time < $future
group by e.source
"""

# Numbers at the end of ids that share one prefix count up where most neighbours differ by one.
_NUMBERS: Final = """
with cut as (
    select source, time, event_id, rtrim(event_id, '0123456789') as prefix
    from event where time >= $since and time < $until
), spelt as (
    select source, time, prefix, try_cast(substr(event_id, length(prefix) + 1) as bigint) as number from cut
), shared as (
    select source, prefix, count(*) as records, sum(count(*)) over (partition by source) as of_all
    from spelt group by source, prefix
), chosen as (
    select source, prefix from shared where records >= 0.99 * of_all
), number as (
    select s.source, s.number, min(s.time) as time
    from spelt s join chosen c on c.source = s.source and c.prefix = s.prefix
    where s.number is not null group by s.source, s.number
), step as (
    select source, number, time, lead(number) over w as following, lead(time) over w as following_time
    from number window w as (partition by source order by number)
), judged as (
    select source from step group by source
    having count(*) >= $least and count(*) filter (following = number + 1) >= 0.75 * (count(*) - 1)
)
select source, number, following, least(time, following_time) as since, greatest(time, following_time) as until
from step
where source in (select source from judged) and (following is null or following > number + 1)
order by source, number
"""


@dataclass(slots=True)
class _Received:
    """What the engine says of one log. newest: until when its hours are known at all."""

    first: datetime
    last: datetime
    hours: dict[int, int]
    records: int = 0
    begins: datetime | None = None
    ends: datetime | None = None


def coverage(workspace: Workspace, engine: Engine, since: datetime | None, until: datetime | None) -> Coverage:
    """What is known of each log in the window; without one, from the first sealed event to the last.

    Raises QuestionFailed as the engine does.
    """
    spans = {row["source"]: row for row in engine.ask(_SPAN).to_pylist()}
    begun = min((row["first"] for row in spans.values()), default=None)
    # One microsecond on: the window ends before `until`, and the last event is inside.
    ended = max((row["last"] + timedelta(microseconds=1) for row in spans.values()), default=None)
    start, stop = since or begun, until or ended
    kinds = {log.name: log.kind for log in workspace.config.logs}
    if start is None or stop is None or start >= stop:
        return Coverage(start, stop, _empty(kinds), tuple(_nothing(kinds, start, stop)))
    history, future = max(start, _FIRST + _HISTORY) - _HISTORY, min(stop, _LAST - _HISTORY) + _HISTORY
    window: dict[str, Parameter] = {
        "since": _moment(start),
        "until": _moment(stop),
        "history": _moment(history),
        "future": _moment(future),
    }
    received = _received(engine, spans, window)
    late = {row["source"]: row for row in engine.ask(_LATE, window).to_pylist()}
    holes: dict[str, list[dict[str, object]]] = {}
    for row in engine.ask(_NUMBERS, window | {"least": _NUMBERED}).to_pylist():
        holes.setdefault(row["source"], []).append(row)
    waiting = workspace.intake.waiting_since(start)
    gaps: list[Gap] = []
    sources = []
    for name in sorted(kinds.keys() | received.keys()):
        one, numbered = received.get(name), name in holes
        lines = waiting.get(name, 0)
        row = late.get(name, {"late": 0, "late_by": 0.0})
        hours = Hours(max(one.first, history), min(one.last, future), one.hours) if one else None
        silent = silences(name, hours, start, stop, numbered=numbered)
        gaps += [*_edges(name, one, kinds, since, until, start, stop), *silent.gaps]
        gaps += _holes(name, holes.get(name, []), lines)
        gaps += _lines(name, lines)
        if one is not None and row["late"] and stop > one.last - timedelta(seconds=row["late_by"]):
            gaps.append(_more_to_come(name, one.last, row, stop))
        sources.append(
            SourceCoverage(
                source=name,
                kind=kinds.get(name, "no longer configured"),
                first=one.begins if one else None,
                last=one.ends if one else None,
                records=one.records if one else 0,
                quarantined=lines,
                late=row["late"],
                late_by=float(row["late_by"]),
                numbered=numbered,
                rate=silent.known,
            )
        )
    gaps += _pruned(workspace, start, stop)
    return Coverage(start, stop, tuple(sources), tuple(gaps))


def _received(
    engine: Engine, spans: Mapping[str, Mapping[str, datetime]], window: Mapping[str, Parameter]
) -> dict[str, _Received]:
    found = {name: _Received(row["first"], row["last"], {}) for name, row in spans.items()}
    for row in engine.ask(_HOURLY, window).to_pylist():
        one = found[row["source"]]
        one.hours[row["hour"]] = row["records"]
        one.records += row["within"]
        one.begins = min(filter(None, (one.begins, row["first"])), default=None)
        one.ends = max(filter(None, (one.ends, row["last"])), default=None)
    return found


def _edges(
    name: str,
    one: _Received | None,
    kinds: Mapping[str, str],
    since: datetime | None,
    until: datetime | None,
    start: datetime,
    stop: datetime,
) -> Iterator[Gap]:
    """What lies before the first and behind the last record of a log, where the window was asked for."""
    if one is None:
        yield Gap(name, "nothing_received", "no record of this log was ever received", start, stop)
        return
    if since is not None and since < one.first:
        yield Gap(name, "begins_later", "nothing was ever received from before its first record", since, one.first)
    if until is not None and until > one.last:
        yield Gap(name, "ends_earlier", "nothing has been received yet from after its last record", one.last, until)
    elif name not in kinds and stop > one.last:
        yield Gap(name, "ends_earlier", "this log is not configured any more", one.last, stop)


def _holes(name: str, rows: Sequence[Mapping[str, object]], lines: int) -> Iterator[Gap]:
    found = [row for row in rows if row["following"] is not None]
    for row in found[:_HOLES_TOLD]:
        first, last = int(str(row["number"])) + 1, int(str(row["following"])) - 1
        numbers = f"number {first} is missing" if first == last else f"numbers {first} to {last} are missing"
        reason = f"{numbers} between records that were received"
        if lines:
            reason += "; lines in quarantine may be among them"
        yield Gap(name, "numbers_missing", reason, _time(row["since"]), _time(row["until"]), last - first + 1)
    rest = found[_HOLES_TOLD:]
    if rest:
        count = sum(int(str(row["following"])) - int(str(row["number"])) - 1 for row in rest)
        reason = f"{len(rest):,} more places where numbers are missing"
        times = [_time(row["since"]) for row in rest], [_time(row["until"]) for row in rest]
        yield Gap(name, "numbers_missing", reason, min(times[0]), max(times[1]), count)


def _lines(name: str, lines: int) -> Iterator[Gap]:
    if lines:
        told = "1 line was" if lines == 1 else f"{lines:,} lines were"
        reason = f"{told} not understood and may belong here: their times are not known"
        yield Gap(name, "quarantined", reason, None, None, lines)


def _more_to_come(name: str, last: datetime, row: Mapping[str, float], stop: datetime) -> Gap:
    late = timedelta(seconds=round(row["late_by"]))
    reason = f"records have come up to {late} after later ones: more of this time may still come"
    return Gap(name, "may_still_come", reason, last - late, stop, int(row["late"]))


def _pruned(workspace: Workspace, start: datetime, stop: datetime) -> Iterator[Gap]:
    seals = workspace.seals.list()
    gone = pruned(workspace.data, seals)
    days: dict[datetime, int] = {}
    for seal in seals:
        if seal.path in gone and seal.path.startswith(f"{EVENTS}/day=") and not (workspace.data / seal.path).exists():
            day = datetime.fromisoformat(seal.path.removeprefix(f"{EVENTS}/day=").partition("/")[0]).replace(tzinfo=UTC)
            days[day] = days.get(day, 0) + seal.count - 1
    for day, count in sorted(days.items()):
        end = day + timedelta(days=1)
        if day < stop and end > start:
            yield Gap(
                "", "pruned", "events of this day were removed on purpose, after a sealed receipt", day, end, count
            )


def _nothing(kinds: Mapping[str, str], start: datetime | None, stop: datetime | None) -> Iterator[Gap]:
    if not kinds:
        yield Gap("", "nothing_received", "no log is configured: nobody was watched", start, stop)
    for name in sorted(kinds):
        yield Gap(name, "nothing_received", "no record of this log was received within the window", start, stop)


def _empty(kinds: Mapping[str, str]) -> tuple[SourceCoverage, ...]:
    return tuple(
        SourceCoverage(name, kind, None, None, 0, 0, 0, 0.0, numbered=False, rate=False)
        for name, kind in sorted(kinds.items())
    )


def _moment(moment: datetime) -> str:
    return min(max(moment, _FIRST), _LAST).astimezone(UTC).isoformat()


def _time(value: object) -> datetime:
    assert isinstance(value, datetime)  # noqa: S101 - the engine's own column of times
    return value
