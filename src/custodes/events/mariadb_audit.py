"""What does MariaDB's audit plugin say? Who connected, which statement ran, which tables it opened.

File format of `server_audit` (MariaDB documentation, "MariaDB Audit Plugin - Log Format"):
`time,server,user,host,connection,query,operation,database,object,retcode`.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from custodes.events import times
from custodes.events.frames import Frame, lines
from custodes.events.reading import Form
from custodes.events.sql_dialects import MYSQL
from custodes.events.sql_nouns import Touch
from custodes.events.statement_log import Stated, StatementLog
from custodes.events.unfit import TooMany, Unfit
from custodes.records import AccessEvent, Action, Outcome, Tokeniser

_LINE: Final = re.compile(
    r"(?P<time>\d{8} \d\d:\d\d:\d\d),(?P<server>[^,]*),(?P<user>[^,]*),(?P<host>[^,]*),(?P<connection>\d*),"
    r"(?P<query>\d*),(?P<operation>[A-Z_]+),(?P<database>[^,]*),(?P<object>.*?)(?:,(?P<code>-?\d*)(?:,[^,']*)?)?",
    re.DOTALL,
)
_TIME: Final = re.compile(r"(\d{4})(\d\d)(\d\d) (.*)")
_TABLES: Final[dict[str, Action]] = {
    "READ": "read",
    "WRITE": "update",
    "CREATE": "create",
    "ALTER": "update",
    "RENAME": "update",
    "DROP": "delete",
}
_QUERIES: Final = {"QUERY", "QUERY_DDL", "QUERY_DML", "QUERY_DML_NO_SELECT", "QUERY_DCL"}
# Server error codes: access denied to a database, account, table, column, operation, routine.
_DENIED: Final = frozenset(
    {"1044", "1045", "1142", "1143", "1227", "1370", "1698", "1410", "1141"}
)  # server error codes
_SYSTEM: Final = frozenset({"information_schema", "performance_schema", "sys"})
# Tables of `mysql` that hold accounts or statements; the others say how the server is set up.
_TELLING: Final = frozenset({"user", "global_priv", "slow_log", "general_log", "column_stats"})
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)
_LETTERS: Final = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "0": "\0"}
_CONNECTIONS: Final = 10_000


@dataclass(slots=True)
class _Opened:
    """The tables a statement opened before its own line came. places: of their events, in the batch."""

    query: str
    batch: int
    places: dict[str, int] = field(default_factory=dict)


class MariaDbAudit(StatementLog):
    """A log of MariaDB's `server_audit`, plain, gzip or zstd.

    timezone: the server's, which its times do not name. store: first part of dataset names (the log's name unless
    given). subjects, columns: see `Statements`.
    """

    kind = "mariadb_audit"
    dialect = MYSQL

    def __init__(self, name: str, pattern: str, *, tokeniser: Tokeniser, **settings: Any) -> None:
        super().__init__(name, pattern, tokeniser=tokeniser, **settings)
        self._opened: OrderedDict[str, _Opened] = OrderedDict()
        self._batch: list[AccessEvent] = []
        self._batches = 0

    def form(self, file: Path, recorded: datetime) -> Form:  # noqa: ARG002 - all files are alike
        """See FileLog."""

        def convert(frame: Frame, sofar: list[AccessEvent]) -> list[AccessEvent]:
            if not frame.data.strip():
                return []
            return self._events(_Line(frame.data), sofar, recorded)

        return Form(lines, convert)

    def stated(self, record: bytes) -> Iterator[Stated]:
        """See StatementLog."""
        line = _Line(record)
        if line.operation in _QUERIES and line.code in {"", "0"}:
            yield Stated(line.sql, (line.database,) if line.database else ())

    def _events(self, line: _Line, sofar: list[AccessEvent], recorded: datetime) -> list[AccessEvent]:
        if line.operation in {"CONNECT", "FAILED_CONNECT"}:
            outcome: Outcome = "denied" if line.operation == "FAILED_CONNECT" or line.code in _DENIED else "success"
            event_id = f"{line.connection}:{line.operation}:{line.time}"
            return [self._event(line, recorded, Touch("login", ""), None, outcome, event_id)]
        if line.operation in _TABLES:
            return self._table(line, sofar, recorded)
        if line.operation in _QUERIES:
            return self._query(line, sofar, recorded)
        return []  # DISCONNECT, PROXY_CONNECT and the plugin's own lines

    def _table(self, line: _Line, sofar: list[AccessEvent], recorded: datetime) -> list[AccessEvent]:
        """A table that a statement opened; the statement's own line comes after it."""
        within = line.database.lower()
        if within in _SYSTEM or (within == "mysql" and line.object not in _TELLING):
            return []
        touch = Touch(_TABLES[line.operation], f"{line.database}.{line.object}")
        opened = self._opened.get(line.connection)
        number = self._numbered(sofar)
        if opened is None or opened.query != line.query or opened.batch != number:
            opened = self._opened[line.connection] = _Opened(line.query, number)
            self._opened.move_to_end(line.connection)
            if len(self._opened) > _CONNECTIONS:
                self._opened.popitem(last=False)
        if touch.dataset in opened.places:
            place = opened.places[touch.dataset]
            if sofar[place].action == "read" != touch.action:
                sofar[place] = replace(sofar[place], action=touch.action)
            return []
        opened.places[touch.dataset] = len(sofar)
        return [self._event(line, recorded, touch, None, "success", line.event_id)]

    def _query(self, line: _Line, sofar: list[AccessEvent], recorded: datetime) -> list[AccessEvent]:
        """What the statement says takes the place of what its opened tables said, and adds what they did not."""
        opened = self._opened.pop(line.connection, None)
        places = (
            dict(opened.places)
            if opened and (opened.query, opened.batch) == (line.query, self._numbered(sofar))
            else {}
        )
        outcome: Outcome = "success"
        if line.code not in {"", "0"}:
            outcome = "denied" if line.code in _DENIED else "failure"
        try:
            seen = self.statements.seen(line.sql, {}, line.database)
        except TooMany:
            raise
        except Unfit:
            if places:
                return []  # its tables are told
            if outcome == "failure":
                return []  # a statement that failed and makes no sense touched nothing
            raise
        added = []
        for one in seen:
            place = places.pop(one.touch.dataset, None)
            event_id = one.of(line.event_id) if place is None else sofar[place].event_id
            told = self._event(line, recorded, one.touch, one.subject, outcome, event_id)
            if place is None:
                added.append(told)
            else:
                # The same touch: the table's line is told once, with what the statement says of it.
                sofar[place] = replace(told, time=sofar[place].time)
        for place in places.values():
            sofar[place] = replace(sofar[place], outcome=outcome)
        return added

    def _event(
        self, line: _Line, recorded: datetime, touch: Touch, subject: str | None, outcome: Outcome, event_id: str
    ) -> AccessEvent:
        return AccessEvent(
            event_id=event_id,
            time=times.parse(line.written, self.local),
            recorded=recorded,
            actor=f"staff:{line.user}" if line.user else "anonymous",
            behalf=None,
            action=touch.action,
            dataset=f"{self.store}.{touch.dataset}" if touch.dataset else self.store,
            object=touch.object,
            subject=subject,
            party=None,
            fields=touch.fields,
            records=1,
            tool=None,
            client=None,
            address=line.host if line.host and line.host != "localhost" else None,
            agent=None,
            case=None,
            outcome=outcome,
            source=self.name,
        )

    def _numbered(self, batch: list[AccessEvent]) -> int:
        if batch is not self._batch:
            self._batch = batch
            self._batches += 1
        return self._batches


class _Line:
    """One line by name. Raises Unfit when it is none of the plugin's."""

    def __init__(self, data: bytes) -> None:
        try:
            text = data.decode()
        except UnicodeDecodeError:
            # A text in another encoding inside a statement; names of tables and accounts are UTF-8.
            text = data.decode(errors="replace")
        found = _LINE.fullmatch(text)
        if found is None:
            raise Unfit("the line does not have the form of MariaDB's audit log")
        self.time = found["time"]
        self.user, self.host = found["user"], found["host"]
        self.connection, self.query = found["connection"], found["query"]
        self.operation, self.database = found["operation"], found["database"]
        self.object = found["object"]
        self.code = found["code"] or ""
        stamp = _TIME.fullmatch(self.time)
        self.written = f"{stamp[1]}-{stamp[2]}-{stamp[3]}T{stamp[4]}" if stamp else self.time

    @property
    def event_id(self) -> str:
        """Numbers start again with the server, so the day belongs to the id."""
        return f"{self.connection}:{self.query}:{self.time[:8]}"

    @property
    def sql(self) -> str:
        quoted = self.object.removeprefix("'").removesuffix("'")
        return _ESCAPED.sub(lambda found: _LETTERS.get(found[1], found[1]), quoted)
