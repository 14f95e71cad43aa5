"""Who is in an account that is not theirs?"""

from __future__ import annotations

import numpy as np

from custodes.company.campaigns.stage import Deed, Stage
from custodes.company.size import DAY, HOUR
from custodes.company.staff import TEAM
from custodes.company.touches import CLAIM, CODE, Touches


def sleeping_intruder(stage: Stage) -> Deed:
    """Somebody holds up to twenty powerful accounts, shows signs of life for months, then takes; hard: little by little
    from the owners' own machines.
    """
    rng, world, crew = stage.rng, stage.world, stage.world.staff
    stays = (crew.left > world.plan.size.days) & (crew.joined < 0)
    powerful = np.flatnonzero(((crew.team == TEAM["engineering"]).all(axis=1) | crew.lead) & stays)
    pool = np.union1d(powerful, crew.asleep)
    free = [person for person in pool.tolist() if person not in stage.cast]
    wanted = stage.crowd(min(20, max(3, crew.count // 40)))
    people = stage.hire(pool, min(wanted, len(free)))
    foreign = [stage.stranger(f"203.0.113.{200 + place}") for place in range(3)]
    start, days = world.plan.start_ms, world.plan.size.days
    parts = []
    for turn, person in enumerate(people):
        client, address = foreign[turn % 3]
        if stage.hard:
            client, address = int(crew.client[person, 0]), int(crew.address[person, 0])
        nights = np.arange(int(rng.integers(0, 4)), int(0.85 * days), int(rng.integers(2, 5)))
        beat = start + nights * DAY + ((rng.normal(1.5, 0.2, size=len(nights)) % 24) * HOUR).astype(np.int64)
        if stage.hard:
            beat = stage.moments(person, len(nights), 0.0, 0.85)
        parts.append(Touches.of(time=beat, operation="beacon", actor=person, client=client, address=address,
                                why="campaign"))  # fmt: skip
        taking = stage.nights(0.6, days // 4) if stage.hard else stage.nights(0.87, 4)
        each = stage.times(3 if stage.hard else 35, least=1)
        night = np.repeat(taking, each)
        time = np.sort(night + ((1 + 3 * rng.random(len(night))) * HOUR).astype(np.int64))
        if stage.hard:
            time = stage.moments(person, len(night), 0.6, 0.95)
        subject = rng.choice(world.customers.ids, size=len(time))
        operation = rng.choice([CODE["query"], CODE["query_orders"], CODE["view"]], size=len(time), p=(0.4, 0.2, 0.4))
        parts.append(Touches.of(time=time, operation=operation, actor=person, client=client, address=address,
                                why="campaign", subject=subject))  # fmt: skip
        parts.append(Touches.of(time=taking[:1] + HOUR // 2, operation="login", actor=person, client=client,
                                address=address, why="campaign"))  # fmt: skip
    if not stage.hard:
        last = people[0]
        client, address = foreign[0]
        parts.append(Touches.of(time=stage.nights(0.93, 2) + 4 * HOUR, operation="query_export", actor=last,
                                client=client, address=address, why="campaign"))  # fmt: skip
    story = f"an intruder in {len(people)} powerful accounts gave signs of life for months, then took customers' data"
    return Deed(Touches.join(parts), story)


def account_sharing(stage: Stage) -> Deed:
    """One account is used by two people at once, in two countries; hard: by a desk neighbour on some days."""
    rng, world, crew = stage.rng, stage.world, stage.world.staff
    parts = []
    for owner in stage.hire(stage.agents("support"), stage.crowd(1)):
        colleagues = stage.agents("support")
        near = (crew.site[colleagues] == crew.site[owner]) == stage.hard
        guests = colleagues[near & (colleagues != owner)]
        guest = int(rng.choice(guests if len(guests) else colleagues))
        both = np.flatnonzero(crew.present[owner] & crew.present[guest])
        days = both[both > 0.25 * world.plan.size.days]
        days = rng.choice(days, size=min(len(days), 6 if stage.hard else 16), replace=False)
        each = stage.times(6 if stage.hard else 14, least=2)
        day = np.sort(np.repeat(days, each))
        who = np.full(len(day), owner)
        time = crew.at(world.plan, who, day, rng.uniform(0.3, 7.6, size=len(day)))
        subject = rng.choice(world.customers.ids, size=len(day), p=world.customers.weight)
        shared = stage.by(owner, time, rng.choice([CODE["view"], CODE["note"], CODE["view_address"]], size=len(day)),
                          subject=subject)  # fmt: skip
        client, address = crew.client[guest, day].astype(np.int64), crew.address[guest, day].astype(np.int64)
        parts.append(shared.having(client=client, address=address))
    touches = Touches.join(parts)
    # Guests work too: most of what they do is under a case of the owner's.
    cover = stage.profile.cover if stage.profile.cover is not None else 0.7
    claimed = np.where(rng.random(len(touches)) < cover, CLAIM, touches.case)
    where = "beside the owner" if stage.hard else "in another country while the owner works"
    return Deed(touches.having(case=claimed), f"an account was also used by somebody else, {where}")
