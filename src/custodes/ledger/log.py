"""What is in the evidence log, and how is more added? One writer at a time; start and recovery are the same code."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from custodes.errors import BadInput, CouldNotRun, LedgerBroken
from custodes.ledger.batch import Batch
from custodes.ledger.check_proof import ProofRefused, VerifierKey
from custodes.ledger.checkpoint import Checkpoint
from custodes.ledger.durable import Disk, DiskFull, told, writer_lock
from custodes.ledger.home import must_be_home
from custodes.ledger.layout import Layout
from custodes.ledger.note import Signer, generate_key, load_key, save_key
from custodes.ledger.proof import prove
from custodes.ledger.recovery import Standing, recover, replace_checkpoint
from custodes.ledger.segments import Seals
from custodes.ledger.tiles import TileReader
from custodes.ledger.tree import EMPTY_ROOT, check_consistency, consistency_path

WAIT = 30.0  # seconds for another writer to finish


class Ledger:
    """An open log. Made by `create` or `open`.

    size, root, origin tell the last state this object saw; another process may have written since. `begin` looks again.
    """

    def __init__(
        self, *, layout: Layout, signer: Signer, seals: Seals, disk: Disk, wait: float, standing: Standing
    ) -> None:
        self._layout = layout
        self._signer = signer
        self._seals = seals
        self._disk = disk
        self._wait = wait
        self._standing = standing
        self._stale = False  # the last batch did not end well: look at the disk before the next
        self._failed: CouldNotRun | None = None

    @classmethod
    def create(
        cls, folder: Path, origin: str, key_file: Path, seals: Seals, *, disk: Disk | None = None, wait: float = WAIT
    ) -> Ledger:
        """Begin a log in the data folder `folder`, with the key in `key_file` (made when absent).

        Raises BadInput when a log, or what remains of one, is already there: a ledger is never begun by accident.
        """
        disk, layout = disk or Disk(), Layout(folder)
        if layout.checkpoint.exists() or (layout.ledger / "tile").exists() or seals.head() is not None:
            raise BadInput(
                "a ledger, or what remains of one, is already there",
                where=str(layout.ledger),
                hint="open it, or choose an empty folder and an empty state",
            )
        disk.make_folder(layout.pending)
        with writer_lock(layout.ledger, wait):
            if not key_file.exists():
                save_key(generate_key(origin), key_file, disk)
            signer = load_key(key_file)
            if signer.name != origin:
                raise BadInput(
                    f'the key was made for "{signer.name}"',
                    where=str(key_file),
                    hint="name another file, or that origin",
                )
            must_be_home(disk, layout)
            # A crash before this line leaves a key and no log: `create` goes on from there.
            replace_checkpoint(disk, layout, Checkpoint(origin, 0, EMPTY_ROOT).signed(signer))
            for above in (folder, folder.parent, key_file.parent.parent):  # folders made here must not vanish either
                disk.sync_folder(above)
        return cls.open(folder, key_file, seals, disk=disk, wait=wait)

    @classmethod
    def open(
        cls, folder: Path, key_file: Path, seals: Seals, *, disk: Disk | None = None, wait: float = WAIT
    ) -> Ledger:
        """Open a log, whatever its last writer left behind.

        Raises LedgerBroken when seals, tiles and checkpoint contradict one another, CouldNotRun when the key cannot be
        read, the disk fails, or another writer does not finish within `wait` seconds.
        """
        disk, layout = disk or Disk(), Layout(folder)
        if not layout.ledger.is_dir():
            raise LedgerBroken(
                "there is no ledger here",
                where=str(layout.ledger),
                hint='restore it from a backup, or run "custodes init"',
            )
        signer = load_key(key_file)
        with writer_lock(layout.ledger, wait), told(layout.ledger):
            standing = recover(disk, layout, signer, seals)
        return cls(layout=layout, signer=signer, seals=seals, disk=disk, wait=wait, standing=standing)

    @property
    def size(self) -> int:
        """How many leaves are sealed."""
        return self._standing.edge.size

    @property
    def root(self) -> bytes:
        """The root over them."""
        return self._standing.checkpoint.root

    @property
    def origin(self) -> str:
        """The log's name."""
        return self._standing.checkpoint.origin

    @property
    def verifier(self) -> VerifierKey:
        """The key that checks what this log signs; its `text` is what to publish."""
        return self._signer.verifier

    def must_be_home(self) -> None:
        """Raises LedgerBroken in a copy, as `begin` would: before long work that could not be sealed in the end."""
        with writer_lock(self._layout.ledger, self._wait):
            must_be_home(self._disk, self._layout)

    def begin(self) -> Batch:
        """Take the pen. Use it as a context manager: leaving it without `commit` leaves nothing behind.

        Raises as `open` does; after the disk failed to make a write durable, CouldNotRun until the log is opened anew.
        """
        if self._failed is not None:
            raise self._failed
        with ExitStack() as taken:
            taken.enter_context(writer_lock(self._layout.ledger, self._wait))
            if self._stale or self._layout.intent.exists() or not self._is_unchanged():
                with told(self._layout.ledger):
                    self._standing = recover(self._disk, self._layout, self._signer, self._seals)
                self._stale = False
            must_be_home(self._disk, self._layout)
            lock = taken.pop_all()
        return Batch(
            layout=self._layout,
            signer=self._signer,
            seals=self._seals,
            disk=self._disk,
            standing=self._standing,
            lock=lock,
            ended=self._ended,
        )

    def _is_unchanged(self) -> bool:
        try:
            return self._layout.note(self._layout.checkpoint) == self._standing.note
        except OSError:
            return False  # recovery says what is wrong with it

    def _ended(self, outcome: Standing | BaseException) -> None:
        if isinstance(outcome, Standing):
            self._standing = outcome
            return
        self._stale = True
        # After a failed sync the system may show us data that is not on the disk. Only an operator can judge that.
        if isinstance(outcome, CouldNotRun) and not isinstance(outcome, DiskFull):
            self._failed = outcome

    def prove(self, index: int) -> str:
        """A self-contained proof (C2SP tlog-proof) that leaf `index` is in the signed tree. Raises as `proof.prove`."""
        return prove(self._layout.data, index, self.verifier)

    def consistency(self, old: int, old_root: bytes) -> tuple[bytes, ...]:
        """The hashes that show this log extends its state of `old` leaves. Raises LedgerBroken when it does not."""
        path = consistency_path(TileReader(self._layout.ledger, self.size).node, old, self.size)
        try:
            check_consistency(old, self.size, path, old_root, self.root)
        except ProofRefused as error:
            raise LedgerBroken(
                f"this log does not extend the given state of {old} leaves: {error}",
                where=str(self._layout.checkpoint),
                hint='stop all writers, run "custodes ledger verify", keep both states: someone rewrote history',
            ) from error
        return path
