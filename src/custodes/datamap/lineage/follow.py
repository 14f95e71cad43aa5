"""Which column flows into which, over all the files that were given?"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from custodes.datamap.lineage.dialects import dialect_of
from custodes.datamap.lineage.edges import Edge, Lineage, Uncovered
from custodes.datamap.lineage.inputs import choose
from custodes.datamap.lineage.inputs.interface import Given, Script
from custodes.datamap.lineage.knowledge import Knowledge
from custodes.datamap.lineage.names import Names
from custodes.datamap.lineage.procedures import CALLED
from custodes.datamap.lineage.trace import Tracer
from custodes.errors import BadInput

_REMEMBERED: Final = 20_000  # statements of logs
#: The reason of a gap: nothing of a folder that was named is read.
NOTHING: Final = "the folder holds no SQL script, dbt manifest, query log or OpenLineage event"

Schema = Mapping[str, Sequence[str]]


def read_schema(path: Path) -> dict[str, list[str]]:
    """`{"table": ["column", ...]}` from a JSON file; a mapping of columns to types does as well. Raises BadInput."""
    hint = 'write it as {"table": ["column", ...]}'
    try:
        told = json.loads(path.read_text("utf-8-sig"))
    except OSError as missing:
        raise BadInput("the schema cannot be read", where=str(path), hint="name a JSON file") from missing
    except (ValueError, RecursionError) as broken:
        raise BadInput("the schema is no JSON", where=str(path), hint=hint) from broken
    if not isinstance(told, dict):
        raise BadInput("the schema is no object", where=str(path), hint=hint)
    found: dict[str, list[str]] = {}
    for table, columns in told.items():
        names = list(columns) if isinstance(columns, dict | list) else None
        if names is None or not all(isinstance(name, str) for name in names):
            raise BadInput("the columns of a table are no list of names", where=f"{path}: {table}", hint=hint)
        found[table] = names
    return found


def follow(
    paths: Iterable[Path],
    *,
    dialect: str = "",
    schema: Schema | None = None,
    default_schema: str = "",
    advance: Callable[[str], None] = lambda _file: None,
) -> Lineage:
    """The lineage of files and folders, as one; see `follow_parts`."""
    parts = follow_parts(paths, dialect=dialect, schema=schema, default_schema=default_schema, advance=advance)
    return Lineage.joined(parts)


def follow_parts(
    paths: Iterable[Path],
    *,
    dialect: str = "",
    schema: Schema | None = None,
    default_schema: str = "",
    advance: Callable[[str], None] = lambda _file: None,
    lenient: bool = False,
) -> Iterator[Lineage]:
    """The lineage of files and folders, script by script: edges first, all gaps with the last part.

    Files are read in the order given, those of a folder by name; what one creates, the later ones know, and tables that
    are described by a plain CREATE TABLE are known everywhere. dialect: a word as `dialects.dialect_of` takes it, empty
    for what each file says or ANSI SQL. Raises BadInput before the first part for files that are not there or are
    broken, and for unknown dialects. lenient: a file that is broken is a gap, and costs only itself.
    """
    chosen = dialect_of(dialect) if dialect else ""
    paths = tuple(paths)
    given = [(name, _read(path, name, lenient=lenient)) for path, name in choose.files(paths)]
    covered = frozenset().union(*(one.covers for _, one in given))
    known: dict[str, Sequence[str]] = {}
    for _, one in given:
        known.update(one.schema)
    known.update(schema or {})
    following = _Following(chosen, known, default_schema)
    following.gaps.extend(Uncovered(path.as_posix(), 0, NOTHING) for path in paths if choose.nothing_in(path))
    scripts = [script for _, one in given for script in one.scripts if not script.number]
    for script in scripts if len(scripts) > 1 else ():
        following.learn(script)
    for name, one in given:
        if name in covered or (covered and _compiled(name)):
            continue
        advance(name)
        following.gaps.extend(one.uncovered)
        yield Lineage(tuple(one.edges))
        for script in one.scripts:
            yield following.script(script)
    yield Lineage((), following.open_gaps())


def _read(path: Path, name: str, *, lenient: bool) -> Given:
    try:
        return choose.read(path, name)
    except BadInput as broken:
        if not lenient:
            raise
        return Given(uncovered=[Uncovered(name, 0, broken.what)])
    except OSError as refused:
        if not lenient:
            raise
        return Given(uncovered=[Uncovered(name, 0, f"it cannot be read ({refused.strerror})")])


def _compiled(name: str) -> bool:
    """Whether dbt put the file there from a model of the manifest that is read already."""
    return name.startswith(("target/compiled/", "target/run/")) or "/target/compiled/" in name or "/target/run/" in name


class _Following:
    """What the scripts share. gaps: all so far; a later file may still close some."""

    def __init__(self, dialect: str, schema: Schema, default_schema: str) -> None:
        self.gaps: list[Uncovered] = []
        self._dialect = dialect
        self._schema = schema
        self._default = default_schema
        self._known: dict[tuple[str, str], Knowledge] = {}
        self._procedures: set[tuple[str, ...]] = set()
        self._seen: dict[tuple[str, str, str], tuple[int, Lineage]] = {}

    def _tracer(self, script: Script) -> Tracer:
        dialect = self._dialect or (dialect_of(script.dialect) if script.dialect else "")
        default = self._default or script.default_schema
        names = Names(dialect, default)
        if (dialect, default) not in self._known:
            self._known[dialect, default] = Knowledge(names, self._schema)
        return Tracer(script.file, names, self._known[dialect, default])

    def learn(self, script: Script) -> None:
        """Only the tables that it describes."""
        self._tracer(script).learn(script.text)

    def script(self, script: Script) -> Lineage:
        """The edges of one script; its gaps are kept."""
        if script.number:
            return self._row(script)
        tracer = self._tracer(script)
        found = tracer.script(script.text)
        self._procedures |= tracer.session.procedures
        self.gaps.extend(found.uncovered)
        return Lineage(found.edges, (), found.statements)

    def _row(self, script: Script) -> Lineage:
        """A row of a log. Logs repeat themselves: while no table has changed, the same text has the same lineage."""
        tracer = self._tracer(script)
        changes = tracer.session.knowledge.changes
        key = (tracer.dialect, self._default or script.default_schema, script.text)
        before = self._seen.get(key)
        if before is not None and before[0] == changes:
            found = before[1]
        else:
            found = tracer.script(script.text)
            self._procedures |= tracer.session.procedures
            if len(self._seen) < _REMEMBERED and tracer.session.knowledge.changes == changes:
                self._seen[key] = (changes, found)
        edges = dict.fromkeys(
            Edge(script.file, script.number, edge.source, edge.target, edge.kind, edge.through) for edge in found.edges
        )
        self.gaps.extend(dict.fromkeys(Uncovered(script.file, script.number, gap.reason) for gap in found.uncovered))
        return Lineage(tuple(edges), (), found.statements)

    def open_gaps(self) -> tuple[Uncovered, ...]:
        """A procedure that is called before its definition, or from another file, is covered all the same."""
        known = tuple(f"{CALLED}{name[0]}," for name in self._procedures if name)
        return tuple(gap for gap in self.gaps if not gap.reason.startswith(known))
