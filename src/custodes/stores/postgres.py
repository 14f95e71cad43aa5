"""What does a PostgreSQL database hold? Its catalogue through psycopg, its rows through DuckDB, read-only."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import duckdb
import psycopg
import pyarrow as pa
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from custodes.errors import StoreRefused
from custodes.records import Column, Dataset, Skipped
from custodes.stores import chance, postgres_definitions, ranges, reading, sized
from custodes.stores import postgres_catalogue as catalogue
from custodes.stores.definitions import Definitions
from custodes.stores.interface import Unreadable
from custodes.stores.postgres_catalogue import Relation
from custodes.stores.reading import literal, quoted

_CONNECT_SECONDS: Final = 10
_LOCK_MS: Final = 5_000  # a scan waits for nobody who alters a table, for others would wait behind it
_RANGES_SINCE: Final = 140_000  # before, the server reads the whole table to find a range of blocks
_LARGE: Final = 256  # blocks: a smaller table is read through
_ROWS_A_BLOCK: Final = 60
_KINDS: Final = {"r": "table", "p": "table", "f": "table", "v": "view", "m": "view"}
_SAMPLED: Final = frozenset("rpm")  # what TABLESAMPLE works on


@dataclass(frozen=True, slots=True)
class _Source:
    """How one dataset is asked for: `FROM relation`, and each column as text."""

    relation: str
    sampled: bool
    ranged: bool
    blocks: int
    each: float  # bytes of a row, about
    cells: tuple[str, ...]
    listed: frozenset[str]


class PostgresStore:
    """One database, seen as one role that needs CONNECT, USAGE on the schemas and SELECT, and no more.

    Dataset names are `schema.table`. Row counts are the server's own estimate (None before its first ANALYZE).
    The fingerprint is made of the server's counts of rows inserted, updated and deleted, of the table's file and of
    the moment since which it counts: a restart, a crash or a reset of the counts makes everything be read again. A
    session hands its counts over within a minute of its commit, so that a change in the last minute before a scan may
    be seen by the next one. There is none of views, of foreign tables, on a standby, and before version 15.
    A partitioned table is one dataset; its partitions are not listed beside it. Reads the first LONGEST_TEXT
    characters of a value and LONGEST_BINARY bytes of a bytea.
    """

    kind = "postgres"

    def __init__(self, name: str, conninfo: dict[str, str], password: str | None, schemas: tuple[str, ...]) -> None:
        self.name = name
        self._schemas = schemas
        host, port = conninfo.get("host", "local socket"), conninfo.get("port", "5432")
        self._place = f"{host}:{port}/{conninfo.get('dbname', '')}"
        self._sources: dict[str, _Source] = {}
        self._conninfo = conninfo
        self._password = password
        self._catalogue = self._connect(conninfo, password)
        self._duck = reading.reader("postgres_scanner")
        self._attach(conninfo, password)

    def __repr__(self) -> str:
        return f"PostgresStore({self.name!r}, {self._place!r})"

    def datasets(self) -> Iterator[Dataset | Skipped]:
        """Tables, views, materialised views and foreign tables by schema and name.

        Beside a Dataset a Skipped names what of it this role cannot see: columns without SELECT, rows hidden by
        row-level security. Raises StoreRefused when the catalogue cannot be read.
        """
        wanted = list(self._schemas)
        try:
            absent = catalogue.missing(self._catalogue, wanted)
            relations = catalogue.relations(self._catalogue, wanted)
            parts = catalogue.parts(self._catalogue, wanted)
            ties = {(tie.oid, tie.name): tie.target for tie in catalogue.ties(self._catalogue, wanted)}
        except psycopg.Error as error:
            raise self._refusal(error) from None
        for schema in absent:
            yield Skipped("scan", self.name, schema, "no such schema", "correct the name under schemas, or remove it")
        columns: dict[int, list[catalogue.Part]] = {}
        for part in parts:
            columns.setdefault(part.oid, []).append(part)
        for relation in relations:
            yield from self._describe(relation, columns.get(relation.oid, []), ties)

    def _describe(
        self, relation: Relation, parts: list[catalogue.Part], ties: dict[tuple[int, str], str]
    ) -> Iterator[Dataset | Skipped]:
        name = f"{relation.schema}.{relation.name}"
        granted = [part for part in parts if part.granted]
        if refusal := _refused(relation, parts, granted):
            yield Skipped("scan", self.name, name, *refusal)
            return
        address = f"{quoted(relation.schema)}.{quoted(relation.name)}"
        sampled = relation.kind in _SAMPLED
        ranged = relation.ranged and self._catalogue.info.server_version >= _RANGES_SINCE
        guess = relation.rows if relation.rows > 0 else relation.blocks * _ROWS_A_BLOCK
        each = relation.size / max(1.0, guess) if sampled else 0.0
        self._sources[name] = _Source(
            *(address, sampled, ranged, relation.blocks, each),
            cells=tuple(_cell(part) for part in granted),
            listed=frozenset(part.name for part in granted if part.category == "A"),
        )
        columns = tuple(
            Column(part.name, part.type.lower(), part.key, ties.get((part.oid, part.name))) for part in granted
        )
        rows = int(relation.rows) if sampled and relation.rows >= 0 else None
        large = ranged and relation.blocks > _LARGE and (rows is None or rows > ranges.LARGE)
        yield Dataset(self.name, name, columns, _KINDS[relation.kind], rows, relation.mark, large)
        if hidden := len(parts) - len(granted):
            yield Skipped(
                *("scan", self.name, name, f"the role lacks SELECT on {hidden} of {len(parts)} columns"),
                f"GRANT SELECT ON {address} to the role, or list it under skip with a reason",
            )
        if relation.row_security:
            yield Skipped(
                *("scan", self.name, name, "row-level security hides rows from the role; the rest was read"),
                "add a policy that lets the role see every row, or give the role BYPASSRLS",
            )

    def read(self, dataset: Dataset, *, max_rows: int) -> Iterator[pa.RecordBatch]:
        """See Store.read. Beyond max_rows ranges of blocks at random; of views and foreign tables rows by chance."""
        if dataset.name not in self._sources:
            for _ in self.datasets():
                pass
        source = self._sources.get(dataset.name)
        if source is None:
            raise Unreadable("it is no longer there, or no longer granted", "run the scan again")
        names = tuple(column.name for column in dataset.columns)
        select = f"SELECT {', '.join(source.cells)} FROM {source.relation}"
        if max_rows and not source.sampled:
            yield from self._drawn(select, names, source, max_rows)
            return
        given = 0
        try:
            for asked in ranges.together(map(select.__add__, self._conditions(source, dataset, max_rows))):
                query = f"{asked} LIMIT {max_rows - given}" if max_rows else asked
                for batch in self._answer(query, names, source):
                    yield from sized.split(batch)
                    given += batch.num_rows
                if max_rows and given >= max_rows:
                    return
        except (duckdb.Error, pa.ArrowException, OSError, psycopg.Error) as error:
            raise _unreadable(str(error)) from None  # the server's text may quote a value

    def _answer(self, query: str, names: tuple[str, ...], source: _Source) -> Iterator[pa.RecordBatch]:
        if source.each > sized.WIDE:
            return self._few_at_a_time(query, names, source)
        # DuckDB asks by COPY in a read-only transaction and hands rows over as they come.
        return reading.batches(self._duck, f"SELECT * FROM postgres_query('store', {literal(query)})", names)

    def _drawn(self, select: str, names: tuple[str, ...], source: _Source, max_rows: int) -> Iterator[pa.RecordBatch]:
        """Rows of what TABLESAMPLE does not work on, by chance where there are more than are wanted."""
        share = chance.share(self._estimated(select), max_rows)
        where = "" if share is None else f" WHERE random() < {share:.9f}"
        given = 0
        said = None
        try:
            try:
                for batch in self._answer(f"{select}{where} LIMIT {max_rows}", names, source):
                    yield from sized.split(batch)
                    given += batch.num_rows
                said = chance.cut(given, max_rows, share)
            except (duckdb.Error, psycopg.Error) as error:
                if share is None or "statement timeout" not in str(error):
                    raise
                said = chance.late(given)
            if share is not None and not given and said is not None:
                for batch in self._answer(f"{select} LIMIT {max_rows}", names, source):
                    yield from sized.split(batch)
                    given += batch.num_rows
                said = chance.first(given)
        except (duckdb.Error, pa.ArrowException, OSError, psycopg.Error) as error:
            raise _unreadable(str(error)) from None  # the server's text may quote a value
        if said is not None:
            raise said

    def _estimated(self, select: str) -> float | None:
        """How many rows the planner expects; None where it cannot plan, which the reading meets again."""
        try:
            row = self._catalogue.execute(f"EXPLAIN (FORMAT JSON) {select}".encode()).fetchone()
        except psycopg.Error:
            return None
        return None if row is None else float(row[0][0]["Plan"]["Plan Rows"])

    def _conditions(self, source: _Source, dataset: Dataset, max_rows: int) -> Iterator[str]:
        if max_rows and dataset.scattered and source.ranged:
            rows = dataset.rows if dataset.rows is not None else source.blocks * _ROWS_A_BLOCK
            for first, last in ranges.ranges(0, source.blocks - 1, rows):
                # Blocks that come to a table while it is read belong to the last range.
                end = f" AND ctid < '({last + 1},0)'" if last + 1 < source.blocks else ""
                yield f" WHERE ctid >= '({first},0)'{end}"
        elif max_rows and source.sampled and dataset.rows is not None and dataset.rows > max_rows:
            share = min(100.0, 100.0 * max_rows / dataset.rows)
            yield f" TABLESAMPLE SYSTEM ({share:.6f}) REPEATABLE (1)"
        else:
            yield ""

    def _few_at_a_time(self, query: str, names: tuple[str, ...], source: _Source) -> Iterator[pa.RecordBatch]:
        """Rows with large cells, through a cursor of the server's: DuckDB would take thousands at once."""
        with (
            self._connect(self._conninfo, self._password) as connection,
            connection.transaction(),
            connection.cursor(name="custodes") as cursor,
        ):
            cursor.itersize = sized.rows_at_once(source.each * 4)  # what is stored is compressed
            cursor.execute(query.encode())
            yield from sized.of_rows(cursor, names, source.listed)

    def definitions(self) -> Definitions:
        """See Defining."""
        try:
            return postgres_definitions.definitions(self._catalogue, self.name, self._schemas)
        except psycopg.Error as error:
            raise self._refusal(error) from None

    def close(self) -> None:
        """Let go of the connections."""
        self._duck.close()
        self._catalogue.close()

    def _connect(self, conninfo: dict[str, str], password: str | None) -> psycopg.Connection:
        try:
            return psycopg.connect(make_conninfo("", **conninfo), password=password, autocommit=True)
        except psycopg.Error as error:
            raise self._refusal(error) from None  # the chained error would carry the connection's parameters

    def _attach(self, conninfo: dict[str, str], password: str | None) -> None:
        if password is not None:
            # As a secret the password is in no name, list or error of DuckDB's.
            self._duck.execute(f"CREATE SECRET password (TYPE postgres, PASSWORD {literal(password)})")
        options = "TYPE postgres, READ_ONLY" + (", SECRET password" if password is not None else "")
        try:
            self._duck.execute(f"ATTACH {literal(make_conninfo('', **conninfo))} AS store ({options})")
        except duckdb.Error as error:
            raise StoreRefused(
                f'store "{self.name}" refused: {_masked(str(error))}', where=self._place, hint=_OPEN_HINT
            ) from None

    def _refusal(self, error: psycopg.Error) -> StoreRefused:
        text = _masked(str(error))
        hint = next((hint for words, hint in _OPEN_HINTS.items() if words in str(error)), _OPEN_HINT)
        return StoreRefused(f'store "{self.name}" refused: {text}', where=self._place, hint=hint)


