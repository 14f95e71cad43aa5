"""Which commands are there, and how does each of them fail?"""

from __future__ import annotations

import errno
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from custodes import __version__
from custodes.errors import CouldNotRun, CustodesError

_TYPER_INTERRUPTED = 130  # what typer makes of Ctrl-C before we see it

CLEAN, FINDINGS, USAGE, UNCOVERED, FAILED = 0, 1, 2, 3, 4

app = typer.Typer(
    name="custodes",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # a trace shows values; see `main`
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


def main() -> NoReturn:
    """Run one command and exit with the code its outcome has (see the epilog)."""
    from custodes.cli import commands  # noqa: F401 - registers the commands on `app`

    try:
        app(standalone_mode=True)
    except CustodesError as error:
        refuse(error)
    except KeyboardInterrupt:
        refuse(CouldNotRun("interrupted", hint="what was sealed is kept; run the same command again and it carries on"))
    except BrokenPipeError:
        # The reader of our output went away (`| head`): nothing is wrong, and Python must not complain at exit.
        sys.stderr.close()
        sys.exit(CLEAN)
    except OSError as error:
        what = "the disk is full" if error.errno == errno.ENOSPC else f"the system refused ({error.strerror})"
        place = str(error.filename or "")
        refuse(CouldNotRun(what, where=place, hint="free space or mend the rights, then run again: nothing is lost"))
    except Exception as error:  # noqa: BLE001 - the last door: a trace could show a person's value
        frame = error.__traceback__
        while frame is not None and frame.tb_next is not None:
            frame = frame.tb_next
        place = f"{Path(frame.tb_frame.f_code.co_filename).name}:{frame.tb_lineno}" if frame else ""
        refuse(
            CouldNotRun(
                f"a mistake of ours ({type(error).__name__})",
                where=place,
                hint="please report it with this line; what was sealed is kept",
            )
        )
    sys.exit(CLEAN)


def _interrupted() -> CouldNotRun:
    return CouldNotRun("interrupted", hint="what was sealed is kept; run the same command again and it carries on")


def refuse(error: CustodesError) -> NoReturn:
    """Say what, where and the next step on stderr, and exit with the error's code."""
    print(f"custodes: error: {error}\nhint: {error.hint}", file=sys.stderr)
    sys.exit(error.exit_code)
