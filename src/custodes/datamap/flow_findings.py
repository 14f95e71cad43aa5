"""Which findings do flows give: personal data that leaves, and fields of which content and lineage disagree?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from custodes.datamap.flowing import Disagreement, Flowing, Leaving
from custodes.records import Category, Finding, finding_id

EXPORT: Final = "export_to_outside"
DISAGREES: Final = "lineage_disagrees"

_LOW: Final = 2
_MEDIUM: Final = 3
_HIGH: Final = 4
_FEW: Final = 6
_STREAMS: Final = {"stdout": "the client that asked", "program": "a program on the server"}
_EXPORT_BLIND: Final = (
    "whether the statement is ever run, or was",
    "whether the place is the company's own and only missing from the configuration",
    "exports of applications that read by plain SELECT",
)
_DISAGREE_BLIND: Final = (
    "rows that were written in another way than the SQL says",
    "fields whose cells are all empty",
)


def flow_findings(told: Flowing, categories: Mapping[str, Category], now: datetime) -> list[Finding]:
    """One finding for each place outside, one for each field that disagrees; gravest first.

    now: when it is seen; an edge that earlier scans saw gives the time of the first.
    """
    places: dict[str, list[Leaving]] = {}
    for one in told.leaving:
        places.setdefault(one.edge.target.dataset, []).append(one)
    fields: dict[tuple[str, str, str, str], list[Disagreement]] = {}
    for each in told.disagreements:
        fields.setdefault((each.kind, *each.place), []).append(each)
    found = [_export(place, leaving, categories, now) for place, leaving in sorted(places.items())]
    found += [_disagrees(held, categories, now) for _, held in sorted(fields.items())]
    return sorted(found, key=lambda finding: (-finding.severity, -finding.confidence, finding.datasets, finding.id))


def _export(place: str, leaving: list[Leaving], categories: Mapping[str, Category], now: datetime) -> Finding:
    kinds = sorted({one.category for one in leaving})
    titles = [_in_prose(categories[kind].title) if kind in categories else kind for kind in kinds]
    sources = sorted({str(one.edge.source) for one in leaving})
    statements = sorted({one.edge.said_by for one in leaving})
    gravest = max((categories[kind].sensitivity for kind in kinds if kind in categories), default=_LOW)
    to_client = place in _STREAMS
    inferred = "" if any(one.seen for one in leaving) else " What it is, lineage alone says: nobody read the source."
    return Finding(
        id=finding_id(EXPORT, place),
        check=EXPORT,
        title=f"{_listed(titles[:3])} leaves for {_STREAMS.get(place, place)}",
        severity=min(_LOW if place == "stdout" else _HIGH, gravest),
        confidence=max(one.confidence for one in leaving),
        actors=(),
        parties=(),
        clients=(),
        keys=(),
        subjects=0,
        first=min((one.edge.first_seen or now for one in leaving), default=now),
        last=max((one.edge.last_seen or now for one in leaving), default=now),
        raised=min((one.edge.first_seen or now for one in leaving), default=now),
        reason=(
            f"{_few(titles)} from {_few(sources)} goes to {_STREAMS.get(place, place)}, by {_few(statements)}."
            f"{'' if to_client else ' No configured store holds that place.'}{inferred}"
        ),
        evidence=(),
        touches=0,
        tip="find out who takes it there and why; if the place is the company's, add it as a store to have it watched",
        blind_spots=_EXPORT_BLIND,
        datasets=tuple(sorted({one.edge.source.full_dataset for one in leaving})),
    )


def _disagrees(held: list[Disagreement], categories: Mapping[str, Category], now: datetime) -> Finding:
    one = held[0]
    titles = [
        _in_prose(categories[each.category].title) if each.category in categories else each.category for each in held
    ]
    what = _few(sorted(set(titles)))
    raised = min(each.edge.first_seen or now for each in held)
    if one.kind == "missing":
        passed = f" through {', '.join(one.through)}" if one.through else ""
        reason = (
            f"by {one.said_by} {what} flows from {one.source} into {one.place}{passed}, but the scan found nothing "
            "personal in its cells: they are cut short or masked, or the scan does not know them."
        )
        title = f"Lineage brings {what} to {one.place}, where none was found"
        tip = (
            "look at the field: if it is masked, declare the function under scan.anonymisers; else confirm the verdict"
        )
        severity = _LOW
    else:
        way = f"only values behind {', '.join(one.through)}" if one.source is not None else "no value of any field"
        reason = (
            f"by {one.said_by} {way} should come to {one.place}, but the scan found {what} in its cells: "
            "the masking does not work, or something else writes there."
        )
        title = f"{what[:1].upper()}{what[1:]} in {one.place}, where lineage allows none"
        tip = "find out who writes there; do not hand the field on as anonymous"
        severity = _MEDIUM
    return Finding(
        id=finding_id(DISAGREES, one.kind, *one.place),
        check=DISAGREES,
        title=title,
        severity=severity,
        confidence=max(each.confidence for each in held),
        actors=(),
        parties=(),
        clients=(),
        keys=(),
        subjects=0,
        first=None,
        last=None,
        raised=raised,
        reason=reason[:1].upper() + reason[1:],
        evidence=(),
        touches=0,
        tip=tip,
        blind_spots=_DISAGREE_BLIND,
        datasets=(one.place.full_dataset,),
    )


def _few(words: Iterable[str]) -> str:
    told = list(words)
    more = f" and {len(told) - _FEW} more" if len(told) > _FEW else ""
    return ", ".join(told[:_FEW]) + more


def _listed(words: list[str]) -> str:
    text = words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
    return text[:1].upper() + text[1:]


def _in_prose(title: str) -> str:
    """A category's title inside a sentence: `e-mail address`, but `AWS access key id`."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]
