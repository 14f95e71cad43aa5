"""What was true about people, cases, parties, keys or watched customers at a given time?"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from custodes.cli.app import CLEAN, UNCOVERED, app

Json = Annotated[bool, typer.Option("--json", help="Answer as JSON on stdout.")]


@app.command()
def context(
    kind: Annotated[str, typer.Argument(help="people, cases, parties, keys or subjects.")],
    at: Annotated[str | None, typer.Option(help="A day or time (RFC 3339); now unless given.")] = None,
    json: Json = False,
) -> None:
    """What was known then: the snapshot that was the newest at that time."""
    from custodes.cli import show
    from custodes.cli.workspace import looking
    from custodes.pipeline.then import then

    with looking() as workspace:
        known = then(workspace, kind, at)
        workspace.seal_receipts([workspace.receipt("look", question="context", about=kind, at=known.at.isoformat())])
    if json:
        told = {"kind": kind, "at": known.at, "sealed": known.sealed, "dated": known.dated, "mended": known.mended}
        print(show.as_json({**told, "rows": known.rows}))
    elif known.sealed is None:
        print(f"nothing was known about {kind} at {known.at:%Y-%m-%d %H:%M}Z: no snapshot had been taken")
    else:
        odd = "" if known.dated else ", date not sealed"
        odd += "" if known.mended is None else f", read again by other rules on {known.mended:%Y-%m-%d %H:%M}Z"
        dated = f"as known at {known.at:%Y-%m-%d %H:%M}Z (snapshot of {known.sealed:%Y-%m-%d %H:%M}Z{odd})"
        print(f"{len(known.rows):,} {kind} {dated}")
        for row in known.rows:
            print("  " + show.safe("  ".join(f"{key}={value}" for key, value in row.items() if value is not None)))
    sys.exit(CLEAN if known.sealed is not None else UNCOVERED)
