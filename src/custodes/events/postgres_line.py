"""What kind of line of a PostgreSQL log is this?"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from custodes.events.unfit import Unfit
from custodes.records import Action, Outcome

# Columns per version: 23 up to PostgreSQL 12, 24 in 13, 26 from 14 on.
_WIDTHS: Final = (23, 24)
_NEWEST: Final = 26

Kind = Literal["login", "statement", "audit", "error", "chatter"]

_STATEMENT: Final = re.compile(
    r"(?:duration: [\d.]+ ms  )?(?:statement|execute (?P<fetch>fetch from )?[^:]*): (?P<sql>.*)", re.DOTALL
)
_AUDIT: Final = "AUDIT: "
_PREPARED: Final = re.compile(
    r'\s*prepare\s+(?:"[^"]*"|\w+)\s*(?:\([^)]*\))?\s*as\s+(?P<sql>.*)', re.IGNORECASE | re.DOTALL
)
_EXECUTE: Final = re.compile(
    r'\s*execute\s+(?:"[^"]*"|\w+)\s*(?P<arguments>\(.*\))?\s*;?\s*', re.IGNORECASE | re.DOTALL
)
_RELATIONS: Final = {"TABLE", "VIEW", "MATERIALIZED VIEW", "FOREIGN TABLE", "COMPOSITE TYPE"}
_AUDIT_ACTIONS: Final[dict[str, Action]] = {
    "INSERT": "create",
    "UPDATE": "update",
    "DELETE": "delete",
    "TRUNCATE TABLE": "delete",
    "COPY TO": "export",
    "GRANT": "grant",
    "REVOKE": "revoke",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the log. tag: the command's. state: SQLSTATE. query: the statement that an error is about."""

    time: str
    user: str
    address: str | None
    session: str
    number: str
    tag: str
    severity: str
    state: str
    message: str
    detail: str
    query: str
    application: str | None

    @classmethod
    def of_row(cls, row: list[str]) -> Line:
        """From a row of a CSV log. Raises Unfit when it has another number of cells than PostgreSQL writes."""
        if len(row) not in _WIDTHS and len(row) < _NEWEST:
            raise Unfit(f"the row has {len(row)} cells, a PostgreSQL log 23, 24 or 26")
        time, user, _, _, connection, session, number, tag = row[:8]
        severity, state, message, detail = row[11:15]
        application = row[22] or None
        return cls(
            time, user, _host(connection), session, number, tag, severity, state, message, detail, row[19], application
        )

    @classmethod
    def of_record(cls, record: Mapping[str, object]) -> Line:
        """From an object of a JSON log, in which keys without a value are left out. Raises Unfit."""

        def text(key: str) -> str:
            value = record.get(key)
            return "" if value is None or isinstance(value, (dict, list)) else str(value)

        missing = [key for key in ("timestamp", "session_id", "line_num", "error_severity") if not text(key)]
        if missing:
            raise Unfit(f"the record has no {missing[0]}: it is no line of a PostgreSQL JSON log")
        return cls(
            time=text("timestamp"),
            user=text("user"),
            address=text("remote_host") if text("remote_host") not in {"", "[local]"} else None,
            session=text("session_id"),
            number=text("line_num"),
            tag=text("ps"),
            severity=text("error_severity"),
            state=text("state_code"),
            message=text("message"),
            detail=text("detail"),
            query=text("statement"),
            application=text("application_name") or None,
        )

    @property
    def event_id(self) -> str:
        """Session and line in it: unique within a cluster."""
        return f"{self.session}:{self.number}"


@dataclass(frozen=True, slots=True)
class Said:
    """What a line says.

    sql, detail: the statement and the line that holds its parameters. texts: what another line about the same
    statement may quote. statement: pgaudit's number of it. inner: a statement run by another one (in a function).
    relation, action: what pgaudit says is touched.
    """

    kind: Kind
    sql: str = ""
    detail: str = ""
    texts: tuple[str, ...] = ()
    outcome: Outcome = "success"
    statement: str | None = None
    relation: str | None = None
    action: Action | None = None
    inner: bool = False


