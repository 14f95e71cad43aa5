"""Did the owner's mapping catch what it was meant to catch? A mistyped path must not look like a quiet log."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from custodes.config import LogConfig
from custodes.pipeline.open_engine import open_engine
from custodes.pipeline.workspace import Workspace
from custodes.records import Skipped

# Columns that may be empty in one event, but hardly in all events of a log that maps them.
_OPTIONAL: Final = ("behalf", "object", "subject", "party", "tool", "client", "address", "agent", "case")
_COUNTS: Final = """
select source, count(*) as events, count(behalf) as behalf, count(object) as object, count(subject) as subject,
       count(party) as party, count(tool) as tool, count(client) as client, count(address) as address,
       count(agent) as agent, count("case") as "case", count(*) filter (where len(fields) > 0) as fields
from event group by source
"""
# Context that meets nothing in the logs neither explains nor accuses, and would do so in silence.
_JOINED: Final = """
select (select count(*) from people) as people,
       (select count(*) from people p where p.id in (select actor from event)) as actors,
       (select count(*) from cases) as cases,
       (select count(*) from cases k where k.subject in (select subject from event)) as subjects
"""
_TOUCHED: Final = "select source, dataset, count(*) as events from event group by all order by all"


def suspicious(workspace: Workspace) -> Iterator[Skipped]:
    """Rules that matched nothing, logs that gave nothing but quarantine, and touches of datasets no scan has seen."""
    with open_engine(workspace) as engine:
        by_log = {row["source"]: row for row in engine.ask(_COUNTS).to_pylist()}
        touched = engine.ask(_TOUCHED).to_pylist()
        joined = engine.ask(_JOINED).to_pylist()[0]
    quarantined = workspace.intake.quarantined()
    for log in workspace.config.logs:
        if log.name in by_log:
            yield from _unmatched(log, by_log[log.name])
        elif quarantined.get(log.name):
            what = "not one of its lines became an event: nobody was watched there"
            yield Skipped("ingest", log.name, "", what, f"look at the reasons below and correct logs.{log.name}")
    if by_log and joined["people"] and not joined["actors"]:
        what = f"none of the {joined['people']:,} ids of people is an actor in the logs"
        yield Skipped("ingest", "people", "", what, "make context.people.map.id and the logs' actor agree")
    if by_log and joined["cases"] and not joined["subjects"]:
        what = f"none of the {joined['cases']:,} cases names a subject that the logs name: no case explains anything"
        yield Skipped("ingest", "cases", "", what, "make context.cases.map.subject and the logs' subject agree")
    stores = {store.name for store in workspace.config.stores}
    seen = {f"{one.store}.{one.dataset}" for one in workspace.datamap.all()}
    scanned = {name.split(".", 1)[0] for name in seen}
    for row in touched:
        store = row["dataset"].split(".", 1)[0]
        if store in stores & scanned and row["dataset"] not in seen:
            what = f"{row['events']:,} touches name {row['dataset']}, which no scan has seen"
            yield Skipped("ingest", row["source"], row["dataset"], what, "correct its name in the mapping, or the scan")


def _unmatched(log: LogConfig, counted: dict[str, int]) -> Iterator[Skipped]:
    for column in (*_OPTIONAL, "fields"):
        if column in log.map and not counted[column]:
            what = f"the rule for {column} matched none of {counted['events']:,} events"
            hint = f"correct logs.{log.name}.map.{column}, or remove it"
            yield Skipped("ingest", log.name, column, what, hint)
