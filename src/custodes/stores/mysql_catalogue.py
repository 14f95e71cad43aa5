"""Which questions does MariaDB's or MySQL's catalogue answer? Users see what they hold a right on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

_SYSTEM: Final = ("information_schema", "mysql", "performance_schema", "sys")
_TEXTS: Final = frozenset(
    {"char", "varchar", "tinytext", "text", "mediumtext", "longtext", "enum", "set", "json", "uuid", "inet6", "inet4"}
)
_BINARY: Final = frozenset({"binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob", "vector"})
_WHOLE: Final = frozenset({"tinyint", "smallint", "mediumint", "int", "bigint"})
_PLAIN: Final = _WHOLE | {"decimal", "float", "double", "date", "datetime", "timestamp", "time", "year"}
_SHAPES: Final = frozenset(
    {
        *("geometry", "point", "linestring", "polygon", "multipoint", "multilinestring", "multipolygon"),
        *("geometrycollection", "geomcollection"),
    }
)
_NAME: Final = re.compile(r"`(?:[^`]|``)+`")
_TIE: Final = re.compile(
    r"FOREIGN KEY \(((?:`(?:[^`]|``)+`(?:, )?)+)\) "
    r"REFERENCES (?:(`(?:[^`]|``)+`)\.)?(`(?:[^`]|``)+`) \(((?:`(?:[^`]|``)+`(?:, )?)+)\)"
)


@dataclass(frozen=True, slots=True)
class Table:
    """One table or view. rows and size: the engine's estimates. changed: when, as far as it knows."""

    schema: str
    name: str
    kind: str
    rows: int | None
    size: int
    made: str
    changed: str | None
    settled: bool  # no change can still come under the time of the last one


@dataclass(frozen=True, slots=True)
class Part:
    """One column. kind: its data_type, without the words of an enumeration. granted: the user has SELECT on it."""

    name: str
    kind: str
    granted: bool
    key: bool

    @property
    def whole(self) -> bool:
        """Whether it holds whole numbers, whose ranges an index finds."""
        return self.kind in _WHOLE


def tables(cursor: Any, schemas: tuple[str, ...]) -> list[Table]:
    """Tables and views by schema and name; of all schemas but the server's own when none is named."""
    where, values = _within("table_schema", schemas)
    # A time of change has whole seconds, so one of this second may stand for two changes.
    cursor.execute(
        "SELECT table_schema, table_name, table_type, table_rows, coalesce(data_length, 0), coalesce(create_time, ''), "
        "update_time, coalesce(update_time < now() - INTERVAL 2 SECOND, 0) "
        f"FROM information_schema.tables WHERE {where} ORDER BY table_schema, table_name",
        values,
    )
    return [
        Table(
            schema,
            name,
            kind.lower(),
            int(rows) if rows is not None else None,
            int(size),
            made,
            changed,
            settled == "1",
        )
        for schema, name, kind, rows, size, made, changed, settled in cursor.fetchall()
    ]


def parts(cursor: Any, schemas: tuple[str, ...]) -> dict[tuple[str, str], list[Part]]:
    """Their columns, in order, by schema and table."""
    where, values = _within("table_schema", schemas)
    cursor.execute(
        "SELECT table_schema, table_name, column_name, data_type, privileges, column_key "
        f"FROM information_schema.columns WHERE {where} ORDER BY table_schema, table_name, ordinal_position",
        values,
    )
    found: dict[tuple[str, str], list[Part]] = {}
    for schema, table, name, kind, privileges, key in cursor.fetchall():
        part = Part(name, kind.lower(), "select" in privileges.lower(), key == "PRI")
        found.setdefault((schema, table), []).append(part)
    return found


def ties(cursor: Any, schema: str, table: str) -> dict[str, str]:
    """What its foreign keys refer to, by column.

    Read from its definition: the catalogue shows constraints only to who may do more than read.
    """
    cursor.execute(f"SHOW CREATE TABLE {quoted(schema)}.{quoted(table)}")
    found: dict[str, str] = {}
    for columns, there, target, far in _TIE.findall(cursor.fetchone()[1]):
        base = f"{_plain(there) if there else schema}.{_plain(target)}"
        pairs = zip(_NAME.findall(columns), _NAME.findall(far), strict=True)
        found |= {_plain(one): f"{base}.{_plain(other)}" for one, other in pairs}
    return found


def schemas(cursor: Any) -> set[str]:
    """The schemas that the user can see."""
    cursor.execute("SELECT schema_name FROM information_schema.schemata")
    return {name for (name,) in cursor.fetchall()}


def cell(part: Part, longest_text: int, longest_binary: int) -> str:
    """The column as text or bytes, cut by the server."""
    column = quoted(part.name)
    if part.kind in _TEXTS:
        return f"left(cast({column} AS char CHARACTER SET utf8mb4), {longest_text})"
    if part.kind in _BINARY:
        return f"left({column}, {longest_binary})"
    if part.kind == "bit":
        return f"cast({column} AS unsigned)"
    if part.kind in _SHAPES:
        return f"left(st_astext({column}), {longest_text})"
    return column if part.kind in _PLAIN else f"left(cast({column} AS char), {longest_text})"


def quoted(name: str) -> str:
    """A name as identifier."""
    return "`" + name.replace("`", "``") + "`"


def _plain(name: str) -> str:
    return name[1:-1].replace("``", "`")


def asked(cursor: Any, query: str, column: str, schemas: tuple[str, ...]) -> list[tuple[Any, ...]]:
    """The rows of a question of the catalogue; `{}` in it becomes the condition on the schemas."""
    where, values = _within(column, schemas)
    cursor.execute(query.format(where), values)
    return list(cursor.fetchall())


def _within(column: str, wanted: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    names = wanted or _SYSTEM
    marks = ", ".join(["%s"] * len(names))
    return f"{column} {'IN' if wanted else 'NOT IN'} ({marks})", names
