"""Is a value written as addresses are: a street, a postcode, a town, or all of them in one cell?"""

from __future__ import annotations

import re
from typing import Final

from custodes.datamap.days import day
from custodes.datamap.headers import fold
from custodes.datamap.people import words
from custodes.datamap.vocabulary import WORDS, towns

_SIGNS: Final = re.compile(r"[\u3005\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{2}")
# What streets are called by: words of their own, and endings of longer words. Compared without accents.
_STREET_WORDS: Final = "|".join(sorted(re.escape(word) for word in WORDS["street_words"]))
_STREET_ENDINGS: Final = "|".join(sorted(re.escape(word) for word in WORDS["street_endings"]))
_STREET: Final = re.compile(
    rf"(?:(?<!\w)(?:{_STREET_WORDS})(?:(?!\w)|(?<=/))|\b\w*(?:{_STREET_ENDINGS})\b\.?|\bp\.?\s?o\.?\s?box\b)"
)
_STREET_SIGNS: Final = re.compile("[路街道巷弄]|丁目|番地|大道|胡同|\\d[号號番]|[가-힣](?:로|길|번길)\\s?\\d")
_POSTCODE: Final = re.compile(r"(?=[^ -]*[ -]?[^ -]*\Z)(?=.*\d)[A-Za-z0-9]{1,8}(?:[ -][A-Za-z0-9]{2,4})?")
# Postcodes that nothing else looks like: Canada, United Kingdom, Netherlands, ZIP+4, Brazil, Ireland, Japan and
# Portugal and Poland (with their hyphen), Malta, Argentina, and any with the country before it.
_POSTCODE_CLEAR: Final = re.compile(
    r"[ABCEGHJ-NPRSTVXY]\d[A-Z] ?\d[A-Z]\d"
    r"|(?:GIR 0AA|[A-PR-UWYZ](?:\d{1,2}|[A-HK-Y]\d{1,2}|\d[A-HJKPS-UW]|[A-HK-Y]\d[ABEHMNPRV-Y]) \d[ABD-HJLNP-UW-Z]{2})"
    r"|[1-9]\d{3} ?(?!SA|SD|SS)[A-Z]{2}|\d{5}-\d{4}|\d{5}-\d{3}"
    r"|(?:[AC-FHKNPRTV-Y]\d{2}|D6W) ?(?!\d{4})[0-9AC-FHKNPRTV-Y]{4}"
    r"|\u3012? ?\d{3}-\d{4}|\d{4}-\d{3}|\d{2}-\d{3}|[A-Z]{3} \d{4}|[A-HJ-NP-Z]\d{4}[A-Z]{3}"
    r"|(?:A|B|CH|CZ|D|DK|F|FIN|FL|HR|I|L|LT|LV|MD|N|S|SE|SI|SK)-\d{4,5}"
)
_STATUS: Final = WORDS["status"]


def street(value: str) -> bool:
    """A number and a word, or a word that streets are called by, and nothing that belongs to the network.

    A whole address in one cell, on one line or several, has this shape as well.
    """
    plain = fold(value.strip())
    if "@" in plain or "://" in plain or len(plain) > 160 or re.fullmatch(r"[0-9a-f:.\-]+", plain) or day(value):
        return False
    letters = sum(letter.isalpha() for letter in plain)
    parted = len(plain.replace(",", " ").split()) >= 2 or _SIGNS.search(value) is not None
    numbered = any(letter.isdigit() for letter in plain) and letters >= 3 and parted
    # Where the number has a column of its own, a street is one word: `Beispielstraße`.
    compound = len(plain.split()) == 1 and letters >= 6 and _STREET.search(plain) is not None
    return numbered or compound or clear_street(value)


def clear_street(value: str) -> bool:
    """A word that streets are called by beside a number or another word: `Example Street 3`."""
    plain = fold(value.strip())
    if len(plain) > 160 or "@" in plain or "://" in plain:
        return False
    numbered = any(letter.isdigit() for letter in plain)
    if numbered and _STREET_SIGNS.search(value):
        return True
    return (numbered or len(plain.split()) >= 2) and _STREET.search(plain) is not None


def whole_address(value: str) -> bool:
    """Street, number and postcode (or a known town) in one cell, parted by commas, semicolons or line ends."""
    if len(value) > 200 or not clear_street(value):
        return False
    pieces = [piece.strip() for piece in re.split(r"[,;\n\r|]+", value) if piece.strip()]
    return len(pieces) >= 2 and any(map(_town_or_postcode, pieces[1:]))


def _town_or_postcode(piece: str) -> bool:
    town = re.sub(r"\b[A-Z]{0,2}[- ]?\d[\w-]*\b", "", piece).strip()
    coded = piece.split()
    clear = any(clear_postcode(" ".join(coded[at : at + count])) for at in range(len(coded)) for count in (1, 2))
    return clear or known_town(town) or re.search(r"\b\d{4,5}\b", piece) is not None


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


def known_town(value: str) -> bool:
    """A town of 30,000 inhabitants or more; many are names of people, too."""
    return fold(value.strip()) in towns()


def country(value: str) -> bool:
    """A code of two or three letters or of three figures (ISO 3166-1), or words without digits."""
    plain = value.strip()
    return (
        re.fullmatch(r"[0-8]\d\d", plain) is not None
        or re.fullmatch(r"[A-Za-z]{2,3}", plain) is not None
        or place(plain)
    )
