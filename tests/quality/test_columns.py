"""Are the labelled columns the same again, and is their truth true?"""

from __future__ import annotations

import re
from collections import Counter

import phonenumbers
import pyarrow as pa
import pytest
from stdnum import bic, bitcoin, ean, iban, imei, isin, luhn
from stdnum.us import rtn

from custodes.company.columns import KINDS, LOCALES, Draw, Kind, Table, tables
from custodes.company.columns.kind import LIES
from custodes.company.columns.national import check
from custodes.company.columns.writing import typed
from custodes.datamap.category import load_categories

VALUES = 40
# python-stdnum's module where its name is not the kind's; none where it knows no check.
MODULES = {
    "at_vnr": "at.vnr",
    "be_nn": "be.nn",
    "ch_ahv": "ch.ssn",
    "cz_rodne_cislo": "cz.rc",
    "de_steuer_id": "de.idnr",
    "ee_isikukood": "ee.ik",
    "gb_nino": None,
    "ie_pps": "ie.pps",
    "il_id": "il.idnr",
    "in_aadhaar": "in_.aadhaar",
    "in_pan": "in_.pan",
    "it_codice_fiscale": "it.codicefiscale",
    "jmbg": "si.emso",
    "jp_my_number": "jp.in_",
    "lv_personas_kods": "lv.pvn",
    "tr_kimlik": "tr.tckimlik",
    "uk_nhs_number": "gb.nhs",
    "us_aba_routing": "us.rtn",
    "us_mbi": None,
    "za_id": "za.idnr",
}
NUMBERS = [(kind, MODULES.get(kind.id, kind.id.replace("_", ".", 1))) for kind in KINDS]
NATIONAL = [(kind, module) for kind, module in NUMBERS if module and re.match(r"[a-z]{2}_|jmbg", kind.id)]


def drawn(kind: Kind, locale: int = 0, seed: int = 7) -> list[str]:
    draw = Draw(f"{seed}:{kind.id}:{locale}", LOCALES[locale])
    return [kind.make(draw) for _ in range(VALUES)]


def kinds(ids: str) -> list[Kind]:
    return [kind for kind in KINDS if kind.id in ids.split()]


@pytest.fixture(scope="module")
def small() -> list[Table]:
    """All tables, with as few rows as there may be."""
    return list(tables(1, 20))


def test_there_are_enough_kinds_decoys_and_locales() -> None:
    """Sixty kinds of personal data, twenty-five decoys, six locales, and every id once."""
    assert sum(kind.category is not None for kind in KINDS) >= 60
    assert sum(kind.category is None for kind in KINDS) >= 25
    assert len(LOCALES) >= 6
    assert max(Counter(kind.id for kind in KINDS).values()) == 1


def test_the_same_seed_makes_the_same_tables_and_another_makes_others() -> None:
    """Names, values and truth are equal for one seed, and differ for two."""
    some = kinds("email pl_pesel payment_card sku person_name")
    once, again, other = (list(tables(seed, 30, some)) for seed in (3, 3, 4))
    assert [one.truth for one in once] == [one.truth for one in again]
    assert all(a.data.equals(b.data) for a, b in zip(once, again, strict=True))
    assert any(not a.data.equals(b.data) for a, b in zip(once, other, strict=False))


def test_every_kind_stands_under_usual_opaque_and_lying_names(small: list[Table]) -> None:
    """Each kind has a column of each kind of name, and the truth names paths that are in the table."""
    seen: dict[str, set[str]] = {}
    for table in small:
        for truth in table.truth:
            seen.setdefault(truth.kind, set()).add(truth.header)
            assert re.split(r"[.\[]", truth.path)[0] in table.data.column_names
    for kind in KINDS:
        assert seen[kind.id] == {"named", "opaque", "wrong"}, kind.id


def test_places_and_types_vary(small: list[Table]) -> None:
    """There are structs, lists, JSON, whole numbers, dates and missing cells."""
    places = {truth.place for table in small for truth in table.truth}
    types = {str(field.type).partition("<")[0] for table in small for field in table.data.schema}
    assert places == {"column", "struct", "list", "json"}
    assert {"string", "int64", "date32[day]", "struct", "list"} <= types
    assert any(column.null_count for table in small for column in table.data.columns)


@pytest.mark.parametrize(("kind", "module"), NATIONAL, ids=[kind.id for kind, _ in NATIONAL])
def test_national_numbers_are_valid(kind: Kind, module: str) -> None:
    """python-stdnum accepts each number that is planted as valid, in each way it is written."""
    for seed in (7, 8, 9):
        assert all(check(module).is_valid(value) for value in drawn(kind, seed=seed))


def test_numbers_of_money_and_machines_are_valid() -> None:
    """Cards, accounts, banks, wallets and devices have right checks."""
    by_id = {kind.id: kind for kind in KINDS}
    checks = {
        "payment_card": lambda value: luhn.is_valid(re.sub(r"[ -]", "", value)),
        "iban": iban.is_valid,
        "bic": bic.is_valid,
        "bitcoin_address": bitcoin.is_valid,
        "imei": imei.is_valid,
        "us_aba_routing": rtn.is_valid,
        "isbn": ean.is_valid,
        "isin": isin.is_valid,
    }
    for name, valid in checks.items():
        assert all(valid(value) for value in drawn(by_id[name])), name


@pytest.mark.parametrize("locale", range(len(LOCALES)), ids=lambda at: LOCALES[at].code)
def test_phone_numbers_are_in_the_numbering_plans(locale: int) -> None:
    """phonenumbers accepts each number in its country."""
    for kind in kinds("phone_international phone_national"):
        for value in drawn(kind, locale):
            assert phonenumbers.is_valid_number(phonenumbers.parse(value, LOCALES[locale].country))


def test_few_order_numbers_pass_for_cards() -> None:
    """A decoy is one: about a tenth of the order numbers pass the Luhn check, not all."""
    kind = next(kind for kind in KINDS if kind.id == "order_number")
    draw = Draw("orders", LOCALES[0])
    passed = sum(luhn.is_valid(kind.make(draw)) for _ in range(1_000))
    assert 50 < passed < 160


def test_a_lie_is_one() -> None:
    """No name that lies about a kind is one of its usual names."""
    for kind in KINDS:
        usual = {words.replace(" ", "_") for names in kind.headers.values() for words in names}
        assert not usual & set(kind.promised_wrongly()), kind.id
    assert all(LIES.values())


def test_expected_categories_ship() -> None:
    """Every right answer is a category that exists: a benchmark that asks for others measures nothing."""
    known = {one.id for one in load_categories()}
    assert {category for kind in KINDS for category in kind.accepted} - known == set()


def test_typing_loses_nothing() -> None:
    """Whole numbers, dates and decimals get their types; what a type would change stays text."""
    assert typed(["12", None, "305"]).type == pa.int64()
    assert typed(["2024-01-31"]).type == pa.date32()
    assert typed(["3.50"]).type == pa.decimal128(18, 6)
    for value in ("012", "+4930123456", "1234567890123456789", "1e5", ""):
        assert typed([value]).to_pylist() == [value]
