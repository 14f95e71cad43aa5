"""What else could a column's values be? Explanations that are nobody's data, weighed like those that are."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import Final

from custodes.datamap.evidence import capped, check_weight
from custodes.datamap.profile import Profile

# Words in a column's name that say that its numbers are of a thing or a deed.
THINGS_NUMBERED: Final = frozenset(
    {
        "amount", "article", "asin", "balance", "barcode", "batch", "build", "checksum", "commit",
        "count", "counter", "ean", "epoch", "gtin", "hash", "hits", "invoice", "isbn", "isin",
        "issn", "item", "lot", "md5", "offset", "order", "parcel", "part", "price", "product",
        "qty", "quantity", "receipt", "release", "sequence", "seq", "serial", "sha", "sha1",
        "sha256", "shipment", "size", "sku", "stock", "ticket", "timestamp", "total", "tracking",
        "trace", "transaction", "txn", "upc", "version", "voucher", "waybill",
    }
)  # fmt: skip
NUMBERED: Final = -4.0

_BASE: Final = -3.0  # numbers of goods are commoner than those of any one country's people
_SPAN: Final = 3.0  # moments and days written as numbers
_FEWEST: Final = 3


def rivals(profile: Profile) -> list[tuple[str, float]]:
    """Names and nats of what the values may be instead: goods, books, securities, moments, days."""
    found = []
    values = profile.distinct
    for name, form, check, chance in _CHECKS:
        fits = [value for value in values if form.fullmatch(value)]
        if len(fits) >= max(_FEWEST, 0.9 * len(values)):
            passed = sum(map(check, fits))
            weight = _BASE + capped(check_weight(passed, len(fits), chance, None, 0.0))
            if check is _isbn10:
                # Every eleventh number of a book ends in X.
                weight += min(0.0, 3.0 - len(fits) / 11) if not any(value[-1] in "xX" for value in fits) else 0.0
            if weight > 0:
                found.append((name, weight + (2.3 if passed == len(fits) else 0.0)))
    if profile.epochs:
        found.append(("moments counted in seconds", _SPAN))
    elif profile.share(_day_number) >= 0.95:
        found.append(("days written as numbers", _SPAN))
    return found


def _gtin(value: str) -> bool:
    """GS1 General Specifications: weights 3 and 1 from the right; 756 is no prefix of goods but Swiss people's."""
    total = sum(int(digit) * (1 if place % 2 == 0 else 3) for place, digit in enumerate(reversed(value)))
    return total % 10 == 0 and not (len(value) == 13 and value.startswith("756"))


def _isbn10(value: str) -> bool:
    """ISO 2108: weights 10 to 1, modulo 11."""
    digits = [10 if sign in "xX" else int(sign) for sign in value if sign != "-"]
    return sum(digit * (10 - place) for place, digit in enumerate(digits)) % 11 == 0


def _isin(value: str) -> bool:
    """ISO 6166: letters as two digits, then Luhn."""
    return _luhn("".join(str(int(sign, 36)) for sign in value))


def _luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        number = int(digit) * (1 + place % 2)
        total += number - 9 * (number > 9)
    return total % 10 == 0


def _lei(value: str) -> bool:
    """ISO 17442: modulo 97 leaves 1."""
    return int("".join(str(int(sign, 36)) for sign in value)) % 97 == 1


def _container(value: str) -> bool:
    """ISO 6346: letters count from 10 without multiples of 11, weights are powers of two."""
    letters: dict[str, int] = {}
    number = 10
    for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ":
        number += number % 11 == 0
        letters[letter] = number
        number += 1
    total = sum((letters[s] if s in letters else int(s)) << place for place, s in enumerate(value[:10]))
    return total % 11 % 10 == int(value[10])


def _day_number(value: str) -> bool:
    if len(value) != 8 or not (value.isascii() and value.isdigit()) or not "1990" <= value[:4] <= "2045":
        return False
    try:
        date(int(value[:4]), int(value[4:6]), int(value[6:]))
    except ValueError:
        return False
    return True


_CHECKS: Final[Sequence[tuple[str, re.Pattern[str], Callable[[str], bool], float]]] = (
    ("numbers of goods (GTIN)", re.compile(r"[0-9]{8}|[0-9]{12,14}"), _gtin, 0.1),
    ("numbers of books (ISBN)", re.compile(r"(?:[0-9]-?){9}[0-9Xx]"), _isbn10, 0.09),
    ("numbers of securities (ISIN)", re.compile(r"[A-Z]{2}[A-Z0-9]{9}[0-9]"), _isin, 0.1),
    ("identifiers of firms (LEI)", re.compile(r"[A-Z0-9]{18}[0-9]{2}"), _lei, 0.01),
    ("containers", re.compile(r"[A-Z]{3}[UJZ][0-9]{7}"), _container, 0.1),
)
