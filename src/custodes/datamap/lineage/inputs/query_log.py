"""Is it a log or export of queries, one to a row: CSV, TSV or JSON lines with a column of SQL?"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from custodes.datamap.lineage.edges import Uncovered
from custodes.datamap.lineage.inputs.interface import Given, Script
from custodes.errors import BadInput

_QUERY: Final = (
    "query_text", "sql_text", "sqltext", "query", "statement", "statement_text", "querytxt", "sql", "command_text",
    "argument",
)  # fmt: skip
_SCHEMA: Final = ("schema_name", "schema", "default_schema", "schemaname", "current_schema")
_DATABASE: Final = ("database_name", "database", "datname", "db", "dbname", "current_database", "catalog")
_MOST_FIELD: Final = 16_000_000  # characters of one statement; the csv module's own limit is far lower


def recognises(path: Path, head: str) -> bool:
    """By a header, or by the keys of the first object."""
    if path.suffix.lower() in {".csv", ".tsv", ".txt"}:
        first = head.lstrip("\ufeff").split("\n", 1)[0]
        return (
            column_of([cell.strip('" \r') for cell in first.replace("\t", ",").replace(";", ",").split(",")])
            is not None
        )
    if path.suffix.lower() in {".jsonl", ".ndjson", ".json"}:
        try:
            first_object = json.loads(head.split("\n", 1)[0])
        except (ValueError, RecursionError):
            return False
        return isinstance(first_object, dict) and column_of(list(first_object)) is not None
    return False


def column_of(names: list[str]) -> str | None:
    """The name of the column that holds the SQL."""
    lower = {name.strip().lower(): name for name in names}
    return next((lower[wanted] for wanted in _QUERY if wanted in lower), None)


def read(path: Path, name: str) -> Given:
    """Each row counts as one statement, the first after the header as 1."""
    scripts: list[Script] = []
    uncovered: list[Uncovered] = []
    for number, row in enumerate(_rows(path), 1):
        column = column_of(list(row))
        query = row.get(column) if column else None
        if query is None:
            uncovered.append(Uncovered(name, number, "the row has no column of SQL"))
        elif query.strip():
            scripts.append(Script(name, query, number, _default(row)))
    return Given(scripts, (), uncovered)


def _default(row: Mapping[str, str]) -> str:
    lower = {key.strip().lower(): value for key, value in row.items()}
    schema = next((lower[key] for key in _SCHEMA if lower.get(key)), "")
    database = next((lower[key] for key in _DATABASE if lower.get(key)), "")
    return f"{database}.{schema}" if schema and database else schema


def _rows(path: Path) -> Iterator[dict[str, str]]:
    text = path.read_text("utf-8-sig", errors="replace").replace("\x00", "")
    if path.suffix.lower() in {".jsonl", ".ndjson", ".json"}:
        for line in text.splitlines():
            if line.strip():
                try:
                    row = json.loads(line)
                except (ValueError, RecursionError):
                    row = None
                yield {str(k): v for k, v in row.items() if isinstance(v, str)} if isinstance(row, dict) else {}
        return
    csv.field_size_limit(_MOST_FIELD)
    first = text.split("\n", 1)[0]
    delimiter = max(",\t;", key=first.count)
    try:
        for row in csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter):
            yield {key: value for key, value in row.items() if isinstance(key, str) and isinstance(value, str)}
    except csv.Error as broken:
        raise BadInput(
            "its rows cannot be told apart", where=str(path), hint="write it as CSV with quoted fields"
        ) from broken
