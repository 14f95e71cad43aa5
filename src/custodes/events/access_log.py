"""What does a web server's access log say? Each request that fits a route is a touch of the dataset it names.

Lines of nginx (`log_format`) and Apache (`LogFormat`): the combined format unless the owner gives another.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from custodes.events import mapping
from custodes.events.access_format import Format
from custodes.events.access_routes import Route, request_parts
from custodes.events.frames import Frame, lines
from custodes.events.reading import FileLog, Form, now
from custodes.events.unfit import Unfit
from custodes.records import AccessEvent, Rule, Tokeniser

_ACTIONS: Final = {
    "GET": "read",
    "HEAD": "read",
    "OPTIONS": "read",
    "QUERY": "search",
    "PROPFIND": "search",
    "POST": "create",
    "PUT": "update",
    "PATCH": "update",
    "DELETE": "delete",
}
_LOCAL_TIME: Final = "%d/%b/%Y:%H:%M:%S %z"
# What a line says without the owner's rules; a rule of the owner's for a column takes the place of its.
_RULES: Final = {
    "event_id": Rule(path="id"),
    "time": Rule(path="time"),
    "actor": Rule(template="staff:{user}", default="anonymous"),
    "action": Rule(path="route.action"),
    "dataset": Rule(path="route.dataset"),
    "object": Rule(path="route.object"),
    "subject": Rule(path="route.subject"),
    "party": Rule(path="route.party"),
    "case": Rule(path="route.case"),
    "fields": Rule(path="route.fields"),
    "records": Rule(path="route.records", default="1"),
    "tool": Rule(path="host"),
    "client": Rule(path="client"),
    "address": Rule(path="address"),
    "agent": Rule(path="agent"),
    "outcome": Rule(path="outcome"),
}


class AccessLog(FileLog):
    """An access log, plain, gzip or zstd. Requests that fit no route are no touch of data.

    routes: tried in order. line: the format's name or text. rules: the owner's, over what the line and its route say:
    parts `address`, `user`, `time`, `method`, `path`, `status`, `bytes`, `referer`, `agent`, `id`, others of the format
    by their own name, `parameters.<name>` of the query, and `route.<column>`. timezone, store: as
    `mapping.compile_rules`.
    """

    kind = "access"

    def __init__(
        self,
        name: str,
        pattern: str,
        routes: tuple[Route, ...],
        *,
        tokeniser: Tokeniser,
        line: str = "combined",
        rules: Mapping[str, Rule] | None = None,
        timezone: str | None = None,
        store: str | None = None,
        clock: Callable[[], datetime] = now,
        root: Path | None = None,
    ) -> None:
        super().__init__(name, pattern, tokeniser=tokeniser, clock=clock, root=root)
        self._routes = routes
        self._format = Format(line)
        merged = {**_RULES, **(rules or {})}
        self._mapped = mapping.compile_rules(merged, tokeniser=tokeniser, timezone=timezone, store=store)

    def form(self, file: Path, recorded: datetime) -> Form:  # noqa: ARG002 - all files are alike
        """See FileLog."""

        def convert(frame: Frame, sofar: list[AccessEvent]) -> list[AccessEvent]:  # noqa: ARG001 - no line amends another
            if not frame.data.strip():
                return []
            record = self._record(frame.data)
            if record is None:
                return []
            return self._mapped(record, mapping.Origin(self.name, recorded, frame.digest))

        return Form(lines, convert)

    def _record(self, data: bytes) -> dict[str, object] | None:
        """The line by parts; None when its request fits no route. Raises Unfit."""
        try:
            line = data.decode()
        except UnicodeDecodeError as error:
            raise Unfit("the line is not UTF-8") from error
        parts = self._format.parts(line)
        if parts is None:
            raise Unfit("the line does not have the log's format")
        method, uri = _request(parts)
        if uri is None:
            return None  # not HTTP: the server answered 400 to it
        path, parameters = request_parts(uri)
        columns = next(
            (found for one in self._routes if (found := one.fit(method, path, parameters)) is not None), None
        )
        if columns is None:
            return None
        columns.setdefault("action", _ACTIONS.get(method, "update"))
        record: dict[str, object] = {**parts, "method": method, "path": path, "outcome": _outcome(parts.get("status"))}
        record["parameters"] = {name: values[0] for name, values in parameters.items()}
        record["route"] = columns
        time = parts.get("time")
        if time is not None and time[2:3] == "/":
            record["time"] = _moment(time)
        return record


def _request(parts: Mapping[str, str]) -> tuple[str, str | None]:
    if "request" in parts:
        words = parts["request"].split(" ")
        return (words[0], words[1]) if len(words) in {2, 3} and words[0].isalpha() else ("", None)
    uri = parts.get("uri") or (parts.get("path", "") + parts.get("query", ""))
    return parts.get("method", "GET"), uri or None


def _outcome(status: str | None) -> str:
    if status in {"401", "403", "407", "451"}:
        return "denied"
    return "failure" if status is not None and status[:1] in {"4", "5"} else "success"


def _moment(text: str) -> str:
    """`10/Oct/2026:13:55:36 +0000` as ISO 8601. Raises Unfit."""
    try:
        return datetime.strptime(text, _LOCAL_TIME).isoformat()  # noqa: DTZ007 - the format has the zone
    except ValueError as error:
        raise Unfit("time is not understood") from error
