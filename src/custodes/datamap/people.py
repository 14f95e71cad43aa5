"""Is a value written as names of people are, and does it hold a name that many people bear?"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from custodes.datamap.headers import fold
from custodes.datamap.vocabulary import WORDS, family_names, given_names

_WORD: Final = re.compile(r"[^\W\d_]+(?:['\u2019\u00b4`.\-\u2010\u2011\u05f3][^\W\d_]+)*[.'\u2019]?", re.UNICODE)
# Scripts that write names without a blank: kana, Han, Hangul.
SYLLABIC: Final = re.compile(r"[\u3005\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{2,4}")
_FIRM: Final = re.compile(
    r"\b(?:inc|llc|llp|ltd|limited|gmbh|mbh|ag|kg|kgaa|ohg|ug|corp|corporation|co|company|plc|s\.?a\.?|s\.?a\.?s\.?|sarl|"
    r"s\.?r\.?l\.?|s\.?p\.?a\.?|s\.?l\.?u?\.?|b\.?v\.?|n\.?v\.?|oy|oyj|ab|asa|a\.?s\.?|aps|kft|zrt|s\.?r\.?o\.?|"
    r"sp\.? ?z ?o\.? ?o\.?|pty|pvt|ltda|eireli|group|holdings?|trading|stores?|shop|systems|solutions|services|"
    r"technologies|partners|associates|foundation|university|universitat|institute|hospital|hotel|verein|e\.v\.|band|orchestra|"
    r"the|of|and|for|&)\b\.?",
    re.IGNORECASE,
)
_TITLES: Final = WORDS["titles"]
_PARTICLES: Final = WORDS["particles"]
_AFTER: Final = WORDS["after_names"]


def words(value: str) -> list[str]:
    """The words of a value made of nothing but words and the marks names have; empty where it holds anything else.

    Vowel signs and accents of every script count as part of their letter, `・` and `·` as blanks.
    """
    if not value.isascii():
        composed = unicodedata.normalize("NFC", value)
        value = "".join(sign for sign in composed if not unicodedata.category(sign).startswith("M"))
    rest = re.sub(r"[,\u30fb\u00b7\u3000\u060c]", " ", value).split()
    return rest if rest and all(_WORD.fullmatch(word) for word in rest) else []


def _plain(word: str) -> str:
    return fold(word).strip(".'\u2019")


def _weighty(parts: list[str]) -> list[str]:
    """The words that are neither a title, nor a particle between names, nor what stands behind a name."""
    return [part for part in parts if _plain(part) not in _TITLES | _PARTICLES | _AFTER]


def name_word(value: str) -> bool:
    """One to three words of letters, as a given or family name has; particles do not count."""
    parts = words(value)
    return (
        bool(parts)
        and len(_weighty(parts)) <= 3
        and len(parts) <= 5
        and len(value) <= 40
        and value.count(",") == 0
        and any(len(word) > 1 for word in parts)
    )


def full_name(value: str) -> bool:
    """Two to five words that begin with a capital (or none does), without a firm's ending; or 2-4 signs of a script
    that writes names without a blank. Titles and particles do not count."""
    if SYLLABIC.fullmatch(value):
        return True
    parts = words(value)
    weighty = _weighty(parts)
    if (
        not (2 <= len(parts) <= 8 and 1 <= len(weighty) <= 5)
        or len(value) > 60
        or value.count(",") > 2
        or is_firm(value)
    ):
        return False
    if all(len(part.strip(".")) == 1 for part in parts):
        return False  # initials alone
    small = [part for part in weighty if part[0].islower()]
    return len(small) in (0, len(weighty)) or (
        (not parts[0][0].islower() or len(small) == 1) and not weighty[-1][0].islower()
    )


def is_firm(value: str) -> bool:
    """Whether a word says that this is an organisation or a title."""
    return _FIRM.search(value) is not None


def has_given_name(value: str) -> bool:
    """Whether the first word (or the one behind a comma) is a common given name; titles are passed over.

    A name in Han or Hangul without a blank counts where it begins with a common family name.
    """
    if SYLLABIC.fullmatch(value.strip()):
        return has_family_name(value)
    parts = words(value.partition(",")[2]) or words(value)
    weighty = _weighty(parts)
    first = next(iter(weighty), "")
    if len(weighty) > 1 and first.isupper() and len(first) > 2 and not weighty[-1].isupper():
        first = weighty[-1]  # ROSSI Luca
    plain = _plain(first)
    return any(piece in given_names() for piece in (plain, *plain.split("-")))


def has_family_name(value: str) -> bool:
    """Whether the last word (or the one before a comma, or the first signs of a name without blanks) is a common
    family name."""
    plain = value.strip()
    if SYLLABIC.fullmatch(plain):
        return any(fold(plain[:length]) in family_names() for length in range(1, len(plain)))
    parts = _weighty(words(plain.partition(",")[0] if "," in plain else plain))
    last = _plain(parts[-1]) if parts else ""
    joined = "".join(map(_plain, words(plain)[-3:]))
    return joined in family_names() or any(piece in family_names() for piece in (last, *last.split("-")))


def gender(value: str) -> bool:
    """One of the few words or letters that say it."""
    return fold(value.strip()) in WORDS["genders"]


def salutation(value: str) -> bool:
    """A title or form of address alone."""
    return fold(value.strip()).rstrip(".") in _TITLES
