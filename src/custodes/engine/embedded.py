"""Which engine answers when nobody chose one? The embedded one, over tables in memory: enough to try a question."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from custodes.engine.interface import Engine


def over(events: pa.Table, context: Mapping[str, pa.Table], fields: pa.Table) -> Engine:
    """An engine over a small table of events (SEALED_SCHEMA), context by name and a data map."""
    from custodes.engine.duckdb import DuckEngine  # noqa: PLC0415 - whoever only lists questions does not pay for it

    return DuckEngine(events, context, fields, threads=1)


def empty() -> Engine:
    """An engine whose views have their columns and no rows: what a query is bound against."""
    from custodes.engine.duckdb import DuckEngine  # noqa: PLC0415 - as above

    return DuckEngine([], threads=1)
