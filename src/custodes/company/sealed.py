"""What would be sealed if the company's logs were ingested? The same events, without writing and reading them.

Equal to what ingesting the written logs by the written configuration gives, but for two columns: `recorded` is when the
line reached its log (ingesting knows only when it read it), and `leaf` counts in the order in which logs learnt of the
touches (a ledger counts by day and subject).
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from custodes.company.simulation import WRITTEN_IN, Piece
from custodes.company.spelling import BROWSER, BUCKET, GROUP, Spelling, numbered
from custodes.company.touches import LOGS, NAMES, OPERATIONS
from custodes.records.schema import SEALED_SCHEMA

CUSTOMERS: Final = "shop.main.customers"
ORDERS: Final = "shop.main.orders"
SHOPS: Final = "shop.main.sellers"
REVIEWS: Final = "shop.main.reviews"
CARDS: Final = "vault.main.payment_methods"
DEBUG: Final = "shop.main.payments_debug"
CASES: Final = "support.cases.parquet"

# What each operation is to us: action and dataset.
MEANS: Final = {
    "find": ("search", CUSTOMERS), "view": ("read", CUSTOMERS), "view_address": ("read", CUSTOMERS),
    "view_order": ("read", ORDERS), "view_review": ("read", REVIEWS), "view_card": ("read", CARDS),
    "view_seller": ("read", SHOPS), "view_book": ("read", ORDERS), "edit_address": ("update", CUSTOMERS),
    "edit_email": ("update", CUSTOMERS), "edit_order": ("update", ORDERS), "note": ("update", CASES),
    "login": ("login", "aws.signin.console"), "login_as": ("login_as", CUSTOMERS), "suspend": ("suspend", SHOPS),
    "reinstate": ("reinstate", SHOPS), "grant": ("grant", "aws.iam.user_to_group"),
    "revoke": ("revoke", "aws.iam.user_from_group"), "export": ("export", CUSTOMERS),
    "export_orders": ("export", ORDERS), "bill": ("read", CARDS), "hand_out": ("export", CUSTOMERS),
    "set_email": ("update", CUSTOMERS), "api_order": ("read", ORDERS), "api_buyer": ("read", CUSTOMERS),
    "api_list": ("search", ORDERS), "delete_review": ("delete", REVIEWS), "delete_as": ("delete", REVIEWS),
    "register": ("create", SHOPS), "query": ("read", CUSTOMERS), "query_orders": ("read", ORDERS),
    "query_card": ("read", DEBUG), "query_export": ("export", CUSTOMERS), "query_fix": ("update", CUSTOMERS),
    "fetch": ("read", f"aws.s3.{BUCKET}"), "beacon": ("read", "aws.sts.role"),
}  # fmt: skip
_CLOUD: Final = {
    "login": ("signin.amazonaws.com", ()), "grant": ("iam.amazonaws.com", ("groupName",)),
    "revoke": ("iam.amazonaws.com", ("groupName",)), "fetch": ("s3.amazonaws.com", ("bucketName", "key")),
    "beacon": ("sts.amazonaws.com", ()),
}  # fmt: skip
_TOOLS: Final = {"desk": "support-desk", "admin": "admin", "api": "api", "database": "psql"}
_IN_A_NAME: Final = ("login_as", "delete_as")  # done in the name of a customer

_DESK, _ADMIN, _API, _DATABASE, _CLOUD_LOG = range(len(LOGS))


def table(piece: Piece, spelling: Spelling, first_leaf: int) -> pa.Table:
    """The piece as SEALED_SCHEMA, in its order, its first leaf as given."""
    touches, log = piece.touches, piece.log
    operation, count = touches.operation, len(touches)
    api, admin = log == _API, log == _ADMIN
    named = np.isin(operation, [NAMES.index(name) for name in _IN_A_NAME])
    subject = numbered("customer:", touches.subject)
    party = numbered("seller:", touches.party)
    counted = admin | (operation == NAMES.index("api_list"))
    columns = {
        "event_id": spelling.event_ids(piece),
        "time": _moments(touches.time),
        "recorded": _moments(touches.time + touches.late),
        "actor": spelling.actors(touches.actor),
        "behalf": _first(_only(party, api), _only(subject, named)),
        "action": _word(operation, [MEANS[name][0] for name in NAMES]),
        "dataset": _plain(operation, [MEANS[name][1] for name in NAMES]),
        "object": _objects(piece, spelling),
        "subject": subject,
        "party": party,
        "fields": pa.array([_fields(name) for name in NAMES], pa.list_(pa.string())).take(pa.array(operation)),
        "records": pa.array(np.where(counted, np.maximum(touches.records, 1), 1).astype(np.int64)),
        "tool": _plain(operation, [_tool(place) for place in range(len(NAMES))]),
        "client": _only(spelling.clients(touches.client), log != _DATABASE),
        "address": spelling.addresses(touches.address),
        "agent": _agents(piece, spelling),
        "case": _only(spelling.cases(touches.case), (log == _DESK) | admin),
        "outcome": _word(
            np.where(touches.refused > 0, np.where(api, 1, np.where(admin | (log == _CLOUD_LOG), 2, 0)), 0),
            ["success", "denied", "failure"],
        ),
        "source": _plain(log, list(LOGS)),
        "leaf": pa.array(np.arange(first_leaf, first_leaf + count)),
    }
    arrays = [columns[field.name].cast(field.type) for field in SEALED_SCHEMA]
    return pa.Table.from_arrays(arrays, schema=SEALED_SCHEMA)


def _objects(piece: Piece, spelling: Spelling) -> pa.Array:
    touches, log, operation = piece.touches, piece.log, piece.touches.operation
    orders = _only(numbered("", touches.object), (log == _DESK) | (log == _API))
    few = np.flatnonzero((log == _DATABASE) | (log == _CLOUD_LOG))
    texts: list[str | None] = []
    files = spelling.files(np.where(log[few] == _CLOUD_LOG, touches.object[few], -1)).to_pylist()
    for code, file in zip(operation[few].tolist(), files, strict=True):
        name = NAMES[code]
        texts.append({
            "query_card": "payments_debug where order_number = ?", "fetch": f"{BUCKET}/{file}", "grant": GROUP,
            "revoke": GROUP,
        }.get(name))  # fmt: skip
    mask = np.zeros(len(touches), bool)
    mask[few] = True
    return pc.replace_with_mask(orders, pa.array(mask), pa.array(texts, pa.string()))


def _agents(piece: Piece, spelling: Spelling) -> pa.Array:
    touches, log = piece.touches, piece.log
    desk = _only(spelling.desk_agents(touches.actor), log == _DESK)
    api = _only(spelling.key_agents(touches.actor), log == _API)
    cloud = _only(pa.repeat(BROWSER, len(touches)), log == _CLOUD_LOG)
    return _first(desk, api, cloud)


def _fields(name: str) -> tuple[str, ...]:
    return _CLOUD[name][1] if name in _CLOUD else OPERATIONS[name].seen


def _tool(place: int) -> str:
    name = NAMES[place]
    return _CLOUD[name][0] if name in _CLOUD else _TOOLS[LOGS[WRITTEN_IN[place]]]


def _moments(milliseconds: NDArray[np.int64]) -> pa.Array:
    return pa.array(milliseconds * 1_000).cast(pa.timestamp("us", tz="UTC"))


def _only(values: pa.Array, where: NDArray[np.bool_]) -> pa.Array:
    return pc.if_else(pa.array(where), values, pa.scalar(None, pa.string()))


def _first(*values: pa.Array) -> pa.Array:
    return pc.coalesce(*values)


def _plain(codes: NDArray[Any], words: list[str]) -> pa.Array:
    return pa.array(words, pa.string()).take(pa.array(codes))


def _word(codes: NDArray[Any], words: list[str]) -> pa.Array:
    """A dictionary column; equal words share one entry."""
    distinct = list(dict.fromkeys(words))
    place = np.array([distinct.index(word) for word in words], np.int32)
    return pa.DictionaryArray.from_arrays(pa.array(place[codes]), pa.array(distinct))
