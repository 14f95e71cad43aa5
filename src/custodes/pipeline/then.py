"""What was true then? Snapshots of context are dated by their seals: the newest at a time is what was known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa
import pyarrow.parquet as pq

from custodes.errors import BadInput, LedgerBroken
from custodes.events import times
from custodes.pipeline.evidence import CONTEXT
from custodes.pipeline.workspace import Workspace
from custodes.records.schema import CONTEXT_SCHEMAS


@dataclass(frozen=True, slots=True)
class Then:
    """What was known about one kind of context. sealed: when the snapshot was taken; None when there was none yet."""

    at: datetime
    sealed: datetime | None
    rows: list[dict[str, object]]


def then(workspace: Workspace, kind: str, at: str | None = None) -> Then:
    """The snapshot of this kind that was the newest at a time (a day is its first moment, in UTC; now unless given).

    Raises BadInput for an unknown kind or time, LedgerBroken when the snapshot cannot be read.
    """
    if kind not in CONTEXT_SCHEMAS:
        raise BadInput(f'"{kind}" is no kind of context', hint=f"one of: {', '.join(CONTEXT_SCHEMAS)}")
    moment = workspace.clock() if at is None else times.asked(at, "--at")
    of_kind = [seal for seal in workspace.seals.list() if seal.path.startswith(f"{CONTEXT}/{kind}/")]
    sealed = [seal for seal in of_kind if seal.sealed_at <= moment]
    if not sealed:
        return Then(moment, None, [])
    newest = max(sealed, key=lambda seal: (seal.sealed_at, seal.first))
    try:
        rows = pq.ParquetFile(workspace.data / newest.path).read().to_pylist()
    except (OSError, pa.ArrowException) as error:
        hint = 'run "custodes ledger verify": it names every file that does not match its proof'
        raise LedgerBroken("a snapshot cannot be read", where=newest.path, hint=hint) from error
    return Then(moment, newest.sealed_at, rows)
