"""Did the owner's mapping catch what it was meant to catch? A mistyped path must not look like a quiet log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from custodes.config import LogConfig
from custodes.pipeline import tally
from custodes.pipeline.dated import newest
from custodes.pipeline.fresh import Fresh
from custodes.pipeline.open_engine import open_engine
from custodes.pipeline.tally import EVENTS, OPTIONAL, Counts, Day
from custodes.pipeline.workspace import Workspace
from custodes.records import Skipped

# Context that meets nothing in the logs neither explains nor accuses, and would do so in silence. The last day on which
# it met something.
_JOINED: Final = {
    "people": "select max(cast(time as date)) as day from event where actor in (select id from people)",
    "cases": "select max(cast(time as date)) as day from event where subject in (select subject from cases)",
}
_MANY: Final = {kind: f"select count(*) as many from {kind}" for kind in _JOINED}  # noqa: S608 - names of ours


def suspicious(workspace: Workspace, fresh: Fresh | None = None) -> Iterator[Skipped]:
    """Rules that matched nothing, logs that gave nothing but quarantine, and touches of datasets no scan has seen.

    Reads what was not counted before, and of that not what `fresh` holds.
    """
    kept = workspace.segments()
    days = tally.tally(workspace.data, kept, fresh or Fresh())
    apart = {kind: _apart(workspace, kind, days, tally.by_day(kept)) for kind in _JOINED}
    tally.keep(workspace.data, days)
    touched: Counts = {}
    for day in days.values():
        tally.add(touched, day.counts)
    by_log: dict[str, Counter[str]] = {}
    for (source, _), counted in touched.items():
        by_log.setdefault(source, Counter()).update(counted)
    quarantined = workspace.intake.quarantined()
    for log in workspace.config.logs:
        if log.name in by_log:
            yield from _unmatched(log, by_log[log.name])
        elif quarantined.get(log.name):
            what = "not one of its lines became an event: nobody was watched there"
            yield Skipped("ingest", log.name, "", what, f"look at the reasons below and correct logs.{log.name}")
    if apart["people"]:
        what = f"none of the {apart['people']:,} ids of people is an actor in the logs"
        yield Skipped("ingest", "people", "", what, "make context.people.map.id and the logs' actor agree")
    if apart["cases"]:
        what = f"none of the {apart['cases']:,} cases names a subject that the logs name: no case explains anything"
        yield Skipped("ingest", "cases", "", what, "make context.cases.map.subject and the logs' subject agree")
    stores = {store.name for store in workspace.config.stores}
    seen = {f"{one.store}.{one.dataset}" for one in workspace.datamap.all()}
    scanned = {name.split(".", 1)[0] for name in seen}
    for (source, dataset), counted in sorted(touched.items()):
        store = dataset.split(".", 1)[0]
        if store in stores & scanned and dataset not in seen:
            what = f"{counted[EVENTS]:,} touches name {dataset}, which no scan has seen"
            yield Skipped("ingest", source, dataset, what, "correct its name in the mapping, or the scan")


def _apart(workspace: Workspace, kind: str, days: dict[str, Day], segments: dict[str, list[Path]]) -> int:
    """How many rows the newest context of a kind has, if not one of them is met by any event; else 0."""
    if not days or kind not in {chosen.kind for chosen in workspace.config.context}:
        return 0
    held = newest(workspace).get(kind)
    if held is None:
        return 0
    if any(day.met.get(kind) == (held.sha256, True) for day in days.values()):
        return 0
    unknown = sorted(name for name, day in days.items() if day.met.get(kind) != (held.sha256, False))
    # Nearly always the last day tells, and the others need not be read.
    for names in filter(None, (unknown[-1:], unknown[:-1])):
        with open_engine(workspace, only=[file for name in names for file in segments[name]]) as engine:
            last = engine.ask(_JOINED[kind]).column("day")[0].as_py()
        told = "" if last is None else last.isoformat()
        for name in names:
            if name >= told:
                days[name].met[kind] = (held.sha256, name == told)
        if told:
            return 0
    with open_engine(workspace, only=[]) as engine:
        return int(engine.ask(_MANY[kind]).column("many")[0].as_py())


def _unmatched(log: LogConfig, counted: Counter[str]) -> Iterator[Skipped]:
    for column in OPTIONAL:
        if column in log.map and not counted[column]:
            what = f"the rule for {column} matched none of {counted[EVENTS]:,} events"
            hint = f"correct logs.{log.name}.map.{column}, or remove it"
            yield Skipped("ingest", log.name, column, what, hint)