def open_postgres(
    name: str, url: str, password: str | None = None, schemas: Sequence[str] = (), timeout: int = 300
) -> PostgresStore:
    """Open one database. url: `postgresql://ROLE@HOST:PORT/DATABASE`. schemas: only these, all when empty.

    timeout: seconds one statement may take, 0 for no limit. Raises StoreRefused when the server is down, unknown or
    refuses role or password, CouldNotRun when the driver is not installed. The password is in no error or repr.
    """
    try:
        parts = {key: str(value) for key, value in conninfo_to_dict(url).items() if value is not None}
    except psycopg.ProgrammingError:
        raise StoreRefused(
            f'store "{name}" has an address that cannot be understood',
            where=f"stores.{name}.url",
            hint="write postgresql://ROLE@HOST:PORT/DATABASE",
        ) from None
    inline = parts.pop("password", None)
    settings = {"connect_timeout": str(_CONNECT_SECONDS), "application_name": "custodes"} | parts
    settings["client_encoding"] = "UTF8"  # else the server sends the bytes of the database's own encoding
    # At the start of the session, so that it holds in every connection that DuckDB opens for itself.
    limits = f"-c statement_timeout={timeout * 1000:d} -c lock_timeout={_LOCK_MS} -c default_transaction_read_only=on"
    # Whoever may make functions could else make one that is taken for the server's own, and is run with our rights.
    limits += " -c search_path=pg_catalog"
    settings["options"] = f"{parts.get('options', '')} {limits}".strip()
    return PostgresStore(name, settings, password if password is not None else inline, tuple(schemas))


