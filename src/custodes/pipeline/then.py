"""What was true then? The newest snapshot of context at a time is what was known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from custodes.errors import BadInput
from custodes.events import times
from custodes.pipeline.dated import dated
from custodes.pipeline.workspace import Workspace
from custodes.records.schema import CONTEXT_SCHEMAS


@dataclass(frozen=True, slots=True)
class Then:
    """What was known about one kind of context. sealed: when the snapshot was taken; None when there was none yet.

    dated: whether that time is sealed itself; of a snapshot of an earlier release it is what the state said.
    mended: when its rows were read again by other rules, as which they stand here; None where they never were.
    """

    at: datetime
    sealed: datetime | None
    rows: list[dict[str, object]]
    dated: bool = True
    mended: datetime | None = None


def then(workspace: Workspace, kind: str, at: str | None = None) -> Then:
    """The snapshot of this kind that was the newest at a time (a day is its first moment, in UTC; now unless given).

    Raises BadInput for an unknown kind or time, LedgerBroken when the snapshot cannot be read.
    """
    if kind not in CONTEXT_SCHEMAS:
        raise BadInput(f'"{kind}" is no kind of context', hint=f"one of: {', '.join(CONTEXT_SCHEMAS)}")
    moment = workspace.clock() if at is None else times.asked(at, "--at")
    known = [one for one in dated(workspace) if one.kind == kind and one.taken <= moment]
    if not known:
        return Then(moment, None, [])
    last = known[-1]
    return Then(moment, last.taken, last.table().to_pylist(), last.sealed, last.mended)
