"""Which questions does PostgreSQL's catalogue answer about its tables? Any role may ask them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from psycopg import Connection
from psycopg.rows import class_row


@dataclass(frozen=True, slots=True)
class Relation:
    """One table or view, its partitions and heirs with it. kind: pg_class.relkind.

    rows: the estimate of the last ANALYZE, -1 before the first. blocks: of the largest of its parts. size: in bytes,
    with what lies apart because it is large. ranged: whether every part is a heap, of which blocks can be asked for.
    mark: changes with every change that a transaction committed; None where there is none.
    """

    oid: int
    schema: str
    name: str
    kind: str
    rows: float
    populated: bool
    columns: int
    usage: bool  # the role has USAGE on the schema
    row_security: bool  # rows are hidden from the role
    blocks: int
    size: int
    ranged: bool
    mark: str | None


@dataclass(frozen=True, slots=True)
class Part:
    """One column. granted: the role has SELECT on it. category and base: of the type below any domains."""

    oid: int
    name: str
    type: str
    category: str
    base: str
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
    counted = connection.info.server_version >= _COUNTED_SINCE
    wanted = {"schemas": schemas or None, "epoch": _epoch(connection) if counted else None}
    with connection.cursor(row_factory=class_row(Relation)) as cursor:
        return cursor.execute(_RELATIONS, wanted).fetchall()


def _epoch(connection: Connection) -> str | None:
    """Since when the server counts changes without a gap; None where it does not count."""
    row = connection.execute(_EPOCH).fetchone()
    return None if row is None else row[0]


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

# Before version 15 counts were sent to a collector in packets that could be lost.
_COUNTED_SINCE: Final = 150_000

# A standby does not count; a crash resets the counts, and says when. Both belong to what a mark means.
_EPOCH: Final = """
SELECT CASE WHEN current_setting('track_counts')::boolean AND NOT pg_is_in_recovery() THEN
       concat(extract(epoch FROM pg_postmaster_start_time()), '/', extract(epoch FROM stats_reset)) END
FROM pg_stat_database WHERE datname = current_database()
"""

_RELATIONS: Final = f"""
WITH RECURSIVE part (root, oid) AS (
    SELECT relation.oid, relation.oid
    FROM pg_class AS relation JOIN pg_namespace AS space ON space.oid = relation.relnamespace WHERE {_OURS}
    UNION SELECT part.root, heir.inhrelid FROM part JOIN pg_inherits AS heir ON heir.inhparent = part.oid
), whole AS (
    SELECT part.root, max(pg_relation_size(part.oid) / current_setting('block_size')::int) AS blocks,
           sum(pg_table_size(part.oid))::bigint AS size,
           bool_and(one.relkind = 'p' OR one.relam = (SELECT oid FROM pg_am WHERE amname = 'heap')) AS ranged,
           coalesce(sum(one.reltuples) FILTER (WHERE one.reltuples >= 0 AND one.relkind <> 'p'), -1) AS rows,
           %(epoch)s::text || '/' || md5(string_agg(concat_ws('-', part.oid, pg_relation_filenode(part.oid),
               pg_stat_get_tuples_inserted(part.oid), pg_stat_get_tuples_updated(part.oid),
               pg_stat_get_tuples_deleted(part.oid)), ',' ORDER BY part.oid)) AS mark
    FROM part JOIN pg_class AS one ON one.oid = part.oid GROUP BY part.root
)
SELECT relation.oid, space.nspname AS schema, relation.relname AS name, relation.relkind::text AS kind,
       CASE WHEN relation.relkind = 'p' THEN whole.rows ELSE relation.reltuples END AS rows,
       relation.relispopulated AS populated, relation.relnatts AS columns,
       has_schema_privilege(space.oid, 'USAGE') AS usage, row_security_active(relation.oid) AS row_security,
       coalesce(whole.blocks, 0)::bigint AS blocks, coalesce(whole.size, 0) AS size,
       coalesce(whole.ranged, false) AND relation.relkind IN ('r', 'p', 'm') AS ranged,
       CASE WHEN relation.relkind IN ('r', 'p', 'm') AND whole.ranged THEN whole.mark END AS mark
FROM pg_class AS relation JOIN pg_namespace AS space ON space.oid = relation.relnamespace
LEFT JOIN whole ON whole.root = relation.oid
WHERE {_OURS}
ORDER BY space.nspname, relation.relname
"""

_COLUMNS: Final = f"""
SELECT relation.oid, part.attname AS name, regexp_replace(format_type(part.atttypid, NULL), '^public[.]', '') AS type,
       kind.typcategory::text AS category,
       (WITH RECURSIVE below (oid) AS (SELECT kind.oid UNION ALL
           SELECT over.typbasetype FROM below JOIN pg_type AS over ON over.oid = below.oid AND over.typtype = 'd')
        SELECT base.typname::text FROM below JOIN pg_type AS base ON base.oid = below.oid AND base.typtype <> 'd'
       ) AS base,
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
