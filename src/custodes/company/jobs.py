"""What do machines and their keepers touch: sign-ins, nightly jobs, bulk changes with a record, rights, API traffic?"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from custodes.company.cases import Cases, change_record
from custodes.company.size import DAY, HOUR, MINUTE
from custodes.company.staff import TEAM
from custodes.company.touches import CODE, Touches
from custodes.company.world import World

Ints = NDArray[np.int64]

RUNNER: Final = ("job-runner-1", "10.10.0.5")
API_CALLS: Final = 1.0  # mean calls per key and day
ENDPOINTS: Final = ("api_order", "api_buyer", "api_list")


def admin(world: World, cases: Cases) -> tuple[Cases, Touches]:
    """Sign-ins, jobs, bulk changes and rights; and the change records that explain the bulk changes."""
    rng = world.plan.chance("jobs")
    mail, refunds, backfill = _mail_job(world, rng), _mass_refund(world, rng), _backfill(world, rng)
    parts = [_sessions(world, rng), _nightly(world, rng), _handed_out(world, rng, cases), _rights(world, rng)]
    records = mail[0].joined(refunds[0], backfill[0])
    return records, Touches.join([*parts, mail[1], refunds[1], backfill[1]])


def api(world: World) -> Touches:
    """Sellers and those they have given a key to read the sellers' own orders."""
    rng, keys, orders = world.plan.chance("api"), world.keys, world.orders
    days = world.plan.size.days
    sold = np.diff(orders.of)[keys.seller]
    rate = rng.lognormal(np.log(API_CALLS) - 0.5, 1.0, size=len(keys.ids)).clip(0, 12) * (sold > 0)
    calls = rng.poisson(np.repeat(rate[:, None], days, axis=1) * rng.lognormal(-0.1, 0.4, size=(len(rate), days)))
    key, day = np.nonzero(calls)
    many = calls[key, day]
    key, day = np.repeat(key, many), np.repeat(day, many)
    row = orders.of[keys.seller[key]] + (rng.random(len(key)) * sold[key]).astype(np.int64)
    time = world.plan.start_ms + day * DAY + (rng.random(len(key)) * DAY).astype(np.int64)
    # One holder in eight moves to another machine on the way.
    moves = np.where(rng.random(len(keys.ids)) < 1 / 8, rng.integers(days, size=len(keys.ids)), days)
    newer = np.array([f"tls-{rng.bytes(6).hex()}" for _ in keys.ids], object)
    own = np.array([holder.startswith("own-") for holder in keys.developer])
    client = np.where((day >= moves[key]) & own[key], newer[key], keys.client[key])
    return key_calls(world, rng, key, row, time=time, client=client, address=keys.address[key], why="api")


def key_calls(
    world: World, rng: np.random.Generator, key: Ints, row: Ints, *,
    time: Ints, client: str | NDArray[np.object_], address: str | NDArray[np.object_], why: str,
) -> Touches:  # fmt: skip
    """Calls with these keys about these orders (rows); one in sixty is refused."""
    chosen = rng.choice([CODE[name] for name in ENDPOINTS], size=len(key), p=(0.5, 0.35, 0.15))
    lists = chosen == CODE["api_list"]
    return Touches.of(
        time=time,
        operation=chosen,
        actor=world.keys.ids[key],
        client=client,
        address=address,
        why=why,
        subject=np.where(lists, -1, world.customers.ids[world.orders.customer[row]]),
        party=world.sellers.ids[world.keys.seller[key]],
        object=np.where(lists, -1, world.orders.ids[row]),
        records=np.where(lists, rng.integers(1, 50, size=len(key)), 1),
        refused=(rng.random(len(key)) < 1 / 60).astype(np.int64),
    )


def _sessions(world: World, rng: np.random.Generator) -> Touches:
    """Everyone signs in before the working day; one in fifty mistypes the password first."""
    crew = world.staff
    who, day = np.nonzero(crew.present)
    time = crew.at(world.plan, who, day, -rng.random(len(who)) / 4)
    wrong = rng.random(len(who)) < 0.02
    who, day, time = (np.concatenate([column, column[wrong]]) for column in (who, day, time))
    failed = np.zeros(len(who), np.int64)
    failed[len(wrong) :] = 1
    return Touches.of(
        time=time - failed * 20_000, operation="login", actor=crew.ids[who], client=crew.client[who, day],
        address=crew.address[who, day], why="session", refused=failed,
    )  # fmt: skip


