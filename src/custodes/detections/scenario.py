"""Does a detection do what it promises? Its own scenarios are run, here and at the user's site."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

import pyarrow as pa

from custodes.detections.detection import COMPARISON, PARTICIPANTS, Detection, Expectation, Scenario
from custodes.detections.run import detect
from custodes.detections.tables import ScenarioWrong, tables
from custodes.engine import embedded
from custodes.engine.interface import Engine
from custodes.records import Finding

# Events (SEALED_SCHEMA), context by name, data map -> an engine over them. The caller knows which engine.
MakeEngine = Callable[[pa.Table, Mapping[str, pa.Table], pa.Table], Engine]

_OPERATORS: Final = {">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt, "==": operator.eq}


@dataclass(frozen=True, slots=True)
class Problem:
    """A promise not kept. detection and scenario by name; what: in words."""

    detection: str
    scenario: str
    what: str

    def __str__(self) -> str:
        return f'"{self.scenario}": {self.what}'


def check(detection: Detection, make_engine: MakeEngine = embedded.over) -> list[Problem]:
    """Run every scenario of the detection; the promises it does not keep."""
    problems = []
    for scenario in detection.fires:
        findings, failure = _run(detection, scenario, make_engine)
        what = failure or _unmet(scenario, findings)
        if what:
            problems.append(Problem(detection.id, scenario.name, what))
    for scenario in detection.quiet:
        findings, failure = _run(detection, scenario, make_engine)
        if failure or findings:
            problems.append(
                Problem(detection.id, scenario.name, failure or f"it must stay quiet: {findings[0].reason}")
            )
    return problems


def _run(detection: Detection, scenario: Scenario, make_engine: MakeEngine) -> tuple[tuple[Finding, ...], str | None]:
    try:
        events, context, fields = tables(scenario)
    except (ScenarioWrong, ValueError, pa.ArrowException) as error:
        return (), f"the scenario cannot be built: {error}"
    if not events.num_rows:
        return (), "the scenario has no events"
    days = sorted({time.date() for time in events.column("time").to_pylist()})
    midnight = events.column("time")[0].as_py().replace(hour=0, minute=0, second=0, microsecond=0)
    ends = [midnight + timedelta(days=(day - days[0]).days + 1) for day in days]
    engine = make_engine(events, context, fields)
    try:
        # A scenario tells only what matters to it: tables it leaves out are empty, not missing.
        outcome = detect(engine, [replace(detection, needs=())], days=ends, now=ends[-1])
    finally:
        engine.close()
    # A quiet scenario that is quiet because nothing was asked proves nothing.
    return outcome.findings, outcome.skipped[0].reason if outcome.skipped else None


def _unmet(scenario: Scenario, findings: Sequence[Finding]) -> str | None:
    if not findings:
        return (
            f"it must fire, and the query returns no row for its {_count(scenario)}: loosen a condition and try again"
        )
    if not scenario.finds:
        return None
    left = list(findings)
    for expected in scenario.finds:
        match = next((finding for finding in left if _meets(expected, finding)), None)
        if match is None:
            told = "; ".join(f"{_who(finding)} at confidence {finding.confidence}" for finding in findings)
            return f"what finds: names was not found; found: {told}"
        left.remove(match)
    return f"it found more than finds: names: {_who(left[0])}" if left else None


def _count(scenario: Scenario) -> str:
    events = tables(scenario)[0]
    return f"{events.num_rows:,} events of {len(set(events.column('actor').to_pylist())):,} actors"


def _meets(expected: Expectation, finding: Finding) -> bool:
    return (
        all(set(getattr(finding, many)) == set(names) for many, names in expected.participants.items())
        and _compares(expected.confidence, finding.confidence)
        and _compares(expected.subjects, finding.subjects)
    )


def _compares(wanted: str | None, value: float) -> bool:
    if wanted is None:
        return True
    match = COMPARISON.match(wanted)
    if match is None:
        raise ScenarioWrong(f'"{wanted}" is no comparison such as ">= 0.9"')
    return bool(_OPERATORS[match[1] or "=="](value, float(match[2])))


def _who(finding: Finding) -> str:
    return ", ".join(name for _, many in PARTICIPANTS for name in getattr(finding, many)) or "nobody"
