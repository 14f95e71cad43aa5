"""Which SQL does MariaDB or MySQL keep: views, routines, triggers and events? Users see what they hold a right on."""

from __future__ import annotations

import re
from typing import Any, Final

import pymysql

from custodes.records import Origin, Skipped
from custodes.stores import mysql_catalogue as catalogue
from custodes.stores.definitions import Definition, Definitions, fitting
from custodes.stores.mysql_catalogue import quoted

_DEFINER: Final = re.compile(r"^\s*CREATE\s+(?:OR\s+REPLACE\s+)?DEFINER\s*=\s*\S+\s+", re.IGNORECASE)
_VIEW_HINT: Final = "GRANT SHOW VIEW ON it to the user"
_BODY_HINT: Final = "GRANT SHOW CREATE ROUTINE on it to the user (MariaDB 11.3), or SELECT ON mysql.proc"


def definitions(cursor: Any, store: str, schemas: tuple[str, ...]) -> Definitions:
    """Of these schemas, all when none is named. Raises pymysql.Error when the catalogue cannot be asked."""
    columns = {
        f"{schema}.{table}": tuple(part.name for part in parts)
        for (schema, table), parts in catalogue.parts(cursor, schemas).items()
    }
    found: list[Definition] = []
    skipped: list[Skipped] = []
    for schema, name, text in catalogue.asked(cursor, _VIEWS, "table_schema", schemas):
        place = f"{schema}.{name}"
        if not text:
            reason = "where its data comes from is not known: the user may not see the view's definition"
            skipped.append(Skipped("scan", store, place, reason, _VIEW_HINT))
            continue
        listed = ", ".join(map(quoted, columns.get(place, ())))
        head = f"CREATE VIEW {quoted(schema)}.{quoted(name)}{f' ({listed})' if listed else ''} AS "
        found.append(Definition("view", place, head + text, schema))
    for schema, name, kind in catalogue.asked(cursor, _ROUTINES, "routine_schema", schemas):
        body = _routine(cursor, schema, name, kind)
        origin: Origin = "function" if kind.upper() == "FUNCTION" else "procedure"
        if body:
            found.append(Definition(origin, f"{schema}.{name}", body, schema))
        else:
            reason = "where its data flows is not known: the user may not see the routine's body"
            skipped.append(Skipped("scan", store, f"{schema}.{name}", reason, _BODY_HINT))
    for schema, name, table, timing, event, body in catalogue.asked(cursor, _TRIGGERS, "trigger_schema", schemas):
        head = f"CREATE TRIGGER {quoted(name)} {timing} {event} ON {quoted(schema)}.{quoted(table)} FOR EACH ROW "
        found.append(Definition("trigger", f"{schema}.{table}.{name}", head + (body or ""), schema))
    for schema, name, body in catalogue.asked(cursor, _EVENTS, "event_schema", schemas):
        # What a job does is what a procedure of the same body does.
        head = f"CREATE PROCEDURE {quoted(schema)}.{quoted(name)} () "
        found.append(Definition("event", f"{schema}.{name}", head + (body or ""), schema))
    kept, too_much = fitting(store, found)
    return Definitions("mysql", kept, columns, (*skipped, *too_much))


def _routine(cursor: Any, schema: str, name: str, kind: str) -> str:
    """Its statement, with parameters and without its definer; empty where the user may not see it."""
    word = "FUNCTION" if kind.upper() == "FUNCTION" else "PROCEDURE"
    try:
        cursor.execute(f"SHOW CREATE {word} {quoted(schema)}.{quoted(name)}")
        row = cursor.fetchone()
    except pymysql.Error:
        return ""
    text = row[2] if row is not None and len(row) > 2 else None
    return _DEFINER.sub("CREATE ", text) if isinstance(text, str) else ""


_VIEWS: Final = "SELECT table_schema, table_name, view_definition FROM information_schema.views WHERE {} ORDER BY 1, 2"
_ROUTINES: Final = (
    "SELECT routine_schema, routine_name, routine_type FROM information_schema.routines "
    "WHERE routine_type IN ('FUNCTION', 'PROCEDURE') AND {} ORDER BY 1, 2"
)
_TRIGGERS: Final = (
    "SELECT trigger_schema, trigger_name, event_object_table, action_timing, event_manipulation, action_statement "
    "FROM information_schema.triggers WHERE {} ORDER BY 1, 2"
)
_EVENTS: Final = (
    "SELECT event_schema, event_name, event_definition FROM information_schema.events WHERE {} ORDER BY 1, 2"
)
