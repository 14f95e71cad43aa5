"""What do honest people at the support desk touch on an ordinary day, with a case and without one?"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from custodes.company.cases import KIND, Cases, contacts, settled
from custodes.company.size import DAY, MINUTE, Block
from custodes.company.staff import TEAM
from custodes.company.touches import CODE, NONE, WHY, Touches
from custodes.company.world import World

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

# What follows the first look, by kind of case, with weights.
FOLLOWS: Final[dict[str, dict[str, float]]] = {
    "order": {"view_order": 6, "view": 2, "view_address": 1, "note": 2},
    "delivery": {"view_order": 4, "view_address": 4, "edit_address": 1, "note": 2},
    "refund": {"view_order": 5, "edit_order": 2, "view": 1, "note": 2},
    "account": {"view": 4, "view_address": 2, "edit_email": 0.5, "edit_address": 1, "login_as": 0.3, "note": 2},
    "review": {"view_review": 6, "view": 2, "note": 1},
    "fraud_review": {"view_order": 5, "view_address": 3, "view": 3, "view_card": 1, "note": 1},
    "seller": {"view_book": 4, "view_seller": 4, "note": 2, "suspend": 0.08, "reinstate": 0.06},
    "payment": {"view_card": 4, "view_order": 4, "view": 1, "note": 1},
    "data_request": {"view": 3, "view_address": 3, "view_order": 3, "note": 2},
}
# What moderators do in shapes with all of life in them.
LIVELY: Final[dict[str, dict[str, float]]] = {"review": {"view_review": 6, "view": 2, "note": 1, "delete_review": 0.4}}
NUMBER_MISSING: Final = 0.05
_OF_ORDER: Final = [CODE[name] for name in ("view_order", "edit_order")]
_OF_SELLER: Final = [CODE[name] for name in ("view_seller", "view_book", "suspend", "reinstate")]


def desk(world: World, block: Block, first_number: int, before: Cases | None = None) -> tuple[Cases, Touches]:
    """Every case that the support desk begins in these days, and every touch that its normal life makes of them.

    first_number: of the first case. before: the cases of the block before, which reviewers go through too.
    """
    rng = world.plan.chance("cases", block.place)
    arriving = contacts(world, rng, block, first_number)
    case, time = _worked(world, rng, arriving)
    last = np.zeros(len(arriving), np.int64)
    np.maximum.at(last, case, time)
    cases = settled(arriving, rng, last, world.plan.end_ms)
    rng = world.plan.chance("desk", block.place)
    driven = _driven(world, rng, cases, case, time)
    alone = [
        _escalations(world, rng, cases),
        _repeat_callers(world, rng, cases),
        _quality(world, rng, cases if before is None else before.joined(cases), block),
        _managers(world, rng, cases),
    ]
    few = Touches.join(alone)
    watched = world.customers.ids[np.concatenate([world.customers.vip, world.customers.honey])]
    # Staff are trained to open a case before they look at anyone famous; most do.
    kept = ~np.isin(few.subject, watched) | (rng.random(len(few)) < 0.15)
    return cases, Touches.join([driven, few.rows(kept), _walk_ins(world, rng, block)])


def _worked(world: World, rng: np.random.Generator, cases: Cases) -> tuple[Ints, Ints]:
    """Case and time of every touch: a run of minutes, and for one case in ten another look days later."""
    mean = np.array([team.touches for team in world.plan.shape.teams])[world.staff.team[cases.who, cases.day]]
    many = 1 + rng.poisson(np.maximum(mean - 1, 0))
    case = np.repeat(np.arange(len(cases)), many)
    gap = rng.exponential(3.5 * MINUTE, size=len(case)).astype(np.int64) + 4_000
    ends = np.cumsum(many)
    gap[ends - many] = 0
    run = np.cumsum(gap)
    time = cases.first[case] + run - np.repeat(run[ends - many], many)
    again = np.flatnonzero(rng.random(len(cases)) < 0.1)
    later, possible = _later_day(world, rng, cases.who[again], cases.day[again])
    return np.concatenate([case, again[possible]]), np.concatenate([time, later])


def _driven(world: World, rng: np.random.Generator, cases: Cases, case: Ints, time: Ints) -> Touches:
    first = np.diff(case, prepend=-1) > 0
    # Looks on later days follow those of all cases: from where the cases begin anew, none is a first look any more.
    again = np.flatnonzero(np.diff(case) < 0) + 1
    first[again[0] if len(again) else len(case) :] = False
    operation = np.empty(len(case), np.int64)
    for kind, weights in (FOLLOWS | (LIVELY if world.plan.shape.lively else {})).items():
        rows = np.flatnonzero(cases.kind[case] == KIND[kind])
        share = np.array(list(weights.values())) / sum(weights.values())
        operation[rows] = rng.choice([CODE[name] for name in weights], size=len(rows), p=share)
    opening = np.where(rng.random(len(case)) < 0.35, CODE["find"], CODE["view"])
    opening = np.where(cases.kind[case] == KIND["seller"], CODE["view_seller"], opening)
    operation = np.where(first, opening, operation)
    before = time < cases.opened[case]
    unnumbered = rng.random(len(case)) < NUMBER_MISSING
    why = np.where(before, WHY.index("case_opened_later"), WHY.index("case"))
    why = np.where(unnumbered & ~before, WHY.index("case_number_missing"), why)
    number = np.where(why == WHY.index("case"), cases.number[case], NONE)
    return _touches(world, cases, case, who=cases.who[case], time=time, operation=operation, why=why, number=number)


def _escalations(world: World, rng: np.random.Generator, cases: Cases) -> Touches:
    """A colleague on the same shift is asked to look, and does not type the number."""
    crew = world.staff
    case = np.flatnonzero((rng.random(len(cases)) < 0.12 * world.plan.shape.unasked) & (cases.customer >= 0))
    helper = rng.choice(
        np.flatnonzero(np.isin(crew.team[:, 0], (TEAM["support"], TEAM["escalations"]))), size=len(case)
    )
    near = abs(crew.shift[helper] - crew.shift[cases.who[case]]) <= 2
    free = near & crew.present[helper, cases.day[case]] & (helper != cases.who[case])
    case, helper = case[free], helper[free]
    time = cases.first[case] + (rng.uniform(2, 40, size=len(case)) * MINUTE).astype(np.int64)
    return _looks(world, rng, cases, case, who=helper, time=time, why="escalation")


def _repeat_callers(world: World, rng: np.random.Generator, cases: Cases) -> Touches:
    """The customer calls again days later; the same person looks without opening a new case."""
    case = np.flatnonzero((rng.random(len(cases)) < 0.06 * world.plan.shape.unasked) & (cases.customer >= 0))
    time, possible = _later_day(world, rng, cases.who[case], cases.day[case])
    return _looks(world, rng, cases, case[possible], who=cases.who[case[possible]], time=time, why="repeat_caller")


def _quality(world: World, rng: np.random.Generator, cases: Cases, block: Block) -> Touches:
    """On some days a reviewer goes through cases that ended lately, one after the other."""
    crew, unasked = world.staff, world.plan.shape.unasked
    who, day = crew.working("quality", days=block.days)
    took = np.where(rng.random(len(who)) < 0.3 * unasked, rng.poisson(7 * world.plan.size.load, size=len(who)), 0)
    who, day = np.repeat(who, took), np.repeat(day, took)
    time = crew.at(world.plan, who, day, rng.random(len(who)) * 7)
    by_last = np.argsort(cases.last, kind="stable")
    by_last = by_last[cases.customer[by_last] >= 0]
    ended = np.searchsorted(cases.last[by_last], time)
    pick = ended - 1 - (rng.exponential(0.01, size=len(who)) * len(by_last)).astype(np.int64)
    fits = pick >= 0
    return _looks(world, rng, cases, by_last[pick[fits]], who=who[fits], time=time[fits], why="quality_review")


def _managers(world: World, rng: np.random.Generator, cases: Cases) -> Touches:
    """Leads look at what their people have been working on, that day or the next."""
    crew = world.staff
    case = np.flatnonzero((rng.random(len(cases)) < 0.06 * world.plan.shape.unasked) & (cases.customer >= 0))
    manager = crew.manager[cases.who[case]]
    case, manager = case[manager >= 0], manager[manager >= 0]
    day = np.minimum(cases.day[case] + rng.integers(2, size=len(case)), world.plan.size.days - 1)
    time = crew.at(world.plan, manager, day, rng.random(len(case)) * 8)
    fits = crew.present[manager, day] & (time > cases.first[case])
    return _looks(world, rng, cases, case[fits], who=manager[fits], time=time[fits], why="manager")


def _walk_ins(world: World, rng: np.random.Generator, block: Block) -> Touches:
    """A question in passing that never became a case."""
    crew = world.staff
    who, day = crew.working("support", days=block.days)
    chosen = rng.random(len(who)) < world.plan.shape.walk_ins * world.plan.size.load
    who, day = who[chosen], day[chosen]
    plain = world.customers.weight.copy()
    plain[world.customers.vip] = 0
    customer = rng.choice(len(plain), size=len(who), p=plain / plain.sum())
    time = crew.at(world.plan, who, day, rng.random(len(who)) * 8)
    return by_staff(world, who, time, "view", "walk_in", subject=world.customers.ids[customer])


def _looks(
    world: World, rng: np.random.Generator, cases: Cases, case: Ints, *, who: Ints, time: Ints, why: str
) -> Touches:
    """One look, or two a minute apart, at the customer of each case; the log names no case."""
    twice = np.repeat(np.arange(len(case)), 1 + (rng.random(len(case)) < 0.4))
    second = np.diff(twice, prepend=-1) == 0
    time = time[twice] + np.where(second, 50_000, 0)
    operation = np.where(second, CODE["view_order"], CODE["view"])
    unnamed = np.full(len(twice), NONE)
    reason = np.full(len(twice), WHY.index(why))
    return _touches(
        world, cases, case[twice], who=who[twice], time=time, operation=operation, why=reason, number=unnamed
    )


def _later_day(world: World, rng: np.random.Generator, who: Ints, day: Ints) -> tuple[Ints, Bools]:
    """A time on one of the next days for those who work then, and who they are: (times of those, which)."""
    crew = world.staff
    then = day + rng.integers(1, 5, size=len(day))
    hours = rng.random(len(day)) * 7.5
    possible = then < world.plan.size.days
    possible[possible] = crew.present[who[possible], then[possible]]
    return crew.at(world.plan, who[possible], then[possible], hours[possible]), possible


def _touches(
    world: World, cases: Cases, case: Ints, *, who: Ints, time: Ints, operation: Ints, why: Ints, number: Ints
) -> Touches:
    """Touches of cases: the columns follow from the case and from what was done."""
    about, order = cases.customer[case], cases.order[case]
    of_order, of_seller = np.isin(operation, _OF_ORDER), np.isin(operation, _OF_SELLER)
    seller = np.where(
        of_seller, cases.seller[case], np.where(of_order & (order >= 0), world.orders.seller[order], NONE)
    )
    return by_staff(
        world,
        who,
        time,
        operation,
        why,
        subject=np.where(about >= 0, world.customers.ids[about], NONE),
        party=np.where(seller >= 0, world.sellers.ids[seller], NONE),
        object=np.where(of_order & (order >= 0), world.orders.ids[order], NONE),
        case=number,
    )


def by_staff(
    world: World,
    who: Ints,
    time: Ints,
    operation: Ints | str,
    why: Ints | str,
    *,
    subject: Ints | int = NONE,
    party: Ints | int = NONE,
    object: Ints | int = NONE,  # noqa: A002 - the column's name in every log and event
    case: Ints | int = NONE,
) -> Touches:
    """Touches by members of staff from the device and address of their day."""
    crew = world.staff
    day = np.clip((time - world.plan.start_ms) // DAY, 0, world.plan.size.days - 1)
    return Touches.of(
        time=time, operation=operation, actor=who, client=crew.client[who, day],
        address=crew.address[who, day], why=why, subject=subject, party=party, object=object, case=case,
    )  # fmt: skip
