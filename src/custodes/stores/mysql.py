"""What does a MariaDB or MySQL database hold? Read-only, streamed, and by ranges of the key where there is one."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

import pyarrow as pa
import pymysql
from pymysql.cursors import DictCursor, SSCursor

from custodes.errors import StoreRefused
from custodes.records import Column, Dataset, Skipped
from custodes.stores import chance, mysql_definitions, ranges, reading, sized
from custodes.stores import mysql_catalogue as catalogue
from custodes.stores.definitions import Definitions
from custodes.stores.interface import Unreadable
from custodes.stores.mysql_catalogue import Part, Table, quoted

_CONNECT_SECONDS: Final = 10
_LOCK_SECONDS: Final = 5
_CHECKED_BYTES: Final = 1 << 26  # the server reads a table through to sum it up: only a small one
_FETCHED: Final = 256
_OPTIONS: Final = {"ssl_ca", "ssl_cert", "ssl_key", "unix_socket"}


@dataclass(frozen=True, slots=True)
class _Source:
    """How one dataset is asked for. key: the whole number that is its only key."""

    table: str
    cells: tuple[str, ...]
    key: str | None


class MySqlStore:
    """One server, or some of its schemas, seen as a user that needs SELECT on them, and no more.

    Dataset names are `schema.table`. Row counts are the engine's estimate. The fingerprint is the time of the last
    change where the engine keeps it (InnoDB: since the server started), for small tables without one the server's
    checksum. A partitioned table is one dataset. Reads the first LONGEST_TEXT characters of a value and LONGEST_BINARY
    bytes of a blob; bits as numbers, shapes as well-known text.
    """

    kind = "mysql"

    def __init__(
        self, name: str, address: dict[str, Any], password: str | None, schemas: tuple[str, ...], timeout: int
    ) -> None:
        self.name = name
        self._address = address
        self._password = password or ""
        self._schemas = schemas
        self._timeout = timeout
        self._sources: dict[str, _Source] = {}
        self._place = f"{address.get('host', 'local socket')}:{address.get('port', 3306)}"
        try:
            self._catalogue = self._connect()
        except pymysql.Error as error:
            raise self._refusal(error) from None  # the chained error would show the connection's parameters
        self._connection_open = True

    def __repr__(self) -> str:
        return f"MySqlStore({self.name!r}, {self._place!r})"

    def datasets(self) -> Iterator[Dataset | Skipped]:
        """Tables and views by schema and name. What the user holds no right on is not in the catalogue at all.

        Raises StoreRefused when the catalogue cannot be read.
        """
        try:
            with self._catalogue.cursor() as cursor:
                there = catalogue.schemas(cursor)
                tables = catalogue.tables(cursor, self._schemas)
                parts = catalogue.parts(cursor, self._schemas)
        except pymysql.Error as error:
            raise self._refusal(error) from None
        for schema in self._schemas:
            if schema not in there:
                hint = "correct the name under schemas, or GRANT SELECT on it to the user"
                yield Skipped("scan", self.name, schema, "no such schema, or no right on it", hint)
        for table in tables:
            yield from self._described(table, parts.get((table.schema, table.name), []))

    def _described(self, table: Table, parts: list[Part]) -> Iterator[Dataset | Skipped]:
        name = f"{table.schema}.{table.name}"
        if table.kind == "sequence":
            return
        if not parts and "view" in table.kind:
            yield Skipped("scan", self.name, name, *_READ[1356])
            return
        granted = [part for part in parts if part.granted]
        address = f"{quoted(table.schema)}.{quoted(table.name)}"
        if not granted:
            hint = f"GRANT SELECT ON {address} to the user, or list it under skip with a reason"
            yield Skipped("scan", self.name, name, "the user lacks SELECT", hint)
            return
        view = "view" in table.kind
        keys = [part for part in granted if part.key]
        key = quoted(keys[0].name) if len(keys) == 1 and keys[0].whole and not view else None
        cells = tuple(catalogue.cell(part, reading.LONGEST_TEXT, reading.LONGEST_BINARY) for part in granted)
        self._sources[name] = _Source(address, cells, key)
        ties = {} if view else self._ties(table)
        columns = tuple(Column(part.name, part.kind, part.key, ties.get(part.name)) for part in granted)
        scattered = key is not None and (table.rows or 0) > ranges.LARGE
        rows = None if view else self._counted(table, address)
        fingerprint = None if view else self._fingerprint(table, address)
        yield Dataset(self.name, name, columns, "view" if view else "table", rows, fingerprint, scattered)
        if hidden := len(parts) - len(granted):
            yield Skipped(
                *("scan", self.name, name, f"the user lacks SELECT on {hidden} of {len(parts)} columns"),
                f"GRANT SELECT ON {address} to the user, or list it under skip with a reason",
            )

    def read(self, dataset: Dataset, *, max_rows: int) -> Iterator[pa.RecordBatch]:
        """See Store.read. Beyond max_rows ranges of the key at random; without a key, by the server's dice.

        Those are thrown for every row: the server goes through all of them, as long as a statement may take.
        """
        if dataset.name not in self._sources:
            for _ in self.datasets():
                pass
        source = self._sources.get(dataset.name)
        if source is None:
            raise Unreadable("it is no longer there, or no longer granted", "run the scan again")
        names = [column.name for column in dataset.columns]
        if max_rows and not (dataset.scattered and source.key is not None):
            yield from self._drawn(source, dataset, names, max_rows)
            return
        try:
            # Closed from the inside out: a reading that is given up must not outlive its connection.
            with (
                closing(self._connect()) as connection,
                closing(self._rows(connection, source, dataset, max_rows)) as rows,
            ):
                yield from sized.of_rows(rows, names)
        except pymysql.Error as error:
            raise _unreadable(error) from None  # the server's text may quote a value

    def definitions(self) -> Definitions:
        """See Defining. Events and triggers that the user holds no right on are not in the catalogue at all."""
        try:
            with self._catalogue.cursor() as cursor:
                return mysql_definitions.definitions(cursor, self.name, self._schemas)
        except pymysql.Error as error:
            raise self._refusal(error) from None

    def _drawn(self, source: _Source, dataset: Dataset, names: list[str], max_rows: int) -> Iterator[pa.RecordBatch]:
        """Rows by chance where there are more than are wanted; where that takes too long, the first ones."""
        select = f"SELECT {', '.join(source.cells)} FROM {source.table}"
        given = 0
        said = None
        try:
            with closing(self._connect()) as connection:
                rows = float(dataset.rows) if dataset.rows is not None else _estimated(connection, source, select)
                share = chance.share(rows, max_rows)
                for where in ("",) if share is None else (f" WHERE rand(1) < {share:.9f}", ""):
                    try:
                        with closing(self._streamed(connection, f"{select}{where} LIMIT {max_rows}")) as answer:
                            for batch in sized.of_rows((tuple(map(_text, row)) for row in answer), names):
                                given += batch.num_rows
                                yield batch
                    except pymysql.Error as error:
                        if not where or _code(error) not in _TIMED_OUT:
                            raise
                        said = chance.late(given)
                    else:
                        said = (
                            chance.first(given)
                            if said is not None
                            else chance.cut(given, max_rows, share, counted=0 <= (dataset.rows or -1) <= ranges.LARGE)
                        )
                    if given or said is None:
                        break
        except pymysql.Error as error:
            raise _unreadable(error) from None
        if said is not None:
            raise said

    def close(self) -> None:
        """Let go of the connection."""
        if self._connection_open:
            self._connection_open = False
            self._catalogue.close()

    def _rows(
        self, connection: Any, source: _Source, dataset: Dataset, max_rows: int
    ) -> Generator[tuple[str | None, ...], None, None]:
        select = f"SELECT {', '.join(source.cells)} FROM {source.table}"
        given = 0
        for query in ranges.together(map(select.__add__, self._conditions(connection, source, dataset, max_rows))):
            limit = f" LIMIT {max_rows - given}" if max_rows else ""
            with closing(self._streamed(connection, query + limit)) as rows:
                for row in rows:
                    yield tuple(map(_text, row))
                    given += 1
            if max_rows and given >= max_rows:
                return

    def _conditions(self, connection: Any, source: _Source, dataset: Dataset, max_rows: int) -> Iterator[str]:
        if max_rows and source.key is not None:
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT min({source.key}), max({source.key}) FROM {source.table}")
                low, high = cursor.fetchone()
            if low is not None:
                for first, last in ranges.ranges(int(low), int(high), dataset.rows or 0):
                    yield f" WHERE {source.key} BETWEEN {first} AND {last}"
        else:
            yield ""

    def _streamed(self, connection: Any, query: str) -> Generator[tuple[Any, ...], None, None]:
        cursor = connection.cursor(SSCursor)
        ended = False
        try:
            cursor.execute(query)
            while rows := cursor.fetchmany(_FETCHED):
                yield from rows
            ended = True
        finally:
            if not ended:
                # Closing a cursor takes in what is left of its answer: the server is told to stop giving it.
                with suppress(pymysql.Error), closing(self._connect()) as other, other.cursor() as killer:
                    killer.execute(f"KILL QUERY {connection.thread_id():d}")
            with suppress(pymysql.Error):
                cursor.close()

    def _ties(self, table: Table) -> dict[str, str]:
        with suppress(pymysql.Error), self._catalogue.cursor() as cursor:
            return catalogue.ties(cursor, table.schema, table.name)
        return {}

    def _counted(self, table: Table, address: str) -> int | None:
        """Exact for a small table, else the estimate."""
        if table.rows is None or table.rows > ranges.LARGE or table.size > _CHECKED_BYTES:
            return table.rows
        with suppress(pymysql.Error), self._catalogue.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {address}")
            return int(cursor.fetchone()[0])
        return table.rows

    def _fingerprint(self, table: Table, address: str) -> str | None:
        if table.changed is not None:
            return f"{table.made}/{table.changed}" if table.settled else None
        if table.size > _CHECKED_BYTES:
            return None
        with suppress(pymysql.Error), self._catalogue.cursor() as cursor:
            cursor.execute(f"CHECKSUM TABLE {address}")
            checksum = cursor.fetchone()[1]
            return f"{table.made}/sum {checksum}" if checksum is not None else None
        return None

    def _connect(self) -> Any:
        connection = pymysql.connect(
            **self._address,
            password=self._password,
            charset="utf8mb4",
            connect_timeout=_CONNECT_SECONDS,
            read_timeout=self._timeout + 30 if self._timeout else None,
            autocommit=True,
            conv={},  # every value stays the text that the server sent: zero dates, too
            program_name="custodes",
        )
        with connection.cursor() as cursor:
            # The server's own mode may change what quotes and bars mean in our SQL and in the definitions it tells.
            cursor.execute("SET SESSION sql_mode = ''")
            cursor.execute("SET SESSION TRANSACTION READ ONLY")
            cursor.execute("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED")
            cursor.execute(f"SET SESSION lock_wait_timeout = {_LOCK_SECONDS:d}")
            # MariaDB and MySQL each have one of these, the latter also a statistic that may be a day old.
            for statement in (
                f"SET SESSION max_statement_time = {self._timeout:d}",
                f"SET SESSION max_execution_time = {self._timeout * 1000:d}",
                "SET SESSION information_schema_stats_expiry = 0",
            ):
                with suppress(pymysql.Error):
                    cursor.execute(statement)
        return connection

    def _refusal(self, error: pymysql.Error) -> StoreRefused:
        what, hint = _OPEN.get(_code(error), ("the server refused", "check address, user and password"))
        return StoreRefused(f'store "{self.name}" refused: {what}', where=self._place, hint=hint)


def open_mysql(
    name: str, url: str, password: str | None = None, schemas: Sequence[str] = (), timeout: int = 300
) -> MySqlStore:
    """Open one server. url: `mysql://USER@HOST:PORT/SCHEMA`, the schema may be left out.

    schemas: only these; else that of the address; else all. timeout: seconds one statement may take, 0 for no limit.
    Raises StoreRefused when the server is down or refuses user or password. The password is in no error or repr.
    """
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    try:
        port = parts.port or 3306
    except ValueError:
        port = 0
    if not port or parts.username is None or not set(options) <= _OPTIONS:
        raise StoreRefused(
            f'store "{name}" has an address that cannot be understood',
            where=f"stores.{name}.url",
            hint="write mysql://USER@HOST:PORT/SCHEMA",
        )
    address: dict[str, Any] = {"host": parts.hostname or "localhost", "port": port, "user": unquote(parts.username)}
    database = unquote(parts.path.strip("/"))
    wanted = tuple(schemas) or ((database,) if database else ())
    inline = unquote(parts.password) if parts.password else None
    return MySqlStore(name, address | options, password if password is not None else inline, wanted, timeout)


def _estimated(connection: Any, source: _Source, select: str) -> float | None:
    """How many rows a view has, about: those of the tables it joins, multiplied, as the server expects them.

    Without the right to see its plan (SHOW VIEW) they are counted. None where that takes longer than a statement may.
    """
    rows = None
    with suppress(pymysql.Error, ValueError), connection.cursor(DictCursor) as cursor:
        cursor.execute(f"EXPLAIN {select}")
        for step in cursor.fetchall():
            if step.get("select_type") in {"SIMPLE", "PRIMARY"} and step.get("rows") is not None:
                rows = (1.0 if rows is None else rows) * float(step["rows"])
        return rows
    with suppress(pymysql.Error), connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {source.table}")
        return float(cursor.fetchone()[0])
    return None


def _text(cell: str | bytes | None) -> str | None:
    return cell.decode(errors="replace") if isinstance(cell, bytes) else cell


def _code(error: pymysql.Error) -> int:
    return error.args[0] if error.args and isinstance(error.args[0], int) else 0


_OPEN: Final = {
    1044: ("the user may not use the schema", "GRANT SELECT on it to the user"),
    1045: ("user or password is wrong", "check the user and the environment variable named in password_env"),
    1049: ("no such schema", "check the schema's name"),
    1130: ("the server allows no connection from here", "create the user for this host"),
    1698: ("user or password is wrong", "check the user and the environment variable named in password_env"),
    2003: ("the server cannot be reached", "check host and port, and that the server runs"),
    2013: ("the server ended the session", "check the server's log"),
    2026: ("the server and this side cannot agree on TLS", "check ssl_ca in the address"),
}
_TIMED_OUT: Final = frozenset({1969, 3024, 1317})
_LACKS: Final = ("the user lacks a right it needs", "GRANT SELECT on it (and on what its view calls)")
_SLOW: Final = ("it takes longer than the time-out", "raise scan.timeout, or list it under skip")
_LOST: Final = ("the connection to the server was lost", "check the server, then run the scan again")
_LOCKED: Final = ("it is locked by another session", "run the scan again when nobody alters it")
_READ: Final = {
    **dict.fromkeys((1142, 1143, 1044, 1045, 1370), _LACKS),
    **dict.fromkeys(_TIMED_OUT, _SLOW),
    **dict.fromkeys((2006, 2013, 1927, 1053), _LOST),
    **dict.fromkeys((1205, 1213), _LOCKED),
    1146: ("it is no longer there", "run the scan again"),
    1356: ("its definition refers to what is gone, or to what its owner may not read", "repair or drop the view"),
}


def _unreadable(error: pymysql.Error) -> Unreadable:
    code = _code(error)
    said = (f"its query fails on the server (error {code})", "repair or drop it, or list it under skip with a reason")
    return Unreadable(*_READ.get(code, said))
