"""Which questions does PostgreSQL's catalogue answer about its tables? Any role may ask them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from psycopg import Connection
from psycopg.rows import class_row


@dataclass(frozen=True, slots=True)
class Relation:
    """One table or view. rows: the estimate of the last ANALYZE, -1 before the first. kind: pg_class.relkind."""

    oid: int
    schema: str
    name: str
    kind: str
    rows: float
    populated: bool
    columns: int
    usage: bool  # the role has USAGE on the schema
    row_security: bool  # rows are hidden from the role


@dataclass(frozen=True, slots=True)
class Part:
    """One column. granted: the role has SELECT on it. category: pg_type.typcategory."""

    oid: int
    name: str
    type: str
    category: str
    granted: bool
    key: bool


@dataclass(frozen=True, slots=True)
class Tie:
    """One column of a foreign key; target is `schema.table.column`."""

    oid: int
    name: str
    target: str


def relations(connection: Connection, schemas: list[str]) -> list[Relation]:
    """Tables and views by schema and name; of all schemas when none is named. Raises psycopg.Error."""
    with connection.cursor(row_factory=class_row(Relation)) as cursor:
        return cursor.execute(_RELATIONS, {"schemas": schemas or None}).fetchall()


def parts(connection: Connection, schemas: list[str]) -> list[Part]:
    """Their columns, in order. Raises psycopg.Error."""
    with connection.cursor(row_factory=class_row(Part)) as cursor:
        return cursor.execute(_COLUMNS, {"schemas": schemas or None}).fetchall()


def ties(connection: Connection, schemas: list[str]) -> list[Tie]:
    """Their foreign keys. Raises psycopg.Error."""
    with connection.cursor(row_factory=class_row(Tie)) as cursor:
        return cursor.execute(_FOREIGN_KEYS, {"schemas": schemas or None}).fetchall()


def missing(connection: Connection, schemas: list[str]) -> list[str]:
    """Which of the named schemas do not exist. Raises psycopg.Error."""
    there = {row[0] for row in connection.execute("SELECT nspname FROM pg_namespace").fetchall()}
    return [schema for schema in schemas if schema not in there]


_OURS: Final = """
    relation.relkind IN ('r', 'p', 'v', 'm', 'f')
    AND NOT relation.relispartition
    AND relation.relpersistence <> 't'
    AND (space.nspname = ANY (%(schemas)s::text[]) OR %(schemas)s::text[] IS NULL)
    AND space.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
"""

_RELATIONS: Final = f"""
SELECT relation.oid, space.nspname AS schema, relation.relname AS name, relation.relkind::text AS kind,
       relation.reltuples AS rows, relation.relispopulated AS populated, relation.relnatts AS columns,
       has_schema_privilege(space.oid, 'USAGE') AS usage, row_security_active(relation.oid) AS row_security
FROM pg_class AS relation JOIN pg_namespace AS space ON space.oid = relation.relnamespace
WHERE {_OURS}
ORDER BY space.nspname, relation.relname
"""

_COLUMNS: Final = f"""
SELECT relation.oid, part.attname AS name, format_type(part.atttypid, NULL) AS type,
       kind.typcategory::text AS category,
       has_column_privilege(relation.oid, part.attnum, 'SELECT') AS granted,
       EXISTS (SELECT FROM pg_index AS index
               WHERE index.indrelid = relation.oid AND index.indisprimary AND part.attnum = ANY (index.indkey)) AS key
FROM pg_class AS relation JOIN pg_namespace AS space ON space.oid = relation.relnamespace
JOIN pg_attribute AS part ON part.attrelid = relation.oid AND part.attnum > 0 AND NOT part.attisdropped
JOIN pg_type AS kind ON kind.oid = part.atttypid
WHERE {_OURS}
ORDER BY relation.oid, part.attnum
"""

_FOREIGN_KEYS: Final = f"""
SELECT relation.oid, part.attname AS name, there.nspname || '.' || target.relname || '.' || other.attname AS target
FROM pg_class AS relation JOIN pg_namespace AS space ON space.oid = relation.relnamespace
JOIN pg_constraint AS tie ON tie.conrelid = relation.oid AND tie.contype = 'f'
CROSS JOIN LATERAL unnest(tie.conkey, tie.confkey) AS pair (here, far)
JOIN pg_attribute AS part ON part.attrelid = relation.oid AND part.attnum = pair.here
JOIN pg_class AS target ON target.oid = tie.confrelid JOIN pg_namespace AS there ON there.oid = target.relnamespace
JOIN pg_attribute AS other ON other.attrelid = tie.confrelid AND other.attnum = pair.far
WHERE {_OURS}
"""
