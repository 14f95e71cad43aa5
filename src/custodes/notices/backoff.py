"""When is a notice tried again? Soon at first, then ever later, within an hour unless the receiver asks for more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

FIRST: Final = timedelta(minutes=1)
LAST: Final = timedelta(hours=1)
LONGEST: Final = timedelta(hours=24)  # of what a receiver may ask for: a mistake of its clock must not silence us


def next_try(attempts: int, now: datetime, asked: timedelta | None = None) -> datetime:
    """After so many failed attempts (1 or more). asked: how long the receiver wants to be left alone."""
    own = min(FIRST * (1 << min(attempts - 1, 16)), LAST)
    return now + max(own, min(asked or own, LONGEST))


def retry_after(value: str | None, now: datetime) -> timedelta | None:
    """What a Retry-After header asks for (RFC 9110, 10.2.3: seconds or a date); None for anything else."""
    if value is None:
        return None
    if value.strip().isascii() and value.strip().isdigit():
        return timedelta(seconds=min(int(value.strip()[:9]), 10**9))
    try:
        moment = parsedate_to_datetime(value)
        span = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now
    except (ValueError, TypeError, OverflowError):  # it documents the first only
        return None
    return max(span, timedelta(0))
