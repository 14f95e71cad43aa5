"""How is told what flows where: in the answer of scan, and for one field in explain?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from custodes.cli import show

if TYPE_CHECKING:
    from custodes.pipeline.scan import ScanOutcome
    from custodes.records import Finding, FlowEdge, Misplaced, Place

Plain = dict[str, object]


def scan_plain(outcome: ScanOutcome, places: Sequence[Misplaced], found: Sequence[Finding]) -> Plain:
    """What scan promises, and beside it the flows: every edge, what leaves, what is inferred, what disagrees."""
    told = outcome.told
    return {
        **show.scan_plain(outcome, places, found),
        "flows": [flow_plain(edge, told.carried.get(edge, ())) for edge in outcome.flows],
        "outside": [
            {**flow_plain(one.edge, (one.category,)), "confidence": round(one.confidence, 4), "seen": one.seen}
            for one in told.leaving
        ],
        "absent": [{"store": store, "dataset": dataset} for store, dataset in told.absent],
        "inferred": [{**show.field_plain(one), "inferred": True} for one in told.inferred],
        "disagreements": [
            {
                "kind": one.kind,
                **place_plain(one.place),
                "category": one.category,
                "confidence": round(one.confidence, 4),
                "source": None if one.source is None else place_plain(one.source),
                "through": list(one.through),
                "said_by": one.said_by,
            }
            for one in told.disagreements
        ],
    }


def flow_plain(edge: FlowEdge, categories: Sequence[str] | None = None) -> Plain:
    """One edge; categories: whose values it carries, where that was asked."""
    told: Plain = {} if categories is None else {"categories": list(categories)}
    return {
        "source": place_plain(edge.source),
        "target": place_plain(edge.target),
        "kind": edge.kind,
        "through": list(edge.through),
        **told,
        "origin": edge.origin,
        "by": edge.by,
        "place": edge.place,
        "statement": edge.statement,
        "leaves": edge.leaves,
        "first_seen": edge.first_seen,
        "last_seen": edge.last_seen,
    }


def place_plain(place: Place) -> Plain:
    """One end of an edge; an empty store is outside of all that is configured."""
    return {"store": place.store, "dataset": place.dataset, "field": place.field}


def flowing_text(outcome: ScanOutcome, findings: Sequence[Finding]) -> list[str]:
    """For people: what is inferred, what leaves and what disagrees; the edges themselves only as a number."""
    told = outcome.told
    lines = []
    for one in told.inferred:
        place = f"{one.store}.{one.dataset}.{one.field}"
        lines.append(f"inferred: {place}: {one.category} ({one.confidence:.0%}) {'; '.join(one.reasons)}")
    lines += [
        f"absent: {store}.{dataset}: flows lead there, and there is no such dataset now"
        for store, dataset in told.absent
    ]
    lines += [f"{'leaves' if one.check == 'export_to_outside' else 'disagrees'}: {one.reason}" for one in findings]
    if outcome.flows:
        carrying = len(told.carried)
        lines.append(f"flows: {len(outcome.flows):,} known, {carrying:,} of them carry customer data")
    return lines
