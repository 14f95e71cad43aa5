"""How bad is each risk now? The same evidence always gives the same figures, and each figure says why."""

from __future__ import annotations

from dataclasses import dataclass

from custodes.records import Overview
from custodes.risk.catalogue import ANY_CHECK, OTHER_CHECKS, Formula, RiskRule, shipped
from custodes.risk.measures import MEASURES, NotMeasured, Scope
from custodes.risk.scales import FACTORS, SCALES, UNKNOWN, FactorName


@dataclass(frozen=True, slots=True)
class Risk:
    """One line of the register.

    impact, likelihood, control: 1 to 5 as `scales` defines them (control 5: none). reasons: at least one sentence per
    factor. evidence: ids of the findings behind the figures. measured: False where no evidence speaks about
    likelihood, which then stands at the middle or above, never below.
    """

    id: str
    title: str
    question: str
    failures: tuple[str, ...]
    impact: int
    likelihood: int
    control: int
    reasons: tuple[str, ...]
    evidence: tuple[str, ...]
    measured: bool
    treatments: tuple[str, ...]
    blind_spots: tuple[str, ...]

    @property
    def score(self) -> int:
        """Impact times likelihood times control: 1 to 125."""
        return self.impact * self.likelihood * self.control


@dataclass(frozen=True, slots=True)
class _Factor:
    level: int
    reasons: tuple[str, ...]
    evidence: tuple[str, ...]
    measured: bool


def assess(overview: Overview, rules: tuple[RiskRule, ...] | None = None) -> tuple[Risk, ...]:
    """Every risk, the highest score first and the measured ones first among equals.

    rules: those that ship unless given. Raises BadInput as `shipped` does.
    """
    rules = shipped() if rules is None else rules
    named = frozenset(check for rule in rules for check in rule.checks) - {ANY_CHECK, OTHER_CHECKS}
    risks = (_assess(overview, rule, _scope(overview, rule, named)) for rule in rules)
    return tuple(sorted(risks, key=lambda risk: (-risk.score, not risk.measured, risk.id)))


def _assess(overview: Overview, rule: RiskRule, scope: Scope) -> Risk:
    factors = {name: _factor(name, rule.formula(name), overview, scope, _waits(rule, name)) for name in FACTORS}
    found = [finding for factor in factors.values() for finding in factor.evidence]
    return Risk(
        id=rule.id,
        title=rule.title,
        question=rule.question,
        failures=rule.failures,
        impact=factors["impact"].level,
        likelihood=factors["likelihood"].level,
        control=factors["control"].level,
        reasons=tuple(reason for name in FACTORS for reason in factors[name].reasons),
        evidence=tuple(dict.fromkeys(found)),
        measured=factors["likelihood"].measured,
        treatments=rule.treatments,
        blind_spots=rule.blind_spots,
    )


def _waits(rule: RiskRule, factor: FactorName) -> str:
    return rule.waits_for if factor == "likelihood" else ""


def _factor(name: FactorName, formula: Formula, overview: Overview, scope: Scope, waits_for: str) -> _Factor:
    """The highest level that anything argues for; the first to reach it gives the reason."""
    level, cause = formula.base, formula.why[0].lower() + formula.why[1:].removesuffix(".")
    evidence: list[str] = []
    missing = [waits_for] if waits_for else []
    for one in formula.inputs:
        reading = MEASURES[one.measure](overview, scope)
        if isinstance(reading, NotMeasured):
            missing.append(reading.reason)
            continue
        evidence.extend(reading.evidence)
        reached = max((step for step, value in one.at if reading.value >= value), default=1)
        if reached > level:
            level, cause = reached, reading.sentence
    more: tuple[str, ...] = ()
    if missing and UNKNOWN[name] >= level:
        level, cause = UNKNOWN[name], f"not measured yet: {missing[0]}"
    elif missing:
        more = (f"Not measured yet: {missing[0]}.",)
    first = f"{name.capitalize()} is {level} of 5 ({SCALES[name][level - 1].word}): {cause}."
    return _Factor(level, (first, *more), tuple(evidence), not missing)


def _scope(overview: Overview, rule: RiskRule, named: frozenset[str]) -> Scope:
    # A finding does not prove that its check ran to the end, so it does not count among the checks that were asked.
    asked = frozenset(overview.checks)
    asked |= {skip.dataset for skip in overview.skipped if skip.room == "detect" and skip.dataset}
    own = frozenset(rule.checks) - {ANY_CHECK, OTHER_CHECKS}

    def ours(check: str) -> bool:
        return check in own or ANY_CHECK in rule.checks or (OTHER_CHECKS in rule.checks and check not in named)

    found = sorted((finding for finding in overview.findings if ours(finding.check)), key=lambda one: one.id)
    return Scope(own | {check for check in asked if ours(check)}, tuple(found))
