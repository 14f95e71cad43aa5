"""A made-up company of 500 datasets: what the graph must stay readable with."""

from __future__ import annotations

from custodes.records import Category, Copy, Examined, Field, FlowEdge, Overview, Place
from tests.risk.overviews import an_overview

_KINDS = {
    "email": Category("email", "E-mail address", "user.contact.email", 3),
    "phone": Category("phone", "Phone number", "user.contact.phone_number", 3),
    "person_name": Category("person_name", "Name of a person", "user.name", 2),
    "city": Category("city", "City of an address", "user.contact.address.city", 1),
    "birth_date": Category("birth_date", "Date of birth", "user.demographic.date_of_birth", 3),
    "diagnosis": Category("diagnosis", "Diagnosis", "user.health_and_medical", 5, frozenset({"special"})),
    "payment_card": Category("payment_card", "Payment card number", "user.financial", 5, frozenset({"pci"})),
    "iban": Category("iban", "Bank account (IBAN)", "user.financial.bank_account", 4),
}  # fmt: skip
_STORES = (
    ("shop", "main", 60), ("crm", "public", 80), ("billing", "ledger", 40), ("support", "public", 50),
    ("warehouse", "staging", 90), ("marts", "bi", 70), ("exports", "", 60), ("lake", "raw", 50),
)  # fmt: skip
_NOUNS = (
    "customers",
    "orders",
    "addresses",
    "payments",
    "tickets",
    "sessions",
    "invoices",
    "contacts",
    "events",
    "stock",
)
_SOURCES = ("shop", "crm", "billing", "support")


def landscape() -> tuple[Overview, tuple[FlowEdge, ...]]:
    """The overview, and the flows: sources to the warehouse, from there to marts and exports."""
    kinds = list(_KINDS)
    examined: list[Examined] = []
    for store, schema, count in _STORES:
        for number in range(count):
            noun = _NOUNS[number % len(_NOUNS)]
            plain = f"{noun}_{number // len(_NOUNS)}" if number >= len(_NOUNS) else noun
            name = f"2026/{number:02}/{plain}.csv" if store == "exports" else f"{schema}.{plain}"
            held: list[str] = []
            if noun != "stock" and number % 2 == 0:
                held = [kinds[(number // 2 + step) % 5] for step in range(1 + number % 3)]
            if number in (4, 44) and store in ("exports", "marts"):
                held = ["payment_card", "person_name"]
            if store == "billing" and noun == "payments":
                held = ["payment_card", "iban"]
            if store == "support" and number == 4:
                held = ["email", "diagnosis"]
            fields = tuple(
                Field(store, name, kind, kind, 0.97, 970, 1000, (f"for: 97 % of 1,000 cells fit {kind}",))
                for kind in dict.fromkeys(held)
            )
            examined.append(
                Examined(store, name, "file" if store == "exports" else "table", 12, 1000, 1000, verdicts=fields)
            )
    fields = tuple(field for one in examined for field in one.verdicts)
    flows = [
        *(edge for store in _SOURCES for edge in _pairs(examined, store, "warehouse", 6)),
        *_pairs(examined, "warehouse", "marts", 14),
        *_pairs(examined, "marts", "exports", 5),
        *_pairs(examined, "warehouse", "lake", 4, kind="indirect"),
    ]
    known = an_overview(
        examined=tuple(examined),
        fields=fields,
        categories=_KINDS,
        copies=_copies(fields),
        vaults=("billing",),
    )
    return known, tuple(flows)


def _pairs(examined: list[Examined], source: str, target: str, count: int, kind: str = "direct") -> list[FlowEdge]:
    ends = [[one for one in examined if one.store == store and one.verdicts] for store in (source, target)]
    offset = sum(map(ord, source)) % 7
    return [
        FlowEdge(
            Place(source, one.dataset, one.verdicts[0].field), Place(target, other.dataset, other.verdicts[0].field),
            kind, (), "view", target, f"v_{number}", 0,
        )
        for number, (one, other) in enumerate(zip(ends[0], ends[1][offset:], strict=False))
        if number < count
    ]  # fmt: skip


def _copies(fields: tuple[Field, ...]) -> tuple[Copy, ...]:
    cards = [field for field in fields if field.category == "payment_card"]
    kept = [field for field in cards if field.store == "billing"]
    astray = [field for field in cards if field.store != "billing"]
    mails = [field for field in fields if field.category == "email" and field.store in ("crm", "lake")]
    pairs = [(one, kept[number % len(kept)]) for number, one in enumerate(astray)]
    pairs += list(zip(mails[::3], mails[1::3], strict=False))[:10]
    names = [[f"{one.store}.{one.dataset}.{one.field}" for one in pair] for pair in pairs]
    return tuple(Copy(a, b, 0.9) for a, b in names)
