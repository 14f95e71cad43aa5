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
from custodes.errors import BadInput, ConfigError, CustodesError
from custodes.events import segments
from custodes.events.interface import Batch, LogReader, Position, Quarantined
from custodes.events.readers import Settings, open_log
from custodes.events.reading import closed_folders
from custodes.events.words import CODED_SCHEMA
from custodes.pipeline.evidence import EVENTS, event_files, numbered
from custodes.pipeline.fresh import Fresh
from custodes.pipeline.ids import complete
from custodes.pipeline.index import make_index
from custodes.pipeline.mapped import suspicious
from custodes.pipeline.progress import Progress
from custodes.pipeline.prune import pruned
from custodes.pipeline.rotation import Places, untouched
from custodes.pipeline.workspace import Workspace
from custodes.records import AccessEvent, Skipped
from custodes.records.schema import events_table
from custodes.state.intake import CUT_OFF

# Events held in memory before they are sealed together: about 400 bytes each in Python.
_SEAL_AT: Final = 500_000
# Bad lines held in memory before they are kept: a log of nothing else is not to fill it.
_KEEP_AT: Final = 10_000


@dataclass(slots=True)
class IngestOutcome:
    """Counts of this run. Every touch read is in exactly one of events and duplicates, every other record in one of
    quarantined and ignored.

    records: read. mended: those of them that were in quarantine and are not any more.
    """

    records: int = 0
    mended: int = 0
    events: int = 0
    duplicates: int = 0
    quarantined: int = 0
    cut: int = 0  # of quarantined: files of which the rest is missing or damaged, which is no record
    ignored: int = 0
    files: int = 0
    skipped: list[Skipped] = field(default_factory=list)
    kept: Counter[str] = field(default_factory=Counter)  # by log, events that stay as an earlier mapping read them


@dataclass(slots=True)
class _Held:
    """What was read and is not sealed yet."""

    events: list[AccessEvent] = field(default_factory=list)
    tables: list[pa.Table] = field(default_factory=list)  # more of them, as columns
    again: list[AccessEvent] = field(default_factory=list)  # of files that another mapping read before
    again_tables: list[pa.Table] = field(default_factory=list)
    bad: list[tuple[str, Quarantined]] = field(default_factory=list)
    reached: dict[tuple[str, str], tuple[str, Position]] = field(default_factory=dict)
    restarted: list[tuple[str, str]] = field(default_factory=list)
    moved: list[tuple[str, str, str]] = field(default_factory=list)  # log, the name it was read under, its name now
    mended: list[tuple[str, str, str]] = field(default_factory=list)  # log, file, digest: tried again
    fresh: Fresh = field(default_factory=Fresh)  # what this run sealed

    @property
    def count(self) -> int:
        """Events held."""
        tables: int = sum(table.num_rows for table in (*self.tables, *self.again_tables))
        return len(self.events) + len(self.again) + tables


def ingest(workspace: Workspace, progress: Progress, *, again: bool = False) -> IngestOutcome:
    """Read every log from where it was left, seal its events, then remember the place.

    again: also try the lines in quarantine once more, by the mapping of now.

    In that order: a crash after the seal and before the place is remembered reads the same lines again, and they
    are recognised as sealed already. The other order would lose them.
    """
    progress.step("ingest")
    outcome = IngestOutcome()
    held = _Held()
    if not workspace.config.logs:
        hint = f"add [logs.NAME] to {workspace.config.file.name}"
        outcome.skipped.append(Skipped("ingest", "", "", "no log is configured: nobody was watched", hint))
    for log, reader in [(log, reader_of(workspace, log)) for log in workspace.config.logs]:
        _read_log(workspace, log, reader, progress, held, outcome)
    if again:
        _seal(workspace, held, outcome)
        for log in workspace.config.logs:
            _try_again(workspace, log, held, outcome)
    _seal(workspace, held, outcome)
    # Everything is acknowledged by now: a crash in here costs an index, which the next run makes.
    complete(workspace.data, workspace.segments())
    make_index(workspace, progress, held.fresh)
    outcome.skipped.extend(_told(workspace, outcome))
    outcome.skipped.extend(suspicious(workspace, held.fresh))
    workspace.coverage.replace("ingest", outcome.skipped)
    return outcome


