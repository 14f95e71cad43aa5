"""Which reader reads which kind of log?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any, Final, cast

from custodes.events.access_routes import route
from custodes.events.interface import LogReader
from custodes.events.reading import now
from custodes.records import Rule, Tokeniser

# Kind to where its reader is, and which settings it takes. Imported when asked for: each brings its own weight.
_READERS: Final[dict[str, tuple[str, str, tuple[str, ...]]]] = {
    "jsonl": ("jsonl", "JsonLinesLog", ("rules", "timezone", "store")),
    "csv": ("delimited", "CsvLog", ("rules", "timezone", "store")),
    "parquet": ("parquet", "ParquetLog", ("rules", "timezone", "store")),
    "ocsf": ("ocsf", "OcsfLog", ("rules", "store")),
    "cloudtrail": ("cloudtrail", "CloudTrailLog", ("store",)),
    "postgres_csvlog": ("postgres_csvlog", "PostgresLog", ("timezone", "store", "subjects", "columns")),
    "postgres_jsonlog": ("postgres_jsonlog", "PostgresJsonLog", ("timezone", "store", "subjects", "columns")),
    "mariadb_audit": ("mariadb_audit", "MariaDbAudit", ("timezone", "store", "subjects", "columns")),
    "access": ("access_log", "AccessLog", ("rules", "timezone", "store", "routes", "line")),
    "snowflake": ("snowflake", "SnowflakeLog", ("timezone", "store", "subjects", "columns")),
    "bigquery": ("bigquery", "BigQueryLog", ("store", "subjects", "columns")),
}
KINDS: Final = tuple(_READERS)


@dataclass(frozen=True, slots=True)
class Settings:
    """What an owner may say about a log beside its name, kind and path; each kind takes its own part of it.

    rules: columns of the event by mapping. timezone: IANA name. store: first part of dataset names. subjects: column to
    kind of subject. columns: `schema.table` to column names, for a `select *`. routes: template of a path to columns of
    the event. line: the format of an access log's lines.
    """

    rules: Mapping[str, Rule] = field(default_factory=dict)
    timezone: str | None = None
    store: str | None = None
    subjects: Mapping[str, str] | None = None
    columns: Mapping[str, Sequence[str]] | None = None
    routes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    line: str = "combined"


def open_log(
    kind: str,
    name: str,
    pattern: str,
    *,
    tokeniser: Tokeniser,
    settings: Settings | None = None,
    clock: Callable[[], datetime] = now,
    root: Path | None = None,
) -> LogReader:
    """The reader of one configured log. kind: one of KINDS.

    pattern: glob of its files. clock: when events reach us. root: files in it are named relative to it.
    """
    settings = settings or Settings()
    module, reader, takes = _READERS[kind]
    given: dict[str, Any] = {key: getattr(settings, key) for key in takes}
    if "routes" in given:
        given["routes"] = tuple(route(template, columns) for template, columns in settings.routes.items())
    made = getattr(import_module(f"custodes.events.{module}"), reader)
    return cast("LogReader", made(name, pattern, **given, tokeniser=tokeniser, clock=clock, root=root))
