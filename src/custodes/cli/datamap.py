"""The command on the data map as a whole: datamap export."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from custodes.cli.app import CLEAN, UNCOVERED, app
from custodes.cli.workspace import looking

datamap = typer.Typer(no_args_is_help=True, help="The data map as a whole: take it out in forms that others read.")
app.add_typer(datamap, name="datamap")


@datamap.callback()
def _group() -> None:
    """Keeps `export` a command of its own while it is the only one."""


class Form(StrEnum):
    """The forms; `pipeline.export.FORMATS` makes each of them."""

    ART30_CSV = "art30-csv"
    ART30_XLSX = "art30-xlsx"
    PCI_SCOPE = "pci-scope"
    FIDES = "fides"
    OPENLINEAGE = "openlineage"
    JSON = "json"


@datamap.command()
def export(
    form: Annotated[Form, typer.Option("--format", help="The form to write.")],
    out: Annotated[Path | None, typer.Option("--out", "-o", help="The file to write (default: stdout).")] = None,
) -> None:
    """Write what is held, for which purposes and under whose name; what is not known or stated is said so."""
    from custodes.cli.show import safe
    from custodes.errors import BadInput
    from custodes.pipeline.export import export as run_export
    from custodes.pipeline.export import write

    if out is None and form is Form.ART30_XLSX and sys.stdout.isatty():
        raise BadInput("a workbook is no text for a terminal", hint="name a file: -o record.xlsx")
    with looking() as workspace:
        exported = run_export(workspace, form.value)
        if out is not None:
            write(exported.data, out)
    if out is None:
        sys.stdout.buffer.write(exported.data)
        sys.stdout.flush()
    told = exported.told
    missing = sum(1 for _ in told.missing())
    said = f"{len(told.personal()):,} of {len(told.examined):,} datasets hold personal data"
    print(safe(f"{said}; not covered: {len(told.gaps):,}; not stated by the owner: {missing:,}"), file=sys.stderr)
    sys.exit(UNCOVERED if told.gaps else CLEAN)
