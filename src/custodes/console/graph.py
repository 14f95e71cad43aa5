"""Which stores, datasets and flows does the graph show, and what does the table beside it say? No geometry here.

The page gets one JSON value: what is where, and what leads from where to where. `static/graph.js` lays it out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from custodes.console.gaps import gaps
from custodes.records import Examined, Field, FlowEdge, Overview
from custodes.risk.measures import category_of, misplaced

Values = dict[str, object]
Place = tuple[str, str]  # store, dataset

OUTSIDE: Final = "outside of every store"
_PAGE: Final = 50
_KINDS: Final = 4
_SAID: Final = 6  # reasons named for one line
_NAMED: Final = 3


@dataclass(frozen=True, slots=True)
class Line:
    """Everything that leads from one dataset to another: a flow, an influence (indirect), or a copy (no direction)."""

    source: Place
    target: Place
    kind: str
    fields: int
    says: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One dataset in the table: what a reader of the graph sees of it, in words. The lists are full names."""

    store: str
    dataset: str
    href: str
    holds: tuple[str, ...]
    wrong: bool
    vault: bool
    inward: tuple[str, ...]
    outward: tuple[str, ...]
    copies: tuple[str, ...]


def graph(known: Overview, flows: Iterable[FlowEdge], *, page: int) -> Values:
    """The page's values: `data` for the script, `rows` for the table, and what was not covered."""
    edges = tuple(flows)
    lines = [*_flows(edges), *_copies(known)]
    wrong = {(field.store, field.dataset) for field in misplaced(known)}
    places = {(one.store, one.dataset): one for one in known.examined}
    ends = {end for line in lines for end in (line.source, line.target)}
    everything = sorted({*places, *ends}, key=lambda place: (place[0] == OUTSIDE, place))
    number = {place: index for index, place in enumerate(everything)}
    rows = _rows(known, lines, wrong, [place for place in everything if place in places and places[place].verdicts])
    count = max(1, -(-len(rows) // _PAGE))
    shown = min(page, count)
    return {
        "data": {
            "datasets": [_dataset(known, place, places.get(place), wrong) for place in everything],
            "lines": [
                [number[line.source], number[line.target], line.kind, line.fields, list(line.says)] for line in lines
            ],
        },
        "rows": rows[(shown - 1) * _PAGE : shown * _PAGE],
        "part": {"number": shown, "count": count, "total": len(rows)},
        "stores": len({one.store for one in known.examined}),
        "flows": sum(line.kind == "flow" for line in lines),
        "copies": sum(line.kind == "copy" for line in lines),
        "wrong": len(wrong),
        "gaps": gaps(known, ("scan",)),
    }


def data_map_of(store: str, dataset: str) -> str:
    """The address of a dataset's part of the data map."""
    return f"/data-map?{urlencode({'store': store, 'dataset': dataset})}"


def field_page(store: str, dataset: str, field: str) -> str:
    """The address of a field's page."""
    return f"/field?{urlencode({'store': store, 'dataset': dataset, 'field': field})}"


def _dataset(known: Overview, place: Place, one: Examined | None, wrong: set[Place]) -> Values:
    verdicts = one.verdicts if one else ()
    return {
        "store": place[0],
        "name": place[1],
        "fields": list(dict.fromkeys(field.field for field in verdicts)),
        "kinds": _kinds(known, verdicts),
        "harm": max((category_of(known, field).sensitivity for field in verdicts), default=0),
        "wrong": place in wrong,
        "vault": _vault(known, place),
        "read": one is not None,
        "outside": place[0] == OUTSIDE,
    }


def _kinds(known: Overview, verdicts: tuple[Field, ...]) -> list[str]:
    ordered = sorted(verdicts, key=lambda field: (-category_of(known, field).sensitivity, field.category))
    titles = list(dict.fromkeys(category_of(known, field).title for field in ordered))
    return titles if len(titles) <= _KINDS else [*titles[:_KINDS], f"and {len(titles) - _KINDS} more"]


def _vault(known: Overview, place: Place) -> bool:
    return place[0] in known.vaults or ".".join(place) in known.vaults


def _flows(edges: tuple[FlowEdge, ...]) -> list[Line]:
    grouped: dict[tuple[Place, Place, str], list[FlowEdge]] = {}
    for edge in edges:
        source, target = ((end.store or OUTSIDE, end.dataset) for end in (edge.source, edge.target))
        if source != target:
            kind = "flow" if edge.kind == "direct" else "influence"
            grouped.setdefault((source, target, kind), []).append(edge)
    found = []
    for (source, target, kind), held in sorted(grouped.items()):
        pairs = list(dict.fromkeys((edge.source.field, edge.target.field) for edge in held))
        said = [f"{_any(one)} to {_any(other)}" for one, other in pairs[:_SAID]]
        if len(pairs) > _SAID:
            said.append(f"and {len(pairs) - _SAID:,} more")
        said += [f"says {who}" for who in list(dict.fromkeys(edge.said_by for edge in held))[:_NAMED]]
        found.append(Line(source, target, kind, len(pairs), tuple(said)))
    return found


def _any(field: str) -> str:
    return "any field" if field == "*" else field


def _copies(known: Overview) -> list[Line]:
    located = {f"{field.store}.{field.dataset}.{field.field}": (field.store, field.dataset) for field in known.fields}
    grouped: dict[tuple[Place, Place], list[str]] = {}
    for one in known.copies:
        a, b = one.a, one.b
        if a in located and b in located:  # else a ruling took the verdict off the map: it is no copy of personal data
            names = [name.removeprefix(".".join(located[name]) + ".") for name in (a, b)]
            grouped.setdefault((located[a], located[b]), []).append(f"{one.said} of {names[0]} is in {names[1]}")
    return [
        Line(source, target, "copy", len(said), tuple(said[:_SAID]))
        for (source, target), said in sorted(grouped.items())
    ]


def _rows(known: Overview, lines: list[Line], wrong: set[Place], places: list[Place]) -> list[Row]:
    verdicts = {(one.store, one.dataset): one.verdicts for one in known.examined}
    inward: dict[Place, list[str]] = {}
    outward: dict[Place, list[str]] = {}
    copied: dict[Place, list[str]] = {}
    for line in lines:
        source, target = ".".join(line.source), ".".join(line.target)
        if line.kind == "flow":
            outward.setdefault(line.source, []).append(target)
            inward.setdefault(line.target, []).append(source)
        elif line.kind == "copy":
            copied.setdefault(line.source, []).append(target)
            copied.setdefault(line.target, []).append(source)
    return [
        Row(
            *place,
            data_map_of(*place),
            tuple(_kinds(known, verdicts[place])),
            place in wrong,
            _vault(known, place),
            tuple(inward.get(place, ())),
            tuple(outward.get(place, ())),
            tuple(copied.get(place, ())),
        )
        for place in places
    ]
