"""What happens in the company, block of days after block of days, in the order in which its logs learn of it?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from custodes.company.campaigns import Played, Published, Scheme, play
from custodes.company.cases import FIRST_CASE, Cases
from custodes.company.hands import hands, newcomers
from custodes.company.jobs import Callers, admin, api, bulk
from custodes.company.normal_life import desk
from custodes.company.oversight import audits
from custodes.company.size import DAY, HOUR, MINUTE, Block, Plan
from custodes.company.touches import CLAIM, LOG_OF, LOGS, NAMES, NONE, Touches
from custodes.company.truth import Planted, told
from custodes.company.world import World, world

Ints = NDArray[np.int64]

# Touches made at once: some 120 bytes each, several times over while they are put in order.
BLOCK: Final = 700_000
# No working day begins so long before the day it is counted to.
_EARLY: Final = 3 * HOUR
# In which log each operation is told when the company writes the formats of real systems.
WRITTEN_IN: Final = np.array([
    LOGS.index("cloud") if name in {"login", "grant", "revoke"} else LOG_OF[place] for place, name in enumerate(NAMES)
])  # fmt: skip
_BY_SECOND: Final = [LOGS.index("api"), LOGS.index("cloud")]  # logs that tell no more of a moment than its second


@dataclass(frozen=True, slots=True)
class Piece:
    """Some hours of the company. touches: in the order their logs learnt of them. number: of each within its log, from
    1 on. cases: that the support system came to know with it; their end is known ahead.
    """

    touches: Touches
    number: Ints
    cases: Cases

    @property
    def log(self) -> Ints:
        """Place in LOGS of each touch."""
        return WRITTEN_IN[self.touches.operation]


class Simulation:
    """One company from its first to its last day; the same for the same arguments.

    schemes: campaigns carried out in it. published: parameters of published detections, for the campaign that knows
    them. Raises BadInput for a campaign that is none or finds nobody to play it.
    """

    def __init__(self, plan: Plan, schemes: Sequence[Scheme] = (), published: Published | None = None) -> None:
        self.plan = plan
        self.world: World = world(plan)
        registered = newcomers(self.world) if plan.shape.lively else Touches.none()
        self.played: list[Played] = play(self.world, schemes, published)
        self._records, changed, self._chance = bulk(self.world)
        self._planned = _told_by_second(Touches.join([registered, changed, *(one.touches for one in self.played)]))
        self._covers = [cover for one in self.played for cover in one.covers]
        self._numbers = np.zeros(len(LOGS), np.int64)

    def planted(self) -> tuple[Planted, ...]:
        """What each campaign did, in the order they were asked for."""
        return tuple(
            self._told(f"planted-{place + 1:02d}-{one.scheme.campaign.replace('_', '-')}", one)
            for place, one in enumerate(self.played)
        )

    def pieces(self) -> Iterator[Piece]:
        """All of it, to be asked once."""
        callers: Callers | None = None
        before: Cases | None = None
        held, number = self._planned, FIRST_CASE
        blocks = self.plan.blocks(_days(self.world))
        for block in blocks:
            _, end = block.milliseconds(self.plan)
            cases, made = desk(self.world, block, number, before)
            number += len(cases)
            chance = self._chance if block.place == 0 else self.plan.chance("jobs", block.place)
            callers, called = api(self.world, block, callers)
            parts = [made, admin(self.world, chance, cases, block), self._open(called)]
            others: list[Cases] = []
            if self.plan.shape.lively:
                for more, touched in (audits(self.world, block), hands(self.world, block)):
                    others.append(more)
                    parts.append(touched)
            if block.place == 0:
                others += [self._records, *self._covers]
            known = cases if before is None else before.joined(cases)
            held = self._claimed(held, end, known)
            held = Touches.join([held, self._late(_told_by_second(Touches.join(parts)), block)])
            learnt = held.time + held.late
            there = (held.time >= self.plan.start_ms) & (held.time < self.plan.end_ms)
            ready = there if block is blocks[-1] else there & (learnt < end - _EARLY)
            yield self._piece(held, np.flatnonzero(ready), learnt, cases.joined(*others))
            held, before = held.rows(there & ~ready), cases

    def _piece(self, held: Touches, ready: Ints, learnt: Ints, cases: Cases) -> Piece:
        touches = held.rows(ready[np.argsort(learnt[ready], kind="stable")])
        log = WRITTEN_IN[touches.operation]
        number = np.zeros(len(touches), np.int64)
        for place in range(len(LOGS)):
            rows = np.flatnonzero(log == place)
            number[rows] = self._numbers[place] + 1 + np.arange(len(rows))
            self._numbers[place] += len(rows)
        return Piece(touches, number, cases)

    def _open(self, called: Touches) -> Touches:
        """Without calls for sellers that had not registered yet."""
        shops = self.world.sellers
        return called.rows(called.time >= shops.created[called.party - shops.ids[0]])

    def _late(self, touches: Touches, block: Block) -> Touches:
        """A few lines reach their log only hours later, at most a day."""
        rng, share = self.plan.chance("late", block.place), self.plan.shape.late
        if not share:
            return touches
        rows = np.flatnonzero(rng.random(len(touches)) < share)
        by = np.minimum(rng.exponential(3 * HOUR, size=len(rows)) + MINUTE, DAY - 1).astype(np.int64)
        late = np.zeros(len(touches), np.int64)
        # What has not arrived by the end of the logs is not in them: nobody is told of it here.
        late[rows] = np.minimum(by, np.maximum(self.plan.end_ms - 1 - touches.time[rows], 0))
        return touches.having(late=late)

    def _claimed(self, touches: Touches, end: int, cases: Cases) -> Touches:
        """Touches before `end` that are to claim a case get the number of one that their actor was working on then."""
        rows = np.flatnonzero((touches.time < end) & (touches.case == CLAIM))
        if not len(rows):
            return touches
        begin, span = self.plan.start_ms - 20 * DAY, (self.plan.size.days + 40) * DAY
        key = cases.assignee * span + (cases.opened - begin)
        order = np.argsort(key, kind="stable")
        actor, time = touches.actor[rows].astype(np.int64), touches.time[rows]
        at = np.searchsorted(key[order], actor * span + (time - begin)) - 1
        found = order[np.maximum(at, 0)]
        own = (at >= 0) & (cases.assignee[found] == actor)
        still = own & ((cases.closed[found] == NONE) | (cases.closed[found] >= time))
        case = touches.case.copy()
        case[rows] = np.where(still, cases.number[found], NONE)
        return touches.having(case=case)

    def _told(self, identity: str, one: Played) -> Planted:
        shops, deed = self.world.sellers, one.deed
        planted = told(self.world, one.scheme.campaign, one.touches, deed.story)
        parties = {int(party) for party in np.unique(one.touches.party[one.touches.party >= 0])}
        parties |= {int(shops.ids[place]) for place in (*deed.parties, *deed.serves)}
        actors = planted.actors
        if deed.actors is not None:
            actors = tuple(self.world.book.actors.text(code) for code in deed.actors)
        return replace(
            planted,
            id=identity,
            actors=actors,
            parties=tuple(f"seller:{party}" for party in sorted(parties)),
            serves=tuple(f"seller:{int(shops.ids[place])}" for place in deed.serves),
            stealth=one.scheme.profile.stealth,
            covered=int((one.touches.case != NONE).sum()),
        )


def _told_by_second(touches: Touches) -> Touches:
    """Without the fractions of a second that some logs do not tell."""
    second = np.isin(WRITTEN_IN[touches.operation], _BY_SECOND)
    return touches.having(time=np.where(second, touches.time // 1_000 * 1_000, touches.time))


def _days(company: World) -> int:
    """How many days are made at once."""
    plan = company.plan
    a_day = plan.size.staff * plan.shape.touched * plan.size.load + len(company.keys.ids) * plan.shape.calls
    return max(1, min(plan.size.days, int(BLOCK / max(a_day, 1))))
