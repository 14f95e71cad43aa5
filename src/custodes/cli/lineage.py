"""The command `lineage`: which column flows into which, as the SQL says."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from json import dumps
from pathlib import Path
from textwrap import indent
from typing import TYPE_CHECKING, Annotated

import typer

from custodes.cli.app import CLEAN, UNCOVERED, app
from custodes.cli.river import Json

if TYPE_CHECKING:
    from custodes.datamap.lineage.edges import Lineage, Uncovered


@app.command()
def lineage(
    paths: Annotated[
        list[Path], typer.Argument(help="SQL scripts, dbt manifests, query logs, OpenLineage events or folders.")
    ],
    dialect: Annotated[str, typer.Option(help="The SQL dialect, such as postgres or tsql (default: ansi).")] = "",
    schema: Annotated[Path | None, typer.Option(help='JSON of known tables: {"table": ["column", ...]}.')] = None,
    default_schema: Annotated[str, typer.Option(help="Where unqualified tables are: schema or db.schema.")] = "",
    json: Json = False,
    openlineage: Annotated[
        bool, typer.Option("--openlineage", help="Answer as OpenLineage events, one to a line.")
    ] = False,
) -> None:
    """Trace which column flows into which, through the company's SQL."""
    from custodes.cli.progress import shown
    from custodes.datamap.lineage.follow import follow_parts, read_schema

    known = read_schema(schema) if schema is not None else None
    with shown(quiet=json or openlineage) as progress:
        parts = follow_parts(paths, dialect=dialect, schema=known, default_schema=default_schema, advance=progress.step)
        # Script by script: the edges of a log of millions of statements are never all in memory.
        if openlineage:
            gaps = _as_events(parts, default_schema or "default")
        elif json:
            gaps = _as_json(parts)
        else:
            gaps = _as_text(parts)
    sys.exit(UNCOVERED if gaps else CLEAN)


def _as_events(parts: Iterable[Lineage], namespace: str) -> int:
    from datetime import UTC, datetime

    from custodes.datamap.lineage.openlineage import events

    gaps, now = 0, datetime.now(UTC)
    for part in parts:
        gaps += len(part.uncovered)
        for event in events(part, namespace=namespace, time=now):
            print(dumps(event, ensure_ascii=False))
    return gaps


def _as_json(parts: Iterable[Lineage]) -> int:
    """The same text as one object written at once would be."""
    gaps: list[Uncovered] = []
    before = '{\n  "edges": ['
    for part in parts:
        gaps.extend(part.uncovered)
        for edge in part.edges:
            print(before, end="\n")
            print(indent(dumps(edge.as_row(), indent=2, ensure_ascii=False), "    "), end="")
            before = ","
    print(f"{before}]," if before != "," else "\n  ],")
    rows = dumps([gap.as_row() for gap in gaps], indent=2, ensure_ascii=False)
    print(f'  "uncovered": {indent(rows, "  ").lstrip()}\n}}')
    return len(gaps)


def _as_text(parts: Iterable[Lineage]) -> int:
    from custodes.cli import show

    edges = statements = 0
    gaps: list[Uncovered] = []
    for part in parts:
        edges += len(part.edges)
        statements += part.statements
        gaps.extend(part.uncovered)
        for edge in part.edges:
            how = "" if edge.kind == "direct" else "  (indirect)"
            print(show.safe(f"{edge.file}:{edge.statement}  {edge.source} -> {edge.target}{how}"))
    for gap in gaps:
        place = f"{gap.file}:{gap.statement}" if gap.statement else gap.file
        print(show.safe(f"uncovered: {place}  {gap.reason}"))
    print(f"{edges} edges from {statements} statements, {len(gaps)} uncovered")
    return len(gaps)
