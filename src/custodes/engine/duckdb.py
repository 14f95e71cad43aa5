"""How is a question run on one machine? By an embedded DuckDB that is locked before the first question is heard.

Order of the lock: settings, the segments as the only paths allowed, external access off, the views, the configuration
sealed. After that neither our SQL nor a user's can open the door again in this process.
"""

from __future__ import annotations

import queue
import re
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Self

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from custodes import kept
from custodes.engine import dated, derived
from custodes.engine.gate import VIEWS, Gate
from custodes.engine.interface import TOO_SLOW, Parameter, QuestionFailed
from custodes.engine.misnamed import misnamed
from custodes.errors import CouldNotRun
from custodes.records.schema import CONTEXT_SCHEMAS, SEALED_SCHEMA

FIELD_SCHEMA: Final = pa.schema(
    [
        pa.field("store", pa.string()),
        pa.field("dataset", pa.string()),
        pa.field("field", pa.string()),
        pa.field("category", pa.string()),
        pa.field("sensitivity", pa.int64()),
        pa.field("vault", pa.bool_()),
    ]
)

# Up to this many touches are held in memory (some 400 bytes each); more are read from their segments by each question.
RESIDENT_ROWS: Final = 400_000

# With a scratch folder, more of them are written there once more, with all that is worked out: so many leaves at a
# time, each within the time for a question.
_LEAVES_AT_ONCE: Final = 4_000_000

# Touches worked out at once: some 200 bytes each while they are joined to their cases.
PIECE_ROWS: Final = 500_000

# Questions answered side by side where all touches are resident: one question over so few rows keeps one core busy.
# Over more rows DuckDB uses every core for one question, and two would share the memory that one may need.
SIDE_BY_SIDE: Final = 2

# The folders that an engine makes begin so; what a killed one left may be removed.
ENGINE_FOLDER: Final = "custodes-engine-"

Snapshots = Sequence[tuple[datetime, pa.Table | Path]]
_DERIVED: Final = re.compile(rf"\b({'|'.join(derived.VIEWS)})\b", re.IGNORECASE)

# What is given without a date holds for ever.
_ALWAYS: Final = ", '-infinity'::timestamptz as valid_from, 'infinity'::timestamptz as valid_to"

_NEVER: Final = datetime(9999, 12, 31, tzinfo=UTC)

_NO_TIME: Final = {"since": "2000-01-01T00:00:00+00", "until": "2000-01-01T00:00:00+00"}
_SEALED: Final = ", ".join(f'"{name}"' for name in SEALED_SCHEMA.names)
_EVENT: Final = "create or replace view event as select {columns} from {source} where time <= getvariable('until')"

# A question about a past day must not know what came after it: cases not yet opened, closings not yet made.
_CONTEXT_VIEWS: Final = {
    "people": 'select * replace (case when "left" <= getvariable(\'until\') then "left" end as "left") '
    "from held_people where joined is null or joined <= getvariable('until')",
    "cases": "select * replace (case when closed <= getvariable('until') then closed end as closed) "
    "from all_cases where opened is null or opened <= getvariable('until')",
    "parties": "select * from held_parties",
    "keys": "select * from held_keys where issued is null or issued <= getvariable('until')",
    "subjects": "select * from held_subjects",
    "field": "select * from all_field",
}


