"""What is there before anyone touches anything? Staff, customers, sellers, orders, keys and who knows whom."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from custodes.company.names import Book, Names
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
    book: Book
    bought: NDArray[np.int64]  # rows of orders, sorted by customer
    bought_of: NDArray[np.int64]  # each customer's first place in `bought`, and the end


def world(plan: Plan) -> World:
    """The same for the same plan."""
    crew, buyers, shops = staff(plan), customers(plan), sellers(plan)
    book = Book(Names(crew.ids.tolist()), Names(crew.devices), Names(crew.addresses))
    rng = plan.chance("relations")
    known = np.setdiff1d(np.arange(buyers.listed), np.concatenate([buyers.vip, buyers.honey]))
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
    sold = orders(plan, buyers, shops)
    bought = np.argsort(sold.customer, kind="stable")
    edges = np.searchsorted(sold.customer[bought], np.arange(len(buyers.ids) + 1))
    return World(plan, crew, buyers, shops, sold, keys(plan, shops, book), homes, relations, book, bought, edges)
