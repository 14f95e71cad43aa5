"""Are numbers of the world outside Europe judged as python-stdnum, or a slow reference, judges them?"""

from __future__ import annotations

import itertools
import random
from dataclasses import replace

import pytest

from custodes import _native
from custodes.datamap.category import BUILT_IN, read_category, spec
from custodes.datamap.recognise import Recogniser
from tests.datamap.world_cases import CASES, DIGITS, LETTERS, Case

INPUTS = 10_000
RIGHT = 800  # distinct right numbers, each printed and mutated several times
_KINDS = {"#": DIGITS, "@": LETTERS, "*": DIGITS + LETTERS}


def filled(form: str, rng: random.Random) -> str:
    """The form with random characters in its open places."""
    return "".join(rng.choice(_KINDS[sign]) if sign in _KINDS else sign for sign in form)


def right(case: Case, form: str, rng: random.Random) -> str:
    """A number of that form, its check characters found by asking the oracle; most are right."""
    signs = list(filled(form, rng))
    places = [place for place, sign in enumerate(form) if sign in _KINDS or sign.isalnum()]
    for place, sign in zip(places, rng.choice(case.begins), strict=False):
        signs[place] = sign if sign not in _KINDS else signs[place]
    if case.date is not None:
        start, order = case.date
        parts = {"y": rng.randrange(100), "m": rng.randrange(1, 13), "d": rng.randrange(1, 32)}
        for place, sign in zip(places[start:], "".join(f"{parts[key]:02d}" for key in order), strict=False):
            signs[place] = sign
    open_places = [places[place] for place in case.check if -len(places) <= place < len(places)]
    choices = list(itertools.product(case.signs, repeat=len(open_places)))
    rng.shuffle(choices)
    for choice in choices[:400]:
        for place, sign in zip(open_places, choice, strict=True):
            signs[place] = sign
        if case.oracle("".join(signs)):
            break
    return "".join(signs)


def mutated(number: str, rng: random.Random) -> str:
    """The number with one letter or digit changed."""
    place = rng.choice([place for place, sign in enumerate(number) if sign.isalnum()])
    return number[:place] + rng.choice(DIGITS + LETTERS if rng.random() < 0.2 else DIGITS) + number[place + 1 :]


def inputs(case: Case) -> list[str]:
    """Right ones, their mutations, and random characters of the printed forms; always the same ones."""
    rng = random.Random(case.category)
    numbers = [right(case, rng.choice(case.forms), rng) for _ in range(RIGHT)]
    changed = [mutated(rng.choice(numbers), rng) for _ in range(INPUTS // 2)]
    return numbers + changed + [filled(rng.choice(case.forms), rng) for _ in range(INPUTS - RIGHT - len(changed))]


def whole(scanner: _native.Scanner, numbers: list[str]) -> dict[int, bool]:
    """Which of the lines are, as a whole, found, and whether the check confirmed them."""
    lines = [number.encode() for number in numbers]
    starts = dict(
        zip(itertools.accumulate((len(line) + 1 for line in lines), initial=0), range(len(lines)), strict=False)
    )
    found: dict[int, bool] = {}
    for start, end, _, valid in scanner.scan_text(b"\n".join(lines)):
        line = starts.get(start)
        if line is not None and end - start == len(lines[line]):
            found[line] = found.get(line, False) or valid
    return found


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.category)
def test_ten_thousand_numbers_are_judged_as_the_oracle_judges_them(case: Case) -> None:
    """Right, mutated and random numbers in every printed form; only those of equal digits are refused besides."""
    numbers = inputs(case)
    found = whole(Recogniser([read_category(BUILT_IN / f"{case.category}.yml")]).scanner, numbers)
    agreed = 0
    for line, number in enumerate(numbers):
        digits = [sign for sign in number if sign.isalnum()]
        if len(set(digits)) > 1:
            expected = case.oracle(number)
            agreed += expected
            assert found.get(line, False) == expected, number
    assert agreed >= RIGHT // 2  # the oracle must have said yes often enough for the comparison to mean something


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.category)
def test_the_chance_that_a_file_claims_is_the_one_measured(case: Case) -> None:
    """Of random characters in the printed forms, as many pass as `column.chance` says, within .02 or a factor 1.3."""
    rng = random.Random(f"chance {case.category}")
    rules = read_category(BUILT_IN / f"{case.category}.yml")
    numbers = [filled(rng.choice(case.forms), rng) for _ in range(INPUTS)]
    forms = [replace(pattern, validator=None) for pattern in rules.patterns]
    fits = whole(_native.Scanner([spec(rules.id, form, keep_unvalidated=False) for form in forms]), numbers)
    valid = whole(Recogniser([rules]).scanner, numbers)
    share = sum(valid.get(line, False) for line in fits) / len(fits)
    claimed = rules.column.chance
    assert abs(share - claimed) <= 0.02 or claimed / 1.3 <= share <= claimed * 1.3
