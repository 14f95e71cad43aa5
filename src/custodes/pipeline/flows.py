"""Which flows do stores, scripts and logs tell of? Read at each scan and kept; what is not followed is told."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from custodes import __version__
from custodes.config import FlowConfig, LogConfig, StoreConfig
from custodes.datamap.lineage.edges import Edge
from custodes.datamap.lineage.follow import NOTHING, follow_parts
from custodes.datamap.lineage.inputs import choose
from custodes.datamap.lineage.stored import follow_stored
from custodes.errors import BadInput, CouldNotRun, StoreRefused
from custodes.events.logged_statements import MOST as MOST_SHAPES
from custodes.events.logged_statements import Statements
from custodes.events.readers import open_log
from custodes.events.statement_log import Stated, StatementLog
from custodes.pipeline.open_store import open_store
from custodes.pipeline.places import Places
from custodes.pipeline.progress import Progress
from custodes.pipeline.workspace import Workspace
from custodes.records import FlowEdge, Origin, Skipped
from custodes.stores.definitions import Defining, Definition, Definitions

_DIALECTS: Final = {"postgres": "postgres", "mysql": "mysql", "sqlite": "sqlite", "duckdb": "duckdb"}
_DEFAULTS: Final = {"postgres": "public", "sqlite": "main", "duckdb": "main"}
_LOGS: Final = frozenset({"postgres_csvlog", "postgres_jsonlog", "mariadb_audit", "snowflake", "bigquery"})
_STDOUT: Final = "stdout"
_GRANT: Final = "mend the SQL, or look at it yourself: what it moves is not on the map"
_LONGEST: Final = 300  # characters of a reason
_LISTED: Final = 200  # gaps of one store or source that are told one by one
_POSITION: Final = re.compile(r" \(line \d+, column \d+\)|, from line \d+ on")


@dataclass(slots=True)
class Collected:
    """What was read now. skipped: what of it is not followed. changed: whether the known flows differ from before.

    catalogues: by store, what it said of itself.
    """

    skipped: list[Skipped] = field(default_factory=list)
    changed: bool = False
    catalogues: dict[str, Definitions] = field(default_factory=dict)


def collect(workspace: Workspace, progress: Progress, lost: Iterable[str] = ()) -> Collected:
    """Read every definition, declared source and statement log, and keep the flows. One failure stops no other.

    lost: stores that the scan could not open; what was known of their flows stays, as their datasets do. No literal of
    any SQL is kept or told; see `state.flows`.
    """
    progress.step("flows")
    config = workspace.config
    done = Collected()
    kept = done.catalogues
    gone = set(lost)
    for chosen in config.stores:
        if chosen.name not in gone:
            _definitions(workspace, chosen, kept, done)
    datasets: dict[str, list[str]] = {}
    for one in workspace.datamap.all():
        datasets.setdefault(one.store, []).append(one.dataset)
    columns = {name: told.columns for name, told in kept.items()}
    places = Places(config.stores, columns, datasets)
    keep = [store.name for store in config.stores]
    for name, told in kept.items():
        done.skipped.extend(told.skipped)
        _stored(workspace, places, name, told, done, progress)
    for source in config.flows:
        keep.append(f"flows.{source.name}")
        _declared(workspace, places, source, kept, done, progress)
    for log in config.logs:
        if log.kind in _LOGS:
            keep.append(f"logs.{log.name}")
            _log(workspace, places, log, kept, done, progress)
    workspace.flows.forget(keep)
    return done


def _definitions(workspace: Workspace, chosen: StoreConfig, kept: dict[str, Definitions], done: Collected) -> None:
    try:
        with closing(open_store(chosen, timeout=workspace.config.scan.timeout)) as store:
            if isinstance(store, Defining):
                kept[chosen.name] = store.definitions()
    except (StoreRefused, CouldNotRun) as error:
        reason = f"where its data flows is not known: {error}"
        done.skipped.append(Skipped("scan", chosen.name, "", reason, error.hint))


def _stored(
    workspace: Workspace, places: Places, name: str, told: Definitions, done: Collected, progress: Progress
) -> None:
    edges: dict[FlowEdge, None] = {}
    gaps: Counter[tuple[str, str]] = Counter()
    for read, traced in enumerate(follow_stored(told), 1):
        progress.advance(f"{name}: {traced.definition.kind}", read)
        one = traced.definition
        for edge in _unmine(one, traced.edges):
            _add(edges, places, edge, name, origin=one.kind, by=name, place=one.place, statement=0)
        for reason in traced.gaps:
            # Statements are many and have no name that people know: they are counted.
            gaps[("" if one.kind == "statements" else one.place, reason)] += 1
    done.skipped.extend(_told(name, "statements that were run", gaps))
    done.changed |= workspace.flows.save(name, edges, now=workspace.clock())


def _unmine(one: Definition, edges: Iterable[Edge]) -> Iterator[Edge]:
    """Our own scan reads by COPY … TO STDOUT: what the scanning role takes to itself is no export."""
    return (edge for edge in edges if not (one.ours and edge.target.table == _STDOUT))


def _add(
    edges: dict[FlowEdge, None],
    places: Places,
    edge: Edge,
    store: str | None,
    *,
    origin: Origin,
    by: str,
    place: str,
    statement: int,
) -> None:
    if not edge.target.table:
        return
    source, target = places.find(edge.source, store), places.find(edge.target, store)
    if source is None or target is None:
        return  # the table is known, and has no such column: a text in a name's quotes, or a system column
    told = FlowEdge(
        source[0], target[0], edge.kind, tuple(sorted(edge.through)), origin, by, place, statement, target[1]
    )
    edges.setdefault(told)


def _told(name: str, what: str, gaps: Mapping[tuple[str, str], int]) -> Iterator[Skipped]:
    """Every gap, by place and reason, with how many there are of it; beyond the first of a source counted together."""
    grouped: dict[tuple[str, str], list[tuple[str, int]]] = {}
    for (place, reason), count in sorted(gaps.items()):
        # It may name what a hostile definition called by a name of a megabyte.
        grouped.setdefault((place, _POSITION.sub("", reason)[:_LONGEST]), []).append((reason[:_LONGEST], count))
    for (place, reason), held in list(grouped.items())[:_LISTED]:
        count = sum(times for _, times in held)
        told = held[0][0] if count == 1 and place else reason
        few = f"{count:,} {what or 'statements'}: " if count > 1 or not place else ""
        yield Skipped("scan", name, place, f"where data flows is not known: {few}{told}", _GRANT)
    rest = list(grouped.values())[_LISTED:]
    if rest:
        count = sum(times for held in rest for _, times in held)
        reason = f"where the data of {count:,} more statements flows is not known, for {len(rest):,} reasons"
        yield Skipped("scan", name, "", reason, f'{_GRANT}; "custodes lineage" tells of every statement of a file')


def _declared(
    workspace: Workspace,
    places: Places,
    source: FlowConfig,
    kept: Mapping[str, Definitions],
    done: Collected,
    progress: Progress,
) -> None:
    by = f"flows.{source.name}"
    store = next((one for one in workspace.config.stores if one.name == source.store), None)
    dialect = source.dialect or (_DIALECTS.get(store.kind, "") if store is not None else "")
    known = kept.get(source.store or "")
    default = source.default_schema or (_DEFAULTS.get(store.kind, "") if store is not None else "")
    edges: dict[tuple[object, ...], FlowEdge] = {}
    gaps: Counter[tuple[str, str]] = Counter()
    empty: list[str] = []
    paths = [path for path in source.paths if path.exists()]
    for path in source.paths:
        if path not in paths:
            name = _name(path, workspace.config.root)
            done.skipped.append(Skipped("scan", by, name, "no such file or folder", f"correct {by}.paths"))
    if not paths:
        return  # what was known of it stays: a folder may be away for a day
    try:
        origins = {name: choose.origin(path) for path, name in choose.files(paths)}
        parts = follow_parts(
            paths,
            dialect=dialect,
            schema=known.columns if known is not None else None,
            default_schema=default,
            advance=lambda file: progress.advance(f"{by}: {file}", len(edges)),
            lenient=True,
        )
        for part in parts:
            for edge in part.edges:
                new: dict[FlowEdge, None] = {}
                origin = origins.get(edge.file, "dbt")
                place = _name(Path(edge.file), workspace.config.root)
                _add(new, places, edge, source.store, origin=origin, by=by, place=place, statement=edge.statement)
                for one in new:  # a log says the same a thousand times: the first statement of the file that does
                    edges.setdefault((one.source, one.target, one.kind, one.through, one.place), one)
            root = workspace.config.root
            gaps.update((_name(Path(gap.file), root), gap.reason) for gap in part.uncovered if gap.reason != NOTHING)
            empty += [_name(Path(gap.file), root) for gap in part.uncovered if gap.reason == NOTHING]
    except BadInput as error:
        done.skipped.append(Skipped("scan", by, "", f"no flow of it is known: {error}", error.hint))
        return
    if not origins:
        done.skipped.append(
            Skipped("scan", by, "", "no file of it holds SQL, events or a manifest", f"correct {by}.paths")
        )
    else:
        done.skipped.extend(Skipped("scan", by, folder, NOTHING, f"correct {by}.paths") for folder in empty)
    done.skipped.extend(_told(by, "", gaps))
    done.changed |= workspace.flows.save(by, edges.values(), now=workspace.clock())


def _log(
    workspace: Workspace,
    places: Places,
    log: LogConfig,
    kept: Mapping[str, Definitions],
    done: Collected,
    progress: Progress,
) -> None:
    """The statements of a log that is configured for its touches: read on from where the last scan ended."""
    by = f"logs.{log.name}"
    known = kept.get(log.store or "")
    columns = dict(known.columns) if known is not None else {}
    reader = open_log(log.kind, log.name, log.path, tokeniser=workspace.tokeniser, root=workspace.config.root)
    assert isinstance(reader, StatementLog)  # noqa: S101 - of one of _LOGS
    statements = Statements(reader)
    # A warehouse is no store of ours: its tables are called as its touches are, by the log's name.
    of = log.store or (log.name if reader.dialect.catalogues else None)
    default = _DEFAULTS.get(reader.dialect.name, "")
    read_as = hashlib.sha256(repr((__version__, log.store, sorted(columns.items()))).encode()).hexdigest()[:16]
    edges: dict[tuple[object, ...], FlowEdge] = {}
    reached = []
    try:
        files = reader.files()
    except BadInput:
        return  # told by the step that reads the touches
    # What was read before and not followed stays a gap for as long as the file is there.
    gaps = _before(workspace, by, read_as, {_name(file, workspace.config.root) for file in files})
    for file in files:
        name = _name(file, workspace.config.root)
        since = workspace.intake.since(by, name, read_as)
        if since is not None and since.done and (since.size, since.mtime_ns) == _facts(file):
            continue
        try:
            stated, position = statements.read(file, name, since)
        except BadInput as error:
            done.skipped.append(Skipped("scan", by, name, f"no flow of it is known: {error}", error.hint))
            continue
        if wordless := statements.taken_wordless():
            gaps[name, "the log does not tell the text of the statement"] += wordless
        reached.append((by, read_as, position))
        ran = tuple(_ran(f"{name}:{line}", one, default) for line, one in stated)
        for traced in follow_stored(Definitions(reader.dialect.name, ran, columns)):
            progress.advance(f"{by}: {name}", len(edges))
            line = int(traced.definition.place.rpartition(":")[2])
            for edge in traced.edges:
                new: dict[FlowEdge, None] = {}
                _add(new, places, edge, of, origin="log", by=by, place=name, statement=line)
                for one in new:
                    edges.setdefault((one.source, one.target, one.kind, one.through, one.place), one)
            gaps.update((name, reason) for reason in traced.gaps)
    if statements.unreadable:
        reason = f"{statements.unreadable:,} records are no lines of such a log: what they moved is not known"
        done.skipped.append(Skipped("scan", by, "", reason, "see what ingest says of them"))
    if statements.beyond:
        reason = f"{statements.beyond:,} statements of shapes beyond the first {MOST_SHAPES:,} were not followed"
        done.skipped.append(Skipped("scan", by, "", reason, "split the log into several, under [logs.NAME]"))
    done.skipped.extend(_told(by, "", gaps))
    # Edges first, then the place: a crash in between reads the same lines again, and finds the same edges.
    if edges or reached:
        done.changed |= workspace.flows.save(by, edges.values(), now=workspace.clock())
        kept_gaps = [[place, reason, count] for (place, reason), count in sorted(gaps.items())]
        workspace.judgements.set_mark(f"flows:{by}", json.dumps([read_as, kept_gaps]))
        workspace.intake.advance(reached, (), (), workspace.clock())


def _ran(place: str, one: Stated, default: str) -> Definition:
    """A statement as the tracer of a store's own SQL takes it. default: the schema where the log tells none."""
    *above, schema = one.within or (default,)
    return Definition("statements", place, one.sql, schema, catalogue=above[0] if above else "")


def _before(workspace: Workspace, by: str, read_as: str, files: Collection[str]) -> Counter[tuple[str, str]]:
    told = workspace.judgements.marked(f"flows:{by}")
    then, rows = json.loads(told) if told else ("", [])
    found = Counter({(place, reason): count for place, reason, count in rows if place in files})
    return found if then == read_as else Counter()


def _name(file: Path, root: Path) -> str:
    return str(file.relative_to(root)) if file.is_relative_to(root) else str(file)


def _facts(file: Path) -> tuple[int, int] | None:
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns
