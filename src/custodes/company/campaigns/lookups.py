"""Who looks at whom out of curiosity, jealousy or for a picture of somebody's books?"""

from __future__ import annotations

import numpy as np

from custodes.company.campaigns.sellers import sold
from custodes.company.campaigns.stage import Deed, Stage
from custodes.company.touches import CODE, Touches


def watched_lookup(stage: Stage) -> Deed:
    """Famous customers are looked up, again and again; hard: each once, over months, some under a case."""
    rng, buyers = stage.rng, stage.world.customers
    parts = []
    for person in stage.hire(stage.agents("support"), stage.crowd(1)):
        many = stage.times(5 if stage.hard else 9, most=len(buyers.vip))
        chosen = rng.choice(buyers.vip, size=many, replace=False)
        looks = chosen if stage.hard else np.repeat(chosen, rng.integers(1, 4, size=many))
        time = stage.moments(person, len(looks), 0.2 if stage.hard else 0.45, 0.95 if stage.hard else 0.85)
        operation = rng.choice([CODE["find"], CODE["view"], CODE["view_address"]], size=len(looks), p=(0.2, 0.4, 0.4))
        parts.append(stage.by(person, time, operation, subject=buyers.ids[rng.permutation(looks)]))
    touches = stage.hidden(Touches.join(parts), 0.4 if stage.hard else 0.0, "account")
    return Deed(touches, "members of the support desk looked up famous customers whose cases were not theirs")


def known_person(stage: Stage) -> Deed:
    """Somebody keeps looking at one person they know: of their household, of old, or a colleague's."""
    rng, world = stage.rng, stage.world
    style = stage.style("household", "ex", "colleague")
    relations = dict(world.relations)
    steady = np.flatnonzero(world.staff.present.mean(axis=1) > 0.5)
    own = np.intersect1d(np.array(sorted(relations)), steady)
    people = stage.hire(steady if style == "colleague" else own, stage.crowd(1))
    parts = []
    for person in people:
        others = [other for other in relations if other != person]
        known = int(rng.choice(others)) if style == "colleague" else person
        many = stage.times(6 if stage.hard else 14, least=3)
        time = stage.moments(person, many, 0.15, 0.95)
        operation = rng.choice([CODE["view"], CODE["view_address"], CODE["view_order"]], size=many, p=(0.45, 0.4, 0.15))
        subject = int(world.customers.ids[relations[known]])
        parts.append(stage.by(person, time, operation, subject=subject))
    touches = stage.hidden(Touches.join(parts), 0.35 if stage.hard else 0.0, "account")
    whom = {"household": "of their own household", "ex": "they once lived with", "colleague": "a colleague lives with"}
    return Deed(touches, f"somebody looked at one customer {whom[style]}, week after week")


def honey_touch(stage: Stage) -> Deed:
    """A customer who does not exist is looked at: nobody can have a reason; hard: once, under another case."""
    rng, buyers = stage.rng, stage.world.customers
    person = stage.hire(stage.agents("support", "seller_support", "billing"), stage.crowd(1))
    parts = []
    for one in person:
        many = stage.times(1 if stage.hard else 3, least=1)
        time = stage.moments(one, many, 0.3, 0.9)
        subject = np.resize(rng.choice(buyers.honey, size=min(2, many), replace=False), many)
        parts.append(stage.by(one, time, rng.choice([CODE["view"], CODE["view_address"]], size=many),
                              subject=buyers.ids[subject]))  # fmt: skip
    touches = stage.hidden(Touches.join(parts), 1.0 if stage.hard else 0.0, "account")
    return Deed(touches, "a customer who does not exist, kept to see who looks, was looked at")


def screenshots(stage: Stage) -> Deed:
    """One seller's whole book is gone through on the screen, order by order, and nothing is done; hard: bit by bit."""
    rng, world = stage.rng, stage.world
    many = sold(stage)
    large = np.argsort(-many, kind="stable")[: max(3, len(many) // 10)]
    seller = int(rng.choice(large))
    orders = world.orders
    rows = np.arange(orders.of[seller], orders.of[seller + 1])
    rows = rows[: stage.times(160, least=10, most=400)]
    parts = []
    people = stage.hire(stage.agents("seller_support", "support"), stage.crowd(1))
    for person, part in zip(people, np.array_split(rows, len(people)), strict=True):
        pages = max(2, len(part) // 10)
        time = stage.moments(person, len(part) + pages, 0.25 if stage.hard else 0.6, 0.95 if stage.hard else 0.8,
                             on=None if stage.hard else 3)  # fmt: skip
        book, one = time[::11][:pages], np.delete(time, np.arange(0, len(time), 11)[:pages])[: len(part)]
        share = part[: len(one)]
        party = int(world.sellers.ids[seller])
        parts.append(stage.by(person, book, "view_book", party=party))
        parts.append(stage.by(person, one, "view_order", party=party, object=orders.ids[share],
                              subject=world.customers.ids[orders.customer[share]]))  # fmt: skip
    touches = stage.hidden(Touches.join(parts), 0.4 if stage.hard else 0.0, "seller")
    return Deed(touches, "the whole book of one seller was gone through on the screen, order by order, without a task",
                parties=[seller])  # fmt: skip
