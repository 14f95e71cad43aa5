"""Are the labelled lines the same again, and do values stand where the truth says?"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from stdnum import iban, luhn

from custodes.company.columns.national import check
from custodes.company.texts import TEXT_KINDS, Line, lines
from custodes.evaluation.texts import judge

SOME = [kind for kind in TEXT_KINDS if kind.id in ("email", "iban", "payment_card", "pl_pesel", "ipv4")]


def made() -> list[Line]:
    return list(lines(5, 36, SOME))


def plain(value: str) -> str:
    return re.sub(r"[\s\u200d\u00ad\u2010-]", "", unicodedata.normalize("NFKC", value))


def test_the_same_seed_makes_the_same_lines() -> None:
    """Text and truth are equal for one seed."""
    assert made() == made()
    assert made() != list(lines(6, 36, SOME))


def test_planted_values_stand_where_the_truth_says() -> None:
    """What is between start and end is a valid value of its kind, in every form and genre."""
    checks: dict[str, Callable[[str], bool]] = {
        "iban": iban.is_valid,
        "payment_card": luhn.is_valid,
        "pl_pesel": check("pl.pesel").is_valid,
    }
    counted = 0
    for line in made():
        for plant in line.plants:
            value = line.text[plant.start : plant.end]
            assert value == value.strip()
            if plant.kind in checks:
                counted += 1
                assert checks[plant.kind](plain(value)), (plant.kind, line.form)
    assert counted > 100


def test_negatives_have_a_wrong_check() -> None:
    """A line with a broken number holds none that is valid, and no plant of its kind."""
    for line in made():
        if line.form == "negative" and line.kind == "pl_pesel":
            numbers = re.findall(r"(?<!\d)\d{11}(?!\d)", line.text)
            assert not any(check("pl.pesel").is_valid(number) for number in numbers)
            assert all(plant.kind != "pl_pesel" for plant in line.plants)


def test_every_genre_and_form_is_there() -> None:
    """Nine genres; full-width digits, no-break spaces, joiners, soft hyphens, glue and negatives."""
    assert len({line.genre for line in made()}) == 9
    assert {line.form for line in made()} == {
        "plain", "negative", "full-width digits", "no-break spaces", "zero-width joiners", "soft hyphens",
        "glued to punctuation",
    }  # fmt: skip


def test_a_perfect_finder_scores_one_and_a_shifted_one_scores_nothing() -> None:
    """Exact places count; an end that is off by one is both a miss and a false match."""
    some = made()
    truth = [[(plant.start, plant.end, plant.category) for plant in line.plants if plant.counted] for line in some]
    best = judge(some, lambda _: truth)
    assert all(one.precision == one.recall == 1 for one in best.by_category)
    off = judge(some, lambda _: [[(start, end - 1, name) for start, end, name in line] for line in truth])
    assert all(one.found == 0 and one.shifted == one.planted == one.false for one in off.by_category)
