"""Which incidents are shown first? As many as people can work through, the gravest first; the rest is kept.

A team that gets more alerts than it can read reads none. `daily_budget` says how many new incidents a day it can take
for every thousand members of staff. What a quiet day leaves over is kept for a week.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from custodes.records import Incident

# Below this score an incident is too weak to be worth a person's hour by itself; it waits for what else is found.
WORTH_SHOWING: Final = 30.0
KEPT: Final = 7  # days of budget that may be saved up


def shown(
    incidents: Sequence[Incident],
    staff: int,
    *,
    until: datetime,
    per_thousand: float,
    least: float = WORTH_SHOWING,
    grown: Mapping[str, Sequence[tuple[datetime, float]]] | None = None,
) -> Mapping[str, datetime]:
    """By id of each incident that is shown: from which moment on. The others are kept, and can be looked for.

    Days are counted from the first incident; each shows the highest scores that there were by then and not shown yet.
    staff: how many people the budget is for, at least one hundred so that the smallest company is shown something.
    grown: by id, the score from each moment on (incidents.grown): what was weak at first is not shown for what was
    found about it later. An incident that is not named there had its score when it was raised.
    """
    a_day = per_thousand * max(staff, 100) / 1_000
    steps = grown or {}
    # A day that is not over yet has its findings raised at its end; what is there already need not wait for that.
    arriving = sorted(
        (min(moment, until), one.raised, one.id, score)
        for one in incidents
        for moment, score in steps.get(one.id) or [(one.raised, one.score)]
    )
    waiting: dict[str, tuple[float, datetime]] = {}
    told: dict[str, datetime] = {}
    if not arriving:
        return told
    moment, place, left = arriving[0][0], 0, a_day * KEPT
    while moment <= until and (place < len(arriving) or waiting):
        while place < len(arriving) and arriving[place][0] <= moment:
            _, raised, name, score = arriving[place]
            if score >= least and name not in told:
                waiting[name] = (-score, raised)
            place += 1
        while waiting and left >= 1:
            first = min(waiting, key=lambda name: (waiting[name], name))
            del waiting[first]
            told[first] = moment
            left -= 1
        left = min(left + a_day, a_day * KEPT)
        moment += timedelta(days=1)
    return told
