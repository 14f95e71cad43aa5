"""What lies in the company's databases: the shop, the support desk and the card vault?"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import numpy as np

from custodes.company.cases import KINDS, Cases, spelt
from custodes.company.size import DAY, Plan
from custodes.company.trade import CATEGORIES, cards
from custodes.company.world import World

_SHOP: Final = """
CREATE TABLE customers (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL, phone TEXT, street TEXT, postcode TEXT,
    city TEXT, country TEXT, birth_date TEXT, created TEXT NOT NULL);
CREATE TABLE sellers (
    id INTEGER PRIMARY KEY, company TEXT NOT NULL, category TEXT, status TEXT NOT NULL, contact_email TEXT,
    bank_iban TEXT, created TEXT NOT NULL);
CREATE TABLE products (sku TEXT PRIMARY KEY, title TEXT NOT NULL, category TEXT, price REAL NOT NULL);
CREATE TABLE orders (
    id INTEGER PRIMARY KEY, order_number TEXT NOT NULL, customer_id INTEGER NOT NULL REFERENCES customers (id),
    seller_id INTEGER NOT NULL REFERENCES sellers (id), placed TEXT NOT NULL, total REAL NOT NULL);
CREATE TABLE reviews (
    id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customers (id), sku TEXT REFERENCES products (sku),
    stars INTEGER NOT NULL, text TEXT, created TEXT NOT NULL);
"""
_SUPPORT: Final = """
CREATE TABLE cases (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, customer_id INTEGER, seller_id INTEGER, assignee TEXT NOT NULL,
    opened TEXT NOT NULL, closed TEXT, note TEXT);
"""
_VAULT: Final = """
CREATE TABLE payment_methods (
    id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL, brand TEXT NOT NULL, card_number TEXT NOT NULL,
    expiry TEXT NOT NULL, holder TEXT NOT NULL);
"""
_DEBUG: Final = """
CREATE TABLE payments_debug (at TEXT NOT NULL, order_number TEXT NOT NULL, pan TEXT, exp TEXT, result TEXT);
"""
DEBUG_ROWS: Final = 400
_MADE_OF: Final = "Oak Steel Linen Glass Copper Wool"
_THING: Final = "lamp shelf speaker chair kettle tent puzzle drill"
_PRAISE: Final = (
    "Does what it should.", "Arrived two days late, but well packed.", "The colour is not the one in the picture.",
    "Bought a second one for my sister.", "Stopped working after a week.", "Good value at 19.99.", "Five stars!",
    "The manual is version 2.4.1 and wrong.", "Would buy again.", "Smaller than I thought: 12 x 30 cm.",
)  # fmt: skip
_NOTES: Final = (
    "Customer asked where the parcel is.", "Explained the return policy.", "Sent the label again.",
    "Waiting for the seller.",
    "Refund of 24.90 agreed.", "Second contact, calm.", "Checked order and address, all well.", "No answer so far.",
)  # fmt: skip
_REACH: Final = ("Please write to {} about it.", "You can reach me at {}.", "Call {} after six.")


def write_databases(folder: Path, world: World, cases: Cases | None) -> None:
    """shop.db, support.db and vault.db in `folder`, replacing those that are there.

    Without cases there is no support.db, and the shop has the forgotten table that engineers can query.
    """
    if cases is None:
        _write(folder / "shop.db", _SHOP + _DEBUG, _shop(world) | {"payments_debug": debug_rows(world)})
    else:
        _write(folder / "shop.db", _SHOP, _shop(world))
        _write(folder / "support.db", _SUPPORT, {"cases": _case_rows(world, cases)})
    _write(folder / "vault.db", _VAULT, {"payment_methods": _payment_methods(world)})


def order_number(identity: int) -> str:
    """Sixteen digits that begin like a card's; one in ten passes Luhn, as numbers do."""
    return f"40260115{identity:08d}"


def times(moments: object) -> list[str]:
    """RFC 3339 in UTC to the second."""
    text = np.datetime_as_string(np.asarray(moments).astype("datetime64[ms]").astype("datetime64[s]"), timezone="UTC")
    return [str(one) for one in text]


def _write(file: Path, schema: str, tables: dict[str, Iterable[tuple[object, ...]]]) -> None:
    file.unlink(missing_ok=True)
    database = sqlite3.connect(file)
    try:
        database.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + schema)
        for table, rows in tables.items():
            kept = [tuple(row) for row in rows]
            places = ", ".join("?" * len(kept[0]))
            database.executemany(f"INSERT INTO {table} VALUES ({places})", kept)  # noqa: S608 - names are from this file
        database.commit()
    finally:
        database.close()


