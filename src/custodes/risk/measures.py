"""What does the evidence say, as one number where more is worse? The only inputs a risk's formula may name."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from custodes.records import Category, Field, Finding, Overview, Skipped

WINDOW_DAYS: Final = 90
# A store that could not be opened holds an unknown number of datasets; it is counted as this many.
DATASETS_OF_AN_UNREAD_STORE: Final = 10


@dataclass(frozen=True, slots=True)
class Reading:
    """One measured value. sentence: what it is, in words, with the numbers. evidence: finding ids."""

    value: float
    sentence: str
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NotMeasured:
    """No evidence speaks. reason: why, as the end of the sentence that begins with "not measured yet"."""

    reason: str


@dataclass(frozen=True, slots=True)
class Scope:
    """Which part of the evidence a risk looks at: the checks that should show it, and the findings that do."""

    checks: frozenset[str]
    findings: tuple[Finding, ...]


Measure = Callable[[Overview, Scope], Reading | NotMeasured]


def plural(count: int, one: str, many: str | None = None) -> str:
    """`1 finding`, `1,200 findings`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def misplaced(overview: Overview) -> tuple[Field, ...]:
    """The fields that hold cards, credentials or special categories outside every declared vault."""
    vaults = set(overview.vaults)
    return tuple(
        field
        for field in overview.fields
        if category_of(overview, field).needs_vault
        and field.store not in vaults
        and f"{field.store}.{field.dataset}" not in vaults
    )


def unread(overview: Overview) -> tuple[Skipped, ...]:
    """What the scan was asked to read and did not."""
    return tuple(skip for skip in overview.skipped if skip.room == "scan")


def unread_words(overview: Overview) -> str:
    """`1 store and 3 datasets`; empty when all was read."""
    stores = sum(not skip.dataset for skip in unread(overview))
    datasets = len(unread(overview)) - stores
    counts = [plural(stores, "store")] * bool(stores) + [plural(datasets, "dataset")] * bool(datasets)
    return " and ".join(counts)


def category_of(overview: Overview, field: Field) -> Category:
    """The field's category. One that no longer exists is taken to be of the worst kind."""
    return overview.categories.get(field.category, Category(field.category, field.category, "", 5))


def watched_days(overview: Overview) -> int:
    """Of the last WINDOW_DAYS days before `as_of`, on how many at least one log reaches."""
    days = [overview.as_of.date() - timedelta(days=back) for back in range(WINDOW_DAYS)]
    spans = [(log.first.date(), log.last.date()) for log in overview.logs if log.first and log.last]
    return sum(any(first <= day <= last for first, last in spans) for day in days)


def _unread_datasets(overview: Overview) -> int:
    return sum(1 if skip.dataset else DATASETS_OF_AN_UNREAD_STORE for skip in unread(overview))


def _sensitivity(overview: Overview, _: Scope) -> Reading | NotMeasured:
    if left := unread_words(overview):
        return Reading(5, f"{left} went unread and may hold the most harmful data")
    if not overview.examined:
        return NotMeasured("no data store was read")
    if not overview.fields:
        return Reading(1, f"no personal data was found in {plural(len(overview.examined), 'dataset')}")
    worst = max((category_of(overview, field) for field in overview.fields), key=lambda c: (c.sensitivity, c.id))
    return Reading(worst.sensitivity, f"the data map holds {worst.title}, harm {worst.sensitivity} of 5")


def _location(overview: Overview, _: Scope) -> Reading | NotMeasured:
    if not overview.examined:
        return NotMeasured("no data store was read")
    count = sum(category_of(overview, field).fides.startswith("user.location") for field in overview.fields)
    return Reading(count, f"{plural(count, 'field')} of the data map {'tells' if count == 1 else 'tell'} a location")


def _personal_datasets(overview: Overview, _: Scope) -> Reading | NotMeasured:
    if not overview.examined:
        return NotMeasured("no data store was read")
    count = len({(field.store, field.dataset) for field in overview.fields})
    sentence = f"personal data lies in {count:,} of {plural(len(overview.examined), 'dataset')} that were read"
    return Reading(count + _unread_datasets(overview), sentence)


def _misplaced(overview: Overview, scope: Scope) -> Reading | NotMeasured:
    if not overview.examined and not unread(overview):
        return NotMeasured("no data store was read")
    fields = misplaced(overview)
    datasets = len({(field.store, field.dataset) for field in fields})
    left = unread_words(overview)
    sentence = (
        (f"{plural(len(fields), 'field')} in {plural(datasets, 'dataset')} " if fields else "no field that was read ")
        + ("hold " if len(fields) > 1 else "holds ")
        + "cards, credentials or other specially protected data outside a vault"
    )
    if left:
        sentence += f", and {left} went unread"
    return Reading(datasets + _unread_datasets(overview), sentence, tuple(finding.id for finding in scope.findings))


def _unread(overview: Overview, _: Scope) -> Reading | NotMeasured:
    missing = _unread_datasets(overview)
    whole = len(overview.examined) + missing
    if not whole:
        return NotMeasured("no data store was read")
    # A dataset read by a third counts as two thirds unread, so that failing to read it at all is never better.
    # A fair sample that was read until nothing changed any more counts as read.
    parts = [one for one in overview.examined if one.rows_total and one.rows_read < one.rows_total and not one.sampled]
    share = (missing + math.fsum(1 - one.rows_read / (one.rows_total or 1) for one in parts)) / whole
    full = len(overview.examined) - len(parts)
    sentence = f"{plural(full, 'dataset') if full else 'no dataset'} could be read in full"
    if parts:
        sentence += f", {len(parts):,} in part"
    if left := unread_words(overview):
        sentence += f", and {left} not at all"
    return Reading(100 * share, sentence)


