"""What do engineers and analysts touch with their own hands: the database itself, and the files that jobs leave?"""

from __future__ import annotations

from typing import Final

import numpy as np

from custodes.company.cases import Cases, change_record, opened
from custodes.company.jobs import runner, service
from custodes.company.normal_life import by_staff
from custodes.company.size import DAY, HOUR, MINUTE, Block
from custodes.company.staff import TEAM
from custodes.company.touches import CODE, NONE, WHY, Touches
from custodes.company.world import World

FIRST_INCIDENT: Final = 800_000_001
# Files that jobs leave, by number; those from 3 on are weekly reports without anybody in them.
DEBUG_FILE, NEWSLETTER_FILE, ORDERS_FILE, FIRST_REPORT = 0, 1, 2, 3
_INCIDENT: Final = 0.3  # of an engineer's days bring an incident about a customer
_WRITTEN: Final = 0.75  # of incidents have a case
_EXPORTS: Final = 21  # days between two exports under a change record


def hands(world: World, block: Block) -> tuple[Cases, Touches]:
    """Incidents worked in the database, exports with a change record, and files fetched, in these days."""
    rng = world.plan.chance("direct", block.place)
    incidents, queried = _incidents(world, rng, block)
    changes, exported = _exports(world, rng, block)
    return incidents.joined(*changes), Touches.join([queried, *exported, _fetched(world, rng, block)])


def _incidents(world: World, rng: np.random.Generator, block: Block) -> tuple[Cases, Touches]:
    crew = world.staff
    who, day = crew.working("engineering", days=block.days)
    chosen = rng.random(len(who)) < _INCIDENT * min(world.plan.size.load, 2)
    who, day = who[chosen], day[chosen]
    customer = rng.choice(len(world.customers.ids), size=len(who), p=world.customers.weight)
    start = crew.at(world.plan, who, day, rng.uniform(0.3, 6, size=len(who)))
    written = rng.random(len(who)) < _WRITTEN
    numbers = FIRST_INCIDENT + block.place * 1_000_000 + np.arange(len(who))
    cases = opened(world, numbers[written], "incident", who[written], start[written] - 20 * MINUTE,
                   start[written] + 20 * HOUR, customer=customer[written])  # fmt: skip
    of = np.repeat(np.arange(len(who)), rng.integers(1, 6, size=len(who)))
    time = start[of] + (rng.random(len(of)) * 1.5 * HOUR).astype(np.int64)
    operation = rng.choice(
        [CODE[name] for name in ("query", "query_orders", "query_fix", "query_card")], size=len(of),
        p=(0.5, 0.42, 0.06, 0.02),
    )  # fmt: skip
    card = operation == CODE["query_card"]
    touches = by_staff(
        world, who[of], time, operation, np.where(written[of], WHY.index("case"), WHY.index("direct")),
        subject=np.where(card, NONE, world.customers.ids[customer[of]]),
        object=np.where(card, rng.choice(world.orders.ids, size=len(of)), NONE),
    )  # fmt: skip
    return cases, touches


def _exports(world: World, rng: np.random.Generator, block: Block) -> tuple[list[Cases], list[Touches]]:
    """Every few weeks an engineer copies customers out for a repair that was asked for."""
    crew, cases, touches = world.staff, [], []
    for day in range(block.days.start, block.days.stop):
        able = np.flatnonzero((crew.team[:, day] == TEAM["engineering"]) & crew.present[:, day])
        if day % _EXPORTS != _EXPORTS // 2 or not len(able):
            continue
        who = int(rng.choice(able))
        at = crew.at(world.plan, np.array([who]), np.array([day]), np.ones(1))
        cases.append(change_record(world, 100 + day, who, int(at[0]) - 2 * HOUR, 8))
        touches.append(by_staff(world, np.full(2, who), at + np.array([0, 40]) * MINUTE, "query_export", "case"))
    return cases, touches


def _fetched(world: World, rng: np.random.Generator, block: Block) -> Touches:
    """Weekly reports for most, the newsletter's list and the orders' table for few."""
    who, day = world.staff.working("engineering", "billing", "quality", days=block.days)
    chosen = rng.random(len(who)) < 0.2
    who, day = who[chosen], day[chosen]
    report = FIRST_REPORT + day // 7
    plain = rng.random(len(who))
    file = np.where(plain < 0.05, NEWSLETTER_FILE, np.where(plain < 0.25, ORDERS_FILE, report))
    time = world.staff.at(world.plan, who, day, rng.uniform(0.2, 7.5, size=len(who)))
    return by_staff(world, who, time, "fetch", "direct", object=file)


def newcomers(world: World) -> Touches:
    """Sellers that register while the logs run; sets when they were created. They are small ones, and owe nobody."""
    rng, shops, plan = world.plan.chance("onboarding"), world.sellers, world.plan
    own = np.setdiff1d(np.arange(len(shops.ids)), np.concatenate([[shops.banned], shops.twins]))
    small = own[np.argsort(shops.weight[own], kind="stable")][: len(own) // 2]
    count = max(3, int(len(shops.ids) * 0.03 * plan.size.days / 30))
    chosen = rng.choice(small, size=min(count, len(small)), replace=False)
    time = plan.start_ms + np.sort((rng.random(len(chosen)) * plan.size.days * DAY).astype(np.int64))
    shops.created[chosen] = time
    client, address = runner(world)
    return Touches.of(time=time, operation="register", actor=service(world, "onboarding"), client=client,
                      address=address, why="onboarding", party=shops.ids[chosen])  # fmt: skip
