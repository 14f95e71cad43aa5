"""In which order do the rooms work? The whole river, on one screen."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from custodes.pipeline.context import snapshot
from custodes.pipeline.detect import DetectOutcome, detect
from custodes.pipeline.ingest import IngestOutcome, ingest
from custodes.pipeline.overview import overview
from custodes.pipeline.progress import Progress
from custodes.pipeline.scan import ScanOutcome, scan
from custodes.pipeline.tell import tell
from custodes.pipeline.verify import verify
from custodes.pipeline.workspace import Workspace
from custodes.records import Overview
from custodes.risk.register import Risk


@dataclass(frozen=True, slots=True)
class RunOutcome:
    """What a whole run did and what is known after it."""

    scanned: ScanOutcome
    ingested: IngestOutcome
    detected: DetectOutcome
    overview: Overview
    risks: tuple[Risk, ...]
    memo: Path
    changed: bool

    @property
    def exit_code(self) -> int:
        """1 when there are findings, else 3 when something was not covered, else 0."""
        if self.overview.findings or not self.overview.ledger.verified:
            return 1
        return 3 if self.overview.skipped else 0


def run(workspace: Workspace, progress: Progress) -> RunOutcome:
    """Scan, take context, ingest, seal, detect, verify, judge the risk and write the memo.

    Each step keeps its result before the next begins, so an interrupted run is carried on by the next one. The
    receipt comes last: it says what was told, memo included.
    """
    scanned = scan(workspace, progress)
    snapshots, _ = snapshot(workspace, progress)
    ingested = ingest(workspace, progress)
    detected = detect(workspace, progress)
    known = overview(workspace, verify(workspace.data, progress))
    risks, memo, written = tell(workspace, known, progress)
    progress.step("receipt")
    workspace.seal_receipts(
        [
            workspace.receipt(
                "run",
                datasets_read=scanned.read,
                fields=len(scanned.fields),
                snapshots=snapshots,
                events=ingested.events,
                quarantined=ingested.quarantined,
                findings=len(known.findings),
                incidents=len(known.incidents),
                uncovered=len(known.skipped),
                memo_sha256=hashlib.sha256(memo.read_bytes()).hexdigest(),
            )
        ]
    )
    changed = scanned.changed or detected.ran or snapshots > 0 or ingested.events > 0 or written
    return RunOutcome(scanned, ingested, detected, known, risks, memo, changed)