def _findings(overview: Overview, scope: Scope) -> Reading | NotMeasured:
    if not scope.findings:
        if not overview.events:
            return NotMeasured("no access log was read")
        if not scope.checks.intersection(overview.checks):
            return NotMeasured("no check that looks for it was run")
        return Reading(0, f"nothing of the kind was found in {plural(overview.events, 'touch', 'touches')}")
    belief = math.fsum(finding.confidence for finding in scope.findings)
    weighed = "which counts as {} when" if len(scope.findings) == 1 else "which count as {} when each is"
    return Reading(
        belief,
        f"{plural(len(scope.findings), 'finding')} of the kind, {weighed.format(f'{belief:.1f}')} weighed by its "
        "confidence",
        tuple(finding.id for finding in scope.findings),
    )


def _incidents(overview: Overview, scope: Scope) -> Reading | NotMeasured:
    if not overview.events and not overview.incidents:
        return NotMeasured("no access log was read")
    ids = {finding.id for finding in scope.findings}
    hit = [incident for incident in overview.incidents if ids.intersection(incident.findings)]
    return Reading(len(hit), plural(len(hit), "incident"), tuple(sorted(ids if hit else ())))


def _customers(_: Overview, scope: Scope) -> Reading | NotMeasured:
    most = max(scope.findings, key=lambda finding: (finding.subjects, finding.id), default=None)
    if most is None:
        return Reading(0, "no finding names an affected customer")
    return Reading(most.subjects, f"one finding alone affects {plural(most.subjects, 'customer')}", (most.id,))


def _days_to_raise(_: Overview, scope: Scope) -> Reading | NotMeasured:
    timed = [(finding.raised - finding.first, finding.id) for finding in scope.findings if finding.first]
    if not timed:
        return Reading(0, "there is no finding whose delay could be measured")
    delay, slowest = max(timed)
    days = max(0.0, delay / timedelta(days=1))
    words = f"{days:.1f}".removesuffix(".0") + (" day" if round(days, 1) == 1 else " days")
    return Reading(days, f"the slowest finding could be raised only {words} after it began", (slowest,))


def _quarantine(overview: Overview, _: Scope) -> Reading | NotMeasured:
    held = sum(log.quarantined for log in overview.logs)
    lines = overview.events + held
    if not lines:
        return NotMeasured("no access log was read")
    return Reading(100 * held / lines, f"{held:,} of {plural(lines, 'log line')} could not be understood")


def _unwatched_days(overview: Overview, _: Scope) -> Reading | NotMeasured:
    if not overview.events:
        return NotMeasured("no access log was read")
    days = watched_days(overview)
    return Reading(WINDOW_DAYS - days, f"the logs reach {days} of the last {WINDOW_DAYS} days")


def _ledger(overview: Overview, _: Scope) -> Reading | NotMeasured:
    ledger = overview.ledger
    if ledger.verified and ledger.size:
        return Reading(0, f"the ledger of {plural(ledger.size, 'entry', 'entries')} was verified")
    if not ledger.size:
        return Reading(1, "nothing is sealed in the ledger")
    return Reading(1, f"the ledger could not be verified: {plural(len(ledger.problems), 'problem')}")


def _checks_not_run(overview: Overview, scope: Scope) -> Reading | NotMeasured:
    if not scope.checks:
        return Reading(100, "no check looks for it yet")
    asked, ran = len(scope.checks), len(scope.checks.intersection(overview.checks))
    which = "the one check that looks" if asked == 1 else f"{ran or 'none'} of the {asked:,} checks that look"
    sentence = f"{which} for it {'did not run' if asked == 1 and not ran else 'ran'}"
    return Reading(100 * (asked - ran) / asked, sentence)


def _actors(overview: Overview, _: Scope) -> Reading | NotMeasured:
    if not overview.events:
        return NotMeasured("no access log was read")
    joined = "people, services and keys" if overview.actors else "people, services or keys"
    who = plural(overview.actors, "person, service or key", joined)
    return Reading(
        overview.actors,
        f"{who} touched the data of {plural(overview.subjects, 'customer')}",
    )


def _gaps(overview: Overview, _: Scope) -> Reading | NotMeasured:
    count = len(overview.skipped)
    if not count and not overview.examined and not overview.events:
        return NotMeasured("nothing was read at all")
    return Reading(count, f"{plural(count, 'part')} of what was asked for could not be covered")


MEASURES: Final[dict[str, Measure]] = {
    "actors": _actors,
    "checks_not_run": _checks_not_run,
    "customers": _customers,
    "days_to_raise": _days_to_raise,
    "findings": _findings,
    "gaps": _gaps,
    "incidents": _incidents,
    "ledger": _ledger,
    "location": _location,
    "misplaced": _misplaced,
    "personal_datasets": _personal_datasets,
    "quarantine": _quarantine,
    "sensitivity": _sensitivity,
    "unread": _unread,
    "unwatched_days": _unwatched_days,
}
