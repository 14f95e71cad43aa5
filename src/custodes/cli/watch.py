"""How are logs followed? One look after the other, each a whole ingest: stopping in between loses nothing."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Iterable
from types import FrameType
from typing import TYPE_CHECKING

from custodes.cli.app import CLEAN, UNCOVERED

if TYPE_CHECKING:
    from custodes.pipeline.ingest import IngestOutcome
    from custodes.pipeline.workspace import Workspace
    from custodes.records import Skipped


def follow(every: float, passes: int, *, judge: float | None = None) -> int:
    """Look at the logs every so many seconds, passes times (0: until told to stop); the exit code.

    judge: seconds from one time that the detections are asked to the next; None asks none. They are asked where
    anything is new that an answer can depend on, and who is to be told is told. Another run at work in the workspace is
    waited for. What is new is told on stdout, what is amiss on stderr.
    """
    from custodes.errors import CouldNotRun

    stop = threading.Event()

    def told(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, told)
    watch = _Watch(judge)
    done, uncovered, looked = 0, False, False
    while not stop.is_set():
        try:
            uncovered, looked = watch.look(), True
        except CouldNotRun as error:
            if "another run is at work" not in str(error):
                raise
        done += 1
        if done == passes:
            break
        stop.wait(every)
    return UNCOVERED if uncovered or not looked else CLEAN


class _Watch:
    """What one look leaves to the next."""

    def __init__(self, judge: float | None) -> None:
        self._judge = judge
        self._due = time.monotonic()
        self._shown: frozenset[str] | None = None
        self._odd: dict[str, frozenset[str]] = {}  # by what told it: what is so, and is told again when it comes back
        self._gaps = False

    def look(self) -> bool:
        """One look; whether something was not covered."""
        from custodes.cli.workspace import writing
        from custodes.pipeline.context import snapshot
        from custodes.pipeline.ingest import ingest
        from custodes.pipeline.progress import Silent

        with writing() as workspace:
            _, missing = snapshot(workspace, Silent())
            outcome = ingest(workspace, Silent())
            _tell(workspace, outcome)
            self._warn("logs", map(_uncovered, (*missing, *outcome.skipped)))
            late = self._judge is not None and self._judged(workspace)
        return bool(missing or outcome.skipped or self._gaps or late)

    def _judged(self, workspace: Workspace) -> bool:
        """Ask the detections where it is time, and tell who is to be told; whether somebody could not be told.

        Questions that fail must not end the sealing, nor what was found before from being told.
        """
        from custodes.errors import CustodesError
        from custodes.pipeline.notify import notify

        if time.monotonic() >= self._due:
            begun = time.monotonic()
            try:
                self._detect(workspace)
            except CustodesError as error:
                self._gaps = True
                self._warn("questions", [f"custodes: detections were not asked: {error}"])
            # Where much is kept, asking takes long: logs are read for at least as long in between.
            ended = time.monotonic()
            self._due = ended + max(self._judge or 0.0, ended - begun)
        told = notify(workspace)
        for name, count in (told.dropped or {}).items():
            _warn(f"custodes: {name} is configured no more: {count} undelivered notices are dropped")
        failed = told.failed
        late = [f"custodes: not delivered: {one.waiting} to {one.name}: {one.failure or 'not tried'}" for one in failed]
        self._warn("notices", late)
        return bool(failed)

    def _detect(self, workspace: Workspace) -> None:
        """Ask, where anything is new that an answer can depend on, and say what is different from before."""
        from custodes.cli import show
        from custodes.pipeline.detect import detect
        from custodes.pipeline.progress import Silent

        found = detect(workspace, Silent())
        if found.ran:
            receipt = workspace.receipt("detect", findings=len(found.findings), incidents=len(found.incidents))
            workspace.seal_receipts([receipt])
        self._gaps = bool(found.skipped)
        held = [f"custodes: {len(found.excepted):,} findings are excepted"] if found.excepted else []
        self._warn("questions", [*map(_uncovered, found.skipped), *held])
        for change in found.changes:
            _warn(f"custodes: {change}")
        before, self._shown = self._shown, frozenset(found.shown)
        if before is None:
            _say(workspace, f"{len(found.incidents):,} incidents, {len(found.shown):,} of them shown")
            return
        for one in found.incidents:
            if one.id in self._shown - before:
                _say(workspace, show.safe(f"incident {one.id}, score {one.score:g}: {one.title}: {one.reason}"))

    def _warn(self, teller: str, lines: Iterable[str]) -> None:
        """On stderr: of what lasts, what was not so the last time."""
        known, now = self._odd.get(teller, frozenset()), list(lines)
        self._odd[teller] = frozenset(now)
        for line in now:
            if line not in known:
                _warn(line)


def _uncovered(one: Skipped) -> str:
    return f"custodes: uncovered: {one.store} {one.dataset}: {one.reason}"


def _warn(words: str) -> None:
    from custodes.cli import show

    print(show.safe(words), file=sys.stderr, flush=True)


def _tell(workspace: Workspace, outcome: IngestOutcome) -> None:
    if outcome.events or outcome.quarantined:
        receipt = workspace.receipt("ingest", events=outcome.events, quarantined=outcome.quarantined)
        workspace.seal_receipts([receipt])
        _say(
            workspace,
            f"{outcome.events:,} events sealed, {outcome.duplicates:,} known already, "
            f"{outcome.quarantined:,} lines in quarantine",
        )


def _say(workspace: Workspace, words: str) -> None:
    print(f"{workspace.clock():%Y-%m-%d %H:%M:%SZ}  {words}", flush=True)
