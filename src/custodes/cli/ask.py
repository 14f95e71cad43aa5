"""Commands that need no workspace: classify."""

from __future__ import annotations

import json as json_module
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Annotated

import typer

from custodes.cli.app import CLEAN, FINDINGS, UNCOVERED, Choice, app
from custodes.cli.river import Json

_BLOCK = 1 << 20  # bytes read at once


@app.command()
def classify(
    paths: Annotated[list[Path] | None, typer.Argument(help="Text files, gzip or not; - for stdin.")] = None,
    json: Json = False,
    categories: Annotated[
        Path | None, typer.Option(help="A folder with categories of your own (default: that of custodes.toml).")
    ] = None,
    jobs: Annotated[int | None, typer.Option(min=1, help="Blocks scanned at once (default: all processors).")] = None,
) -> None:
    """Find personal data in text: file, line, place and category of each; the values are never shown."""
    from custodes.datamap.category import load_categories
    from custodes.datamap.classify import Classifier
    from custodes.datamap.text import classify_blocks
    from custodes.datamap.textfile import TextFile
    from custodes.errors import BadInput

    found = False
    unread = False

    def uncovered(path: Path, why: str) -> None:
        nonlocal unread
        unread = True
        print(f"custodes: uncovered: {path}: {why}", file=sys.stderr)

    classifier = Classifier(load_categories(categories or _configured()))
    ids = {rules.id: json_module.dumps(rules.id) for rules in classifier.categories}
    for path in paths or [Path("-")]:
        name = str(path)
        quoted = json_module.dumps(name)
        text = TextFile(_blocks(path))
        try:
            for hit in classify_blocks(text, classifier, name, jobs or os.cpu_count() or 1):
                found = True
                if json:
                    # What json.dumps gives for as_json, ten times as fast.
                    print(
                        f'{{"path": {quoted}, "line": {hit.line}, "start": {hit.start}, "end": {hit.end}, '
                        f'"category": {ids[hit.category]}, "validated": {"true" if hit.validated else "false"}}}'
                    )
                else:
                    mark = "" if hit.validated else " (not validated)"
                    print(f"{name}:{hit.line}:{hit.start + 1}: {hit.category}, {hit.end - hit.start} characters{mark}")
        except OSError as error:
            uncovered(path, str(error.strerror))
        except BadInput as error:
            uncovered(path, f"{error.what}, hint: {error.hint}")
        if text.damage:
            uncovered(path, text.damage)
    sys.exit(FINDINGS if found else UNCOVERED if unread else CLEAN)


def _configured() -> Path | None:
    """The folder of the configuration that was named, or of the one here or above, if there is any."""
    from custodes import config

    if Choice.config is None and not any((folder / config.FILE_NAME).is_file() for folder in _here_and_above()):
        return None
    return config.load(Choice.config or config.find(Path.cwd())).categories


def _here_and_above() -> Iterator[Path]:
    here = Path.cwd()
    yield from (here, *here.parents)


def _blocks(path: Path) -> Iterator[bytes]:
    if str(path) == "-":
        yield from _read(sys.stdin.buffer)
        return
    with path.open("rb") as file:
        yield from _read(file)


def _read(file: IO[bytes]) -> Iterator[bytes]:
    while block := file.read1(_BLOCK) if hasattr(file, "read1") else file.read(_BLOCK):
        yield block
