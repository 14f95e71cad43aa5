"""Verdicts on bare numbers: what a check, a country, a header, a neighbour and luck each say."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pytest
from stdnum import luhn

from custodes.datamap.category import load_categories
from custodes.datamap.classify import Classifier
from custodes.datamap.crossing import crossed
from custodes.datamap.evidence import CAP, capped, check_weight, probability
from custodes.records import Column, Dataset, Field

ROWS = 200
MAIL = [f"person{row}@mail.example" for row in range(ROWS)]


def number(rng: random.Random, length: int) -> str:
    body = str(rng.randrange(10 ** (length - 2), 10 ** (length - 1)))
    return body + luhn.calc_check_digit(body)


def numbers(length: int, seed: int = 1) -> list[str]:
    rng = random.Random(seed)
    return [number(rng, length) for _ in range(ROWS)]


def category(identity: str, country: str, header: str, length: int = 9) -> str:
    return f"""
id: {identity}
title: Number of {country}
fides: user.government_id
sensitivity: 5
countries: [{country}]
patterns: [{{anchor: digits, regex: '\\b[0-9]{{{length}}}\\b', weak: true, validator: luhn}}]
column: {{valid_share: 0.8, chance: 0.1, headers: {{en: ["{header}"]}}, refutes: [sequence, key]}}
text: {{boost: ["{header}"]}}
match: ["{header} {number(random.Random(5), length)}"]
no_match: ["1"]
"""


@cache
def classifier() -> Classifier:
    """Ours, and three of the owner: two of nine digits with the same check, one of eleven without rivals."""
    with TemporaryDirectory() as folder:
        for identity, country, header, length in (
            ("aland_id", "SE", "alandish number", 9),
            ("bland_id", "PL", "blandish number", 9),
            ("cland_id", "DE", "clandish number", 11),
        ):
            (Path(folder) / f"{identity}.yml").write_text(category(identity, country, header, length))
        ours = [rules for rules in load_categories() if rules.id in OURS]
        own = [rules for rules in load_categories(Path(folder)) if rules.id.endswith("land_id")]
        return Classifier([*ours, *own])


OURS = {
    "email",
    "iban",
    "phone",
    "first_name",
    "city",
    "country",
    "person_name",
    "postcode",
    "postal_address",
    "us_ssn",
}


def judged(table: Mapping[str, Sequence[str | None]], columns: tuple[Column, ...] = (), name: str = "t") -> list[Field]:
    tally = classifier().tally(Dataset("crm", name, columns))
    tally.add(pa.RecordBatch.from_pydict({key: pa.array(cells, pa.string()) for key, cells in table.items()}))
    return list(tally.verdicts())


def told(table: Mapping[str, Sequence[str | None]]) -> dict[str, str]:
    return {field.field: field.category for field in judged(table)}


def test_a_check_that_all_pass_tells_bare_digits() -> None:
    """Eleven digits under a header that says nothing are an identity number when all of them pass, with the reason."""
    (field,) = judged({"c1": numbers(11)})
    assert field.category == "cland_id"
    assert field.confidence >= 0.9
    assert field.matched == ROWS
    assert "100 % of 200 cells pass the check" in field.reasons[0]
    assert "by luck" in field.reasons[0]


def test_luck_alone_tells_nothing() -> None:
    """A tenth of any numbers passes: neither under no header nor under one that lies are they anybody's."""
    rng = random.Random(2)
    lucky = [str(rng.randrange(10**10, 10**11)) for _ in range(ROWS)]
    assert told({"c1": lucky}) == {}
    assert told({"clandish_number": lucky}) == {}


def test_few_values_do_not_make_a_proof() -> None:
    """Two numbers that pass may be luck; the same two a hundred times over are still two."""
    few = numbers(11)[:2]
    assert told({"c1": few}) == {}
    assert told({"c1": few * 100}) == {}


def test_two_explanations_as_good_as_each_other_give_no_sure_verdict() -> None:
    """Where two countries' checks accept the same numbers, the country or the header decides."""
    nine = numbers(9)
    assert all(field.confidence <= 0.7 for field in judged({"c1": nine}))
    assert told({"c1": nine, "country": ["PL"] * ROWS, "street": ["ulica Prosta 3"] * ROWS})["c1"] == "bland_id"
    assert told({"c1": nine, "m": [mail.replace(".example", ".se") for mail in MAIL]})["c1"] == "aland_id"
    assert told({"blandish_number": nine})["blandish_number"] == "bland_id"


