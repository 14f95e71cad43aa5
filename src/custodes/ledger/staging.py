"""Which files of a batch are written, but do not count yet? They wait in pending/, where a start removes them."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from custodes.errors import CustodesError
from custodes.ledger.durable import Disk, told
from custodes.ledger.file_system import syncs_as_one


class Staging:
    """Files in `folder`, durable after `finish`: few are synced one by one, many with their whole file system."""

    def __init__(self, disk: Disk, folder: Path) -> None:
        self._disk = disk
        self._folder = folder
        self._files: list[Path] = []
        self._open: list[tuple[int, Path]] = []
        self._system: int | None = None  # opened before the first write, so that no failure to write is missed
        self._as_one: bool | None = None  # whether all are synced at once; None while they are few

    def put(self, name: str, data: bytes) -> Path:
        """Write a file under a name of its own. Raises DiskFull, DiskFailed."""
        if self._system is None:
            with told(self._folder):
                self._system = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        file = self._folder / name
        self._files.append(file)
        self._open.append((self._disk.write(file, data), file))
        if len(self._open) >= self._disk.many:
            if self._as_one is None:
                self._as_one = syncs_as_one(self._system)
            self._let_go(sync=not self._as_one)
        return file

    def finish(self) -> None:
        """Make all of them durable. Raises DiskFailed: what reached the disk is then unknown."""
        self._let_go(sync=not self._as_one)
        system, self._system = self._system, None
        if system is not None and self._as_one:
            self._disk.sync_all(system, self._folder)
        elif system is not None:
            os.close(system)

    def discard(self) -> None:
        """Remove what has not been renamed away. Failing to is no loss: every start does."""
        self.close()
        with suppress(CustodesError):
            for file in self._files:
                self._disk.remove(file)

    def close(self) -> None:
        """Let go of what is open; the files stay."""
        self._let_go(sync=False)
        if self._system is not None:
            os.close(self._system)
            self._system = None

    def _let_go(self, *, sync: bool) -> None:
        waiting, self._open = self._open, []
        try:
            while waiting:
                descriptor, file = waiting.pop(0)
                if sync:
                    self._disk.sync(descriptor, file)
                else:
                    os.close(descriptor)
        finally:
            for descriptor, _ in waiting:
                os.close(descriptor)
