"""What is there before anyone touches anything? Staff, customers, sellers, orders, keys and who knows whom."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from custodes.company.size import Plan
from custodes.company.staff import Staff, staff
from custodes.company.trade import Customers, Keys, Orders, Sellers, customers, keys, orders, sellers


@dataclass(frozen=True, slots=True)
class World:
    """The company at rest. homes: the household each member of staff gave to human resources.

    relations: (place of staff, place of customer) who share, or once shared, that household.
    """

    plan: Plan
    staff: Staff
    customers: Customers
    sellers: Sellers
    orders: Orders
    keys: Keys
    homes: list[str]
    relations: tuple[tuple[int, int], ...]


def world(plan: Plan) -> World:
    """The same for the same plan."""
    crew, buyers, shops = staff(plan), customers(plan), sellers(plan)
    rng = plan.chance("relations")
    known = np.setdiff1d(np.arange(len(buyers.ids)), np.concatenate([buyers.vip, buyers.honey]))
    few = max(crew.count // 16, 4)
    pairs = zip(
        rng.choice(crew.count, size=few, replace=False).tolist(),
        rng.choice(known, size=few, replace=False).tolist(),
        strict=True,
    )
    relations = tuple(sorted(pairs))
    homes = [crew.person.home(place) for place in range(crew.count)]
    for person, customer in relations:
        homes[person] = buyers.person.home(customer)
    return World(plan, crew, buyers, shops, orders(plan, buyers, shops), keys(plan, shops), homes, relations)