def _cell(part: catalogue.Part) -> str:
    """The column as text, made by the server: every type has a text form there, not every one in DuckDB."""
    column = quoted(part.name)
    if part.base == "bytea":
        return f"encode(substring({column} from 1 for {reading.LONGEST_BINARY}), 'escape') AS {column}"
    if part.category == "A":  # an array of any number of dimensions becomes one list
        items = f"ARRAY(SELECT left(item::text, {reading.LONGEST_TEXT}) FROM unnest({column}) AS item)"
        return f"CASE WHEN {column} IS NOT NULL THEN {items} END AS {column}"
    return f"left({column}::text, {reading.LONGEST_TEXT}) AS {column}"


def _refused(relation: Relation, parts: list[catalogue.Part], granted: list[catalogue.Part]) -> tuple[str, str] | None:
    """Why the role cannot read a relation at all, with the next step; None when it can."""
    schema, address = quoted(relation.schema), f"{quoted(relation.schema)}.{quoted(relation.name)}"
    if not relation.usage:
        return f"the role lacks USAGE on schema {relation.schema}", f"GRANT USAGE ON SCHEMA {schema} to the role"
    if not parts:
        return "it has no columns", "list it under skip with a reason"
    if not granted:
        return "the role lacks SELECT", f"GRANT SELECT ON {address} to the role, or list it under skip with a reason"
    if not relation.populated:
        return "the materialised view has never been filled", "REFRESH MATERIALIZED VIEW, or list it under skip"
    return None