def test_lost_leading_zeros_are_put_back() -> None:
    """Numbers kept as integers lose their leading zeros, not their check."""
    rng = random.Random(6)
    bodies = [f"{rng.randrange(10**10):010d}" for _ in range(2000)]
    lost = [str(int(body + luhn.calc_check_digit(body))) for body in bodies]
    assert {len(value) for value in lost} > {11, 10}
    (field,) = judged({"c1": lost})
    assert field.category == "cland_id"
    assert "leading zeros" in field.reasons[0]


@pytest.mark.parametrize("kind", [pa.int64(), pa.float64(), pa.decimal128(19, 0)])
def test_numbers_are_judged_in_whatever_type_they_are_kept(kind: pa.DataType) -> None:
    """Integers, whole floating numbers and decimals are their digits."""
    cells = pa.array([int(value) for value in numbers(11)], pa.int64()).cast(kind)
    tally = classifier().tally(Dataset("crm", "t", ()))
    tally.add(pa.RecordBatch.from_pydict({"c1": cells}))
    assert [field.category for field in tally.verdicts()] == ["cland_id"]


def test_dates_and_booleans_are_read() -> None:
    """A typed date of birth is told by its header; yes and no are passed over."""
    classified = Classifier(load_categories()).tally(Dataset("crm", "t", ()))
    days = pa.array([5000 + 37 * row for row in range(ROWS)], pa.int32()).cast(pa.date32())
    flags = pa.array([True, False] * (ROWS // 2))
    classified.add(pa.RecordBatch.from_pydict({"birth_date": days, "created": days, "gender": flags}))
    assert [(field.field, field.category) for field in classified.verdicts()] == [("birth_date", "birth_date")]


def test_numbers_of_goods_are_a_better_explanation_than_luck() -> None:
    """Thirteen digits with the check digit of goods are goods, whatever else accepts a few of them."""
    rng = random.Random(7)
    goods = []
    for _ in range(ROWS):
        body = "40" + "".join(rng.choice("0123456789") for _ in range(10))
        goods.append(body + str(-sum(int(d) * (3 if at % 2 else 1) for at, d in enumerate(body)) % 10))
    assert told({"c1": goods}) == {}


def test_a_reference_inherits() -> None:
    """A column that references another table's identity number is one too, surer than its few values alone."""
    people = numbers(11)
    judged({"number": people}, name="main.people")
    column = Column("who", "text", references="main.people.number")
    assert judged({"who": people[:2]}, name="main.notes") == []
    (field,) = judged({"who": people[:2]}, (column,), name="main.orders")
    assert field.category == "cland_id"
    assert "references" in " ".join(field.reasons)


def test_halves_put_together_keep_what_values_share() -> None:
    """Crossed values keep prefix and length, are new, and pass a check digit as seldom as luck does."""
    values = [f"77{value}" for value in numbers(9)]
    made = crossed(values)
    assert len(made) >= 100
    assert all(value.startswith("77") and len(value) == 11 and value not in values for value in made)
    valid = sum(luhn.is_valid(value[2:]) for value in made)
    assert valid < 0.25 * len(made)


@pytest.mark.parametrize("chance", [0.01, 0.1, 0.5, 0.9])
def test_a_check_says_more_the_more_pass(chance: float) -> None:
    """Evidence rises with the number that pass, is bounded, and is against where only luck passes."""
    weights = [capped(check_weight(passed, 300, chance, None, 0.1)) for passed in range(0, 301, 10)]
    rising = weights[int(chance * 30) + 1 :]
    assert rising == sorted(rising)
    assert all(-CAP <= weight <= CAP + 2 for weight in weights)
    assert check_weight(chance * 300, 300, chance, None, 0.1) <= 0


def test_a_narrow_range_is_no_evidence() -> None:
    """Where values made of the column's own halves pass as well, that all pass says little."""
    assert check_weight(500, 500, 0.9, None, 0.5) > 10
    assert check_weight(500, 500, 0.9, 0.998, 0.5) < 1.5


def test_confidence_rises_with_the_evidence() -> None:
    """The calibration is a map that never falls and stays between 0 and 1."""
    shown = [probability(nats / 4) for nats in range(-60, 100)]
    assert shown == sorted(shown)
    assert shown[0] >= 0
    assert shown[-1] <= 1
