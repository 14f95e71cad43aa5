"""Was the last scan stopped before its end? Then what it had read counts, and this one goes on."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from custodes.pipeline.workspace import Workspace

_MARK: Final = "scan under way"
_STALE: Final = timedelta(days=1)  # what an older scan had read of a store that promises nothing is read again


class UnderWay:
    """The scan that is under way. scan: its name. resumed: whether it goes on with one that was stopped.

    It stands in the state from its beginning to its end: a process that is killed leaves it there. A scan with other
    categories or limits is another one.
    """

    def __init__(self, workspace: Workspace, judged_by: str) -> None:
        self._workspace = workspace
        now = workspace.clock()
        mark = workspace.judgements.marked(_MARK) or ""
        judges, _, since = mark.partition(" ")
        self.resumed = bool(since) and judges == judged_by and now - datetime.fromisoformat(since) < _STALE
        self.scan = mark if self.resumed else f"{judged_by} {now.isoformat()}"
        workspace.judgements.set_mark(_MARK, self.scan)

    def ended(self) -> None:
        """The scan has come to its end."""
        self._workspace.judgements.set_mark(_MARK, "")
