"""Who works here, in which team and site, on which days and hours, and from which device and address?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from custodes.company.people import People, people
from custodes.company.shape import SAMPLE, Shape
from custodes.company.size import DAY, HOUR, Plan

# The teams every company has, in this order; how large and how busy each is, its shape says.
TEAMS: Final = SAMPLE.teams
TEAM: Final = {team.name: place for place, team in enumerate(TEAMS)}

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Texts = NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Staff:
    """Columns of one place per person; the matrices have one row per person and one column per day of the logs.

    manager: place of the manager, -1 for the head. joined, left: days from the start of the logs (negative: before),
    left is `never` for those who stay. shift: start of the working day in hours UTC. team: on that day.
    client, address: numbers into devices and addresses. asleep: accounts left open though their owner has moved to work
    without them. temp: hired for the holidays only.
    """

    ids: Texts
    person: People
    team: NDArray[np.int8]
    site: Ints
    lead: Bools
    temp: Bools
    manager: Ints
    joined: Ints
    left: Ints
    shift: Ints
    present: Bools
    client: Ints
    address: Ints
    devices: list[str]
    addresses: list[str]
    asleep: Ints

    @property
    def count(self) -> int:
        """How many people."""
        return len(self.ids)

    def at(self, plan: Plan, who: Ints, day: Ints, hours: NDArray[np.float64]) -> Ints:
        """Milliseconds since 1970 of `hours` after the start of these people's working day."""
        return (plan.start_ms + day * DAY + self.shift[who] * HOUR + (hours * HOUR)).astype(np.int64)

    def working(self, *teams: str, days: slice) -> tuple[Ints, Ints]:
        """Person and day of every one of these days worked in one of these teams."""
        wanted = np.isin(self.team[:, days], [TEAM[name] for name in teams])
        who, day = np.nonzero(self.present[:, days] & wanted)
        return who.astype(np.int64), day.astype(np.int64) + days.start


