"""Commands that need no workspace: classify."""

from __future__ import annotations

import json as json_module
import sys
from pathlib import Path
from typing import Annotated

import typer

from custodes.cli.app import CLEAN, FINDINGS, UNCOVERED, app
from custodes.cli.river import Json


@app.command()
def classify(
    paths: Annotated[list[Path] | None, typer.Argument(help="Text files; - for stdin.")] = None,
    json: Json = False,
    categories: Annotated[Path | None, typer.Option(help="A folder with categories of your own.")] = None,
) -> None:
    """Find personal data in text: file, line, place and category of each; the values are never shown."""
    from custodes.datamap.category import load_categories
    from custodes.datamap.text import classify_file

    found = False
    unread = False
    known = load_categories(categories)
    for path in paths or [Path("-")]:
        try:
            for hit in classify_file(path, known):
                found = True
                if json:
                    print(json_module.dumps(hit.plain()))
                else:
                    mark = "" if hit.validated else " (not validated)"
                    print(
                        f"{hit.path}:{hit.line}:{hit.start + 1}: {hit.category}, {hit.end - hit.start} characters{mark}"
                    )
        except OSError as error:
            unread = True
            print(f"custodes: uncovered: {path}: {error.strerror}", file=sys.stderr)
    sys.exit(FINDINGS if found else UNCOVERED if unread else CLEAN)
