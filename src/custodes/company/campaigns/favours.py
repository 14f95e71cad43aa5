"""What is done for a seller who pays: its rivals read, its own account let back, bad reviews taken away?"""

from __future__ import annotations

import numpy as np

from custodes.company.campaigns.sellers import orders_of, payer, rivals
from custodes.company.campaigns.stage import Deed, Stage
from custodes.company.jobs import runner, service
from custodes.company.size import MINUTE
from custodes.company.touches import CODE, Touches


def seller_leak(stage: Stage) -> Deed:
    """One to six people in two countries read the books of a seller's rivals, and their buyers, for pay."""
    rng, world = stage.rng, stage.world
    client = payer(stage)
    others = rivals(stage, client, 6)
    people = stage.apart(stage.agents("seller_support", "support"), stage.crowd(5 if stage.hard else 3))
    parts = []
    for person in people:
        books = stage.times(9 if stage.hard else 32, least=3)
        time = stage.moments(person, books, 0.15, 0.95)
        operation = rng.choice([CODE["view_book"], CODE["view_seller"]], size=books, p=(0.7, 0.3))
        parts.append(stage.by(person, time, operation, party=world.sellers.ids[rng.choice(others, size=books)]))
        rows = orders_of(stage, others, stage.times(7 if stage.hard else 24, least=2))
        parts.append(stage.by(
            person, stage.moments(person, len(rows), 0.15, 0.95), "view_order", object=world.orders.ids[rows],
            party=world.sellers.ids[world.orders.seller[rows]],
            subject=world.customers.ids[world.orders.customer[rows]],
        ))  # fmt: skip
    touches = stage.hidden(Touches.join(parts), 0.4 if stage.hard else 0.0, "seller")
    story = f"{len(people)} people in two countries read the books and buyers of a seller's rivals, which it paid for"
    return Deed(touches, story, serves=[client], parties=others.tolist())


def banned_reinstated(stage: Stage) -> Deed:
    """The payer's banned account is let back, again and again, and its rivals are suspended, by different hands."""
    rng, shops = stage.rng, stage.world.sellers
    others = rivals(stage, shops.banned, 4)
    people = stage.apart(stage.agents("seller_support"), stage.crowd(4 if stage.hard else 2))
    acts = [("reinstate", shops.banned), ("suspend", int(others[0])), ("reinstate", shops.banned)]
    acts += [("suspend", int(other)) for other in others[1:]]
    acts = (acts * 3)[: stage.times(5 if stage.hard else 7, least=2)]
    spread = np.linspace(0.12 if stage.hard else 0.45, 0.95 if stage.hard else 0.8, len(acts) + 1)
    parts = []
    for turn, (operation, seller) in enumerate(acts):
        person = people[turn % len(people)]
        # Weeks apart, each by another hand; who acts has looked first.
        time = stage.moments(person, 1, float(spread[turn]), float(spread[turn + 1]))
        party = int(shops.ids[seller])
        parts.append(stage.by(person, time, "view_seller", party=party))
        parts.append(stage.by(person, time + rng.integers(2, 9) * MINUTE, operation, party=party))
        if not stage.hard:
            parts.append(stage.by(person, time + 15 * MINUTE, "view_book", party=int(shops.ids[rng.choice(others)])))
    touches = stage.hidden(Touches.join(parts), 0.5 if stage.hard else 0.0, "seller")
    story = "a banned seller's account was let back and its rivals suspended, by several hands, weeks apart"
    return Deed(touches, story, serves=[shops.banned], parties=others.tolist())


