"""How is an answer told, to people as text and to programs as JSON?"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from custodes.cli.copied import copies_text
from custodes.records import (
    SEVERITY_NAMES,
    Examined,
    Exemption,
    Field,
    Finding,
    Incident,
    LedgerStatus,
    Misplaced,
    Ruling,
    Skipped,
    Suppressed,
)

if TYPE_CHECKING:
    from custodes.cases.casework import Case
    from custodes.pipeline.detect import DetectOutcome
    from custodes.pipeline.ingest import IngestOutcome
    from custodes.pipeline.prove import WrittenProof
    from custodes.pipeline.run import RunOutcome
    from custodes.pipeline.scan import ScanOutcome
    from custodes.risk.register import Risk

Plain = dict[str, object]


def as_json(value: object) -> str:
    """Indented JSON; times as RFC 3339 in UTC."""
    return json.dumps(value, indent=2, default=_plain, ensure_ascii=False)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return when(value)
    raise TypeError(f"no JSON form for {type(value).__name__}")


def safe(text: object) -> str:
    """Text from logs and stores for a terminal: nothing in it may move the cursor, colour, or begin a line."""
    said = str(text)
    if said.isprintable():
        return said
    return "".join(one if one.isprintable() else f"\\u{ord(one):04x}" for one in said)


def _page(lines: Iterable[str]) -> str:
    return "\n".join(safe(line) for line in lines)


def when(moment: datetime) -> str:
    """RFC 3339 in UTC with a Z; fractions only where there are any."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def minute(moment: datetime | None) -> str:
    """For people: day and minute."""
    return "-" if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M")


# --- scan -------------------------------------------------------------------------------------------------------


def scan_plain(outcome: ScanOutcome, places: Sequence[Misplaced], found: Sequence[Finding]) -> Plain:
    """The shape DESIGN promises, and beside it what is misplaced, and which datasets were examined and how far."""
    by_id = {finding.id: finding for finding in found}
    return {
        "fields": [field_plain(field) for field in outcome.fields],
        "copies": [asdict(one) for one in outcome.copies],
        "references": [asdict(one) for one in outcome.references],
        "misplaced": [misplaced_plain(one, by_id[one.finding]) for one in places],
        "suppressed": [suppressed_plain(one) for one in outcome.suppressed],
        "drift": [asdict(one) for one in outcome.drifts],
        "read": {"datasets": outcome.read, "rows": outcome.rows, "bytes": outcome.size},
        "uncovered": uncovered_plain(outcome.skipped),
        "examined": [
            {
                "store": one.store,
                "dataset": one.dataset,
                "kind": one.kind,
                "columns": one.columns,
                "rows_read": one.rows_read,
                "rows_total": one.rows_total,
                "sampled": one.sampled,
            }
            for one in outcome.examined
        ],
    }


def field_plain(field: Field) -> Plain:
    """One verdict."""
    return {**asdict(field), "confidence": round(field.confidence, 4), "reasons": list(field.reasons)}


def misplaced_plain(one: Misplaced, finding: Finding) -> Plain:
    """One place outside every vault: which fields, how much, since when, copies of what, touched by whom."""
    return {
        **asdict(one),
        "severity": finding.severity,
        "confidence": round(finding.confidence, 4),
        "reason": finding.reason,
        "tip": finding.tip,
    }


def suppressed_plain(one: Suppressed) -> Plain:
    """A verdict that a ruling keeps off the map, and the ruling."""
    ruling = one.ruling
    return {**field_plain(one.verdict), "by": ruling.by, "why": ruling.why, "until": ruling.until}


def uncovered_plain(missing: Iterable[Skipped]) -> list[Plain]:
    """What was not covered, with the next step."""
    return [
        {"store": one.store, "dataset": one.dataset, "reason": one.reason, "room": one.room, "hint": one.hint}
        for one in missing
    ]


