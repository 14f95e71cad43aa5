"""In which words are numbers, times and levels shown?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from custodes.records import SEVERITY_NAMES

NEVER: Final = "not known"


def number(value: int) -> str:
    """`12,400`."""
    return f"{value:,}"


def share(value: float) -> str:
    """A share of 1 in whole percent; `99 %` never rounds up to all, and a little never down to nothing."""
    percent = round(100 * value)
    if percent == 100 and value < 1:
        percent = 99
    return "< 1 %" if percent == 0 and value > 0 else f"{percent} %"


def moment(value: datetime | None) -> str:
    """Day and minute in UTC; the column or sentence says so."""
    return NEVER if value is None else value.astimezone(UTC).strftime("%Y-%m-%d %H:%M")


def exact(value: datetime | None) -> str:
    """RFC 3339, for programs that read the page."""
    return "" if value is None else value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def lasted(first: datetime | None, last: datetime | None) -> str:
    """`3 days`, `5 hours`, `2 minutes`."""
    if first is None or last is None:
        return NEVER
    span = last - first
    for unit, step in (("day", timedelta(days=1)), ("hour", timedelta(hours=1)), ("minute", timedelta(minutes=1))):
        if span >= step:
            count = span // step
            return f"{count:,} {unit}{'' if count == 1 else 's'}"
    return "under a minute"


def severity(level: int) -> str:
    """The word for an OCSF severity 1 to 5; any other number as it is."""
    return SEVERITY_NAMES.get(level, f"severity {level}")


def surely(confidence: float) -> str:
    """`80 % sure`."""
    return f"{share(confidence)} sure"


def counted(count: int, one: str, many: str = "") -> str:
    """`1 finding`, `1,200 findings`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


FILTERS: Final[dict[str, Callable[..., str]]] = {
    "number": number,
    "share": share,
    "moment": moment,
    "exact": exact,
    "severity": severity,
    "surely": surely,
    "counted": counted,
}