def _shop(world: World) -> dict[str, Iterable[tuple[object, ...]]]:
    buyers, shops, orders = world.customers, world.sellers, world.orders
    person = buyers.person
    listed = buyers.listed
    names = [person.full_name(place) for place in range(listed)]
    by_id = np.argsort(orders.ids)
    by_id = by_id[orders.customer[by_id] < buyers.listed]
    return {
        "customers": zip(
            buyers.ids[:listed].tolist(), names, person.email, person.phone, person.street, person.postcode,
            person.city, person.country, person.birth, times(buyers.created), strict=True),
        "sellers": zip(
            shops.ids.tolist(), shops.company, shops.category, shops.status, shops.email, shops.iban,
            times(shops.created), strict=True),
        "products": _products(world.plan),
        "orders": zip(
            orders.ids[by_id].tolist(), map(order_number, orders.ids[by_id].tolist()),
            buyers.ids[orders.customer[by_id]].tolist(), shops.ids[orders.seller[by_id]].tolist(),
            times(orders.placed[by_id]), (orders.total[by_id] / 100).tolist(), strict=True),
        "reviews": _reviews(world),
    }  # fmt: skip


def sku(place: int) -> str:
    """A product's code: shaped like nothing personal, unless one looks only at the digits."""
    return f"SKU-{(place * 7_919) % 1_000_000:06d}-{place % 26 + 10}"


def _products(plan: Plan) -> list[tuple[object, ...]]:
    rng = plan.chance("files")
    first, last = _MADE_OF.split(), _THING.split()
    return [
        (sku(place), f"{rng.choice(first)} {rng.choice(last)} No. {place + 1}", str(rng.choice(CATEGORIES)),
         int(rng.integers(299, 39_999)) / 100)
        for place in range(plan.size.products)
    ]  # fmt: skip


def _reviews(world: World) -> list[tuple[object, ...]]:
    """Free text; one in eighty tells how to reach its author."""
    rng, size, person = world.plan.chance("files"), world.plan.size, world.customers.person
    authors = rng.choice(world.customers.listed, size=size.reviews)
    created = times(world.plan.end_ms - (rng.random(size.reviews) * 700 * 86_400_000).astype(np.int64))
    rows: list[tuple[object, ...]] = []
    for place, author in enumerate(authors.tolist()):
        text = " ".join(_PRAISE[code] for code in rng.integers(len(_PRAISE), size=int(rng.integers(1, 4))))
        if place % 80 == 17:
            text += " " + _reachable(rng, person.email[author], person.phone[author])
        rows.append((place + 1, int(world.customers.ids[author]), sku(int(rng.integers(size.products))),
                     int(rng.integers(1, 6)), text, created[place]))  # fmt: skip
    return rows


def _reachable(rng: np.random.Generator, email: str, phone: str) -> str:
    code = int(rng.integers(3))
    return _REACH[code].format(phone if code == 2 else email)


def debug_rows(world: World) -> list[tuple[object, ...]]:
    """What somebody once traced of failed payments, and forgot: whole card numbers, outside the vault."""
    rng = world.plan.chance("files")
    held = cards(world.plan)
    chosen = rng.choice(len(held), size=min(DEBUG_ROWS, len(held)), replace=False)
    orders = rng.permutation(world.orders.ids)[: len(chosen)]
    at = times(np.sort(world.plan.start_ms - 300 * DAY + (rng.random(len(chosen)) * 3 * DAY).astype(np.int64)))
    return [
        (at[row], order_number(int(orders[row])), held[card].number, held[card].expiry,
         ("declined", "timeout", "retry")[rng.integers(3)])
        for row, card in enumerate(chosen.tolist())
    ]  # fmt: skip


def _case_rows(world: World, cases: Cases) -> list[tuple[object, ...]]:
    """One in thirty notes repeats the customer's telephone number or e-mail address."""
    rng, person = world.plan.chance("files"), world.customers.person
    opened, closed = times(cases.opened), times(cases.closed)
    notes = rng.integers(len(_NOTES), size=len(cases)).tolist()
    number = spelt(cases.number, scrambled=world.plan.shape.scrambled).to_pylist()
    rows: list[tuple[object, ...]] = []
    for place, (customer, seller) in enumerate(zip(cases.customer.tolist(), cases.seller.tolist(), strict=True)):
        note = _NOTES[notes[place]]
        if customer >= 0 and place % 30 == 11:
            note += " " + _reachable(rng, person.email[customer], person.phone[customer])
        rows.append((
            number[place], KINDS[cases.kind[place]],
            int(world.customers.ids[customer]) if customer >= 0 else None,
            int(world.sellers.ids[seller]) if seller >= 0 else None,
            world.book.actors.text(int(cases.assignee[place])), opened[place],
            closed[place] if cases.closed[place] >= 0 else None,
            note if customer >= 0 or seller >= 0 else "Bulk change, asked for by the product owner, signed off.",
        ))  # fmt: skip
    return rows


def _payment_methods(world: World) -> list[tuple[object, ...]]:
    person = world.customers.person
    return [
        (place + 1, int(world.customers.ids[held.customer]), held.brand, held.number, held.expiry,
         person.full_name(held.customer))
        for place, held in enumerate(cards(world.plan))
    ]  # fmt: skip