def scan_text(outcome: ScanOutcome, findings: Sequence[Finding], flowing: Sequence[str] = ()) -> str:
    """The data map as one line per dataset. flowing: lines on what flows tell."""
    lines = []
    for one in outcome.examined:
        kinds = Counter(field.category for field in one.verdicts)
        if kinds:
            share = f"{one.rows_read:,} of {one.rows_total:,} rows" if one.rows_total else f"{one.rows_read:,} rows"
            lines.append(f"{one.store}.{one.dataset}  ({share} read)")
            lines.extend(
                f"    {field.field}: {field.category} ({field.confidence:.0%}) {'; '.join(field.reasons)}"
                for field in one.verdicts
            )
    lines.extend(suppressed_line(one) for one in outcome.suppressed)
    lines.extend(copies_text(outcome.copies))
    lines.extend(f"{_CHECKS.get(finding.check, finding.check)}: {finding.reason}" for finding in findings)
    return _page([*lines, *flowing, *_looked_at(outcome), *uncovered_lines(outcome.skipped)])


def _looked_at(outcome: ScanOutcome) -> list[str]:
    """How much was looked at, and where nothing was found: no dataset goes without a word."""
    if not outcome.examined:
        return []
    quiet = [f"{one.store}.{one.dataset}" for one in outcome.examined if not one.verdicts]
    count, rows = len(outcome.examined), sum(one.rows_read for one in outcome.examined)
    told = f"looked at: {count:,} dataset{'' if count == 1 else 's'}, {rows:,} rows"
    if not quiet:
        return [f"{told}; something personal in each"]
    more = f" and {len(quiet) - _QUIET:,} more (scan --json)" if len(quiet) > _QUIET else ""
    return [f"{told}; nothing personal found in {', '.join(quiet[:_QUIET])}{more}"]


_QUIET: Final = 10  # datasets without a verdict that are named
_CHECKS = {"misplaced_data": "misplaced", "schema_drift": "drift"}


def suppressed_line(one: Suppressed) -> str:
    """What is held not personal, by whom, until when and why."""
    verdict, ruling = one.verdict, one.ruling
    name = f"{verdict.store}.{verdict.dataset}.{verdict.field}"
    until = f" until {ruling.until:%Y-%m-%d}" if ruling.until else ""
    return f"not personal: {name} ({verdict.category}), ruled by {ruling.by}{until}: {ruling.why}"


def place(one: Skipped) -> str:
    """What was not covered, before its reason; empty where nothing was named at all."""
    named = ".".join(filter(None, (one.store, one.dataset)))
    return f"{named}: " if named else ""


def uncovered_lines(missing: Sequence[Skipped]) -> list[str]:
    """Never silence: one line each, or one that says nothing was left out."""
    if not missing:
        return ["uncovered: nothing that was asked for"]
    return [f"uncovered: {place(one)}{one.reason}" + (f" (hint: {one.hint})" if one.hint else "") for one in missing]


def verdicts_plain(examined: Iterable[Examined], suppressed: Iterable[Suppressed]) -> Plain:
    """What the map says of every field, and what is kept off it."""
    fields = [field_plain(field) for one in examined for field in one.verdicts]
    return {"fields": fields, "suppressed": [suppressed_plain(one) for one in suppressed]}


def verdicts_text(examined: Iterable[Examined], suppressed: Iterable[Suppressed]) -> str:
    """One line per verdict, the name as the other commands take it."""
    lines = [
        f"{field.store}.{field.dataset}.{field.field}  {field.category}  {field.confidence:.0%}"
        for one in examined
        for field in one.verdicts
    ]
    return _page([*lines, *map(suppressed_line, suppressed)] or ["no customer data is on the map"])


def rulings_plain(rulings: Iterable[Ruling]) -> Plain:
    """Every ruling, the first one first."""
    return {"rulings": [asdict(one) for one in rulings]}


def rulings_text(rulings: Sequence[Ruling]) -> str:
    """One line per ruling."""
    lines = []
    for one in rulings:
        name = f"{one.store}.{one.dataset}.{one.field}"
        until = f" until {one.until:%Y-%m-%d}" if one.until else ""
        decided = one.decided.replace("_", " ")
        lines.append(f"{minute(one.time)}  {one.by}  {decided}{until}: {name} ({one.category}): {one.why}")
    return _page(lines or ["nobody has ruled on a verdict yet"])


