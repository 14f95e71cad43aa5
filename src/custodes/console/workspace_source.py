"""What do the pages know of a workspace? Its overview as last verified; and every look becomes a receipt."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from custodes.config import Config
from custodes.errors import CouldNotRun, LedgerBroken
from custodes.pipeline.coverage import coverage
from custodes.pipeline.lock import only_writer
from custodes.pipeline.overview import overview
from custodes.pipeline.progress import Silent
from custodes.pipeline.prove import Proof, proof_of
from custodes.pipeline.verify import verify
from custodes.pipeline.who import who
from custodes.pipeline.witnesses import Witnessed, witnessed
from custodes.pipeline.workspace import VERIFIER, Workspace, open_workspace, utc_now
from custodes.records import FlowEdge, LedgerStatus, Overview, Ruling
from custodes.records.answer import Answer, Coverage, Question
from custodes.records.history import Change
from custodes.risk.register import Risk, assess

PATIENCE: Final = 2.0  # seconds: a look of another reader takes less, a run takes more
TRUSTED_FOR: Final = timedelta(minutes=15)
_TIMES_ITS_COST: Final = 20  # a ledger that takes minutes to verify is trusted for longer, or nobody could read
CHECKPOINT: Final = "ledger/checkpoint"


class WorkspaceSource:
    """The console's source over a workspace on this machine.

    The workspace is opened anew for each piece of work and under its lock, so that a run is never held up for longer
    than that. What was verified is kept while the ledger's head is the one verified, or has grown by our own looks
    alone, and no longer than TRUSTED_FOR (or 20 times as long as verifying took). by: who looks, for the receipts.
    """

    def __init__(self, config: Config, *, by: str, clock: Callable[[], datetime] = utc_now) -> None:
        self._config = config
        self._by = by
        self._clock = clock
        self._head = b""
        self._trust = TRUSTED_FOR
        self._known: tuple[Overview, tuple[Risk, ...], datetime] | None = None
        self._flows: tuple[FlowEdge, ...] = ()
        self._coverage = Coverage(None, None, (), ())

    def overview(self) -> Overview:
        """The state after the last run.

        Raises CouldNotRun while a run is at work or when none has been, LedgerBroken when altered evidence cannot even
        be read.
        """
        if self._known is not None:
            known, _, verified_at = self._known
            if self._checkpoint() == self._head and self._clock() - verified_at < self._trust:
                return known
        with self._open() as workspace:
            began = time.monotonic()
            known = _told(workspace, verify(workspace.data, Silent()))
            self._trust = max(TRUSTED_FOR, _TIMES_ITS_COST * timedelta(seconds=time.monotonic() - began))
            self._known = known, assess(known), self._clock()
            self._flows = workspace.flows.all()
            self._coverage = coverage(workspace, None, None)
            self._head = self._checkpoint()
        return known

    def verified_at(self) -> datetime:
        """When what `overview` answers was verified."""
        return self._kept()[2]

    def risks(self) -> tuple[Risk, ...]:
        """The register of what `overview` answers."""
        return self._kept()[1]

    def flows(self) -> tuple[FlowEdge, ...]:
        """Those that were known when `overview` was made."""
        self._kept()
        return self._flows

    def story(self, store: str, dataset: str, field: str) -> tuple[tuple[Change, ...], tuple[Ruling, ...]]:
        """What the state has of one field. Raises CouldNotRun while a run is at work."""
        with self._open() as workspace:
            rulings = [
                one for one in workspace.rulings.all() if (one.store, one.dataset, one.field) == (store, dataset, field)
            ]
            return workspace.history.of(store, dataset, field), tuple(rulings)

    def who(self, asked: Question) -> Answer:
        """The answer, whose asking is a receipt. Raises CouldNotRun while a run is at work."""
        with self._looking() as workspace:
            return who(workspace, asked, console="who")

    def coverage(self) -> Coverage:
        """Of when `overview` was made."""
        self._kept()
        return self._coverage

    def witnessed(self) -> Witnessed:
        """As the files beside the ledger say now."""
        return witnessed(self._config)

    def proof(self, leaf: int) -> Proof | None:
        """The proof; that it was taken is a receipt."""
        with self._looking() as workspace:
            found = proof_of(workspace, leaf)
            if found is not None:
                workspace.seal_receipts([workspace.receipt("look", console="proof", shown=str(leaf))])
            return found

    def key(self) -> bytes:
        """It is public: taking it leaves no receipt."""
        return (self._config.data / VERIFIER).read_bytes()

    def look(self, page: str, subject_of_look: str) -> None:
        """Seal a receipt of the look. Raises CouldNotRun while a run is at work."""
        with self._looking() as workspace:
            workspace.seal_receipts([workspace.receipt("look", console=page, shown=subject_of_look)])

    def memo_file(self) -> Path | None:
        """The memo of the latest day that has one."""
        return max((self._config.data / "memo").glob("memo-*.pdf"), default=None)

    def _kept(self) -> tuple[Overview, tuple[Risk, ...], datetime]:
        if self._known is None:
            self.overview()
        if self._known is None:
            raise CouldNotRun("nothing is known yet", where=str(self._config.data), hint='run "custodes run" first')
        return self._known

    def _checkpoint(self) -> bytes:
        try:
            return (self._config.data / CHECKPOINT).read_bytes()
        except FileNotFoundError:
            return b""

    @contextmanager
    def _looking(self) -> Iterator[Workspace]:
        """The workspace, held alone for the block; a ledger that grew by what is sealed in it stays trusted."""
        with self._open() as workspace:
            ours = self._checkpoint() == self._head
            yield workspace
            if ours:
                self._head = self._checkpoint()

    @contextmanager
    def _open(self) -> Iterator[Workspace]:
        """The workspace, held alone for the block."""
        if not self._config.data.is_dir():
            raise CouldNotRun(
                "nothing has been run here yet", where=str(self._config.data), hint='run "custodes run" first'
            )
        with _lock_soon(self._config.data):
            workspace = open_workspace(self._config, clock=self._clock, by=self._by)
            try:
                yield workspace
            finally:
                workspace.close()


def _told(workspace: Workspace, status: LedgerStatus) -> Overview:
    try:
        return overview(workspace, status)
    except Exception as error:
        if status.verified:
            raise
        # A file that was altered may fail in any way at all; what is true is what the verification said.
        raise LedgerBroken(
            "the evidence does not match its proofs, and cannot be read",
            where=status.problems[0],
            hint='stop writers and keep every file; "custodes ledger verify" names all that is wrong',
        ) from error


@contextmanager
def _lock_soon(folder: Path) -> Iterator[None]:
    """The writer's lock, waited for PATIENCE seconds. Raises CouldNotRun."""
    until = time.monotonic() + PATIENCE
    with ExitStack() as held:
        while True:
            try:
                held.enter_context(only_writer(folder))
                break
            except CouldNotRun as error:
                if time.monotonic() >= until:
                    hint = "try again when it has finished: no look goes unrecorded"
                    raise CouldNotRun(error.what, where=error.where, hint=hint) from error
            time.sleep(0.05)
        yield
