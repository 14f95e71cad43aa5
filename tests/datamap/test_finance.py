"""Banks, accounts and cards: agreement with python-stdnum, or with a slow reference of the standard."""

from __future__ import annotations

import random
import re

import pytest
from stdnum import bic, iban, luhn, numdb
from stdnum.es import ccc
from stdnum.no import kontonr
from stdnum.us import rtn

from custodes.datamap.category import load_categories
from custodes.datamap.recognise import Recogniser
from tests.datamap.judged import COUNT, agree, digits, mutated, varied, with_check

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def several(number: str) -> bool:
    """Not one digit throughout, which nobody issues."""
    return len(set(re.sub(r"\D", "", number))) > 1


def some_bic(rng: random.Random) -> str:
    country = rng.choice(
        ["DE", "FR", "US", "GB", "XK", "XX", "ZZ", *("".join(rng.choices(LETTERS, k=2)) for _ in range(3))]
    )
    return "".join(rng.choices(LETTERS, k=4)) + country + "".join(rng.choices(LETTERS + "23", k=rng.choice([2, 5, 3])))


def test_bank_identifier_codes_agree_with_stdnum() -> None:
    """Form and country are judged as python-stdnum judges them."""
    agree("bic", varied(some_bic), bic.is_valid)


def some_routing(rng: random.Random) -> str:
    return with_check(f"{rng.randint(0, 99):02d}" + digits(rng, 6), rtn.is_valid, rng)


def routed(number: str) -> bool:
    district = int(number[:2])
    used = 1 <= district <= 12 or 21 <= district <= 32 or 61 <= district <= 72 or district == 80
    return rtn.is_valid(number) and used and several(number)


def test_routing_numbers_agree_with_stdnum() -> None:
    """The check digit is judged as python-stdnum judges it; the district must be in use besides."""
    agree("us_aba_routing", varied(some_routing), routed)


def clabe(number: str) -> bool:
    sums = [int(digit) * weight % 10 for digit, weight in zip(number[:17], (3, 7, 1) * 6, strict=False)]
    return len(number) == 18 and (10 - sum(sums)) % 10 == int(number[17]) and several(number)


def some_clabe(rng: random.Random) -> str:
    return with_check(digits(rng, 17), clabe, rng)


def test_mexican_accounts_agree_with_a_slow_reference() -> None:
    """The check digit is the one that weights 3, 7 and 1 give."""
    agree("mx_clabe", varied(some_clabe), clabe)


def some_ccc(rng: random.Random) -> str:
    number = digits(rng, 20)
    right = number[:8] + ccc.calc_check_digits(number) + number[10:]
    return rng.choice([right, ccc.format(right), f"{right[:4]}-{right[4:8]}-{right[8:10]}-{right[10:]}"])


def test_spanish_accounts_agree_with_stdnum() -> None:
    """Both check digits are judged as python-stdnum judges them, in each printed form."""
    agree("es_ccc", varied(some_ccc), lambda number: ccc.is_valid(number) and several(number))


def some_kontonr(rng: random.Random) -> str:
    right = with_check(str(rng.randint(1, 9)) + digits(rng, 9), kontonr.is_valid, rng)
    return rng.choice([right, kontonr.format(right)])


def test_norwegian_accounts_agree_with_stdnum() -> None:
    """Accounts of banks are judged as python-stdnum judges them."""
    agree("no_bank_account", varied(some_kontonr), lambda number: kontonr.is_valid(number) and several(number))


def registered() -> dict[str, list[tuple[int, str]]]:
    """Of each country in python-stdnum's copy of the registry, the parts of its accounts: length and kind."""
    found = {}
    for first in LETTERS:
        for second in LETTERS:
            info = dict(numdb.get("iban").info(first + second)[0][1])
            if "bban" in info:
                parts = re.findall(r"([0-9]+)!([nac])", info["bban"])
                found[first + second] = [(int(length), kind) for length, kind in parts]
    return found


def some_account(country: str, parts: list[tuple[int, str]], rng: random.Random) -> str:
    kinds = {"n": "0123456789", "a": LETTERS, "c": LETTERS + "0123456789"}
    body = "".join("".join(rng.choices(kinds[kind], k=length)) for length, kind in parts)
    whole = country + iban.calc_check_digits(f"{country}00{body}") + body
    return rng.choice([whole, whole, " ".join(whole[place : place + 4] for place in range(0, len(whole), 4))])


