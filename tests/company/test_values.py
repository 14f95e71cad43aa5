"""Are the people made up, and are their numbers still such that a validator takes them?"""

from __future__ import annotations

import csv
import gzip
import re
import sqlite3

import numpy as np
import phonenumbers
import pytest
from stdnum import iban as iban_oracle
from stdnum import luhn as luhn_oracle

from custodes.company.people import card, iban, luhn_digit, people, phone
from tests.company.conftest import Company

# Blocks kept for drama by Ofcom, the Bundesnetzagentur and the North American numbering plan.
RESERVED = re.compile(
    r"\+44(1\d{2}4960|2079460)\d{3}|\+49(3023125|6990009|4066969|2214710|8999998)\d{3}|\+1\d{3}55501\d{2}"
)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(11)


@pytest.mark.parametrize("country", ["GB", "DE", "US"])
def test_telephone_numbers_are_valid_and_reserved(rng: np.random.Generator, country: str) -> None:
    """Every number is one phonenumbers calls valid and lies in a block that nobody is given."""
    for _ in range(200):
        number = phonenumbers.parse(phone(rng, country), country)
        assert phonenumbers.is_valid_number(number)
        assert RESERVED.fullmatch(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


@pytest.mark.parametrize("country", ["GB", "DE", "US"])
def test_ibans_have_right_check_digits(rng: np.random.Generator, country: str) -> None:
    """An independent implementation accepts every IBAN, and its bank does not exist."""
    made = [iban(rng, country) for _ in range(100)]
    assert all(iban_oracle.is_valid(one) for one in made)
    assert all(one[4:8] in {"XMPL", "0000"} for one in made)


def test_cards_pass_luhn_on_test_prefixes(rng: np.random.Generator) -> None:
    """An independent implementation accepts every card number, and each begins like a published test number."""
    made = [card(rng)[1] for _ in range(300)]
    assert all(luhn_oracle.is_valid(one) for one in made)
    assert {one[:6] for one in made} == {"424242", "411111", "555555", "378282"}
    assert luhn_digit("411111111111111") == "1"


def test_mail_goes_nowhere(rng: np.random.Generator) -> None:
    """Every address is ASCII, unique and under a domain of RFC 2606."""
    emails = people(rng, 500).email
    assert len(set(emails)) == 500
    assert all(re.fullmatch(r"[a-z.0-9]+@([a-z]+\.)?example\.(com|org|net)", email) for email in emails)


def test_planted_values_are_the_ones_in_the_files(company: Company) -> None:
    """What the answer sheet lists is what a reader of the stores and exports meets."""
    values = list(company.truth.planted_values())
    listed = set(values)
    assert len(values) == len(listed)
    shop = sqlite3.connect(company.folder / "shop.db")
    vault = sqlite3.connect(company.folder / "vault.db")
    try:
        for row in shop.execute("SELECT name, email, phone, street FROM customers"):
            assert listed.issuperset(row)
        for row in shop.execute("SELECT contact_email, bank_iban FROM sellers"):
            assert listed.issuperset(row)
        for row in vault.execute("SELECT card_number, holder FROM payment_methods"):
            assert listed.issuperset(row)
        found = shop.execute("SELECT count(*) FROM reviews WHERE text LIKE '%@%example%'").fetchone()[0]
    finally:
        shop.close()
        vault.close()
    assert 5 <= found <= 60
    with (company.folder / "hr" / "people.csv").open(newline="") as handle:
        for member in csv.DictReader(handle):
            assert listed.issuperset(
                (member["email"], member["household"], f"{member['given_name']} {member['surname']}")
            )
    with (company.folder / "partners" / "sellers.csv").open(newline="") as handle:
        for seller in csv.DictReader(handle):
            assert listed.issuperset((seller["bank"], seller["address"], seller["phone"]))


def test_logs_hold_internal_ids_only(company: Company) -> None:
    """No log of the company repeats a person's value: what must be found there is the touch, not the person."""
    texts = [
        gzip.decompress(file.read_bytes()).decode() if file.suffix == ".gz" else file.read_text()
        for file in sorted((company.folder / "logs").iterdir())
    ]
    text = "\n".join(texts)
    assert "@" not in text
    assert not set(re.findall(r'[^",\n]+', text)) & set(company.truth.planted_values())


def test_misplaced_data_is_where_the_answer_sheet_says(company: Company) -> None:
    """Card numbers lie in a forgotten export, a cloud key in a backup, and both are counted."""
    cards, key = company.truth.misplaced
    path = company.folder / "exports" / cards.dataset.removeprefix("exports.")
    with path.open(newline="") as handle:
        numbers = [row[cards.field] for row in csv.DictReader(handle)]
    assert len(numbers) == cards.rows
    assert all(luhn_oracle.is_valid(number) for number in numbers)
    backup = (company.folder / "exports" / key.dataset.removeprefix("exports.")).read_text()
    assert re.search(r"AKIA[A-Z2-7]{9}EXAMPLE", backup)


def test_order_numbers_pass_luhn_only_by_chance(company: Company) -> None:
    """The decoy of the shop: sixteen digits that begin like a card's, one in ten of which passes."""
    shop = sqlite3.connect(company.folder / "shop.db")
    try:
        numbers = [row[0] for row in shop.execute("SELECT order_number FROM orders")]
    finally:
        shop.close()
    share = sum(map(luhn_oracle.is_valid, numbers)) / len(numbers)
    assert {len(number) for number in numbers} == {16}
    assert 0.08 <= share <= 0.12
