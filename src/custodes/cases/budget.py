"""Which incidents are shown first? As many as people can work through, the gravest first; the rest is kept.

A team that gets more alerts than it can read reads none. `daily_budget` says how many new incidents a day it can take
for every thousand members of staff. What a quiet day leaves over is kept for a week.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from custodes.records import Incident

# Below this score an incident is too weak to be worth a person's hour by itself; it waits for what else is found.
WORTH_SHOWING: Final = 30.0
_KEPT: Final = 7  # days of budget that may be saved up


def shown(
    incidents: Sequence[Incident],
    staff: int,
    *,
    until: datetime,
    per_thousand: float,
    least: float = WORTH_SHOWING,
) -> Mapping[str, datetime]:
    """By id of each incident that is shown: from which moment on. The others are kept, and can be looked for.

    Days are counted from the first incident; each shows the highest scores that were raised by then and not shown yet.
    staff: how many people the budget is for, at least one hundred so that the smallest company is shown something.
    """
    a_day = per_thousand * max(staff, 100) / 1_000
    # A day that is not over yet has its findings raised at its end; what is there already need not wait for that.
    arriving = sorted(
        (replace(one, raised=min(one.raised, until)) for one in incidents), key=lambda one: (one.raised, one.id)
    )
    waiting: list[tuple[float, datetime, str]] = []
    told: dict[str, datetime] = {}
    if not arriving:
        return told
    moment, place, left = arriving[0].raised, 0, a_day * _KEPT
    while moment <= until and (place < len(arriving) or waiting):
        while place < len(arriving) and arriving[place].raised <= moment:
            one = arriving[place]
            if one.score >= least:
                heapq.heappush(waiting, (-one.score, one.raised, one.id))
            place += 1
        while waiting and left >= 1:
            told[heapq.heappop(waiting)[2]] = moment
            left -= 1
        left = min(left + a_day, a_day * _KEPT)
        moment += timedelta(days=1)
    return told
