"""What is known of one field: what it holds and why, since when, its copies and flows, and what was ruled?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from custodes.console.gaps import gaps
from custodes.console.graph import data_map_of
from custodes.console.graph import field_page as address_of
from custodes.records import Field, FlowEdge, Overview, Place, Ruling
from custodes.records.history import Change
from custodes.risk.measures import category_of, misplaced

Values = dict[str, object]


@dataclass(frozen=True, slots=True)
class Other:
    """The field at the other end of a flow or copy. href: empty where it has no page. says: how, in words."""

    name: str
    href: str
    says: str


def field_page(
    known: Overview,
    flows: Iterable[FlowEdge],
    place: tuple[str, str, str],
    changes: tuple[Change, ...],
    rulings: tuple[Ruling, ...],
) -> Values | None:
    """The page's values; None where nothing is known of such a field."""
    store, dataset, name = place
    verdicts = [field for field in known.fields if (field.store, field.dataset, field.field) == place]
    suppressed = [
        one for one in known.suppressed if (one.verdict.store, one.verdict.dataset, one.verdict.field) == place
    ]
    edges = tuple(flows)
    inward = [_end(known, edge, edge.source) for edge in edges if _is(edge.target, place)]
    outward = [_end(known, edge, edge.target) for edge in edges if _is(edge.source, place)]
    # A flow of any field names none: it must not make a page for whatever somebody asks for.
    named = any(place in (edge.source, edge.target) for edge in edges)
    if not (verdicts or suppressed or changes or rulings or named):
        return None
    pages = {f"{one.store}.{one.dataset}.{one.field}": one for one in known.fields}
    full = ".".join(place)
    return {
        "place": place,
        "full": full,
        "verdicts": verdicts,
        "kind": {field.category: category_of(known, field) for field in verdicts},
        "suppressed": suppressed,
        "wrong": bool({*verdicts} & {*misplaced(known)}),
        "vault": store in known.vaults or f"{store}.{dataset}" in known.vaults,
        "examined": next((one for one in known.examined if (one.store, one.dataset) == (store, dataset)), None),
        "data_map": data_map_of(store, dataset),
        "name": name,
        "copies": list(_copies(known, full, pages)),
        "inward": inward,
        "outward": outward,
        "changes": changes,
        "rulings": rulings,
        "gaps": [gap for gap in gaps(known, ("scan",)) if gap.where in (store, f"{store}.{dataset}", "every store")],
    }


def _is(end: Place, place: tuple[str, str, str]) -> bool:
    return end[:2] == place[:2] and end.field in ("*", place[2])


def _end(known: Overview, edge: FlowEdge, end: Place) -> Other:
    how = "" if edge.kind == "direct" else "decides only which rows there are; "
    through = f" through {', '.join(edge.through)}" if edge.through else ""
    told = any((one.store, one.dataset, one.field) == end for one in known.fields)
    name = str(end) if end.field != "*" else f"{end.full_dataset} (any field)"
    return Other(
        name if end.store else f"{name}, outside of every store",
        address_of(*end) if told else "",
        f"{how}says {edge.said_by}{through}",
    )


def _copies(known: Overview, full: str, pages: dict[str, Field]) -> Iterable[Other]:
    for one in known.copies:
        if full not in (one.a, one.b):
            continue
        other = one.b if one.a == full else one.a
        whose = "its values are in the other" if one.a == full else "the other's values are in it"
        page = pages.get(other)
        yield Other(other, address_of(page.store, page.dataset, page.field) if page else "", f"{one.said} of {whose}")
