"""Why may staff touch customers? The cases they work on, and when each was opened, worked and closed."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, Final, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from custodes.company.size import DAY, HOUR, MINUTE, Block, Plan
from custodes.company.touches import NONE
from custodes.company.world import World

Ints = NDArray[np.int64]
Texts = NDArray[np.object_]

FIRST_CASE: Final = 200_001
_PRIME: Final = 999_999_937
_STEP: Final = 618_033_967
KINDS: Final = (
    "order", "delivery", "refund", "account", "review", "fraud_review", "seller", "payment", "data_request", "change",
    "audit", "incident",
)  # fmt: skip
KIND: Final = {kind: place for place, kind in enumerate(KINDS)}
_WITH_ORDER: Final = [KIND[kind] for kind in ("order", "delivery", "refund")]
OPENED_LATER: Final = 0.10  # of cases: the phone is answered first and the case written afterwards


@dataclass(frozen=True, slots=True)
class Cases:
    """One place per case. customer, seller: places, -1 for none. assignee: actor. closed: milliseconds, -1 while open.

    number: as `spelt` writes it. kind: place in KINDS.
    who, day, first, last, order: which member of staff worked it on which day, from when to when, about which order
    (row in Orders); not part of what the support system stores.
    """

    number: Ints
    kind: Ints
    customer: Ints
    seller: Ints
    assignee: Ints
    opened: Ints
    closed: Ints
    who: Ints
    day: Ints
    first: Ints
    last: Ints
    order: Ints

    def __len__(self) -> int:
        return len(self.opened)

    def joined(self, *others: Self) -> Self:
        """These cases and those, in that order."""
        parts = (self, *others)
        return replace(self, **{c.name: np.concatenate([getattr(p, c.name) for p in parts]) for c in fields(self)})


def spelt(numbers: NDArray[Any], *, scrambled: bool) -> pa.Array:
    """Case numbers as the support system writes them; null for -1, and `CHG-` for the change records below it.

    scrambled: multiplied in a field of prime order, so that a number tells nothing of when its case was opened.
    """
    numbers = numbers.astype(np.int64)
    shown = (numbers - FIRST_CASE) % _PRIME * _STEP % _PRIME if scrambled else numbers
    texts = pc.binary_join_element_wise("C", pa.array(shown, mask=numbers < 0).cast(pa.string()), "")
    changes = np.flatnonzero(numbers < NONE)
    if not len(changes):
        return texts
    change = [f"CHG-{-number:05d}" for number in numbers[changes].tolist()]
    return pc.replace_with_mask(texts, pa.array(numbers < NONE), pa.array(change, pa.string()))


def contacts(world: World, rng: np.random.Generator, block: Block, first_number: int) -> Cases:
    """Cases as they arrive: nothing is known yet of how long each is worked (`last` and `closed` are unset)."""
    crew, plan = world.staff, world.plan
    who_parts, day_parts, kind_parts, hour_parts = [], [], [], []
    # The first block's chance begins with the season, which the others must share.
    season = _season(plan, rng if block.place == 0 else plan.chance("cases"))
    for team in plan.shape.teams:
        if not team.kinds:
            continue
        who, day = crew.working(team.name, days=block.days)
        rate = team.cases * plan.size.load * season[day] * np.where(crew.lead[who], 0.2, 1.0)
        took = rng.poisson(rate)
        hours = rng.random(int(took.sum())) * 6.5
        if team.name == "fraud":
            took, hours = _rings(rng, took)
        who_parts.append(np.repeat(who, took))
        day_parts.append(np.repeat(day, took))
        kinds = np.array([KIND[kind] for kind in team.kinds])
        kind_parts.append(kinds[rng.integers(len(kinds), size=len(hours))])
        hour_parts.append(hours)
    who, day, kind = np.concatenate(who_parts), np.concatenate(day_parts), np.concatenate(kind_parts)
    first = crew.at(plan, who, day, np.concatenate(hour_parts))
    by_time = np.argsort(first, kind="stable")
    who, day, kind, first = who[by_time], day[by_time], kind[by_time], first[by_time]
    customer, seller, order = _about(world, rng, kind)
    later = rng.random(len(who)) < OPENED_LATER
    after = np.clip(rng.lognormal(np.log(55), 0.9, size=len(who)), 4, 480)
    shift = np.where(later, after, -rng.uniform(0.3, 15, size=len(who)))
    unset = np.full(len(who), NONE)
    return Cases(
        number=first_number + np.arange(len(who)),
        kind=kind, customer=customer, seller=seller, assignee=who,
        opened=first + (shift * MINUTE).astype(np.int64), closed=unset,
        who=who, day=day, first=first, last=unset, order=order,
    )  # fmt: skip


def settled(cases: Cases, rng: np.random.Generator, last: Ints, end: int) -> Cases:
    """The same cases once their last touch is known: closed some hours after it, or still open at the end."""
    closed = np.maximum(last, cases.opened) + (rng.exponential(9, size=len(cases)) * HOUR).astype(np.int64) + MINUTE
    return replace(cases, last=last, closed=np.where(closed < end, closed, NONE))


def change_record(world: World, number: int, assignee: int, opened: int, hours: float) -> Cases:
    """A bulk change that was asked for and signed off: about nobody in particular. assignee: actor."""
    one = np.array([NONE])
    start, stop = np.array([opened]), np.array([opened + int(hours * HOUR)])
    who = np.array([assignee if assignee < world.staff.count else NONE])
    return Cases(
        number=np.array([-number]), kind=np.array([KIND["change"]]), customer=one, seller=one,
        assignee=np.array([assignee]), opened=start, closed=stop, who=who, day=one, first=start, last=stop, order=one,
    )  # fmt: skip


def opened(world: World, number: Ints, kind: str, who: Ints, at: Ints, until: Ints, *, customer: Ints | int = NONE,
           seller: Ints | int = NONE) -> Cases:  # fmt: skip
    """Cases that somebody opened for themselves. at, until: milliseconds; customer, seller: places."""
    count, none = len(number), np.full(len(number), NONE)
    return Cases(
        number=number, kind=np.full(count, KIND[kind]), customer=np.broadcast_to(customer, count).astype(np.int64),
        seller=np.broadcast_to(seller, count).astype(np.int64), assignee=who, opened=at,
        closed=np.where(until < world.plan.end_ms, until, NONE), who=who, day=(at - world.plan.start_ms) // DAY,
        first=at, last=until, order=none,
    )  # fmt: skip


def _season(plan: Plan, rng: np.random.Generator) -> NDArray[np.float64]:
    """A gentle wave, some noise, a sale of three days with half as many contacts again, and the holidays' peak."""
    days, shape = plan.size.days, plan.shape
    season = 1 + 0.12 * np.sin(np.arange(days) / 9) + rng.normal(0, 0.06, size=days)
    sale = int(rng.integers(days // 4, max(3 * days // 4, days // 4 + 1)))
    season[sale : sale + 3] *= 1.5
    width = min(5, days / 12)
    season *= 1 + (shape.peak - 1) * np.exp(-(((np.arange(days) - shape.peak_at * days) / width) ** 2))
    return np.asarray(season.clip(0.5))


def _rings(rng: np.random.Generator, took: Ints) -> tuple[Ints, NDArray[np.float64]]:
    """On one day in thirty a fraud analyst goes through a ring of customers within an hour, a case for each."""
    ring = np.where(rng.random(len(took)) < 1 / 30, rng.integers(15, 35, size=len(took)), 0)
    start = np.repeat(rng.uniform(0.5, 5, size=len(took)), took + ring)
    place = np.arange(len(start)) - np.repeat(np.cumsum(took + ring) - (took + ring), took + ring)
    in_ring = place < np.repeat(ring, took + ring)
    return took + ring, np.where(in_ring, start + place / 30, rng.random(len(start)) * 6.5)


def _about(world: World, rng: np.random.Generator, kind: Ints) -> tuple[Ints, Ints, Ints]:
    """Customer, seller and order of each case; a seller's case has no customer, and no order at first."""
    orders, count = world.orders, len(kind)
    customer = rng.choice(len(world.customers.ids), size=count, p=world.customers.weight)
    by_customer, edges = world.bought, world.bought_of
    bought = edges[customer + 1] - edges[customer]
    pick = by_customer[
        np.minimum(edges[customer] + (rng.random(count) * bought).astype(np.int64), len(by_customer) - 1)
    ]
    order = np.where(bought > 0, pick, NONE)
    of_seller = kind == KIND["seller"]
    seller = np.where(order >= 0, orders.seller[order], NONE)
    asked = rng.choice(
        len(world.sellers.ids), size=count, p=world.sellers.weight**0.5 / (world.sellers.weight**0.5).sum()
    )
    return (
        np.where(of_seller, NONE, customer),
        np.where(of_seller, asked, np.where(np.isin(kind, _WITH_ORDER), seller, NONE)),
        np.where(of_seller, NONE, order),
    )
