"""Which columns hold a kind of personal data because it flows into them?

A category travels along direct edges, over any number of statements, and stops where all ways of the value pass a
function that is declared to anonymise: a keyed hash, a count, an average. A constant has no edge, so nothing travels
over it. A plain hash does not stop it: who knows the e-mail address can compute its hash.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from custodes.datamap.lineage.edges import STAR, Edge, Ref
from custodes.datamap.lineage.inputs.openlineage_events import MASKED
from custodes.records.field import Field

#: Of a group only a figure remains; what picks or collects values (min, max, any_value, array_agg) is not here.
FIGURES: Final = frozenset([
    "count", "count_if", "countif", "count_big", "count_distinct", "approx_distinct", "approx_count_distinct",
    "approxdistinct", "avg", "sum", "sum_if", "median", "stddev", "stddev_pop", "stddev_samp", "stdev", "stdevp",
    "variance", "variance_pop", "var_pop", "var_samp", "corr", "covar_pop", "covar_samp", "skewness", "kurtosis",
    "length", "char_length", "character_length", "octet_length", "bit_length", "len", "datalength", "grouping",
    "row_number", "rank", "dense_rank", "ntile",
])  # fmt: skip
#: The value cannot be had back, or guessed, without a key or a table that others keep.
KEYED: Final = frozenset([
    "hmac", "hmac_sha256", "hmac_sha512", "keyed_hash", "tokenize", "tokenise", "pseudonymize", "pseudonymise",
    "anonymize", "anonymise",
])  # fmt: skip
DEFAULT: Final = FIGURES | KEYED | {MASKED}

_Key = tuple[str, str, str]

_UNSURE: Final = 0.5  # which of a table's columns is meant could not be told
_MOST_STEPS: Final = 64


@dataclass(frozen=True, slots=True)
class Step:
    """One edge that a category took. source, target: named as the data map does. sure: the column is known."""

    edge: Edge
    source: Ref
    target: Ref
    sure: bool


@dataclass(frozen=True, slots=True)
class Arrival:
    """A category has come to a column. field: where it was seen. steps: the way from there, never empty."""

    field: Field
    confidence: float
    steps: tuple[Step, ...]

    @property
    def place(self) -> Ref:
        """Where it has come to."""
        return self.steps[-1].target


@dataclass(frozen=True, slots=True)
class _Holding:
    """A column that holds a category, and how it came there; no steps where the scan has seen it."""

    place: Ref
    field: Field
    confidence: float
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Travelled:
    """arrived: where nothing was seen of the category. met: where it was seen as well; that is one way, by the
    strongest source, and none of a column into itself. Both sorted by place and category.
    """

    arrived: tuple[Arrival, ...]
    met: tuple[Arrival, ...]


def propagate(
    fields: Iterable[Field], edges: Iterable[Edge], *, store: str, anonymisers: frozenset[str] = DEFAULT
) -> tuple[Field, ...]:
    """The verdicts that follow from lineage, and are not among `fields` already.

    fields: verdicts of the scan; those of other stores than `store` are passed over. edges: the lineage of this store's
    SQL, in any order; indirect ones carry nothing. anonymisers: functions, in lower case, behind which a category is
    not followed; add your own masking functions to DEFAULT.

    Each new Field names the dataset as the data map does if it knows it, else as the SQL does (a path or address for
    what leaves the database). Its confidence is the source's, halved where only the table, not the column, is known;
    matched and scanned are 0, because nothing was read; reasons tell the whole chain, nearest to the source first,
    without values. Names are compared without case. Pure: the same input gives the same output, sorted by place.
    """
    found = travel((field for field in fields if field.store == store), edges, anonymisers=anonymisers)
    return tuple(
        Field(store, one.place.table, one.place.column, one.field.category, one.confidence, 0, 0, _reasons(one))
        for one in found.arrived
    )


def travel(fields: Iterable[Field], edges: Iterable[Edge], *, anonymisers: frozenset[str] = DEFAULT) -> Travelled:
    """Where the categories of `fields` come to, and by which ways; see `propagate`. The fields' store is not looked at:
    their datasets are named as those of the edges are.
    """
    held = list(fields)
    seen = {_key(field.dataset, field.field, field.category) for field in held}
    known = set(seen)
    ways = _Ways(edges, _Datasets(field.dataset for field in held), anonymisers)
    waiting = deque(
        _Holding(Ref(field.dataset, field.field), field, field.confidence, ())
        for field in sorted(held, key=lambda field: (-field.confidence, field.dataset, field.field, field.category))
    )
    arrived: dict[_Key, Arrival] = {}
    met: dict[_Key, Arrival] = {}
    while waiting:
        holding = waiting.popleft()
        if len(holding.steps) >= _MOST_STEPS:
            continue
        start = _key(holding.field.dataset, holding.field.field, holding.field.category)
        for edge, target, sure in ways.out_of(holding.place):
            key = _key(target.table, target.column, holding.field.category)
            if key in known and (key == start or key not in seen or key in met):
                continue
            confidence = holding.confidence * (1.0 if sure else _UNSURE)
            steps = (*holding.steps, Step(edge, holding.place, target, sure))
            if key in known:
                met[key] = Arrival(holding.field, confidence, steps)
                continue
            known.add(key)
            arrived[key] = Arrival(holding.field, confidence, steps)
            waiting.append(_Holding(target, holding.field, confidence, steps))
    return Travelled(tuple(arrived[key] for key in sorted(arrived)), tuple(met[key] for key in sorted(met)))


class _Datasets:
    """Calls a dataset of the SQL by the data map's name: `shop.public.people` may be its `public.people`."""

    def __init__(self, known: Iterable[str]) -> None:
        self._exact: dict[str, str] = {}
        self._by_last: dict[str, list[str]] = {}
        for name in sorted(set(known)):
            self._exact.setdefault(name.casefold(), name)
            self._by_last.setdefault(name.casefold().rsplit(".", 1)[-1], []).append(name)

    def name(self, written: str) -> str:
        key = written.casefold()
        if key in self._exact:
            return self._exact[key]
        if "/" in written:
            return written
        near = [
            name
            for name in self._by_last.get(key.rsplit(".", 1)[-1], ())
            if key.endswith(f".{name.casefold()}") or name.casefold().endswith(f".{key}")
        ]
        return near[0] if len(near) == 1 else written


