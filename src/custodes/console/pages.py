"""What does each page show? From one overview to the values its template names; nothing here is HTML."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import quote

from custodes.console import charts
from custodes.console.charts import Span
from custodes.console.gaps import gaps
from custodes.console.graph import field_page as field_address
from custodes.console.words import counted, lasted, number
from custodes.records import Examined, Field, Finding, Incident, Overview
from custodes.risk.measures import misplaced
from custodes.risk.register import Risk

Values = dict[str, object]

TOP: Final = 8  # incidents on the overview
PAGE: Final = 100  # rows on one page of a long list
EVIDENCE_SHOWN: Final = 50
_ABOUT_TOUCHES: Final = ("ingest", "context", "detect")


@dataclass(frozen=True, slots=True)
class Dataset:
    """One dataset with the verdicts shown of it. misplaced: (field, category) that belong in a vault and are not.

    examined: None where the map still has verdicts of a dataset that is no longer reached.
    """

    store: str
    name: str
    examined: Examined | None
    fields: tuple[Field, ...]
    misplaced: frozenset[tuple[str, str]]
    vault: bool


@dataclass(frozen=True, slots=True)
class Part:
    """One page of a long list: which one, of how many, and what it leaves out."""

    number: int
    count: int
    total: int


def overview(known: Overview, risks: tuple[Risk, ...]) -> Values:
    """The first screen: what is wrong, where the data is, how bad it is, and on what that rests."""
    incidents = known.incidents[:TOP]
    wrong_place = misplaced(known)
    return {
        "incidents": incidents,
        "severities": _severities(known.incidents),
        "line": charts.time_line([_incident_span(one) for one in incidents]),
        "bars": _bars(known, known.fields),
        "misplaced": wrong_place,
        "risks": risks[:5],
        "risk_count": len(risks),
        "logs": _log_line(known),
        "rows_read": sum(one.rows_read for one in known.examined),
        "stores": len({one.store for one in known.examined}),
        "gaps": gaps(known),
    }


def data_map(known: Overview, *, store: str, category: str, page: int, dataset: str = "") -> Values:
    """The data map, narrowed to a store, a category or a dataset when they are given (empty: all)."""
    wrong_place = misplaced(known)
    chosen = [
        field
        for field in known.fields
        if store in ("", field.store) and category in ("", field.category) and dataset in ("", field.dataset)
    ]
    by_dataset: dict[tuple[str, str], list[Field]] = {}
    for field in chosen:
        by_dataset.setdefault((field.store, field.dataset), []).append(field)
    wrong: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for field in wrong_place:
        wrong.setdefault((field.store, field.dataset), set()).add((field.field, field.category))
    examined = {(one.store, one.dataset): one for one in known.examined}
    vaults = set(known.vaults)
    datasets = [
        Dataset(
            *place,
            examined.get(place),
            tuple(by_dataset[place]),
            frozenset(wrong.get(place, ())),
            place[0] in vaults or ".".join(place) in vaults,
        )
        for place in sorted(by_dataset)
    ]
    personal = {(field.store, field.dataset) for field in known.fields}
    quiet = [
        one
        for one in known.examined
        if (one.store, one.dataset) not in personal and store in ("", one.store) and dataset in ("", one.dataset)
    ]
    part, first = _part(len(datasets), page)
    return {
        "store": store,
        "category": category,
        "dataset": dataset,
        "address": field_address,
        "fields": len(chosen),
        "datasets": datasets[first : first + PAGE],
        "part": part,
        "quiet": quiet,
        "bars": _bars(known, chosen),
        "misplaced": [field for field in wrong_place if store in ("", field.store) and dataset in ("", field.dataset)],
        "told": {finding.id for finding in known.findings},
        "places": [one for one in known.misplaced if store in ("", one.store)],
        "stores": sorted({one.store for one in known.examined} | {field.store for field in known.fields}),
        "gaps": gaps(known, ("scan",)),
    }


def findings(known: Overview, *, check: str, page: int) -> Values:
    """Every incident, every finding (of one check when it is given), and every check that ran."""
    chosen = [one for one in known.findings if check in ("", one.check)]
    counts = Counter(one.check for one in known.findings)
    ran = set(known.checks)
    part, first = _part(len(chosen), page)
    shown = known.incidents[:PAGE]
    return {
        "check": check,
        "incidents": shown,
        "incidents_left": len(known.incidents) - len(shown),
        "severities": _severities(known.incidents),
        "line": charts.time_line([_incident_span(one) for one in shown[:20]]),
        "findings": chosen[first : first + PAGE],
        "part": part,
        "excepted": [one for one in known.excepted if check in ("", one.finding.check)],
        "of_incident": {name: one for one in known.incidents for name in one.findings},
        "checks": [(name, counts[name], name in ran) for name in sorted(ran | set(counts))],
        "gaps": gaps(known),
    }


def incident(known: Overview, one: Incident) -> Values:
    """One story: its findings, what they rest on and what to do next."""
    by_id = {finding.id: finding for finding in known.findings}
    told = tuple(by_id[name] for name in one.findings if name in by_id)
    return {
        "one": one,
        "findings": told,
        "lost": [name for name in one.findings if name not in by_id],
        "lasted": lasted(one.first, one.last),
        "datasets": list(dict.fromkeys(name for finding in told for name in finding.datasets)),
        "keys": list(dict.fromkeys(key for finding in told for key in finding.keys)),
        "touches": _touches(told),
        "line": charts.time_line([_finding_span(finding) for finding in told]),
        "blind_spots": list(dict.fromkeys(spot for finding in told for spot in finding.blind_spots)),
        "evidence_shown": EVIDENCE_SHOWN,
        "gaps": gaps(known, _rooms_of(known, told)),
    }


def finding(known: Overview, one: Finding) -> Values:
    """One finding by itself; most are read as part of their incident."""
    return {
        "one": one,
        "incident": next((each for each in known.incidents if one.id in each.findings), None),
        "excepted": next((each.by for each in known.excepted if each.finding.id == one.id), ()),
        "line": charts.time_line([_finding_span(one)]),
        "evidence_shown": EVIDENCE_SHOWN,
        "gaps": gaps(known, _rooms_of(known, (one,))),
    }


def risks(known: Overview, register: tuple[Risk, ...]) -> Values:
    """The register, and where its risks stand by impact and likelihood."""
    return {
        "risks": register,
        "matrix": charts.risk_matrix(register),
        "cell": charts.CELL,
        "unmeasured": sum(not one.measured for one in register),
        "gaps": gaps(known),
    }


def ledger(known: Overview, *, verified_at: datetime, leaf: int | None) -> Values:
    """Whether the evidence still matches its proofs, and where one leaf's proof comes from."""
    return {
        "status": known.ledger,
        "verified_at": verified_at,
        "leaf": leaf,
        "rests_on": [
            one for one in known.findings if leaf is not None and any(each.leaf == leaf for each in one.evidence)
        ],
        "logs": _log_line(known),
        "gaps": gaps(known, ("ingest", "context")),
    }


