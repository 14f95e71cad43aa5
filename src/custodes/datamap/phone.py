"""Is a candidate really a phone number? Asked of the numbering plans that the phonenumbers library carries."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

import phonenumbers

from custodes.datamap.values import day

# Asked where a number names no country and nothing beside it does: large plans that differ from each other.
PLAUSIBLE: Final = ("US", "GB", "DE", "FR", "ES", "IT", "BR", "IN", "AU")

_NORTH_AMERICAN: Final = re.compile(r"\(?\d{3}\)?[ .\-]?\d{3}[ .\-]?\d{4}")
_DOTTED: Final = re.compile(r"\d+(?:\.\d+){1,3}")


@lru_cache(maxsize=65_536)
def is_phone(number: str, regions: tuple[str, ...] = ()) -> bool:
    """Whether a numbering plan holds the number. Without `+` or 00, one of the regions must."""
    plain = number.strip()
    if day(plain) is not None or _DOTTED.fullmatch(plain) or re.match(r"\d{4}-\d{2}-\d{2}", plain):
        return False
    if plain.startswith("00"):
        plain = "+" + plain[2:]
    for region in (None,) if plain.startswith("+") else regions:
        try:
            parsed = phonenumbers.parse(plain, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(parsed) or _fictional(parsed):
            return True
    return False


def _fictional(number: phonenumbers.PhoneNumber) -> bool:
    """North American 555-01xx, kept for fiction: a form that test data and demos use, and people copy."""
    return number.country_code == 1 and re.fullmatch(r"[2-9]\d{2}55501\d{2}", str(number.national_number)) is not None


def is_phone_in_text(number: str, *, told: bool) -> bool:
    """In running text a number needs `+`, the North American form with its marks, or a word beside it (told)."""
    if number.startswith(("+", "00")):
        return is_phone(number)
    if told:
        return is_phone(number, PLAUSIBLE)
    return not number.isdigit() and is_american(number)


def is_american(number: str) -> bool:
    """A North American number in its usual groups, or bare."""
    return _NORTH_AMERICAN.fullmatch(number) is not None and is_phone(number, ("US",))


def confirmed_share(numbers: Iterable[str], regions: Sequence[str] = ()) -> float:
    """The share of numbers that a plan holds: those of the regions, or the plausible ones where none is known."""
    asked = [is_phone(number, tuple(regions) or PLAUSIBLE) for number in numbers]
    return sum(asked) / len(asked) if asked else 0.0