def _nightly(world: World, rng: np.random.Generator) -> Touches:
    """Billing reads cards every night, four shards; the analysts' job exports orders every Monday."""
    start, days = world.plan.start_ms, world.plan.size.days
    shard = np.repeat(start + np.arange(days) * DAY + 2 * HOUR, 4) + np.tile(np.arange(4), days) * MINUTE
    weekly = start + np.arange(0, days, 7) * DAY + 4 * HOUR
    size = world.plan.size
    client, address = RUNNER
    return Touches.join([
        Touches.of(time=shard, operation="bill", actor="service:billing", client=client, address=address, why="job",
                   records=rng.integers(size.customers // 80, size.customers // 40, size=len(shard))),
        Touches.of(time=weekly, operation="export_orders", actor="service:analytics", client=client, address=address,
                   why="job", records=size.orders),
    ])  # fmt: skip


def _handed_out(world: World, rng: np.random.Generator, cases: Cases) -> Touches:
    """Each customer who asks for their data gets it from a job, under the number of their case."""
    asked = np.flatnonzero(cases.kind == "data_request")
    client, address = RUNNER
    return Touches.of(
        time=cases.opened[asked] + (rng.uniform(0.2, 2, size=len(asked)) * HOUR).astype(np.int64),
        operation="hand_out", actor="service:data-export", client=client, address=address, why="job",
        subject=world.customers.ids[cases.customer[asked]], case=cases.number[asked],
    )  # fmt: skip


def _mail_job(world: World, rng: np.random.Generator) -> tuple[Cases, Touches]:
    """One night a job writes a fifth of all e-mail addresses in lower case, under a change record."""
    opened = world.plan.start_ms + world.plan.size.days // 2 * DAY + 3 * HOUR
    record = change_record(world, 41, "service:mail-normaliser", opened - 4 * HOUR, 9)
    count = world.plan.size.customers // 5
    client, address = RUNNER
    touches = Touches.of(
        time=opened + np.cumsum(rng.integers(300, 1_500, size=count)),
        operation="set_email", actor="service:mail-normaliser", client=client, address=address, why="job",
        subject=rng.permutation(world.customers.ids)[:count], case=str(record.number[0]),
    )  # fmt: skip
    return record, touches


def _mass_refund(world: World, rng: np.random.Generator) -> tuple[Cases, Touches]:
    """A lead refunds everyone who bought a recalled product, in one day, under a change record."""
    crew, orders = world.staff, world.orders
    lead = _someone(world, TEAM["support"], leads=True)
    day = int(np.flatnonzero(crew.present[lead])[crew.present[lead].sum() // 3])
    count = min(150, len(orders.ids))
    opened = int(crew.at(world.plan, np.array([lead]), np.array([day]), np.zeros(1))[0])
    record = change_record(world, 42, str(crew.ids[lead]), opened - HOUR, 12)
    row = np.repeat(rng.choice(len(orders.ids), size=count, replace=False), 2)
    edit = np.tile([0, 1], count)
    touches = Touches.of(
        time=opened + np.repeat(np.cumsum(rng.integers(60_000, 150_000, size=count)), 2) + edit * 30_000,
        operation=np.where(edit == 1, CODE["edit_order"], CODE["view_order"]),
        actor=str(crew.ids[lead]), client=str(crew.client[lead, day]), address=str(crew.address[lead, day]), why="case",
        subject=world.customers.ids[orders.customer[row]], party=world.sellers.ids[orders.seller[row]],
        object=orders.ids[row], case=str(record.number[0]),
    )  # fmt: skip
    return record, touches


def _backfill(world: World, rng: np.random.Generator) -> tuple[Cases, Touches]:
    """An engineer exports customers for a repair, in a few large pieces, under a change record."""
    crew = world.staff
    engineer = _someone(world, TEAM["engineering"], leads=False)
    day = int(np.flatnonzero(crew.present[engineer])[-crew.present[engineer].sum() // 3])
    opened = int(crew.at(world.plan, np.array([engineer]), np.array([day]), np.ones(1))[0])
    record = change_record(world, 43, str(crew.ids[engineer]), opened - 2 * HOUR, 10)
    touches = Touches.of(
        time=opened + np.arange(4) * 20 * MINUTE, operation="export", actor=str(crew.ids[engineer]),
        client=str(crew.client[engineer, day]), address=str(crew.address[engineer, day]), why="case",
        records=rng.integers(100, 250, size=4), case=str(record.number[0]),
    )  # fmt: skip
    return record, touches


def _rights(world: World, rng: np.random.Generator) -> Touches:
    """Those who join are given a role by their lead, those who leave lose it."""
    crew, days = world.staff, world.plan.size.days
    joined = np.flatnonzero((crew.joined >= 0) & (crew.joined < days))
    left = np.flatnonzero(crew.left < days)
    about = np.concatenate([joined, left])
    day = np.concatenate([crew.joined[joined], crew.left[left]])
    giver = crew.manager[about]
    return Touches.of(
        time=crew.at(world.plan, giver, day, rng.random(len(about))),
        operation=np.where(np.arange(len(about)) < len(joined), CODE["grant"], CODE["revoke"]),
        actor=crew.ids[giver], client=crew.client[giver, day], address=crew.address[giver, day], why="session",
    )  # fmt: skip


def _someone(world: World, team: int, *, leads: bool) -> int:
    """The first of a team (a lead or not) who was there long enough to be given a task."""
    crew = world.staff
    fit = (crew.team[:, 0] == team) & (crew.lead == leads) & (crew.present.sum(axis=1) > 6)
    return int(np.flatnonzero(fit)[-1])
