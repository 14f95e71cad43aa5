"""What do auditors touch, whose ordinary work looks like a crime?"""

from __future__ import annotations

from typing import Final

import numpy as np

from custodes.company.cases import Cases, opened
from custodes.company.normal_life import by_staff
from custodes.company.size import HOUR, MINUTE, Block
from custodes.company.touches import CODE, NONE, WHY, Touches
from custodes.company.world import World

FIRST_AUDIT: Final = 700_000_001
_ON: Final = 0.12  # of an auditor's days begin a new audit
_NAMED: Final = 0.85  # of its touches name the audit's number


def audits(world: World, block: Block) -> tuple[Cases, Touches]:
    """Audits that begin in these days, and their cases: many customers, or one seller's whole book."""
    rng, crew, orders = world.plan.chance("audits", block.place), world.staff, world.orders
    who, day = crew.working("audit", days=block.days)
    chosen = rng.random(len(who)) < _ON
    who, day = who[chosen], day[chosen]
    start = crew.at(world.plan, who, day, rng.uniform(0.2, 2, size=len(who)))
    book = rng.random(len(who)) < 0.5
    seller = np.where(book, rng.choice(len(world.sellers.ids), size=len(who), p=world.sellers.weight), NONE)
    many = rng.integers(25, 110, size=len(who))
    of = np.repeat(np.arange(len(who)), many)
    sold = np.where(seller >= 0, orders.of[seller + 1] - orders.of[seller], 0)
    by_book = (sold > 0)[of]
    row = np.where(by_book, orders.of[seller[of]] + (rng.random(len(of)) * sold[of]).astype(np.int64), 0)
    customer = np.where(by_book, orders.customer[row],
                        rng.choice(len(world.customers.ids), size=len(of), p=world.customers.weight))  # fmt: skip
    time = start[of] + (rng.random(len(of)) * 5 * HOUR).astype(np.int64)
    numbers = FIRST_AUDIT + block.place * 1_000_000 + np.arange(len(who))
    cases = opened(world, numbers, "audit", who, start - 30 * MINUTE, start + 30 * HOUR, seller=seller)
    named = rng.random(len(of)) < _NAMED
    touches = by_staff(
        world, who[of], time, np.where(by_book, CODE["view_order"], CODE["view"]),
        np.full(len(of), WHY.index("audit")), subject=world.customers.ids[customer],
        party=np.where(by_book, world.sellers.ids[seller[of]], NONE),
        object=np.where(by_book, orders.ids[row], NONE), case=np.where(named, numbers[of], NONE),
    )  # fmt: skip
    return cases, touches
