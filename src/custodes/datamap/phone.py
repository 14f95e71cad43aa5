"""Is a value really a phone number? Asked of the numbering plans, which the native part carries as one automaton."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final

from custodes import _native
from custodes.datamap.values import day

# Asked where a number names no country and nothing beside it does: large plans that differ from each other.
PLAUSIBLE: Final = ("US", "GB", "DE", "FR", "ES", "IT", "BR", "IN", "AU")

_NORTH_AMERICAN: Final = re.compile(r"\(?\d{3}\)?[ .\-]?\d{3}[ .\-]?\d{4}")


def is_phone(number: str, regions: Sequence[str] = ()) -> bool:
    """Whether a numbering plan holds the number. Without `+`, 00 or 011, that of one of the regions must.

    regions: ISO 3166-1 codes. Digits of any script are read; dates, decimal numbers and versions are none.
    """
    plain = number.strip()
    if not plain.isascii():
        plain = "".join(str(unicodedata.digit(sign, sign)) for sign in unicodedata.normalize("NFKC", plain))
    return day(plain) is None and _native.phone_in_plan(plain, regions)


def is_american(number: str) -> bool:
    """A North American number in its usual groups, or bare."""
    return _NORTH_AMERICAN.fullmatch(number) is not None and is_phone(number, ("US",))


def confirmed_share(numbers: Iterable[str], regions: Sequence[str] = ()) -> float:
    """The share of numbers that a plan holds: those of the regions, or the plausible ones where none is known."""
    asked = [is_phone(number, regions or PLAUSIBLE) for number in numbers]
    return sum(asked) / len(asked) if asked else 0.0
