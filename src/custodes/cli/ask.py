"""Commands that need no workspace: classify."""

from __future__ import annotations

import json as json_module
import sys
from collections.abc import Iterator
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
    from custodes.datamap.classify import Classifier
    from custodes.datamap.text import classify_text

    found = False
    unread = False
    classifier = Classifier(load_categories(categories))
    for path in paths or [Path("-")]:
        try:
            for hit in classify_text(_lines(path), classifier, str(path)):
                found = True
                if json:
                    print(json_module.dumps(hit.as_json()))
                else:
                    mark = "" if hit.validated else " (not validated)"
                    print(
                        f"{hit.path}:{hit.line}:{hit.start + 1}: {hit.category}, {hit.end - hit.start} characters{mark}"
                    )
        except OSError as error:
            unread = True
            print(f"custodes: uncovered: {path}: {error.strerror}", file=sys.stderr)
    sys.exit(FINDINGS if found else UNCOVERED if unread else CLEAN)


def _lines(path: Path) -> Iterator[str]:
    """The file's lines; bytes that are no UTF-8 stand as marks, so that places stay right."""
    if str(path) == "-":
        sys.stdin.reconfigure(errors="replace")  # type: ignore[union-attr]  # a text stream unless a test replaced it
        yield from sys.stdin
        return
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        yield from file
