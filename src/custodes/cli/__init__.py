"""How is it asked for at a terminal? The one place that prints and exits.

Rooms are imported only when a command runs, so that `custodes --help` answers at once, and everything that can be
interrupted happens inside `main`.
"""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path
from typing import Final, NoReturn

from custodes.errors import CouldNotRun, CustodesError

__all__ = ["main", "refuse"]

_TYPER_INTERRUPTED: Final = 130  # what typer makes of Ctrl-C before we see it


def main() -> NoReturn:
    """Run one command and exit with the code its outcome has (see the epilog)."""
    try:
        from custodes.cli import commands

        commands.app()
    except CustodesError as error:
        refuse(error)
    except KeyboardInterrupt:
        _interrupted()
    except SystemExit as ended:
        if ended.code == _TYPER_INTERRUPTED:
            _interrupted()
        raise
    except BrokenPipeError:
        # The reader of our output went away (`| head`): nothing is wrong, and Python must not complain at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
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
    sys.exit(0)


def _interrupted() -> NoReturn:
    _tell(CouldNotRun("interrupted", hint="what was sealed is kept; run the same command again and it carries on"))
    sys.stdout.flush()
    # Everything has been closed on the way here. Leaving at once keeps a second Ctrl-C, or Python's own memory of the
    # first, from changing the exit code.
    os._exit(CouldNotRun.exit_code)


def refuse(error: CustodesError) -> NoReturn:
    """Say what, where and the next step on stderr, and exit with the error's code."""
    _tell(error)
    sys.exit(error.exit_code)


def _tell(error: CustodesError) -> None:
    print(f"custodes: error: {error}\nhint: {error.hint}", file=sys.stderr, flush=True)
