"""How is a touch told in OCSF? As what happened to data, to an interface, to an account, or at the door.

6005 Datastore Activity for data that was touched, 6003 API Activity where a key touched it (a key acts through an
interface by its nature), 3001 Account Change for what was done to an account or a party, 3002 Authentication for a
login.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from ipaddress import ip_address
from typing import Any, Final

from custodes.ocsf.envelope import Document, begin, millis, there, user

# Class, activity and the activity's name, as `events.ocsf` reads them back.
_DATA: Final[Mapping[str, tuple[int, str]]] = {
    "read": (1, "Read"),
    "update": (2, "Update"),
    "search": (4, "Query"),
    "create": (6, "Create"),
    "delete": (7, "Delete"),
    "export": (99, "Export"),
    "share": (99, "Share"),
}
_INTERFACE: Final[Mapping[str, tuple[int, str]]] = {
    "create": (1, "Create"),
    "read": (2, "Read"),
    "update": (3, "Update"),
    "delete": (4, "Delete"),
    "search": (99, "Search"),
    "export": (99, "Export"),
    "share": (99, "Share"),
}
_ACCOUNT: Final[Mapping[str, tuple[int, str]]] = {
    "reinstate": (2, "Enable"),
    "suspend": (5, "Disable"),
    "grant": (7, "Attach Policy"),
    "revoke": (8, "Detach Policy"),
}
_DOOR: Final[Mapping[str, tuple[int, str]]] = {"login": (1, "Logon"), "login_as": (7, "Account Switch")}
_KEPT: Final = (
    *(
        "actor",
        "behalf",
        "action",
        "dataset",
        "object",
        "subject",
        "party",
        "fields",
        "tool",
        "client",
        "agent",
        "case",
    ),
    *("outcome", "leaf"),
)


def event_document(row: Mapping[str, Any], release: str) -> Document:
    """One row of sealed events (SEALED_SCHEMA). What OCSF has no place for, and every id as it is, is in `unmapped`.

    metadata.uid names the leaf in the ledger, which no other row has; original_event_uid is the operation's id.
    """
    kind, (activity, called) = _kind(row["actor"], row["action"])
    moment: datetime = row["time"]
    told = begin(kind, activity, called, moment, severity=1, uid=f"leaf-{row['leaf']}", release=release)
    metadata = told["metadata"]
    assert isinstance(metadata, dict)  # noqa: S101 - made by `begin`
    metadata |= {
        "original_event_uid": row["event_id"],
        "log_name": row["source"],
        "logged_time": millis(row["recorded"]),
        "sequence": row["leaf"],
    }
    success = row["outcome"] == "success"
    told |= {
        "status_id": 1 if success else 2,
        "status": "Success" if success else "Failure",
        "count": row["records"],
        "actor": {"user": user(row["actor"])},
        "src_endpoint": _endpoint(row["address"], row["client"]),
        "unmapped": there({name: row[name] for name in _KEPT}),
    }
    if not success:
        told["status_detail"] = row["outcome"]
    if kind in {6003, 6005} and row["agent"]:
        told["http_request"] = {"user_agent": row["agent"]}
    _about(told, kind, row)
    return told


def _kind(actor: str, action: str) -> tuple[int, tuple[int, str]]:
    if action in _DOOR:
        return 3002, _DOOR[action]
    if action in _ACCOUNT:
        return 3001, _ACCOUNT[action]
    if actor.startswith("key:"):
        return 6003, _INTERFACE[action]
    return 6005, _DATA[action]


def _about(told: Document, kind: int, row: Mapping[str, Any]) -> None:
    """What was touched."""
    dataset: str = row["dataset"]
    store, _, rest = dataset.partition(".")
    if kind == 6005:
        told["database"] = {"name": store, "type_id": 0}
        told["table"] = {"name": rest or store, "uid": dataset}
    elif kind == 6003:
        told["api"] = {"operation": row["action"], "service": {"name": row["tool"] or store}}
        told["resources"] = [{"name": row["object"] or dataset, "uid": dataset, "type": "dataset"}]
    elif kind == 3001:
        told["user"] = user(row["subject"] or row["object"] or row["party"] or "unknown")
    else:
        switched = row["action"] == "login_as"
        told["user"] = user((row["subject"] or row["behalf"] or "unknown") if switched else row["actor"])
        told["service"] = {"name": row["tool"] or dataset}
        if switched:
            told |= {"account_switch_type_id": 2, "account_switch_type": "Impersonate"}


def _endpoint(address: str | None, client: str | None) -> Document:
    """OCSF requires one: where the log told none, its name is `unknown`."""
    found: Document = {}
    if address:
        try:
            found["ip"] = str(ip_address(address))
        except ValueError:
            found["name"] = address  # a token, or a host's name
    if client:
        found["uid"] = client
    return found or {"name": "unknown"}
