"""Do our checks of European numbers agree with python-stdnum, or with a slow reference where it has none?"""

from __future__ import annotations

import datetime as dt
import random
import re
import string
from types import SimpleNamespace

import pytest
from stdnum.be import nn
from stdnum.dk import cpr
from stdnum.no import fodselsnummer
from stdnum.se import personnummer

from custodes import _native
from custodes.datamap.category import CategoryRules, load_categories, spec
from custodes.datamap.headers import fold, tokens
from tests.datamap.europe_oracles import ORACLES, Oracle

RULES = {rules.id: rules for rules in load_categories()}
RIGHT, RANDOM, CHANGED = 600, 4_700, 4_700


class LateDate(dt.date):
    """A calendar whose today is the last day of the century: the native checks know no today."""

    @classmethod
    def today(cls) -> LateDate:
        return cls(2099, 12, 31)


@pytest.fixture(autouse=True)
def late(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the modules that ask for today's date be asked at the end of the century."""
    for module in (nn, cpr, fodselsnummer, personnummer):
        monkeypatch.setattr(module, "datetime", SimpleNamespace(date=LateDate))


def written(form: str, rng: random.Random) -> str:
    """A number of the form: a date that may exist, random digits, all else as it stands."""
    dated = (
        form.replace("dd", f"{rng.randint(1, 31):02d}")
        .replace("mm", f"{rng.randint(1, 12):02d}")
        .replace("yy", f"{rng.randint(0, 99):02d}")
    )
    return "".join(rng.choice(string.digits) if character == "#" else character for character in dated)


def anything(form: str, rng: random.Random) -> str:
    """Any digits and letters in the places of the form."""
    return "".join(another(character, rng) for character in re.sub("[dmy]", "#", form))


def another(character: str, rng: random.Random) -> str:
    if character.isdigit() or character == "#":
        return rng.choice(string.digits)
    return rng.choice(string.ascii_uppercase) if character.isalpha() else character


def right(oracle: Oracle, rng: random.Random) -> list[str]:
    """Numbers that the oracle takes: random ones whose last character is tried through."""
    found: list[str] = []
    for attempt in range(200 * RIGHT):
        if len(found) == RIGHT:
            break
        number = oracle.complete(written(oracle.forms[attempt % len(oracle.forms)], rng))
        last = string.digits if number[-1].isdigit() else string.ascii_uppercase + string.digits
        found += [number[:-1] + end for end in last if takes(oracle, number[:-1] + end)][:1]
    return found


def changed(number: str, rng: random.Random) -> str:
    """One character changed for another of its kind, or two neighbours swapped."""
    place = rng.randrange(len(number))
    if rng.random() < 0.3 and place:
        return number[: place - 1] + number[place] + number[place - 1] + number[place + 1 :]
    return number[:place] + another(number[place], rng) + number[place + 1 :]


def takes(oracle: Oracle, number: str) -> bool:
    """Whether the oracle takes it, it is not one digit repeated, and the category knows the form."""
    patterns = RULES[oracle.category].patterns
    if patterns[0].validator and len({character for character in number if character.isalnum()}) == 1:
        return False
    if not any(re.fullmatch(pattern.regex, number, re.ASCII) for pattern in patterns):
        return False
    return oracle.judge(number)


def found_whole(rules: CategoryRules, numbers: list[str]) -> list[bool]:
    """For each number, whether the native scanner takes the whole of it."""
    scanner = _native.Scanner([spec(rules.id, pattern, keep_unvalidated=False) for pattern in rules.patterns])
    starts = {}
    place = 0
    for index, number in enumerate(numbers):
        starts[place] = (index, place + len(number))
        place += len(number) + 1
    held = [False] * len(numbers)
    for start, end, _, validated in scanner.scan_text("\n".join(numbers).encode()):
        index, last = starts.get(start, (-1, -1))
        if end == last and (validated or rules.patterns[0].validator is None):
            held[index] = True
    return held


@pytest.mark.parametrize("oracle", ORACLES, ids=str)
def test_a_check_agrees_with_its_oracle(oracle: Oracle) -> None:
    """Ten thousand right, random and changed numbers are judged alike."""
    rng = random.Random(oracle.category)
    good = right(oracle, rng)
    assert len(good) == RIGHT
    numbers = [
        *good,
        *(anything(oracle.forms[place % len(oracle.forms)], rng) for place in range(RANDOM)),
        *(changed(rng.choice(good), rng) for _ in range(CHANGED)),
    ]
    held = found_whole(RULES[oracle.category], numbers)
    differ = [number for number, ours in zip(numbers, held, strict=True) if ours != takes(oracle, number)]
    assert differ == []


EUROPEAN = [RULES[oracle.category] for oracle in ORACLES]


@pytest.mark.parametrize("rules", EUROPEAN, ids=lambda rules: rules.id)
def test_words_are_written_as_text_and_headers_are_compared(rules: CategoryRules) -> None:
    """A word with an accent or a capital would never be found, a header with one neither."""
    assert rules.countries
    assert all(word == fold(word) for word in rules.boost | rules.refute)
    assert all(phrase.replace(" ", "") == "".join(tokens(phrase)) for phrase in rules.column.headers)


BELONGS = [
    ("id:550e8400-e29b-41d4-a716-446655440000", "be_eid"),
    ("PESEL +44051401359", "pl_pesel"),
    ("PESEL 44051401359.7", "pl_pesel"),
    ("PESEL 12-44051401359", "pl_pesel"),
    ("rodné číslo 1234567899/0800", "cz_rodne_cislo"),
    ("BSN 111.222.333.4", "nl_bsn"),
]


@pytest.mark.parametrize(("text", "category"), BELONGS)
def test_a_part_of_something_longer_is_no_number(text: str, category: str) -> None:
    """An account, a phone number, a decimal or a UUID holds no personal number."""
    rules = RULES[category]
    scanner = _native.Scanner([spec(rules.id, pattern, keep_unvalidated=False) for pattern in rules.patterns])
    assert scanner.scan_text(text.encode()) == []
