"""What do we hand to a customer who asks? The command report subject."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from custodes.cli.app import CLEAN, UNCOVERED, app
from custodes.cli.who import Since, Until, moment
from custodes.cli.workspace import looking

report = typer.Typer(no_args_is_help=True, help="Documents for people outside.")
app.add_typer(report, name="report")


@report.callback()
def _group() -> None:
    """Keeps `subject` a command of its own while it is the only one."""


class Form(StrEnum):
    """The forms; `pipeline.report.FORMATS` makes each of them."""

    HTML = "html"
    PDF = "pdf"


@report.command()
def subject(
    name: Annotated[str, typer.Argument(metavar="SUBJECT", help="A customer, as the logs name them, or by number.")],
    *,
    form: Annotated[Form, typer.Option("--format", help="The form to write.")] = Form.HTML,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="The file to write (default: stdout).")] = None,
    since: Since = None,
    until: Until = None,
) -> None:
    """Tell a customer who accessed their data, when, why and which kinds of it, and what is not known; sealed too."""
    from custodes.cli.show import safe
    from custodes.errors import BadInput
    from custodes.pipeline.export import write
    from custodes.pipeline.report import subject_report
    from custodes.records.answer import Question

    if out is None and form is Form.PDF and sys.stdout.isatty():
        raise BadInput("a PDF is no text for a terminal", hint="name a file: -o report.pdf")
    question = Question("subject", name, None, moment(since, "--since"), moment(until, "--until"))
    with looking() as workspace:
        reported = subject_report(workspace, question, form.value)
        if out is not None:
            write(reported.data, out)
    if out is None:
        sys.stdout.buffer.write(reported.data)
        sys.stdout.flush()
    answer = reported.answer
    said = f"{len(answer.touches):,} touches, {answer.summary.unexplained:,} without a reason"
    print(
        safe(f"{said}; {'definitive' if answer.complete else 'not definitive: read what is not known'}"),
        file=sys.stderr,
    )
    sys.exit(CLEAN if answer.complete else UNCOVERED)