_CHATTER: Final = Said("chatter")


def said(line: Line) -> Said:
    """What the line says, in PostgreSQL's own English messages. Raises Unfit for a pgaudit line that is none."""
    if line.severity == "LOG":
        return _logged(line)
    if line.severity not in {"ERROR", "FATAL", "PANIC"}:
        return _CHATTER
    outcome: Outcome = "denied" if line.state == "42501" or line.state.startswith("28") else "failure"
    if line.tag in {"authentication", "startup"}:
        return Said("login", outcome=outcome)
    return Said("error", line.query, "", (line.query.strip(),), outcome) if line.query.strip() else _CHATTER


def _logged(line: Line) -> Said:
    if line.message.startswith(_AUDIT):
        return _audited(line)
    if line.message.startswith("connection authorized: "):
        return Said("login")
    found = _STATEMENT.fullmatch(line.message)
    if found is None or found["fetch"]:
        return _CHATTER  # later rows of a portal are of the statement that opened it
    return _stated(found["sql"], line.detail)


def _stated(sql: str, detail: str) -> Said:
    text = sql.strip()
    prepared = _PREPARED.match(detail.removeprefix("prepare: ")) if detail.startswith("prepare: ") else None
    executed = _EXECUTE.fullmatch(text) if prepared else None
    if prepared is None or executed is None:
        return Said("statement", text, detail, (text,))
    # EXECUTE name (arguments): the detail tells what was prepared under that name.
    texts = (text, detail.removeprefix("prepare: ").strip())
    return Said("statement", prepared["sql"], _bound(executed["arguments"] or ""), texts)


def _bound(arguments: str) -> str:
    """The arguments of EXECUTE, written as PostgreSQL writes parameters of the extended protocol."""
    values = re.findall(r"'((?:[^']|'')*)'|(-?\d+(?:\.\d+)?)|\bnull\b", arguments, re.IGNORECASE)
    told = [f"'{text or number}'" for text, number in values]
    return "parameters: " + ", ".join(f"${number} = {value}" for number, value in enumerate(told, start=1))


def _audited(line: Line) -> Said:
    """pgaudit: AUDIT_TYPE,STATEMENT_ID,SUBSTATEMENT_ID,CLASS,COMMAND,OBJECT_TYPE,OBJECT_NAME,STATEMENT,PARAMETER."""
    try:
        rows = list(csv.reader([line.message.removeprefix(_AUDIT)], strict=True))
    except csv.Error as error:
        raise Unfit("the pgaudit line is not whole") from error
    if len(rows) != 1 or len(rows[0]) < 9:
        raise Unfit("the pgaudit line is not whole")
    _, statement, substatement, group, command, kind, name, sql, bound = rows[0][:9]
    if command == "PREPARE":
        return _CHATTER  # what is prepared is told when it is executed
    text = sql.strip()
    prepared = _PREPARED.match(text) if group in {"READ", "WRITE"} else None
    relation = name if kind in _RELATIONS and "." in name else None
    if relation is not None and relation.split(".")[0] in {"pg_catalog", "information_schema"}:
        relation = None
    return Said(
        "audit",
        prepared["sql"] if prepared else text,
        _parameters(bound),
        (text,),
        statement=statement,
        inner=substatement != "1",
        relation=relation,
        action=_AUDIT_ACTIONS.get(command),
    )


def _parameters(bound: str) -> str:
    """pgaudit's parameters (CSV within the field), written as PostgreSQL writes them."""
    if bound in {"<none>", "<not logged>", ""}:
        return ""
    try:
        values = next(csv.reader([bound]), [])
    except csv.Error:
        return ""
    quoted = ("'" + value.replace("'", "''") + "'" for value in values)
    return "parameters: " + ", ".join(f"${number} = {value}" for number, value in enumerate(quoted, start=1))


def _host(connection: str) -> str | None:
    """`192.0.2.7:51324` or `[local]`; IPv6 addresses are written without brackets, the port last."""
    if connection in {"", "[local]"}:
        return None
    host, colon, port = connection.rpartition(":")
    return host if colon and port.isdecimal() else connection
