"""What was known just before a moment, and what just after it? Sealed snapshots of context, found by time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from custodes.errors import LedgerBroken
from custodes.ledger.segments import Seal
from custodes.pipeline.evidence import CONTEXT
from custodes.pipeline.workspace import Workspace

Row = Mapping[str, object]
Rows = TypeVar("Rows")


@dataclass(frozen=True)
class Known(Generic[Rows]):
    """One snapshot: when it was sealed, and its rows as they were asked for."""

    sealed: datetime
    rows: Rows


class Around(Generic[Rows]):
    """The snapshots of one kind of context that is configured; context the owner took away excuses nothing.

    keep: makes of a snapshot what is wanted of it. The last few snapshots are held, so ask in order of time.
    """

    def __init__(self, workspace: Workspace, kind: str, keep: Callable[[pa.Table], Rows]) -> None:
        configured = any(chosen.kind == kind for chosen in workspace.config.context)
        seals = workspace.seals.list() if configured else []
        self._seals: list[Seal] = sorted(
            (seal for seal in seals if seal.path.startswith(f"{CONTEXT}/{kind}/")),
            key=lambda seal: (seal.sealed_at, seal.first),
        )
        self._times = [seal.sealed_at for seal in self._seals]
        self._data = workspace.data
        self._keep = keep
        self._held: dict[int, Known[Rows]] = {}

    def before(self, moment: datetime) -> Known[Rows] | None:
        """The newest snapshot sealed by then. Raises LedgerBroken when it cannot be read."""
        return self._at(bisect_right(self._times, moment) - 1)

    def after(self, moment: datetime) -> Known[Rows] | None:
        """The first snapshot sealed later. Raises LedgerBroken when it cannot be read."""
        return self._at(bisect_right(self._times, moment))

    def _at(self, place: int) -> Known[Rows] | None:
        if not 0 <= place < len(self._seals):
            return None
        if place not in self._held:
            if len(self._held) > 3:
                self._held.clear()
            self._held[place] = self._read(self._seals[place])
        return self._held[place]

    def _read(self, seal: Seal) -> Known[Rows]:
        try:
            table = pq.ParquetFile(self._data / seal.path).read()
        except (OSError, pa.ArrowException) as error:
            hint = 'run "custodes ledger verify": it names every file that does not match its proof'
            raise LedgerBroken("a snapshot cannot be read", where=seal.path, hint=hint) from error
        return Known(seal.sealed_at, self._keep(table))