def staff(plan: Plan) -> Staff:
    """Everyone, the same for the same plan."""
    rng, shape = plan.chance("staff"), plan.shape
    count, days = plan.size.staff, plan.size.days
    first_team = _by_share(shape, count)
    lead = np.zeros(count, bool)
    for place in range(len(TEAMS)):
        members = np.flatnonzero(first_team == place)
        lead[members[:: shape.span if len(members) > shape.span else max(len(members), 1)]] = True
    team = np.repeat(first_team[:, None], days, axis=1).astype(np.int8)
    site = rng.choice(len(shape.sites), size=count, p=[one.share for one in shape.sites])
    joined = -rng.integers(30, 2_000, size=count)
    left = np.full(count, days + 36_500)
    agents = np.flatnonzero((first_team == TEAM["support"]) & ~lead)
    turn = rng.permutation(agents)
    coming, going, moved = (_few(plan, rate) for rate in (shape.joiners, shape.leavers, shape.moves))
    joiners, leavers = turn[:coming], turn[coming : coming + going]
    moving, turn = turn[coming + going : coming + going + moved], turn[coming + going + moved :]
    joined[joiners] = rng.integers(days // 8, days - 15, size=coming)
    left[leavers] = rng.integers(days // 3, days - 4, size=going)
    left[leavers[:2]] = days - 5 - np.arange(2)  # in every company someone leaves near the end of the logs
    for person, day in zip(moving, rng.integers(days // 4, days - 20, size=moved), strict=True):
        team[person, day:] = TEAM["fraud"] if rng.random() < 0.5 else TEAM["escalations"]
    asleep, leave, turn = turn[:3], turn[3:6], turn[6:]
    temp = _temps(plan, turn, joined, left)
    present = _present(rng, days, joined, left)
    present[asleep, :4], present[asleep, 4:] = True, False
    present[leave[:2], 3 : min(66, days - 6)] = False
    present[leave[2], 20:55] = False
    digits = max(3, len(str(count)))
    ids = np.array([f"staff:e{place + 1:0{digits}d}" for place in range(count)], object)
    person = people(rng, count)
    manager, shift = _managers(first_team, lead), _shifts(rng, shape, first_team, site)
    devices, client = _clients(rng, count, days, returned=int(leave[2]), kept=leave[:2])
    addresses, address = _addresses(rng, shape, site, days)
    return Staff(
        ids=ids, person=person, team=team, site=site, lead=lead, temp=temp, manager=manager, joined=joined, left=left,
        shift=shift, present=present, client=client, address=address, devices=devices, addresses=addresses,
        asleep=np.sort(asleep),
    )  # fmt: skip


def _by_share(shape: Shape, count: int) -> Ints:
    edges = np.cumsum([team.share for team in shape.teams])
    return np.searchsorted(edges / edges[-1], (np.arange(count) + 0.5) / count).astype(np.int64)


def _few(plan: Plan, rate: float) -> int:
    """So many people of a monthly rate in the time of the logs; never fewer than two, nor a fifth of everybody."""
    return min(max(int(plan.size.staff * rate * plan.size.days / 30), 2), plan.size.staff // 20)


def _temps(plan: Plan, free: Ints, joined: Ints, left: Ints) -> Bools:
    """Agents hired some weeks before the holidays who leave some weeks after them; changes joined and left."""
    rng, days = plan.chance("turnover"), plan.size.days
    temp = np.zeros(plan.size.staff, bool)
    hired = free[: min(int(plan.size.staff * plan.shape.temps), len(free) // 3)]
    peak = int(plan.shape.peak_at * days)
    temp[hired] = True
    joined[hired] = np.clip(peak - rng.integers(8, 25, size=len(hired)), 1, days - 8)
    left[hired] = np.minimum(peak + rng.integers(8, 22, size=len(hired)), days - 1)
    return temp


def _managers(team: Ints, lead: Bools) -> Ints:
    """Each person's lead is the nearest one before them in their team; leads report to the first, who is the head."""
    manager = np.zeros(len(team), np.int64)
    current = 0
    for place in range(len(team)):
        manager[place] = 0 if lead[place] else current
        current = place if lead[place] else current
    manager[0] = -1
    return manager


def _present(rng: np.random.Generator, days: int, joined: Ints, left: Ints) -> Bools:
    """Five days in seven, the two free ones not the same for all, less a twelfth for holidays and illness."""
    count, day = len(joined), np.arange(days)
    free = np.where(rng.random(count) < 0.6, 5, rng.integers(7, size=count))[:, None]
    off = (((day[None, :] - free) % 7) < 2) | (rng.random((count, days)) < 0.08)
    return ~off & (day[None, :] >= joined[:, None]) & (day[None, :] < left[:, None])


def _shifts(rng: np.random.Generator, shape: Shape, team: Ints, site: Ints) -> Ints:
    local = np.where(team == TEAM["support"], rng.choice((7, 9, 13), size=len(team)), 9)
    ahead = np.array([one.ahead for one in shape.sites])[site]
    night = (site == len(shape.sites) - 1) & (team == TEAM["support"]) & (rng.random(len(team)) < 0.3)
    return np.asarray(np.where(night, 21, local) - ahead)


def _clients(rng: np.random.Generator, count: int, days: int, *, returned: int, kept: Ints) -> tuple[list[str], Ints]:
    """A device each; one in fifteen is replaced on the way.

    returned: who comes back from leave with a new one. kept: who comes back from a longer leave with the old one.
    """
    devices = [device(rng) for _ in range(2 * count)]
    swap = np.where(rng.random(count) < 1 / 15, rng.integers(1, days, size=count), days)
    swap[returned] = 30
    swap[kept] = days
    replaced = np.arange(days)[None, :] >= swap[:, None]
    return devices, (np.arange(count)[:, None] + count * replaced).astype(np.int32)


def device(rng: np.random.Generator) -> str:
    """A managed device's id."""
    return "dev-" + rng.bytes(5).hex()


def _addresses(rng: np.random.Generator, shape: Shape, site: Ints, days: int) -> tuple[list[str], Ints]:
    """A few addresses per site stand for everyone in it; some days are worked over a shared VPN."""
    doors, exits = min(max(4, len(site) // 400), 60), min(max(12, len(site) // 100), 250)
    names = [f"10.{20 + place}.0.{host}" for place in range(len(shape.sites)) for host in range(1, doors + 1)]
    names += [f"10.99.0.{host}" for host in range(1, exits + 1)]
    size = (len(site), days)
    at_office = site[:, None] * doors + rng.integers(doors, size=size)
    over_vpn = rng.random(size) < shape.away
    away = len(shape.sites) * doors + rng.integers(exits, size=size)
    return names, np.where(over_vpn, away, at_office).astype(np.int32)
