"""Is data that belongs into a vault reported wherever it lies outside one?"""

from __future__ import annotations

from datetime import UTC, datetime

from custodes.datamap.misplaced import misplaced
from custodes.records import Category, Copy, Field, Finding

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
