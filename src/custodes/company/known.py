"""What would be known of people, cases, sellers, keys and customers, and of where personal data lies?

The context and the data map that belong to `sealed.table`. The map is the true one: what a scan that makes no mistake
would say of the stores that the touches are about.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from custodes.company import registers
from custodes.company.cases import KINDS, Cases
from custodes.company.sealed import CARDS, CUSTOMERS, DEBUG, SHOPS
from custodes.company.spelling import Spelling, numbered
from custodes.company.world import World
from custodes.records import Tokeniser
from custodes.records.schema import CONTEXT_SCHEMAS

# Store, field, category and its sensitivity, of each dataset with personal data in it.
_HELD: Final = {
    CUSTOMERS: (
        ("name", "person_name", 2), ("email", "email", 3), ("phone", "phone", 3), ("street", "postal_address", 3),
        ("postcode", "postcode", 2), ("city", "city", 2), ("country", "country", 1), ("birth_date", "birth_date", 3),
    ),
    "shop.main.reviews": (("text", "email", 3), ("text", "phone", 3)),
    SHOPS: (("contact_email", "email", 3), ("bank_iban", "iban", 4)),
    DEBUG: (("pan", "payment_card", 5), ("exp", "card_expiry", 3)),
    CARDS: (("card_number", "payment_card", 5), ("expiry", "card_expiry", 3), ("holder", "person_name", 2)),
    "exports.newsletter.csv": (("email", "email", 3),),
    "exports.orders_analytics.parquet": (("country", "country", 1),),
}  # fmt: skip
_FIELDS: Final = pa.schema([
    ("store", pa.string()), ("dataset", pa.string()), ("field", pa.string()), ("category", pa.string()),
    ("sensitivity", pa.int64()), ("vault", pa.bool_()),
])  # fmt: skip


def context(world: World, tokeniser: Tokeniser) -> dict[str, pa.Table]:
    """people, parties, keys and subjects as CONTEXT_SCHEMAS, with tokens for whatever names a person or a home."""
    return {
        "people": _people(world, tokeniser),
        "parties": _parties(world, tokeniser),
        "keys": _keys(world),
        "subjects": _subjects(world, tokeniser),
    }


def cases(found: Sequence[Cases], world: World, spelling: Spelling) -> pa.Table:
    """Cases as CONTEXT_SCHEMAS["cases"], those that nobody had opened by the end of the logs left out."""
    parts = [_case_table(one, world, spelling) for one in found]
    return pa.concat_tables(parts) if parts else CONTEXT_SCHEMAS["cases"].empty_table()


def written(cases: Cases, world: World) -> NDArray[np.int64]:
    """Places of the cases that were opened before the logs end: the support system knows no others."""
    return np.flatnonzero(cases.opened < world.plan.end_ms)


def data_map(world: World) -> pa.Table:
    """store, dataset, field, category, sensitivity, vault."""
    held = _HELD | {f"exports.{world.plan.year - 1}/payments_debug.csv": _HELD[DEBUG]}
    rows = [
        {
            "store": dataset.partition(".")[0], "dataset": dataset, "field": field, "category": category,
            "sensitivity": sensitivity, "vault": dataset == CARDS,
        }
        for dataset, fields in held.items()
        for field, category, sensitivity in fields
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=_FIELDS)


def _case_table(found: Cases, world: World, spelling: Spelling) -> pa.Table:
    rows = written(found, world)
    buyers, shops = world.customers.ids, world.sellers.ids
    customer, seller, closed = found.customer[rows], found.seller[rows], found.closed[rows]
    columns = {
        "id": spelling.cases(found.number[rows]),
        "kind": pa.array(KINDS).take(pa.array(found.kind[rows])),
        "subject": numbered("customer:", np.where(customer >= 0, buyers[customer], -1)),
        "party": numbered("seller:", np.where(seller >= 0, shops[seller], -1)),
        "assignee": spelling.actors(found.assignee[rows]),
        "opened": _seconds(found.opened[rows]),
        "closed": _seconds(closed, mask=(closed < 0) | (closed >= world.plan.end_ms)),
    }
    schema = CONTEXT_SCHEMAS["cases"]
    return pa.Table.from_arrays([columns[name].cast(schema.field(name).type) for name in schema.names], schema=schema)


def _seconds(milliseconds: NDArray[np.int64], mask: NDArray[np.bool_] | None = None) -> pa.Array:
    return pa.array(milliseconds // 1_000 * 1_000_000, mask=mask).cast(pa.timestamp("us", tz="UTC"))


def _people(world: World, tokeniser: Tokeniser) -> pa.Table:
    rows = []
    for row in registers.people(world):
        one = dict(zip(registers.PEOPLE, row, strict=True))
        rows.append({
            "id": f"staff:{one['id']}", "team": one["team"], "role": one["role"], "site": one["site"],
            "manager": f"staff:{one['manager']}" if one["manager"] else None,
            "joined": _moment(one["joined"]), "left": _moment(one["left"]),
            "household": tokeniser.token(str(one["household"])), "surname": tokeniser.token(str(one["surname"])),
        })  # fmt: skip
    return _table("people", rows)


def _parties(world: World, tokeniser: Tokeniser) -> pa.Table:
    rows = []
    for row in registers.sellers(world):
        one = dict(zip(registers.SELLERS, row, strict=True))
        tokens = {name: tokeniser.token(str(one[name])) for name in ("device", "bank", "address", "phone")}
        rows.append(
            {"id": f"seller:{one['seller_id']}", "category": one["category"], "status": one["status"], **tokens}
        )
    return _table("parties", rows)


def _keys(world: World) -> pa.Table:
    rows = []
    for row in registers.keys(world):
        one = dict(zip(registers.KEYS, row, strict=True))
        rows.append({
            "key": f"key:{one['key']}", "party": f"seller:{one['seller_id']}", "developer": one["developer"],
            "scopes": one["scopes"], "issued": _moment(one["issued"]),
        })  # fmt: skip
    return _table("keys", rows)


def _subjects(world: World, tokeniser: Tokeniser) -> pa.Table:
    rows = [
        {
            "id": f"customer:{customer}",
            "watched": watched or None,
            "relations": tokeniser.token(str(relation)) if relation else None,
        }
        for customer, watched, relation in registers.watched(world)
    ]
    return _table("subjects", rows)


def _table(name: str, rows: Iterable[dict[str, object]]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=CONTEXT_SCHEMAS[name])


def _moment(text: object) -> datetime | None:
    if not text:
        return None
    found = datetime.fromisoformat(str(text))
    return found if found.tzinfo else found.replace(tzinfo=UTC)
