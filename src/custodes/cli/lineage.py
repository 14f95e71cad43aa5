"""The command `lineage`: which column flows into which, as the SQL says."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from custodes.cli.app import CLEAN, UNCOVERED, app
from custodes.cli.river import Json


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
    from custodes.cli import show
    from custodes.cli.progress import shown
    from custodes.datamap.lineage.follow import follow, read_schema

    known = read_schema(schema) if schema is not None else None
    with shown(quiet=json or openlineage) as progress:
        found = follow(
            paths,
            dialect=dialect,
            schema=known,
            default_schema=default_schema,
            advance=progress.step,
        )
    if openlineage:
        import json as plain
        from datetime import UTC, datetime

        from custodes.datamap.lineage.openlineage import events

        for event in events(found, namespace=default_schema or "default", time=datetime.now(UTC)):
            print(plain.dumps(event, ensure_ascii=False))
    elif json:
        rows = {
            "edges": [edge.as_row() for edge in found.edges],
            "uncovered": [gap.as_row() for gap in found.uncovered],
        }
        print(show.as_json(rows))
    else:
        for edge in found.edges:
            how = "" if edge.kind == "direct" else "  (indirect)"
            print(show.safe(f"{edge.file}:{edge.statement}  {edge.source} -> {edge.target}{how}"))
        for gap in found.uncovered:
            print(show.safe(f"uncovered: {gap.file}:{gap.statement}  {gap.reason}"))
        print(f"{len(found.edges)} edges from {found.statements} statements, {len(found.uncovered)} uncovered")
    sys.exit(UNCOVERED if found.uncovered else CLEAN)
