"""Does a record of processing say all that is known, stated and not, and can no name in it act as a formula?"""

from __future__ import annotations

import csv
import io
import re

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custodes.datamap.export import art30, pci
from custodes.datamap.export.cells import Sheet, as_csv, inert
from custodes.datamap.export.told import MapTold
from custodes.datamap.export.workbook import as_xlsx
from tests.datamap.export.maps import a_map, a_table

HOSTILE = "=cmd|' /C calc'!A0"


def rows(sheet: Sheet) -> list[dict[str, str]]:
    """What a reader of the CSV has."""
    return list(csv.DictReader(io.StringIO(as_csv(sheet).decode("utf-8-sig"), newline="")))


def record(told: MapTold) -> list[dict[str, str]]:
    return rows(art30.record(told))


def test_a_row_has_every_point_of_article_30() -> None:
    """One row per activity and dataset, with what the owner stated, what the scan found and what its store adds."""
    row = next(one for one in record(a_map()) if one["dataset"] == "main.customers")
    said = {
        "row": "processing",
        "processing activity": "Orders",
        "controller": "Example Market Ltd",
        "controller contact": "privacy@market.example",
        "purposes": "delivering orders",
        "legal basis": "contract",
        "categories of data subjects": "customer",
        "categories of personal data": "Diagnosis; E-mail address",
        "special categories (Art. 9, 10)": "Diagnosis",
        "recipients": "none",
        "time limits for erasure": "ten years",
        "security measures": "MFA; encrypted at rest",
        "owner": "orders team",
        "how far it was read": "1,000 of 1,000 rows read",
    }
    assert {key: row[key] for key in said} == said
    assert row["transfers to third countries"] == (
        "Mailer Inc in US, outside of the EEA: safeguards standard contractual clauses; "
        "recipient not stated in CH, outside of the EEA: safeguards not stated"
    )


def test_a_dataset_of_several_activities_has_a_row_for_each() -> None:
    """A pattern counts as well as a name, and the store's owner answers where the activity names none."""
    found = [
        (one["processing activity"], one["owner"]) for one in record(a_map()) if one["dataset"] == "main.customers"
    ]
    assert found == [("Orders", "orders team"), ("Care", "shop team")]
    assert "main.cards" in [one["dataset"] for one in record(a_map()) if one["processing activity"] == "Orders"]


def test_what_is_missing_is_said_and_no_cell_is_blank() -> None:
    """No activity, no owner, no purpose: stated as missing. Gaps, rulings and activities without data have rows."""
    told = record(a_map())
    assert all(value for one in told for value in one.values())
    leads = next(one for one in told if one["dataset"] == "main.leads")
    assert leads["purposes"] == leads["time limits for erasure"] == leads["recipients"] == "not stated"
    assert "no processing activity" in leads["note"]
    lake = next(one for one in told if one["store"] == "lake")
    assert lake["owner"] == lake["security measures"] == "not stated"
    assert lake["transfers to third countries"] == "kept in US (store lake); others not stated"
    ghost = next(one for one in told if one["processing activity"] == "Ghost")
    assert (ghost["dataset"], ghost["note"]) == ("none", "none of its datasets is on the data map with personal data")
    gaps = {(one["store"], one["dataset"]): one for one in told if one["row"] == "not covered"}
    assert set(gaps) == {("shop", "main.refunds"), ("crm", "all of it")}
    assert gaps["crm", "all of it"]["categories of personal data"] == "not known"
    ruled = next(one for one in told if one["row"] == "ruled not personal")
    assert ruled["note"] == "ruled by user:ann until 2026-07-09: made up"


def test_an_empty_map_is_no_blank_page() -> None:
    """Nothing stated and nothing read: each table still says so."""
    told = a_map(examined=(), processing=(), suppressed=(), flows=(), gaps=(), stores=())
    assert rows(pci.scope(told))[0]["note"] == "no account data was recognised in the 0 datasets that were read"
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx(art30.sheets(told))))
    assert book["Not covered"]["C2"].value == "nothing"