def _touches(told: tuple[Finding, ...]) -> str:
    """How many touches the findings rest on together; they often rest on the same ones."""
    cited = {(one.event_id, one.leaf) for finding in told for one in finding.evidence}
    if all(len(finding.evidence) >= finding.touches for finding in told):
        return number(len(cited))
    return f"at least {number(max(len(cited), *(finding.touches for finding in told)))}"


def _rooms_of(known: Overview, told: tuple[Finding, ...]) -> tuple[str, ...]:
    # What the scan missed says nothing about who did what, unless a finding is about the data itself.
    return (*_ABOUT_TOUCHES, "scan") if any(not one.evidence for one in told) or not known.events else _ABOUT_TOUCHES


def _severities(incidents: tuple[Incident, ...]) -> list[tuple[int, int]]:
    counts = Counter(one.severity for one in incidents)
    return [(level, counts[level]) for level in sorted(counts, reverse=True)]


def _incident_span(one: Incident) -> Span:
    note = one.actors[0] + (f" +{len(one.actors) - 1}" if len(one.actors) > 1 else "") if one.actors else ""
    return Span(
        one.title, f"/incidents/{quote(one.id, safe='')}", note, f"sev{one.severity}", one.first, one.last, one.raised
    )


def _finding_span(one: Finding) -> Span:
    note = counted(one.touches, "touch", "touches") if one.touches else ""
    return Span(
        one.title, f"/findings/{quote(one.id, safe='')}", note, f"sev{one.severity}", one.first, one.last, one.raised
    )


def _log_line(known: Overview) -> charts.TimeLine | None:
    return charts.time_line(
        [
            Span(log.log, "", f"{counted(log.events, 'event')} · {log.kind}", "calm", log.first, log.last)
            for log in known.logs
        ]
    )


def _bars(known: Overview, fields: tuple[Field, ...] | list[Field]) -> charts.Bars:
    titles = {name: one.title for name, one in known.categories.items()}
    weight = {name: one.sensitivity for name, one in known.categories.items()}
    order = sorted(
        {field.category for field in fields}, key=lambda name: (-weight.get(name, 0), titles.get(name, name))
    )
    return charts.bars_by_store(fields, titles, order)


def _part(total: int, page: int) -> tuple[Part, int]:
    count = max(1, -(-total // PAGE))
    shown = min(page, count)
    return Part(shown, count, total), (shown - 1) * PAGE
