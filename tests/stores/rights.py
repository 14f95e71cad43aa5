"""How does it look to someone who may not read everything? Tests may run as root, to whom nothing is closed."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_NOBODY = 65_534


@contextmanager
def unprivileged() -> Iterator[None]:
    """Run as nobody where we are root; as we are otherwise."""
    if os.getuid() != 0:
        yield
        return
    os.seteuid(_NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@contextmanager
def open_to_all() -> Iterator[Path]:
    """A temporary folder that anyone may enter: those of pytest are closed to others."""
    folder = Path(tempfile.mkdtemp(prefix="custodes-stores-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        for closed in folder.iterdir():
            closed.chmod(0o700)
        shutil.rmtree(folder)