def _read_log(
    workspace: Workspace, log: LogConfig, reader: LogReader, progress: Progress, held: _Held, outcome: IngestOutcome
) -> None:
    """What is new in the files of one log, and what could not be read of it."""
    for folder in closed_folders(log.path):
        hint = "grant the right to list it"
        outcome.skipped.append(
            Skipped("ingest", log.name, _name(workspace, Path(folder)), "a folder of logs cannot be listed", hint)
        )
    try:
        listed = reader.files()
    except BadInput as error:
        outcome.skipped.append(Skipped("ingest", log.name, "", str(error), error.hint))
        return
    places = Places(reader, workspace.config.root, _read_as(log), workspace.intake.positions(log.name))
    rotated, lost = places.left_behind(listed, [_name(workspace, file) for file in listed])
    for name in lost:
        what = "it was rotated, and its earlier file is gone: lines written after the last reading are not read"
        hint = "keep one rotated file beside it, or read more often"
        outcome.skipped.append(Skipped("ingest", log.name, name, what, hint))
    for file in (*rotated, *listed):
        try:
            for _ in _read(workspace, reader, log, file, places, held, outcome):
                progress.advance(f"{log.name}: {file.name}", outcome.events + held.count)
                if held.count >= _SEAL_AT:
                    _seal(workspace, held, outcome)
        except BadInput as error:
            outcome.skipped.append(Skipped("ingest", log.name, file.name, str(error), error.hint))


def _told(workspace: Workspace, outcome: IngestOutcome) -> Iterator[Skipped]:
    """What is in quarantine, and what stays as an earlier mapping read it."""
    for name, place, reason, lines, first in workspace.intake.reasons():
        hint = "mend the mapping, then: custodes ingest --again"
        yield Skipped("ingest", name, place, _lines(lines, first, reason), hint)
    for name, count in sorted(outcome.kept.items()):
        if count:
            what = f"its settings changed after {count:,} of its events were sealed: they stay as they were read then"
            hint = f"sealed evidence is not rewritten; to begin anew, move {workspace.data.name} away and run again"
            yield Skipped("ingest", name, "", what, hint)


def reader_of(workspace: Workspace, log: LogConfig) -> LogReader:
    """The reader of a configured log. Raises ConfigError for a route or a format that is none."""
    try:
        return _opened(workspace, log)
    except ValueError as error:
        hint = "docs/how-to/connect-a-web-server.md shows routes and formats"
        raise ConfigError(str(error), where=f"{workspace.config.file}: logs.{log.name}", hint=hint) from error


def _opened(workspace: Workspace, log: LogConfig) -> LogReader:
    return open_log(
        log.kind,
        log.name,
        log.path,
        tokeniser=workspace.tokeniser,
        settings=Settings(
            rules=log.map,
            timezone=log.timezone,
            store=log.store,
            subjects=log.subjects,
            routes=log.routes,
            line=log.line,
        ),
        clock=workspace.clock,
        root=workspace.config.root,
    )


def _read_as(log: LogConfig) -> str:
    """The digest of how a log is read. Where it lies does not change that: a workspace may be moved."""
    return hashlib.sha256(repr(replace(log, path="")).encode()).hexdigest()[:16]


def _read(
    workspace: Workspace,
    reader: LogReader,
    log: LogConfig,
    file: Path,
    places: Places,
    held: _Held,
    outcome: IngestOutcome,
) -> Iterator[None]:
    name = _name(workspace, file)
    place = places.of(file, name)
    since = place.since
    into = held.again if place.again else held.events
    if place.again:
        held.restarted.append((log.name, name))
    if place.moved is not None:
        held.moved.append((log.name, place.moved, name))
    if since is not None and since.done and untouched(file, since):
        if place.moved is None:
            return
        held.reached[log.name, name] = (_read_as(log), since)
    outcome.files += 1
    line = since.line if since is not None else 0
    for batch in _guarded(reader.bulk(file, since), name):
        into.extend(batch.events)
        if batch.table is not None:
            (held.again_tables if place.again else held.tables).append(batch.table)
        held.bad.extend((log.name, bad) for bad in batch.quarantined)
        held.reached[log.name, name] = (_read_as(log), batch.position)
        outcome.records += batch.position.line - line
        line = batch.position.line
        outcome.quarantined += len(batch.quarantined)
        outcome.cut += sum(bad.reason in CUT_OFF for bad in batch.quarantined)
        outcome.ignored += batch.ignored
        if len(held.bad) >= _KEEP_AT:
            # Before the events around them are sealed: a crash in between reads them again, and they are known.
            workspace.intake.keep(held.bad, held.restarted, workspace.clock())
            held.bad, held.restarted = [], []
        yield


