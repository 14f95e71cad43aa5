"""What leaves for a SIEM or a warehouse? The commands export findings, incidents and events."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from custodes.cli.app import CLEAN, UNCOVERED, app
from custodes.cli.who import Since, Until, moment
from custodes.cli.workspace import looking

if TYPE_CHECKING:
    from custodes.pipeline.outgoing import What

export = typer.Typer(no_args_is_help=True, help="What others' systems read: findings, incidents and events as OCSF.")
app.add_typer(export, name="export")


class Words(StrEnum):
    """In whose words."""

    OCSF = "ocsf"


class Form(StrEnum):
    """The forms of a file; `pipeline.outgoing` writes each."""

    JSONL = "jsonl"
    PARQUET = "parquet"


As = Annotated[Words, typer.Option("--as", help="In whose words: OCSF 1.8.")]
Format = Annotated[Form, typer.Option("--format", help="A document a line, or columns.")]
Out = Annotated[Path | None, typer.Option("--out", "-o", help="The file to write (default: stdout).")]


@export.command()
def findings(
    *, words: As = Words.OCSF, form: Format = Form.JSONL, since: Since = None, until: Until = None, out: Out = None
) -> None:
    """Findings of the last run that were raised then, excepted ones as suppressed; the export is sealed."""
    _send("findings", words, form, since, until, out)


@export.command()
def incidents(
    *, words: As = Words.OCSF, form: Format = Form.JSONL, since: Since = None, until: Until = None, out: Out = None
) -> None:
    """Incidents of the last run that were raised then, with what was decided; the export is sealed."""
    _send("incidents", words, form, since, until, out)


@export.command()
def events(
    *, words: As = Words.OCSF, form: Format = Form.JSONL, since: Since = None, until: Until = None, out: Out = None
) -> None:
    """Sealed events of that time, each with its leaf in the ledger; the export is sealed."""
    _send("events", words, form, since, until, out)


def _send(what: What, words: Words, form: Form, since: str | None, until: str | None, out: Path | None) -> None:
    from custodes.cli.show import safe, uncovered_lines
    from custodes.errors import BadInput
    from custodes.pipeline.outgoing import Window, send

    if out is None and form is Form.PARQUET and sys.stdout.isatty():
        raise BadInput("a Parquet file is no text for a terminal", hint=f"name a file: -o {what}.parquet")
    window = Window(moment(since, "--since"), moment(until, "--until"))
    with looking() as workspace:
        sent = send(workspace, what, form.value, window, out, sys.stdout.buffer)
    print(f"{sent.documents:,} {what} as {words.upper()}", file=sys.stderr)
    for line in uncovered_lines(sent.uncovered) if sent.uncovered else ():
        print(safe(line), file=sys.stderr)
    sys.exit(UNCOVERED if sent.uncovered else CLEAN)
