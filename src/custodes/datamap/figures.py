"""Which figure does a value hold: an amount of pay, a credit score, the measured features of a body?"""

from __future__ import annotations

import re
from typing import Final

from custodes.datamap.headers import fold

_CURRENCY: Final = r"(?:[A-Z]{3}|(?:US|C|A|R)?\$|[€£¥₹₺₽]|kr\.?|zł|Kč|Ft|Fr\.?)"
_SUM: Final = rf"{_CURRENCY}?\s?\d{{1,3}}(?:[ .,'\u2019\u00a0\u202f]?\d{{3}})*(?:[.,]\d{{1,2}})?\s?[kK]?\s?{_CURRENCY}?"
_PERIOD: Final = r"(?:\s?(?:/|per|p)\s?(?:h|hr|hour|day|week|wk|m|mo|month|a|y|yr|year|annum))?"
_AMOUNT: Final = re.compile(rf"(?:[<>]=?\s?)?{_SUM}(?:\s?(?:-|\u2013|to|bis)\s?{_SUM})?\+?{_PERIOD}")
_RATING: Final = re.compile(r"(?:AAA|AA|A|BBB|BB|B|CCC|CC|C|D)[+-]?|Aaa|(?:Aa|A|Baa|Ba|B|Caa)[123]|[A-M]|[A-M][1-9]")
_RATED: Final = frozenset({"excellent", "very good", "good", "fair", "poor", "very poor", "bad", "no score"})
_VECTOR: Final = re.compile(
    r"[\[({]?\s*-?\d*\.?\d+(?:[eE][+-]?\d+)?(?:[\s,;]+-?\d*\.?\d+(?:[eE][+-]?\d+)?){4,}\s*[\])}]?"
)
_FEATURE: Final = re.compile(r"-?[01]?\.\d+(?:[eE][+-]?\d+)?")  # one of a vector that was taken apart
_ENCODED: Final = re.compile(r"(?:0x|\\x)?[A-Za-z0-9+/_-]{24,}={0,2}")


def amount(value: str) -> bool:
    """A sum of money or a range of two, with or without currency and period: `52000`, `EUR 3.250,00`, `$50k-75k`."""
    plain = value.strip()
    return len(plain) <= 40 and re.search(r"\d{10}", plain) is None and _AMOUNT.fullmatch(plain) is not None


def credit_score(value: str) -> bool:
    """A score from 0 to 1000, a percentage, or a rating from AAA to D or A to M."""
    plain = value.strip()
    if fold(plain) in _RATED or _RATING.fullmatch(plain):
        return True
    return (
        re.fullmatch(r"\d{1,4}(?:[.,]\d{1,2})?\s?%?", plain) is not None
        and float(plain.rstrip("% ").replace(",", ".")) <= 1000
    )


def template(value: str) -> bool:
    """Features as measured, or encoded bytes, as the template of a fingerprint or a face is kept.

    Five numbers or more; one between -2 and 2, where the vector was taken apart.
    """
    plain = value.strip()
    if _VECTOR.fullmatch(plain) or _FEATURE.fullmatch(plain):
        return True
    encoded = _ENCODED.fullmatch(plain) is not None
    return encoded and any(letter.isdigit() for letter in plain) and any(letter.isalpha() for letter in plain)
