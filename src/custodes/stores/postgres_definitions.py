"""Which SQL does PostgreSQL keep: views, routines, triggers, and what pg_stat_statements saw? Any role may ask."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import psycopg
from psycopg import sql

from custodes.records import Skipped
from custodes.stores.definitions import LONGEST, MOST, Definition, Definitions, fitting
from custodes.stores.reading import quoted

_HIDDEN: Final = "<insufficient privilege>"
_STATEMENTS: Final = "pg_stat_statements"
_READ_IN: Final = ("sql", "plpgsql")


def definitions(connection: psycopg.Connection, store: str, schemas: tuple[str, ...]) -> Definitions:
    """Of these schemas, all when none is named. Raises psycopg.Error for the catalogue, not for statements."""
    wanted: dict[str, object] = {"schemas": list(schemas) or None, "longest": LONGEST + 1, "most": MOST + 1}
    found: list[Definition] = []
    skipped: list[Skipped] = []
    with connection.transaction():
        # With nothing on the path, the server writes every name with its schema.
        connection.execute("SET LOCAL search_path = pg_catalog")
        columns = _columns(connection, wanted)
        for schema, name, kind, text in connection.execute(_VIEWS, wanted):
            place = f"{schema}.{name}"
            listed = ", ".join(map(quoted, columns.get(place, ())))
            head = f"CREATE VIEW {quoted(schema)}.{quoted(name)} ({listed}) AS "
            found.append(Definition("materialized view" if kind == "m" else "view", place, head + (text or "")))
        other: dict[str, int] = {}
        for schema, name, kind, language, path, text in connection.execute(_ROUTINES, wanted):
            if language in _READ_IN:
                origin = "procedure" if kind == "p" else "function"
                found.append(Definition(origin, f"{schema}.{name}", text or "", path or "public"))  # type: ignore[arg-type]
            else:
                other[language] = other.get(language, 0) + 1
        for language, count in sorted(other.items()):
            reason = f"{count:,} routines are written in {language}, which is not followed"
            skipped.append(Skipped("scan", store, "", reason, "look at what they read and write"))
        for schema, table, name, text in connection.execute(_TRIGGERS, wanted):
            found.append(Definition("trigger", f"{schema}.{table}.{name}", text or "", schema))
    kept, too_much = fitting(store, found)
    run, gaps = _run(connection, store, wanted)
    return Definitions("postgres", (*kept, *run), columns, (*skipped, *too_much, *gaps))


def _columns(connection: psycopg.Connection, wanted: dict[str, object]) -> dict[str, tuple[str, ...]]:
    rows = connection.execute(_COLUMNS, wanted)
    return {f"{schema}.{table}": tuple(names) for schema, table, names in rows}


def _run(
    connection: psycopg.Connection, store: str, wanted: dict[str, object]
) -> tuple[tuple[Definition, ...], tuple[Skipped, ...]]:
    """What the server has run in this database; its constants are `$1` already, but for utility statements."""
    try:
        row = connection.execute(_EXTENSION).fetchone()
        if row is None:
            # Nobody asked for it: the page on following data says what is not known without it.
            return (), ()
        with connection.transaction():
            query = sql.SQL(_SEEN).format(sql.Identifier(row[0], _STATEMENTS))
            seen = connection.execute(query, wanted).fetchall()
            path = connection.execute(_PATH).fetchone()
    except psycopg.Error as error:
        reason, hint = _refused(error)
        return (), (Skipped("scan", store, "", reason, hint),)
    hidden = sum(text == _HIDDEN for _, text, _ in seen)
    gaps = list(_gaps(store, hidden))
    default = path[0] if path else "public"
    kept, too_much = fitting(
        store, (Definition("statements", f"query {key}", text, default, ours) for key, text, ours in _told(seen))
    )
    return kept, (*gaps, *too_much)


def _told(seen: list[tuple[int, str | None, bool]]) -> Iterator[tuple[int, str, bool]]:
    for key, text, ours in seen:
        if text and text != _HIDDEN:
            yield key, text, ours


def _gaps(store: str, hidden: int) -> Iterator[Skipped]:
    if hidden:
        reason = f"which data {hidden:,} statements of other roles moved is not known: the role may not see them"
        yield Skipped("scan", store, "", reason, "GRANT pg_read_all_stats TO the role")


def _refused(error: psycopg.Error) -> tuple[str, str]:
    """Only the kind of the server's refusal: its text may quote a statement."""
    if isinstance(error, psycopg.errors.ObjectNotInPrerequisiteState):
        return (
            "which statements moved data is not known: pg_stat_statements is installed but not loaded",
            "add it to shared_preload_libraries and restart the server",
        )
    if isinstance(error, psycopg.errors.InsufficientPrivilege):
        return (
            "which statements moved data is not known: the role may not read pg_stat_statements",
            "GRANT pg_read_all_stats TO the role, and SELECT on pg_stat_statements",
        )
    return (
        f"which statements moved data is not known: pg_stat_statements cannot be read ({type(error).__name__})",
        "run the scan again",
    )