# --- ingest, detect ---------------------------------------------------------------------------------------------


def ingest_plain(outcome: IngestOutcome, skipped: Sequence[Skipped]) -> Plain:
    """Counts; every record read is in exactly one of them."""
    return {
        "records": outcome.records,
        "events": outcome.events,
        "duplicates": outcome.duplicates,
        "quarantined": outcome.quarantined,
        "ignored": outcome.ignored,
        "cut": outcome.cut,
        "mended": outcome.mended,
        "files": outcome.files,
        "uncovered": uncovered_plain(skipped),
    }


def ingest_text(outcome: IngestOutcome, skipped: Sequence[Skipped]) -> str:
    """The counts in a sentence, then what was not covered."""
    told = (
        f"{outcome.events:,} events sealed from {outcome.files} files; {outcome.duplicates:,} known already, "
        f"{outcome.quarantined:,} lines in quarantine, {outcome.ignored:,} lines that are no touch of data"
    )
    if outcome.mended:
        told += f"; {outcome.mended:,} lines left quarantine"
    return _page([told, *uncovered_lines(skipped)])


def detect_plain(outcome: DetectOutcome) -> Plain:
    """Incidents, findings and what could not be asked."""
    return {
        "incidents": [{**incident_plain(one), "shown": outcome.shown.get(one.id)} for one in outcome.incidents],
        "findings": [
            {**finding_plain(one), "excepted": [excepted_plain(by) for by in outcome.excepted.get(one.id, ())]}
            for one in outcome.findings
        ],
        "changes": list(outcome.changes),
        "uncovered": uncovered_plain(outcome.skipped),
    }


def incident_plain(one: Incident) -> Plain:
    """One incident."""
    return {**asdict(one), "score": round(one.score, 1)}


def finding_plain(one: Finding) -> Plain:
    """One finding; evidence as event id and ledger index."""
    return {**asdict(one), "confidence": round(one.confidence, 4)}


def excepted_plain(one: Exemption) -> Plain:
    """An exception beside a finding that it covers."""
    return {"id": one.id, "by": one.by, "why": one.why, "until": one.until}


def covered_plain(allowed: Mapping[str, Sequence[Exemption]]) -> list[Plain]:
    """The findings that exceptions cover, by id."""
    return [{"finding": name, "by": [excepted_plain(one) for one in by]} for name, by in allowed.items()]


def excepted_lines(finding: Finding, by: Sequence[Exemption]) -> list[str]:
    """A finding that is known and allowed, and under which exceptions."""
    told = "; ".join(f"{one.id} until {one.until:%Y-%m-%d} ({one.why})" for one in by)
    return [f"excepted by {told}", f"       {finding.id} {finding.check}: {finding.reason}"]


def detect_text(outcome: DetectOutcome) -> str:
    """Incidents by score, each with the findings that made it; then what is known and allowed."""
    by_id = {one.id: one for one in outcome.findings}
    lines = [f"asked again: {change}" for change in outcome.changes if outcome.ran]
    told = [incident for incident in outcome.incidents if incident.id in outcome.shown]
    for incident in told:
        lines.append(f"{incident.score:5.1f}  {incident.id}  {incident.title}")
        for finding in (by_id[name] for name in incident.findings if name in by_id):
            severity = SEVERITY_NAMES[finding.severity]
            lines.append(f"       {finding.id} {finding.check} ({severity}, {finding.confidence:.0%} sure)")
            lines.append(f"       {finding.reason}")
            lines.append(f"       next: {finding.tip}")
    kept = len(outcome.incidents) - len(told)
    if kept:
        lines.append(
            f"{_count(kept, 'weaker incident is', 'weaker incidents are')} kept and not shown here: see --json"
        )
    if not outcome.incidents:
        nothing = "nothing but what is excepted was found" if outcome.excepted else "no detection found anything"
        lines.append(f"{nothing} in what was ingested")
    for name, by in outcome.excepted.items():
        lines.extend(excepted_lines(by_id[name], by))
    return _page([*lines, *uncovered_lines(outcome.skipped)])


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


