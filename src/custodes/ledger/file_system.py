"""Can one call make many files durable? Where it can, a batch of thousands of tiles waits for the disk once.

`syncfs` writes out whatever a file system holds. It is as good as an fsync of each file only where it tells every
failure: data since Linux 5.8 (to each descriptor that was open when it happened), the journal's own since 5.17, and
not on every file system: FUSE does not pass it on, overlays do not pass the failure back. So it is used on those
that are known to be right, and everywhere else each file is synced by itself.
"""

from __future__ import annotations

import ctypes
import os
import re
from functools import cache
from pathlib import Path
from typing import Final

_RIGHT: Final = frozenset({"ext4", "xfs"})
_SINCE: Final = (5, 17)
_MOUNTS: Final = Path("/proc/self/mountinfo")


def syncs_as_one(descriptor: int) -> bool:
    """Whether `sync_file_system` may be trusted with the file system this descriptor is on."""
    if not _kernel_tells():
        return False
    device = os.fstat(descriptor).st_dev
    return kind_of(f"{os.major(device)}:{os.minor(device)}", _mounts()) in _RIGHT


def kind_of(device: str, mounts: str) -> str:
    """The kind of the file system with this number (`major:minor`) in a mountinfo; empty where it is not told."""
    for line in mounts.splitlines():
        before, _, after = line.partition(" - ")
        if before.split()[2:3] == [device]:
            return after.partition(" ")[0]
    return ""


def sync_file_system(descriptor: int) -> None:
    """Make all of a file system durable. Raises OSError for any failure to write since the descriptor was opened."""
    library = _library()
    if library.syncfs(descriptor) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))


@cache
def _library() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


@cache
def _kernel_tells() -> bool:
    system = os.uname()
    version = re.match(r"(\d+)\.(\d+)", system.release)
    if system.sysname != "Linux" or version is None or not hasattr(_library(), "syncfs"):
        return False
    return (int(version[1]), int(version[2])) >= _SINCE


def _mounts() -> str:
    try:
        return _MOUNTS.read_text(errors="replace")
    except OSError:
        return ""
