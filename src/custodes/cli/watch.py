"""How are logs followed? One look after the other, each a whole ingest: stopping in between loses nothing."""

from __future__ import annotations

import signal
import sys
import threading
from types import FrameType

from custodes.cli.app import CLEAN, UNCOVERED


def follow(every: float, passes: int) -> int:
    """Look at the logs every so many seconds, passes times (0: until told to stop); the exit code.

    Another run at work in the workspace is waited for. What is new is told on stdout, a line per look.
    """
    from custodes.errors import CouldNotRun

    stop = threading.Event()

    def told(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, told)
    done, uncovered = 0, False
    while not stop.is_set():
        try:
            uncovered = _look()
        except CouldNotRun as error:
            if "another run is at work" not in str(error):
                raise
        done += 1
        if done == passes:
            break
        stop.wait(every)
    return UNCOVERED if uncovered else CLEAN


def _look() -> bool:
    """One look; whether something was not covered."""
    from custodes.cli.workspace import writing
    from custodes.pipeline.context import snapshot
    from custodes.pipeline.ingest import ingest
    from custodes.pipeline.progress import Silent

    with writing() as workspace:
        _, missing = snapshot(workspace, Silent())
        outcome = ingest(workspace, Silent())
        if outcome.events or outcome.quarantined:
            receipt = workspace.receipt("ingest", events=outcome.events, quarantined=outcome.quarantined)
            workspace.seal_receipts([receipt])
            print(
                f"{workspace.clock():%Y-%m-%d %H:%M:%SZ}  {outcome.events:,} events sealed, "
                f"{outcome.duplicates:,} known already, {outcome.quarantined:,} lines in quarantine",
                flush=True,
            )
        for one in outcome.skipped:
            if "rotated" in one.reason:
                print(f"custodes: uncovered: {one.store} {one.dataset}: {one.reason}", file=sys.stderr, flush=True)
    return bool(missing or outcome.skipped)
