"""Verdicts on columns made up for the purpose: names that say nothing, names that lie, numbers that pass by luck."""

from __future__ import annotations

import random
from collections.abc import Callable

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import luhn

from custodes.records import Dataset
from tests.datamap.tables import classifier, held, verdicts

RANDOM = random.Random(20)
ROWS = 300
GIVEN = [
    "Olivia",
    "Liam",
    "Emma",
    "Noah",
    "Ethan",
    "Sofia",
    "Mateo",
    "Priya",
    "Yuki",
    "Wei",
    "Omar",
    "Chloe",
    "Tadeusz",
]
FAMILY = [
    "Smith",
    "Garcia",
    "Müller",
    "Rossi",
    "Dubois",
    "Novak",
    "Tanaka",
    "Chen",
    "Khan",
    "Silva",
    "Okafor",
    "Petrov",
]
PEOPLE = [(RANDOM.choice(GIVEN), RANDOM.choice(FAMILY)) for _ in range(ROWS)]


def digits(count: int) -> str:
    return "".join(RANDOM.choice("0123456789") for _ in range(count))


def rows(make: Callable[[int], str]) -> list[str]:
    return [make(row) for row in range(ROWS)]


def card(start: str) -> str:
    body = start + digits(15 - len(start))
    return body + luhn.calc_check_digit(body)


def day(first: int, last: int) -> str:
    return f"{RANDOM.randint(first, last)}-{RANDOM.randint(1, 12):02d}-{RANDOM.randint(1, 28):02d}"


MAIL = [f"{given.lower()}.{family.lower()}{row}@mail.example" for row, (given, family) in enumerate(PEOPLE)]

PERSONAL = {
    "person_name": [f"{given} {family}" for given, family in PEOPLE],
    "email": MAIL,
    "phone": rows(lambda _: f"+1 202-555-01{digits(2)}"),
    "payment_card": rows(lambda _: card("4")),
    "us_ssn": rows(lambda _: f"{RANDOM.randint(100, 665)}-{RANDOM.randint(1, 99):02d}-{RANDOM.randint(1, 9999):04d}"),
    "ip_address": rows(lambda _: f"203.0.{RANDOM.randint(0, 255)}.{RANDOM.randint(1, 254)}"),
    "birth_date": rows(lambda _: day(1940, 2004)),
    "postal_address": rows(lambda _: f"{RANDOM.randint(1, 200)} {RANDOM.choice(['Oak', 'Elm', 'Hill'])} Street"),
    "first_name": [given for given, _ in PEOPLE],
    "last_name": [family for _, family in PEOPLE],
    "password_hash": ["$2b$12$" + "abcdefghijklmnopqrstuu" + "A" * 31] * ROWS,
    "github_token": rows(lambda _: "ghp_" + digits(36)),
}

DECOYS = {
    "order_no": rows(lambda _: digits(16)),
    "visa_like": rows(lambda _: "4" + digits(15)),
    "serial": rows(lambda row: str(4_000_000_000_000_000 + row)),
    "epoch": rows(lambda _: str(1_700_000_000 + RANDOM.randint(0, 10**7))),
    "millis": rows(lambda _: str(1_700_000_000_000 + RANDOM.randint(0, 10**9))),
    "version": rows(
        lambda _: f"{RANDOM.randint(1, 12)}.{RANDOM.randint(0, 30)}.{RANDOM.randint(0, 9)}.{RANDOM.randint(0, 99)}"
    ),
    "os_build": rows(lambda _: f"10.0.{RANDOM.randint(10000, 30000)}.{RANDOM.randint(1, 999)}"),
    "sku": rows(lambda _: f"{digits(3)}-{digits(2)}-{digits(4)}"),
    "nine_digits": rows(lambda _: "9" + digits(8)),
    "ten_digits": rows(lambda _: str(RANDOM.randint(10**9, 10**10 - 1))),
    "uuid": rows(lambda _: f"{digits(8)}-{digits(4)}-41d4-a716-{digits(12)}"),
    "isbn": rows(lambda _: "978" + digits(10)),
    "price": rows(lambda _: f"{RANDOM.randint(1, 999)}.{digits(2)}"),
    "created_at": rows(lambda _: f"{day(1990, 2024)}T10:11:52Z"),
    "hire_date": rows(lambda _: day(1980, 2004)),
    "sha256": rows(lambda _: f"{RANDOM.getrandbits(256):064x}"),
    "clock": rows(lambda _: f"{RANDOM.randint(0, 23):02d}:{RANDOM.randint(0, 59):02d}:09"),
    "part_no": rows(lambda _: f"{RANDOM.randint(100, 999)}-{digits(3)}-{digits(4)}"),
    "agent": rows(lambda _: "Browser/5.0 (X11) Engine/537.36 Browser/114.0.0.0"),
    "url": rows(lambda row: f"https://www.example.com/item/{row}"),
}


