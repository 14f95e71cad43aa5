"""Is it really on the disk? The few system calls the ledger writes with, each with the refusal it can end in.

Tests replace `Disk` by one that fails, or forgets what was not yet made durable, at any of these calls.
"""

from __future__ import annotations

import errno
import fcntl
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from custodes import _native, kept
from custodes.errors import CouldNotRun
from custodes.ledger.file_system import sync_file_system

_FULL: Final = (errno.ENOSPC, errno.EDQUOT)
_WRITTEN_OUT_EARLY: Final = 1 << 20  # bytes of a file from which the disk begins at once, while we go on


class DiskFull(CouldNotRun):
    """No space. Nothing that counts was written; the next attempt starts clean."""


class DiskFailed(CouldNotRun):
    """The system could not say whether data is durable. Whoever gets this must stop writing and open anew."""


@contextmanager
def told(file: Path, *, syncing: bool = False) -> Iterator[None]:
    """Turn an OSError into the refusal it means. A failed sync is never "full": what reached the disk is unknown."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL and not syncing:
            raise DiskFull(
                "disk full", where=str(file), hint="free some space and run again: the ledger is as it was before"
            ) from error
        doing = "make a write durable" if syncing else "write"
        raise DiskFailed(
            f"the disk failed to {doing} ({error.strerror})",
            where=str(file),
            hint="check the disk and the file system's rights, then run again: the next start verifies and continues",
        ) from error


class Disk:
    """Raw steps. Nothing is durable before `sync` or `sync_all` for content and `sync_folder` for names.

    many: files from which on `sync_all` is asked once, where it can be, instead of `sync` for each.
    """

    many: int = 64

    def write(self, file: Path, data: bytes) -> int:
        """Create or truncate a file only its owner may read, write all of data; its open descriptor, for `sync`."""
        with told(file):
            descriptor = _created(file)
            try:
                left = memoryview(data)
                while left:
                    left = left[os.write(descriptor, left) :]
                if len(data) >= _WRITTEN_OUT_EARLY and hasattr(os, "posix_fadvise"):
                    # A hint: writing out begins now, and the sync that counts finds most of it done.
                    with suppress(OSError):
                        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
            except BaseException:
                os.close(descriptor)
                raise
        return descriptor

    def write_many(self, folder: Path, names: Sequence[str], rows: bytes) -> None:
        """Write equal parts of `rows` as `write` does, to be made durable by `sync_all`."""
        with told(folder):
            _native.write_files(str(folder), list(names), rows)

    def rename_many(self, folder: Path, below: Path, names: Sequence[tuple[str, str]]) -> None:
        """Give files of a folder their names below another, each as `rename` does."""
        with told(below):
            _native.rename_files(str(folder), str(below), list(names))

    def sync_all(self, descriptor: int, folder: Path) -> None:
        """Make everything durable that was written to a file system, and close.

        descriptor: of a folder on it, opened before the first write: it tells every failure to write since.
        """
        try:
            with told(folder, syncing=True):
                sync_file_system(descriptor)
        finally:
            os.close(descriptor)

    def sync(self, descriptor: int, file: Path) -> None:
        """Make the content durable and close. The descriptor is the one written through: no error can be missed."""
        try:
            with told(file, syncing=True):
                os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def rename(self, source: Path, target: Path) -> None:
        """Give a file its name, atomically, in place of any other."""
        with told(target):
            source.replace(target)

    def sync_folder(self, folder: Path) -> None:
        """Make the names in a folder durable."""
        with told(folder, syncing=True):
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    def make_folder(self, folder: Path) -> None:
        """Create a folder and those above it, for their owner alone; their names are not durable until synced."""
        with told(folder):
            kept.make_folder(folder)

    def remove(self, file: Path) -> None:
        """Remove a file; one that is not there is as good."""
        with told(file):
            file.unlink(missing_ok=True)

    def remove_folder(self, folder: Path) -> None:
        """Remove an empty folder."""
        with told(folder):
            folder.rmdir()


def _created(file: Path) -> int:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    try:
        return os.open(file, flags, 0o600)
    except FileExistsError:
        # A stray is never written into: it may have other rights, lead elsewhere, or be a pipe that nobody reads.
        file.unlink()
        return os.open(file, flags, 0o600)


def place(disk: Disk, staging: Path, root: Path, target: Path, data: bytes) -> None:
    """Put a file below `root`, whole and durable: content first, then its name, then the folders that hold it.

    A crash inside leaves the file as it was or as it will be, and perhaps a stray in `staging`.
    """
    file = staging / "0.part"
    disk.sync(disk.write(file, data), file)
    disk.make_folder(target.parent)
    disk.rename(file, target)
    sync_names(disk, root, {target.parent})


def sync_names(disk: Disk, root: Path, folders: Iterable[Path]) -> None:
    """Make the names in these folders durable, and those of the folders themselves up to and including `root`.

    Folders that existed are synced too: a run that died may have made them without getting this far.
    """
    chain = {above for folder in folders for above in (folder, *folder.parents) if above.is_relative_to(root)}
    for folder in sorted(chain, key=lambda each: len(each.parts), reverse=True):
        disk.sync_folder(folder)


@contextmanager
def writer_lock(ledger: Path, wait: float) -> Iterator[None]:
    """Hold the ledger's only pen. The system lets go of it when the process dies, however it dies.

    ledger: the ledger's folder. wait: seconds. Raises CouldNotRun when another process or thread keeps it longer.
    """
    file = ledger / "lock"
    with told(file):
        descriptor = kept.descriptor(file, os.O_RDWR | os.O_CREAT)
    try:
        until = time.monotonic() + wait
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:
                if time.monotonic() >= until:
                    raise CouldNotRun(
                        "another process is writing the ledger",
                        where=str(file),
                        hint="wait until it has finished, then run again",
                    ) from error
                time.sleep(0.02)
        yield
    finally:
        os.close(descriptor)
