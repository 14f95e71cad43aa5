"""How does a batch become evidence? All of it or nothing, in an order in which a crash at any line loses nothing."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from custodes.errors import BadInput, CouldNotRun, CustodesError, LedgerBroken
from custodes.ledger.checkpoint import Checkpoint
from custodes.ledger.durable import Disk, sync_names
from custodes.ledger.layout import Layout
from custodes.ledger.note import Signer
from custodes.ledger.recovery import (
    Intent,
    Standing,
    clear_leftovers,
    drop_superseded,
    replace_checkpoint,
    write_intent,
)
from custodes.ledger.segments import Seal, SealConflict, Seals, is_segment_path
from custodes.ledger.staging import Staging
from custodes.ledger.tiles import Tile, count_at, edge_tiles
from custodes.ledger.tree import LEAF_LIMIT, Hashed, append, leaf_hashes


@dataclass(frozen=True, slots=True)
class Commit:
    """What a batch became. first: its first leaf. size, root: of the log now. files: paths below the data folder."""

    first: int
    size: int
    root: bytes
    files: tuple[str, ...]


class Batch:
    """The pen, taken by `Ledger.begin`. first: index of its first leaf. Files and tiles wait on the disk."""

    def __init__(
        self,
        *,
        layout: Layout,
        signer: Signer,
        seals: Seals,
        disk: Disk,
        standing: Standing,
        lock: ExitStack,
        ended: Callable[[Standing | BaseException], None],
    ) -> None:
        self.first = standing.edge.size
        self._layout = layout
        self._signer = signer
        self._seals = seals
        self._disk = disk
        self._standing = standing
        self._lock = lock
        self._ended = ended
        self._open = True
        self._staging = Staging(disk, layout.pending)
        self._edge = standing.edge
        self._files: dict[str, tuple[str, int, int]] = {}  # path -> sha256, first leaf, number of leaves
        self._segments: list[tuple[str, str]] = []  # the name each is staged under, and its path below the data folder
        self._tiles: list[tuple[str, str]] = []  # the same, below the ledger's folder

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.discard()

    @property
    def size(self) -> int:
        """How many leaves the log will have: the index of the next leaf added."""
        return self._edge.size

    def add(self, relative: str, suffix: str, data: bytes, leaves: Sequence[bytes] | Hashed) -> str:
        """Stage one file and append its leaves, in order; the file's name, `<sha256><suffix>`.

        relative: folder below the data folder, such as `events/day=2026-03-01`. It must be possible to recover the
        leaves from data alone: verification does.
        Raises BadInput when the content is already sealed there, has no leaf or one over 65,535 bytes, or the folder or
        suffix is none we can keep; CouldNotRun when the disk is full or fails, which ends the batch.
        """
        self._must_be_open()
        digest = hashlib.sha256(data).hexdigest()
        name = f"{digest}{suffix}"
        path = f"{relative}/{name}"
        if not is_segment_path(path):
            raise BadInput(
                "no segment can be kept under this name", where=path, hint="use plain folder names and a suffix"
            )
        if not leaves or (not isinstance(leaves, Hashed) and max(map(len, leaves)) > LEAF_LIMIT):
            raise BadInput(
                f"a segment needs leaves, each of at most {LEAF_LIMIT} bytes",
                where=path,
                hint="shorten or split the record",
            )
        # Unsealed leftovers were removed when the batch began, so whatever is there now is sealed.
        if path in self._files or (self._layout.data / path).exists():
            raise BadInput("this content is already sealed", where=path, hint="leave it out: the ledger holds it")
        # A crash from here to `commit` leaves strays in pending/, which the next start removes.
        try:
            staged = f"{len(self._segments)}.segment"
            self._staging.put(staged, data)
            self._segments.append((staged, path))
            self._files[path] = (digest, self.size, len(leaves))
            self._edge, full = append(self._edge, leaves.row if isinstance(leaves, Hashed) else leaf_hashes(leaves))
            self._stage([Tile(level, index) for level, index, _ in full], b"".join(row for _, _, row in full))
        except BaseException:
            self.discard()  # some of its tiles may be missing: nobody must commit this
            raise
        return name

    def commit(self, now: datetime) -> Commit:
        """Seal everything added and let go of the pen. When this returns, no power cut can undo it.

        now: with zone. Raises CouldNotRun when the disk is full or fails or the clock went back, LedgerBroken when
        another writer got past the lock. After a refusal the batch is over: usually none of it is sealed, but if the
        failure came late all of it may be. `Ledger.size` at the next `begin` or `open` tells.
        """
        self._must_be_open()
        if now.tzinfo is None:
            raise ValueError("the time of a seal needs its zone")
        before = self._standing
        if before.sealed_at is not None and now < before.sealed_at:
            raise CouldNotRun(
                f"the clock is behind the last seal, of {before.sealed_at.isoformat()}",
                hint="set the clock right, or wait until it has passed that time",
            )
        if not self._files:
            self.discard()
            return Commit(self.first, self.first, before.checkpoint.root, ())
        try:
            after = self._write(now)
        except BaseException as error:
            self._ended(error)
            raise
        finally:
            self._close()
        self._ended(after)
        return Commit(self.first, after.edge.size, after.checkpoint.root, tuple(self._files))

    def discard(self) -> None:
        """Drop what was added and let go of the pen. After `commit` it does nothing."""
        if not self._open:
            return
        try:
            self._staging.discard()
        finally:
            self._close()

    def _stage(self, tiles: Sequence[Tile], rows: bytes) -> None:
        names = [f"{len(self._tiles) + number}.tile" for number in range(len(tiles))]
        self._staging.put_many(names, rows)
        self._tiles += zip(names, (tile.path for tile in tiles), strict=True)

    def _close(self) -> None:
        self._open = False
        self._staging.close()
        self._lock.close()

    def _must_be_open(self) -> None:
        if not self._open:
            raise ValueError("this batch is over: begin another")

    def _write(self, now: datetime) -> Standing:
        disk, layout, old, edge = self._disk, self._layout, self._standing.edge, self._edge
        sealed = [Seal(path, digest, first, count, now) for path, (digest, first, count) in self._files.items()]
        try:
            for tile, row in zip(edge_tiles(edge.size), edge.rows, strict=True):
                if tile is not None and tile.stop > count_at(tile.level, self.first):
                    self._stage([tile], row)
            # Looked at before the intent claims every tile of the new tree as ours, to be removed if this fails.
            self._must_be_free()
            self._staging.finish()
            # Crash before the intent is in place: only pending/ has files, nothing happened.
            write_intent(disk, layout, Intent(old.size, edge.size, tuple(self._files)))
            # Crash from here to the seals: files without seals are in place; the intent names them, they are removed.
            self._place(self._segments, layout.data)
            self._place(self._tiles, layout.ledger)
        except CustodesError:
            with suppress(CustodesError):
                clear_leftovers(disk, layout, self._seals, old.size)
            raise
        # Crash inside: the database has all the seals or none. None: as above. All: as below.
        try:
            self._seals.append(sealed, edge.size, edge.root)
        except SealConflict as error:
            raise LedgerBroken(
                "another writer sealed first, past the lock",
                where=str(layout.ledger / "lock"),
                hint="let only one machine write this ledger, on a file system with working locks",
            ) from error
        # Crash from here on: the batch is sealed, and the next start signs its checkpoint. It was not acknowledged,
        # so the caller must look before it adds the same records again.
        checkpoint = Checkpoint(self._standing.checkpoint.origin, edge.size, edge.root)
        note = checkpoint.signed(self._signer)
        replace_checkpoint(disk, layout, note)
        # Crash from here on: acknowledged or not, all of it is durable. Tidying up can be done by the next start.
        with suppress(CustodesError):
            drop_superseded(disk, layout, old.size, edge.size)
            disk.remove(layout.intent)
        return Standing(checkpoint, note, edge, now)

    def _place(self, staged: Sequence[tuple[str, str]], root: Path) -> None:
        """Give durable files their names below a folder, and make those durable."""
        folders = {root / folder for folder in {path.rpartition("/")[0] for _, path in staged}}
        for folder in sorted(folders):
            self._disk.make_folder(folder)
        self._disk.rename_many(self._layout.pending, root, staged)
        sync_names(self._disk, root, folders)

    def _must_be_free(self) -> None:
        for _, path in self._tiles:
            # Tiles are immutable, and recovery left none beyond the head: this one is not ours.
            if os.path.lexists(f"{self._layout.ledger}/{path}"):
                raise LedgerBroken(
                    "a tile that this ledger has not written is in its way",
                    where=str(self._layout.ledger / path),
                    hint="find out who wrote it, and move it out of the folder",
                )
