"""Does a value read like a degree on the globe, a card's last month, a blood type, or words of a doctor?"""

from __future__ import annotations

import re
from typing import Final

_DEGREE: Final = re.compile(r"([+-]?[0-9]{1,3}(?:[.,][0-9]{1,20})?)\s?\u00b0?\s?([NSEWO])?")
_MONTH: Final = re.compile(r"(?:0?[1-9]|1[0-2])\s?[/-]\s?(?:20)?[0-9]{2}|20[0-9]{2}[/-](?:0[1-9]|1[0-2])")
_BARE_MONTH: Final = re.compile(r"(?:0[1-9]|1[0-2])(?:20)?[2-5][0-9]")
_BLOOD: Final = re.compile(
    r"(?:ab|[abo0])\s?(?:rh(?:esus)?\s?(?:\(?[dD]\)?\s?)?)?(?:\+|-|\u2212|\+ve|-ve|pos(?:itive?)?\.?|neg(?:ative?)?\.?)?"
)
_PAIRS: Final = re.compile(r"(?:[\w.!#$%&*+^|~-]+=[^;\s]+)(?:;\s?[\w.!#$%&*+^|~-]+(?:=[^;]*)?)*;?")
_CODE: Final = re.compile(r"(?=\S*[0-9])[A-Za-z0-9.\-_]+")
_LETTERS: Final = re.compile(r"[^\W\d_]{3}")
_FLAGS: Final = frozenset(
    {"true", "false", "yes", "null", "nan", "active", "inactive", "pending", "enabled", "disabled"}
)


def latitude(value: str) -> bool:
    """A number from -90 to 90, with a point of the compass or none."""
    return _degree(value, 90, "NS")


def longitude(value: str) -> bool:
    """A number from -180 to 180, with a point of the compass or none."""
    return _degree(value, 180, "EWO")


def _degree(value: str, limit: int, points: str) -> bool:
    found = _DEGREE.fullmatch(value.strip())
    if found is None or (found[2] is not None and found[2] not in points):
        return False
    return abs(float(found[1].replace(",", "."))) <= limit


def coordinates(value: str) -> bool:
    """A latitude and a longitude, in either order, with a comma or a blank between them, perhaps in brackets."""
    parts = re.split(r"\s*[,;]\s*|\s+", value.strip().strip("()[]"))
    return len(parts) == 2 and all(map(longitude, parts)) and any(map(latitude, parts)) and "." in value


def cookie(value: str) -> bool:
    """One or more `name=value`, or one word of sixteen signs or more with letters and digits."""
    plain = value.strip()
    word = re.fullmatch(r"(?=.*[0-9])(?=.*[A-Za-z])[A-Za-z0-9._~+/=%:|\-]{16,4096};?", plain)
    return word is not None or _PAIRS.fullmatch(plain) is not None


def card_month(value: str) -> bool:
    """A month and a year as cards bear them: `12/27`, `03/2031`, `2027-09`, `0928`."""
    plain = value.strip()
    return _MONTH.fullmatch(plain) is not None or _BARE_MONTH.fullmatch(plain) is not None


def blood_type(value: str) -> bool:
    """One of the four groups of ABO, with the rhesus factor or without."""
    return _BLOOD.fullmatch(value.strip().casefold()) is not None


def terms(value: str) -> bool:
    """Words, perhaps with a dose or a year among them: no code, mail address, link, flag or number alone."""
    plain = value.strip()
    if not 3 <= len(plain) <= 2000 or "@" in plain or "://" in plain or plain.casefold() in _FLAGS:
        return False
    return _LETTERS.search(plain) is not None and _CODE.fullmatch(plain) is None
