"""Which insiders does the demonstration tell of, and what do they leave in the logs?

A campaign is a function of the world, the cases and its own chance; it returns touches and one sentence. Nothing here
knows how wrong-doing is found.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from custodes.company.cases import Cases
from custodes.company.jobs import key_calls
from custodes.company.normal_life import by_staff
from custodes.company.size import DAY, HOUR, MINUTE
from custodes.company.staff import TEAM, device
from custodes.company.touches import CODE, NONE, Touches
from custodes.company.trade import ANALYST
from custodes.company.truth import Planted, told
from custodes.company.world import World

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Stage:
    """What a campaign may use. cast: places of staff already playing in another one, to which it adds its own."""

    world: World
    cases: Cases
    rng: np.random.Generator
    cast: set[int]

    def hire(self, among: Ints, count: int) -> list[int]:
        """Some people nobody else has cast. Raises ValueError when the company is too small for that."""
        free = [person for person in among.tolist() if person not in self.cast]
        if len(free) < count:
            raise ValueError(
                f"a campaign needs {count} free members of staff, {len(free)} are left: use a larger company"
            )
        chosen: list[int] = self.rng.choice(free, size=count, replace=False).tolist()
        self.cast.update(chosen)
        return chosen

    def agents(self, team: str) -> Ints:
        """Places of those who are in the team from first to last day and work on most weeks of it."""
        crew = self.world.staff
        steady = (crew.team == TEAM[team]).all(axis=1) & ~crew.lead
        return np.flatnonzero(steady & (crew.present.mean(axis=1) > 0.55))

    def days(self, person: int, since: float, until: float) -> Ints:
        """The person's working days between two shares of the logs' time."""
        days = self.world.plan.size.days
        worked = np.flatnonzero(self.world.staff.present[person])
        return worked[(worked >= since * days) & (worked < until * days)]

    def by(self, person: int, time: Ints, operation: str | Ints, *, subject: Ints | int = NONE,
           party: Ints | int = NONE, records: int = 1) -> Touches:  # fmt: skip
        """Touches by one person from their own device, with no case named."""
        who = np.full(len(time), person)
        touches = by_staff(self.world, who, time, operation, "campaign", subject=subject, party=party)
        return touches.having(records=records)


Campaign = Callable[[Stage], tuple[Touches, str]]


def celebrity_lookup(stage: Stage) -> tuple[Touches, str]:
    """Someone at the support desk is curious about famous customers."""
    world, rng = stage.world, stage.rng
    person = stage.hire(stage.agents("support"), 1)[0]
    crew, buyers = world.staff, world.customers
    worked = stage.cases.customer[stage.cases.who == person]
    famous = np.setdiff1d(buyers.vip, worked)
    chosen = np.concatenate([rng.permutation(famous)[:8], rng.choice(buyers.honey, size=1)])
    looks = np.repeat(chosen, rng.integers(1, 4, size=len(chosen)))
    day = np.sort(rng.choice(stage.days(person, 0.45, 0.85), size=len(looks)))
    time = crew.at(world.plan, np.full(len(looks), person), day, rng.uniform(0.5, 7.5, size=len(looks)))
    operation = rng.choice([CODE["find"], CODE["view"], CODE["view_address"]], size=len(looks), p=(0.2, 0.4, 0.4))
    story = "a member of the support desk looked up famous customers, again and again, with no case for any of them"
    return stage.by(person, time, operation, subject=buyers.ids[rng.permutation(looks)]), story


def bulk_reader(stage: Stage) -> tuple[Touches, str]:
    """Someone about to leave reads customers one by one in the evenings, then exports the rest at once."""
    world, rng = stage.world, stage.rng
    crew, buyers, days = world.staff, world.customers, world.plan.size.days
    person = stage.hire(np.flatnonzero((crew.left < days) & (crew.left > 0.8 * days)), 1)[0]
    evenings = np.flatnonzero(crew.present[person])[-6:]
    each = min(240, len(buyers.ids) // 8)
    subject = rng.permutation(buyers.ids)[: each * len(evenings)]
    start = crew.at(world.plan, np.full(len(evenings), person), evenings, rng.uniform(6, 8, size=len(evenings)))
    gaps = rng.exponential(25_000, size=(len(evenings), each)).astype(np.int64) + 3_000
    time = (start[:, None] + np.cumsum(gaps, axis=1)).ravel()
    operation = rng.choice([CODE["view"], CODE["view_address"]], size=len(time), p=(0.7, 0.3))
    reads = stage.by(person, time, operation, subject=subject)
    export = stage.by(person, time[-1:] + 10 * MINUTE, "export", records=len(buyers.ids))
    story = "an agent about to leave read customers one by one on the last evenings, then exported the whole table"
    return Touches.join([reads, export]), story


def contact_takeover(stage: Stage) -> tuple[Touches, str]:
    """Three accounts write other e-mail addresses into customers' profiles, over two nights."""
    world, rng = stage.world, stage.rng
    buyers, count = world.customers, min(330, len(world.customers.ids) // 8)
    people = stage.hire(stage.agents("support"), 3)
    subject = rng.choice(np.setdiff1d(buyers.ids, buyers.ids[np.concatenate([buyers.vip, buyers.honey])]), count, False)
    night = world.plan.start_ms + int(0.7 * world.plan.size.days) * DAY
    parts = []
    for turn, share in enumerate(np.array_split(subject, 3)):
        late = rng.random(len(share)) < 0.5
        # Outside the person's own shift, when nobody beside them would see the screen.
        free = (world.staff.shift[people[turn]] + 13 + rng.uniform(0, 4, size=len(share))) * HOUR
        parts.append(stage.by(people[turn], night + late * DAY + free.astype(np.int64), "edit_email", subject=share))
    return Touches.join(
        parts
    ), "three support accounts changed customers' e-mail addresses by the hundred over two nights"


def key_fan_in(stage: Stage) -> tuple[Touches, str]:
    """A developer reads buyers with the keys of sellers who gave them to someone else."""
    world, rng = stage.world, stage.rng
    keys, orders = world.keys, world.orders
    sold = np.diff(orders.of)[keys.seller]
    firsts = np.unique(keys.seller, return_index=True)[1]
    usable = np.intersect1d(np.flatnonzero(keys.own & (sold >= 5)), firsts)
    chosen = rng.choice(usable, size=min(26, len(usable)), replace=False)
    key = rng.choice(chosen, size=40 * len(chosen))
    row = orders.of[keys.seller[key]] + (rng.random(len(key)) * sold[key]).astype(np.int64)
    start = world.plan.start_ms + int(0.55 * world.plan.size.days) * DAY
    time = start + np.sort((rng.random(len(key)) * 18 * DAY).astype(np.int64))
    mine = keys.developer.index(ANALYST)
    touches = key_calls(
        world, rng, key, row,
        time=time, client=int(keys.client[mine]), address=int(keys.address[mine]), why="campaign",
    )  # fmt: skip
    story = f"the developer {ANALYST} read buyers from its client with keys that sellers had declared for themselves"
    return touches, story


def dormant_account(stage: Stage) -> tuple[Touches, str]:
    """An account nobody has used since its owner moved on wakes up somewhere else."""
    world, rng = stage.world, stage.rng
    person = stage.hire(world.staff.asleep, 1)[0]
    days, count = world.plan.size.days, min(60, len(world.customers.ids) // 20)
    client, address = world.book.clients.code(device(rng)), world.book.addresses.code("203.0.113.200")
    night = world.plan.start_ms + (days - 6 + np.arange(3)) * DAY + 1 * HOUR
    time = (night[:, None] + np.cumsum(rng.integers(15_000, 90_000, size=(3, count)), axis=1)).ravel()
    subject = rng.choice(world.customers.ids, size=len(time), replace=False)
    story = (
        "an account asleep for more than two months signed in from an unknown device and read customers three nights"
    )
    return Touches.join([
        Touches.of(time=night, operation="login", actor=person, client=client, address=address, why="campaign"),
        Touches.of(time=time, operation="view", actor=person, client=client, address=address, why="campaign",
                   subject=subject),
    ]), story  # fmt: skip


def ex_partner(stage: Stage) -> tuple[Touches, str]:
    """Someone keeps looking at one person they know."""
    world, rng = stage.world, stage.rng
    relations = dict(world.relations)
    person = stage.hire(np.array(sorted(relations)), 1)[0]
    days = stage.days(person, 0.2, 0.95)
    day = np.sort(rng.choice(days, size=min(14, len(days)), replace=False))
    time = world.staff.at(world.plan, np.full(len(day), person), day, rng.uniform(0.2, 7.8, size=len(day)))
    operation = rng.choice([CODE["view"], CODE["view_address"]], size=len(day))
    subject = int(world.customers.ids[relations[person]])
    return stage.by(person, time, operation, subject=np.full(len(day), subject)), (
        "a member of staff looked at one customer they once shared a household with, week after week, with no case"
    )


def seller_insider(stage: Stage) -> tuple[Touches, str]:
    """Two people read a banned seller's rivals for it, suspend one and open the banned account again."""
    world, rng, shops = stage.world, stage.rng, stage.world.sellers
    people = stage.hire(stage.agents("seller_support"), 2)
    same = np.array(shops.category) == shops.category[shops.banned]
    same[[shops.banned, *shops.twins]] = False
    rivals = np.flatnonzero(same)[:6]
    parts = []
    for person in people:
        days = stage.days(person, 0.3, 0.9)
        day = np.sort(rng.choice(days, size=32))
        time = world.staff.at(world.plan, np.full(32, person), day, rng.uniform(0.2, 7.8, size=32))
        operation = rng.choice([CODE["view_book"], CODE["view_seller"]], size=32, p=(0.75, 0.25))
        parts.append(stage.by(person, time, operation, party=shops.ids[rng.choice(rivals, size=32)]))
        favour = time[[8, 24]] + 5 * MINUTE
        parts.append(stage.by(person, favour[:1], "reinstate", party=shops.ids[[shops.banned]]))
        parts.append(stage.by(person, favour[1:], "suspend", party=shops.ids[rivals[:1]]))
    story = (
        "two people in seller support read the books of a banned seller's rivals, suspended one and let the banned back"
    )
    return Touches.join(parts), story


CAMPAIGNS: Final[dict[str, Campaign]] = {
    campaign.__name__: campaign
    for campaign in (
        celebrity_lookup, bulk_reader, contact_takeover, key_fan_in, dormant_account, ex_partner, seller_insider,
    )
}  # fmt: skip
PLAIN: Final = ("celebrity_lookup", "bulk_reader", "contact_takeover", "key_fan_in", "dormant_account")


def play(world: World, cases: Cases, names: Sequence[str]) -> tuple[list[Planted], list[Touches]]:
    """Carry out these campaigns, each with people of its own. Raises KeyError for a name that is none."""
    cast: set[int] = set()
    planted, touches = [], []
    for place, name in enumerate(names):
        rng = np.random.default_rng([world.plan.seed, 1_000, list(CAMPAIGNS).index(name)])
        done, story = CAMPAIGNS[name](Stage(world, cases, rng, cast))
        done = done.in_time(world.plan.start_ms, world.plan.end_ms).of_campaign(place)
        planted.append(told(world, name, done, story))
        touches.append(done)
    return planted, touches