class DuckEngine:
    """An `engine.interface.Engine` over sealed segments.

    segments: Parquet files of records.schema.SEALED_SCHEMA, or one such Arrow table (scenarios).
    context: by name (people, cases, parties, keys, subjects), an Arrow table or a Parquet file, or several of them with
    the time at which each was sealed, oldest first (engine.dated says what is seen of them); missing ones are empty.
    fields: the data map as FIELD_SCHEMA; None is an empty map.
    explains: by kind of case, the actions that it explains; a kind that is not named explains all.
    resident_rows: up to how many touches are held in memory; 0 holds none, for a question about events alone.
    memory_limit: DuckDB's words ("1GB"). timeout: seconds per question, and per piece of what is worked out before the
    first. temp: folder for what does not fit in memory.
    scratch: folder for the touches with all that is worked out, where they are too many for memory: worth writing for
    whoever asks much. Without one, each question works on the segments.
    Several threads may ask: up to SIDE_BY_SIDE questions are answered at once, the others wait.
    Raises CouldNotRun when a segment or a context file cannot be read.
    """

    def __init__(
        self,
        segments: Sequence[Path] | pa.Table,
        context: Mapping[str, pa.Table | Path | Snapshots] | None = None,
        fields: pa.Table | None = None,
        explains: Mapping[str, Sequence[str]] | None = None,
        *,
        memory_limit: str = "1GB",
        timeout: float = 60.0,
        temp: Path | None = None,
        threads: int | None = None,
        resident_rows: int = RESIDENT_ROWS,
        scratch: Path | None = None,
    ) -> None:
        self._timeout = timeout
        self._gate = Gate()
        self._free: queue.SimpleQueue[duckdb.DuckDBPyConnection] = queue.SimpleQueue()
        self._working_out = threading.Lock()
        self._worked_out: bool | QuestionFailed = False
        self._temp = tempfile.TemporaryDirectory(prefix=ENGINE_FOLDER, dir=temp)
        files = [] if isinstance(segments, pa.Table) else [str(path.absolute()) for path in segments]
        try:
            for path in files:
                _must_be_plain(path)
            # Only to know whether they fit: to read what each file says of itself takes a millisecond a file.
            self._resident = not files or (bool(resident_rows) and sum(_rows(path) for path in files) <= resident_rows)
            self._written = (
                None
                if scratch is None or self._resident
                else tempfile.TemporaryDirectory(prefix=ENGINE_FOLDER, dir=scratch)
            )
        except BaseException:
            self._temp.cleanup()
            raise
        self._connection = duckdb.connect(":memory:", config=settings(memory_limit, self._temp.name, threads))
        try:
            for name, schema in CONTEXT_SCHEMAS.items():
                self._hold_context(name, (context or {}).get(name), schema)
            self._hold("all_field", (fields if fields is not None else FIELD_SCHEMA.empty_table()).cast(FIELD_SCHEMA))
            # A kind that explains nothing is a kind that is named, too.
            pairs = [
                {"kind": kind, "action": action}
                for kind, actions in (explains or {}).items()
                for action in actions or (None,)
            ]
            self._hold("derived_explaining", pa.Table.from_pylist(pairs, schema=derived.EXPLAINING))
            self._open_segments(segments, files)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def ask(
        self, sql: str, parameters: Mapping[str, Parameter] | None = None, *, until: datetime | None = None
    ) -> pa.Table:
        """The answer as Arrow, times in UTC. Raises QuestionFailed: wrong, too slow, too big, or out of bounds."""
        connection = self._free.get()
        try:
            return self._answer(connection, sql, parameters or {}, until or _NEVER)
        finally:
            self._free.put(connection)

    def _answer(
        self, connection: duckdb.DuckDBPyConnection, sql: str, parameters: Mapping[str, Parameter], until: datetime
    ) -> pa.Table:
        used = self._gate.admit(connection, sql)
        if _DERIVED.search(sql):
            self._work_out(connection)
        missing = sorted(used - set(parameters))
        if missing:
            raise QuestionFailed(f"the parameter ${missing[0]} has no value", "add it under parameters")
        given = {name: value for name, value in parameters.items() if name in used}
        try:
            # A variable belongs to one connection, so questions side by side may look at different days.
            connection.execute("set variable until = $1::timestamptz", [until.isoformat()])
            with self._deadline(connection):
                return connection.execute(sql, given).to_arrow_table()
        except duckdb.BinderException as error:
            raise misnamed(str(error), sql, _columns(connection)) or failure(error, self._timeout) from error
        except duckdb.Error as error:
            raise failure(error, self._timeout) from error

    def _work_out(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Fill the table behind the derived view, once: a question about events alone does not pay for it."""
        with self._working_out:
            if self._worked_out is True:
                return
            if isinstance(self._worked_out, QuestionFailed):
                # What failed once would fail again, for every question, each time after as long.
                raise self._worked_out
            try:
                for since, until in self._pieces(connection):
                    with self._deadline(connection):
                        connection.execute(
                            f"insert into derived_piece {derived.PIECE}", {"since": since, "until": until}
                        )
                self._put_together(connection)
            except duckdb.Error as error:
                self._worked_out = failure(error, self._timeout)
                raise self._worked_out from error
            self._worked_out = True

    def _put_together(self, connection: duckdb.DuckDBPyConnection) -> None:
        with self._deadline(connection):
            connection.execute(f"insert into derived_part {derived.PARTS}")
            for name in ("derived_piece", "derived_work", "derived_span"):
                connection.execute(f"truncate {name}")
        if self._written is not None:
            for since, until in _ranges(connection):
                with self._deadline(connection):
                    some = f"{derived.TOUCHED} where e.leaf between $since and $until"
                    file = _quoted(f"{self._written.name}/{since}.parquet")
                    connection.execute(f"copy ({some}) to {file} (format parquet)", {"since": since, "until": until})
            written = f"read_parquet({_quoted(f'{self._written.name}/*.parquet')})"
            connection.execute(f"create or replace view derived_touch as select * from {written}")  # noqa: S608 - ours
        elif self._resident:
            with self._deadline(connection):
                connection.execute(f"insert into derived_touch {derived.TOUCHED}")
        else:
            return
        # Questions about events read the same rows, which are not held twice.
        connection.execute(_EVENT.format(columns=_SEALED, source="derived_touch"))
        if self._resident:
            connection.execute("drop table sealed")

    def _pieces(self, connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, str]]:
        """Make what is worked out of context, then say from when to when each piece of the log is: whole days."""
        with self._deadline(connection):
            for name, query in derived.TABLES.items():
                connection.execute(f"insert into {name} {query}")
            days = connection.execute(derived.DAYS).fetchall()
        since, touches = None, 0
        for day, count in days:
            since, touches = since or day, touches + count
            if touches >= PIECE_ROWS or day == days[-1][0]:
                yield f"{since}T00:00:00+00", f"{day + timedelta(days=1)}T00:00:00+00"
                since, touches = None, 0

    def close(self) -> None:
        """Let go of memory and temporary files."""
        while not self._free.empty():
            self._free.get().close()
        self._connection.close()
        self._temp.cleanup()
        if self._written is not None:
            self._written.cleanup()

    def _hold(self, name: str, table: pa.Table, more: str = "") -> None:
        self._connection.register("arriving", table)
        self._connection.execute(f"create table {name} as select *{more} from arriving")  # noqa: S608 - our own names
        self._connection.unregister("arriving")

    def _hold_context(self, name: str, given: pa.Table | Path | Snapshots | None, schema: pa.Schema) -> None:
        if given is None or isinstance(given, (pa.Table, Path)):
            always = "" if name == "cases" else _ALWAYS
            self._hold(f"all_{name}", _context_table(name, given, schema), always)
        else:
            dated.hold(self._connection, name, [(sealed, _context_table(name, one, schema)) for sealed, one in given])
        held = "valid_from <= getvariable('until') and getvariable('until') < valid_to"
        columns = ", ".join(f'"{column}"' for column in schema.names)
        where = "" if name == "cases" else f" where {held}"
        self._connection.execute("set variable until = timestamptz '9999-12-31 00:00:00+00'")
        self._connection.execute(f"create view held_{name} as select {columns} from all_{name}{where}")  # noqa: S608 - ours

    def _open_segments(self, segments: Sequence[Path] | pa.Table, files: Sequence[str]) -> None:
        run = self._connection.execute
        run("set TimeZone = 'UTC'")
        # A question names one thing in several ways, each a query of its own over the same files.
        run("set parquet_metadata_cache = true")
        if self._written is not None:
            run(f"set allowed_directories = [{_quoted(self._written.name)}]")
        run(f"set allowed_paths = [{', '.join(_quoted(path) for path in files)}]")
        run("set enable_external_access = false")
        try:
            if isinstance(segments, pa.Table):
                self._hold("sealed", _plain(segments.cast(SEALED_SCHEMA)))
            elif not files:
                self._hold("sealed", _plain(SEALED_SCHEMA.empty_table()))
            else:
                listed = ", ".join(_quoted(path) for path in files)
                source = f"read_parquet([{listed}], hive_partitioning=false)"
                kind = "table" if self._resident else "view"
                run(f"create {kind} sealed as select {_SEALED} from {source}")  # noqa: S608 - paths are quoted
        except duckdb.Error as error:
            raise CouldNotRun(
                "a sealed segment cannot be read", where=_named(error, files), hint='run "custodes ledger verify"'
            ) from error
        run("set variable until = timestamptz '9999-12-31 00:00:00+00'")
        run(_EVENT.format(columns=_SEALED, source="sealed"))
        for name, query in _CONTEXT_VIEWS.items():
            run(f"create view {name} as {query}")
        for macro in derived.MACROS:
            run(macro)
        for name, query in derived.TABLES.items():
            run(f"create table {name} as {query} limit 0")
        run(f"create table derived_piece as {derived.PIECE} limit 0", _NO_TIME)
        run(f"create table derived_part as {derived.PARTS} limit 0")
        self._make_touches()
        for name, query in derived.QUERIES.items():
            run(f"create view {name} as {query}")
        for connection in [self._connection.cursor() for _ in range(SIDE_BY_SIDE if self._resident else 1)]:
            # The zone belongs to one connection too, and after the lock it cannot be set.
            connection.execute("set TimeZone = 'UTC'")
            self._free.put(connection)
        run("set lock_configuration = true")

    def _make_touches(self) -> None:
        run = self._connection.execute
        if self._resident:
            run(f"create table derived_touch as {derived.TOUCHED} limit 0")
        else:
            run(f"create view derived_touch as {derived.TOUCHED}")

    def _deadline(self, connection: duckdb.DuckDBPyConnection) -> AbstractContextManager[None]:
        return deadline(connection, self._timeout)


@contextmanager
def deadline(connection: duckdb.DuckDBPyConnection, seconds: float) -> Iterator[None]:
    """What is run inside is interrupted when it takes longer."""
    done = threading.Lock()

    def stop() -> None:
        # Taken by whoever comes first, so that a late alarm cannot interrupt the next question.
        if done.acquire(blocking=False):
            connection.interrupt()

    timer = threading.Timer(seconds, stop)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        done.acquire(blocking=False)
        timer.cancel()


def settings(memory_limit: str, temp: str, threads: int | None) -> dict[str, str | bool | int | float | list[str]]:
    """How DuckDB is opened so that it installs, loads and finds nothing by itself."""
    settings: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory_limit,
        "temp_directory": temp,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "allow_community_extensions": False,
        "python_enable_replacements": False,
        "preserve_insertion_order": False,
    }
    return settings | ({} if threads is None else {"threads": threads})


def _context_table(name: str, given: pa.Table | Path | None, schema: pa.Schema) -> pa.Table:
    if given is None:
        return schema.empty_table()
    try:
        table = _read(given, schema) if isinstance(given, Path) else given
        return table.select(schema.names).cast(schema)
    except (OSError, pa.ArrowException, KeyError) as error:
        where = str(given) if isinstance(given, Path) else name
        raise CouldNotRun(
            f"the context table {name} cannot be read", where=where, hint="load the context again"
        ) from error


def _read(file: Path, schema: pa.Schema) -> pa.Table:
    with kept.opened(file) as opened:
        return pq.read_table(opened, schema=schema)


def _ranges(connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[int, int]]:
    """Leaves from the first to the last, so many at a time; of no touches there is one range, too."""
    sql = "select coalesce(min(leaf), 0), coalesce(max(leaf), 0) from sealed"
    first, last = connection.execute(sql).fetchall()[0]
    for since in range(first, last + 1, _LEAVES_AT_ONCE):
        yield since, since + _LEAVES_AT_ONCE - 1


def _must_be_plain(path: str) -> None:
    try:
        kept.plain(path)
    except OSError as error:
        reason = f"a sealed segment cannot be read ({error.strerror})"
        raise CouldNotRun(reason, where=path, hint='run "custodes ledger verify"') from error


def _rows(path: str) -> int:
    try:
        return int(pq.read_metadata(path).num_rows)
    except (OSError, pa.ArrowException) as error:
        raise CouldNotRun("a sealed segment cannot be read", where=path, hint='run "custodes ledger verify"') from error


def _plain(table: pa.Table) -> pa.Table:
    """Dictionary columns as plain text: DuckDB would make an ENUM of them, which compares only with its own words."""
    fields = [
        pa.field(field.name, pa.string() if pa.types.is_dictionary(field.type) else field.type)
        for field in table.schema
    ]
    return table.cast(pa.schema(fields))


def _quoted(path: str) -> str:
    return "'" + path.replace("'", "''") + "'"


def _columns(connection: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """The columns of each view that a question may use."""
    found: dict[str, list[str]] = {view: [] for view in VIEWS}
    rows = connection.execute("select table_name, column_name from duckdb_columns() order by column_index").fetchall()
    for view, column in rows:
        if view in found:
            found[view].append(column)
    return found


def _named(error: duckdb.Error, files: Sequence[str]) -> str:
    return next((path for path in files if path in str(error)), "events")


def failure(error: duckdb.Error, timeout: float) -> QuestionFailed:
    """DuckDB's error in our words. Only messages about the SQL's own text are repeated: others can quote a value."""
    if isinstance(error, duckdb.InterruptException):
        return QuestionFailed(
            f"{TOO_SLOW} {timeout:g} seconds",
            "narrow the query by action and time, or raise detection_timeout in custodes.toml",
        )
    if isinstance(error, duckdb.OutOfMemoryException):
        return QuestionFailed("the question needs more memory than it may have", "narrow the query, or raise the limit")
    if isinstance(error, (duckdb.BinderException, duckdb.CatalogException, duckdb.ParserException)):
        return QuestionFailed(f"the SQL does not fit the views: {str(error).splitlines()[0]}", "correct the query")
    if isinstance(error, duckdb.PermissionException):
        return QuestionFailed("the SQL reaches outside the views", "use only the views")
    if isinstance(error, duckdb.IOException):
        return QuestionFailed("a sealed segment cannot be read", 'run "custodes ledger verify"')
    return QuestionFailed(
        f"the query failed while it ran ({type(error).__name__})", "guard casts with try_cast and divisions with nullif"
    )