_OURS: Final = """
    (space.nspname = ANY (%(schemas)s::text[]) OR %(schemas)s::text[] IS NULL)
    AND space.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
    AND space.nspname NOT LIKE 'pg\\_temp\\_%%' AND space.nspname NOT LIKE 'pg\\_toast\\_temp\\_%%'
"""
# What an extension brings is its own business: nobody of the company wrote it.
_NO_EXTENSION: Final = """
    AND NOT EXISTS (SELECT FROM pg_depend AS made WHERE made.objid = {0}.oid AND made.deptype = 'e'
                    AND made.classid = '{1}'::regclass)
"""

_COLUMNS: Final = f"""
SELECT space.nspname::text, relation.relname::text, array_agg(part.attname::text ORDER BY part.attnum)
FROM pg_class AS relation JOIN pg_namespace AS space ON space.oid = relation.relnamespace
JOIN pg_attribute AS part ON part.attrelid = relation.oid AND part.attnum > 0 AND NOT part.attisdropped
WHERE relation.relkind IN ('r', 'p', 'v', 'm', 'f') AND {_OURS}
GROUP BY 1, 2 ORDER BY 1, 2
"""

_VIEWS: Final = f"""
SELECT space.nspname::text, relation.relname::text, relation.relkind::text,
       left(pg_get_viewdef(relation.oid), %(longest)s)
FROM pg_class AS relation JOIN pg_namespace AS space ON space.oid = relation.relnamespace
WHERE relation.relkind IN ('v', 'm') AND {_OURS} {_NO_EXTENSION.format("relation", "pg_class")}
ORDER BY relation.oid LIMIT %(most)s
"""

_ROUTINES: Final = f"""
SELECT space.nspname::text, routine.proname::text, routine.prokind::text, spoken.lanname::text,
       (SELECT trim(split_part(split_part(setting, '=', 2), ',', 1), ' "') FROM unnest(routine.proconfig) AS setting
        WHERE setting LIKE 'search_path=%%' LIMIT 1) AS path,
       CASE WHEN spoken.lanname IN ('sql', 'plpgsql') THEN left(pg_get_functiondef(routine.oid), %(longest)s) END
FROM pg_proc AS routine JOIN pg_namespace AS space ON space.oid = routine.pronamespace
JOIN pg_language AS spoken ON spoken.oid = routine.prolang
WHERE routine.prokind IN ('f', 'p') AND spoken.lanname NOT IN ('internal', 'c')
  AND {_OURS} {_NO_EXTENSION.format("routine", "pg_proc")}
ORDER BY routine.oid LIMIT %(most)s
"""

_TRIGGERS: Final = f"""
SELECT space.nspname::text, relation.relname::text, one.tgname::text, left(pg_get_triggerdef(one.oid), %(longest)s)
FROM pg_trigger AS one JOIN pg_class AS relation ON relation.oid = one.tgrelid
JOIN pg_namespace AS space ON space.oid = relation.relnamespace
WHERE NOT one.tgisinternal AND one.tgparentid = 0 AND {_OURS}
ORDER BY one.oid LIMIT %(most)s
"""

_EXTENSION: Final = """
SELECT space.nspname::text FROM pg_extension AS one JOIN pg_namespace AS space ON space.oid = one.extnamespace
WHERE one.extname = 'pg_stat_statements'
"""

# Where names without a schema are, for whoever did not choose that: our own session looks into pg_catalog alone.
_PATH: Final = """
SELECT space.nspname::text
FROM pg_db_role_setting AS kept CROSS JOIN unnest(kept.setconfig) AS setting
CROSS JOIN regexp_split_to_table(substr(setting, length('search_path=') + 1), ',') WITH ORDINALITY AS one (name, place)
JOIN pg_namespace AS space ON space.nspname = trim(one.name, '" ')
WHERE kept.setrole = 0 AND kept.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
  AND setting LIKE 'search_path=%' AND space.nspname <> 'pg_catalog'
ORDER BY kept.setdatabase DESC, one.place LIMIT 1
"""

_SEEN: Final = """
SELECT coalesce(queryid, 0), left(query, %(longest)s), userid = current_user::regrole::oid
FROM {} WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND query !~* '^\\s*(begin|commit|rollback|set|show|start|fetch|close|deallocate|discard|reset|savepoint|release)\\M'
ORDER BY calls DESC LIMIT %(most)s
"""
