"""What does Snowflake's ACCESS_HISTORY say? Which columns each query read, and which it wrote.

Rows of `SNOWFLAKE.ACCOUNT_USAGE.ACCESS_HISTORY` (Snowflake documentation, "ACCESS_HISTORY view") as JSON objects,
joined with QUERY_HISTORY where the owner wants subjects (QUERY_TEXT) and outcomes of queries.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

from custodes.events import times
from custodes.events.frames import Frame
from custodes.events.json_records import Reading, records
from custodes.events.jsonl import is_whole, json_object
from custodes.events.reading import Form
from custodes.events.sql_dialects import SNOWFLAKE
from custodes.events.sql_statements import Seen
from custodes.events.statement_log import Stated, StatementLog
from custodes.events.unfit import TooMany, Unfit, bounded
from custodes.records import AccessEvent, Action, Outcome

# Objects that hold rows; others (policies, tags, warehouses) are no data.
_HOLDERS: Final = frozenset(
    {
        *("table", "view", "materialized view", "external table", "dynamic table", "iceberg table", "event table"),
        *("stage", "stream", "hybrid table"),
    }
)
_LISTS: Final = ("DIRECT_OBJECTS_ACCESSED", "BASE_OBJECTS_ACCESSED", "OBJECTS_MODIFIED")
_QUERY_ACTIONS: Final[dict[str, Action]] = {
    "INSERT": "create",
    "COPY": "create",
    "CREATE_TABLE_AS_SELECT": "create",
    "UPDATE": "update",
    "MERGE": "update",
    "DELETE": "delete",
    "TRUNCATE_TABLE": "delete",
}
_EXPORTS: Final = frozenset({"UNLOAD", "GET_FILES"})


class SnowflakeLog(StatementLog):
    """Rows of ACCESS_HISTORY as JSON lines or a list, plain, gzip or zstd. Keys in any case.

    Times that name no zone are in `timezone`. store: first part of dataset names (the log's name unless given).
    subjects, columns: see `Statements`; used where a row has QUERY_TEXT.
    """

    kind = "snowflake"
    dialect = SNOWFLAKE

    def form(self, file: Path, recorded: datetime) -> Form:  # noqa: ARG002 - all files are alike
        """See FileLog."""

        def convert(frame: Frame, sofar: list[AccessEvent]) -> list[AccessEvent]:  # noqa: ARG001 - no record amends another
            if not frame.data.strip():
                return []
            values = json_object(frame.data)
            return self._events(Reading({key.upper(): value for key, value in values.items()}), recorded)

        return Form(records, convert, is_whole)

    def stated(self, record: bytes) -> Iterator[Stated]:
        """See StatementLog."""
        row = Reading({key.upper(): value for key, value in json_object(record).items()})
        if row.text("QUERY_ID") is None or row.text("USER_NAME") is None:
            raise Unfit("the record has no QUERY_ID or USER_NAME: it is no row of ACCESS_HISTORY")
        if _outcome(row) == "success":
            within = (row.text("DATABASE_NAME"), row.text("SCHEMA_NAME") or "PUBLIC")
            told = tuple(_folded(part) for part in within if part) if within[0] else ()
            yield Stated(row.text("QUERY_TEXT") or "", told)

    def _events(self, row: Reading, recorded: datetime) -> list[AccessEvent]:
        query, user = row.text("QUERY_ID"), row.text("USER_NAME")
        moment = row.value("QUERY_START_TIME") or row.value("START_TIME")
        if query is None or user is None or moment is None:
            raise Unfit("the record has no QUERY_ID, USER_NAME or QUERY_START_TIME: it is no row of ACCESS_HISTORY")
        time = times.parse(moment, self.local)
        touched = _touched(row)
        subjects = self._subjects(row)
        asked = {dataset: subjects.get(dataset) or subjects.get("") or [(None, None)] for dataset in touched}
        bounded(sum(map(len, asked.values())))
        return [
            AccessEvent(
                event_id=query,
                time=time,
                recorded=recorded,
                actor=f"staff:{user}",
                behalf=f"role:{role}" if (role := row.text("ROLE_NAME")) else None,
                action=action,
                dataset=f"{self.store}.{dataset}",
                object=shape if subject is None else None,
                subject=subject,
                party=None,
                fields=fields,
                records=1,
                tool=row.text("CLIENT_APPLICATION_ID", "QUERY_TAG", "WAREHOUSE_NAME"),
                client=None,
                address=row.text("CLIENT_IP"),
                agent=None,
                case=None,
                outcome=_outcome(row),
                source=self.name,
            )
            for dataset, (action, fields) in touched.items()
            for subject, shape in asked[dataset]
        ]

    def _subjects(self, row: Reading) -> dict[str, list[tuple[str | None, str | None]]]:
        """By dataset (empty: any of them), the subjects the statement names, or the shape of its condition."""
        text = row.text("QUERY_TEXT")
        if text is None:
            return {}
        schema = row.text("SCHEMA_NAME") or "PUBLIC"
        database = row.text("DATABASE_NAME")
        within = ".".join(_folded(part) for part in (database, schema) if part)
        try:
            seen: list[Seen] = self.statements.seen(text, {}, within)
        except TooMany:
            raise
        except Unfit:
            return {}  # the row itself tells the tables
        found: dict[str, list[tuple[str | None, str | None]]] = {}
        for one in seen:
            found.setdefault(one.touch.dataset, []).append((one.subject, one.touch.object))
        named: list[tuple[str | None, str | None]] = [
            (name, None) for name in dict.fromkeys(one.subject for one in seen) if name
        ]
        # A table behind a view is not in the text; what the query asked for holds for it too.
        return {**found, "": named} if named else found


def _touched(row: Reading) -> dict[str, tuple[Action, tuple[str, ...]]]:
    """Dataset to action and columns: what was written first, then what was read, directly or behind a view."""
    kind = (row.text("QUERY_TYPE") or "").upper()
    found: dict[str, tuple[Action, tuple[str, ...]]] = {}
    for name in reversed(_LISTS):
        for thing in _objects(row, name):
            dataset = thing.text("objectName")
            domain = (thing.text("objectDomain") or "table").lower()
            if dataset is None or domain not in _HOLDERS:
                continue
            fields = tuple(
                dict.fromkeys(_folded(column) for item in thing.items("columns") if (column := item.text("columnName")))
            )
            action: Action = "export" if kind in _EXPORTS else "read"
            if name == "OBJECTS_MODIFIED":
                action = _QUERY_ACTIONS.get(kind, "update")
            told = ".".join(_folded(part) for part in _parts(dataset))
            action, before = found.get(told, (action, ()))
            found[told] = (action, tuple(dict.fromkeys((*before, *fields))))
    return found


def _objects(row: Reading, name: str) -> list[Reading]:
    """A list of objects; exports as CSV or text hold it as JSON in a text."""
    value = row.value(name)
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError) as error:
            raise Unfit(f"{name} is no JSON") from error
    return Reading({"it": value}).items("it")


def _parts(name: str) -> Iterator[str]:
    """`DB.SCHEMA."Odd.Name"` by parts."""
    inside = False
    part = ""
    for character in name:
        if character == '"':
            inside = not inside
        elif character == "." and not inside:
            yield part
            part = ""
        else:
            part += character
    yield part


def _folded(name: str) -> str:
    """Snowflake writes unquoted names in upper case; they are told in lower case, as everywhere."""
    plain = name.strip('"')
    return plain.lower() if plain.isupper() else plain


def _outcome(row: Reading) -> Outcome:
    status = (row.text("EXECUTION_STATUS") or "").upper()
    if status not in {"FAIL", "FAILED_WITH_ERROR", "FAILED_WITH_INCIDENT", "INCIDENT"}:
        return "success"
    # 3001: insufficient privileges; 2003: does not exist or not authorised.
    return "denied" if row.text("ERROR_CODE") in {"003001", "3001", "002003", "2003"} else "failure"
