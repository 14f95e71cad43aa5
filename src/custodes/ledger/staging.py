"""Which files of a batch are written, but do not count yet? They wait in pending/, where a start removes them."""

from __future__ import annotations

import os
from collections.abc import Sequence
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
        self._names: list[str] = []
        self._open: list[tuple[int, Path]] = []
        self._system: int | None = None  # opened before the first write, so that no failure to write is missed
        self._as_one: bool | None = None  # whether all are synced at once; None while they are few

    def put(self, name: str, data: bytes) -> Path:
        """Write a file under a name of its own. Raises DiskFull, DiskFailed."""
        self._begin()
        file = self._folder / name
        self._names.append(name)
        self._open.append((self._disk.write(file, data), file))
        if len(self._open) >= self._disk.many:
            self._let_go(sync=not self._all_at_once())
        return file

    def put_many(self, names: Sequence[str], rows: bytes) -> None:
        """Write equal parts of `rows` under these names. Raises as `put`."""
        self._begin()
        if len(names) >= self._disk.many and self._all_at_once():
            self._names += names
            self._disk.write_many(self._folder, names, rows)
            return
        width = len(rows) // max(len(names), 1)
        for number, name in enumerate(names):
            self.put(name, rows[number * width : (number + 1) * width])

    def _begin(self) -> None:
        if self._system is None:
            with told(self._folder):
                self._system = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)

    def _all_at_once(self) -> bool:
        if self._as_one is None:
            self._as_one = self._system is not None and syncs_as_one(self._system)
        return self._as_one

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
            for name in self._names:
                self._disk.remove(self._folder / name)

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
