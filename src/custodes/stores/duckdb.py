"""What does a DuckDB database file hold? Opened read-only in a connection that reaches nothing else."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa

from custodes.errors import StoreRefused
from custodes.records import Column, Dataset, Skipped
from custodes.stores import chance, ranges, reading, sized
from custodes.stores.definitions import LONGEST, MOST, Definition, Definitions, fitting
from custodes.stores.fingerprint import of_database
from custodes.stores.interface import Unreadable
from custodes.stores.leaves import Leaves
from custodes.stores.leaves import leaves as leaves_of
from custodes.stores.names import column_name, step
from custodes.stores.reading import quoted

_CLOSED: Final[dict[str, str | bool | int | float | list[str]]] = {
    "threads": 1,
    "memory_limit": "1GB",
    "enable_external_access": False,  # a view in the file could otherwise read any file that we may
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_persistent_secrets": False,
    "allow_unsigned_extensions": False,
    "lock_configuration": True,
}
_NO_ARROW: Final = re.compile(r"\b(UNION|INTERVAL|BIT|VARIANT|TIME WITH TIME ZONE)\b")
_VIEW: Final = 1 << 30  # bytes that answering a view may take: the limit above
_MAGIC: Final = b"DUCK"  # behind a checksum of eight bytes
_COUNTERS: Final = ((4_104, 8), (8_200, 8))  # of two headers that are written in turn


class DuckDbStore:
    """One database file. Dataset names are `schema.table`.

    A fingerprint is made of size, times of change and inode of the file and its write-ahead log, and of the file's
    headers, which count its checkpoints. Nested types become dotted paths and lists, as of Parquet.
    Functions are called by their full names: a macro in the file may be called as one of DuckDB's own.
    """

    kind = "duckdb"

    def __init__(self, name: str, path: Path, timeout: int) -> None:
        self.name = name
        self._path = path
        self._timeout = timeout
        try:
            self._duck = duckdb.connect(str(path), read_only=True, config=_CLOSED)
        except duckdb.Error as error:
            raise _refusal(name, path, error) from None

    def __repr__(self) -> str:
        return f"DuckDbStore({self.name!r}, {str(self._path)!r})"

    def datasets(self) -> Iterator[Dataset | Skipped]:
        """Tables and views, by schema and name."""
        fingerprint = of_database(self._path, ".wal", _COUNTERS)
        cursor = self._duck.cursor()
        found = cursor.execute(
            "SELECT schema_name, table_name, 'table', estimated_size FROM system.main.duckdb_tables() "
            "WHERE NOT internal UNION ALL "
            "SELECT schema_name, view_name, 'view', NULL FROM system.main.duckdb_views() WHERE NOT internal "
            "ORDER BY 1, 2"
        ).fetchall()
        for schema, table, kind, rows in found:
            name = f"{schema}.{table}"
            try:
                columns = self._columns(schema, table)
            except (duckdb.Error, pa.ArrowException) as error:
                yield Skipped("scan", self.name, name, *_words(error))
                continue
            scattered = kind == "table" and rows > ranges.LARGE
            memory = _VIEW if kind == "view" else 0
            yield Dataset(self.name, name, columns, kind, rows, fingerprint, scattered, memory)

    def read(self, dataset: Dataset, *, max_rows: int) -> Iterator[pa.RecordBatch]:
        """See Store.read. Beyond max_rows ranges of row ids at random; of views rows by chance."""
        names = [column.name for column in dataset.columns]
        given = 0
        leaves: Leaves | None = None
        cut = None
        try:
            table = self._table(dataset.name)
            query = f"SELECT {', '.join(self._cells(table))} FROM {table}"
            counted = self._counted(table) if max_rows and dataset.kind == "view" else None
            share = chance.share(counted, max_rows)
            if share is not None:
                query += f" WHERE system.main.random() < {share:.9f}"
            for asked in ranges.together(map(query.__add__, self._conditions(table, dataset, max_rows))):
                limit = f" LIMIT {max_rows - given}" if max_rows else ""
                cursor = self._duck.cursor()
                try:
                    # A table gives its rows in time; a view may count without an end.
                    for batch in _patiently(cursor, f"{asked}{limit}", self._timeout * (dataset.kind == "view")):
                        batch.validate(full=True)
                        leaves = leaves or Leaves(batch.schema)
                        given += batch.num_rows
                        yield from sized.split(leaves.texts(batch, names))
                finally:
                    cursor.close()
                if max_rows and given >= max_rows:
                    break
            if max_rows and dataset.kind == "view":
                cut = chance.cut(given, max_rows, share, counted=counted is not None)
        except (duckdb.Error, pa.ArrowException) as error:
            raise Unreadable(*_words(error)) from None
        if leaves is not None:
            leaves.complain()
        if cut is not None:
            raise cut

    def _counted(self, table: str) -> int | None:
        """How many rows a view has; None where counting them fails or takes too long."""
        cursor = self._duck.cursor()
        late = threading.Timer(chance.SECONDS, cursor.interrupt)
        late.daemon = True
        late.start()
        try:
            found = cursor.execute(f"SELECT system.main.count(*) FROM {table}").fetchone()
        except duckdb.Error:
            return None
        finally:
            late.cancel()
            cursor.close()
        return None if found is None else int(found[0])

    def definitions(self) -> Definitions:
        """See Defining: views. Macros are not told: what calls them is taken for a function of its arguments."""
        try:
            cursor = self._duck.cursor()
            listed = cursor.execute(
                "SELECT schema_name, table_name, system.main.list(column_name ORDER BY column_index) "
                "FROM system.main.duckdb_columns() WHERE NOT internal GROUP BY ALL ORDER BY ALL"
            ).fetchall()
            rows = cursor.execute(
                "SELECT schema_name, view_name, system.main.left(sql, ?) FROM system.main.duckdb_views() "
                "WHERE NOT internal ORDER BY 1, 2 LIMIT ?",
                [LONGEST + 1, MOST + 1],
            ).fetchall()
        except duckdb.Error as error:
            raise _refusal(self.name, self._path, error) from None
        found = [Definition("view", f"{schema}.{name}", text or "", schema) for schema, name, text in rows]
        kept, too_much = fitting(self.name, found)
        columns = {f"{schema}.{table}": tuple(names) for schema, table, names in listed}
        return Definitions("duckdb", kept, columns, too_much)

    def close(self) -> None:
        """Let go of the file."""
        self._duck.close()

    def _conditions(self, table: str, dataset: Dataset, max_rows: int) -> Iterator[str]:
        if not max_rows or not dataset.scattered:
            yield ""
            return
        ends = f"SELECT system.main.min(rowid), system.main.max(rowid) FROM {table}"
        found = self._duck.cursor().execute(ends).fetchone()
        if found is not None and found[0] is not None:
            for first, last in ranges.ranges(int(found[0]), int(found[1]), dataset.rows or 0):
                yield f" WHERE rowid BETWEEN {first} AND {last}"

    def _table(self, name: str) -> str:
        """The quoted name: schema and table may have dots of their own."""
        tables = self._duck.cursor().execute(
            "SELECT schema_name, table_name FROM system.main.duckdb_tables() UNION ALL "
            "SELECT schema_name, view_name FROM system.main.duckdb_views() WHERE NOT internal"
        )
        for schema, table in tables.fetchall():
            if f"{schema}.{table}" == name:
                return f"{quoted(schema)}.{quoted(table)}"
        raise Unreadable("it is no longer there", "run the scan again")

    def _cells(self, table: str) -> list[str]:
        """Each column as text made by DuckDB; nested ones as they are, so that they become paths."""
        cells = []
        for name, kind, *_ in self._duck.cursor().execute(f"DESCRIBE {table}").fetchall():
            nested = kind.startswith(("STRUCT", "MAP")) or kind.endswith("]")
            if kind == "BLOB" or (nested and not _NO_ARROW.search(kind)):
                cells.append(quoted(name))
            else:
                text = f"CAST({quoted(name)} AS VARCHAR)"
                cells.append(f"system.main.left({text}, {reading.LONGEST_TEXT}) AS {quoted(name)}")
        return cells

    def _columns(self, schema: str, name: str) -> tuple[Column, ...]:
        cursor = self._duck.cursor()
        table = f"{quoted(schema)}.{quoted(name)}"
        keys, targets = self._keys(schema, name)
        # Without what stands in brackets: the words of an enumeration are values.
        described = cursor.execute(f"DESCRIBE {table}").fetchall()
        kinds = {name: kind.lower().partition("(")[0] for name, kind, *_ in described}
        query = f"SELECT {', '.join(self._cells(table))} FROM {table} LIMIT 0"
        leaves = [
            (field.name, path, str(kind).lower())
            for field in cursor.execute(query).to_arrow_reader(1).schema
            for path, kind in leaves_of(step(field.name), field.type)
        ]
        # A plain column is told as in other databases, without quotes.
        names = reading.distinct_names([column_name(top) if path == step(top) else path for top, path, _ in leaves])
        return tuple(
            Column(name, kinds[top] if path == step(top) else kind, top in keys, targets.get(top))
            for name, (top, path, kind) in zip(names, leaves, strict=True)
        )

    def _keys(self, schema: str, table: str) -> tuple[set[str], dict[str, str]]:
        """The columns of the primary key, and what those of foreign keys refer to."""
        rows = self._duck.cursor().execute(
            "SELECT constraint_type, constraint_column_names, referenced_table, referenced_column_names "
            "FROM system.main.duckdb_constraints() WHERE schema_name = ? AND table_name = ?",
            [schema, table],
        )
        keys: set[str] = set()
        targets: dict[str, str] = {}
        for kind, columns, target, there in rows.fetchall():
            if kind == "PRIMARY KEY":
                keys.update(columns)
            elif kind == "FOREIGN KEY":
                # DuckDB's foreign keys stay inside one schema.
                targets |= {name: f"{schema}.{target}.{far}" for name, far in zip(columns, there, strict=True)}
        return keys, targets


def _patiently(cursor: duckdb.DuckDBPyConnection, query: str, seconds: int) -> Iterator[pa.RecordBatch]:
    """The answer's batches, each waited for so many seconds, for ever with 0. Raises what DuckDB raises."""
    answer: Iterator[pa.RecordBatch] | None = None
    while True:
        waiting = threading.Timer(seconds, cursor.interrupt) if seconds else None
        if waiting is not None:
            waiting.daemon = True
            waiting.start()
        try:
            answer = answer or iter(cursor.execute(query).to_arrow_reader(2_048))
            batch = next(answer, None)
        finally:
            if waiting is not None:
                waiting.cancel()
        if batch is None:
            return
        yield batch


