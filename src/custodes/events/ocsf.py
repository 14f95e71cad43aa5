"""What does an OCSF log say? Events of its classes about data and accounts, whatever product wrote them.

Classes and activities: OCSF 1.x schema (6005 Datastore Activity, 6003 API Activity, 3001 Account Change,
3002 Authentication, 3005 User Access Management, 3006 Group Management).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from custodes.events import mapping, times
from custodes.events.frames import Frame
from custodes.events.json_records import Reading, records
from custodes.events.jsonl import is_whole, json_object
from custodes.events.reading import FileLog, Form, now
from custodes.events.unfit import Unfit
from custodes.records import AccessEvent, Action, Outcome, Rule, Tokeniser

_ACTIONS: Final[dict[int, dict[int, Action]]] = {
    6005: {
        1: "read",
        2: "update",
        3: "login",
        4: "search",
        5: "update",
        6: "create",
        7: "delete",
        8: "search",
        9: "update",
        10: "read",
    },
    6003: {1: "create", 2: "read", 3: "update", 4: "delete"},
    3001: {
        1: "create",
        2: "reinstate",
        3: "update",
        4: "update",
        5: "suspend",
        6: "delete",
        7: "grant",
        8: "revoke",
        9: "suspend",
        10: "update",
        11: "update",
        12: "reinstate",
    },
    3002: {1: "login"},
    3005: {1: "grant", 2: "revoke"},
    3006: {1: "grant", 2: "revoke", 3: "grant", 4: "revoke", 5: "delete", 6: "create"},
}
# What an operation of an interface is called, where the activity says only "other".
_VERBS: Final[tuple[tuple[re.Pattern[str], Action], ...]] = (
    (re.compile(r"(?i)^(export|download|copy|unload|dump)"), "export"),
    (re.compile(r"(?i)^(share|publish)"), "share"),
    (re.compile(r"(?i)^(search|list|query|find|describe)"), "search"),
    (re.compile(r"(?i)^(get|read|view|head|fetch|select)"), "read"),
    (re.compile(r"(?i)^(create|insert|add|put|post|upload)"), "create"),
    (re.compile(r"(?i)^(delete|remove|drop|truncate|purge)"), "delete"),
    (re.compile(r"(?i)^(grant|attach|allow)"), "grant"),
    (re.compile(r"(?i)^(revoke|detach|deny)"), "revoke"),
)
_OTHER: Final = 99
_DENIED: Final = re.compile(r"(?i)denied|forbidden|unauthori[sz]ed|not.?authorized|permission|40[13]")
_SERVICES: Final = frozenset({3, 4})  # user.type_id: System, Service
_WORD: Final = re.compile(r"[^a-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class _About:
    dataset: str
    object: str | None
    fields: tuple[str, ...]


class OcsfLog(FileLog):
    """OCSF events as JSON lines, lists or `{"Records": [...]}`, plain, gzip or zstd.

    store: first part of dataset names (the log's name unless given). rules: the owner's, by path in the record, for
    columns that OCSF has no place for (a subject in `unmapped`); where a rule finds nothing, what OCSF says stays.
    """

    kind = "ocsf"

    def __init__(
        self,
        name: str,
        pattern: str,
        *,
        tokeniser: Tokeniser,
        rules: Mapping[str, Rule] | None = None,
        store: str | None = None,
        clock: Callable[[], datetime] = now,
        root: Path | None = None,
    ) -> None:
        super().__init__(name, pattern, tokeniser=tokeniser, clock=clock, root=root)
        self.store = store or name
        self._over = mapping.Overrides(rules or {}, tokeniser)

    def form(self, file: Path, recorded: datetime) -> Form:  # noqa: ARG002 - all files are alike
        """See FileLog."""

        def convert(frame: Frame, sofar: list[AccessEvent]) -> list[AccessEvent]:  # noqa: ARG001 - no record amends another
            if not frame.data.strip():
                return []
            record = Reading(json_object(frame.data))
            event = _event(record, log=self.name, store=self.store, recorded=recorded, digest=frame.digest)
            return [] if event is None else self._over(record.values, event)

        return Form(records, convert, is_whole)


def _event(record: Reading, *, log: str, store: str, recorded: datetime, digest: str) -> AccessEvent | None:
    """The event of one record; None for a class or activity that is no touch of data or access. Raises Unfit."""
    kind, activity = record.number("class_uid"), record.number("activity_id")
    if kind is None:
        raise Unfit("the record has no class_uid: it is no OCSF event")
    if kind not in _ACTIONS:
        return None
    if activity is None and (type_uid := record.number("type_uid")) is not None:
        activity = type_uid - kind * 100
    action = _action(record, kind, activity)
    if action is None:
        return None
    moment = record.value("time") if record.value("time") is not None else record.value("time_dt")
    if moment is None:
        raise Unfit("the record has no time")
    about = _about(record, kind, store)
    user = "user" if kind == 3002 else "actor.user"
    return AccessEvent(
        event_id=record.text("metadata.uid", "metadata.original_event_uid") or digest,
        time=times.parse(moment, None),
        recorded=recorded,
        actor=_who(record, user),
        behalf=_behalf(record),
        action=action,
        dataset=about.dataset,
        object=about.object,
        subject=None,
        party=None,
        fields=about.fields,
        records=max(record.number("count") or 1, 1),
        tool=record.text("api.service.name", "actor.app_name", "app.name", "metadata.product.name"),
        client=record.text(
            "src_endpoint.uid", "device.uid", "actor.session.credential_uid", "actor.user.credential_uid"
        ),
        address=record.text("src_endpoint.ip", "device.ip"),
        agent=record.text("http_request.user_agent"),
        case=None,
        outcome=_outcome(record),
        source=log,
    )


def _action(record: Reading, kind: int, activity: int | None) -> Action | None:
    known = _ACTIONS[kind].get(activity or 0)
    if kind in {6003, 6005}:
        # The operation says more than the activity: an export is a read to most products.
        operation = record.text("api.operation", "activity_name") or ""
        told = next((action for pattern, action in _VERBS if pattern.match(operation)), None)
        if told in {"export", "share", "grant", "revoke"} or known is None:
            return told or ("update" if activity in {0, _OTHER, None} else known)
    return known


def _who(record: Reading, user: str) -> str:
    name = record.text(f"{user}.name", f"{user}.uid", f"{user}.email_addr")
    if name is not None:
        service = record.number(f"{user}.type_id") in _SERVICES
        return f"{'service' if service else 'staff'}:{name}"
    service_name = record.text("actor.app_name", "actor.invoked_by", "actor.process.name", "actor.idp.name")
    return f"service:{service_name}" if service_name else "anonymous"


def _behalf(record: Reading) -> str | None:
    session = record.text("actor.session.issuer")
    return f"role:{session}" if session else None


def _about(record: Reading, kind: int, store: str) -> _About:
    if kind == 6005:
        table = record.text("table.name", "databucket.name", "database.name") or "unknown"
        above = record.text("database.name") if record.text("table.name") else None
        schema = record.text("table.schema", "database.schema")
        fields = record.texts("query_info.fields") or record.texts("table.fields")
        parts = [store, *(part for part in (above if not schema else None, schema) if part), table]
        thing = record.text("databucket.file.path", "databucket.file.name", "query_info.uid")
        return _About(".".join(parts), thing, fields)
    if kind == 6003:
        service = _word(record.text("api.service.name")) or "api"
        about = record.items("resources")
        what = _word(about[0].text("type")) if about else None
        what = what or _word(record.text("api.operation")) or "operation"
        return _About(f"{store}.{service}.{what}", about[0].text("name", "uid") if about else None, ())
    group = record.text("group.name", "group.uid")
    if kind == 3006:
        return _About(f"{store}.iam.group", group, ())
    if kind == 3002:
        return _About(store, record.text("service.name", "dst_endpoint.hostname"), ())
    account = record.text("user.name", "user.uid", "user_result.name", "user.email_addr")
    given = record.texts("privileges")
    return _About(f"{store}.iam.account", account, given)


def _word(text: str | None) -> str | None:
    return None if text is None else _WORD.sub("-", text.lower()).strip("-") or None


def _outcome(record: Reading) -> Outcome:
    said = " ".join(
        filter(
            None,
            (record.text(path) for path in ("status_code", "status_detail", "api.response.error", "api.response.code")),
        )
    )
    if record.number("disposition_id") == 2 or record.number("action_id") == 2:
        return "denied"  # blocked, denied
    if record.number("status_id") == 2 or record.text("api.response.error"):
        return "denied" if _DENIED.search(said) or record.number("class_uid") == 3002 else "failure"
    return "success"
