"""Which explanation of a column wins? Each must beat all others together, those that are nobody's data included."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import exp, log

from custodes.datamap.claim import Claim, ColumnView, signed
from custodes.datamap.evidence import probability
from custodes.datamap.rivals import rivals

_WORSE = 4.0  # nats that a worse fit costs, at the most
SURE = 0.5  # below this a claim is not worth a person's time


@dataclass(frozen=True, slots=True)
class Verdict:
    """A claim that won, and its confidence: 0 to 1, calibrated."""

    claim: Claim
    confidence: float


def verdicts(column: ColumnView) -> list[Verdict]:
    """The best claim on the whole column and what its text contains, the surest first; none below SURE."""
    best = winner(column)
    found = [] if best is None else [Verdict(best, probability(best.nats, best.by))]
    whole = found[0].confidence if found else 0.0
    if whole < 0.6:
        found += [Verdict(claim, probability(claim.nats, claim.by)) for claim in column.claims if not claim.whole]
    return sorted((one for one in found if one.confidence >= SURE), key=lambda one: -one.confidence)


def winner(column: ColumnView) -> Claim | None:
    """The best claim on the whole column, its evidence reduced by what the other explanations have."""
    whole = _by_fit([claim for claim in column.claims if claim.whole])
    best = max(whole, key=lambda claim: claim.nats, default=None)
    return None if best is None else _against_others(best, whole, rivals(column.profile))


def contenders(column: ColumnView) -> list[Claim]:
    """Every claim on the whole column, each reduced by what all other explanations have, the best first."""
    whole = _by_fit([claim for claim in column.claims if claim.whole])
    instead = rivals(column.profile)
    return sorted((_against_others(one, whole, instead) for one in whole), key=lambda claim: -claim.nats)


def _against_others(claim: Claim, whole: Sequence[Claim], instead: Sequence[tuple[str, float]]) -> Claim:
    others = [other.nats for other in whole if other.category != claim.category]
    against = _sum([0.0, *others, *(nats for _, nats in instead)])
    strongest = max(instead, key=lambda rival: rival[1], default=None)
    reasons = claim.reasons
    if strongest is not None and strongest[1] > 0:
        reasons = (*reasons, signed(-strongest[1], f"the values may be {strongest[0]}"))
    if others and max(others) > claim.nats - 2:
        well = "better" if max(others) > claim.nats else "nearly as well"
        reasons = (*reasons, signed(-1.0, f"other categories explain the values {well}"))
    return replace(claim, nats=claim.nats - against, reasons=reasons)


def _by_fit(claims: Sequence[Claim]) -> list[Claim]:
    """The claims with those lowered whose check explains the same values less well than another's."""
    top = max((claim.raw for claim in claims if claim.raw is not None), default=0.0)
    return [
        claim if claim.raw is None else replace(claim, nats=claim.nats - min(_WORSE, (top - claim.raw) / 2))
        for claim in claims
    ]


def _sum(nats: Sequence[float]) -> float:
    top = max(nats)
    return top + log(sum(exp(one - top) for one in nats))
