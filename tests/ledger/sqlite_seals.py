"""Seals that outlive a process, and one batch as a program: `python -m tests.ledger.sqlite_seals FOLDER [many]`."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from custodes.errors import CustodesError
from custodes.ledger.durable import Disk
from custodes.ledger.log import Ledger
from custodes.ledger.segments import Head, Seal, SealConflict
from tests.ledger.world import NOW, segment, some_leaves

COUNT = 300


class SqliteSeals:
    """The protocol over one SQLite file, written ahead and fully synchronous."""

    def __init__(self, file: Path) -> None:
        self.connection = sqlite3.connect(file, isolation_level=None)
        self.connection.executescript(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
            "CREATE TABLE IF NOT EXISTS seal (path PRIMARY KEY, sha256, first UNIQUE, count, at);"
            "CREATE TABLE IF NOT EXISTS head (size, root, at);"
        )

    def list(self) -> Sequence[Seal]:
        rows = self.connection.execute("SELECT path, sha256, first, count, at FROM seal ORDER BY first")
        return [Seal(path, sha256, first, count, datetime.fromisoformat(at)) for path, sha256, first, count, at in rows]

    def head(self) -> Head | None:
        row = self.connection.execute("SELECT size, root, at FROM head").fetchone()
        return None if row is None else Head(row[0], row[1], datetime.fromisoformat(row[2]))

    def append(self, seals: Sequence[Seal], checkpoint_size: int, root: bytes) -> None:
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            self._compare(seals[0].first)
            for seal in seals:
                row = (seal.path, seal.sha256, seal.first, seal.count, seal.sealed_at.isoformat())
                self.connection.execute("INSERT INTO seal VALUES (?, ?, ?, ?, ?)", row)
            self.connection.execute("DELETE FROM head")
            last = (checkpoint_size, root, seals[-1].sealed_at.isoformat())
            self.connection.execute("INSERT INTO head VALUES (?, ?, ?)", last)
            self.connection.execute("COMMIT")
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise

    def _compare(self, first: int) -> None:
        head = self.head()
        if first != (head.size if head else 0):
            raise SealConflict


def main(folder: Path, many: str = "") -> int:
    """Seal one batch. many: as if its files were many, to be synced at once."""
    disk = Disk()
    disk.many = 1 if many else disk.many
    seals = SqliteSeals(folder / "state.db")
    try:
        ledger = Ledger.open(folder / "data", folder / "ledger.key", seals, disk=disk, wait=0)
        leaves = some_leaves(COUNT, ledger.size)
        with ledger.begin() as batch:
            batch.add("events/day", ".rows", segment(leaves), leaves)
            batch.commit(NOW + timedelta(seconds=ledger.size))
    except CustodesError as error:
        sys.stderr.write(f"{error}\nhint: {error.hint}\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), *sys.argv[2:]))
