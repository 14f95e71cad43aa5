"""What does a SQLite database hold? Read through DuckDB, or row by row where its text is not valid UTF-8."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
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
from custodes.stores.reading import literal, quoted

_BUSY_SECONDS: Final = 2.0
_COUNTABLE_BYTES: Final = 1 << 30  # counting rows reads an index; in a larger file the highest row id must do
_LOOKED_AT: Final = 64
_STEPS: Final = 100_000  # of SQLite's machine between two looks at the clock
_HEADER: Final = b"SQLite format 3\x00"
_COUNTERS: Final = ((24, 4),)  # SQLite file format, section 1.3: the file change counter


class SqliteStore:
    """One SQLite file, opened read-only (`mode=ro`): nothing in or beside it is written.

    Dataset names are `main.table`. A fingerprint is made of size, times of change and inode of the file and its
    write-ahead log and of the file's change counter: a commit by any process changes at least one of them.
    Reads the first LONGEST_TEXT characters of a text and LONGEST_BINARY bytes of a blob.
    """

    kind = "sqlite"

    def __init__(self, name: str, path: Path, timeout: int) -> None:
        self.name = name
        self._path = path
        self._timeout = timeout
        self._catalogue = _connect(path)
        try:
            _names(self._catalogue)
        except sqlite3.Error as error:
            self._catalogue.close()
            raise _refusal(path, error) from error
        self._duck = reading.reader("sqlite_scanner")
        self._duck.execute("SET sqlite_all_varchar=true")  # SQLite does not enforce declared types: trust none
        self._attached = False
        self._attaching = threading.Lock()

    def __repr__(self) -> str:
        return f"SqliteStore({self.name!r}, {str(self._path)!r})"

    def datasets(self) -> Iterator[Dataset | Skipped]:
        """Tables and views of `main`, by name; of a virtual table its content, not its shadow tables."""
        fingerprint = of_database(self._path, "-wal", _COUNTERS)
        for name, kind in _names(self._catalogue):
            try:
                columns = self._columns(name)
                rows = self._rows(name) if kind == "table" else None
            except sqlite3.Error as error:
                yield Skipped("scan", self.name, f"main.{name}", _reason(error), _hint(error))
                continue
            scattered = rows is not None and rows > ranges.LARGE and self._row_id(name) is not None
            yield Dataset(self.name, f"main.{name}", columns, kind, rows, fingerprint, scattered)

    def read(self, dataset: Dataset, *, max_rows: int) -> Iterator[pa.RecordBatch]:
        """See Store.read. Beyond max_rows ranges of row ids at random; of views rows by chance."""
        names = tuple(column.name for column in dataset.columns)
        given = 0
        broken = _Broken()
        # A view may count without an end. Only the slow way can be stopped while it waits for a row.
        view = dataset.kind == "view"
        wide: bool | None = view or None
        counted = self._counted(dataset.name) if view and max_rows else None
        share = chance.share(counted, max_rows)
        for query in ranges.together(self._queries(dataset, max_rows, share)):
            limited = f"{query} LIMIT {max_rows - given}" if max_rows else query
            wide = self._wide(query) if wide is None else wide
            done = 0
            try:
                for batch in () if wide else self._fast(limited, names):
                    yield from sized.split(batch)
                    done += batch.num_rows
            except (duckdb.Error, pa.ArrowException, OSError) as error:
                # One text that is not UTF-8 stops DuckDB; every other refusal meets the slow way again, with its code.
                del error
                wide = True
            if wide:
                for batch in self._slow(limited, names, done, broken):
                    yield batch
                    done += batch.num_rows
                wide = view or None
            given += done
            if max_rows and given >= max_rows:
                break
        if broken.texts:
            raise Unreadable(
                f"texts that are not valid UTF-8: {broken.texts:,}; they were read with their broken bytes replaced",
                "repair the texts, or know that values hidden by the broken bytes are not seen",
                ended=True,
            )
        if view and max_rows and (cut := chance.cut(given, max_rows, share, counted=counted is not None)) is not None:
            raise cut

    def _counted(self, name: str) -> int | None:
        """How many rows a view has; None where counting them fails or takes too long."""
        until = time.monotonic() + chance.SECONDS
        try:
            with closing(_connect(self._path)) as connection:
                connection.set_progress_handler(lambda: time.monotonic() > until, 100_000)
                view = quoted(name.removeprefix("main."))
                (rows,) = connection.execute(f"SELECT count(*) FROM main.{view}").fetchone()
        except sqlite3.Error:
            return None
        return int(rows)

    def definitions(self) -> Definitions:
        """See Defining: views and triggers."""
        found: list[Definition] = []
        columns: dict[str, tuple[str, ...]] = {}
        try:
            for name, _ in _names(self._catalogue):
                try:
                    columns[f"main.{name}"] = tuple(column.name for column in self._columns(name))
                except sqlite3.Error:
                    continue  # the scan tells why: its definition does not work
            rows = self._catalogue.execute(
                "SELECT type, name, tbl_name, substr(sql, 1, ?) FROM main.sqlite_master "
                "WHERE type IN ('view', 'trigger') ORDER BY rowid LIMIT ?",
                (LONGEST + 1, MOST + 1),
            ).fetchall()
        except sqlite3.Error as error:
            raise _refusal(self._path, error) from error
        for kind, name, table, text in rows:
            place = f"main.{name}" if kind == "view" else f"main.{table}.{name}"
            found.append(Definition("view" if kind == "view" else "trigger", place, text or "", "main"))
        kept, too_much = fitting(self.name, found)
        return Definitions("sqlite", kept, columns, too_much)

    def close(self) -> None:
        """Let go of the file."""
        self._duck.close()
        self._catalogue.close()

    def _fast(self, query: str, names: tuple[str, ...]) -> Iterator[pa.RecordBatch]:
        with self._attaching:
            if not self._attached:
                self._duck.execute(f"ATTACH {literal(str(self._path))} AS store (TYPE sqlite, READ_ONLY)")
                self._attached = True
        yield from reading.batches(self._duck, f"SELECT * FROM sqlite_query('store', {literal(query)})", names)

    def _slow(self, query: str, names: tuple[str, ...], done: int, broken: _Broken) -> Iterator[pa.RecordBatch]:
        """The rows after the first `done`; the plan is the same as in the fast way, so the order is too."""
        try:
            with closing(_connect(self._path)) as connection:
                connection.text_factory = broken.decoded
                patience = _Patience(self._timeout)
                connection.set_progress_handler(patience.over, _STEPS)
                cursor = connection.execute(f"SELECT * FROM ({query}) LIMIT -1 OFFSET {done}")
                yield from sized.of_rows(([_text(cell) for cell in row] for row in patience.rows(cursor)), names)
        except sqlite3.Error as error:
            raise Unreadable(_reason(error), _hint(error)) from error

    def _wide(self, query: str) -> bool:
        """Whether rows are so long that DuckDB, which takes thousands at once, would need too much memory."""
        try:
            with closing(_connect(self._path)) as connection:
                connection.text_factory = bytes
                rows = connection.execute(f"SELECT * FROM ({query}) LIMIT {_LOOKED_AT}").fetchall()
        except sqlite3.Error:
            return False  # met again, with its reason, when it is read
        size = sum(len(cell) for row in rows for cell in row if isinstance(cell, bytes))
        return size > sized.WIDE * len(rows)

    def _queries(self, dataset: Dataset, max_rows: int, share: float | None) -> Iterator[str]:
        """The whole table in one, or in ranges of its row ids; of one without row ids, and of views, rows by chance."""
        names = tuple(column.name for column in dataset.columns)
        table = dataset.name.removeprefix("main.")
        parts = [
            f"CASE typeof({q}) WHEN 'blob' THEN substr({q}, 1, {reading.LONGEST_BINARY}) "
            f"ELSE substr({q}, 1, {reading.LONGEST_TEXT}) END AS c{position}"
            for position, q in enumerate(map(quoted, names))
        ]
        query = f"SELECT {', '.join(parts)} FROM {quoted('main')}.{quoted(table)}"
        row_id = self._row_id(table) if max_rows and dataset.rows else None
        step = -(-dataset.rows // max_rows) if max_rows and dataset.rows else 1
        if row_id is not None and dataset.scattered:
            low, high = self._catalogue.execute(
                f"SELECT min({row_id}), max({row_id}) FROM main.{quoted(table)}"
            ).fetchone()
            for first, last in ranges.ranges(low or 0, high or 0, dataset.rows or 0):
                yield f"{query} WHERE {row_id} BETWEEN {first} AND {last}"
        elif step > 1 and row_id is not None:
            # A multiplicative hash (Knuth) spreads the choice even where row ids go up in steps.
            yield f"{query} WHERE abs({row_id} * 2654435761 / 65536) % {step} = 0"
        elif share is not None:
            yield f"{query} WHERE abs(random() % 1000000) < {max(1, round(share * 1_000_000))}"
        elif step > 1:
            yield f"{query} WHERE random() % {step} = 0"
        else:
            yield query

    def _columns(self, table: str) -> tuple[Column, ...]:
        foreign = {
            source: f"main.{target}.{column or self._only_key(target)}"
            for _, _, target, source, column, *_ in self._catalogue.execute(
                f"PRAGMA main.foreign_key_list({quoted(table)})"
            )
        }
        # table_xinfo also names generated columns (hidden 2 and 3); hidden 1 are a virtual table's own arguments.
        return tuple(
            Column(name, (kind or "").lower(), bool(key), foreign.get(name))
            for _, name, kind, _, _, key, hidden in self._catalogue.execute(f"PRAGMA main.table_xinfo({quoted(table)})")
            if hidden != 1
        )

    def _only_key(self, table: str) -> str:
        """The column a foreign key means when it names none: the primary key."""
        rows = self._catalogue.execute(f"PRAGMA main.table_info({quoted(table)})")
        return next((name for _, name, _, _, _, key in rows if key), "rowid")

    def _rows(self, table: str) -> int | None:
        counted = self._path.stat().st_size <= _COUNTABLE_BYTES
        row_id = self._row_id(table)
        if not counted and row_id is None:
            return None
        what = "count(*)" if counted else f"coalesce(max({row_id}), 0)"
        (rows,) = self._catalogue.execute(f"SELECT {what} FROM main.{quoted(table)}").fetchone()
        return int(rows)

    def _row_id(self, table: str) -> str | None:
        """A name of the row id that no column of the table hides; None for views and WITHOUT ROWID tables."""
        hidden = {column.name.lower() for column in self._columns(table)}
        for name in ("rowid", "_rowid_", "oid"):
            if name in hidden:
                continue
            try:
                self._catalogue.execute(f"SELECT {name} FROM main.{quoted(table)} LIMIT 0")
            except sqlite3.Error:
                return None
            return name
        return None


class _Patience:
    """How long a row is waited for: so many seconds, for ever with 0. What happens to a row takes its own time."""

    def __init__(self, seconds: int) -> None:
        self._seconds = seconds
        self._since = time.monotonic()

    def over(self) -> bool:
        """Whether the wait has lasted too long."""
        return bool(self._seconds) and time.monotonic() - self._since > self._seconds

    def rows(self, cursor: sqlite3.Cursor) -> Iterator[tuple[str | bytes | float | None, ...]]:
        """The rows of a cursor, each waited for anew."""
        for row in cursor:
            yield row
            self._since = time.monotonic()


class _Broken:
    """Decodes texts and counts those that are not valid UTF-8."""

    def __init__(self) -> None:
        self.texts = 0

    def decoded(self, data: bytes) -> str:
        """The text, broken bytes replaced."""
        try:
            return data.decode()
        except UnicodeDecodeError:
            self.texts += 1
            return data.decode(errors="replace")


def open_sqlite(name: str, path: Path, timeout: int = 300) -> SqliteStore:
    """Open one file. timeout: seconds that a view may take for its next row, 0 for no limit.

    Raises StoreRefused when it is missing, unreadable, locked, damaged or no SQLite database."""
    try:
        if reading.special(path):
            raise StoreRefused(
                f'store "{name}" is no regular file', where=str(path), hint="give the database file itself"
            )
        with path.open("rb") as file:
            head = file.read(len(_HEADER))
    except OSError as error:
        raise StoreRefused(
            f'store "{name}" cannot be read ({(error.strerror or "input/output error").lower()})',
            where=str(path),
            hint="check the path and the right to read it",
        ) from error
    if head and head != _HEADER:
        raise StoreRefused(
            f'store "{name}" is no SQLite database',
            where=str(path),
            hint="check the path; decrypt an encrypted database first",
        )
    return SqliteStore(name, path, timeout)


def _connect(path: Path) -> sqlite3.Connection:
    # Any thread may ask: the library takes one statement at a time (`sqlite3.threadsafety` is 3).
    connection = sqlite3.connect(
        f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=_BUSY_SECONDS, check_same_thread=False
    )
    # A file may come from anybody: its views reach no function and no table of ours that could do harm, and a page that
    # lies about itself is met as damage (sqlite.org/security.html).
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    return connection


def _names(catalogue: sqlite3.Connection) -> list[tuple[str, str]]:
    """Name and kind of each table and view; the content of shadow tables shows in their virtual table."""
    rows = catalogue.execute("PRAGMA main.table_list").fetchall()
    kinds = {"table": "table", "virtual": "table", "view": "view"}
    return sorted(
        (name, kinds[kind])
        for schema, name, kind, *_ in rows
        if schema == "main" and kind in kinds and not name.startswith("sqlite_")
    )


def _text(value: str | bytes | float | None) -> str | None:
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    return value if value is None else str(value)


def _refusal(path: Path, error: sqlite3.Error) -> StoreRefused:
    return StoreRefused(_reason(error), where=str(path), hint=_hint(error))


_WORDS: Final = {
    "SQLITE_BUSY": ("the database is locked by another program", "run again when it is closed, or scan a copy"),
    "SQLITE_LOCKED": ("the database is locked by another program", "run again when it is closed, or scan a copy"),
    "SQLITE_CORRUPT": ("the file is damaged", 'restore it from a backup, or try the "recover" command of sqlite3'),
    "SQLITE_NOTADB": ("the file is no SQLite database", "check the path; decrypt an encrypted database first"),
    "SQLITE_CANTOPEN": ("the file cannot be opened", "check the right to read it and, for a live database, its folder"),
    "SQLITE_READONLY": ("the write-ahead log cannot be read without the right to write beside it", "scan a copy"),
    "SQLITE_IOERR": ("the disk did not deliver the file", "check the disk, then run again"),
    "SQLITE_INTERRUPT": ("it takes longer than the time-out", "raise scan.timeout, or list it under skip"),
    "SQLITE_PERM": ("the file may not be read", "grant the right to read it"),
}


def _reason(error: sqlite3.Error) -> str:
    """The refusal in our words: SQLite's own may quote a value, except where it names what a view lacks."""
    if words := _known(error):
        return words[0]
    text = str(error)
    if text.startswith(("no such table: ", "no such column: ", "no such function: ", "no such module: ")):
        return f"the definition does not work: {text}"
    return f"it cannot be read ({getattr(error, 'sqlite_errorname', 'SQLITE_ERROR')})"


def _hint(error: sqlite3.Error) -> str:
    words = _known(error)
    return words[1] if words else "repair or drop it, or list it under skip with a reason"


def _known(error: sqlite3.Error) -> tuple[str, str] | None:
    name = getattr(error, "sqlite_errorname", "")
    return next((words for prefix, words in _WORDS.items() if name.startswith(prefix)), None)