def _guarded(batches: Iterator[Batch], name: str) -> Iterator[Batch]:
    """What a reader tells; a mistake of ours in it costs its own file only, and is told. Raises BadInput."""
    try:
        yield from batches
    except CustodesError:
        raise
    except Exception as error:
        # The error's own words may hold what the file says.
        reason = f"it cannot be read any further ({type(error).__name__})"
        raise BadInput(reason, where=name, hint="report it: it is a gap of ours") from error


def _try_again(workspace: Workspace, log: LogConfig, held: _Held, outcome: IngestOutcome) -> None:
    """Lines in quarantine, found in their file by their digest. Those that are still bad stay in it."""
    for name, digests in sorted(workspace.intake.waiting(log.name).items()):
        file = workspace.config.root / name
        try:
            # A reader of its own: what it remembers of sessions must not mix with what follows the last reading.
            batch, found = reader_of(workspace, log).again(file, digests)
        except BadInput as error:
            outcome.skipped.append(Skipped("ingest", log.name, name, f"not tried again: {error}", error.hint))
            continue
        held.events.extend(batch.events)
        held.bad.extend((log.name, bad) for bad in batch.quarantined)
        held.mended.extend((log.name, name, digest) for digest in sorted(found))
        outcome.mended += len(found - {bad.digest for bad in batch.quarantined})
        outcome.ignored += batch.ignored
    _seal(workspace, held, outcome)


def _seal(workspace: Workspace, held: _Held, outcome: IngestOutcome) -> None:
    now = workspace.clock()
    fresh: list[tuple[str, pa.Table]] = []
    sealed = workspace.segments()
    for day, table in sorted(segments.segments(_together(held.events, held.tables)).items()):
        folder = f"{EVENTS}/day={day.isoformat()}"
        # Only sealed files count: a file planted here must not make a new event look like a known one.
        new = segments.known(table, [file for file in sealed if file.parent == workspace.data / folder])
        if new.num_rows:
            fresh.append((folder, new))
    rewritten = sorted(segments.segments(_together(held.again, held.again_tables)).items())
    gone = _pruned_days(workspace) if rewritten else set()
    for day, table in rewritten:
        # What the owner had removed is not known any more: read again, all of it would come back.
        new = table.slice(0, 0) if day.isoformat() in gone else segments.known(table, sealed, again=True)
        if new.num_rows:
            fresh.append((f"{EVENTS}/day={day.isoformat()}", new))
        outcome.kept.update(table.column("source").to_pylist())
        outcome.kept.subtract(new.column("source").to_pylist())
    added = sum(table.num_rows for _, table in fresh)
    outcome.events += added
    outcome.duplicates += held.count - added
    if fresh:
        with workspace.ledger.begin() as batch:
            tables = list(numbered([table for _, table in fresh], batch.first))
            files = zip(fresh, tables, event_files(tables), strict=True)
            names = [(batch.add(folder, ".parquet", *file), table) for (folder, _), table, file in files]
            batch.commit(now)
        for name, table in names:
            held.fresh.keep(name.partition(".")[0], table)
    workspace.intake.advance(
        [(log, read_as, position) for (log, _), (read_as, position) in held.reached.items()],
        held.bad,
        held.restarted,
        now,
        moved=held.moved,
        mended=held.mended,
    )
    held.events, held.tables, held.again, held.again_tables, held.bad, held.reached = [], [], [], [], [], {}
    held.restarted, held.moved, held.mended = [], [], []


def _pruned_days(workspace: Workspace) -> set[str]:
    """UTC days of which events were removed on purpose."""
    paths = pruned(workspace.data, workspace.seals.list())
    return {path.split("/day=")[1].partition("/")[0] for path in paths if path.startswith(f"{EVENTS}/day=")}


def _together(events: list[AccessEvent], tables: list[pa.Table]) -> pa.Table:
    return pa.concat_tables([table.cast(CODED_SCHEMA) for table in (events_table(events), *tables)])


def _lines(count: int, first: int, reason: str) -> str:
    if count == 1:
        return f"line {first} is in quarantine: {reason}"
    return f"{count} lines are in quarantine, the first is line {first}: {reason}"


def _name(workspace: Workspace, file: Path) -> str:
    root = workspace.config.root
    return str(file.relative_to(root)) if file.is_relative_to(root) else str(file)
