"""Do conditions join what rules select as Sigma says, absent fields included?"""

from __future__ import annotations

from typing import Any

import pytest

from tests.sigma.asked import fitting, only, reference_count, refusal, rule_text

RECORDS: list[dict[str, Any]] = [
    {"a": "x", "b": "y"},
    {"a": "x"},
    {"b": "y"},
    {"c": "z"},
    {"a": "X", "b": "y", "c": "z"},
    {},
]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("one", [0, 1, 4]),
        ("not one", [2, 3, 5]),
        ("one and two", [0, 4]),
        ("one or two", [0, 1, 2, 4]),
        ("one and not two", [1]),
        ("not (one or two)", [3, 5]),
        ("not (one and two)", [1, 2, 3, 5]),
        ("not one and not two or three", [3, 4, 5]),
        ("1 of them", [0, 1, 2, 3, 4]),
        ("any of them", [0, 1, 2, 3, 4]),
        ("all of them", [4]),
        ("1 of t*", [0, 2, 3, 4]),
        ("all of t*", [4]),
        ("not 1 of t* and one", [1]),
        ("not 1 of them", [5]),
        ("not not one", [0, 1, 4]),
    ],
)
def test_selections_are_joined(condition: str, expected: list[int]) -> None:
    """As the reference joins them; what compares with an absent field is false, not unknown."""
    text = f"one:\n  a: x\ntwo:\n  b: y\nthree:\n  c: z\ncondition: {condition}\n"
    assert fitting(text, RECORDS) == expected
    assert reference_count(rule_text(text), RECORDS) == len(expected)


def test_lists_are_alternatives_and_mappings_hold_together() -> None:
    """A list of mappings: any of them; the keys of one: all; a list of conditions: any."""
    text = "s:\n  - a: x\n    b: y\n  - c: z\ncondition: s\n"
    assert fitting(text, RECORDS) == [0, 3, 4]
    text = "one:\n  a: x\ntwo:\n  c: z\ncondition:\n  - one\n  - two\n"
    assert fitting(text, RECORDS) == [0, 1, 3, 4]


def test_thousands_of_values_and_deep_brackets_are_asked() -> None:
    """Long lists become one comparison; long chains are grouped."""
    many = [f"v{number}" for number in range(3_000)]
    assert fitting({"a": many}, [{"a": "V2999"}, {"a": "v3000"}]) == [0]
    wild = [f"*v{number}x*" for number in range(1_500)]
    assert fitting({"a": wild}, [{"a": "-v1499X-"}, {"a": "v1500x"}]) == [0]
    text = f"s:\n  a: x\ncondition: {'(' * 30}s{')' * 30}\n"
    assert fitting(text, RECORDS) == [0, 1, 4]


def test_keywords_are_found_anywhere_in_a_record() -> None:
    """In any value, also in lists and objects, without regard to case; never across two values or in a key."""
    records: list[dict[str, Any]] = [
        {"m": "say Rosebud now"},
        {"deep": {"list": [{"x": "ROSEBUD"}]}},
        {"rosebud": "key"},
        {"a": "rose", "b": "bud"},
        {"n": 4242},
    ]
    assert fitting("k:\n  - rosebud\ncondition: k\n", records) == [0, 1]
    assert fitting("k:\n  - 424\ncondition: k\n", records) == [4]
    assert fitting("k:\n  '|all':\n    - rose\n    - bud\ncondition: k\n", records) == [0, 1, 3]
    assert fitting("k:\n  '|re': 'Rose(bud)? now'\ncondition: k\n", records) == [0]
    assert fitting("k:\n  - 'say*now'\ncondition: k\n", records) == [0]
    assert fitting("k:\n  - rosebud\nf:\n  m: '*'\ncondition: k and not f\n", records) == [1]
    assert only(rule_text("k:\n  - rosebud\ncondition: k\n")).keywords


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("s:\n  a: x\ncondition: t\n", "not defined"),
        ("s:\n  a: x\ncondition: 1 of t*\n", "doesn't match any"),
        ("s:\n  a: x\ncondition: s | count() > 5\n", "pipe"),
        ("s:\n  a: x\ncondition: s and\n", ""),
        ("s:\n  a: x\n", "condition"),
        ("s: {}\ncondition: s\n", "empty"),
        ("k:\n  - true\ncondition: k\n", "keyword"),
    ],
)
def test_a_condition_that_means_nothing_is_refused(text: str, said: str) -> None:
    """With a reason, before anything is asked."""
    assert said in refusal(rule_text(text))
