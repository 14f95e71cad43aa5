"""What do the reference backend (pySigma's for SQLite) and our engine say of the same records?"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sigma.backends.sqlite.sqlite import sqliteBackend
from sigma.collection import SigmaCollection
from sigma.exceptions import SigmaError

from custodes.engine.tables import DuckTables
from custodes.sigma.condition import where
from custodes.sigma.projection import Projection
from custodes.sigma.rule import Rule

Record = dict[str, Any]


def ours(rules: Sequence[Rule], records: Sequence[Record]) -> dict[str, int]:
    """How many records match each rule, by its key, in our engine."""
    fields = {field: field for rule in rules for field in rule.fields}
    table, columns = Projection(fields, keywords=any(rule.keywords for rule in rules)).table(records)
    with DuckTables(threads=1) as engine:
        engine.hold("record", table)
        return {
            rule.about.key: engine.ask(f"select count(*) as n from record where {where(rule.trees, columns)}")
            .column("n")[0]
            .as_py()
            for rule in rules
        }


@dataclass(frozen=True)
class Query:
    """What the reference made of one rule."""

    key: str
    sql: Sequence[str]
    fields: Sequence[str]


def converted(files: Sequence[Path]) -> tuple[list[Query], dict[str, str]]:
    """Each rule as the reference converts it, and those it cannot convert with its reason."""
    done, failed = [], {}
    for file in files:
        backend = sqliteBackend(table="record", fulltext_field="everything")  # type: ignore[no-untyped-call]  # it publishes no types
        collection = SigmaCollection.from_yaml(file.read_text())
        rule = collection.rules[0]
        try:
            sql = backend.convert(collection)
        except SigmaError as error:
            failed[str(rule.id)] = str(error)
            continue
        rows = [one.replace("SELECT *", "SELECT rowid", 1) for one in sql]
        named = backend.required_fields(rule)  # type: ignore[no-untyped-call]  # as above
        done.append(Query(str(rule.name or rule.id), rows, named))
    return done, failed


def theirs(queries: Sequence[Query], records: Sequence[Record]) -> dict[str, int]:
    """How many records match each rule in SQLite: columns of text without regard to case, as Zircolite makes them."""
    fields = sorted({field for query in queries for field in query.fields if field != "everything"}, key=str.lower)
    columns = {field.lower(): field for field in fields}
    base = sqlite3.connect(":memory:")
    base.create_function("REGEXP", 2, lambda pattern, text: text is not None and re.search(pattern, text) is not None)
    named = [f'"{name}" text collate nocase' for name in columns.values()]
    base.execute(f"create table record ({', '.join(named)}{',' if named else ''} everything text collate nocase)")
    marks = ", ".join("?" * (len(columns) + 1))
    base.executemany(
        f"insert into record values ({marks})",
        ([*(looked_up(record, field) for field in columns.values()), everything(record)] for record in records),
    )
    found = {}
    for query in queries:
        rows: set[int] = set()
        for sql in query.sql:
            rows.update(row for (row,) in base.execute(sql))
        found[query.key] = len(rows)
    return found


def looked_up(record: Mapping[str, Any], field: str) -> str | None:
    """The value at a path, without regard to case; lists and objects as JSON. No list is looked into."""
    at: Any = record
    for part in field.split("."):
        if not isinstance(at, Mapping):
            return None
        at = at.get(part, next((value for key, value in at.items() if key.lower() == part.lower()), None))
    return as_text(at)


def as_text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return repr(value)


def everything(value: Any) -> str:
    """All values of a record, a line each."""
    if isinstance(value, dict):
        return "\n".join(everything(one) for one in value.values() if one is not None)
    if isinstance(value, list):
        return "\n".join(everything(one) for one in value if one is not None)
    return as_text(value) or ""