class _Ways:
    """The direct edges that carry, by where they begin."""

    def __init__(self, edges: Iterable[Edge], names: _Datasets, anonymisers: frozenset[str]) -> None:
        self._from: dict[tuple[str, str], list[tuple[Edge, Ref]]] = {}
        for edge in sorted(edges):
            if edge.kind != "direct" or edge.through & anonymisers or not edge.target.table:
                continue
            source = Ref(names.name(edge.source.table), edge.source.column)
            target = Ref(names.name(edge.target.table), edge.target.column)
            self._from.setdefault((source.table.casefold(), source.column.casefold()), []).append((edge, target))

    def out_of(self, place: Ref) -> Iterable[tuple[Edge, Ref, bool]]:
        """Each edge with its target, and whether the column is known for certain."""
        table = place.table.casefold()
        for edge, target in self._from.get((table, place.column.casefold()), ()):
            yield edge, target, place.column != STAR or target.column == STAR
        if place.column == STAR:
            return
        for edge, target in self._from.get((table, STAR), ()):
            # `SELECT *` from an undescribed table keeps the names; into a named column it may be any of them.
            yield edge, (Ref(target.table, place.column) if target.column == STAR else target), target.column == STAR


def _key(dataset: str, column: str, category: str) -> _Key:
    return dataset.casefold(), column.casefold(), category


def _reasons(arrival: Arrival) -> tuple[str, ...]:
    return tuple(map(_told, arrival.steps))


def _told(step: Step) -> str:
    edge = step.edge
    passed = f" through {', '.join(sorted(edge.through))}" if edge.through else ""
    unsure = "" if step.sure else "; which of its columns is not known"
    where = f"{edge.file}, statement {edge.statement}" if edge.file else f"statement {edge.statement}"
    return f"{step.source} flows into {step.target}{passed} by {where}{unsure}"
