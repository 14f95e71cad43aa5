"""What do those outside do with keys, with the API and with new names?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from custodes.company.campaigns.sellers import sold
from custodes.company.campaigns.stage import Deed, Stage
from custodes.company.jobs import key_calls, runner, service
from custodes.company.size import DAY, HOUR
from custodes.company.touches import CODE, NONE, Touches
from custodes.company.trade import ANALYST

Ints = NDArray[np.int64]


def key_harvest(stage: Stage) -> Deed:
    """A developer reads buyers with the keys of up to 92 sellers: from one client, or spread over many addresses."""
    rng, world = stage.rng, stage.world
    keys, orders, book = world.keys, world.orders, world.book
    style = stage.style("one_client", "spread")
    many = sold(stage)[keys.seller]
    firsts = np.unique(keys.seller, return_index=True)[1]
    usable = np.intersect1d(np.flatnonzero(keys.own & (many >= 3)), firsts)
    held = stage.times(min(92, len(usable) // 3), least=4, most=len(usable))
    chosen = rng.choice(usable, size=held, replace=False)
    each = 40 if style == "one_client" else 14
    key = rng.choice(chosen, size=each * held)
    row = orders.of[keys.seller[key]] + (rng.random(len(key)) * many[key]).astype(np.int64)
    days = world.plan.size.days
    since, length = (0.55, 0.25) if style == "one_client" else (0.2, 0.7)
    time = world.plan.start_ms + np.sort(((since + length * rng.random(len(key))) * days * DAY).astype(np.int64))
    if style == "one_client":
        mine = keys.developer.index(ANALYST)
        client: Ints | int = int(keys.client[mine])
        address: Ints | int = int(keys.address[mine])
    else:
        # Six keys to a machine, each machine at an address of its own.
        machine = np.searchsorted(np.sort(chosen), key) // 6
        clients = book.clients.codes(f"tls-{rng.bytes(6).hex()}" for _ in range(held // 6 + 1))
        addresses = book.addresses.codes(f"203.0.113.{place % 250 + 1}" for place in range(held // 6 + 1))
        client, address = clients[machine], addresses[machine]
    touches = key_calls(world, rng, key, row, time=time, client=client, address=address, why="campaign")
    where = "one client" if style == "one_client" else "many machines"
    return Deed(
        touches, f"a developer read buyers from {where} with keys that {held} sellers had declared for themselves"
    )


def api_enumeration(stage: Stage) -> Deed:
    """One key asks for order after order that is not its seller's: in sequence, shuffled, or along a graph."""
    rng, world = stage.rng, stage.world
    keys, orders = world.keys, world.orders
    style = stage.style("sequential", "shuffled", "graph")
    usable = np.flatnonzero(keys.own & (sold(stage)[keys.seller] > 0))
    key = int(rng.choice(usable))
    most = len(orders.ids) - 1
    count = stage.times(700 if stage.hard else 2_400, least=20, most=most)
    if style == "sequential":
        first = int(rng.integers(0, len(orders.ids) - count))
        row = np.argsort(orders.ids, kind="stable")[first : first + count]
    elif style == "shuffled":
        row = rng.permutation(len(orders.ids))[:count]
    else:
        row = _walked(stage, count)
    days = world.plan.size.days
    if style == "sequential":
        start = world.plan.start_ms + int(0.7 * days) * DAY
        time = start + np.cumsum(rng.integers(15_000, 75_000, size=count))
    else:
        # Under the rate limit of any hour: some calls in each waking hour of many days.
        day = np.sort(rng.integers(int(0.3 * days), int(0.95 * days), size=count))
        time = world.plan.start_ms + day * DAY + (rng.uniform(6, 22, size=count) * HOUR).astype(np.int64)
        time = np.sort(time)
    refused = rng.random(count) < (0.35 if style == "sequential" else 0.08)
    touches = Touches.of(
        time=time, operation=rng.choice([CODE["api_order"], CODE["api_buyer"]], size=count, p=(0.4, 0.6)),
        actor=int(keys.actor[key]), client=int(keys.client[key]), address=int(keys.address[key]), why="campaign",
        subject=world.customers.ids[orders.customer[row]], party=int(world.sellers.ids[keys.seller[key]]),
        object=orders.ids[row], refused=refused.astype(np.int64),
    )  # fmt: skip
    how = {"sequential": "one after the other", "shuffled": "in no order", "graph": "from buyer to seller to buyer"}
    story = f"one key asked for orders that are not its seller's, {how[style]}"
    return Deed(touches, story, serves=[int(keys.seller[key])])


def _walked(stage: Stage, count: int) -> Ints:
    """Rows of orders met on a walk: an order's buyer, another order of that buyer, its seller, another order of it."""
    rng, world = stage.rng, stage.world
    orders, found = world.orders, [int(stage.rng.integers(len(world.orders.ids)))]
    while len(found) < count:
        at = found[-1]
        if len(found) % 2:
            customer = int(orders.customer[at])
            low, high = int(world.bought_of[customer]), int(world.bought_of[customer + 1])
            found.append(int(world.bought[rng.integers(low, high)]))
        else:
            seller = int(orders.seller[at])
            found.append(int(rng.integers(orders.of[seller], orders.of[seller + 1])))
    return np.array(found)


def banned_returns(stage: Stage) -> Deed:
    """The banned seller opens new brands: registrations weeks apart, tokens shared; hard: one each, in a chain."""
    rng, world, shops = stage.rng, stage.world, stage.world.sellers
    free = np.setdiff1d(np.arange(len(shops.ids)), np.concatenate([[shops.banned], shops.twins]))
    small = free[np.argsort(shops.weight[free], kind="stable")][: max(8, len(free) // 2)]
    count = stage.times(min(20, max(4, len(shops.ids) // 40)), least=2, most=len(small))
    brands = rng.choice(small, size=count, replace=False)
    days = world.plan.size.days
    day = np.sort(rng.uniform(0.1 if stage.hard else 0.4, 0.9 if stage.hard else 0.75, size=count) * days)
    tokens = (shops.device, shops.iban, shops.address, shops.phone)
    before = shops.banned
    for turn, brand in enumerate(brands.tolist()):
        kept = [turn % len(tokens)] if stage.hard else rng.choice(len(tokens), size=2, replace=False).tolist()
        for place in kept:
            tokens[place][brand] = tokens[place][before]
        # In a chain each brand has something of the one before it, and nothing else of the first.
        before = brand if stage.hard else shops.banned
    time = world.plan.start_ms + (day * DAY).astype(np.int64)
    shops.created[brands] = time
    client, address = runner(world)
    touches = Touches.of(
        time=time, operation="register", actor=service(world, "onboarding"), client=client, address=address,
        why="campaign", subject=NONE, party=shops.ids[brands],
    )  # fmt: skip
    story = f"a banned seller came back under {count} new names that share its device, bank, address or telephone"
    parties = [shops.banned, *brands.tolist()]
    return Deed(touches, story, serves=[shops.banned], parties=parties, actors=())