@pytest.mark.parametrize("category", PERSONAL)
def test_values_speak_where_the_name_says_nothing(category: str) -> None:
    """A column `c1` of personal data beside an e-mail address is found by its values alone."""
    found = held({"c1": PERSONAL[category], "c2": MAIL})
    assert found.get("c1") == category


@pytest.mark.parametrize("name", DECOYS)
@pytest.mark.parametrize("header", [None, "c1"])
def test_numbers_that_pass_by_luck_are_not_personal(name: str, header: str | None) -> None:
    """Order numbers, clocks, versions and codes stay off the map, whatever the column is called."""
    column = header or name
    assert column not in held({column: DECOYS[name], "email": MAIL})


@pytest.mark.parametrize(
    ("column", "cells"),
    [
        ("first_name", [str(number) for number in range(40)]),
        ("phone", ["Model 12", "Model 13 Pro"] * 20),
        ("email", ["yes", "no"] * 20),
        ("email_verified", ["true", "false"] * 20),
        ("address", ["192.168.0.x", "n/a"] * 20),
        ("password_changed_at", ["2024-01-01"] * 40),
        ("phone_id", [str(2025550100 + number) for number in range(40)]),
        ("state", ["open", "closed", "shipped"] * 14),
        ("birth_date", ["2999-01-01", "pending"] * 20),
        ("card_id", [str(number) for number in range(40)]),
    ],
)
def test_a_header_alone_does_not_suffice(column: str, cells: list[str]) -> None:
    """A name that promises and values that contradict give no verdict."""
    assert column not in held({column: cells, "street": [f"{row} Oak Street" for row in range(len(cells))]})


def test_names_of_things_are_not_names_of_people() -> None:
    """Shops with a contact address keep their name off the map; their owner does not."""
    shops = [f"{RANDOM.choice(['Blue', 'Alpine', 'River'])} {RANDOM.choice(['Home', 'Goods'])}" for _ in range(ROWS)]
    found = held(
        {"name": shops, "email": [f"info@shop{row}.example" for row in range(ROWS)], "owner": PERSONAL["person_name"]},
        "main.sellers",
    )
    assert found == {"email": "email", "owner": "person_name"}


def test_a_german_table_is_read_like_an_english_one() -> None:
    """Headers in another language, compounds and umlauts included."""
    table = {
        "Vorname": [given for given, _ in PEOPLE],
        "Familienname": [family for _, family in PEOPLE],
        "Straße": rows(lambda row: f"Lindenweg {row}"),
        "PLZ": rows(lambda _: f"0{digits(4)}"),
        "Wohnort": rows(lambda _: RANDOM.choice(["Köln", "Ulm", "Bad Tölz"])),
        "GeburtsDatum": rows(
            lambda _: f"{RANDOM.randint(1, 28):02d}.{RANDOM.randint(1, 12):02d}.{RANDOM.randint(1940, 2004)}"
        ),
        "Telefon": rows(lambda _: f"030 {digits(7)}"),
        "Bestellnummer": rows(lambda _: digits(16)),
    }
    assert held(table, "shop.kunden") == {
        "Vorname": "first_name",
        "Familienname": "last_name",
        "Straße": "postal_address",
        "PLZ": "postcode",
        "Wohnort": "city",
        "GeburtsDatum": "birth_date",
        "Telefon": "phone",
    }


