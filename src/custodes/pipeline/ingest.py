"""Step two: who touched what? Logs become sealed events; what cannot is counted, with its place and reason."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import pyarrow as pa

from custodes.config import LogConfig
from custodes.errors import BadInput
from custodes.events import segments
from custodes.events.interface import LogReader, Position, Quarantined
from custodes.events.readers import open_log
from custodes.events.reading import closed_folders
from custodes.pipeline.evidence import EVENTS, event_files
from custodes.pipeline.mapped import suspicious
from custodes.pipeline.progress import Progress
from custodes.pipeline.workspace import Workspace
from custodes.records import AccessEvent, Skipped

# Events held in memory before they are sealed together: about 400 bytes each in Python.
_SEAL_AT: Final = 500_000


@dataclass(slots=True)
class IngestOutcome:
    """Counts of this run. Every record read is in exactly one of events, duplicates, quarantined, ignored."""

    events: int = 0
    duplicates: int = 0
    quarantined: int = 0
    ignored: int = 0
    files: int = 0
    skipped: list[Skipped] = field(default_factory=list)
    kept: Counter[str] = field(default_factory=Counter)  # by log, events that stay as an earlier mapping read them


@dataclass(slots=True)
class _Held:
    """What was read and is not sealed yet."""

    events: list[AccessEvent] = field(default_factory=list)
    again: list[AccessEvent] = field(default_factory=list)  # of files that another mapping read before
    bad: list[tuple[str, Quarantined]] = field(default_factory=list)
    reached: dict[tuple[str, str], tuple[str, Position]] = field(default_factory=dict)
    restarted: list[tuple[str, str]] = field(default_factory=list)


def ingest(workspace: Workspace, progress: Progress) -> IngestOutcome:
    """Read every log from where it was left, seal its events, then remember the place.

    In that order: a crash after the seal and before the place is remembered reads the same lines again, and they
    are recognised as sealed already. The other order would lose them.
    """
    progress.step("ingest")
    outcome = IngestOutcome()
    held = _Held()
    if not workspace.config.logs:
        hint = f"add [logs.NAME] to {workspace.config.file.name}"
        outcome.skipped.append(Skipped("ingest", "", "", "no log is configured: nobody was watched", hint))
    for log in workspace.config.logs:
        reader = reader_of(workspace, log)
        for folder in closed_folders(log.path):
            hint = "grant the right to list it"
            outcome.skipped.append(
                Skipped("ingest", log.name, _name(workspace, Path(folder)), "a folder of logs cannot be listed", hint)
            )
        # Where the log lies does not change how it reads: a workspace may be moved.
        read_as = hashlib.sha256(repr(replace(log, path="")).encode()).hexdigest()[:16]
        try:
            files = reader.files()
        except BadInput as error:
            outcome.skipped.append(Skipped("ingest", log.name, "", str(error), error.hint))
            continue
        for file in files:
            try:
                for _ in _read(workspace, reader, log, file, read_as, held, outcome):
                    progress.advance(f"{log.name}: {file.name}", outcome.events + len(held.events))
                    if len(held.events) + len(held.again) >= _SEAL_AT:
                        _seal(workspace, held, outcome)
            except BadInput as error:
                outcome.skipped.append(Skipped("ingest", log.name, file.name, str(error), error.hint))
    _seal(workspace, held, outcome)
    for name, place, reason, lines, first in workspace.intake.reasons():
        hint = "mend the line or the mapping, then run again"
        outcome.skipped.append(Skipped("ingest", name, place, _lines(lines, first, reason), hint))
    for name, count in sorted(outcome.kept.items()):
        if count:
            what = f"its settings changed after {count:,} of its events were sealed: they stay as they were read then"
            hint = f"sealed evidence is not rewritten; to begin anew, move {workspace.data.name} away and run again"
            outcome.skipped.append(Skipped("ingest", name, "", what, hint))
    outcome.skipped.extend(suspicious(workspace))
    workspace.coverage.replace("ingest", outcome.skipped)
    return outcome


def reader_of(workspace: Workspace, log: LogConfig) -> LogReader:
    """The reader of a configured log."""
    return open_log(
        log.kind,
        log.name,
        log.path,
        tokeniser=workspace.tokeniser,
        rules=log.map,
        timezone=log.timezone,
        store=log.store,
        subjects=log.subjects,
        clock=workspace.clock,
        root=workspace.config.root,
    )


def _read(
    workspace: Workspace,
    reader: LogReader,
    log: LogConfig,
    file: Path,
    read_as: str,
    held: _Held,
    outcome: IngestOutcome,
) -> Iterator[None]:
    name = _name(workspace, file)
    since = workspace.intake.since(log.name, name, read_as)
    into = held.events
    if since is None:
        held.restarted.append((log.name, name))
        if workspace.intake.was_read(log.name, name):
            into = held.again
    if since is not None and since.done and _untouched(file, since):
        return
    outcome.files += 1
    for batch in reader.read(file, since):
        into.extend(batch.events)
        held.bad.extend((log.name, line) for line in batch.quarantined)
        held.reached[log.name, name] = (read_as, batch.position)
        outcome.quarantined += len(batch.quarantined)
        outcome.ignored += batch.ignored
        yield


def _seal(workspace: Workspace, held: _Held, outcome: IngestOutcome) -> None:
    now = workspace.clock()
    fresh: list[tuple[str, pa.Table]] = []
    sealed = workspace.segments()
    for day, table in sorted(segments.segments(held.events).items()):
        folder = f"{EVENTS}/day={day.isoformat()}"
        # Only sealed files count: a file planted here must not make a new event look like a known one.
        new = segments.known(table, [file for file in sealed if file.parent == workspace.data / folder])
        if new.num_rows:
            fresh.append((folder, new))
    for day, table in sorted(segments.segments(held.again).items()):
        new = segments.known(table, sealed, again=True)
        if new.num_rows:
            fresh.append((f"{EVENTS}/day={day.isoformat()}", new))
        outcome.kept.update(table.column("source").to_pylist())
        outcome.kept.subtract(new.column("source").to_pylist())
    added = sum(table.num_rows for _, table in fresh)
    outcome.events += added
    outcome.duplicates += len(held.events) + len(held.again) - added
    if fresh:
        with workspace.ledger.begin() as batch:
            files = event_files([table for _, table in fresh], batch.first)
            for (folder, _), (data, leaves) in zip(fresh, files, strict=True):
                batch.add(folder, ".parquet", data, leaves)
            batch.commit(now)
    workspace.intake.advance(
        [(log, read_as, position) for (log, _), (read_as, position) in held.reached.items()],
        held.bad,
        held.restarted,
        now,
    )
    held.events, held.again, held.bad, held.reached, held.restarted = [], [], [], {}, []


def _lines(count: int, first: int, reason: str) -> str:
    if count == 1:
        return f"line {first} is in quarantine: {reason}"
    return f"{count} lines are in quarantine, the first is line {first}: {reason}"


def _name(workspace: Workspace, file: Path) -> str:
    root = workspace.config.root
    return str(file.relative_to(root)) if file.is_relative_to(root) else str(file)


def _untouched(file: Path, since: Position) -> bool:
    status = file.stat()
    return (status.st_size, status.st_mtime_ns) == (since.size, since.mtime_ns)
