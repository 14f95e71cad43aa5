"""How is a question run over small tables of our own making, beside the sealed evidence?

The same engine under the same lock, with nothing in it but what is handed over: no file, no network, no setting.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Self

import duckdb
import pyarrow as pa

from custodes.engine.duckdb import deadline, failure, settings

_DEPTH: Final = 10_000  # of a condition: rules nest more than questions do


class DuckTables:
    """An `engine.interface.Tables`. memory_limit: DuckDB's words. timeout: seconds per statement."""

    def __init__(
        self,
        *,
        memory_limit: str = "1GB",
        timeout: float = 60.0,
        temp: Path | None = None,
        threads: int | None = None,
    ) -> None:
        self._timeout = timeout
        self._temp = tempfile.TemporaryDirectory(prefix="custodes-tables-", dir=temp)
        self._connection = duckdb.connect(":memory:", config=settings(memory_limit, self._temp.name, threads))
        run = self._connection.execute
        run("set TimeZone = 'UTC'")
        run(f"set max_expression_depth = {_DEPTH}")
        run("set enable_external_access = false")
        run("set lock_configuration = true")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def hold(self, name: str, table: pa.Table) -> None:
        """See Tables."""
        with self._failing():
            self._connection.register("arriving", table)
            try:
                self._connection.execute(f'create or replace table "{name}" as select * from arriving')  # noqa: S608 - our own names
            finally:
                self._connection.unregister("arriving")

    def make(self, name: str, sql: str) -> None:
        """See Tables."""
        with self._failing():
            self._connection.execute(f'create or replace table "{name}" as {sql}')

    def ask(self, sql: str) -> pa.Table:
        """See Tables."""
        with self._failing():
            return self._connection.execute(sql).to_arrow_table()

    def close(self) -> None:
        """Let go of memory and temporary files."""
        self._connection.close()
        self._temp.cleanup()

    @contextmanager
    def _failing(self) -> Iterator[None]:
        try:
            with deadline(self._connection, self._timeout):
                yield
        except duckdb.Error as error:
            raise failure(error, self._timeout) from error
