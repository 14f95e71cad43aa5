"""Which events has this run sealed, so that what is derived from them need not read them again?

They are the rows of which the sealed bytes were made, and named by the SHA-256 of those. Only so many are held: what is
not here any more is read from its file.
"""

from __future__ import annotations

from typing import Final

import pyarrow as pa

_MOST_ROWS: Final = 1_000_000  # some 150 bytes each


class Fresh:
    """Tables of SEALED_SCHEMA, coded (`events.words`), by the SHA-256 of their segment in hexadecimal."""

    def __init__(self) -> None:
        self._tables: dict[str, pa.Table] = {}

    def keep(self, sha256: str, table: pa.Table) -> None:
        """Hold the rows of a segment that was sealed; the oldest ones are let go for it."""
        self._tables[sha256] = table
        while sum(one.num_rows for one in self._tables.values()) > _MOST_ROWS:
            del self._tables[next(iter(self._tables))]

    def of(self, sha256: str) -> pa.Table | None:
        """The rows of a segment; None where they have to be read."""
        return self._tables.get(sha256)