# --- ledger -----------------------------------------------------------------------------------------------------


def ledger_plain(status: LedgerStatus) -> Plain:
    """What verification found."""
    return asdict(status)


def ledger_text(status: LedgerStatus) -> str:
    """One sentence when it holds, every problem with its file when it does not."""
    if status.verified:
        return f"verified: {status.size:,} leaves, root {status.root}, signed by {status.origin}"
    return _page([*(f"does not match: {problem}" for problem in status.problems), "NOT verified"])


def leaf_text(said: Mapping[str, object]) -> str:
    """What a proven leaf says, a line per column that says something."""
    rows = []
    for name, value in said.items():
        if value is not None and value != ():
            told = (
                when(value) if isinstance(value, datetime) else ", ".join(value) if isinstance(value, tuple) else value
            )
            rows.append(f"  {name:10} {told}")
    return _page(rows)


def proofs_plain(proofs: Sequence[WrittenProof]) -> list[Plain]:
    """Where each proof and its leaf were written."""
    return [{"leaf": one.leaf, "proof": str(one.proof), "leaf_file": str(one.leaf_file)} for one in proofs]


def proofs_text(proofs: Sequence[WrittenProof]) -> str:
    """The files, and the command that checks them."""
    lines = [f"leaf {one.leaf}: {one.proof} {one.leaf_file}" for one in proofs]
    first = proofs[0]
    return _page([*lines, f"check: custodes ledger check-proof {first.proof} {first.leaf_file} {first.key}"])


# --- cases ------------------------------------------------------------------------------------------------------


def case_plain(one: Case) -> Plain:
    """One case with its history."""
    return asdict(one)


def case_text(
    one: Case, incident: Incident | None, findings: Sequence[Finding], touches: Sequence[Mapping[str, object]]
) -> str:
    """The story, then what was decided."""
    lines = [f"{one.id}  {one.state}"]
    if incident is None:
        lines.append("the last run no longer finds its incident")
    else:
        lines += [f"{incident.score:.1f}  {incident.title}", incident.reason]
    for finding in findings:
        lines.append(f"  {finding.id} {finding.check}: {finding.reason}")
        lines.append(f"    next: {finding.tip}")
    lines += [
        f"  {row['actor']} {row['action']} {row['dataset']} of {row['subject'] or 'nobody named'}, leaf {row['leaf']}"
        for row in touches
    ]
    lines += [f"{minute(entry.time)}  {entry.state:12} {entry.by}: {entry.why}" for entry in one.history]
    return _page(lines)


# --- risk, run --------------------------------------------------------------------------------------------------


def risks_plain(risks: Sequence[Risk]) -> list[Plain]:
    """The register."""
    return [{**asdict(one), "score": one.score} for one in risks]


def risks_text(risks: Sequence[Risk]) -> str:
    """The register, the highest score first."""
    lines = []
    for one in risks:
        known = "" if one.measured else "  (not measured yet)"
        lines.append(f"{one.score:4}  {one.title}: {one.impact} x {one.likelihood} x {one.control}{known}")
        lines.extend(f"        {reason}" for reason in one.reasons)
    return _page(lines)


def run_plain(outcome: RunOutcome) -> Plain:
    """Everything a run found, in the shapes of the single commands."""
    known = outcome.overview
    return {
        "changed": outcome.changed,
        "scan": {"fields": len(known.fields), "datasets": len(known.examined), "read": outcome.scanned.read},
        "ingest": {
            "events": outcome.ingested.events,
            "duplicates": outcome.ingested.duplicates,
            "quarantined": outcome.ingested.quarantined,
        },
        "incidents": [incident_plain(one) for one in known.incidents],
        "findings": [finding_plain(one) for one in known.findings],
        "excepted": [
            {**finding_plain(one.finding), "excepted": [excepted_plain(by) for by in one.by]} for one in known.excepted
        ],
        "risks": risks_plain(outcome.risks),
        "ledger": ledger_plain(known.ledger),
        "memo": str(outcome.memo),
        "uncovered": uncovered_plain(known.skipped),
    }
