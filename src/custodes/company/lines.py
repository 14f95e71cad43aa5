"""How do real systems write a touch down? One line in the form of each: two applications, PostgreSQL, a cloud, nginx.

Lines are built by columns, a million at a time: each function gives the lines of one log in the order of its touches.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from custodes.company.databases import order_number
from custodes.company.spelling import BROWSER, BUCKET, GROUP, PREFIXES, Spelling
from custodes.company.touches import CODE, NAMES, OPERATIONS, Touches

Numbers = NDArray[np.int64]

# nginx's log_format of the gateway, as custodes.toml repeats it.
FORMAT: Final = (
    '$remote_addr - $remote_user [$time_iso8601] "$request" $status $body_bytes_sent "$ssl_client_fingerprint" '
    '"$http_user_agent" "$request_id"'
)
_SQL: Final = {
    "query": ("SELECT", "SELECT name, email, phone FROM main.customers WHERE id = "),
    "query_orders": ("SELECT", "SELECT placed, total FROM main.orders WHERE customer_id = "),
    "query_card": ("SELECT", "SELECT pan, exp FROM main.payments_debug WHERE order_number = "),
    "query_export": ("COPY", "COPY (SELECT name, email, phone FROM main.customers) TO STDOUT"),
    "query_fix": ("UPDATE", "UPDATE main.customers SET email = lower(email) WHERE id = "),
}
_CALLS: Final = {
    "login": ("signin", "ConsoleLogin"), "grant": ("iam", "AddUserToGroup"), "revoke": ("iam", "RemoveUserFromGroup"),
    "fetch": ("s3", "GetObject"), "beacon": ("sts", "GetCallerIdentity"),
}  # fmt: skip


def desk(touches: Touches, number: Numbers, spelling: Spelling) -> pa.Array:
    """The support desk's own JSON lines."""
    return _joined(
        '{"id":"' + PREFIXES["desk"], _text(number), '","ts":"', spelling.moments(touches.time), 'Z","user":{"id":"',
        spelling.accounts(touches.actor), '","device":"', spelling.clients(touches.client), '","ip":"',
        spelling.addresses(touches.address), '","agent":"', spelling.desk_agents(touches.actor), '"},"op":"',
        _by_name(touches, lambda name: OPERATIONS[name].verb), '","on":"',
        _by_name(touches, lambda name: OPERATIONS[name].thing), '"',
        _optional(',"customer":', touches.subject), _optional(',"seller":', touches.party),
        _optional(',"order":', touches.object),
        _maybe(',"ticket":"', spelling.cases(touches.case), '"'), ',"fields":',
        _by_name(touches, lambda name: _list(OPERATIONS[name].seen)), "}",
    )  # fmt: skip


def admin(touches: Touches, number: Numbers, spelling: Spelling) -> pa.Array:
    """JSON lines of the tool that sellers' accounts and jobs are run with, which says in whose name it is used."""
    named = np.isin(touches.operation, [CODE["login_as"], CODE["delete_as"]])
    return _joined(
        '{"n":', _text(number), ',"at":"', spelling.moments(touches.time), '+00:00","who":"',
        spelling.actors(touches.actor), '","did":"', _by_name(touches, lambda name: OPERATIONS[name].verb),
        '","what":"', _by_name(touches, lambda name: OPERATIONS[name].thing), '","result":"',
        _either(touches.refused > 0, "failed", "ok"), '","count":', _text(touches.records),
        _optional(',"customer_id":', touches.subject), _optional(',"seller_id":', touches.party),
        _optional(',"as":', np.where(named, touches.subject, -1)),
        _maybe(',"reference":"', spelling.cases(touches.case), '"'), ',"columns":',
        _by_name(touches, lambda name: _list(OPERATIONS[name].seen)), ',"from":{"host":"',
        spelling.clients(touches.client), '","ip":"', spelling.addresses(touches.address), '"}}',
    )  # fmt: skip


def api(touches: Touches, number: Numbers, spelling: Spelling) -> pa.Array:
    """nginx's access log in FORMAT; the gateway authenticates by key."""
    order, buyer = touches.operation == CODE["api_order"], touches.operation == CODE["api_buyer"]
    about, subject = _text(np.maximum(touches.object, 0)), _text(np.maximum(touches.subject, 0))
    path = pc.case_when(
        pc.make_struct(pa.array(order), pa.array(buyer)),
        _joined("/orders/", about, "?buyer=", subject),
        _joined("/buyers/", subject, "?order=", about),
        _joined("/orders?count=", _text(touches.records)),
    )
    return _joined(
        spelling.addresses(touches.address), " - ", spelling.accounts(touches.actor), " [",
        spelling.moments(touches.time, parts=False), '+00:00] "GET /sellers/', _text(touches.party), path,
        ' HTTP/1.1" ', _either(touches.refused > 0, "403", "200"), " ", _text(200 + touches.records * 231), ' "',
        spelling.clients(touches.client), '" "', spelling.key_agents(touches.actor), '" "' + PREFIXES["api"],
        _text(number), '"',
    )  # fmt: skip


