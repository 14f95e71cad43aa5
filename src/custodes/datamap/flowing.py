"""What do flows tell of the data map: where data comes from, where nobody looked, what disagrees, what leaves?

Pure: verdicts of the scan and edges in, derived knowledge out. What follows from lineage is never mixed with what was
seen: an inferred verdict has no cells behind it and says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from custodes.datamap.claim import signed
from custodes.datamap.lineage.edges import STAR, Edge, Kind, Ref
from custodes.datamap.lineage.propagate import DEFAULT, Arrival, Step, travel
from custodes.records import Examined, Field, FlowEdge, Place

_INFERRED: Final = 0.7  # of the confidence at the source: a rule of the company's SQL, not a look at the data
_SURE_ENOUGH: Final = 0.5  # weaker verdicts contradict nobody
_UNCHANGED: Final = 0.8  # a value that passes no function should be found where it went
_CHANGED: Final = 0.5
_ONCE: Final = frozenset({"statements", "log"})
_REASONS: Final = 3  # steps told of a long way
_BETWEEN: Final = "\x1f"

#: (store, dataset) of which the scan did not see everything.
Partial = Callable[[str, str], bool]


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Content and lineage say different things of one field.

    kind: `missing`: lineage brings the category, the scan found nothing; `unexpected`: the scan found the category, and
    lineage says that only constants (source None) or anonymised values come there. through: functions on the way.
    edge: the last one.
    """

    kind: Literal["missing", "unexpected"]
    place: Place
    category: str
    confidence: float
    said_by: str
    source: Place | None
    through: tuple[str, ...]
    edge: FlowEdge


@dataclass(frozen=True, slots=True)
class Leaving:
    """A category leaves over an edge for a place that no configured store holds. seen: by the scan; else inferred."""

    edge: FlowEdge
    category: str
    confidence: float
    seen: bool


@dataclass(frozen=True, slots=True)
class Flowing:
    """inferred: verdicts of fields that nobody could read, by lineage alone (matched and scanned are 0).

    origins: by (store, dataset, field, category), where a category that was seen comes from, in words.
    carried: by edge, the categories whose values it carries, in order; edges that carry none are not in it.
    absent: (store, dataset) that something personal was brought to and that are not there now.
    """

    inferred: tuple[Field, ...] = ()
    origins: Mapping[tuple[str, str, str, str], str] = field(default_factory=dict)
    disagreements: tuple[Disagreement, ...] = ()
    leaving: tuple[Leaving, ...] = ()
    carried: Mapping[FlowEdge, tuple[str, ...]] = field(default_factory=dict)
    absent: tuple[tuple[str, str], ...] = ()


def flowing(
    examined: Iterable[Examined],
    edges: Sequence[FlowEdge],
    *,
    partial: Partial,
    held_harmless: frozenset[tuple[str, str, str, str]] = frozenset(),
    anonymisers: Iterable[str] = (),
    beside: frozenset[str] = frozenset(),
    absent: AbstractSet[tuple[str, str]] = frozenset(),
) -> Flowing:
    """Follow the categories of the map along the edges.

    partial: whether something of a (store, dataset) was not seen: what lineage brings there is inferred, and
    contradicts nobody. held_harmless: (store, dataset, field, category) that people ruled to be none. anonymisers:
    functions that stop a category, beside those of `propagate.DEFAULT`. beside: categories that the scan tells only
    beside other personal data: a list of towns alone contradicts nobody. absent: (store, dataset) that are not there
    now: nothing is inferred of their fields, and what was passed on by them goes on.
    """
    stops = DEFAULT | {name.lower() for name in anonymisers}
    numbered = sorted(
        edges,
        # Of several that say the same, what is there now is told before what was run once.
        key=lambda edge: (
            *(edge.source, edge.target, edge.kind, edge.origin in _ONCE),
            *(edge.by, edge.place, edge.statement),
        ),
    )
    known = {(one.store, one.dataset): one for one in examined}
    seen = [verdict for one in known.values() for verdict in one.verdicts]
    travelled = travel(
        (replace(verdict, dataset=_table(verdict.store, verdict.dataset)) for verdict in seen),
        (
            Edge(
                f"{number:09d}",
                edge.statement,
                _ref(edge.source),
                _ref(edge.target),
                _kind(edge),
                frozenset(edge.through),
            )
            for number, edge in enumerate(numbered)
        ),
        anonymisers=stops,
    )
    ways = _Ways(numbered)
    whole = {key for key, one in known.items() if one.rows_read and not partial(*key)}
    here = [one for one in travelled.arrived if _place(one.place)[:2] not in absent]
    inferred, missing = _arrived(here, ways, whole, known, held_harmless, beside)
    carried = _carried(seen, travelled.arrived, numbered, stops)
    return Flowing(
        inferred=tuple(inferred),
        origins={(*_place(one.place), one.field.category): ways.told(one) for one in travelled.met},
        disagreements=(*missing, *_unexpected(seen, numbered, stops, whole)),
        leaving=tuple(_leaving(carried)),
        carried={edge: tuple(held) for edge, held in carried.items()},
        absent=tuple(sorted({place for one in travelled.arrived if (place := _place(one.place)[:2]) in absent})),
    )


