"""How is a configured store opened?"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pyarrow as pa

from custodes.config import StoreConfig
from custodes.errors import BadInput, CouldNotRun
from custodes.stores import asked
from custodes.stores.duckdb import open_duckdb
from custodes.stores.files import open_files
from custodes.stores.interface import Store
from custodes.stores.sqlite import open_sqlite

_DATABASES: Final[dict[str, Callable[[str, Path, int], Store]]] = {"sqlite": open_sqlite, "duckdb": open_duckdb}


def open_store(chosen: StoreConfig, *, timeout: int) -> Store:
    """Open a configured store read-only. Raises StoreRefused, CouldNotRun when its driver is not installed."""
    if chosen.path is not None:
        if chosen.kind == "files":
            return open_files(chosen.name, chosen.path)
        return _DATABASES[chosen.kind](chosen.name, chosen.path, timeout)
    try:
        return _opened(chosen, timeout)
    except ImportError as error:
        raise CouldNotRun(
            f"the driver for stores of kind {chosen.kind} is not installed",
            where=f"stores.{chosen.name}",
            hint=f'pip install "custodes[{chosen.kind}]"',
        ) from error


def ask_store(chosen: StoreConfig, sql: str, *, timeout: int) -> Iterator[pa.RecordBatch]:
    """The rows of the owner's own query. Raises BadInput for a store that takes none, Unreadable, CouldNotRun."""
    if chosen.kind not in asked.KINDS:
        hint = f"one of these kinds takes a query: {', '.join(asked.KINDS)}"
        raise BadInput(f'store "{chosen.name}" cannot be queried', where=f"stores.{chosen.name}", hint=hint)
    password = _secret(chosen.password_env)
    try:
        yield from asked.ask(chosen.kind, sql, path=chosen.path, url=chosen.url, password=password, timeout=timeout)
    except ImportError as error:
        raise CouldNotRun(
            f"the driver for stores of kind {chosen.kind} is not installed",
            where=f"stores.{chosen.name}",
            hint=f'pip install "custodes[{chosen.kind}]"',
        ) from error


def _opened(chosen: StoreConfig, timeout: int) -> Store:
    """Drivers are extras: each is imported where it is asked for."""
    url = chosen.url or ""
    if chosen.bucket is not None:
        from custodes.stores.bucket import open_bucket  # noqa: PLC0415

        bucket = chosen.bucket
        return open_bucket(
            chosen.name,
            url,
            endpoint=bucket.endpoint,
            region=bucket.region,
            key=_secret(bucket.key_env),
            secret=_secret(bucket.secret_env),
            session=_secret(bucket.session_env),
            anonymous=bucket.anonymous,
            timeout=timeout,
        )
    password = _secret(chosen.password_env)
    if chosen.kind == "mysql":
        from custodes.stores.mysql import open_mysql  # noqa: PLC0415

        return open_mysql(chosen.name, url, password, chosen.schemas, timeout)
    from custodes.stores.postgres import open_postgres  # noqa: PLC0415

    return open_postgres(chosen.name, url, password, chosen.schemas, timeout)


def _secret(variable: str | None) -> str | None:
    return os.environ.get(variable) if variable else None
