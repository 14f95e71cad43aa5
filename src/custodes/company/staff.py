"""Who works here, in which team and site, on which days and hours, and from which device and address?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from custodes.company.people import People, people
from custodes.company.size import DAY, HOUR, Plan


@dataclass(frozen=True, slots=True)
class Team:
    """share: of all staff. cases: mean new cases per person and day. touches: mean look-ups per case."""

    name: str
    share: float
    cases: float
    touches: float
    kinds: tuple[str, ...]


TEAMS: Final = (
    Team("support", 0.58, 1.6, 4.0, ("order", "delivery", "refund", "account", "review")),
    Team("escalations", 0.06, 1.2, 6.0, ("refund", "account", "delivery")),
    Team("fraud", 0.08, 2.5, 3.0, ("fraud_review",)),
    Team("seller_support", 0.09, 1.6, 4.0, ("seller",)),
    Team("billing", 0.05, 1.6, 3.5, ("payment",)),
    Team("privacy", 0.02, 0.8, 5.0, ("data_request",)),
    Team("quality", 0.05, 0.0, 0.0, ()),
    Team("engineering", 0.07, 0.0, 0.0, ()),
)
TEAM: Final = {team.name: place for place, team in enumerate(TEAMS)}
SITES: Final = (("tallinn", 2), ("lisbon", 0), ("manila", 8))  # name, hours ahead of UTC

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Texts = NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Staff:
    """Columns of one place per person; the matrices have one row per person and one column per day of the logs.

    manager: place of the manager, -1 for the head. joined, left: days from the start of the logs (negative: before),
    left is `never` for those who stay. shift: start of the working day in hours UTC. team: on that day.
    asleep: accounts left open though their owner has moved to work without them. homes: who shares one.
    """

    ids: Texts
    person: People
    team: Ints
    site: Ints
    lead: Bools
    manager: Ints
    joined: Ints
    left: Ints
    shift: Ints
    present: Bools
    client: Texts
    address: Texts
    asleep: Ints

    @property
    def count(self) -> int:
        """How many people."""
        return len(self.ids)

    def at(self, plan: Plan, who: Ints, day: Ints, hours: NDArray[np.float64]) -> Ints:
        """Milliseconds since 1970 of `hours` after the start of these people's working day."""
        return (plan.start_ms + day * DAY + self.shift[who] * HOUR + (hours * HOUR)).astype(np.int64)

    def working(self, *teams: str) -> tuple[Ints, Ints]:
        """Person and day of every day worked in one of these teams."""
        who, day = np.nonzero(self.present & np.isin(self.team, [TEAM[name] for name in teams]))
        return who.astype(np.int64), day.astype(np.int64)


def staff(plan: Plan) -> Staff:
    """Everyone, the same for the same plan."""
    rng = plan.chance("staff")
    count, days = plan.size.staff, plan.size.days
    first_team = _by_share(count)
    lead = np.zeros(count, bool)
    for place in range(len(TEAMS)):
        members = np.flatnonzero(first_team == place)
        lead[members[:: 14 if len(members) > 14 else max(len(members), 1)]] = True
    team = np.repeat(first_team[:, None], days, axis=1)
    site = rng.choice(len(SITES), size=count, p=(0.4, 0.25, 0.35))
    joined = -rng.integers(30, 2_000, size=count)
    left = np.full(count, days + 36_500)
    agents = np.flatnonzero((first_team == TEAM["support"]) & ~lead)
    turn = rng.permutation(agents)
    few = max(count // 40, 2)
    joiners, leavers, moving, turn = turn[:few], turn[few : 2 * few], turn[2 * few : 3 * few], turn[3 * few :]
    joined[joiners] = rng.integers(days // 8, days - 15, size=few)
    left[leavers] = rng.integers(days // 3, days - 4, size=few)
    left[leavers[:2]] = days - 5 - np.arange(2)  # in every company someone leaves near the end of the logs
    for person, day in zip(moving, rng.integers(days // 4, days - 20, size=few), strict=True):
        team[person, day:] = TEAM["fraud"] if rng.random() < 0.5 else TEAM["escalations"]
    asleep, leave = turn[:3], turn[3:6]
    present = _present(rng, days, joined, left)
    present[asleep, :4], present[asleep, 4:] = True, False
    present[leave[:2], 3 : min(66, days - 6)] = False
    present[leave[2], 20:55] = False
    return Staff(
        ids=np.array([f"staff:e{place + 1:03d}" for place in range(count)], object),
        person=people(rng, count),
        team=team,
        site=site,
        lead=lead,
        manager=_managers(first_team, lead),
        joined=joined,
        left=left,
        shift=_shifts(rng, first_team, site),
        present=present,
        client=_clients(rng, count, days, returned=int(leave[2]), kept=leave[:2]),
        address=_addresses(rng, site, days),
        asleep=np.sort(asleep),
    )


def _by_share(count: int) -> Ints:
    edges = np.cumsum([team.share for team in TEAMS])
    return np.searchsorted(edges / edges[-1], (np.arange(count) + 0.5) / count).astype(np.int64)


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


def _shifts(rng: np.random.Generator, team: Ints, site: Ints) -> Ints:
    local = np.where(team == TEAM["support"], rng.choice((7, 9, 13), size=len(team)), 9)
    ahead = np.array([hours for _, hours in SITES])[site]
    night = (site == 2) & (team == TEAM["support"]) & (rng.random(len(team)) < 0.3)
    return np.asarray(np.where(night, 21, local) - ahead)


def _clients(rng: np.random.Generator, count: int, days: int, *, returned: int, kept: Ints) -> Texts:
    """A device each; one in fifteen is replaced on the way.

    returned: who comes back from leave with a new one. kept: who comes back from a longer leave with the old one.
    """
    devices = [device(rng) for _ in range(2 * count)]
    swap = np.where(rng.random(count) < 1 / 15, rng.integers(1, days, size=count), days)
    swap[returned] = 30
    swap[kept] = days
    replaced = np.arange(days)[None, :] >= swap[:, None]
    return np.array(devices, object)[np.arange(count)[:, None] + count * replaced]


def device(rng: np.random.Generator) -> str:
    """A managed device's id."""
    return "dev-" + rng.bytes(5).hex()


def _addresses(rng: np.random.Generator, site: Ints, days: int) -> Texts:
    """A few addresses per site stand for everyone in it; one day in five is worked over a shared VPN."""
    office = [[f"10.{20 + place}.0.{host}" for host in range(1, 5)] for place in range(len(SITES))]
    vpn = [f"10.99.0.{host}" for host in range(1, 13)]
    shape = (len(site), days)
    at_office = np.array(office, object)[site[:, None], rng.integers(4, size=shape)]
    return np.where(rng.random(shape) < 0.2, np.array(vpn, object)[rng.integers(12, size=shape)], at_office)
