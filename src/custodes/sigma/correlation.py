"""Which matches come together? A correlation as steps of SQL over the matches of the rules it refers to.

The meaning is that of pySigma's SQLite backend, which is the only published one that runs (the tests compare the two):

- A window ends with each match and reaches the span back, both ends included. Matches at one time are in each other's
  window. Where something must be absent, the window begins with a match instead, and must be over.
- An event counts once in a window, however many rules match it. A match without a value for a group's field counts in
  no group.
- Ordered means strictly later: two matches at one time are in no order. The earliest chain in the window counts.
- The alerts of a correlation are, where another refers to it, events at the end of their windows, with the fields of
  its group and its metric (`sigma_metric`, or the name of its type).

Windows overlap, so a step never joins each with all that is in it: counts are window functions, the first match after
a moment is an ASOF join, and the evidence is joined with the spans of windows after those that touch became one.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Final

from custodes.sigma.rule import NUMERIC, TEMPORAL, CannotCompile, Clause, Correlation
from custodes.sigma.value import number, quoted

_SECOND: Final = 1_000_000  # microseconds
_MOST_CHAINS: Final = 256
_ANY: Final = -1  # a span that holds matches of every part
METRIC: Final = "sigma_metric"
_BOTH: Final = "both"


@dataclass(frozen=True, slots=True)
class Input:
    """A table of matches: `eid` (text), `ts` (microseconds since 1970), and a column of text for each field.

    column: by field, its values (equal ones are equal texts). number: by field, the texts to be read as numbers, where
    they lie in another column.
    """

    table: str
    column: Mapping[str, str] = field(default_factory=dict)
    number: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """A table to be made, after those before it."""

    name: str
    sql: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A correlation as steps. alerts: the table of its alerts: `aid`, `grp`, `low`, `high`, `metric`, `g0`, ...

    evidence: steps that come after all others; the last of them makes the table named by `members`: for each group
    (`root`) the `eid` and the table of the rule's matches it is in (`held`).
    """

    key: str
    steps: tuple[Step, ...]
    alerts: str
    evidence: tuple[Step, ...]
    members: str


def carried(correlations: Sequence[Correlation]) -> dict[str, dict[str, str]]:
    """By key of a rule, the fields of its matches that correlations need, and how: `value`, `number` or `both`."""
    found: dict[str, dict[str, str]] = {}
    for one in correlations:
        for part in one.parts:
            wanted = found.setdefault(part.key, {})
            for name in one.group:
                _want(wanted, part.field(name), "value")
            if one.field is not None:
                _want(wanted, part.field(one.field), "number" if one.kind in NUMERIC else "value")
    return found


def _want(wanted: dict[str, str], name: str, how: str) -> None:
    """One correlation may group by what another adds up: then both are needed."""
    wanted[name] = how if wanted.get(name, how) == how else _BOTH


def slots(wanted: Mapping[str, str]) -> list[tuple[str, str]]:
    """The columns that hold what is carried, in their order: the field, and `value` or `number`."""
    return [
        (name, each)
        for name, how in sorted(wanted.items())
        for each in (("value", "number") if how == _BOTH else (how,))
    ]


def input_of(table: str, wanted: Mapping[str, str]) -> Input:
    """The input whose columns `v0`, `v1`, … are those slots."""
    columns = {slot: f"v{place}" for place, slot in enumerate(slots(wanted))}
    return Input(
        table,
        {name: column for (name, how), column in columns.items() if how == "value"},
        {name: column for (name, how), column in columns.items() if how == "number"},
    )


def check(one: Correlation, others: Mapping[str, Correlation]) -> None:
    """Raises CannotCompile where the correlation asks what cannot be known. others: those it may refer to, by key."""
    if one.kind == "temporal_ordered" and not one.clauses:
        if one.operator not in {">", ">=", "="}:
            raise CannotCompile("an order of matches is compared with gte, gt or eq only", "use one of these")
        if math.comb(len(one.parts), _length(one)) > _MOST_CHAINS:
            raise CannotCompile(f"more than {_MOST_CHAINS} orders of matches would do", "ask for all of them")
    for part in one.parts:
        child = others.get(part.key)
        if child is None:
            continue
        known = {*child.group, child.kind, METRIC}
        for name in (*one.group, *([one.field] if one.field else [])):
            if part.field(name) not in known:
                raise CannotCompile(
                    f'the correlation "{part.key}" that it refers to does not tell "{part.field(name)}"',
                    "group that one by it, too",
                )


