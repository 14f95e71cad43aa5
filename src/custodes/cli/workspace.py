"""Which workspace does a command work in, and does it hold its lock?"""

from __future__ import annotations

import os
import pwd
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from custodes.cli.app import Choice

if TYPE_CHECKING:
    from custodes.config import Config
    from custodes.pipeline.workspace import Workspace


def configuration() -> Config:
    """The configuration that was chosen, or the nearest. Raises ConfigError."""
    from custodes import config

    return config.load(Choice.config or config.find(Path.cwd()))


@contextmanager
def writing() -> Iterator[Workspace]:
    """The workspace, made if need be, held alone for the block."""
    from custodes.pipeline.lock import only_writer
    from custodes.pipeline.workspace import create_or_open, prepare

    config = configuration()
    prepare(config)
    warn_of_others(config)
    with only_writer(config.data):
        workspace = create_or_open(config, by=acting_user())
        try:
            workspace.ledger.must_be_home()
            yield workspace
        finally:
            workspace.close()


@contextmanager
def looking() -> Iterator[Workspace]:
    """The workspace as earlier runs left it, held alone, because the look itself is going to be recorded."""
    from custodes.pipeline.lock import only_writer

    with only_writer(configuration().data), reading() as workspace:
        workspace.ledger.must_be_home()
        yield workspace


@contextmanager
def reading() -> Iterator[Workspace]:
    """The workspace as earlier runs left it."""
    from custodes.pipeline.workspace import open_workspace

    config = configuration()
    warn_of_others(config)
    workspace = open_workspace(config, by=acting_user())
    try:
        yield workspace
    finally:
        workspace.close()


def warn_of_others(config: Config) -> None:
    """On stderr, where the workspace's folder is not its owner's alone."""
    from custodes.pipeline.workspace import open_to_others

    if (rights := open_to_others(config.data)) is not None:
        said = f"custodes: warning: others may enter the workspace ({rights}), {config.data}"
        print(f"{said}\nhint: chmod 700 {config.data}", file=sys.stderr, flush=True)


def acting_user() -> str:
    """Who acts, for receipts."""
    try:
        return f"user:{pwd.getpwuid(os.getuid()).pw_name}"  # the environment could name anybody
    except KeyError:  # a container without a passwd entry
        return f"user:{os.getuid()}"
