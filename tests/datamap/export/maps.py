"""Which small maps do the tests of exports start from?"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from custodes.datamap.export.told import MapTold
from custodes.records import Category, Copy, Examined, Field, FlowEdge, Place, Ruling, Skipped, Suppressed
from custodes.records.processing import Controller, Keeping, Processing, Transfer

End = tuple[str, str, str]
MADE = datetime(2026, 6, 30, 18, 0, tzinfo=UTC)
CATEGORIES = {
    one.id: one
    for one in (
        Category("email", "E-mail address", "user.contact.email", 3),
        Category("person_name", "Name of a person", "user.name", 2),
        Category("payment_card", "Payment card number", "user.financial.credit_card", 5, frozenset({"pci"})),
        Category("card_security_code", "Card security code", "user.financial.credit_card", 5, frozenset({"pci"})),
        Category("diagnosis", "Diagnosis", "user.health_and_medical", 5, frozenset({"special"})),
        Category("badge", "Badge", "no key!", 1),
    )
}


def a_verdict(store: str, dataset: str, field: str, category: str = "email", **changes: Any) -> Field:
    """A verdict that rests on 97 of 100 cells."""
    values: dict[str, Any] = {
        "confidence": 0.97,
        "matched": 97,
        "scanned": 100,
        "reasons": ("for: 97 % of 100 cells fit it",),
    }
    return Field(store, dataset, field, category, **(values | changes))


def a_table(store: str, dataset: str, *verdicts: tuple[str, str], **changes: Any) -> Examined:
    """A table that was read whole, with these fields and categories."""
    told = tuple(a_verdict(store, dataset, field, category) for field, category in verdicts)
    return replace(Examined(store, dataset, "table", 5, 1000, 1000, verdicts=told), **changes)


def a_flow(
    source: tuple[str, str, str], target: tuple[str, str, str], kind: str = "direct", **changes: Any
) -> FlowEdge:
    """A flow that a view makes."""
    values: dict[str, Any] = {"through": (), "origin": "view", "by": source[0], "place": "main.v", "statement": 0}
    return FlowEdge(Place(*source), Place(*target), kind, **(values | changes))


def a_map(**changes: Any) -> MapTold:
    """A shop: customers for two activities, cards in a vault and a copy outside, a table nobody named, two gaps."""
    suppressed = Suppressed(
        a_verdict("shop", "main.tests", "mail"),
        Ruling("shop", "main.tests", "mail", "email", "not_personal", "user:ann", "made up", MADE, MADE + timedelta(9)),
    )
    values: dict[str, Any] = {
        "name": "Example Market",
        "made": MADE,
        "examined": (
            a_table("lake", "exports/cards.csv", ("number", "payment_card"), kind="file"),
            a_table(
                "shop", "main.cards",
                ("number", "payment_card"), ("cvv", "card_security_code"), ("holder", "person_name"),
            ),
            a_table("shop", "main.customers", ("email", "email"), ("illness", "diagnosis")),
            a_table("shop", "main.leads", ("email", "email"), ("badge", "badge")),
            a_table("shop", "main.stock"),
        ),
        "categories": CATEGORIES,
        "controller": Controller("Example Market Ltd", "privacy@market.example"),
        "processing": (
            Processing(
                "orders", "Orders", ("shop.main.customers", "shop.main.c*"),
                ("delivering orders",), "contract", ("customer",), (),
                (Transfer("US", "Mailer Inc", "standard contractual clauses"), Transfer("CH")),
                "ten years", ("MFA",), "orders team",
            ),
            Processing("care", "Care", ("shop.main.customers",)),
            Processing("ghost", "Ghost", ("lake.nothing",)),
        ),
        "stores": (
            Keeping("crm", "postgres"),
            Keeping("lake", "files", country="US"),
            Keeping("shop", "sqlite", "shop team", ("encrypted at rest",), "EE"),
        ),
        "vaults": frozenset({"shop.main.cards"}),
        "copies": (Copy("lake.exports/cards.csv.number", "shop.main.cards.number", 0.9),),
        "flows": (
            a_flow(("shop", "main.cards", "number"), ("lake", "exports/cards.csv", "number")),
            a_flow(("shop", "main.cards", "holder"), ("shop", "main.stock", "note"), through=("lower",)),
            a_flow(("shop", "main.leads", "email"), ("", "stdout", "*"), leaves=True),
            a_flow(("shop", "main.customers", "email"), ("shop", "main.mailing", "*"), kind="indirect"),
        ),
        "gaps": (
            Skipped("scan", "shop", "main.refunds", "the role lacks SELECT", "grant it"),
            Skipped("scan", "crm", "", "cannot be reached", "start it"),
        ),
        "suppressed": (suppressed,),
        "first_seen": {("shop", "main.cards"): MADE - timedelta(days=30)},
        "namespaces": {"shop": ("sqlite://shop", ""), "lake": ("files://lake", "")},
    }  # fmt: skip
    return MapTold(**(values | changes))
