"""What would simpler methods show somebody on the same events, at the same budget?

Three that are in use: a limit on how much a person reads, an isolation forest over usual features of a person's day
(Liu, Ting and Zhou 2008; scikit-learn's), and the need-to-know rule alone. Each says for every person and day how odd
it is; the oddest days above what the first weeks showed are shown, each person once in a fortnight, as many as the
budget has room for.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from custodes.engine.duckdb import DuckEngine
from custodes.evaluation.companies import Made, staff
from custodes.evaluation.insiders import Alert

Floats = NDArray[np.float64]

_LEARNT: Final = 28  # days from which the usual is learnt; nothing is shown in them
_AGAIN: Final = timedelta(days=14)

_DAYS: Final = """
    select actor, date_trunc('day', time) as day, count(*) as touches, count(distinct subject) as subjects,
           count(distinct object) as objects, count(distinct dataset) as datasets, count(distinct client) as clients,
           count(distinct address) as addresses, count(distinct party) as parties,
           count(case when action = 'search' then 1 end) as searches,
           count(case when action = 'update' then 1 end) as changes,
           count(case when action in ('export', 'delete', 'login_as', 'grant', 'suspend', 'reinstate') then 1 end)
               as rare,
           count(case when outcome <> 'success' then 1 end) as refused, cast(sum(records) as double) as records,
           count(case when extract(hour from time) < 6 or extract(hour from time) >= 22 then 1 end) as night,
           count(distinct case when not explained and subject is not null then subject end) as loose
    from touch where kind in ('staff', 'key', 'service') group by 1, 2  -- touch has a day of its own
"""
_FEATURES: Final = (
    "touches", "subjects", "objects", "datasets", "clients", "addresses", "parties", "searches", "changes", "rare",
    "refused", "records", "night",
)  # fmt: skip

# Columns of _DAYS, a mask of the days that are learnt from -> how odd each row is.
Method = Callable[[dict[str, Any], NDArray[np.bool_]], Floats]


def volume(rows: dict[str, Any], learnt: NDArray[np.bool_]) -> Floats:
    """How many times a person reads what is usual for them: the limit every product has."""
    read = np.log1p(np.asarray(rows["touches"], float))
    odd: Floats = read - _by_actor(rows, read, learnt)
    return odd


def forest(rows: dict[str, Any], learnt: NDArray[np.bool_]) -> Floats:
    """An isolation forest over the person's day, fitted on the first weeks."""
    from sklearn.ensemble import IsolationForest  # noqa: PLC0415 - an extra that only the evaluation needs

    table = np.log1p(np.column_stack([np.asarray(rows[name], float) for name in _FEATURES]))
    model = IsolationForest(n_estimators=200, random_state=1).fit(table[learnt])
    return -np.asarray(model.score_samples(table))


def need_to_know(rows: dict[str, Any], learnt: NDArray[np.bool_]) -> Floats:
    """How many customers were touched that no case explains."""
    del learnt
    return np.asarray(rows["loose"], float)


METHODS: Final[dict[str, Method]] = {
    "volume threshold": volume,
    "isolation forest": forest,
    "need-to-know alone": need_to_know,
}


def alerts(one: Made, per_thousand: float) -> dict[str, list[Alert]]:
    """By method, what it would have shown."""
    company = one.company
    with DuckEngine(company.events, company.context, company.fields, memory_limit="3GB", timeout=300.0) as engine:
        rows = engine.ask(_DAYS).to_pydict()
        leaves = _leaves(engine)
    start = one.plan.end - timedelta(days=one.plan.size.days)
    learnt = np.array([day < start + timedelta(days=_LEARNT) for day in rows["day"]])
    a_day = per_thousand * max(staff(one), 100) / 1_000
    return {name: list(_shown(rows, method(rows, learnt), learnt, a_day, leaves)) for name, method in METHODS.items()}


def _shown(
    rows: dict[str, Any],
    odd: Floats,
    learnt: NDArray[np.bool_],
    a_day: float,
    leaves: dict[tuple[str, datetime], list[int]],
) -> Iterator[Alert]:
    # As odd as the oddest in a thousand of the usual days: a method that has nothing to say may be silent.
    limit = float(np.quantile(odd[learnt], 0.999)) if learnt.any() else 0.0
    by_day: dict[datetime, list[tuple[float, str]]] = {}
    for actor, day, score, early in zip(rows["actor"], rows["day"], odd.tolist(), learnt.tolist(), strict=True):
        if not early and score > limit:
            by_day.setdefault(day, []).append((-score, actor))
    told: dict[str, datetime] = {}
    left = a_day * 7
    for day in sorted(by_day):
        left = min(left + a_day, a_day * 7)
        waiting = by_day[day]
        heapq.heapify(waiting)
        while waiting and left >= 1:
            score, actor = heapq.heappop(waiting)
            if actor in told and day < told[actor] + _AGAIN:
                continue
            told[actor] = day
            left -= 1
            people = frozenset({actor}) if actor.startswith("staff:") else frozenset[str]()
            yield Alert(frozenset({actor}), day + timedelta(days=1), frozenset(leaves[actor, day]), -score, people)


def _by_actor(rows: dict[str, Any], values: Floats, learnt: NDArray[np.bool_]) -> Floats:
    """The person's own usual in the first weeks, everybody's where they have none."""
    everyone = float(np.median(values[learnt])) if learnt.any() else 0.0
    own: dict[str, list[float]] = {}
    for actor, value, early in zip(rows["actor"], values.tolist(), learnt.tolist(), strict=True):
        if early:
            own.setdefault(actor, []).append(value)
    usual = {actor: float(np.median(each)) for actor, each in own.items()}
    return np.array([usual.get(actor, everyone) for actor in rows["actor"]])


def _leaves(engine: DuckEngine) -> dict[tuple[str, datetime], list[int]]:
    rows = engine.ask(
        "select actor, date_trunc('day', time) as day, list(leaf) as leaves from event group by actor, day"
    ).to_pydict()
    return dict(zip(zip(rows["actor"], rows["day"], strict=True), rows["leaves"], strict=True))
