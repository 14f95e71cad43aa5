"""Over what are questions asked? The locked engine over the sealed touches, context and the data map."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from custodes import kept
from custodes.engine.interface import QuestionFailed
from custodes.errors import CouldNotRun
from custodes.pipeline.dated import Snapshot, dated, newest
from custodes.pipeline.evidence import EVENTS
from custodes.pipeline.workspace import Workspace

if TYPE_CHECKING:
    import pyarrow as pa

    from custodes.engine.duckdb import DuckEngine


SCRATCH: Final = "scratch"  # for what does not fit in memory while detections are asked; empty in between

_PATIENCE: Final = 60.0  # seconds for a question that somebody waits for


@contextmanager
def open_engine(
    workspace: Workspace, *, only: Sequence[Path] | None = None, replay: bool = False
) -> Iterator[DuckEngine]:
    """The locked engine over what is sealed. only: over these segments alone. replay: for detections, which are asked
    the same for many days (so holding rows pays) and need the data map; a question about touches alone does without,
    and without reading categories.

    Raises CouldNotRun, also for a question in the block that fails: ours fit the views, so the evidence is at fault.
    """
    # A question about a customer, or about what indexes hold, is answered without DuckDB: it need not wait for it.
    from custodes.engine.duckdb import RESIDENT_ROWS, DuckEngine  # noqa: PLC0415

    fields = None
    if replay:
        from custodes.pipeline.field_table import field_table  # noqa: PLC0415 - nor for all that reads the data map

        fields = field_table(workspace)
    rows = RESIDENT_ROWS if replay else 0
    scratch = _scratch(workspace) if replay else None
    try:
        with DuckEngine(
            workspace.segments() if only is None else only,
            _held(workspace) if replay else context(workspace),
            fields,
            explaining(workspace),
            temp=scratch,
            scratch=scratch,
            resident_rows=rows,
            timeout=max(1.0, float(workspace.config.detection_timeout)) if replay else _PATIENCE,
        ) as engine:
            yield engine
    except QuestionFailed as failure:
        raise CouldNotRun(failure.reason, where=str(workspace.data / EVENTS), hint=failure.hint) from failure


def _scratch(workspace: Workspace) -> Path:
    """On the disk that the workspace is on: a folder for temporary files of the system may be small, or memory.

    What a killed run left there is removed: who asks detections holds the workspace's lock. Raises CouldNotRun.
    """
    folder = workspace.data / SCRATCH
    try:
        kept.make_folder(folder)
        for left in folder.iterdir():
            if left.is_dir() and not left.is_symlink():
                shutil.rmtree(left)
            else:
                left.unlink()
    except OSError as error:
        raise CouldNotRun(
            f"the folder for what does not fit in memory cannot be used ({error.strerror})",
            where=str(folder),
            hint="check its rights and the disk's room",
        ) from error
    return folder


def context(workspace: Workspace) -> dict[str, pa.Table]:
    """The newest snapshots of what is configured: context the owner took away must not go on excusing touches."""
    configured = {chosen.kind for chosen in workspace.config.context}
    if not configured:
        return {}  # to find dates is to read every receipt
    return {kind: one.table() for kind, one in newest(workspace).items() if kind in configured}


def snapshots(workspace: Workspace) -> dict[str, list[Snapshot]]:
    """Every snapshot of what is configured, oldest first: each day is judged by what was known then."""
    found: dict[str, list[Snapshot]] = {chosen.kind: [] for chosen in workspace.config.context}
    for one in dated(workspace) if found else ():
        if one.kind in found:
            found[one.kind].append(one)
    return {kind: known for kind, known in found.items() if known}


def _held(workspace: Workspace) -> dict[str, list[tuple[datetime, pa.Table]]]:
    return {kind: [(one.taken, one.table()) for one in known] for kind, known in snapshots(workspace).items()}


def explaining(workspace: Workspace) -> Mapping[str, Sequence[str]]:
    """By kind of case, the actions that it explains, as the owner says; a kind that is not named explains any."""
    return next((chosen.explains for chosen in workspace.config.context if chosen.kind == "cases"), {})
