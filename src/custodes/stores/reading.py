"""How do rows come into Arrow as text? DuckDB with its reader extensions, opened without network or set-up."""

from __future__ import annotations

import importlib.util
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa

from custodes.errors import CouldNotRun

BATCH_ROWS: Final = 8_192

# One cell of a hundred megabytes must not decide how much memory a scan takes: of a longer text the beginning is
# judged, of a binary value less, because only text that somebody hid in it is of interest.
LONGEST_TEXT: Final = 100_000
LONGEST_BINARY: Final = 4_096

# Nothing is fetched from the network, and no secret of the user's own DuckDB is looked at.
_CLOSED: Final[dict[str, str | bool | int | float | list[str]]] = {
    "threads": 1,
    "memory_limit": "1GB",
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_persistent_secrets": False,
}


def special(path: Path) -> bool:
    """Whether the path is a pipe, socket or device: opening one may wait for ever. Raises OSError when missing."""
    mode = path.stat().st_mode
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def quoted(name: str) -> str:
    """A name as SQL identifier, for SQLite, PostgreSQL and DuckDB alike."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as SQL literal, for SQLite, PostgreSQL and DuckDB alike."""
    return "'" + text.replace("'", "''") + "'"


def reader(extension: str) -> duckdb.DuckDBPyConnection:
    """A DuckDB in memory with one reader extension (`sqlite_scanner`, `postgres_scanner`) from its wheel.

    Raises CouldNotRun when the wheel is missing or made for another version of DuckDB.
    """
    connection = duckdb.connect(config=_CLOSED)
    spec = importlib.util.find_spec(f"duckdb_extension_{extension}")
    folder = Path(spec.origin).parent if spec is not None and spec.origin is not None else None
    version = f"v{duckdb.__version__}"
    file = folder / "extensions" / version / f"{extension}.duckdb_extension" if folder is not None else None
    if file is None or not file.is_file():
        connection.close()
        package = f"duckdb-extension-{extension.replace('_', '-')}"
        raise CouldNotRun(
            f"the reader {package} is not installed for DuckDB {version}",
            hint=f'install "{package}=={duckdb.__version__}"',
        )
    connection.execute(f"LOAD {literal(str(file))}")
    return connection


def batches(connection: duckdb.DuckDBPyConnection, query: str, names: tuple[str, ...]) -> Iterator[pa.RecordBatch]:
    """The answer as batches under the given column names. Raises what DuckDB or pyarrow raise, at any batch."""
    cursor = connection.cursor()
    try:
        for batch in cursor.execute(query).to_arrow_reader(BATCH_ROWS):
            text = pa.RecordBatch.from_arrays(batch.columns, names=list(names))
            text.validate(full=True)  # DuckDB hands over a text of SQLite without checking that it is UTF-8
            yield text
    finally:
        cursor.close()


def every(batch: pa.RecordBatch, step: int, seen: int) -> pa.RecordBatch:
    """Each step-th row of a stream of which `seen` rows went before this batch."""
    if step <= 1:
        return batch
    first = -seen % step
    return batch.take(pa.array(range(first, batch.num_rows, step), type=pa.int64()))


def distinct_names(names: list[str]) -> tuple[str, ...]:
    """The names, an empty one as `column_N`, a repeated one with a number behind it, so that each is one column."""
    taken: set[str] = set()
    out = []
    for position, name in enumerate(names, start=1):
        unique, number = name.strip() or f"column_{position}", 2
        base = unique
        while unique in taken:
            unique, number = f"{base}_{number}", number + 1
        taken.add(unique)
        out.append(unique)
    return tuple(out)