_OPEN_HINT: Final = "check address, role and password; the server's log says more"
_OPEN_HINTS: Final = {
    "password authentication failed": "check the role and the environment variable named in password_env",
    "no password supplied": "name the environment variable that holds it: password_env",
    "Connection refused": "check host and port, and that the server runs",
    "could not translate host name": "check the host's name",
    "failed to resolve host": "check the host's name",
    "timeout": "check host and port, and the firewall between",
    "does not exist": "check the names of role and database",
    "permission denied for database": "GRANT CONNECT ON DATABASE ... to the role",
    "pg_hba.conf": "the server allows no connection from here for this role: see its pg_hba.conf",
}

_READ_HINTS: Final = {
    "statement timeout": ("it takes longer than the time-out", "raise scan.timeout, or list it under skip"),
    "lock timeout": ("it is locked by another session", "run the scan again when nobody alters it"),
    "permission denied": ("the role lacks a right it needs", "GRANT SELECT on it (and on what its view calls)"),
    "does not exist": (
        "it is no longer there, or a function that it calls names something without its schema",
        "run the scan again; ALTER FUNCTION ... SET search_path",
    ),
    "has not been populated": ("the materialised view has never been filled", "REFRESH MATERIALIZED VIEW"),
    "UTF8": ("it holds text that is no UTF-8", "mend the text, or the encoding that the database declares"),
    "terminating connection": ("the server ended the session", "run the scan again"),
    "closed the connection": ("the server ended the session", "run the scan again"),
    "onnection": ("the connection to the server was lost", "check the server, then run the scan again"),
}
# What a view's own query may run into. Only these words of a server's message are repeated: the rest may be a value.
_VIEW_ERRORS: Final = (
    "invalid input syntax",
    "division by zero",
    "out of range",
    "more than one row returned",
    "cannot",
)


def _unreadable(text: str) -> Unreadable:
    for words, (reason, hint) in _READ_HINTS.items():
        if words in text:
            return Unreadable(reason, hint)
    said = next((f" ({words})" for words in _VIEW_ERRORS if words in text), "")
    return Unreadable(f"its query fails on the server{said}", "repair or drop it, or list it under skip with a reason")


def _masked(text: str) -> str:
    """The server's primary message without what it quotes: names, and at worst values, stand between quotes."""
    found = re.search(r"(?:ERROR|FATAL):\s*(.*)", text)
    line = found.group(1) if found else text.strip().split("\n", 1)[0]
    return re.sub(r"\"[^\"]*\"?|'[^']*'?|[»«„“”].*?[»«„“”]", "...", line).strip().lower()[:200]
