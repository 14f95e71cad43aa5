"""Step three: which touches look wrong, and which story do they tell?"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from typing import Final

from custodes import __version__
from custodes.cases import budget
from custodes.cases.incidents import carry_on, fuse, grown
from custodes.detections.catalogue import load_detections
from custodes.detections.detection import Detection
from custodes.detections.run import detect as run_detections
from custodes.engine.duckdb import DuckEngine
from custodes.engine.interface import TOO_SLOW
from custodes.pipeline import exemptions
from custodes.pipeline.field_table import field_table
from custodes.pipeline.flowing import flow_findings
from custodes.pipeline.misplaced import misplaced_findings, misplaced_places
from custodes.pipeline.open_engine import explaining, open_engine, snapshots
from custodes.pipeline.progress import Progress
from custodes.pipeline.scan import drifted_findings
from custodes.pipeline.sigma import sigma_findings, sigma_inputs
from custodes.pipeline.sigma_asked import note
from custodes.pipeline.workspace import Workspace
from custodes.records import Exemption, Finding, Incident, Skipped

_MARK: Final = "detect"


@dataclass(frozen=True, slots=True)
class DetectOutcome:
    """ran: whether anything was new, so that the questions were asked again. shown: by incident, from when on it is one
    of those that the daily budget has room for; the others are kept.

    excepted: by finding, the exceptions that cover it; it is in no incident. changes: what became of exceptions since
    the last run, which is why the questions were asked again.
    """

    findings: tuple[Finding, ...]
    incidents: tuple[Incident, ...]
    skipped: tuple[Skipped, ...]
    ran: bool
    shown: Mapping[str, datetime]
    excepted: Mapping[str, tuple[Exemption, ...]] = field(default_factory=dict)
    changes: tuple[str, ...] = ()

    @property
    def open(self) -> tuple[Finding, ...]:
        """The findings that no exception covers."""
        return tuple(one for one in self.findings if one.id not in self.excepted)


def detect(workspace: Workspace, progress: Progress) -> DetectOutcome:
    """Ask every detection over the sealed events; nothing new in evidence or questions, nothing is asked again."""
    progress.step("detect")
    detections = load_detections(workspace.config.detections)
    holding = exemptions.in_force(workspace)
    inputs = _inputs(workspace, detections, holding)
    ran = workspace.judgements.marked(_MARK) != inputs
    changes = exemptions.changes(workspace, holding)
    if ran:
        with open_engine(workspace, replay=True) as engine:
            _ask(workspace, engine, detections, holding)
        exemptions.remember(workspace, holding)
        # What was too slow may be in time when less else is done: it is asked again, not taken for answered.
        slow = any(TOO_SLOW in one.reason for one in workspace.coverage.all("detect"))
        workspace.judgements.set_mark(_MARK, "" if slow else inputs)
    incidents = workspace.judgements.incidents()
    findings = workspace.judgements.findings()
    return DetectOutcome(
        findings,
        incidents,
        workspace.coverage.all("detect"),
        ran,
        shown_incidents(workspace, incidents, findings),
        exemptions.excepted(findings, holding),
        changes,
    )


def shown_incidents(
    workspace: Workspace, incidents: Sequence[Incident], findings: Iterable[Finding]
) -> Mapping[str, datetime]:
    """By id of each incident that the daily budget has room for: from which moment on."""
    by_id = {finding.id: finding for finding in findings}
    return budget.shown(
        incidents,
        _staff(workspace),
        until=workspace.clock(),
        per_thousand=workspace.config.daily_budget,
        grown={one.id: grown(one, by_id) for one in incidents},
    )


def _staff(workspace: Workspace) -> int:
    """People on the payroll, by the newest snapshot; 0 where none is configured."""
    people = snapshots(workspace).get("people")
    if people is None:
        return 0
    left = people[-1].table().column("left").to_pylist()
    return sum(gone is None or gone > workspace.clock() for gone in left)


def _ask(
    workspace: Workspace, engine: DuckEngine, detections: tuple[Detection, ...], holding: Sequence[Exemption]
) -> None:
    now = workspace.clock()
    outcome = run_detections(engine, detections, days=_days(engine), now=now)
    sigma = sigma_findings(workspace, engine)
    found = [*outcome.findings, *sigma.findings]
    findings = [*found, *misplaced_findings(workspace, engine), *flow_findings(workspace)]
    allowed = exemptions.excepted(findings, holding)
    stories = fuse([one for one in findings if one.id not in allowed], outcome.gateways)
    incidents = carry_on(stories, workspace.judgements.incidents())
    # What drifted is news about a store and no story of misuse: it is told, and opens no case.
    workspace.judgements.save([*findings, *drifted_findings(workspace)], incidents)
    workspace.casebook.open_all(incidents, now)
    workspace.coverage.replace(
        "detect", [*outcome.skipped, *sigma.skipped, *_undated(workspace), *exemptions.unproven(workspace)]
    )
    note(workspace, sigma.asked)


def _undated(workspace: Workspace) -> Iterator[Skipped]:
    """What touches are judged by and nobody can prove to have been known then."""
    for kind, known in sorted(snapshots(workspace).items()):
        if count := sum(one.by == "state" for one in known):
            what = f"date not sealed of {count:,} snapshots of {kind}: their dates are what the state says"
            yield Skipped("detect", "", kind, what, 'an earlier release took them: "custodes run" seals their dates')


def _days(engine: DuckEngine) -> list[datetime]:
    """The end of each day on which something happened, oldest first."""
    answer = engine.ask("select distinct cast(time as date) as day from event order by day")
    return [datetime.combine(day, time(), UTC) + timedelta(days=1) for day in answer.column("day").to_pylist()]


def _inputs(workspace: Workspace, detections: tuple[Detection, ...], holding: Sequence[Exemption]) -> str:
    """A digest of all that findings depend on: evidence, context, data map, questions, exceptions, release."""
    digest = hashlib.sha256(__version__.encode())
    for path in workspace.segments():
        digest.update(path.name.encode())
    for _, known in sorted(snapshots(workspace).items()):
        for one in known:
            digest.update(f"{one.kind} {one.sha256} {one.taken.isoformat()}".encode())
    for detection in detections:
        digest.update(repr(detection).encode())
    digest.update(repr(sorted(explaining(workspace).items())).encode())
    digest.update(repr(field_table(workspace).to_pylist()).encode())
    digest.update(repr(misplaced_places(workspace)).encode())
    # Without the last time it was seen, which every scan moves.
    flows = [replace(edge, last_seen=None) for edge in workspace.flows.all()]
    digest.update(repr((flows, workspace.config.scan.anonymisers)).encode())
    digest.update(repr(workspace.drifts.all()).encode())
    digest.update(sigma_inputs(workspace).encode())
    digest.update(repr((holding, exemptions.unproven(workspace))).encode())
    return digest.hexdigest()
