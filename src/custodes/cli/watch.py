"""How are logs followed? One look after the other, each a whole ingest: stopping in between loses nothing."""

from __future__ import annotations

import signal
import sys
import threading
import time
from types import FrameType
from typing import TYPE_CHECKING

from custodes.cli.app import CLEAN, UNCOVERED

if TYPE_CHECKING:
    from custodes.pipeline.ingest import IngestOutcome
    from custodes.pipeline.workspace import Workspace


def follow(every: float, passes: int, *, judge: float | None = None) -> int:
    """Look at the logs every so many seconds, passes times (0: until told to stop); the exit code.

    judge: seconds from one time that the detections are asked to the next; None asks none. They are asked where
    something was sealed since, and who is to be told is told. Another run at work in the workspace is waited for. What
    is new is told on stdout, a line per look.
    """
    from custodes.errors import CouldNotRun

    stop = threading.Event()

    def told(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, told)
    watch = _Watch(judge)
    done, uncovered = 0, False
    while not stop.is_set():
        try:
            uncovered = watch.look()
        except CouldNotRun as error:
            if "another run is at work" not in str(error):
                raise
        done += 1
        if done == passes:
            break
        stop.wait(every)
    return UNCOVERED if uncovered else CLEAN


class _Watch:
    """What one look leaves to the next."""

    def __init__(self, judge: float | None) -> None:
        self._judge = judge
        self._news = True  # what earlier runs sealed may not have been judged
        self._due = time.monotonic()
        self._shown: frozenset[str] | None = None
        self._gaps = False

    def look(self) -> bool:
        """One look; whether something was not covered."""
        from custodes.cli.workspace import writing
        from custodes.pipeline.context import snapshot
        from custodes.pipeline.ingest import ingest
        from custodes.pipeline.progress import Silent

        with writing() as workspace:
            taken, missing = snapshot(workspace, Silent())
            outcome = ingest(workspace, Silent())
            _tell(workspace, outcome)
            self._news |= bool(taken or outcome.events or outcome.quarantined)
            late = self._judge is not None and self._detect(workspace)
        return bool(missing or outcome.skipped or self._gaps or late)

    def _detect(self, workspace: Workspace) -> bool:
        """Ask the detections where it is time, and tell who is to be told; whether somebody could not be told."""
        from custodes.cli import show
        from custodes.pipeline.detect import detect
        from custodes.pipeline.notify import notify
        from custodes.pipeline.progress import Silent

        if self._news and time.monotonic() >= self._due:
            begun = time.monotonic()
            found = detect(workspace, Silent())
            if found.ran:
                receipt = workspace.receipt("detect", findings=len(found.findings), incidents=len(found.incidents))
                workspace.seal_receipts([receipt])
            self._news, self._gaps = False, bool(found.skipped)
            new = [one for one in found.incidents if one.id in found.shown.keys() - (self._shown or frozenset())]
            if self._shown is None:
                _say(workspace, f"{len(found.incidents):,} incidents, {len(found.shown):,} of them shown")
            for one in () if self._shown is None else new:
                _say(workspace, show.safe(f"incident {one.id}, score {one.score:g}: {one.title}: {one.reason}"))
            self._shown = frozenset(found.shown)
            # Where much is kept, asking takes long: logs are read for at least as long in between.
            ended = time.monotonic()
            self._due = ended + max(self._judge or 0.0, ended - begun)
        failed = notify(workspace).failed
        for target in failed:
            why = target.failure or "not tried"
            print(
                show.safe(f"custodes: not delivered: {target.waiting} to {target.name}: {why}"),
                file=sys.stderr,
                flush=True,
            )
        return bool(failed)


def _tell(workspace: Workspace, outcome: IngestOutcome) -> None:
    if outcome.events or outcome.quarantined:
        receipt = workspace.receipt("ingest", events=outcome.events, quarantined=outcome.quarantined)
        workspace.seal_receipts([receipt])
        _say(
            workspace,
            f"{outcome.events:,} events sealed, {outcome.duplicates:,} known already, "
            f"{outcome.quarantined:,} lines in quarantine",
        )
    for one in outcome.skipped:
        if "rotated" in one.reason:
            print(f"custodes: uncovered: {one.store} {one.dataset}: {one.reason}", file=sys.stderr, flush=True)


def _say(workspace: Workspace, words: str) -> None:
    print(f"{workspace.clock():%Y-%m-%d %H:%M:%SZ}  {words}", flush=True)