def test_names_without_blanks_are_read_beside_what_is_about_people() -> None:
    """A Chinese table: names of two or three signs, addresses without a blank."""
    table = {"name": ["王伟", "李娜娜", "张敏"] * 20, "email": MAIL[:60], "address": ["北京市朝阳区建国路88号"] * 60}
    assert held(table, "hr.employees") == {"name": "person_name", "email": "email", "address": "postal_address"}


def test_what_stands_in_free_text_is_counted_and_said() -> None:
    """A few addresses in reviews are a finding with its share, not a column of addresses."""
    cells = [f"please answer to {MAIL[row]} soon" if row % 25 == 0 else f"parcel {row} was late" for row in range(ROWS)]
    (field,) = verdicts({"body": cells})
    assert (field.category, field.matched, field.scanned) == ("email", 12, 300)
    assert field.reasons == ("for: found inside free text in 12 of 300 cells",)


def test_one_credential_in_a_column_is_enough() -> None:
    """One key among a thousand other values is reported."""
    cells = [f"k{row}" for row in range(1000)]
    cells[700] = "AKIAIOSFODNN7EXAMPLE"
    (field,) = verdicts({"key": cells})
    assert (field.category, field.matched) == ("aws_access_key", 1)
    assert field.confidence >= 0.8


def test_a_few_cards_among_tokens_are_found() -> None:
    """Cards that slipped into a column of tokens pass their check far more often than luck allows."""
    cells = [card("4") if row % 60 == 0 else f"tok_{digits(20)}" for row in range(ROWS)]
    assert held({"payment_ref": cells}) == {"payment_ref": "payment_card"}


def test_structs_and_lists_are_reached_by_their_path() -> None:
    """`a.b` for structs, `a[]` for lists; nulls and empty lists do no harm."""
    batch = pa.RecordBatch.from_pylist(
        [{"who": {"mail": mail, "tags": ["x", None]}, "also": [mail, "second@mail.example"]} for mail in MAIL[:20]]
        + [{"who": None, "also": []}, {"who": {"mail": None, "tags": None}, "also": None}]
    )
    tally = classifier().tally(Dataset("crm", "events.jsonl", ()))
    tally.add(batch)
    found = {field.field: (field.category, field.scanned) for field in tally.verdicts()}
    assert found == {"who.mail": ("email", 20), "also[]": ("email", 40)}


def test_batches_add_up() -> None:
    """Many small batches give the counts of one large one."""
    tally = classifier().tally(Dataset("crm", "t", ()))
    for start in range(0, ROWS, 7):
        tally.add(pa.RecordBatch.from_pydict({"m": pa.array(MAIL[start : start + 7])}))
    (field,) = tally.verdicts()
    assert (field.matched, field.scanned) == (ROWS, ROWS)


def test_reasons_hold_no_value() -> None:
    """No word of a cell reaches a reason."""
    table = {
        "full_name": PERSONAL["person_name"],
        "mail": MAIL,
        "card": PERSONAL["payment_card"],
        "tel": PERSONAL["phone"],
    }
    told = " ".join(reason for field in verdicts(table) for reason in field.reasons)
    assert told
    assert not any(cell in told for cells in table.values() for cell in cells)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.none() | st.text(st.characters(codec="utf-8"), max_size=30), max_size=30), st.text(max_size=15))
def test_no_column_makes_the_verdict_raise(cells: list[str | None], name: str) -> None:
    """Any cells under any name are judged without an error."""
    for field in verdicts(
        {name: [None if cell is None else cell.encode("utf-8", "replace").decode() for cell in cells]}
    ):
        assert 0 <= field.confidence <= 1
        assert field.matched <= field.scanned