def with_origins(examined: Iterable[Examined], told: Flowing) -> tuple[Examined, ...]:
    """The map with where each verdict's data comes from among its reasons."""
    found = []
    for one in examined:
        verdicts = tuple(
            replace(verdict, reasons=(*verdict.reasons, signed(1.0, origin)))
            if (origin := told.origins.get((verdict.store, verdict.dataset, verdict.field, verdict.category)))
            else verdict
            for verdict in one.verdicts
        )
        found.append(one if verdicts == one.verdicts else replace(one, verdicts=verdicts))
    return tuple(found)


class _Ways:
    """Tells ways in words."""

    def __init__(self, edges: Sequence[FlowEdge]) -> None:
        self._edges = edges

    def edge(self, step: Step) -> FlowEdge:
        return self._edges[int(step.edge.file)]

    def told(self, one: Arrival) -> str:
        """`comes from crm.public.customers.email by view public.mailing`."""
        steps = one.steps if len(one.steps) <= _REASONS else (one.steps[0], *one.steps[1 - _REASONS :])
        left = len(one.steps) - len(steps)
        words = []
        for number, step in enumerate(steps):
            passed = f" through {', '.join(sorted(step.edge.through))}" if step.edge.through else ""
            lead = "comes from" if not number else "by way of"
            unsure = "" if step.sure else " (which of its fields is not known)"
            words.append(f"{lead} {_place(step.source)}{unsure}{passed} by {self.edge(step).said_by}")
            if not number and left:
                words.append(f"over {left} more places")
        return ", ".join(words)


def _arrived(
    arrivals: Iterable[Arrival],
    ways: _Ways,
    whole: set[tuple[str, str]],
    known: Mapping[tuple[str, str], Examined],
    held_harmless: frozenset[tuple[str, str, str, str]],
    beside: frozenset[str],
) -> tuple[list[Field], list[Disagreement]]:
    """What lineage brings where the scan found nothing: inferred where nobody looked, else a disagreement."""
    inferred: list[Field] = []
    missing: list[Disagreement] = []
    judged = {(v.store, v.dataset, v.field) for one in known.values() for v in one.verdicts}
    for one in arrivals:
        place, category = _place(one.place), one.field.category
        if not place.store or (*place, category) in held_harmless:
            continue
        if (place.store, place.dataset) not in whole:
            why = _unseen(known.get((place.store, place.dataset)))
            reasons = (f"inferred by lineage: {why}", signed(1.0, ways.told(one)))
            inferred.append(Field(*place, category, one.confidence * _INFERRED, 0, 0, reasons))
        elif category in beside and not known[place.store, place.dataset].verdicts:
            continue
        elif place.field != STAR and place not in judged and one.confidence >= _SURE_ENOUGH:
            last = ways.edge(one.steps[-1])
            through = tuple(sorted(frozenset().union(*(step.edge.through for step in one.steps))))
            sure = one.confidence * (_CHANGED if through else _UNCHANGED)
            source = _place(one.steps[-1].source)
            missing.append(Disagreement("missing", place, category, sure, last.said_by, source, through, last))
    return inferred, missing