def review_removal(stage: Stage) -> Deed:
    """Customers' accounts are entered and their reviews of one seller deleted: in a burst, or two an hour for weeks."""
    rng, world = stage.rng, stage.world
    client = payer(stage)
    style = stage.style("burst", "trickle")
    most = len(world.customers.ids) // 4
    wanted = stage.times(min(6_581, max(60, 0.02 * len(world.customers.ids))), least=4, most=most)
    people = stage.apart(stage.agents("support", "escalations"), stage.crowd(2))
    chosen = rng.choice(stage.ordinary(), size=wanted, replace=False)
    parts = []
    for person, part in zip(people, np.array_split(chosen, len(people)), strict=True):
        share = part
        if style == "burst":
            nights = stage.nights(0.65, 2)
            start = nights + (world.staff.shift[person] + 12) * 3_600_000
            time = np.sort(rng.choice(start, size=len(share)) + rng.integers(0, 4 * 60 * MINUTE, size=len(share)))
        else:
            days = stage.days(person, 0.25, 0.95)
            share = part[: 2 * 7 * len(days)]
            time = stage.moments(person, len(share), 0.25, 0.95)
        entered = stage.by(person, time, "login_as", subject=world.customers.ids[share])
        deleted = stage.by(person, time + rng.integers(20_000, 120_000, size=len(share)), "delete_as",
                           subject=world.customers.ids[share], party=int(world.sellers.ids[client]))  # fmt: skip
        parts += [entered, deleted]
    touches = stage.hidden(Touches.join(parts), 0.25 if style == "trickle" else 0.0, "review")
    how = "in two evenings" if style == "burst" else "two an hour, for weeks"
    return Deed(touches, f"customers' accounts were entered and their reviews of one seller deleted, {how}",
                serves=[client])  # fmt: skip


def email_change(stage: Stage) -> Deed:
    """Other e-mail addresses are written into customers' profiles: in a burst, fifty a day, or under a job's name."""
    rng, world = stage.rng, stage.world
    buyers = world.customers
    style = stage.style("burst", "trickle", "job")
    ordinary = stage.ordinary()
    most = len(ordinary) // 4
    if style == "job":
        return _under_a_job(stage, rng.permutation(buyers.ids[ordinary])[: stage.times(600, least=20, most=most)])
    people = stage.hire(stage.agents("support"), stage.crowd(3))
    parts = []
    if style == "burst":
        count = stage.times(min(36_000, 0.1 * len(buyers.ids)), least=60, most=most)
        for person, share in zip(people, np.array_split(rng.permutation(ordinary)[:count], len(people)), strict=True):
            night = rng.choice(stage.nights(0.7, 2), size=len(share))
            # Outside the person's own shift, when nobody beside them would see the screen.
            late = (world.staff.shift[person] + 13 + rng.uniform(0, 4, size=len(share))) * 3_600_000
            parts.append(stage.by(person, night + late.astype(np.int64), "edit_email", subject=buyers.ids[share]))
    else:
        a_day = min(50, max(6, len(buyers.ids) // 400))
        for person in people:
            on = min(18, len(stage.days(person, 0.35, 0.9)))
            count = stage.times(a_day * on / len(people), least=10, most=most // len(people))
            share = rng.choice(ordinary, size=count, replace=False)
            time = stage.moments(person, count, 0.35, 0.9, on=on)
            parts.append(stage.by(person, time, "edit_email", subject=buyers.ids[share]))
    touches = stage.hidden(Touches.join(parts), 0.3 if style == "trickle" else 0.0, "account")
    return Deed(touches, f"other e-mail addresses were written into customers' profiles ({style}), which opens them")


def _under_a_job(stage: Stage, subject: np.ndarray) -> Deed:
    """The account of a bulk job goes on changing addresses on the nights after its change record was closed."""
    world, rng = stage.world, stage.rng
    nights = stage.nights(0.62, min(12, world.plan.size.days // 4))
    night = np.sort(rng.choice(nights, size=len(subject)))
    time = night + 3 * 3_600_000 + rng.integers(0, 50 * MINUTE, size=len(subject))
    client, address = runner(world)
    account = service(world, "mail-normaliser")
    touches = Touches.of(
        time=np.sort(time), operation="set_email", actor=account, client=client, address=address, why="campaign",
        subject=subject, case=-41,
    )  # fmt: skip
    return Deed(touches, "somebody used a bulk job's account to change addresses after its change record was closed")