def database(touches: Touches, number: Numbers, spelling: Spelling) -> pa.Array:
    """PostgreSQL's csvlog with log_statement = all."""
    card = touches.operation == CODE["query_card"]
    about = np.where(touches.operation == CODE["query_export"], -1, touches.subject)
    orders = [
        f"'{order_number(one)}'" if chosen else None
        for one, chosen in zip(touches.object.tolist(), card.tolist(), strict=True)
    ]
    value = pc.coalesce(pa.array(orders, pa.string()), _optional("", about))
    moment = spelling.moments(touches.time, " ")
    tag = _by_name(touches, lambda name: _SQL[name][0])
    return _joined(
        moment, ' UTC,"', spelling.accounts(touches.actor), '","shop",', _text(4_096 + touches.actor), ',"',
        spelling.addresses(touches.address), ':51324",', spelling.sessions(touches.actor), ",", _text(number), ',"',
        tag, '",', moment, ' UTC,3/12,0,LOG,00000,"statement: ', _by_name(touches, lambda name: _SQL[name][1]), value,
        '",,,,,,,,,"psql","client backend",,0',
    )  # fmt: skip


def cloud(touches: Touches, number: Numbers, spelling: Spelling) -> pa.Array:
    """Records as CloudTrail writes them, one to a line."""
    fetched = touches.operation == CODE["fetch"]
    rights = np.isin(touches.operation, [CODE["grant"], CODE["revoke"]])
    login = touches.operation == CODE["login"]
    file = spelling.files(np.where(fetched, touches.object, -1))
    asked = pc.case_when(
        pc.make_struct(pa.array(fetched), pa.array(rights)),
        _joined(f',"requestParameters":{{"bucketName":"{BUCKET}","key":"', file, '"}'),
        f',"requestParameters":{{"groupName":"{GROUP}"}}',
        "",
    )
    answered = pc.case_when(
        pc.make_struct(pa.array(login & (touches.refused > 0)), pa.array(login)),
        ',"responseElements":{"ConsoleLogin":"Failure"}', ',"responseElements":{"ConsoleLogin":"Success"}', "",
    )  # fmt: skip
    return _joined(
        '{"eventVersion":"1.09","userIdentity":{"type":"IAMUser","userName":"', spelling.accounts(touches.actor),
        '","accessKeyId":"', spelling.clients(touches.client), '"},"eventTime":"',
        spelling.moments(touches.time, parts=False), 'Z","eventSource":"',
        _by_name(touches, lambda name: f"{_CALLS[name][0]}.amazonaws.com"), '","eventName":"',
        _by_name(touches, lambda name: _CALLS[name][1]), '","sourceIPAddress":"', spelling.addresses(touches.address),
        f'","userAgent":"{BROWSER}"', asked, answered, ',"eventID":"' + PREFIXES["cloud"], _text(number), '"}',
    )  # fmt: skip


WRITERS: Final[dict[str, Callable[[Touches, Numbers, Spelling], pa.Array]]] = {
    "desk": desk, "admin": admin, "api": api, "database": database, "cloud": cloud,
}  # fmt: skip


def _joined(*parts: pa.Array | str) -> pa.Array:
    options = pc.JoinOptions(null_handling="replace", null_replacement="")
    return pc.call_function("binary_join_element_wise", [*map(_argument, parts), pa.scalar("")], options)


def _argument(part: pa.Array | str) -> pa.Array | pa.Scalar:
    return pa.scalar(part) if isinstance(part, str) else part


def _text(numbers: NDArray[Any]) -> pa.Array:
    return pa.array(numbers).cast(pa.string())


def _optional(before: str, numbers: NDArray[Any]) -> pa.Array:
    """`,"customer":81723`, null where there is no number."""
    return pc.binary_join_element_wise(before, pa.array(numbers, mask=numbers < 0).cast(pa.string()), "")


def _maybe(before: str, texts: pa.Array, after: str) -> pa.Array:
    return pc.binary_join_element_wise(before, texts, after, "")


def _either(which: NDArray[np.bool_], yes: str, no: str) -> pa.Array:
    return pa.array([no, yes]).take(pa.array(which.astype(np.int8)))


def _by_name(touches: Touches, word: Callable[[str], str]) -> pa.Array:
    """A word for each operation; those of other logs are never asked for it."""
    present = set(np.flatnonzero(np.bincount(touches.operation)).tolist())
    table = pa.array([word(name) if place in present else "" for place, name in enumerate(NAMES)], pa.string())
    return table.take(pa.array(touches.operation))


def _list(names: tuple[str, ...]) -> str:
    return "[" + ",".join(f'"{name}"' for name in names) + "]"
