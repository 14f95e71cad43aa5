"""What do we know now? The whole river in one value, from which summary, risks, memo and console are told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from custodes.records.category import Category
from custodes.records.copy import Copy
from custodes.records.exemption import Excepted
from custodes.records.field import Examined, Field
from custodes.records.finding import Finding, Incident
from custodes.records.misplaced import Misplaced
from custodes.records.ruling import Suppressed
from custodes.records.skipped import Skipped


@dataclass(frozen=True, slots=True)
class LogCoverage:
    """What one log has given us: events sealed, lines in quarantine, and the time they span."""

    log: str
    kind: str
    events: int
    quarantined: int
    first: datetime | None
    last: datetime | None


@dataclass(frozen=True, slots=True)
class LedgerStatus:
    """size: leaves. root: hexadecimal tree hash. problems: what verification found; empty when it holds."""

    origin: str
    size: int
    root: str
    checkpoint_time: datetime | None
    verified: bool
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything a reader is told, with what is not known beside it.

    as_of: the last moment the evidence covers (or the run's time without evidence). fields: the data map.
    categories: by id, every category that `fields` names. actors, subjects: distinct ones in the events.
    """

    name: str
    as_of: datetime
    examined: tuple[Examined, ...]
    fields: tuple[Field, ...]
    categories: dict[str, Category]
    copies: tuple[Copy, ...]
    logs: tuple[LogCoverage, ...]
    events: int
    actors: int
    subjects: int
    findings: tuple[Finding, ...]
    incidents: tuple[Incident, ...]
    skipped: tuple[Skipped, ...]
    ledger: LedgerStatus
    vaults: tuple[str, ...] = ()  # stores and datasets (full names) declared as vaults
    suppressed: tuple[Suppressed, ...] = ()  # verdicts that somebody ruled to be no personal data
    checks: tuple[str, ...] = ()  # detections that ran to their end: silence of any other one means nothing
    misplaced: tuple[Misplaced, ...] = ()  # datasets outside every vault that hold what belongs into one
    excepted: tuple[Excepted, ...] = ()  # findings that are known and allowed, and so not among `findings`
