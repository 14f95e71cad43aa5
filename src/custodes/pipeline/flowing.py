"""What do the kept flows tell of the map as it is now? Derived anew whenever asked: only what was seen is kept."""

from __future__ import annotations

from custodes.datamap.flow_findings import flow_findings as findings_of
from custodes.datamap.flowing import Flowing, flowing
from custodes.pipeline.absent import absent
from custodes.pipeline.categories import beside_others, known_categories
from custodes.pipeline.rulings import ruled
from custodes.pipeline.workspace import Workspace
from custodes.records import Finding


def flows_told(workspace: Workspace) -> Flowing:
    """The map with people's rulings applied, followed along every known flow."""
    edges = workspace.flows.all()
    if not edges:
        return Flowing()
    examined, suppressed = ruled(workspace)
    missing = {(gap.store, gap.dataset) for gap in workspace.coverage.all("scan")}
    harmless = frozenset(
        (one.verdict.store, one.verdict.dataset, one.verdict.field, one.verdict.category) for one in suppressed
    )
    return flowing(
        examined,
        edges,
        partial=lambda store, dataset: (store, dataset) in missing,
        held_harmless=harmless,
        anonymisers=workspace.config.scan.anonymisers,
        beside=beside_others(workspace),
        absent=absent(workspace),
    )


def flow_findings(workspace: Workspace) -> list[Finding]:
    """What of it is a finding: personal data that leaves, and what content and lineage disagree about."""
    return findings_of(flows_told(workspace), known_categories(workspace), workspace.clock())
