"""Which small overviews do the tests of risk and memo start from? Builders: every value can be changed by name."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from custodes.records import (
    Category,
    Copy,
    Evidence,
    Examined,
    Field,
    Finding,
    Incident,
    LedgerStatus,
    LogCoverage,
    Misplaced,
    MisplacedField,
    Overview,
    Skipped,
    Toucher,
    Touches,
    finding_id,
    incident_id,
)

CHECKS = (
    "bulk_reading",
    "contact_takeover",
    "denied_attempts",
    "dormant_account",
    "key_fan_in",
    "login_as_burst",
    "permission_change",
    "secret_harvest",
    "snooping_without_case",
    "watched_lookup",
)
AS_OF = datetime(2026, 6, 30, 18, 0, tzinfo=UTC)

EMAIL = Category("email", "E-mail addresses", "user.contact.email", 3)
CARD = Category("payment_card", "Payment card numbers", "user.financial.credit_card", 5, frozenset({"pci"}))
NAME = Category("person_name", "Names of persons", "user.name", 2)


def a_finding(**changes: Any) -> Finding:
    """A case of snooping on one customer; its id follows from the check and the actors unless given."""
    values: dict[str, Any] = {
        "check": "watched_lookup",
        "title": "A watched customer was looked up without a case",
        "severity": 4,
        "confidence": 0.8,
        "actors": ("staff:e17",),
        "parties": (),
        "clients": (),
        "keys": (),
        "subjects": 1,
        "first": AS_OF - timedelta(days=12),
        "last": AS_OF - timedelta(days=11),
        "raised": AS_OF - timedelta(days=11),
        "reason": "staff:e17 opened a watched customer's profile 9 times and no case asked for it.",
        "evidence": (Evidence("r1", 7),),
        "touches": 9,
        "tip": "ask staff:e17 which task needed it",
        "blind_spots": ("A case opened as a pretext explains the look.",),
        "datasets": ("shop.main.customers",),
    } | changes
    if "id" not in values:
        values["id"] = finding_id(values["check"], *values["actors"])
    return Finding(**values)


def an_incident(*findings: Finding, **changes: Any) -> Incident:
    """The findings as one story."""
    first = findings[0]
    values: dict[str, Any] = {
        "id": incident_id(first.id),
        "score": 72.0,
        "title": first.title,
        "severity": max(finding.severity for finding in findings),
        "actors": first.actors,
        "parties": first.parties,
        "clients": first.clients,
        "subjects": max(finding.subjects for finding in findings),
        "first": first.first,
        "last": first.last,
        "raised": first.raised,
        "reason": first.reason,
        "findings": tuple(finding.id for finding in findings),
    }
    return Incident(**(values | changes))


def a_field(**changes: Any) -> Field:
    """An e-mail column of the shop."""
    values: dict[str, Any] = {
        "store": "shop",
        "dataset": "main.customers",
        "field": "email",
        "category": "email",
        "confidence": 0.97,
        "matched": 970,
        "scanned": 1000,
        "reasons": ("97 of 100 values are addresses",),
    }
    return Field(**(values | changes))


def a_dataset(name: str = "main.customers", *, store: str = "shop", read: int = 1000, total: int = 1000) -> Examined:
    """A table that was read."""
    return Examined(store, name, "table", 5, read, total)


def a_skip(**changes: Any) -> Skipped:
    """A table that was not read."""
    values: dict[str, Any] = {
        "room": "scan",
        "store": "shop",
        "dataset": "main.refunds",
        "reason": "the role lacks SELECT",
        "hint": "grant it",
    }
    return Skipped(**(values | changes))


def a_log(**changes: Any) -> LogCoverage:
    """A log of the last hundred days, wholly understood."""
    values: dict[str, Any] = {
        "log": "app",
        "kind": "jsonl",
        "events": 5000,
        "quarantined": 0,
        "first": AS_OF - timedelta(days=100),
        "last": AS_OF,
    }
    return LogCoverage(**(values | changes))


def an_overview(**changes: Any) -> Overview:
    """A quiet company: all read, one card column in its vault, every check ran, one finding in one incident."""
    finding = a_finding()
    values: dict[str, Any] = {
        "name": "Example Market",
        "as_of": AS_OF,
        "examined": (a_dataset(), a_dataset("main.orders"), a_dataset("cards", store="safe")),
        "fields": (
            a_field(),
            a_field(field="full_name", category="person_name"),
            a_field(store="safe", dataset="cards", field="number", category="payment_card"),
        ),
        "categories": {one.id: one for one in (EMAIL, CARD, NAME)},
        "copies": (),
        "logs": (a_log(),),
        "events": 5000,
        "actors": 12,
        "subjects": 400,
        "findings": (finding,),
        "incidents": (an_incident(finding),),
        "skipped": (),
        "ledger": LedgerStatus("example.com/custodes", 5001, "ab" * 32, AS_OF, verified=True),
        "vaults": ("safe",),
        "checks": CHECKS,
    }
    return Overview(**(values | changes))


def an_empty_overview() -> Overview:
    """A fresh workspace: no store, no log, nothing sealed."""
    return replace(
        an_overview(),
        examined=(),
        fields=(),
        categories={},
        logs=(),
        events=0,
        actors=0,
        subjects=0,
        findings=(),
        incidents=(),
        ledger=LedgerStatus("example.com/custodes", 0, "", None, verified=False),
        vaults=(),
        checks=(),
    )


MISPLACED = Misplaced(
    finding="F-0123456789ab",
    store="exports",
    dataset="main.orders",
    fields=(
        MisplacedField(
            *("note", "payment_card", 0.9, 12, 100, 240, True, AS_OF - timedelta(days=9)),
            (Copy("exports.main.orders.note", "safe.cards.number", 0.37, margin=0.02),),
        ),
    ),
    since=AS_OF - timedelta(days=40),
    since_by="row dates",
    modified=None,
    dated_by="placed",
    dated=(AS_OF - timedelta(days=40), AS_OF - timedelta(days=30)),
    vault_declared=True,
    touched=Touches(
        *(7, 2, AS_OF - timedelta(days=39), AS_OF - timedelta(days=2)),
        (
            Toucher("staff:e4", 5, AS_OF - timedelta(days=39), AS_OF - timedelta(days=2)),
            Toucher("service:mail", 2, AS_OF - timedelta(days=20), AS_OF - timedelta(days=10)),
        ),
        watched=True,
    ),
)


def a_busy_overview(incidents: int = 7) -> Overview:
    """A marketplace with trouble: several stores, misplaced data, copies, gaps and many incidents."""
    checks = ("contact_takeover", "key_fan_in", "bulk_reading", "watched_lookup", "dormant_account")
    titles = (
        "Contact data of many customers was changed in bulk",
        "One client used the keys of many sellers",
        "An employee read far more customers than before",
        "A watched customer was looked up without a case",
        "A dormant account woke on a new client",
    )
    findings = []
    stories = []
    for number in range(incidents):
        actor = f"staff:e{100 + number}"
        began = AS_OF - timedelta(days=70 - 9 * (number % 7), hours=number)
        finding = a_finding(
            check=checks[number % 5],
            title=titles[number % 5],
            actors=(actor,),
            severity=5 - number % 3,
            subjects=2 + (number * 613) % 1800,
            first=began,
            last=began + timedelta(days=1 + number % 6),
            raised=began + timedelta(days=2 + number % 9),
            confidence=0.6 + 0.05 * (number % 7),
            reason=f"{actor} touched {2 + (number * 613) % 1800:,} customers in {2 + number % 6} days, against a "
            "median of 11 a day among 38 colleagues of the same team, and named no case for any of them.",
            touches=40 + number,
        )
        findings.append(finding)
        stories.append(an_incident(finding, score=round(95.5 - 6.1 * (number % 14), 1)))
    base = an_overview()
    stores = ("shop", "support", "warehouse", "exports")
    tables = ("customers", "orders", "reviews", "cases")
    places = [(store, f"main.{table}") for store in stores for table in tables]
    return replace(
        base,
        examined=(
            a_dataset("cards", store="safe"),
            *(
                a_dataset(name, store=store, read=40_000, total=90_000 if "reviews" in name else 40_000)
                for store, name in places
            ),
        ),
        fields=(
            *(a_field(store=store, dataset=name) for store, name in places),
            *(a_field(store=store, dataset=name, field="name", category="person_name") for store, name in places[:9]),
            a_field(store="support", dataset="main.cases", field="body", category="payment_card", matched=34),
            a_field(store="exports", dataset="main.orders", field="note", category="payment_card", matched=12),
            a_field(store="safe", dataset="cards", field="number", category="payment_card"),
        ),
        copies=(
            Copy("shop.main.customers.email", "warehouse.main.customers.email", 0.99),
            Copy("shop.main.orders.email", "exports.main.orders.email", 0.93),
        ),
        misplaced=(MISPLACED,),
        logs=(a_log(events=120_345, quarantined=311), a_log(log="gateway", events=40_000, quarantined=0)),
        events=160_345,
        actors=214,
        subjects=18_230,
        findings=tuple(findings),
        incidents=tuple(sorted(stories, key=lambda one: -one.score)),
        skipped=(
            a_skip(),
            a_skip(store="archive", dataset="", reason="the password was refused", hint="set ARCHIVE_PASSWORD"),
            a_skip(room="ingest", store="gateway", dataset="2026-05-03.jsonl.gz", reason="the file ends too early"),
        ),
        ledger=LedgerStatus("example.com/custodes", 160_352, "3f" * 32, AS_OF, verified=True),
    )
