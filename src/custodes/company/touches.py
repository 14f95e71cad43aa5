"""What is one touch before a log writes it down? A row of numbers, with the truth about it beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Column = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that can be done. log: which log notes it. verb, thing: that log's own words for it."""

    log: str
    verb: str
    thing: str
    seen: tuple[str, ...] = ()


OPERATIONS: Final = {
    "find": Operation("desk", "search", "customer", ("name",)),
    "view": Operation("desk", "view", "customer", ("name", "email", "phone")),
    "view_address": Operation("desk", "view", "customer", ("name", "street", "postcode", "city")),
    "view_order": Operation("desk", "view", "order", ("placed", "total")),
    "view_review": Operation("desk", "view", "review", ("text",)),
    "view_card": Operation("desk", "view", "payment_method", ("card_number", "expiry")),
    "view_seller": Operation("desk", "view", "seller", ("company", "contact_email", "bank_iban")),
    "view_book": Operation("desk", "view", "seller_orders", ("placed", "total", "customer_id")),
    "edit_address": Operation("desk", "edit", "customer", ("street", "postcode", "city")),
    "edit_email": Operation("desk", "edit", "customer", ("email",)),
    "edit_order": Operation("desk", "edit", "order", ("total",)),
    "note": Operation("desk", "note", "ticket", ("note",)),
    "login": Operation("admin", "signed_in", "session"),
    "login_as": Operation("admin", "signed_in_as", "customer"),
    "suspend": Operation("admin", "suspended", "seller", ("status",)),
    "reinstate": Operation("admin", "reinstated", "seller", ("status",)),
    "grant": Operation("admin", "granted", "role"),
    "revoke": Operation("admin", "revoked", "role"),
    "export": Operation("admin", "exported", "customer", ("name", "email", "phone")),
    "export_orders": Operation("admin", "exported", "order", ("placed", "total")),
    "bill": Operation("admin", "read", "payment_method", ("card_number", "expiry")),
    "hand_out": Operation("admin", "exported", "customer", ("name", "email", "phone", "street", "postcode", "city")),
    "set_email": Operation("admin", "changed", "customer", ("email",)),
    "api_order": Operation("api", "GET", "orders.get", ("total",)),
    "api_buyer": Operation("api", "GET", "orders.buyer", ("name", "street", "postcode", "city")),
    "api_list": Operation("api", "GET", "orders.list", ("placed", "total")),
    "delete_review": Operation("admin", "deleted", "review", ("text",)),
    "delete_as": Operation("admin", "deleted_as", "review", ("text",)),
    "register": Operation("admin", "registered", "seller", ("company", "contact_email", "bank_iban")),
    "query": Operation("database", "SELECT", "customers", ("name", "email", "phone")),
    "query_orders": Operation("database", "SELECT", "orders", ("placed", "total")),
    "query_card": Operation("database", "SELECT", "payments_debug", ("pan", "exp")),
    "query_export": Operation("database", "COPY", "customers", ("name", "email", "phone")),
    "query_fix": Operation("database", "UPDATE", "customers", ("email",)),
    "fetch": Operation("cloud", "GetObject", "exports"),
    "beacon": Operation("cloud", "GetCallerIdentity", "role"),
}
NAMES: Final = tuple(OPERATIONS)
CODE: Final = {name: place for place, name in enumerate(NAMES)}
LOGS: Final = ("desk", "admin", "api", "database", "cloud")
LOG_OF: Final = np.array([LOGS.index(operation.log) for operation in OPERATIONS.values()])

# Why a touch happened. The first three are driven by a case; the next five are legitimate and have none.
WHY: Final = (
    "case", "case_opened_later", "case_number_missing",
    "escalation", "repeat_caller", "quality_review", "manager", "walk_in",
    "session", "job", "api", "campaign",
    "audit", "direct", "onboarding",
)  # fmt: skip
BY_CASE: Final = (*WHY[:3], "audit")
WITHOUT_CASE: Final = WHY[3:8]

NONE: Final = -1
CLAIM: Final = -1_000_000_000  # in `case`: whichever case of their own the actor is working on at that moment


@dataclass(frozen=True, slots=True)
class Touches:
    """Columns of equal length. time: milliseconds; late: how much later the line reached its log.

    actor, client, address: numbers of `world.Book`. subject, party: internal ids; object, subject, party: -1 is none.
    case: number as `cases.spelt` writes it, -1 where the log names none. refused: the touch was denied. why: place in
    WHY. campaign: place of the campaign it belongs to, -1 for none. why and campaign are never written to a log.
    """

    time: Column
    operation: Column
    actor: Column
    client: Column
    address: Column
    subject: Column
    party: Column
    object: Column
    records: Column
    case: Column
    refused: Column
    why: Column
    campaign: Column
    late: Column

    def __len__(self) -> int:
        return len(self.time)

    @classmethod
    def of(
        cls,
        *,
        time: Ints,
        operation: str | Ints,
        actor: Ints | int,
        client: Ints | int,
        address: Ints | int,
        why: str | Ints,
        subject: Ints | int = NONE,
        party: Ints | int = NONE,
        object: Ints | int = NONE,  # noqa: A002 - the column's name in every log and event
        records: Ints | int = 1,
        case: Ints | int = NONE,
        refused: Ints | int = 0,
        campaign: int = NONE,
    ) -> Self:
        """Touches from columns and single values; a single value is the same for all rows."""
        count = len(time)
        given: dict[str, Ints | int] = {
            "time": time,
            "operation": CODE[operation] if isinstance(operation, str) else operation,
            "actor": actor,
            "client": client,
            "address": address,
            "subject": subject,
            "party": party,
            "object": object,
            "records": records,
            "case": case,
            "refused": refused,
            "why": WHY.index(why) if isinstance(why, str) else why,
            "campaign": campaign,
            "late": 0,
        }
        return cls(**{name: _column(name, value, count) for name, value in given.items()})

    @classmethod
    def none(cls) -> Self:
        """No touch at all."""
        return cls(**{column.name: _column(column.name, 0, 0) for column in fields(cls)})

    @classmethod
    def join(cls, parts: Sequence[Self]) -> Self:
        """All rows of all parts, in that order."""
        return cls(
            **{column.name: np.concatenate([getattr(part, column.name) for part in parts]) for column in fields(cls)}
        )

    def rows(self, chosen: NDArray[np.bool_] | Ints) -> Self:
        """Some of the rows."""
        return replace(self, **{column.name: getattr(self, column.name)[chosen] for column in fields(self)})

    def in_time(self, start: int, end: int) -> Self:
        """The rows of start <= time < end in time order; rows of one moment keep their order."""
        kept = self.rows((self.time >= start) & (self.time < end))
        return kept.rows(np.argsort(kept.time, kind="stable"))

    def of_campaign(self, place: int) -> Self:
        """The same rows as the doing of one campaign."""
        return self.having(campaign=place, why=WHY.index("campaign"))

    def having(self, **columns: Ints | int) -> Self:
        """The same rows with other columns."""
        return replace(self, **{name: _column(name, value, len(self)) for name, value in columns.items()})


# Small numbers in small columns: a touch is made, joined and put in order by the hundred million.
_TYPES: Final = {
    "time": np.int64, "operation": np.int8, "records": np.int32, "refused": np.int8, "why": np.int8,
    "campaign": np.int16,
}  # fmt: skip


def _column(name: str, value: Ints | int, count: int) -> Column:
    column = np.asarray(value)
    return np.broadcast_to(column, (count,)).astype(_TYPES.get(name, np.int32), copy=column.ndim == 0)
