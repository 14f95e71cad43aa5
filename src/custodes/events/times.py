"""When was it? A time without a zone is not guessed."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from custodes.errors import BadInput
from custodes.events.unfit import Unfit

_NOT_UNDERSTOOD: Final = "time is not understood"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NUMBER: Final = re.compile(r"\d{9,19}(?:\.\d{1,9})?")
_NAMED_ZONE: Final = re.compile(r"(.*\d)\s*([A-Za-z]{2,5})")
_OFFSET: Final = re.compile(r"(.*\d)\s+([+-]\d\d:?\d\d)")
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


def zone(name: str | None) -> tzinfo | None:
    """The zone of an IANA name; None for None. Raises ZoneInfoNotFoundError or ValueError for an unknown one."""
    return None if name is None else ZoneInfo(name)


def written(value: object, form: str, local: tzinfo | None) -> datetime:
    """The time in UTC, from text written in this form (as `strptime` has it). Raises Unfit.

    local: the zone of times whose form holds none.
    """
    try:
        moment = datetime.strptime(str(value).strip(), form)  # noqa: DTZ007 - the zone is looked at below
    except ValueError as error:
        raise Unfit("time does not have the format of its rule") from error
    if moment.tzinfo is None:
        if local is None:
            raise Unfit("time has no zone")
        moment = moment.replace(tzinfo=local)
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise Unfit("time is outside the years 1 to 9999") from error


def parse(value: object, local: tzinfo | None, *, dates: bool = False) -> datetime:
    """The time in UTC, from RFC 3339 text, ISO 8601 text, or seconds, milli-, micro- or nanoseconds since 1970.

    local: the zone of times that name none. dates: a date alone is its first moment, in UTC where `local` is None.
    Raises Unfit with a reason that holds no part of the value.
    """
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise Unfit(_NOT_UNDERSTOOD)
    if not isinstance(value, str):
        return _since_epoch(value)
    text = value.strip()
    if "-" not in text and _NUMBER.fullmatch(text):
        return _since_epoch(float(text) if "." in text else int(text))
    moment, abbreviation = _iso(text)
    if moment.tzinfo is UTC:
        return moment
    try:
        if moment.tzinfo is None:
            if local is None and not (dates and _DATE.fullmatch(text)):
                raise Unfit("time has no zone")
            moment = _at_home(moment, local or UTC, abbreviation)
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise Unfit("time is outside the years 1 to 9999") from error


def asked(text: str, where: str) -> datetime:
    """A day (its first moment, in UTC) or a time, as it is asked for in an option named `where`. Raises BadInput."""
    try:
        return parse(text, UTC, dates=True)
    except Unfit as unfit:
        unknown = unfit.reason == _NOT_UNDERSTOOD
        what = f'"{text}" is no day and no time' if unknown else f'"{text}" cannot be used: {unfit.reason}'
        hint = "write the day, 2026-03-01, or the time, 2026-03-01T09:30:00Z"
        raise BadInput(what, where=where, hint=hint) from unfit


def _iso(text: str) -> tuple[datetime, str | None]:
    """The moment as written and the zone's abbreviation, when it is written with one that is not UTC's."""
    try:
        return datetime.fromisoformat(text.upper()), None
    except ValueError:
        pass
    offset = _OFFSET.fullmatch(text)
    if offset is not None:
        # Snowflake and others put a blank before the offset.
        return _iso(f"{offset[1]}{offset[2]}")
    named = _NAMED_ZONE.fullmatch(text)
    if named is None:
        raise Unfit(_NOT_UNDERSTOOD)
    try:
        moment = datetime.fromisoformat(named[1])
    except ValueError as error:
        raise Unfit(_NOT_UNDERSTOOD) from error
    name = named[2].upper()
    return (moment.replace(tzinfo=UTC), None) if name in {"UTC", "GMT", "Z"} else (moment, name)


def _at_home(moment: datetime, local: tzinfo, abbreviation: str | None) -> datetime:
    """The moment in the log's own zone. An abbreviation (`CEST`) tells the two hours of a clock change apart."""
    if abbreviation is None:
        return moment.replace(tzinfo=local)
    for fold in (0, 1):
        candidate = moment.replace(tzinfo=local, fold=fold)
        if candidate.tzname() == abbreviation:
            return candidate
    raise Unfit("time names a zone by an abbreviation that is not the log's timezone")


def _since_epoch(number: float) -> datetime:
    """Seconds up to 10^11 (year 5138), then milliseconds, microseconds, nanoseconds."""
    for limit, per_second in ((1e11, 1), (1e14, 1_000), (1e17, 1_000_000), (1e20, 1_000_000_000)):
        if 0 <= number < limit:
            whole = int(number)
            micros = whole * 1_000_000 // per_second + round((number - whole) * 1_000_000 / per_second)
            return _EPOCH + timedelta(microseconds=micros)
    raise Unfit(_NOT_UNDERSTOOD)
