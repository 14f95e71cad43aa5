"""Which shape does a value have? Small tests on one value each, for categories that no pattern can tell."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from custodes.datamap import things
from custodes.datamap.headers import fold
from custodes.datamap.vocabulary import WORDS, given_names

_WORD: Final = re.compile(r"[^\W\d_]+(?:['\u2019\u00b4`.\-][^\W\d_]+)*\.?", re.UNICODE)
_SYLLABIC: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{2,4}")
_FIRM: Final = re.compile(
    r"\b(?:inc|llc|ltd|limited|gmbh|ag|kg|ug|corp|corporation|co|company|plc|s\.?a\.?|s\.?r\.?l\.?|s\.?l\.?|b\.?v\.?|oy|ab|"
    r"a\.?s\.?|aps|pty|group|holding|trading|stores?|shop|systems|solutions|services|foundation|university|band|"
    r"orchestra|the|of|and|for|&)\b\.?",
    re.IGNORECASE,
)
_STREET: Final = re.compile(
    r"(?:\b(?:street|str|st|avenue|ave|av|road|rd|lane|ln|drive|dr|boulevard|blvd|way|court|ct|square|sq|parkway|pkwy|"
    r"place|pl|terrace|close|loop|manor|highway|hwy|rue|chemin|allee|calle|carrer|paseo|plaza|via|viale|piazza|corso|"
    r"rua|avenida|travessa|praca|ulica|ul|p\.?\s?o\.?\s?box|postfach|apt|suite|unit|floor)\b\.?"
    r"|(?:strasse|str\.|weg|platz|gasse|allee|straat|laan|plein|gracht|gatan|vagen|gata|veien|vei|vej|gade|katu|tie)\b)"
)
_DATE: Final = re.compile(
    r"(?:(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})|(?P<a>\d{1,2})[-/. ](?P<b>\d{1,2})[-/. ](?P<c>\d{4}))"
    r"(?P<clock>[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
)
_POSTCODE: Final = re.compile(r"(?=[^ -]*[ -]?[^ -]*\Z)(?=.*\d)[A-Za-z0-9]{1,8}(?:[ -][A-Za-z0-9]{2,4})?")
# Postcodes that nothing else looks like: Canada, United Kingdom, Netherlands, ZIP+4, Brazil.
_POSTCODE_CLEAR: Final = re.compile(
    r"[A-Z]\d[A-Z] ?\d[A-Z]\d|[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}|[1-9]\d{3} ?[A-Z]{2}|\d{5}-\d{4}|\d{5}-\d{3}"
)
_GENDERS: Final = WORDS["genders"]
_NEVER_SECRET: Final = WORDS["never_secret"]
_STATUS: Final = WORDS["status"]
_NUMBER: Final = re.compile(r"[+-]?\d+(?:[.,]\d+)?")


def words(value: str) -> list[str]:
    """The words of a value made of nothing but words and the marks names have; empty where it holds anything else."""
    rest = value.replace(",", " ").split()
    return rest if rest and all(_WORD.fullmatch(word) for word in rest) else []


def name_word(value: str) -> bool:
    """One to three words of letters, as a given or family name has."""
    return (
        1 <= len(words(value)) <= 3
        and len(value) <= 40
        and value.count(",") == 0
        and any(len(w) > 1 for w in words(value))
    )


def full_name(value: str) -> bool:
    """Two to five words that begin with a capital (or none does), without a firm's ending; or 2-4 signs of a script
    that writes names without a blank."""
    if _SYLLABIC.fullmatch(value):
        return True
    parts = words(value)
    if not 2 <= len(parts) <= 5 or len(value) > 60 or value.count(",") > 1 or is_firm(value):
        return False
    small = [part for part in parts if part[0].islower()]
    return len(small) in (0, len(parts)) or (
        (not parts[0][0].islower() or len(small) == 1) and not parts[-1][0].islower()
    )


def is_firm(value: str) -> bool:
    """Whether a word says that this is an organisation or a title."""
    return _FIRM.search(value) is not None


def street(value: str) -> bool:
    """A number and a word, or a word that streets are called by, and nothing that belongs to the network."""
    plain = fold(value.strip())
    if "@" in plain or "://" in plain or len(plain) > 120 or re.fullmatch(r"[0-9a-f:.\-]+", plain) or day(value):
        return False
    letters = sum(letter.isalpha() for letter in plain)
    parted = len(plain.replace(",", " ").split()) >= 2 or _SYLLABIC.search(plain) is not None
    numbered = any(letter.isdigit() for letter in plain) and letters >= 3 and parted
    return numbered or clear_street(value)


def clear_street(value: str) -> bool:
    """A word that streets are called by beside a number or another word: `Example Street 3`."""
    plain = fold(value.strip())
    beside = len(plain.split()) >= 2 or any(letter.isdigit() for letter in plain)
    return beside and len(plain) <= 120 and _STREET.search(plain) is not None


def postcode(value: str) -> bool:
    """Letters, digits and at most one blank or hyphen, 2 to 10 long, with a digit."""
    return 2 <= len(value) <= 10 and _POSTCODE.fullmatch(value) is not None


def clear_postcode(value: str) -> bool:
    """A postcode whose form alone says so."""
    return _POSTCODE_CLEAR.fullmatch(value) is not None


def place(value: str) -> bool:
    """Words without digits, none of them a status, as towns, regions and countries have."""
    plain = value.strip()
    if fold(plain) in _STATUS:
        return False
    return (
        1 < len(plain) <= 60
        and not any(letter.isdigit() for letter in plain)
        and bool(words(re.sub(r"[()/&]", " ", plain)))
    )


def day(value: str) -> tuple[date, bool] | None:
    """The calendar day a value names, and whether a time of day other than midnight stands beside it."""
    found = _DATE.fullmatch(value.strip())
    if found is None:
        return None
    clock = found["clock"]
    timed = clock is not None and any(figure in "123456789" for figure in clock.split("+")[0])
    if found["y"]:
        return _day(int(found["y"]), int(found["m"]), int(found["d"]), timed)
    year, first, second = int(found["c"]), int(found["a"]), int(found["b"])
    return _day(year, second, first, timed) or _day(year, first, second, timed)


def _day(year: int, month: int, number: int, timed: bool) -> tuple[date, bool] | None:
    try:
        return date(year, month, number), timed
    except ValueError:
        return None


def birth_date(value: str, today: date | None = None) -> bool:
    """A day (or a year alone) on which somebody alive, or not long dead, can have been born."""
    limit = today.year if today is not None else 2100
    if re.fullmatch(r"(?:19|20)\d{2}", value.strip()):
        return int(value) <= limit
    found = day(value)
    return found is not None and 1900 <= found[0].year <= limit


def security_code(value: str) -> bool:
    """Three or four digits."""
    return re.fullmatch(r"\d{3,4}", value) is not None


def secret(value: str) -> bool:
    """Something that may open an account: four characters or more, no date, no number with few digits, no flag."""
    plain = value.strip()
    return (
        4 <= len(plain) <= 512
        and fold(plain) not in _NEVER_SECRET
        and day(plain) is None
        and len(plain.split()) <= 6
        and not _NUMBER.fullmatch(plain)
    )


def token(value: str) -> bool:
    """One word of sixteen characters or more with letters and digits: what machines log in with."""
    plain = value.strip()
    if not re.fullmatch(r"[A-Za-z0-9._~+/=\-]{16,512}", plain) or day(plain) is not None:
        return False
    return any(c.isdigit() for c in plain) and any(c.isalpha() for c in plain)


def handle(value: str) -> bool:
    """One word that begins with a letter, as accounts are called."""
    plain = value.strip()
    return re.fullmatch(r"@?[^\W\d_][\w.@+\-]{1,63}", plain) is not None and fold(plain) not in _NEVER_SECRET


def gender(value: str) -> bool:
    """One of the few words or letters that say it."""
    return fold(value.strip()) in _GENDERS


def phone(value: str) -> bool:
    """Six to fifteen digits with nothing but the marks phone numbers have; no date, no decimal number."""
    plain = value.strip()
    digits = sum(c.isdigit() for c in plain)
    form = re.fullmatch(r"\+?[\d\s().\-/]+(?:(?:x|ext\.?)\s?\d{1,5})?", plain)
    decimal = re.fullmatch(r"\d+\.\d+", plain)
    return 6 <= digits <= 17 and form is not None and day(plain) is None and decimal is None


SHAPES: Final[Mapping[str, Callable[[str], bool]]] = {
    "name_word": name_word,
    "full_name": full_name,
    "street": street,
    "postcode": postcode,
    "place": place,
    "birth_date": birth_date,
    "security_code": security_code,
    "secret": secret,
    "token": token,
    "handle": handle,
    "gender": gender,
    "phone": phone,
    "latitude": things.latitude,
    "longitude": things.longitude,
    "card_month": things.card_month,
    "blood_type": things.blood_type,
    "terms": things.terms,
}


_TITLES: Final = WORDS["titles"]


def has_given_name(value: str) -> bool:
    """Whether the first word (or the one behind a comma) is a common given name; titles are passed over."""
    parts = words(value.partition(",")[2] or value)
    plain = [fold(part.strip(".'\u2019")) for part in parts]
    first = next((part for part in plain if part not in _TITLES), "")
    return any(piece in given_names() for piece in (first, *first.split("-")))