def test_accounts_of_every_registered_country_agree_with_stdnum() -> None:
    """Country, length, structure and check digits are judged as python-stdnum judges them."""
    rng = random.Random(13616)
    countries = registered()
    assert len(countries) > 80
    values: list[str] = []
    while len(values) < COUNT:
        for country, parts in countries.items():
            value = some_account(country, parts, rng)
            values += [value, mutated(value, rng)]
    agree("iban", values, lambda value: iban.is_valid(value, check_country=False))


# Published issuer ranges: first and last six digits, lengths.
ISSUERS = [
    (400000, 499999, (13, 16, 19)),
    (340000, 349999, (15,)),
    (370000, 379999, (15,)),
    (510000, 559999, (16,)),
    (222100, 272099, (16,)),
    (601100, 601199, (16, 19)),
    (644000, 659999, (16, 19)),
    (352800, 358999, (16, 19)),
    (620000, 629999, (16, 19)),
    (220000, 220499, (16,)),
    (360000, 369999, (14, 16)),
    (300000, 305999, (14, 16)),
    (979200, 979289, (16,)),
    (506699, 506778, (16,)),
    (860000, 860099, (16,)),
    (675900, 675999, (12, 13, 16, 19)),
]
# Beginnings that no issuer has.
FREE = [100000, 199999, 210000, 273000, 310000, 330000, 700000, 789999, 830000, 850000, 990000, 999999]


def some_card(rng: random.Random) -> str:
    first, last, lengths = rng.choice(ISSUERS)
    begin = rng.choice(FREE) if rng.random() < 0.2 else rng.randint(first, last)
    return with_check(str(begin) + digits(rng, rng.choice(lengths) - 7), luhn.is_valid, rng)


def card(number: str) -> bool:
    begin = int(number[:6])
    issued = any(first <= begin <= last and len(number) in lengths for first, last, lengths in ISSUERS)
    return issued and luhn.is_valid(number) and several(number)


def test_cards_of_sixteen_issuers_agree_with_a_slow_reference() -> None:
    """Issuer, length and check digit are judged as a table of the published ranges judges them."""
    known = {str(begin) for begin in FREE}
    values: list[str] = []
    for value in varied(some_card):
        begin = int(value[:6])
        of_one = any(first <= begin <= last for first, last, _ in ISSUERS)
        if of_one or value[:6] in known:
            values.append(value)
    agree("payment_card", values, card)


def some_track(rng: random.Random) -> str:
    number = some_card(rng)
    month = f"{rng.randint(0, 99):02d}{rng.randint(0, 14):02d}"
    if rng.random() < 0.5:
        return f"%B{number}^LEE/ANN^{month}101{digits(rng, 8)}?"
    return f";{number}={month}101{digits(rng, 8)}?"


def track(value: str) -> bool:
    found = re.fullmatch(r"(?:%B(\d+)\^[A-Z]+/[A-Z]+\^|;(\d+)=)\d\d(\d\d)101\d+\?", value)
    return found is not None and card(found[1] or found[2]) and 1 <= int(found[3]) <= 12


def test_stripes_agree_with_a_slow_reference() -> None:
    """A stripe holds a card that is issued, and a month of the calendar."""
    known = {str(begin) for begin in FREE}
    values: list[str] = []
    for _ in range(COUNT):
        value = some_track(random.Random(len(values)))
        begin = re.sub(r"\D", "", value)[:6]
        if begin in known or any(first <= int(begin) <= last for first, last, _ in ISSUERS):
            values.append(value)
    agree("card_track", values, track)


@pytest.mark.parametrize(
    "line",
    [
        "ISIN US0378331005",
        "CUSIP 037833100",
        "paid 12.50, 13.75 EUR",
        "SEDOL 0263494",
        "LEI 529900T8BM49AURSDO55",
        "FIGI BBG000B9XRY4",
    ],
)
def test_numbers_of_securities_and_firms_are_nobodys(line: str) -> None:
    """ISIN, CUSIP, SEDOL, LEI and FIGI name papers and firms, not people."""
    assert Recogniser(load_categories()).text(line) == []