def _unseen(one: Examined | None) -> str:
    """Why the scan could not see what a field holds."""
    if one is None:
        return "nobody has read this field"
    return "not all of its dataset could be read" if one.rows_read else "its dataset has no rows"


def _unexpected(
    seen: Iterable[Field], edges: Sequence[FlowEdge], stops: frozenset[str], whole: set[tuple[str, str]]
) -> list[Disagreement]:
    """Verdicts of the scan where lineage says that nothing personal can come."""
    into: dict[Place, list[FlowEdge]] = {}
    views: dict[tuple[str, str], FlowEdge] = {}
    for edge in edges:
        if edge.kind == "direct":
            into.setdefault(edge.target, []).append(edge)
        if edge.origin in {"view", "materialized view"} and edge.place == edge.target.dataset:
            views.setdefault((edge.target.store, edge.target.dataset), edge)
    found = []
    for verdict in seen:
        place = Place(verdict.store, verdict.dataset, verdict.field)
        if (
            verdict.confidence < _SURE_ENOUGH
            or (place.store, place.dataset) not in whole
            or place._replace(field=STAR) in into
        ):
            continue
        ways = into.get(place, [])
        if ways and all(stops.intersection(edge.through) for edge in ways):
            through = tuple(sorted(stops.intersection(*(edge.through for edge in ways)) or ways[0].through))
            one = Disagreement(
                "unexpected",
                place,
                verdict.category,
                verdict.confidence,
                ways[0].said_by,
                ways[0].source,
                through,
                ways[0],
            )
            found.append(one)
        elif not ways and (view := views.get((place.store, place.dataset))) is not None:
            one = Disagreement("unexpected", place, verdict.category, verdict.confidence, view.said_by, None, (), view)
            found.append(one)
    return found


def _carried(
    seen: Iterable[Field], arrivals: Iterable[Arrival], edges: Iterable[FlowEdge], stops: frozenset[str]
) -> dict[FlowEdge, dict[str, tuple[float, bool]]]:
    """By direct edge that nothing stops: the categories at its source, with how sure, and whether they were seen."""
    held: dict[tuple[str, str, str], dict[str, tuple[float, bool]]] = {}
    everything: dict[tuple[str, str], dict[str, tuple[float, bool]]] = {}

    def hold(place: Place, category: str, confidence: float, *, was_seen: bool) -> None:
        key = (place.store, place.dataset.casefold())
        for at in (held.setdefault((*key, place.field.casefold()), {}), everything.setdefault(key, {})):
            at[category] = max(at.get(category, (0.0, False)), (confidence, was_seen))

    for verdict in seen:
        place = Place(verdict.store, verdict.dataset, verdict.field)
        hold(place, verdict.category, verdict.confidence, was_seen=True)
    for one in arrivals:
        hold(_place(one.place), one.field.category, one.confidence * _INFERRED, was_seen=False)
    found = {}
    for edge in edges:
        if edge.kind != "direct" or stops.intersection(edge.through):
            continue
        key = (edge.source.store, edge.source.dataset.casefold())
        holds = everything.get(key) if edge.source.field == STAR else held.get((*key, edge.source.field.casefold()))
        if holds:
            found[edge] = dict(sorted(holds.items()))
    return found


def _leaving(carried: Mapping[FlowEdge, Mapping[str, tuple[float, bool]]]) -> Iterator[Leaving]:
    for edge, holds in carried.items():
        if edge.leaves:
            for category, (confidence, was_seen) in holds.items():
                yield Leaving(edge, category, confidence, was_seen)


def _table(store: str, dataset: str) -> str:
    # A sign that is in no name keeps ("a", "b.c") apart from ("a.b", "c").
    return f"{store}{_BETWEEN}{dataset}"


def _ref(place: Place) -> Ref:
    return Ref(_table(place.store, place.dataset), place.field)


def _place(ref: Ref) -> Place:
    store, _, dataset = ref.table.partition(_BETWEEN)
    return Place(store, dataset, ref.column)


def _kind(edge: FlowEdge) -> Kind:
    return "direct" if edge.kind == "direct" else "indirect"