def compiled(correlations: Sequence[Correlation], inputs: Mapping[str, Input], horizon: int) -> list[Asked]:
    """The correlations as SQL, children before those that refer to them. inputs: of the rules, by key.

    horizon: microseconds since 1970 up to which everything is known; a window of absence must be over by then.
    """
    nodes: dict[str, _Node] = {}
    held = dict(inputs)
    asked = []
    for place, one in enumerate(correlations):
        node = nodes[one.about.key] = _Node(f"k{place}", one, held, nodes, horizon)
        held[one.about.key] = node.as_input()
        evidence = list(node.evidence())
        asked.append(Asked(one.about.key, tuple(node.steps), node.alerts, tuple(evidence), evidence[-1].name))
    return asked


def _length(one: Correlation) -> int:
    """How many parts must be in order."""
    least = math.floor(one.threshold) + 1 if one.operator == ">" else math.ceil(one.threshold)
    return min(max(least, 1), len(one.parts) + 1)


class _Node:
    """One correlation on the way to SQL."""

    def __init__(
        self, name: str, one: Correlation, inputs: Mapping[str, Input], nodes: Mapping[str, _Node], horizon: int
    ) -> None:
        self.one = one
        self.name = name
        self.steps: list[Step] = []
        self._inputs = {part.key: inputs[part.key] for part in one.parts}
        self._children = {part.key: nodes[part.key] for part in one.parts if part.key in nodes}
        self._horizon = horizon
        self._span = one.span * _SECOND
        self._groups = [f"g{place}" for place in range(len(one.group))]
        self._matches = self._make("matches", self._matched())
        self._events = self._make("events", f"select distinct eid, ts, grp, v from {self._matches}")
        windows = list(self._chains() if one.kind == "temporal_ordered" else self._windows())
        self.spans = self._make("spans", " union all ".join(windows))
        numbered = (
            f"select row_number() over (order by grp, high, low) as aid, * from (select grp, low, high, "
            f"max(metric) as metric from {self.spans} group by all)"
        )
        extra = "".join(f", {name}" for name in self._groups)
        joined = f" join {self._grouped} using (grp)" if self._groups else ""
        self.alerts = self._make("alerts", f"select a.*{extra} from ({numbered}) a{joined}")

    def as_input(self) -> Input:
        """The alerts as events of whoever refers to this one."""
        names = dict(zip(self.one.group, self._groups, strict=True))
        extra = "".join(f", {name}" for name in names.values())
        sql = (
            f"select '{self.name}:' || aid as eid, high as ts, cast(metric as varchar) as metric{extra} "
            f"from {self.alerts}"
        )
        table = self._make("told", sql)
        return Input(table, {METRIC: "metric", self.one.kind: "metric", **names})

    def evidence(self) -> Iterator[Step]:
        """From all alerts down to the matches of rules, by the group of the alerts."""
        first = f"{self.name}_need"
        yield Step(first, f"select distinct grp as root, aid from {self.alerts}")
        ends: list[str] = []
        yield from self._down(self.name, first, ends)
        told = " union ".join(f"select root, eid, held from {table}" for table in ends)
        yield Step(f"{self.name}_members", f"select distinct root, eid, held from ({told})")

    def _make(self, suffix: str, sql: str) -> str:
        name = f"{self.name}_{suffix}"
        self.steps.append(Step(name, sql))
        return name

    def _matched(self) -> str:
        """The matches of all parts, each with the number of its group."""
        parts = []
        for slot, part in enumerate(self.one.parts):
            held = self._inputs[part.key]
            groups = "".join(
                f", {quoted(held.column[part.field(name)])} as {alias}"
                for name, alias in zip(self.one.group, self._groups, strict=True)
            )
            value = "null"
            if self.one.field is not None:
                name = part.field(self.one.field)
                numeric = self.one.kind in NUMERIC
                value = quoted(held.number[name] if numeric and name in held.number else held.column[name])
                value = f"({number(value)})" if numeric else value
            parts.append(f"select distinct eid, ts, {slot} as slot{groups}, {value} as v from {quoted(held.table)}")
        every = " union all ".join(parts)
        if not self._groups:
            return f"select *, cast(0 as bigint) as grp from ({every})"
        named = ", ".join(self._groups)
        whole = " and ".join(f"{name} is not null" for name in self._groups)
        every = self._make("input", f"select * from ({every}) where {whole}")
        self._grouped = self._make(
            "groups",
            f"select row_number() over (order by {named}) as grp, {named} from (select distinct {named} from {every})",
        )
        return f"select eid, ts, slot, v, grp from {every} join {self._grouped} using ({named})"

    def _over(self, aggregate: str) -> str:
        return f"{aggregate} over (partition by grp order by ts range between {self._span} preceding and current row)"

    def _anchors(self) -> str:
        """Every window that ends with a match, and of how many parts it holds matches."""
        return self._make(
            "anchors",
            f"select distinct grp, ts - {self._span} as low, ts as high, "
            f"{self._over('count(distinct slot)')} as metric from {self._matches}",
        )

    def _windows(self) -> Iterator[str]:
        """The windows that qualify, as spans: grp, low, high, metric, slot, since, upto."""
        one = self.one
        if one.clauses:
            yield from self._clauses()
            return
        if one.kind in TEMPORAL:
            measured = f"select * from {self._anchors()}"
        else:
            aggregate = {
                "event_count": "count(*)",
                "value_count": "count(distinct v)",
                "value_sum": "sum(cast(v as double))",
                "value_avg": "avg(cast(v as double))",
                "value_median": "quantile_cont(cast(v as double), 0.5)",
                "value_percentile": f"quantile_cont(cast(v as double), {one.percentile / 100!r})",
            }[one.kind]
            source = (
                f"(select distinct eid, ts, grp from {self._events})" if one.kind == "event_count" else self._events
            )
            measured = (
                f"select distinct grp, ts - {self._span} as low, ts as high, {self._over(aggregate)} as metric "
                f"from {source}"
            )
        yield (
            f"select grp, low, high, cast(metric as double) as metric, {_ANY} as slot, low as since, high as upto "
            f"from ({measured}) where metric {one.operator} {one.threshold!r}"
        )

    def _clauses(self) -> Iterator[str]:
        for place, clause in enumerate(self.one.clauses):
            there = sorted(clause.there)
            table, found = self._present(f"c{place}", self._clause_windows(f"c{place}", clause), clause)
            for slot in there:
                yield (
                    f"select grp, low, high, cast({len(there)} as double) as metric, {slot} as slot, low as since, "
                    f"high as upto from {table} where {found}"
                )

    def _clause_windows(self, stem: str, clause: Clause) -> str:
        if not clause.absent:
            return self._make(
                f"{stem}_windows", f"select distinct grp, ts - {self._span} as low, ts as high from {self._matches}"
            )
        slots = ", ".join(map(str, sorted(clause.there)))
        return self._make(
            f"{stem}_windows",
            f"select distinct grp, ts as low, ts + {self._span} as high from {self._matches} "
            f"where slot in ({slots}) and ts + {self._span} <= {self._horizon}",
        )

    def _present(self, stem: str, windows: str, clause: Clause) -> tuple[str, str]:
        """The windows with the first match of each part in them, and when the clause holds."""
        table, conditions = windows, []
        for slot in sorted(clause.there | clause.absent):
            table = self._first(f"{stem}_p{slot}", table, slot, "low", f"p{slot}", strictly=False)
            inside = f"coalesce(p{slot} <= high, false)"
            conditions.append(inside if slot in clause.there else f"not {inside}")
        return table, " and ".join(conditions)

    def _first(self, stem: str, windows: str, slot: int, after: str, name: str, *, strictly: bool) -> str:
        """The windows with one column more: the first match of a part at or after a moment."""
        sign = ">" if strictly else ">="
        return self._make(
            stem,
            f"select w.*, m.ts as {name} from {windows} w asof left join "
            f"(select distinct grp, ts from {self._matches} where slot = {slot}) m "
            f"on w.grp = m.grp and m.ts {sign} w.{after}",
        )

    def _chains(self) -> Iterator[str]:
        one = self.one
        if one.clauses:
            for place, clause in enumerate(one.clauses):
                windows = self._clause_windows(f"c{place}", clause)
                windows, absent = self._present(f"c{place}", windows, Clause(absent=clause.absent))
                yield from self._chain(f"c{place}", windows, sorted(clause.there), str(len(clause.there)), absent)
            return
        anchors = self._anchors()
        for place, slots in enumerate(combinations(range(len(one.parts)), _length(one))):
            yield from self._chain(f"c{place}", anchors, slots, "metric", f"metric {one.operator} {one.threshold!r}")
        if _length(one) > len(one.parts):  # more are asked for than there are: it cannot happen, as the rule says
            yield (
                f"select grp, low, high, cast(metric as double) as metric, {_ANY} as slot, low as since, "
                f"high as upto from {anchors} where false"
            )

    def _chain(self, stem: str, windows: str, slots: Sequence[int], metric: str, more: str) -> Iterator[str]:
        """The windows in which matches of these parts follow each other, each match a span of its own."""
        table, after = windows, "low"
        for place, slot in enumerate(slots):
            table = self._first(f"{stem}_q{place}", table, slot, after, f"q{place}", strictly=place > 0)
            after = f"q{place}"
        holds = f"{after} <= high" + (f" and {more}" if more else "")
        for place, slot in enumerate(slots):
            yield (
                f"select grp, low, high, cast({metric} as double) as metric, {slot} as slot, q{place} as since, "
                f"q{place} as upto from {table} where {holds}"
            )

    def _down(self, stem: str, need: str, ends: list[str]) -> Iterator[Step]:
        """Which matches the needed alerts rest on. ends: takes the tables that hold matches of rules."""
        spans, islands, members = f"{stem}_e_spans", f"{stem}_e_islands", f"{stem}_e_members"
        yield Step(
            spans,
            f"select distinct n.root, s.grp, s.slot, s.since, s.upto from {need} n join {self.alerts} a using (aid) "
            f"join {self.spans} s on s.grp = a.grp and s.low = a.low and s.high = a.high",
        )
        yield Step(
            islands,
            f"""select root, grp, slot, min(since) as since, max(upto) as upto from (
                    select *, sum(case when before >= since then 0 else 1 end) over part as island from (
                        select *, max(upto) over (partition by root, grp, slot order by since, upto
                               rows between unbounded preceding and 1 preceding) as before from {spans})
                    window part as (partition by root, grp, slot order by since, upto
                                    rows between unbounded preceding and current row))
                group by root, grp, slot, island""",
        )
        valued = " and m.v is not null" if self.one.kind in NUMERIC else ""
        keyed = f"(select distinct root, grp, slot as wanted from {islands})"
        yield Step(
            members,
            f"select distinct p.root, p.eid, p.slot from ("
            f"select k.root, k.wanted, m.* from {self._matches} m join {keyed} k on m.grp = k.grp "
            f"and (k.wanted = {_ANY} or k.wanted = m.slot){valued}) p "
            f"asof join {islands} i on p.root = i.root and p.grp = i.grp and p.wanted = i.slot and p.ts >= i.since "
            f"where p.ts <= i.upto",
        )
        for slot, part in enumerate(self.one.parts):
            child = self._children.get(part.key)
            if child is None:
                end = f"{stem}_e_end{slot}"
                yield Step(
                    end,
                    f"select root, eid, '{self._inputs[part.key].table}' as held from {members} where slot = {slot}",
                )
                ends.append(end)
                continue
            inner = f"{stem}_{slot}"
            yield Step(
                f"{inner}_need",
                f"select distinct root, cast(split_part(eid, ':', 2) as bigint) as aid from {members} "
                f"where slot = {slot}",
            )
            yield from child._down(inner, f"{inner}_need", ends)  # noqa: SLF001 - a node of the same plan
