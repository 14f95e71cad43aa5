"""A ledger to try things on: seals in memory that can fail, and disks that fail, die or forget."""

from __future__ import annotations

import errno
import hashlib
import os
import random
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from custodes.ledger import fsck
from custodes.ledger.check_proof import check_proof
from custodes.ledger.durable import Disk, told
from custodes.ledger.log import Ledger
from custodes.ledger.segments import Head, Seal, SealConflict

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ORIGIN = "example.com/custodes-test"


class Died(BaseException):
    """The process is gone: nothing after this line runs, clean-up included."""


def segment(leaves: Sequence[bytes]) -> bytes:
    """A file format for tests: one leaf a line, in hex."""
    return b"".join(leaf.hex().encode() + b"\n" for leaf in leaves)


def leaves_of(path: Path) -> Iterable[bytes]:
    with path.open("rb") as file:
        for line in file:
            yield bytes.fromhex(line.decode("ascii").strip())


@dataclass
class MemorySeals:
    """Seals that live as long as the test. before, after: hooks around the moment they become durable."""

    seals: list[Seal] = field(default_factory=list)
    last: Head | None = None
    before: Callable[[], None] = lambda: None
    after: Callable[[], None] = lambda: None

    def list(self) -> Sequence[Seal]:
        return tuple(self.seals)

    def head(self) -> Head | None:
        return self.last

    def append(self, seals: Sequence[Seal], checkpoint_size: int, root: bytes) -> None:
        self.before()
        if seals[0].first != (self.last.size if self.last else 0):
            raise SealConflict
        self.seals += seals
        self.last = Head(checkpoint_size, root, seals[-1].sealed_at)
        self.after()

    def copy(self) -> MemorySeals:
        return MemorySeals(list(self.seals), self.last)


