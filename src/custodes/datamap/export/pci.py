"""Where is cardholder data, and what is connected to it? The scope that PCI DSS 4.0.1, 12.5.2 has confirmed.

The requirement asks for every location of account data and every flow of it, also where it was not expected. Whether a
place is protected as the standard wants is not to be seen in the data; only what was found, and how, is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from custodes.datamap.export.cells import Sheet
from custodes.datamap.export.told import MapTold, ends, far, listed, sure
from custodes.records import Category, Examined, Field
from custodes.records.processing import NOT_STATED

HEADINGS: Final = (
    "row",
    "store",
    "dataset",
    "field",
    "what",
    "kind of account data",
    "inside a declared vault",
    "how it was found",
    "sure",
    "cells that fit",
    "flows into the dataset from",
    "flows out of the dataset to",
    "copies",
    "first told",
    "owner",
    "how far it was read",
    "note",
)
_CARD: Final = "user.financial.credit_card"  # in fideslang
_SENSITIVE: Final = ("card_security_code", "card_track")  # PCI DSS 3.3: not to be kept after authorisation
_NAME: Final = "user.name"
_UNKNOWN: Final = "not known"
_NONE: Final = "not applicable"


def scope(told: MapTold) -> Sheet:
    """Rows `place`, `connected` (flows from or to a place), `ruled no card data` and `not covered`."""
    rows = [*_places(told), *_connected(told), *_ruled(told), *_uncovered(told)]
    return Sheet("PCI DSS scope", HEADINGS, tuple(tuple(row[name] for name in HEADINGS) for row in rows))


def of_cards(category: Category) -> bool:
    """Whether it is account data: card numbers and what belongs to them."""
    return "pci" in category.flags or category.fides == _CARD


def _cards(told: MapTold, one: Examined) -> list[Field]:
    """The fields that count as account data; names only beside a card number."""
    found = [each for each in one.verdicts if of_cards(told.category(each))]
    if any("pci" in told.category(each).flags for each in found):
        found += [each for each in one.verdicts if told.category(each).fides.startswith(_NAME)]
    return found


def _places(told: MapTold) -> Iterator[dict[str, str]]:
    some = False
    for one in told.examined:
        for verdict in _cards(told, one):
            some = True
            yield _place(told, one, verdict)
    if not some:
        note = f"no account data was recognised in the {len(told.examined):,} datasets that were read"
        yield {**dict.fromkeys(HEADINGS, _NONE), "row": "place", "note": note}


def _place(told: MapTold, one: Examined, verdict: Field) -> dict[str, str]:
    category = told.category(verdict)
    name = f"{one.store}.{one.dataset}.{verdict.field}"
    vault = told.vault(one.store, one.dataset)
    notes = [] if vault or "pci" not in category.flags else ["outside of every declared vault"]
    kind = "account data: cardholder data"
    if verdict.category in _SENSITIVE:
        kind = "account data: sensitive authentication data"
        notes.append("must not be kept after authorisation (PCI DSS 3.3)")
    first = told.first_seen.get((one.store, one.dataset))
    owners = [told.owner(one, each) for each in told.activities(one.store, one.dataset) or (None,)]
    copied = [one.b if one.a == name else one.a for one in told.copies if name in (one.a, one.b)]
    return {
        "row": "place",
        "store": one.store,
        "dataset": one.dataset,
        "field": verdict.field,
        "what": category.title,
        "kind of account data": kind,
        "inside a declared vault": "yes" if vault else "no",
        "how it was found": listed(verdict.reasons, _UNKNOWN),
        "sure": sure(verdict),
        "cells that fit": f"{verdict.matched:,} of {verdict.scanned:,}",
        "flows into the dataset from": ends(told.flows_in(one.store, one.dataset), "source"),
        "flows out of the dataset to": ends(told.flows_out(one.store, one.dataset), "target"),
        "copies": listed(copied, "none seen"),
        "first told": first.isoformat(timespec="seconds") if first else _UNKNOWN,
        "owner": listed([owner or NOT_STATED for owner in owners]),
        "how far it was read": far(one),
        "note": listed(notes, "none"),
    }


def _connected(told: MapTold) -> Iterator[dict[str, str]]:
    """Datasets without account data that exchange values with one that has it: in scope until shown otherwise."""
    places = {(one.store, one.dataset) for one in told.examined if _cards(told, one)}
    known = {(one.store, one.dataset): one for one in told.examined}
    ends_of: dict[tuple[str, str], list[str]] = {}
    for edge in told.flows:
        for here, there, word in ((edge.source, edge.target, "from"), (edge.target, edge.source, "to")):
            if here[:2] in places and there[:2] not in places:
                ends_of.setdefault(there[:2], []).append(f"{edge.kind} flow {word} {here} ({edge.said_by})")
    for (store, dataset), said in sorted(ends_of.items()):
        one = known.get((store, dataset))
        yield {
            **dict.fromkeys(HEADINGS, _NONE),
            "row": "connected",
            "store": store or "outside of every store",
            "dataset": dataset,
            "inside a declared vault": "yes" if told.vault(store, dataset) else "no",
            "how it was found": listed(said, most=20),
            "owner": (told.owner(one, None) if one else told.keeping(store).owner) or NOT_STATED,
            "how far it was read": far(one) if one else "not read",
            "note": "no account data was recognised in it" if one else "it is not on the data map",
        }


def _ruled(told: MapTold) -> Iterator[dict[str, str]]:
    for one in told.suppressed:
        verdict, ruling = one.verdict, one.ruling
        if of_cards(told.category(verdict)):
            until = f" until {ruling.until:%Y-%m-%d}" if ruling.until else ""
            yield {
                **dict.fromkeys(HEADINGS, _NONE),
                "row": "ruled no card data",
                "store": verdict.store,
                "dataset": verdict.dataset,
                "field": verdict.field,
                "what": told.category(verdict).title,
                "sure": sure(verdict),
                "note": f"ruled by {ruling.by}{until}: {ruling.why}",
            }


def _uncovered(told: MapTold) -> Iterator[dict[str, str]]:
    for one in told.gaps:
        yield {
            **dict.fromkeys(HEADINGS, _UNKNOWN),
            "row": "not covered",
            "store": one.store or "all",
            "dataset": one.dataset or "all of it",
            "note": f"{one.reason}. Next: {one.hint}" if one.hint else one.reason,
        }
