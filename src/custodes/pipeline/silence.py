"""In which hours did a log say far less than it usually does at that hour of the week?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Final

from custodes.records.answer import Gap

WEEKS: Final = 3  # of the same hour, at least, before one knows what is usual
# Of a log that writes 12 records in such an hour, an hour with one or none comes by chance once in some ten thousand.
USUAL: Final = 12
SHARE: Final = 8  # far below: less than one in so many of the usual number

_HOUR: Final = timedelta(hours=1)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_WEEK: Final = 168


@dataclass(frozen=True, slots=True)
class Hours:
    """How many records came in each hour since 1970, between the first and the last record of a log."""

    first: datetime
    last: datetime
    counts: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Silences:
    """known: whether there is any hour of the week of which one knows what is usual."""

    gaps: tuple[Gap, ...]
    known: bool


def silences(source: str, hours: Hours | None, since: datetime, until: datetime, *, numbered: bool) -> Silences:
    """Spans of hours within the window with far fewer records than usual.

    numbered: the records carry numbers, so that what is missing between two of them shows without any rate.
    """
    if hours is None or not hours.counts:
        return Silences((), known=False)
    usual = _usual(hours)
    known = any(one >= USUAL for one in usual.values())
    if not known:
        return Silences(() if numbered else (_unknown(source, usual, since, until),), known=False)
    return Silences(tuple(_quiet(source, hours.counts, usual, since, until)), known=True)


def _usual(hours: Hours) -> dict[int, float]:
    """The usual number by hour of the week, where at least WEEKS of them were seen whole."""
    first, last = -(-(hours.first - _EPOCH) // _HOUR), (hours.last - _EPOCH) // _HOUR  # whole hours only
    seen: dict[int, list[int]] = {}
    for hour in range(first, last):
        seen.setdefault(hour % _WEEK, []).append(hours.counts.get(hour, 0))
    return {hour: median(counts) for hour, counts in seen.items() if len(counts) >= WEEKS}


def _quiet(
    source: str, counts: Mapping[int, int], usual: Mapping[int, float], since: datetime, until: datetime
) -> Iterator[Gap]:
    # Only hours that lie wholly in the window: half an hour with half the records is no silence.
    first, last = -(-(since - _EPOCH) // _HOUR), (until - _EPOCH) // _HOUR
    run: list[int] = []
    for hour in range(first, last):
        expected, count = usual.get(hour % _WEEK, 0.0), counts.get(hour, 0)
        if expected >= USUAL and count * SHARE < expected:
            run.append(hour)
        elif run and count:  # an hour without a record in a night of none ends no silence
            yield _gap(source, run, counts, usual)
            run = []
    if run:
        yield _gap(source, run, counts, usual)


def _gap(source: str, run: list[int], counts: Mapping[int, int], usual: Mapping[int, float]) -> Gap:
    came, expected = sum(counts.get(hour, 0) for hour in run), round(sum(usual[hour % _WEEK] for hour in run))
    hours = "1 hour" if len(run) == 1 else f"{len(run):,} hours"
    said = "no record" if not came else "1 record" if came == 1 else f"{came:,} records"
    reason = f"{said} in {hours} in which about {expected:,} are usual"
    start, end = _EPOCH + run[0] * _HOUR, _EPOCH + (run[-1] + 1) * _HOUR
    return Gap(source, "below_rate" if came else "silent", reason, start, end, len(run))


def _unknown(source: str, usual: Mapping[int, float], since: datetime, until: datetime) -> Gap:
    if usual:
        reason = (
            f"fewer than {USUAL} records an hour at any hour of the week: a silence cannot be told from a quiet time"
        )
    else:
        reason = f"fewer than {WEEKS} weeks of it are known: a silence cannot be told from a quiet time"
    return Gap(source, "rate_unknown", reason, since, until)
