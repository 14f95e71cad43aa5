"""Is another run at work in this workspace? One writer at a time, and the second is told who the first is."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from custodes import kept
from custodes.errors import CouldNotRun


@contextmanager
def only_writer(folder: Path) -> Iterator[None]:
    """Hold the workspace's lock for the block. Raises CouldNotRun at once when another process holds it.

    The kernel lets go of it when the process ends, however it ends: there is no stale lock to remove.
    """
    try:
        handle = kept.descriptor(folder / "lock", os.O_RDWR | os.O_CREAT)
    except FileNotFoundError:
        raise CouldNotRun("nothing has been run here yet", where=str(folder), hint='run "custodes run" first') from None
    except OSError as error:
        raise CouldNotRun(
            f"cannot take the workspace's lock ({error.strerror})", where=str(folder), hint="check the folder's rights"
        ) from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(handle, 32).decode(errors="replace").strip()
            raise CouldNotRun(
                f"another run is at work here (process {holder})" if holder else "another run is at work here",
                where=str(folder),
                hint="wait until it has finished, then run again",
            ) from None
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(handle)
