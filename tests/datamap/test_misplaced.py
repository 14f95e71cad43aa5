"""Is data that belongs into a vault reported wherever it lies outside one?"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from custodes.datamap.misplaced import Known, located, misplaced, told
from custodes.records import Category, Copy, Examined, Field, Finding, Misplaced, Toucher, Touches

NOW = datetime(2026, 3, 1, tzinfo=UTC)
CATEGORIES = {
    "email": Category("email", "E-mail address", "user.contact.email", 3),
    "payment_card": Category("payment_card", "Payment card number", "user.financial", 5, frozenset({"pci"})),
    "password": Category("password", "Password", "user.authorization.password", 5, frozenset({"credential"})),
}


def a_field(dataset: str, name: str, category: str, matched: int = 90, scanned: int = 100) -> Field:
    return Field("shop", dataset, name, category, 0.9, matched, scanned)


def found(*fields: Field, vaults: tuple[str, ...] = (), copies: tuple[Copy, ...] = ()) -> list[Finding]:
    return misplaced(fields, CATEGORIES, lambda _, dataset: dataset in vaults, NOW, copies)


def test_cards_outside_a_vault_are_a_finding() -> None:
    """It says where, which field and how many cells of how many, with severity from the category."""
    (finding,) = found(
        a_field("exports/old.csv", "cc", "payment_card", 1_200, 1_500), a_field("main.user", "mail", "email")
    )
    assert finding.check == "misplaced_data"
    assert "1,200 of 1,500 cells of cc that were read" in finding.reason
    assert finding.datasets == ("shop.exports/old.csv",)
    assert (finding.severity, finding.confidence, finding.raised) == (5, 0.9, NOW)
    assert finding.tip
    assert finding.blind_spots


def test_a_vault_may_hold_them() -> None:
    """The same dataset declared as a vault is no finding."""
    assert found(a_field("vault.cards", "pan", "payment_card"), vaults=("vault.cards",)) == []


def test_ordinary_personal_data_is_not_misplaced() -> None:
    """An e-mail address in a customer table is where it should be."""
    assert found(a_field("main.user", "mail", "email")) == []


def test_one_finding_a_dataset_gravest_first() -> None:
    """Several fields of a dataset are one finding; its severity is that of the worst."""
    first, second = found(
        *(a_field("b", "hash", "password"), a_field("b", "mail", "email")),
        *(a_field("a", "pan", "payment_card", 95), a_field("a", "hash", "password")),
    )
    assert (first.datasets, first.severity) == (("shop.a",), 5)
    assert (second.datasets, second.severity) == (("shop.b",), 3)
    assert "Payment card number and password in shop.a" in first.title


def test_passwords_in_the_table_of_accounts_are_less_grave() -> None:
    """Beside the account's e-mail address they are medium; in an export, or with a card beside them, they are not."""
    (own,) = found(a_field("main.user", "hash", "password"), a_field("main.user", "mail", "email"))
    (export,) = found(a_field("out/user.csv", "hash", "password"), a_field("out/user.csv", "mail", "email"))
    (more,) = found(*(a_field("main.user", kind, kind) for kind in CATEGORIES))
    assert own.severity == 3
    assert "own table of accounts" in own.reason
    assert (export.severity, more.severity) == (5, 5)


def test_the_id_is_stable() -> None:
    """More cells, another time or another order give the same id; another dataset another one."""
    one, two = a_field("a", "pan", "payment_card"), a_field("a", "hash", "password", 1, 2)
    ids = {found(one, two)[0].id, found(two, one)[0].id, found(one)[0].id}
    assert len(ids) == 1
    assert found(a_field("b", "pan", "payment_card"))[0].id not in ids


def test_a_copy_is_told_from_both_sides() -> None:
    """Which field shares its values with which other one, and how many."""
    pair = (Copy("shop.a.pan", "shop.vault.cards.pan", 0.97),)
    (finding,) = found(a_field("a", "pan", "payment_card"), copies=pair)
    assert "97% of the values of pan stand in shop.vault.cards.pan as well" in finding.reason


