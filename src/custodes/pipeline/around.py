"""What was known just before a moment, and what just after it? Sealed snapshots of context, found by time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

import pyarrow as pa

from custodes.pipeline.dated import Snapshot, dated
from custodes.pipeline.workspace import Workspace

Row = Mapping[str, object]
Rows = TypeVar("Rows")


@dataclass(frozen=True)
class Known(Generic[Rows]):
    """One snapshot: when it was taken, whether that is sealed, and its rows as they were asked for."""

    sealed: datetime
    dated: bool
    rows: Rows


class Around(Generic[Rows]):
    """The snapshots of one kind of context that is configured; context the owner took away excuses nothing.

    keep: makes of a snapshot what is wanted of it. The last few snapshots are held, so ask in order of time.
    """

    def __init__(self, workspace: Workspace, kind: str, keep: Callable[[pa.Table], Rows]) -> None:
        configured = any(chosen.kind == kind for chosen in workspace.config.context)
        self._known = [one for one in dated(workspace) if one.kind == kind] if configured else []
        self._times = [one.taken for one in self._known]
        self._keep = keep
        self._held: dict[int, Known[Rows]] = {}

    def before(self, moment: datetime) -> Known[Rows] | None:
        """The newest snapshot taken by then. Raises LedgerBroken when it cannot be read."""
        return self._at(bisect_right(self._times, moment) - 1)

    def after(self, moment: datetime) -> Known[Rows] | None:
        """The first snapshot taken later. Raises LedgerBroken when it cannot be read."""
        return self._at(bisect_right(self._times, moment))

    def _at(self, place: int) -> Known[Rows] | None:
        if not 0 <= place < len(self._known):
            return None
        if place not in self._held:
            if len(self._held) > 3:
                self._held.clear()
            self._held[place] = self._read(self._known[place])
        return self._held[place]

    def _read(self, one: Snapshot) -> Known[Rows]:
        return Known(one.taken, one.sealed, self._keep(one.table()))
