"""Which reader reads which kind of log?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from custodes.events.cloudtrail import CloudTrailLog
from custodes.events.delimited import CsvLog
from custodes.events.interface import LogReader
from custodes.events.jsonl import JsonLinesLog
from custodes.events.postgres_csvlog import PostgresLog
from custodes.events.reading import now
from custodes.records import Rule, Tokeniser


def open_log(
    kind: str,
    name: str,
    pattern: str,
    *,
    tokeniser: Tokeniser,
    rules: Mapping[str, Rule] | None = None,
    timezone: str | None = None,
    store: str | None = None,
    subjects: Mapping[str, str] | None = None,
    columns: Mapping[str, Sequence[str]] | None = None,
    clock: Callable[[], datetime] = now,
    root: Path | None = None,
) -> LogReader:
    """The reader of one configured log: `jsonl`, `csv`, `cloudtrail` or `postgres_csvlog`.

    pattern: glob of its files. rules, timezone, store, subjects: as configured. columns: `schema.table` to column
    names, for a `select *` in a PostgreSQL log. clock: when events reach us. root: files in it are named relative
    to it.
    """
    if kind == "cloudtrail":
        return CloudTrailLog(name, pattern, tokeniser=tokeniser, store=store, clock=clock, root=root)
    if kind == "postgres_csvlog":
        return PostgresLog(
            name,
            pattern,
            tokeniser=tokeniser,
            timezone=timezone,
            store=store,
            subjects=subjects,
            columns=columns,
            clock=clock,
            root=root,
        )
    readers: dict[str, type[JsonLinesLog | CsvLog]] = {"jsonl": JsonLinesLog, "csv": CsvLog}
    return readers[kind](
        name, pattern, rules or {}, tokeniser=tokeniser, timezone=timezone, store=store, clock=clock, root=root
    )