def a_place(known: Known, *fields: Field, categories: dict[str, Category] = CATEGORIES) -> Misplaced:
    (place,) = located(fields, categories, lambda *_: False, known)
    return place


def an_examined(read: int, total: int | None, **more: Any) -> Examined:
    return Examined("shop", "a", "file", 3, read, total, **more)


def test_how_much_lies_there_is_estimated_from_what_was_read() -> None:
    """All rows where all were read; in proportion where a part was; unknown where nobody knows how many there are."""
    pan = a_field("a", "pan", "payment_card", 90, 100)
    place = ("shop", "a")
    whole, part, open_end = (
        a_place(Known(examined={place: an_examined(100, total)}), pan).fields[0] for total in (100, 1_000, None)
    )
    assert (whole.rows, whole.estimated) == (90, False)
    assert (part.rows, part.estimated) == (900, True)
    assert open_end.rows is None
    listed = a_place(Known(examined={place: an_examined(100, 100)}), replace(pan, field="cards[].pan"))
    assert listed.fields[0].rows is None


def test_since_when_is_the_earliest_that_is_known() -> None:
    """A date in the rows, the file's date, the first scan that saw this very field: the earliest, and by what."""
    pan = a_field("a", "pan", "payment_card")
    place = ("shop", "a")
    seen = {("shop", "a", "pan", "payment_card"): NOW, ("shop", "a", "mail", "email"): NOW - timedelta(days=99)}
    dated = ("placed", NOW - timedelta(days=40), NOW - timedelta(days=30))
    file = NOW - timedelta(days=20)
    scanned = a_place(Known(seen=seen), pan)
    assert (scanned.since, scanned.since_by) == (NOW, "first scan")
    written = a_place(Known(examined={place: an_examined(1, 1, modified=file)}, seen=seen), pan)
    assert (written.since, written.since_by) == (file, "file date")
    rows = a_place(Known(examined={place: an_examined(1, 1, modified=file, dated=dated)}, seen=seen), pan)
    assert (rows.since, rows.since_by, rows.dated_by) == (dated[1], "row dates", "placed")


def test_who_touched_it_is_told_or_that_nobody_knows() -> None:
    """Touches with their actors; no touch; or no log that tells of the store: three different things."""
    place = a_place(Known(), a_field("a", "pan", "payment_card"))
    by = (Toucher("staff:e1", 5, NOW - timedelta(days=3), NOW), Toucher("staff:e2", 1, NOW, NOW))
    for touched, said in (
        (Touches(6, 2, NOW - timedelta(days=3), NOW, by, watched=True), "6 touches by 2 actors: staff:e1 (5, the last"),
        (Touches(0, 0, None, None, (), watched=True), "No touch of it is in the logs"),
        (Touches(0, 0, None, None, (), watched=False), "No log tells of shop, so that nobody knows who touched it"),
    ):
        (finding,) = told([replace(place, touched=touched)], CATEGORIES, frozenset(), NOW)
        assert said in finding.reason
        assert (finding.touches, finding.actors) == (touched.count, ())


def test_without_any_vault_the_finding_is_a_question() -> None:
    """Half as sure, and the next step is to declare one."""
    pan = a_field("a", "pan", "payment_card")
    (asked,) = told([a_place(Known(vault_declared=False), pan)], CATEGORIES, frozenset(), NOW)
    assert (asked.severity, asked.confidence) == (5, 0.45)
    assert "No vault is declared anywhere" in asked.reason
    assert asked.tip.startswith("declare where such data may live")


def test_a_copy_of_what_a_vault_holds_is_told_first() -> None:
    """Though another copy is closer."""
    fields = (a_field("a", "pan", "payment_card"), a_field("vault.cards", "pan", "payment_card"))
    copies = (Copy("shop.a.pan", "shop.b.pan", 1.0), Copy("shop.a.pan", "shop.vault.cards.pan", 0.9))
    (place,) = located(fields, CATEGORIES, lambda _, name: name == "vault.cards", Known(copies))
    assert [copy.b for copy in place.fields[0].copies] == ["shop.vault.cards.pan", "shop.b.pan"]
