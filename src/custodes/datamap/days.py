"""Which day does a value name, and can somebody have been born on it? Also ages and years."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from custodes.datamap.headers import fold

_MONTHS: Final = {
    "jan": 1, "janvier": 1, "januar": 1, "enero": 1, "gennaio": 1, "janeiro": 1, "stycznia": 1, "ene": 1, "gen": 1,
    "feb": 2, "fevrier": 2, "febrero": 2, "febbraio": 2, "fevereiro": 2, "lutego": 2, "fev": 2,
    "mar": 3, "mars": 3, "marz": 3, "mrz": 3, "maart": 3, "marzo": 3, "marco": 3, "marca": 3,
    "apr": 4, "avril": 4, "abril": 4, "aprile": 4, "kwietnia": 4, "avr": 4, "abr": 4,
    "may": 5, "mai": 5, "mei": 5, "mayo": 5, "maggio": 5, "maio": 5, "maja": 5, "maj": 5, "mag": 5,
    "jun": 6, "juin": 6, "juni": 6, "junio": 6, "giugno": 6, "junho": 6, "czerwca": 6, "giu": 6,
    "jul": 7, "juillet": 7, "juli": 7, "julio": 7, "luglio": 7, "julho": 7, "lipca": 7, "lug": 7,
    "aug": 8, "aout": 8, "agosto": 8, "sierpnia": 8, "ago": 8,
    "sep": 9, "sept": 9, "septembre": 9, "septiembre": 9, "settembre": 9, "setembro": 9, "wrzesnia": 9, "set": 9,
    "oct": 10, "okt": 10, "octobre": 10, "octubre": 10, "ottobre": 10, "outubro": 10, "pazdziernika": 10, "out": 10,
    "nov": 11, "novembre": 11, "noviembre": 11, "listopada": 11,
    "dec": 12, "dez": 12, "decembre": 12, "diciembre": 12, "dicembre": 12, "dezembro": 12, "grudnia": 12, "dic": 12,
}  # fmt: skip
_DATE: Final = re.compile(
    r"(?:(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})|(?P<a>\d{1,2})[-/. ](?P<b>\d{1,2})[-/. ](?P<c>\d{4}))"
    r"(?P<clock>[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
)
_SPELT: Final = re.compile(
    r"(?:(?P<d>\d{1,2})(?:st|nd|rd|th|\.|er)?[ \-](?:de |of )?(?P<m>[a-z]{3,12})\.?,?[ \-](?:de )?"
    r"|(?P<m2>[a-z]{3,12})\.? (?P<d2>\d{1,2})(?:st|nd|rd|th)?,? )(?P<y>\d{4})"
)
_SIGNS: Final = re.compile(r"(\d{4})[年년] ?(\d{1,2})[月월] ?(\d{1,2})[日일]")
_COMPACT: Final = re.compile(r"(?:19|20)\d{6}")
_AGE: Final = re.compile(
    r"(\d{1,3})(?:\.0)?(?: ?(?:years?|yrs?|y/?o|yo|y|jahre|ans|anos|anni|jaar|lat|ar))?"
    r"|(\d{1,2}) ?- ?(\d{2})|(\d{2})\+"
)
OLDEST: Final = 120  # years that somebody lives, at the most


def day(value: str) -> tuple[date, bool] | None:
    """The calendar day a value names, and whether a time of day other than midnight stands beside it.

    Figures in any usual order, or the month spelt in nine languages; day before month where both orders are possible.
    """
    plain = value.strip()
    found = _DATE.fullmatch(plain)
    if found is None:
        return _spelt(plain)
    clock = found["clock"]
    timed = clock is not None and any(figure in "123456789" for figure in clock.split("+")[0])
    if found["y"]:
        return _day(int(found["y"]), int(found["m"]), int(found["d"]), timed=timed)
    year, first, second = int(found["c"]), int(found["a"]), int(found["b"])
    return _day(year, second, first, timed=timed) or _day(year, first, second, timed=timed)


def _spelt(plain: str) -> tuple[date, bool] | None:
    if len(plain) > 40 or not plain[-4:].strip():
        return None
    signs = _SIGNS.fullmatch(plain)
    if signs is not None:
        return _day(int(signs[1]), int(signs[2]), int(signs[3]), timed=False)
    found = _SPELT.fullmatch(fold(plain)) if any(letter.isalpha() for letter in plain) else None
    if found is None:
        return None
    month = found["m"] or found["m2"]
    number = _MONTHS.get(month) or _MONTHS.get(month[:3])
    return _day(int(found["y"]), number, int(found["d"] or found["d2"]), timed=False) if number else None


def _day(year: int, month: int, number: int, *, timed: bool) -> tuple[date, bool] | None:
    try:
        return date(year, month, number), timed
    except ValueError:
        return None


def birth_date(value: str, today: date | None = None) -> bool:
    """A day (or a year alone) on which somebody alive, or not long dead, can have been born."""
    limit = today.year if today is not None else 2100
    plain = value.strip()
    if birth_year(plain):
        return int(plain) <= limit
    if _COMPACT.fullmatch(plain):
        plain = f"{plain[:4]}-{plain[4:6]}-{plain[6:]}"
    found = day(plain)
    return found is not None and 1900 <= found[0].year <= limit


def birth_year(value: str) -> bool:
    """A year from 1900 on, in four figures, perhaps with the decimals that a number column adds."""
    return re.fullmatch(r"(?:19|20)\d{2}(?:\.0)?", value.strip()) is not None


def age(value: str) -> bool:
    """A number of years that somebody may have lived, perhaps with its unit, or a span such as `25-34`."""
    plain = fold(value.strip())
    found = _AGE.fullmatch(plain)
    return found is not None and max(int(number) for number in found.groups() if number) <= OLDEST
