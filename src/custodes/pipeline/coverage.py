"""What did each log give within a window, and what could be missing that nobody would see otherwise?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from custodes.errors import LedgerBroken
from custodes.events.pack import PackDamaged, read_segment
from custodes.ledger.segments import Seal
from custodes.pipeline import received
from custodes.pipeline.counts import Counts
from custodes.pipeline.evidence import EVENTS
from custodes.pipeline.index import Held, held
from custodes.pipeline.prune import pruned
from custodes.pipeline.received import RECEIVED, Hole, Span
from custodes.pipeline.silence import Hours, silences
from custodes.pipeline.workspace import Workspace
from custodes.records.answer import Coverage, Gap, SourceCoverage

_HISTORY: Final = timedelta(weeks=8)  # looked at before and after the window, to know what is usual
_NUMBERED: Final = 20  # records with a number, at least, before a hole among them means anything
_HOLES_TOLD: Final = 100

_FIRST: Final = datetime.min.replace(tzinfo=UTC)
_LAST: Final = datetime(9999, 12, 30, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Counted:
    """What was counted (pipeline.received): of all that is kept, and of what lies within the window."""

    all: pa.Table
    within: pa.Table


def coverage(
    workspace: Workspace, since: datetime | None, until: datetime | None, known: Held | None = None
) -> Coverage:
    """What is known of each log in the window; without one, from the first sealed event to the last.

    known: the evidence of all days, where the caller has it; indexes that turn out to be damaged are doubted in it.
    Raises LedgerBroken when a segment cannot be read.
    """
    evidence = known or held(workspace)
    counted = _counted(workspace, evidence, since, until)
    spans = received.spans(counted.all)
    begun = min((span.first for span in spans.values()), default=None)
    # One microsecond on: the window ends before `until`, and the last event is inside.
    ended = max((span.last + timedelta(microseconds=1) for span in spans.values()), default=None)
    start, stop = since or begun, until or ended
    kinds = {log.name: log.kind for log in workspace.config.logs}
    if start is None or stop is None or start >= stop:
        return Coverage(start, stop, _empty(kinds), tuple(_nothing(kinds, start, stop)))
    history, future = max(start, _FIRST + _HISTORY) - _HISTORY, min(stop, _LAST - _HISTORY) + _HISTORY
    within, hours = received.spans(counted.within), received.hours(counted.all)
    late, holes = received.late(counted.all, history, future), received.holes(counted.within, _NUMBERED)
    waiting = workspace.intake.waiting_since(start)
    gaps: list[Gap] = []
    sources = []
    for name in sorted(kinds.keys() | spans.keys()):
        one, here, numbered = spans.get(name), within.get(name), name in holes
        lines = waiting.get(name, 0)
        tardy, late_by = late.get(name, (0, 0.0))
        rate = Hours(max(one.first, history), min(one.last, future), hours[name]) if one else None
        silent = silences(name, rate, start, stop, numbered=numbered)
        gaps += [*_edges(name, one, kinds, since, until, start, stop), *silent.gaps]
        gaps += _holes(name, holes.get(name, []), lines)
        gaps += _lines(name, lines)
        if one is not None and tardy and stop > one.last - timedelta(seconds=late_by):
            gaps.append(_more_to_come(name, one.last, tardy, late_by, stop))
        sources.append(
            SourceCoverage(
                source=name,
                kind=kinds.get(name, "no longer configured"),
                first=here.first if here else None,
                last=here.last if here else None,
                records=here.records if here else 0,
                quarantined=lines,
                late=tardy,
                late_by=late_by,
                numbered=numbered,
                rate=silent.known,
            )
        )
    gaps += _pruned(workspace, start, stop)
    return Coverage(start, stop, tuple(sources), tuple(gaps))


def _counted(workspace: Workspace, evidence: Held, since: datetime | None, until: datetime | None) -> _Counted:
    """From indexes and kept counts, and from the events of segments that have neither or that the window cuts."""
    whole, within = [RECEIVED.empty_table()], [RECEIVED.empty_table()]
    for one, seals in _known(workspace, evidence):
        whole.append(one)
        first, last = pc.min(one.column("first")).as_py(), pc.max(one.column("last")).as_py()
        if (until is not None and first >= until) or (since is not None and last < since):
            continue
        if (until is None or last < until) and (since is None or first >= since):
            within.append(one)
            continue
        for seal in seals:
            events = _events(workspace, seal)
            time = events.column("time")
            inside = pc.and_(
                pc.greater_equal(time, pa.scalar(since or _FIRST, time.type)),
                pc.less(time, pa.scalar(until or _LAST, time.type)),
            )
            if pc.any(inside).as_py():
                within.append(received.count(events.filter(inside)))
    return _Counted(pa.concat_tables(whole).combine_chunks(), pa.concat_tables(within).combine_chunks())


def _known(workspace: Workspace, evidence: Held) -> Iterator[tuple[pa.Table, Sequence[Seal]]]:
    """What was counted of each index, and of each segment without one, with the segments that it is about."""
    for seal, pack in list(evidence.packs.items()):
        try:
            one = pack.counted().cast(RECEIVED)
        except (PackDamaged, pa.ArrowException) as error:
            evidence.doubt(seal, str(error))
            continue
        yield one, evidence.segments_of(seal)
    counts = Counts(workspace.data, workspace.token_key)
    for seal in evidence.rest:  # and those of what was doubted above
        kept = counts.known(seal)
        if kept is None:
            kept = counts.keep(seal)
        yield received.count(_events(workspace, seal)) if kept is None else kept, [seal]
    counts.drop_others(evidence.rest)


def _events(workspace: Workspace, seal: Seal) -> pa.Table:
    """What is counted of a segment's events. Raises LedgerBroken."""
    try:
        return read_segment(workspace.data / seal.path, received.COLUMNS)
    except (OSError, pa.ArrowException) as error:
        hint = 'run "custodes ledger verify": it names every file that does not match its proof'
        raise LedgerBroken("a sealed segment cannot be read", where=seal.path, hint=hint) from error


def _edges(
    name: str,
    one: Span | None,
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


def _holes(name: str, found: Sequence[Hole], lines: int) -> Iterator[Gap]:
    for hole in found[:_HOLES_TOLD]:
        one = hole.first == hole.last
        numbers = f"number {hole.first} is missing" if one else f"numbers {hole.first} to {hole.last} are missing"
        reason = f"{numbers} between records that were received"
        if lines:
            reason += "; lines in quarantine may be among them"
        yield Gap(name, "numbers_missing", reason, hole.since, hole.until, hole.last - hole.first + 1)
    rest = found[_HOLES_TOLD:]
    if rest:
        count = sum(hole.last - hole.first + 1 for hole in rest)
        reason = f"{len(rest):,} more places where numbers are missing"
        times = min(hole.since for hole in rest), max(hole.until for hole in rest)
        yield Gap(name, "numbers_missing", reason, *times, count)


def _lines(name: str, lines: int) -> Iterator[Gap]:
    if lines:
        told = "1 line was" if lines == 1 else f"{lines:,} lines were"
        reason = f"{told} not understood and may belong here: their times are not known"
        yield Gap(name, "quarantined", reason, None, None, lines)


def _more_to_come(name: str, last: datetime, count: int, late_by: float, stop: datetime) -> Gap:
    late = timedelta(seconds=round(late_by))
    reason = f"records have come up to {late} after later ones: more of this time may still come"
    return Gap(name, "may_still_come", reason, last - late, stop, count)


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
