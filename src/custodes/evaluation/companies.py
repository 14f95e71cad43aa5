"""What do the detections make of a made-up company, and what do simpler methods make of the same events?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final

from custodes.cases import budget
from custodes.cases.incidents import fuse
from custodes.company.campaigns import ALL, DEFAULT, Profile, Scheme
from custodes.company.shape import REPORTING, SHAPES, TUNING
from custodes.company.simulated import Simulated, simulated
from custodes.company.size import DEFAULT_END, Plan, Size
from custodes.detections.detection import Detection
from custodes.detections.run import detect
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

    @property
    def ends(self) -> list[datetime]:
        """The end of each of its days, oldest first."""
        last = self.plan.end
        return [last - timedelta(days=back) for back in reversed(range(self.plan.size.days))]


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


def found(
    one: Made, detections: Sequence[Detection], threads: int | None = None
) -> tuple[list[Finding], list[Incident], tuple[Skipped, ...]]:
    """What a run on the last day says: findings, incidents, and what could not be asked. threads: None is all."""
    company = one.company
    with DuckEngine(
        company.events, company.context, company.fields, memory_limit=_MEMORY, timeout=_TIMEOUT, threads=threads
    ) as engine:
        outcome = detect(engine, detections, days=one.ends, now=one.plan.end)
    findings = list(outcome.findings)
    return findings, fuse(findings, outcome.gateways), outcome.skipped


def judged(one: Made, findings: Sequence[Finding], incidents: Sequence[Incident], per_thousand: float) -> Company:
    """Our incidents within the budget, beside the truth."""
    by_id = {finding.id: finding for finding in findings}
    when = budget.shown(incidents, staff(one), until=one.plan.end, per_thousand=per_thousand)
    alerts = [
        _alert(incident, [by_id[name] for name in incident.findings], when[incident.id])
        for incident in incidents
        if incident.id in when
    ]
    return company(one, alerts)


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
