"""What do we know now? The whole state in the one value that summary, risks, memo and console are told from."""

from __future__ import annotations

from datetime import datetime

from custodes.datamap.flowing import with_origins
from custodes.detections.catalogue import load_detections
from custodes.pipeline.categories import known_categories
from custodes.pipeline.exemptions import excepted, in_force
from custodes.pipeline.flowing import flows_told
from custodes.pipeline.misplaced import misplaced
from custodes.pipeline.open_engine import open_engine
from custodes.pipeline.rulings import ruled
from custodes.pipeline.sigma_asked import asked_rules, unasked
from custodes.pipeline.workspace import Workspace
from custodes.records import Excepted, LedgerStatus, LogCoverage, Overview


def overview(workspace: Workspace, ledger: LedgerStatus) -> Overview:
    """The state as it is stored. `ledger` is what the last verification said; see `pipeline.verify`."""
    config = workspace.config
    with open_engine(workspace) as engine:
        logs = engine.ask(
            "select source, count(*) as events, min(time) as first, max(time) as last from event group by source"
        ).to_pylist()
        counts = engine.ask(
            "select count(*) as events, count(distinct actor) as actors, count(distinct subject) as subjects,"
            " max(time) as last from event"
        ).to_pylist()[0]
        misplaced_now = tuple(misplaced(workspace, engine))
        asked = [one.id for one in load_detections(config.detections, engine)]
    by_log = {row["source"]: row for row in logs}
    quarantined = workspace.intake.quarantined()
    mapped, suppressed = ruled(workspace)
    examined = with_origins(mapped, flows_told(workspace))
    fields = tuple(field for one in examined for field in one.verdicts)
    categories = known_categories(workspace)
    findings = workspace.judgements.findings()
    allowed = excepted(findings, in_force(workspace))
    last: datetime | None = counts["last"]
    vaults = [
        name
        for store in config.stores
        for name in ([store.name] if store.vault is True else [f"{store.name}.{one}" for one in store.vault or ()])
    ]
    return Overview(
        name=config.name,
        as_of=last or workspace.clock(),
        examined=examined,
        fields=fields,
        categories={field.category: categories[field.category] for field in fields if field.category in categories},
        copies=workspace.datamap.copies(),
        logs=tuple(
            LogCoverage(
                log=log.name,
                kind=log.kind,
                events=by_log.get(log.name, {}).get("events", 0),
                quarantined=quarantined.get(log.name, 0),
                first=by_log.get(log.name, {}).get("first"),
                last=by_log.get(log.name, {}).get("last"),
            )
            for log in config.logs
        ),
        events=counts["events"],
        actors=counts["actors"],
        subjects=counts["subjects"],
        findings=tuple(one for one in findings if one.id not in allowed),
        incidents=workspace.judgements.incidents(),
        skipped=(*workspace.coverage.all(), *unasked(workspace)),
        ledger=ledger,
        vaults=tuple(vaults),
        suppressed=suppressed,
        misplaced=misplaced_now,
        excepted=tuple(Excepted(one, allowed[one.id]) for one in findings if one.id in allowed),
        checks=(
            *(one for one in asked if one not in {gap.dataset for gap in workspace.coverage.all("detect")}),
            *asked_rules(workspace),
        ),
    )
