"""What do machines and their keepers touch: sign-ins, nightly jobs, bulk changes with a record, rights, API traffic?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from custodes.company.cases import KIND, Cases, change_record
from custodes.company.size import DAY, HOUR, MINUTE, Block
from custodes.company.staff import TEAM
from custodes.company.touches import CODE, Touches
from custodes.company.world import World

Ints = NDArray[np.int64]

RUNNER: Final = ("job-runner-1", "10.10.0.5")
ENDPOINTS: Final = ("api_order", "api_buyer", "api_list")


def bulk(world: World) -> tuple[Cases, Touches, np.random.Generator]:
    """Bulk changes, the change records that explain them, and the chance that `admin` of block 0 goes on with."""
    rng = world.plan.chance("jobs")
    mail, refunds, backfill = _mail_job(world, rng), _mass_refund(world, rng), _backfill(world, rng)
    return mail[0].joined(refunds[0], backfill[0]), Touches.join([mail[1], refunds[1], backfill[1]]), rng


def admin(world: World, rng: np.random.Generator, cases: Cases, block: Block) -> Touches:
    """Sign-ins, jobs, answers to customers who ask for their data, and rights, in these days."""
    return Touches.join([
        _sessions(world, rng, block), _nightly(world, rng, block), _handed_out(world, rng, cases),
        _rights(world, rng, block),
    ])  # fmt: skip


@dataclass(frozen=True, slots=True)
class Callers:
    """How busy each key is, and when which of their holders moves to another machine."""

    rate: NDArray[np.float64]
    moves: Ints
    newer: Ints


def api(world: World, block: Block, callers: Callers | None = None) -> tuple[Callers, Touches]:
    """Sellers and those they have given a key to read the sellers' own orders.

    callers: as the first block gave them.
    """
    rng, keys, orders = world.plan.chance("api", block.place), world.keys, world.orders
    days, first = world.plan.size.days, block.days.start
    length = block.days.stop - first
    sold = np.diff(orders.of)[keys.seller]
    if callers is None:
        middle = np.log(world.plan.shape.calls * world.plan.size.load)
        rate = rng.lognormal(middle - 0.5, 1.0, size=len(keys.ids)).clip(0, 12 * world.plan.size.load) * (sold > 0)
    else:
        rate = callers.rate
    calls = rng.poisson(np.repeat(rate[:, None], length, axis=1) * rng.lognormal(-0.1, 0.4, size=(len(rate), length)))
    key, day = np.nonzero(calls)
    many = calls[key, day]
    key, day = np.repeat(key, many), np.repeat(day, many) + first
    row = orders.of[keys.seller[key]] + (rng.random(len(key)) * sold[key]).astype(np.int64)
    time = world.plan.start_ms + day * DAY + (rng.random(len(key)) * DAY).astype(np.int64)
    if callers is None:
        # One holder in eight moves to another machine on the way.
        moves = np.where(rng.random(len(keys.ids)) < 1 / 8, rng.integers(days, size=len(keys.ids)), days)
        newer = world.book.clients.codes(f"tls-{rng.bytes(6).hex()}" for _ in keys.ids)
        callers = Callers(rate, moves, newer)
    client = np.where((day >= callers.moves[key]) & keys.own[key], callers.newer[key], keys.client[key])
    return callers, key_calls(world, rng, key, row, time=time, client=client, address=keys.address[key], why="api")


def key_calls(
    world: World, rng: np.random.Generator, key: Ints, row: Ints, *,
    time: Ints, client: Ints | int, address: Ints | int, why: str,
) -> Touches:  # fmt: skip
    """Calls with these keys about these orders (rows); one in sixty is refused."""
    chosen = rng.choice([CODE[name] for name in ENDPOINTS], size=len(key), p=(0.5, 0.35, 0.15))
    lists = chosen == CODE["api_list"]
    return Touches.of(
        time=time,
        operation=chosen,
        actor=world.keys.actor[key],
        client=client,
        address=address,
        why=why,
        subject=np.where(lists, -1, world.customers.ids[world.orders.customer[row]]),
        party=world.sellers.ids[world.keys.seller[key]],
        object=np.where(lists, -1, world.orders.ids[row]),
        records=np.where(lists, rng.integers(1, 50, size=len(key)), 1),
        refused=(rng.random(len(key)) < 1 / 60).astype(np.int64),
    )


def _sessions(world: World, rng: np.random.Generator, block: Block) -> Touches:
    """Everyone signs in before the working day; one in fifty mistypes the password first."""
    crew = world.staff
    who, day = np.nonzero(crew.present[:, block.days])
    day = day + block.days.start
    time = crew.at(world.plan, who, day, -rng.random(len(who)) / 4)
    wrong = rng.random(len(who)) < 0.02
    who, day, time = (np.concatenate([column, column[wrong]]) for column in (who, day, time))
    failed = np.zeros(len(who), np.int64)
    failed[len(wrong) :] = 1
    return Touches.of(
        time=time - failed * 20_000, operation="login", actor=who, client=crew.client[who, day],
        address=crew.address[who, day], why="session", refused=failed,
    )  # fmt: skip


def _nightly(world: World, rng: np.random.Generator, block: Block) -> Touches:
    """Billing reads cards every night, four shards; the analysts' job exports orders every Monday."""
    start, day = world.plan.start_ms, np.arange(block.days.start, block.days.stop)
    shard = np.repeat(start + day * DAY + 2 * HOUR, 4) + np.tile(np.arange(4), len(day)) * MINUTE
    weekly = start + day[day % 7 == 0] * DAY + 4 * HOUR
    size = world.plan.size
    client, address = runner(world)
    billing, analytics = service(world, "billing"), service(world, "analytics")
    return Touches.join([
        Touches.of(time=shard, operation="bill", actor=billing, client=client, address=address, why="job",
                   records=rng.integers(size.customers // 80, size.customers // 40, size=len(shard))),
        Touches.of(time=weekly, operation="export_orders", actor=analytics, client=client, address=address,
                   why="job", records=size.orders),
    ])  # fmt: skip


def _handed_out(world: World, rng: np.random.Generator, cases: Cases) -> Touches:
    """Each customer who asks for their data gets it from a job, under the number of their case."""
    asked = np.flatnonzero(cases.kind == KIND["data_request"])
    client, address = runner(world)
    return Touches.of(
        time=cases.opened[asked] + (rng.uniform(0.2, 2, size=len(asked)) * HOUR).astype(np.int64),
        operation="hand_out", actor=service(world, "data-export"), client=client, address=address, why="job",
        subject=world.customers.ids[cases.customer[asked]], case=cases.number[asked],
    )  # fmt: skip


def _mail_job(world: World, rng: np.random.Generator) -> tuple[Cases, Touches]:
    """One night a job writes a fifth of all e-mail addresses in lower case, under a change record."""
    opened = world.plan.start_ms + world.plan.size.days // 2 * DAY + 3 * HOUR
    record = change_record(world, 41, service(world, "mail-normaliser"), opened - 4 * HOUR, 9)
    count = world.plan.size.customers // 5
    client, address = runner(world)
    touches = Touches.of(
        time=opened + np.cumsum(rng.integers(300, 1_500, size=count)),
        operation="set_email", actor=service(world, "mail-normaliser"), client=client, address=address, why="job",
        subject=rng.permutation(world.customers.ids)[:count], case=int(record.number[0]),
    )  # fmt: skip
    return record, touches


def _mass_refund(world: World, rng: np.random.Generator) -> tuple[Cases, Touches]:
    """A lead refunds everyone who bought a recalled product, in one day, under a change record."""
    crew, orders = world.staff, world.orders
    lead = _someone(world, TEAM["support"], leads=True)
    day = int(np.flatnonzero(crew.present[lead])[crew.present[lead].sum() // 3])
    count = min(150, len(orders.ids))
    opened = int(crew.at(world.plan, np.array([lead]), np.array([day]), np.zeros(1))[0])
    record = change_record(world, 42, lead, opened - HOUR, 12)
    row = np.repeat(rng.choice(len(orders.ids), size=count, replace=False), 2)
    edit = np.tile([0, 1], count)
    touches = Touches.of(
        time=opened + np.repeat(np.cumsum(rng.integers(60_000, 150_000, size=count)), 2) + edit * 30_000,
        operation=np.where(edit == 1, CODE["edit_order"], CODE["view_order"]),
        actor=lead, client=int(crew.client[lead, day]), address=int(crew.address[lead, day]), why="case",
        subject=world.customers.ids[orders.customer[row]], party=world.sellers.ids[orders.seller[row]],
        object=orders.ids[row], case=int(record.number[0]),
    )  # fmt: skip
    return record, touches


def _backfill(world: World, rng: np.random.Generator) -> tuple[Cases, Touches]:
    """An engineer exports customers for a repair, in a few large pieces, under a change record."""
    crew = world.staff
    engineer = _someone(world, TEAM["engineering"], leads=False)
    day = int(np.flatnonzero(crew.present[engineer])[-crew.present[engineer].sum() // 3])
    opened = int(crew.at(world.plan, np.array([engineer]), np.array([day]), np.ones(1))[0])
    record = change_record(world, 43, engineer, opened - 2 * HOUR, 10)
    touches = Touches.of(
        time=opened + np.arange(4) * 20 * MINUTE, operation="export", actor=engineer,
        client=int(crew.client[engineer, day]), address=int(crew.address[engineer, day]), why="case",
        records=rng.integers(100, 250, size=4), case=int(record.number[0]),
    )  # fmt: skip
    return record, touches


def _rights(world: World, rng: np.random.Generator, block: Block) -> Touches:
    """Those who join are given a role by their lead, those who leave lose it."""
    crew, first, end = world.staff, block.days.start, block.days.stop
    joined = np.flatnonzero((crew.joined >= first) & (crew.joined < end))
    left = np.flatnonzero((crew.left >= first) & (crew.left < end))
    about = np.concatenate([joined, left])
    day = np.concatenate([crew.joined[joined], crew.left[left]])
    giver = crew.manager[about]
    return Touches.of(
        time=crew.at(world.plan, giver, day, rng.random(len(about))),
        operation=np.where(np.arange(len(about)) < len(joined), CODE["grant"], CODE["revoke"]),
        actor=giver, client=crew.client[giver, day], address=crew.address[giver, day], why="session",
    )  # fmt: skip


def service(world: World, name: str) -> int:
    """The number of a service account among the actors."""
    return world.book.actors.code(f"service:{name}")


def runner(world: World) -> tuple[int, int]:
    """Client and address of the machine that jobs run on."""
    client, address = RUNNER
    return world.book.clients.code(client), world.book.addresses.code(address)


def _someone(world: World, team: int, *, leads: bool) -> int:
    """The first of a team (a lead or not) who was there long enough to be given a task."""
    crew = world.staff
    fit = (crew.team[:, 0] == team) & (crew.lead == leads) & (crew.present.sum(axis=1) > 6)
    return int(np.flatnonzero(fit)[-1])
