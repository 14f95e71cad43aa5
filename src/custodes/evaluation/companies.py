"""What do the detections make of a made-up company, and what do simpler methods make of the same events?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Final

from custodes.cases import budget
from custodes.cases.incidents import carry_on, fuse
from custodes.company.campaigns import ALL, DEFAULT, Profile, Scheme
from custodes.company.shape import REPORTING, SHAPES, TUNING
from custodes.company.simulated import Simulated, simulated
from custodes.company.size import DEFAULT_END, Plan, Size
from custodes.detections.detection import Detection
from custodes.detections.run import Outcome, detect
from custodes.engine.duckdb import DuckEngine
from custodes.evaluation.insiders import Alert, Company, Planted
from custodes.records import Finding, Incident, Skipped

# Whoever tunes a detection looks at companies of these shapes and seeds; whoever reports its quality, at the others.
TUNING_SEEDS: Final = range(1, 100)
REPORTING_SEEDS: Final = range(1_001, 1_100)
NEW: Final = timedelta(days=14)
_MEMORY: Final = "3GB"
_TIMEOUT: Final = 300.0


@dataclass(frozen=True, slots=True)
class Made:
    """One company with its campaigns, as it is judged."""

    shape: str
    seed: int
    plan: Plan
    company: Simulated


def shapes(reporting: bool) -> tuple[str, ...]:
    """Names of the shapes to look at."""
    return REPORTING if reporting else TUNING


def seeds(reporting: bool, count: int) -> range:
    """The first so many seeds to look at."""
    every = REPORTING_SEEDS if reporting else TUNING_SEEDS
    return range(every.start, min(every.start + count, every.stop))


def made(
    shape: str,
    seed: int,
    size: Size,
    stealth: str = DEFAULT,
    campaigns: Sequence[str] = tuple(ALL),
    published: Mapping[str, Mapping[str, object]] | None = None,
) -> Made:
    """A company in which each of these campaigns is carried out once. Raises BadInput for a name that is none."""
    plan = Plan(seed, DEFAULT_END, size, SHAPES[shape])
    return Made(
        shape, seed, plan, simulated(plan, [Scheme(name, Profile(stealth=stealth)) for name in campaigns], published)
    )


def watched(
    one: Made,
    detections: Sequence[Detection],
    per_thousand: float,
    *,
    every: int = 7,
    threads: int | None = None,
) -> tuple[Company, tuple[Skipped, ...]]:
    """What somebody was shown who asked every so many days, each time knowing nothing of what came after.

    Not one run over the whole history: there a finding is as sure as it became in the end, and would be shown for that
    on the day it began. threads: of the engine; None is all.
    """
    runs = reversed(range(0, one.plan.size.days, every))
    watch = _Watch(per_thousand * max(staff(one), 100) / 1_000, every)
    held = one.company
    with DuckEngine(
        held.events, held.context, held.fields, memory_limit=_MEMORY, timeout=_TIMEOUT, threads=threads
    ) as engine:
        for back in runs:
            moment = one.plan.end - timedelta(days=back)
            # The run of a day looks once more at the day before: its last hours are settled only now.
            watch.look(detect(engine, detections, days=[moment - timedelta(days=1)], now=moment), moment)
    return company(one, watch.alerts()), tuple(watch.skipped)


class _Watch:
    """Somebody who is shown the gravest incidents at each run, and what becomes of those shown before."""

    def __init__(self, a_day: float, every: int) -> None:
        self.skipped: dict[Skipped, None] = {}
        self._a_run, self._most = a_day * every, a_day * budget.KEPT
        self._left = self._most
        self._raised: dict[str, datetime] = {}
        self._before: list[Incident] = []
        self._told: dict[str, list[Alert]] = {}

    def look(self, outcome: Outcome, moment: datetime) -> None:
        self.skipped |= dict.fromkeys(outcome.skipped)
        found = [replace(each, raised=self._raised.setdefault(each.id, moment)) for each in outcome.findings]
        by_id = {each.id: each for each in found}
        incidents = carry_on(fuse(found, outcome.gateways), self._before)
        self._before = incidents
        for incident in incidents:
            if incident.id not in self._told:
                if incident.score < budget.WORTH_SHOWING or self._left < 1:
                    continue
                self._left -= 1
            said = _alert(incident, [by_id[name] for name in incident.findings], moment)
            self._told.setdefault(incident.id, []).append(said)
        self._left = min(self._left + self._a_run, self._most)

    def alerts(self) -> list[Alert]:
        return [replace(said[-1], shown=said[0].shown, earlier=tuple(said)) for said in self._told.values()]


def company(one: Made, alerts: Iterable[Alert]) -> Company:
    """Anybody's alerts beside the truth."""
    new = joiners(one)
    start = one.plan.end - timedelta(days=one.plan.size.days)
    spent = sum(
        max(0.0, (min(until, one.plan.end) - max(until - NEW, start)) / timedelta(days=1)) for until in new.values()
    )
    return Company(one.shape, one.seed, staff(one), one.plan.size.days, planted(one, new), tuple(alerts), new, spent)


def staff(one: Made) -> int:
    """People on the payroll at the end."""
    people = one.company.context["people"]
    gone: int = sum(left is not None and left < one.plan.end for left in people["left"].to_pylist())
    return int(people.num_rows) - gone


def joiners(one: Made) -> dict[str, datetime]:
    """Until when each of those who joined during the logs counts as new."""
    start = one.plan.end - timedelta(days=one.plan.size.days)
    people = one.company.context["people"]
    pairs = zip(people["id"].to_pylist(), people["joined"].to_pylist(), strict=True)
    return {who: joined + NEW for who, joined in pairs if joined is not None and joined + NEW > start}


def planted(one: Made, new: Mapping[str, datetime]) -> tuple[Planted, ...]:
    """The truth in the words of the score."""
    times = one.company.events["time"]
    told = []
    for place, each in enumerate(one.company.planted):
        leaves = one.company.leaves(place)
        moments = times.take(leaves).to_pylist()
        # The culprit has to be named: the people, or the keys and the machine behind them. Where nobody inside did it,
        # the parties that are one.
        names = {*each.actors, *each.keys} or {*each.parties}
        if each.keys:
            names |= {*each.clients}
        told.append(
            Planted(
                each.campaign,
                each.stealth,
                frozenset(names),
                each.first,
                each.last,
                dict(zip(leaves.tolist(), moments, strict=True)),
                any(actor in new and each.first <= new[actor] for actor in each.actors),
            )
        )
    return tuple(told)


def midnight(moment: datetime) -> datetime:
    """The end of the day."""
    return datetime.combine(moment.date(), time(), UTC) + timedelta(days=1)


def _alert(incident: Incident, findings: Sequence[Finding], shown: datetime) -> Alert:
    # The budget decides by the strongest finding, and it is what a reader reads.
    first = findings[0]
    names = {*incident.actors, *incident.parties, *incident.clients, *(key for each in findings for key in each.keys)}
    people = {actor for actor in first.actors if actor.startswith("staff:")}
    leaves, told = (frozenset(proof.leaf for each in some for proof in each.evidence) for some in (findings, [first]))
    accused = frozenset(people) if len(people) == 1 else frozenset[str]()
    return Alert(frozenset(names), shown, leaves, incident.score, accused, told)