def open_duckdb(name: str, path: Path, timeout: int = 300) -> DuckDbStore:
    """Open one file. timeout: seconds that a view may take for its next rows, 0 for no limit.

    Raises StoreRefused when it is missing, unreadable, locked, damaged or no DuckDB database."""
    try:
        if reading.special(path):
            raise StoreRefused(
                f'store "{name}" is no regular file', where=str(path), hint="give the database file itself"
            )
        with path.open("rb") as file:
            head = file.read(12)
    except OSError as error:
        raise StoreRefused(
            f'store "{name}" cannot be read ({(error.strerror or "input/output error").lower()})',
            where=str(path),
            hint="check the path and the right to read it",
        ) from error
    if head[8:12] != _MAGIC:
        raise StoreRefused(f'store "{name}" is no DuckDB database', where=str(path), hint="check the path")
    return DuckDbStore(name, path, timeout)


def _refusal(name: str, path: Path, error: duckdb.Error) -> StoreRefused:
    text = str(error).lower()
    if "lock" in text:
        what, hint = "it is locked by another program", "run again when it is closed, or scan a copy"
    elif "different configuration" in text:
        what, hint = "this program has it open already", "run again when that is done"
    elif "version" in text:
        what, hint = "it was written by another version of DuckDB", "export it with that version, and import it here"
    elif "encrypt" in text:
        what, hint = "it is encrypted", "scan where the key is, or a decrypted copy"
    elif "wal" in text or "replay" in text:
        what, hint = "its write-ahead log cannot be read", "open and close it with DuckDB once, or scan a copy"
    else:
        what, hint = "the file is damaged", "restore it from a backup"
    return StoreRefused(f'store "{name}" refused: {what}', where=str(path), hint=hint)


def _words(error: Exception) -> tuple[str, str]:
    """Reason and next step in our words: DuckDB's own may quote a value."""
    text = str(error)
    kind = type(error).__name__
    if kind == "InterruptException" or "INTERRUPT" in text:
        return "it takes longer than the time-out", "raise scan.timeout, or list it under skip"
    if "disabled" in text and ("file system" in text or "external" in text.lower()):
        return "the view reads files beside the database, which is not done", "add those files as a store"
    if re.search(r"(does not exist|not found in FROM|Extension)", text):
        return "its definition does not work", "repair or drop it, or list it under skip with a reason"
    if kind == "OutOfMemoryException":
        return "it needs more than a gigabyte of memory", "list it under skip with a reason, or scan what it is made of"
    return f"it cannot be read ({kind})", "repair or drop it, or list it under skip with a reason"
