"""Does this text name a person? At the door every direct identifier becomes a keyed token.

What has a pattern is found in any text: e-mail addresses, phone numbers written with a plus, payment card numbers
(issuer range and Luhn check, ISO/IEC 7812-1). A name or a street has no pattern: the owner marks its column with
`token = true`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields, replace
from operator import attrgetter
from typing import Final

from custodes.events.unfit import Unfit
from custodes.records import AccessEvent, Tokeniser
from custodes.records.canonical import LEAF_LIMIT, event_bytes

# Cheap to test and true for whatever one of the patterns below can match.
_SUSPECT: Final = re.compile(r"[@+]|%40|%2[bB]|\d(?:[ -]?\d){11}")

_EMAIL: Final = re.compile(r"(?<![\w.+%-])[\w.+%-]{1,64}(?:@|%40)(?:[\w-]{1,63}\.){1,8}[^\W\d_][\w-]{1,62}")
_PHONE: Final = re.compile(r"(?<![\w+])(?:\+|%2[bB])[1-9](?:[ ().-]{0,2}\d){6,14}(?!\d)")
_CARD: Final = re.compile(r"(?<![\w.])(?<!\d[ -])\d(?:[ -]?\d){11,18}(?![\w]|[ -]\d)")
# Issuer ranges by prefix, with the lengths they are issued in.
_ISSUERS: Final = (
    (re.compile(r"4"), (13, 16, 19)),
    (re.compile(r"5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720"), (16,)),
    (re.compile(r"3[47]"), (15,)),
    (re.compile(r"6011|64[4-9]|65|62|352[89]|35[3-8]"), (16, 17, 18, 19)),
    (re.compile(r"30[0-5]|3095|36|3[89]"), (14, 15, 16, 17, 18, 19)),
    (re.compile(r"50(?:18|20|38)|5893|6304|6759|676[1-3]"), (12, 13, 14, 15, 16, 17, 18, 19)),
)

_REMEMBERED: Final = 50_000
_SURELY_FITS: Final = 12_000  # characters; four bytes each and the lengths stay below a leaf
_TEXTS: Final = tuple(
    field.name
    for field in fields(AccessEvent)
    if field.name not in {"time", "recorded", "action", "fields", "records", "outcome", "source"}
)
_texts: Final[Callable[[AccessEvent], tuple[str | None, ...]]] = attrgetter(*_TEXTS)


def protect(value: str, tokeniser: Tokeniser) -> str:
    """The text with every direct identifier in it replaced by its token; what surrounds them stays.

    `customer:someone@example.com` becomes `customer:tok_...`, so a query goes through the same door as the events.
    """
    if not _SUSPECT.search(value):
        return value
    value = _EMAIL.sub(lambda found: tokeniser.token(found[0].replace("%40", "@")), value)
    value = _PHONE.sub(lambda found: tokeniser.token("+" + _digits(found[0].removeprefix("%2"))), value)
    return _CARD.sub(lambda found: tokeniser.token(_digits(found[0])) if _is_card(found[0]) else found[0], value)


class Door:
    """`protect` for whole events, each distinct text looked at once while it is remembered."""

    def __init__(self, tokeniser: Tokeniser) -> None:
        self._tokeniser = tokeniser
        self._seen: dict[str, str] = {}

    def text(self, value: str) -> str:
        """As `protect`."""
        known = self._seen.get(value)
        if known is None:
            if len(self._seen) >= _REMEMBERED:
                self._seen.clear()
            known = self._seen[value] = protect(value, self._tokeniser)
        return known

    def event(self, event: AccessEvent) -> AccessEvent:
        """The event without direct identifiers. Raises Unfit when it does not fit one leaf of the ledger."""
        changed: dict[str, str | tuple[str, ...]] = {}
        size = 0
        seen = self._seen
        for column, value in zip(_TEXTS, _texts(event), strict=True):
            if value is not None:
                size += len(value)
                safe = seen.get(value) or self.text(value)
                if safe != value:
                    changed[column] = safe
        if event.fields:
            size += sum(map(len, event.fields)) + 5 * len(event.fields)
            safe_fields = tuple(map(self.text, event.fields))
            if safe_fields != event.fields:
                changed["fields"] = safe_fields
        if changed:
            event = replace(event, **changed)  # type: ignore[arg-type]  # columns of text and the tuple, by name
        if size > _SURELY_FITS:
            _check_leaf(event)
        return event


def _check_leaf(event: AccessEvent) -> None:
    try:
        event_bytes(event)
    except ValueError as error:
        raise Unfit(f"the event is longer than the {LEAF_LIMIT} bytes of a ledger leaf") from error


def _digits(text: str) -> str:
    return "".join(filter(str.isdecimal, text))


def _is_card(text: str) -> bool:
    digits = _digits(text)
    if not any(prefix.match(digits) and len(digits) in lengths for prefix, lengths in _ISSUERS):
        return False
    doubled = sum(sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (doubled + sum(map(int, digits[-1::-2]))) % 10 == 0
