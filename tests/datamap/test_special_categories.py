"""Special categories: lists and headers in the languages of the shipped files, and labels in text."""

from __future__ import annotations

import random

import pytest

from custodes.datamap import figures
from custodes.datamap.category import load_categories
from custodes.datamap.headers import fold, promise, tokens
from custodes.datamap.recognise import Recogniser
from tests.datamap.tables import verdicts

CATEGORIES = {rules.id: rules for rules in load_categories()}
SPECIAL = [
    "religion",
    "ethnicity",
    "sexual_orientation",
    "political_opinion",
    "trade_union",
    "disability",
    "criminal_record",
    "biometric_data",
    "genetic_data",
    "immigration_status",
    "gender_identity",
    "veteran_status",
]
FLAGGED = [name for name in SPECIAL if name not in {"immigration_status", "veteran_status"}]
ABOUT_PEOPLE = ["marital_status", "nationality", "income", "credit_score", "employment_status", "education_level"]
TEXT = Recogniser(tuple(CATEGORIES[name] for name in SPECIAL))


@pytest.mark.parametrize("category", SPECIAL + ABOUT_PEOPLE)
def test_headers_speak_seven_languages(category: str) -> None:
    """Every phrase is found as snake case and as camel case, and is in the form names are compared in."""
    headers = CATEGORIES[category].column.headers
    assert len(headers) >= 14
    for phrase in headers:
        assert phrase == fold(phrase)
        for name in (phrase.replace(" ", "_"), phrase.title().replace(" ", "")):
            assert promise(tokens(name), headers).strength >= 0.9, name


@pytest.mark.parametrize("category", FLAGGED)
def test_article_nine_and_ten_are_flagged(category: str) -> None:
    """They may lie only in a vault."""
    assert CATEGORIES[category].category.flags == {"special"}
    assert CATEGORIES[category].category.sensitivity >= 4


def test_lists_that_need_no_header_hold_no_everyday_words() -> None:
    """Answers, colours and states are in no list that tells a column by itself."""
    everyday = {
        "yes",
        "no",
        "none",
        "other",
        "unknown",
        "white",
        "black",
        "active",
        "left",
        "right",
        "member",
        "pending",
    }
    for rules in CATEGORIES.values():
        if rules.column.alone and rules.id in SPECIAL + ABOUT_PEOPLE:
            assert not everyday & rules.column.values, rules.id


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Religion: Roman Catholic, since 1990", [("religion", "Roman Catholic")]),
        ('{"religion": "muslim", "age": 4}', [("religion", "muslim")]),
        ("Konfession: evangelisch und ledig", [("religion", "evangelisch")]),
        ("Sexual orientation: bisexual", [("sexual_orientation", "bisexual")]),
        ("ethnicity=Black or African American", [("ethnicity", "Black or African American")]),
        ("Party affiliation: Republican", [("political_opinion", "Republican")]),
        ("carries rs53576 AG and rs1815739(C;T)", [("genetic_data", "rs53576 AG"), ("genetic_data", "rs1815739(C;T)")]),
        ("the catholic school voted conservative, a gay couple said", []),
        ("Religion: see the chapter on faith", []),
        ("orientation: portrait", []),
        ("colours ethnicity and 12 AG, parse53576", []),
    ],
)
def test_in_text_only_a_label_tells(text: str, expected: list[tuple[str, str]]) -> None:
    """Words of faith and opinion are no finding by themselves; behind a label exactly the word is."""
    assert [(hit.category, text[hit.start : hit.end]) for hit in TEXT.text(text)] == expected


@pytest.mark.parametrize("value", ["52000", "3,250.00", "EUR 48.500,00", "$50k-75k", "£32,000", "1 234,50 zł", "40€/h"])
def test_pay_is_an_amount(value: str) -> None:
    """With and without currency, in ranges and per period."""
    assert figures.amount(value)


@pytest.mark.parametrize("value", ["", "high", "2021-01-01", "12:30", "1.2.3.4", "ann@example.com", "1234567890123"])
def test_dates_clocks_and_long_numbers_are_no_amount(value: str) -> None:
    """What a column of pay does not hold."""
    assert not figures.amount(value)


def test_scores_and_templates() -> None:
    """Ratings and scores in range; vectors and encoded bytes, never a word or a short number."""
    assert all(map(figures.credit_score, ["720", "97,22 %", "AA", "fair", "M", "Baa2"]))
    assert not any(map(figures.credit_score, ["1200", "-4", "hello world", "2021-01-01", ""]))
    assert all(map(figures.template, ["[0.1, -0.2, 0.3, 0.4, 0.5]", "Rk1SACAyMAAAAAD8AAABPAFiAMUAxQ"]))
    assert not any(map(figures.template, ["left thumb", "12.5", "2021-01-01", "", "aaaaaaaaaaaaaaaaaaaaaaaaaaaa"]))


def held(name: str, words: list[str]) -> str | None:
    """The category of a column of those words, beside people's addresses."""
    rng = random.Random(name)
    cells = [rng.choice(words) for _ in range(300)]
    mail = [f"ann{row}@mail.example" for row in range(300)]
    found = {field.field: field for field in verdicts({name: cells, "email": mail}, "main.people")}
    return found[name].category if name in found else None


@pytest.mark.parametrize(
    ("name", "words", "expected"),
    [
        ("religion", ["Roman Catholic", "Muslim", "Jewish", "Other"], "religion"),
        ("konfession", ["rk", "ev", "konfessionslos"], "religion"),
        ("ethnicity", ["White", "Black or African American", "Asian", "Hispanic or Latino"], "ethnicity"),
        ("c1", ["white", "black", "red"], None),
        ("orientamento_sessuale", ["eterosessuale", "omosessuale", "bisessuale"], "sexual_orientation"),
        ("orientation", ["portrait", "landscape"], None),
        ("party_affiliation", ["Democrat", "Republican", "Independent"], "political_opinion"),
        ("risk_profile", ["conservative", "moderate", "aggressive"], None),
        ("gewerkschaft", ["ver.di", "IG Metall", "nein"], "trade_union"),
        ("familienstand", ["ledig", "verheiratet", "geschieden"], "marital_status"),
        ("criminal_record", ["none", "theft", "fraud"], "criminal_record"),
        ("annual_salary", [str(number) for number in range(30_000, 90_000, 517)], "income"),
        ("credit_score", [str(number) for number in range(500, 850, 7)], "credit_score"),
        ("genotype", ["AA", "AG", "GG"], "genetic_data"),
        ("fingerprint_template", [f"Rk1SACAyMAAAAAD8AAAB{n}FiAMUAxQ" for n in range(10, 90)], "biometric_data"),
        ("status", ["active", "pending", "none"], None),
        ("is_member", ["yes", "no"], None),
    ],
)
def test_a_column_is_told_by_its_name_and_its_words(name: str, words: list[str], expected: str | None) -> None:
    """Lists, amounts and vectors under their headers; colours, layouts and states are none."""
    assert held(name, words) == expected
