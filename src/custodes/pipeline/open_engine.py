"""Over what are questions asked? The locked engine over the sealed touches, context and the data map."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from custodes.engine.interface import QuestionFailed
from custodes.errors import CouldNotRun
from custodes.pipeline.evidence import CONTEXT, EVENTS
from custodes.pipeline.workspace import Workspace

if TYPE_CHECKING:
    from custodes.engine.duckdb import DuckEngine


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
    try:
        with DuckEngine(
            workspace.segments() if only is None else only,
            snapshots(workspace) if replay else context(workspace),
            fields,
            explaining(workspace),
            resident_rows=rows,
        ) as engine:
            yield engine
    except QuestionFailed as failure:
        raise CouldNotRun(failure.reason, where=str(workspace.data / EVENTS), hint=failure.hint) from failure


def context(workspace: Workspace) -> dict[str, Path]:
    """The newest snapshots of what is configured: context the owner took away must not go on excusing touches."""
    configured = {chosen.kind for chosen in workspace.config.context}
    return {kind: file for kind, file in workspace.snapshots().items() if kind in configured}


def snapshots(workspace: Workspace) -> dict[str, list[tuple[datetime, Path]]]:
    """Every snapshot of what is configured, oldest first: each day is judged by what was known then."""
    found: dict[str, list[tuple[datetime, Path]]] = {chosen.kind: [] for chosen in workspace.config.context}
    for seal in sorted(workspace.seals.list(), key=lambda one: (one.sealed_at, one.first)):
        kind = seal.path.split("/")[1] if seal.path.startswith(f"{CONTEXT}/") else ""
        if kind in found:
            found[kind].append((seal.sealed_at, workspace.data / seal.path))
    return {kind: dated for kind, dated in found.items() if dated}


def explaining(workspace: Workspace) -> Mapping[str, Sequence[str]]:
    """By kind of case, the actions that it explains, as the owner says; a kind that is not named explains any."""
    return next((chosen.explains for chosen in workspace.config.context if chosen.kind == "cases"), {})
