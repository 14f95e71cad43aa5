"""Which sealed files does the ledger vouch for? The ledger's `Seals`, kept in the state database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from custodes.ledger.segments import Head, Seal, SealConflict
from custodes.state.database import Database
from custodes.state.schema import ledger_head, seal


class StateSeals:
    """Seals in one database; `append` is one transaction with synchronous=FULL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def list(self) -> Sequence[Seal]:
        """Every seal, by its first leaf."""
        with self._database.read() as connection:
            return [
                Seal(path, sha256, first, count, datetime.fromisoformat(sealed_at))
                for first, path, sha256, count, sealed_at in connection.execute(sa.select(seal).order_by(seal.c.first))
            ]

    def head(self) -> Head | None:
        """Size and root given with the last append."""
        with self._database.read() as connection:
            return _head(connection)

    def append(self, seals: Sequence[Seal], checkpoint_size: int, root: bytes) -> None:
        """Store the seals and the head they lead to, or nothing. Raises SealConflict when another writer was first."""
        with self._database.write() as connection:
            # SQLite begins a transaction at its first write: take the write lock before the comparison, or two
            # writers could both read the same head.
            connection.execute(ledger_head.delete().where(ledger_head.c.size < 0))
            head = _head(connection)
            if (head.size if head else 0) != seals[0].first:
                raise SealConflict
            for one in seals:
                connection.execute(
                    seal.insert().values(
                        path=one.path,
                        sha256=one.sha256,
                        first=one.first,
                        count=one.count,
                        sealed_at=one.sealed_at.isoformat(),
                    )
                )
            connection.execute(ledger_head.delete())
            connection.execute(
                ledger_head.insert().values(
                    size=checkpoint_size, root=root.hex(), sealed_at=seals[-1].sealed_at.isoformat()
                )
            )


def _head(connection: sa.Connection) -> Head | None:
    row = connection.execute(sa.select(ledger_head)).one_or_none()
    return None if row is None else Head(row.size, bytes.fromhex(row.root), datetime.fromisoformat(row.sealed_at))
