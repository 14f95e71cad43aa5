"""A sequence of made-up events and a correlation: when does it hold, for which group, and by which events?"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import yaml
from sigma.backends.sqlite.runtime import execute_plan
from sigma.backends.sqlite.sqlite import sqliteBackend
from sigma.collection import SigmaCollection

from custodes.engine.tables import DuckTables
from custodes.sigma.correlation import Asked, carried, compiled, input_of, slots
from custodes.sigma.rule import Correlation, Refused, RuleSet
from tests.sigma.asked import read

Row = tuple[Any, ...]
_SECOND = 1_000_000


@dataclass(frozen=True)
class Alert:
    """Seconds at which the window ends and starts, the group's values, the metric."""

    end: int
    start: int
    group: tuple[str, ...]
    metric: float


def correlation(kind: str, *, name: str = "made", **more: Any) -> str:
    """A correlation of rules a, b and c, of a minute unless said otherwise, as YAML."""
    told = {"type": kind, "timespan": "1m"}
    if not isinstance(more.get("condition"), str):
        told["rules"] = ["a"]  # type: ignore[assignment]
    if "group" in more:
        more["group-by"] = more.pop("group")
    return yaml.safe_dump({"title": f"Correlation {name}", "name": name, "correlation": {**told, **more}})


def rules() -> list[str]:
    """Rules a, b and c: each matches the events whose kind has that letter."""
    return [
        yaml.safe_dump(
            {
                "title": f"Rule {letter}",
                "name": letter,
                "logsource": {"product": "aws"},
                "detection": {"s": {"kind|contains": letter}, "condition": "s"},
            }
        )
        for letter in "abc"
    ]


def known(correlations: Sequence[str]) -> RuleSet:
    """These correlations, all understood."""
    found = read(*rules(), *correlations)
    assert not found.refused, found.refused
    return found


def refused(correlations: Sequence[str]) -> tuple[Refused, ...]:
    """Those that are not."""
    return read(*rules(), *correlations).refused


def alerts(correlations: Sequence[str], rows: Sequence[Row]) -> list[Alert]:
    """The alerts of the last correlation by name of those that nothing refers to, in order."""
    with DuckTables(threads=1) as tables:
        one, asked = _made(tables, correlations, rows)
        groups = "".join(f", g{place}" for place in range(len(one.group)))
        found = tables.ask(
            f"select low, high, metric{groups} from {asked.alerts} order by high, low{groups}"
        ).to_pylist()
    return [
        Alert(
            row["high"] // _SECOND,
            row["low"] // _SECOND,
            tuple(row[f"g{place}"] for place in range(len(one.group))),
            row["metric"],
        )
        for row in found
    ]


def evidence(correlations: Sequence[str], rows: Sequence[Row]) -> list[list[int]]:
    """By group, in order: places of the events that the alerts rest on."""
    with DuckTables(threads=1) as tables:
        _, asked = _made(tables, correlations, rows)
        for step in asked.evidence:
            tables.make(step.name, step.sql)
        found: dict[int, set[int]] = {}
        for row in tables.ask(f"select root, eid from {asked.members}").to_pylist():
            found.setdefault(row["root"], set()).add(int(row["eid"]))
    return [sorted(found[root]) for root in sorted(found)]


def _made(tables: DuckTables, correlations: Sequence[str], rows: Sequence[Row]) -> tuple[Correlation, Asked]:
    ruled = known(correlations)
    wanted = carried(ruled.correlations)
    inputs = {}
    for rule in ruled.rules:
        key = rule.about.key
        matching = [(place, row) for place, row in enumerate(rows) if key in row[1]]
        names = slots(wanted.get(key, {}))
        columns: dict[str, pa.Array] = {
            "eid": pa.array([str(place) for place, _ in matching], pa.string()),
            "ts": pa.array([row[0] * _SECOND for _, row in matching], pa.int64()),
        }
        for number, (name, _) in enumerate(names):
            cells = [_field(row, name) for _, row in matching]
            columns[f"v{number}"] = pa.array(cells, pa.string())
        tables.hold(f"m_{key}", pa.table(columns))
        inputs[key] = input_of(f"m_{key}", wanted.get(key, {}))
    horizon = max((row[0] for row in rows), default=0) * _SECOND
    plan = compiled(ruled.correlations, inputs, horizon)
    for asked in plan:
        for step in asked.steps:
            tables.make(step.name, step.sql)
    top = [one.about.key for one in ruled.correlations if one.told][-1]
    chosen = next(one for one in ruled.correlations if one.about.key == top)
    return chosen, next(asked for asked in plan if asked.key == top)


def _field(row: Row, name: str) -> str | None:
    at = {"g": 2, "v": 3}[name]
    value = row[at] if at < len(row) else None
    return None if value is None else str(value).lower()


def reference(one: str, rows: Sequence[Row]) -> tuple[list[tuple[int, int, tuple[str, ...]]], list[list[int]]]:
    """By the reference backend: (end, start, group) of each alert, and each group's evidence."""
    backend = sqliteBackend(table="record", timestamp_format="unix", timestamp_field="ts")  # type: ignore[no-untyped-call]  # it publishes no types
    collection = SigmaCollection.from_yaml("\n---\n".join([*rules(), one]))
    answer = json.loads(backend.convert(collection, output_format="zircolite"))
    plan = next(each["correlation_plan"] for each in answer if each.get("correlation"))
    base = sqlite3.connect(":memory:")
    base.execute("create table record (ts integer, kind text collate nocase, g text collate nocase, v)")
    for row in rows:
        cells = [row[0], row[1], *[row[at] if at < len(row) else None for at in (2, 3)]]
        base.execute("insert into record values (?, ?, ?, ?)", cells)
    found, _ = execute_plan(base, plan, include_events=False)  # type: ignore[no-untyped-call]  # as above
    windows: list[tuple[int, int, tuple[str, ...]]] = []
    members: dict[tuple[str, ...], set[int]] = {}
    for alert in found:
        group = tuple(str(value) for value in alert["group_keys"].values())
        windows.append((int(alert["window_end"]), int(alert["window_start"]), group))
        places = {int(identity.split(":")[1]) - 1 for identity in alert["event_ids"]}
        members.setdefault(group, set()).update(places)
    return sorted(windows), [sorted(members[group]) for group in sorted(members)]