def test_the_scope_names_each_place_and_what_is_connected() -> None:
    """Card data with how it was found and whether in a vault, names beside it, flows, copies, connected datasets."""
    told = rows(pci.scope(a_map()))
    assert all(value for one in told for value in one.values())
    places = {(one["dataset"], one["field"]): one for one in told if one["row"] == "place"}
    assert set(places) == {
        *(("main.cards", field) for field in ("number", "cvv", "holder")),
        ("exports/cards.csv", "number"),
    }
    kept = places["main.cards", "number"]
    assert kept["inside a declared vault"] == "yes"
    assert kept["flows out of the dataset to"] == "lake.exports/cards.csv; shop.main.stock"
    assert kept["copies"] == "lake.exports/cards.csv.number"
    assert kept["how it was found"] == "for: 97 % of 100 cells fit it"
    loose = places["exports/cards.csv", "number"]
    assert (loose["inside a declared vault"], loose["note"]) == ("no", "outside of every declared vault")
    assert loose["flows into the dataset from"] == "shop.main.cards"
    assert "PCI DSS 3.3" in places["main.cards", "cvv"]["note"]
    (connected,) = [one for one in told if one["row"] == "connected"]
    assert connected["dataset"] == "main.stock"
    assert connected["how it was found"] == "direct flow from shop.main.cards.holder (view main.v)"
    assert len([one for one in told if one["row"] == "not covered"]) == 2


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", "\n=", " =", "\uff1d", '"=', ";=", "a;=", "x, -"])
def test_a_name_is_no_formula(start: str) -> None:
    """Whatever a dataset is called, its cell is a text: in CSV by an apostrophe, in a workbook by its type as well."""
    told = a_map(examined=(a_table("lake", f"{start}cmd|' /C calc'!A0", ("=1+1", "email")),), processing=())
    for sheet in (art30.record(told), pci.scope(told)):
        for separator in ",;\t|":
            text = as_csv(sheet).decode("utf-8-sig")
            cells = [cell for line in csv.reader(io.StringIO(text, newline=""), delimiter=separator) for cell in line]
            assert not [cell for cell in cells if acts(cell)]
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx(art30.sheets(told))))
    held = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in held} == {"s"}
    assert not [cell for cell in held if acts(cell.value)]
    assert all(cell.quotePrefix for cell in book["Record of processing"][2])


def acts(cell: str) -> bool:
    """Whether a spreadsheet would take it for a formula, after the blanks and quotes that some of them skip."""
    return cell.lstrip(" \t\r\n\"'")[:1] in tuple("=+-@\uff1d\uff0b\uff0d\uff20") and not re.match(r"[\s\"]*'", cell)


@given(
    st.lists(st.text(st.sampled_from("=+-@;,|\t\r\n\"' a\u2028\x00\ud800\uff1d"), max_size=12), min_size=1, max_size=4)
)
def test_no_text_becomes_a_formula_or_another_row(texts: list[str]) -> None:
    """Read with any list separator, no cell acts, and the table keeps its rows."""
    sheet = Sheet("s", tuple("h" for _ in texts), (tuple(texts),))
    text = as_csv(sheet).decode("utf-8-sig")
    assert len(list(csv.reader(io.StringIO(text, newline="")))) == 2
    for separator in ",;\t|":
        assert not [
            cell
            for line in csv.reader(io.StringIO(text, newline=""), delimiter=separator)
            for cell in line
            if acts(cell)
        ]
    openpyxl.load_workbook(io.BytesIO(as_xlsx([sheet])))


def test_a_cell_that_is_too_long_says_that_it_was_cut() -> None:
    """Excel refuses more than 32,767 characters."""
    assert inert("x" * 40_000).endswith("(cut: 8,000 more characters)")


def test_a_workbook_is_read_by_others_and_the_same_each_time() -> None:
    """openpyxl and calamine read what was written; the same map gives the same bytes."""
    calamine = pytest.importorskip("python_calamine")
    data = as_xlsx(art30.sheets(a_map()))
    assert data == as_xlsx(art30.sheets(a_map()))
    book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    assert book.sheet_names == ["Record of processing", "Not covered", "Not stated", "About"]
    told = book.get_sheet_by_name("Record of processing").to_python()
    assert told[0] == list(art30.HEADINGS)
    missing = {row[0]: row[1] for row in book.get_sheet_by_name("Not stated").to_python()[1:]}
    assert missing["shop.main.leads"] == "processing activity"
    assert missing["processing.care"] == (
        "purposes, legal basis, categories of data subjects, recipients, transfers, time limits for erasure"
    )
    gaps = [row[:2] for row in book.get_sheet_by_name("Not covered").to_python()[1:]]
    assert gaps == [["shop", "main.refunds"], ["crm", "all of it"]]
