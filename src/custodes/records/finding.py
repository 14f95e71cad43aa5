"""What looks wrong? The one noun that leaves every check, and the incident that several of them add up to."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final

# OCSF 1.x severity_id.
SEVERITIES: Final = {"informational": 1, "low": 2, "medium": 3, "high": 4, "critical": 5}
SEVERITY_NAMES: Final = {number: name for name, number in SEVERITIES.items()}

EVIDENCE_LIMIT: Final = 1_000


@dataclass(frozen=True, slots=True)
class Evidence:
    """One sealed touch a finding rests on: the event and the index of its leaf in the ledger."""

    event_id: str
    leaf: int


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check claims.

    id: stable over re-runs (see `finding_id`). severity: OCSF 1-5. confidence: 0 to 1.
    subjects: how many customers are affected. raised: when what was known by then first sufficed.
    reason: one or two plain sentences with the numbers in them. evidence: at most EVIDENCE_LIMIT touches,
    in time order; touches: how many there are in all. tip: the next step. blind_spots: what the check cannot see.
    unnamed: whether somebody took part whom no actor stands for, as one who did not sign in.
    """

    id: str
    check: str
    title: str
    severity: int
    confidence: float
    actors: tuple[str, ...]
    parties: tuple[str, ...]
    clients: tuple[str, ...]
    keys: tuple[str, ...]
    subjects: int
    first: datetime | None
    last: datetime | None
    raised: datetime
    reason: str
    evidence: tuple[Evidence, ...]
    touches: int
    tip: str
    blind_spots: tuple[str, ...]
    datasets: tuple[str, ...] = ()
    unnamed: bool = False


@dataclass(frozen=True, slots=True)
class Incident:
    """Findings that are one story. score: 0 to 100, expected harm times belief."""

    id: str
    score: float
    title: str
    severity: int
    actors: tuple[str, ...]
    parties: tuple[str, ...]
    clients: tuple[str, ...]
    subjects: int
    first: datetime | None
    last: datetime | None
    raised: datetime
    reason: str
    findings: tuple[str, ...]


def finding_id(check: str, *identity: str) -> str:
    """`F-` and 12 hexadecimal digits of SHA-256 over the check and what identifies the finding within it.

    A finding that only grows (more touches, a later end) keeps its id.
    """
    return "F-" + _digest("finding", check, *identity)


def incident_id(*identity: str) -> str:
    """`I-` and 12 hexadecimal digits, from the id of the finding that anchors the incident."""
    return "I-" + _digest("incident", *identity)


def _digest(*parts: str) -> str:
    # Lengths keep ("a", "bc") apart from ("ab", "c").
    text = "".join(f"{len(part)}:{part}" for part in parts)
    return hashlib.sha256(text.encode()).hexdigest()[:12]
