"""Step three: which touches look wrong, and which story do they tell?"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Final

import pyarrow as pa

from custodes import __version__
from custodes.cases.incidents import carry_on, fuse
from custodes.detections.catalogue import load_detections
from custodes.detections.detection import Detection
from custodes.detections.run import detect as run_detections
from custodes.engine.duckdb import FIELD_SCHEMA, RESIDENT_ROWS, DuckEngine
from custodes.engine.interface import QuestionFailed
from custodes.errors import CouldNotRun
from custodes.pipeline.categories import known_categories
from custodes.pipeline.evidence import EVENTS
from custodes.pipeline.flowing import flow_findings
from custodes.pipeline.progress import Progress
from custodes.pipeline.rulings import ruled
from custodes.pipeline.scan import in_vault, misplaced_findings
from custodes.pipeline.workspace import Workspace
from custodes.records import Finding, Incident, Skipped

_MARK: Final = "detect"


@dataclass(frozen=True, slots=True)
class DetectOutcome:
    """ran: whether anything was new, so that the questions were asked again."""

    findings: tuple[Finding, ...]
    incidents: tuple[Incident, ...]
    skipped: tuple[Skipped, ...]
    ran: bool


def detect(workspace: Workspace, progress: Progress) -> DetectOutcome:
    """Ask every detection over the sealed events; nothing new in evidence or questions, nothing is asked again."""
    progress.step("detect")
    detections = load_detections(workspace.config.detections)
    inputs = _inputs(workspace, detections)
    ran = workspace.judgements.marked(_MARK) != inputs
    if ran:
        with open_engine(workspace, replay=True) as engine:
            _ask(workspace, engine, detections)
        workspace.judgements.set_mark(_MARK, inputs)
    return DetectOutcome(
        workspace.judgements.findings(),
        workspace.judgements.incidents(),
        workspace.coverage.all("detect"),
        ran,
    )


def _ask(workspace: Workspace, engine: DuckEngine, detections: tuple[Detection, ...]) -> None:
    now = workspace.clock()
    outcome = run_detections(engine, detections, days=_days(engine), now=now)
    findings = [*outcome.findings, *misplaced_findings(workspace), *flow_findings(workspace)]
    incidents = carry_on(fuse(findings), workspace.judgements.incidents())
    workspace.judgements.save(findings, incidents)
    workspace.casebook.open_all(incidents, now)
    workspace.coverage.replace("detect", outcome.skipped)


@contextmanager
def open_engine(workspace: Workspace, *, replay: bool = False) -> Iterator[DuckEngine]:
    """The locked engine over what is sealed. replay: for detections, which are asked the same for many days (so holding
    rows pays) and need the data map; a question about touches alone does without, and without reading categories.

    Raises CouldNotRun, also for a question in the block that fails: ours fit the views, so the evidence is at fault.
    """
    rows = RESIDENT_ROWS if replay else 0
    try:
        with DuckEngine(
            workspace.segments(), _context(workspace), _field_table(workspace) if replay else None, resident_rows=rows
        ) as engine:
            yield engine
    except QuestionFailed as failure:
        raise CouldNotRun(failure.reason, where=str(workspace.data / EVENTS), hint=failure.hint) from failure


def _context(workspace: Workspace) -> dict[str, Path]:
    """The newest snapshots of what is configured: context the owner took away must not go on excusing touches."""
    configured = {context.kind for context in workspace.config.context}
    return {kind: file for kind, file in workspace.snapshots().items() if kind in configured}


def _days(engine: DuckEngine) -> list[datetime]:
    """The end of each day on which something happened, oldest first."""
    answer = engine.ask("select distinct cast(time as date) as day from event order by day")
    return [datetime.combine(day, time(), UTC) + timedelta(days=1) for day in answer.column("day").to_pylist()]


def _field_table(workspace: Workspace) -> pa.Table:
    categories = known_categories(workspace)
    vault: Callable[[str, str], bool] = in_vault(workspace.config.stores)
    rows = [
        {
            "store": field.store,
            "dataset": f"{field.store}.{field.dataset}",
            "field": field.field,
            "category": field.category,
            "sensitivity": categories[field.category].sensitivity if field.category in categories else 0,
            "vault": vault(field.store, field.dataset),
        }
        for one in ruled(workspace)[0]
        for field in one.verdicts
    ]
    return pa.Table.from_pylist(rows, schema=FIELD_SCHEMA)


def _inputs(workspace: Workspace, detections: tuple[Detection, ...]) -> str:
    """A digest of everything a finding can depend on: evidence, context, data map, questions, release."""
    digest = hashlib.sha256(__version__.encode())
    for path in [*workspace.segments(), *sorted(_context(workspace).values())]:
        digest.update(path.name.encode())
    for detection in detections:
        digest.update(repr(detection).encode())
    digest.update(repr(_field_table(workspace).to_pylist()).encode())
    digest.update(repr(workspace.datamap.copies()).encode())
    # Without the last time it was seen, which every scan moves.
    flows = [replace(edge, last_seen=None) for edge in workspace.flows.all()]
    digest.update(repr((flows, workspace.config.scan.anonymisers)).encode())
    return digest.hexdigest()
