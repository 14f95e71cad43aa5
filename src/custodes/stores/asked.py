"""What does a store answer to the owner's own query? Read-only, as columns of text.

Only for what the owner wrote into the configuration: a table of people or cases is rarely one table of a database.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import unquote, urlsplit

import duckdb
import pyarrow as pa

from custodes.stores.interface import Unreadable

KINDS: Final = ("sqlite", "duckdb", "postgres", "mysql")
_ROWS: Final = 10_000
_HINT: Final = "run the query by hand with the same role"


class _Cursor(Protocol):
    """What the drivers' cursors have in common (PEP 249)."""

    @property
    def description(self) -> Sequence[Sequence[object]] | None: ...

    def fetchmany(self, size: int = ..., /) -> Sequence[Sequence[object]]: ...


def ask(
    kind: str, sql: str, *, path: Path | None, url: str | None, password: str | None, timeout: int
) -> Iterator[pa.RecordBatch]:
    """The rows of a query. kind: one of KINDS. timeout: seconds a statement may take (postgres, mysql).

    Raises Unreadable: the database's own words may hold values of its rows, so only its kind is told.
    """
    if kind == "sqlite":
        yield from _sqlite(sql, path or Path())
    elif kind == "duckdb":
        yield from _duckdb(sql, path or Path())
    elif kind == "postgres":
        yield from _postgres(sql, url or "", password, timeout)
    else:
        yield from _mysql(sql, url or "", password, timeout)


def _sqlite(sql: str, path: Path) -> Iterator[pa.RecordBatch]:
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            connection.execute("pragma query_only = on")
            connection.execute("pragma trusted_schema = off")
            yield from _batches(connection.execute(sql))
    except sqlite3.Error as error:
        raise Unreadable(f"the query was refused ({type(error).__name__})", _HINT) from None


def _duckdb(sql: str, path: Path) -> Iterator[pa.RecordBatch]:
    try:
        with duckdb.connect(str(path), read_only=True, config={"enable_external_access": False}) as connection:
            yield from _batches(connection.execute(sql))
    except duckdb.Error as error:
        raise Unreadable(f"the query was refused ({type(error).__name__})", _HINT) from None


def _postgres(sql: str, url: str, password: str | None, timeout: int) -> Iterator[pa.RecordBatch]:
    import psycopg  # noqa: PLC0415 - drivers are extras

    options = f"-c statement_timeout={timeout * 1000:d} -c default_transaction_read_only=on"
    try:
        with (
            psycopg.connect(url, password=password, options=options, connect_timeout=10) as connection,
            connection.cursor("custodes") as cursor,
        ):
            cursor.execute(sql.encode())
            yield from _batches(cursor)
    except psycopg.Error as error:
        raise Unreadable(f"the query was refused (SQLSTATE {error.sqlstate or 'none'})", _HINT) from None


def _mysql(sql: str, url: str, password: str | None, timeout: int) -> Iterator[pa.RecordBatch]:
    import pymysql  # noqa: PLC0415 - drivers are extras
    from pymysql.cursors import SSCursor  # noqa: PLC0415

    parts = urlsplit(url)
    try:
        with (
            closing(
                pymysql.connect(
                    host=parts.hostname or "localhost",
                    port=parts.port or 3306,
                    user=unquote(parts.username or ""),
                    password=password or "",
                    database=unquote(parts.path.strip("/")) or None,
                    connect_timeout=10,
                    read_timeout=timeout or None,
                    init_command="SET SESSION TRANSACTION READ ONLY",
                    cursorclass=SSCursor,
                )
            ) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(sql)
            yield from _batches(cursor)
    except pymysql.Error as error:
        code = error.args[0] if error.args and isinstance(error.args[0], int) else "none"
        raise Unreadable(f"the query was refused (error {code})", _HINT) from None


def _batches(cursor: _Cursor) -> Iterator[pa.RecordBatch]:
    names = [str(column[0]) for column in cursor.description or ()]
    if not names or len(set(names)) != len(names):
        raise Unreadable("the query does not name its columns, each once", "give each column a name with AS")
    while rows := cursor.fetchmany(_ROWS):
        columns = zip(*rows, strict=True)
        yield pa.RecordBatch.from_arrays(
            [pa.array([_text(value) for value in column], pa.string()) for column in columns], names=names
        )


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    return str(value)