@dataclass
class World:
    """A data folder, its seals, and what must be in them."""

    folder: Path
    seals: MemorySeals = field(default_factory=MemorySeals)
    leaves: list[bytes] = field(default_factory=list)
    disk: Callable[[], Disk] = Disk

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def key_file(self) -> Path:
        return self.folder / "keys" / "ledger.key"

    def now(self) -> datetime:
        """A clock that goes on with every leaf."""
        return NOW + timedelta(seconds=len(self.leaves))

    def create(self, disk: Disk | None = None) -> Ledger:
        return Ledger.create(self.data, ORIGIN, self.key_file, self.seals, disk=disk or self.disk(), wait=0)

    def open(self, disk: Disk | None = None) -> Ledger:
        return Ledger.open(self.data, self.key_file, self.seals, disk=disk or self.disk(), wait=0)

    def files(self) -> dict[str, bytes]:
        """All that is evidence: no lock, nothing pending."""
        found = {path.relative_to(self.data).as_posix(): path for path in self.data.rglob("*") if path.is_file()}
        return {
            name: path.read_bytes()
            for name, path in found.items()
            if name not in {"ledger/lock", "ledger/home"} and not name.startswith("ledger/pending/")
        }

    def verify(self, ledger: Ledger) -> fsck.Report:
        return fsck.verify(self.data, self.seals, ledger.verifier, leaves_of, folders=("events",))

    def check(self, ledger: Ledger) -> None:
        """Everything that must hold whenever nobody is writing."""
        report = self.verify(ledger)
        assert report.problems == ()
        assert (report.size, report.root, report.leaves) == (ledger.size, ledger.root, len(self.leaves))
        sealed = [leaf for seal in self.seals.seals for leaf in leaves_of(self.data / seal.path)]
        assert sealed == self.leaves
        for index in {0, len(self.leaves) // 2, len(self.leaves) - 1} if self.leaves else ():
            proof = ledger.prove(index).encode()
            assert check_proof(proof, self.leaves[index], ledger.verifier) == (index, len(self.leaves))

    def seal(self, ledger: Ledger, *groups: Sequence[bytes]) -> None:
        """One batch, a segment per group."""
        with ledger.begin() as batch:
            assert batch.first == len(self.leaves)
            for number, group in enumerate(groups):
                batch.add(f"events/day=2026-03-{number + 1:02}", ".rows", segment(group), group)
            commit = batch.commit(self.now())
        self.leaves += [leaf for group in groups for leaf in group]
        assert commit.size == len(self.leaves) == ledger.size


def some_leaves(count: int, start: int = 0) -> list[bytes]:
    return [b"leaf %d" % number for number in range(start, start + count)]


def reference_root(leaves: Sequence[bytes]) -> bytes:
    """RFC 9162, 2.1.1, word by word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + reference_root(leaves[:k]) + reference_root(leaves[k:])).digest()


class FaultyDisk(Disk):
    """Fails at one step. step: its number, from 0; None: never. persists: the step is done, then reported as failed.

    how: an errno, or `Died`: from then on nothing reaches the disk any more. It never waits for a real disk.
    """

    def __init__(self, step: int | None = None, *, persists: bool = False, how: int | type[Died] = errno.EIO) -> None:
        self.step = step
        self.persists = persists
        self.how = how
        self.steps: list[str] = []
        self.dead = False

    def _do(self, name: str, file: Path, act: Callable[[], None]) -> None:
        if self.dead:
            raise Died
        self.steps.append(name)
        if len(self.steps) - 1 != self.step:
            act()
            return
        if self.persists:
            act()
        if isinstance(self.how, int):
            with told(file, syncing=name.startswith("sync")):
                raise OSError(self.how, os.strerror(self.how), str(file))
        self.dead = True
        raise self.how

    def write(self, file: Path, data: bytes) -> int:
        found: list[int] = []

        def act() -> None:
            found.append(super(FaultyDisk, self).write(file, data))

        try:
            self._do("write", file, act)
        except BaseException:
            for descriptor in found:
                os.close(descriptor)
            if not found and not self.dead:
                file.write_bytes(data[: len(data) // 2])  # a write that fails may have written some of it
            raise
        return found[0]

    def sync(self, descriptor: int, file: Path) -> None:
        try:
            self._do("sync", file, lambda: None)
        finally:
            os.close(descriptor)

    def write_many(self, folder: Path, names: Sequence[str], rows: bytes) -> None:
        width = len(rows) // len(names)
        for number, name in enumerate(names):
            os.close(self.write(folder / name, rows[number * width : (number + 1) * width]))

    def rename_many(self, folder: Path, below: Path, names: Sequence[tuple[str, str]]) -> None:
        for name, target in names:
            self.rename(folder / name, below / target)

    def sync_all(self, descriptor: int, folder: Path) -> None:
        try:
            self._do("sync_all", folder, lambda: None)
        finally:
            os.close(descriptor)

    def rename(self, source: Path, target: Path) -> None:
        self._do("rename", target, lambda: super(FaultyDisk, self).rename(source, target))

    def sync_folder(self, folder: Path) -> None:
        self._do("sync_folder", folder, lambda: None)

    def make_folder(self, folder: Path) -> None:
        self._do("make_folder", folder, lambda: super(FaultyDisk, self).make_folder(folder))

    def remove(self, file: Path) -> None:
        self._do("remove", file, lambda: super(FaultyDisk, self).remove(file))

    def remove_folder(self, folder: Path) -> None:
        self._do("remove_folder", folder, lambda: super(FaultyDisk, self).remove_folder(folder))


class ForgetfulDisk(FaultyDisk):
    """Dies at a step, and `power_cut` then takes back all that was not made durable: content, names and folders."""

    def __init__(self, step: int | None = None) -> None:
        super().__init__(step, persists=True, how=Died)
        self.unsynced: dict[int, Path] = {}  # inode -> its last name
        self.undo: list[
            tuple[Path, Callable[[], None]]
        ] = []  # (folder whose sync makes it durable, how to take it back)

    def write(self, file: Path, data: bytes) -> int:
        descriptor = super().write(file, data)
        self.unsynced[file.stat().st_ino] = file
        return descriptor

    def sync(self, descriptor: int, file: Path) -> None:
        super().sync(descriptor, file)
        self.unsynced.pop(file.stat().st_ino, None)

    def sync_all(self, descriptor: int, folder: Path) -> None:
        super().sync_all(descriptor, folder)
        self.unsynced.clear()  # names are made durable too, which nobody relies on

    def rename(self, source: Path, target: Path) -> None:
        before = target.read_bytes() if target.exists() else None
        inode = source.stat().st_ino

        def act() -> None:
            target.unlink(missing_ok=True)
            if before is not None:
                target.write_bytes(before)

        self.undo.append((target.parent, act))
        super().rename(source, target)
        if inode in self.unsynced:
            self.unsynced[inode] = target

    def remove(self, file: Path) -> None:
        if file.exists():
            before = file.read_bytes()
            self.undo.append((file.parent, lambda: None if file.exists() else _put(file, before)))
        super().remove(file)

    def make_folder(self, folder: Path) -> None:
        for each in (folder, *folder.parents):
            if not each.exists():
                self.undo.append((each.parent, lambda each=each: shutil.rmtree(each, ignore_errors=True)))  # type: ignore[misc]  # binds the loop's value
        super().make_folder(folder)

    def sync_folder(self, folder: Path) -> None:
        super().sync_folder(folder)
        self.undo = [(where, act) for where, act in self.undo if where != folder]

    def power_cut(self, chance: random.Random | None = None) -> None:
        """Take back all of it; with chance, any part: a disk may write out late things early, and half of a file."""
        for file in self.unsynced.values():
            if file.exists():
                data = file.read_bytes()
                file.write_bytes(data[: len(data) * chance.randrange(3) // 2] if chance else b"")
        for _, act in reversed(self.undo):
            if chance is None or chance.random() < 0.5:
                act()


def _put(file: Path, data: bytes) -> None:
    if file.parent.is_dir():
        file.write_bytes(data)
