"""Which commands are there, and what is said before them?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from custodes import __version__
from custodes.cli.words import Words

CLEAN, FINDINGS, USAGE, UNCOVERED, FAILED = 0, 1, 2, 3, 4

app = typer.Typer(
    name="custodes",
    cls=Words,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # a trace shows values; see `cli.main`
    rich_markup_mode=None,
    help="Find where customer data is, who touched it and which touches were wrong, and prove it.",
    epilog="Exit codes: 0 clean, 1 findings or failed verification, 2 usage or bad input, 3 coverage incomplete, "
    "4 could not run.",
)


class Choice:
    """What was said before the command: which configuration to use."""

    config: Path | None = None


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"custodes {__version__}")
        raise typer.Exit


@app.callback()
def _before(
    config: Annotated[
        Path | None, typer.Option("--config", "-c", help="custodes.toml to use (default: here or above).")
    ] = None,
    _version: Annotated[bool, typer.Option("--version", is_eager=True, callback=_print_version)] = False,
) -> None:
    Choice.config = config
