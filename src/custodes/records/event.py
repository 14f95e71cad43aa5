"""Who touched whose data? One row is one actor touching one subject's data in one operation."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Final, Literal, get_args

Action = Literal[
    "read",
    "search",
    "export",
    "create",
    "update",
    "delete",
    "login",
    "login_as",
    "suspend",
    "reinstate",
    "grant",
    "revoke",
    "share",
]
Outcome = Literal["success", "denied", "failure"]

ACTIONS: Final[frozenset[str]] = frozenset(get_args(Action))
OUTCOMES: Final[frozenset[str]] = frozenset(get_args(Outcome))


@dataclass(frozen=True, slots=True)
class AccessEvent:
    """One touch. Column order and types are those of `records.schema.EVENT_SCHEMA`.

    An operation over many subjects is many rows with one event_id. time and recorded carry a zone (UTC).
    actor: `staff:e123`, `service:billing`, `key:k9`, `customer:c7` or `anonymous`.
    dataset: `store.schema.table` as the data map names it. records: rows touched, at least 1.
    Direct identifiers (e-mail, phone, name, address) have become tokens before they get here.
    """

    event_id: str
    time: datetime
    recorded: datetime
    actor: str
    behalf: str | None
    action: Action
    dataset: str
    object: str | None
    subject: str | None
    party: str | None
    fields: tuple[str, ...]
    records: int
    tool: str | None
    client: str | None
    address: str | None
    agent: str | None
    case: str | None
    outcome: Outcome
    source: str


EVENT_COLUMNS: Final[tuple[str, ...]] = tuple(field.name for field in fields(AccessEvent))
