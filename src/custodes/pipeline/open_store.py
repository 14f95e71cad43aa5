"""How is a configured store opened?"""

from __future__ import annotations

import os

from custodes.config import StoreConfig
from custodes.errors import CouldNotRun
from custodes.stores.files import open_files
from custodes.stores.interface import Store
from custodes.stores.sqlite import open_sqlite


def open_store(chosen: StoreConfig, *, timeout: int) -> Store:
    """Open a configured store read-only. Raises StoreRefused, CouldNotRun when its driver is not installed."""
    if chosen.path is not None:
        return (open_sqlite if chosen.kind == "sqlite" else open_files)(chosen.name, chosen.path)
    try:
        from custodes.stores.postgres import open_postgres  # noqa: PLC0415 - its driver is an extra
    except ImportError as error:
        raise CouldNotRun(
            "the PostgreSQL driver is not installed",
            where=f"stores.{chosen.name}",
            hint='pip install "custodes[postgres]"',
        ) from error
    password = os.environ.get(chosen.password_env) if chosen.password_env else None
    return open_postgres(chosen.name, chosen.url or "", password, chosen.schemas, timeout)
