"""What is carried out of the house by those who sit in it?"""

from __future__ import annotations

import numpy as np

from custodes.company.campaigns.stage import Deed, Stage
from custodes.company.size import MINUTE
from custodes.company.touches import CODE, Touches


def leaver_export(stage: Stage) -> Deed:
    """Somebody about to leave reads customers on the last evenings and exports them; hard: a little more each day."""
    rng, world, crew = stage.rng, stage.world, stage.world.staff
    days = world.plan.size.days
    going = np.flatnonzero((crew.left < days) & (crew.left > 0.5 * days) & ~crew.temp)
    parts = []
    for person in stage.hire(going, stage.crowd(1), others=False):
        last = np.flatnonzero(crew.present[person])[-(12 if stage.hard else 5) :]
        each = stage.times(18 if stage.hard else 240, least=3, most=len(world.customers.ids) // 8)
        subject = rng.permutation(world.customers.ids)[: each * len(last)]
        who = np.full(len(last), person)
        if stage.hard:
            start = crew.at(world.plan, who, last, rng.uniform(0.5, 2, size=len(last)))
            gaps = rng.exponential(6.0 * 3_600_000 / each / 1.5, size=(len(last), each))
        else:
            start = crew.at(world.plan, who, last, rng.uniform(6, 8, size=len(last)))
            gaps = rng.exponential(25_000, size=(len(last), each)) + 3_000
        time = (start[:, None] + np.cumsum(gaps, axis=1).astype(np.int64)).ravel()
        operation = rng.choice([CODE["view"], CODE["view_address"]], size=len(time), p=(0.7, 0.3))
        parts.append(stage.by(person, time, operation, subject=subject[: len(time)]))
        if stage.hard:
            parts.append(stage.by(person, time[-2:] + 20 * MINUTE, "fetch", object=np.array([1, 2])))
        else:
            parts.append(stage.by(person, time[-1:] + 10 * MINUTE, "export", records=len(world.customers.ids)))
    touches = stage.hidden(Touches.join(parts), 0.3 if stage.hard else 0.0, "order")
    return Deed(touches, "an agent about to leave read customers beyond any task on the last days and took data along")


def card_reading(stage: Stage) -> Deed:
    """Card numbers in a forgotten table outside the vault are read by hand; hard: a dozen a day, in working hours."""
    rng, world = stage.rng, stage.world
    parts = []
    for person in stage.hire(stage.agents("engineering"), stage.crowd(1)):
        many = stage.times(90 if stage.hard else 320, least=5, most=3_000)
        time = stage.moments(person, many, 0.35, 0.95, on=None if stage.hard else 5,
                             hours=(0.5, 7.5) if stage.hard else (7.0, 11.0))  # fmt: skip
        orders = rng.choice(world.orders.ids, size=many)
        parts.append(stage.by(person, time, "query_card", object=orders))
        if not stage.hard:
            parts.append(stage.by(person, time[-1:] + 5 * MINUTE, "fetch", object=0))
    story = "somebody read card numbers that lie in a forgotten table outside the vault"
    return Deed(Touches.join(parts), story)
