"""What do the company's registers say of its staff, its sellers, their keys and the customers it watches?

Rows as the files hold them, direct identifiers in the clear.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np

from custodes.company.databases import times
from custodes.company.size import DAY
from custodes.company.staff import TEAMS
from custodes.company.world import World

PEOPLE: Final = (
    "id", "given_name", "surname", "email", "team", "role", "site", "manager", "joined", "left", "household",
)  # fmt: skip
SELLERS: Final = ("seller_id", "company", "category", "status", "device", "bank", "address", "phone")
KEYS: Final = ("key", "seller_id", "developer", "scopes", "issued")
WATCHED: Final = ("customer_id", "watched", "relation")

Row = tuple[object, ...]


def people(world: World) -> list[Row]:
    """PEOPLE of everyone, with the team of their last day; dates to the day, nothing is an empty text."""
    crew, days, sites = world.staff, world.plan.size.days, world.plan.shape.sites
    person = crew.person
    joined = times(world.plan.start_ms + crew.joined * DAY)
    left = times(world.plan.start_ms + np.minimum(crew.left, days) * DAY)
    last_day = np.minimum(crew.left, days) - 1
    account = [str(one).removeprefix("staff:") for one in crew.ids]
    rows: list[Row] = []
    for place in range(crew.count):
        manager, team = int(crew.manager[place]), TEAMS[int(crew.team[place, last_day[place]])].name
        role = "head" if manager < 0 else "lead" if crew.lead[place] else "temp" if crew.temp[place] else "agent"
        rows.append((
            account[place], person.given[place], person.surname[place], person.email[place], team, role,
            sites[int(crew.site[place])].name, account[manager] if manager >= 0 else "", joined[place][:10],
            left[place][:10] if crew.left[place] < days else "", world.homes[place],
        ))  # fmt: skip
    return rows


def sellers(world: World) -> Iterable[Row]:
    """SELLERS of every seller."""
    shops = world.sellers
    return zip(shops.ids.tolist(), shops.company, shops.category, shops.status, shops.device, shops.iban,
               shops.address, shops.phone, strict=True)  # fmt: skip


def keys(world: World) -> Iterable[Row]:
    """KEYS of every API key."""
    shops, held = world.sellers, world.keys
    scopes = ["orders buyers" if place % 3 else "orders" for place in range(len(held.ids))]
    return zip([str(one).removeprefix("key:") for one in held.ids], shops.ids[held.seller].tolist(), held.developer,
               scopes, times(held.issued), strict=True)  # fmt: skip


def watched(world: World) -> list[Row]:
    """WATCHED of famous customers, of those who do not exist, and of those who share a home with staff."""
    buyers = world.customers
    rows: list[Row] = [(int(buyers.ids[place]), "vip", "") for place in buyers.vip]
    rows += [(int(buyers.ids[place]), "honey", "") for place in buyers.honey]
    rows += [(int(buyers.ids[customer]), "", world.homes[person]) for person, customer in world.relations]
    return sorted(rows)
