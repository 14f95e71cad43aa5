"""What of a store's schema is new, gone or of another type since the last scan?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final

from custodes.records import Dataset, Drift, Field, Finding, finding_id
from custodes.stores.names import column_name

CHECK: Final = "schema_drift"

_NEWS: Final = 1  # severity: informational
_PERSONAL: Final = 2  # low: what is new holds personal data
_NAMED: Final = 6  # fields or datasets named in a sentence
_BLIND_SPOTS: Final = (
    "fields of JSON, XML and text: they have no schema, and a field that was not met need not be gone",
    "a change that was made and undone between two scans",
    "a field that was given another meaning under the same name and type",
)
_WORDS: Final = {"new_field": "new", "gone_field": "gone", "retyped_field": "of another type"}

Columns = tuple[tuple[str, str], ...]  # name and type


def columns(dataset: Dataset) -> Columns | None:
    """Name and type of what it declares; None where its columns are only what was met in its beginning.

    A view's column may be named by an expression that holds somebody's data, and SQLite takes any text for a type: of
    such a name or type only STAR is kept.
    """
    return (
        tuple((column_name(one.name), column_name(one.type)) for one in dataset.columns) if dataset.declared else None
    )


def differences(
    dataset: Dataset, before: Mapping[str, Columns | None], *, since: datetime, until: datetime
) -> list[Drift]:
    """How a dataset differs from what its store declared before, by dataset. since: now. until: the last scan."""

    def drift(what: str, field: str, was: str = "", now: str = "") -> Drift:
        return Drift(dataset.store, dataset.name, field, what, was, now, since, until)  # type: ignore[arg-type]  # literals below

    if dataset.name not in before:
        return [drift("new_dataset", "")]
    now, earlier = columns(dataset), before[dataset.name]
    if now is None or earlier is None or now == earlier:
        return []
    types, old = dict(now), dict(earlier)
    return [
        *(drift("new_field", name, "", kind) for name, kind in now if name not in old),
        *(drift("gone_field", name, kind) for name, kind in earlier if name not in types),
        *(drift("retyped_field", name, old[name], kind) for name, kind in now if old.get(name, kind) != kind),
    ]


def gone(before: Collection[str], listed: Collection[str], unseen: Collection[str]) -> list[str]:
    """Which datasets are gone: not listed now, and in no place that could not be looked into.

    unseen: names of what was skipped; a schema, folder or archive among them may still hold what it held.
    """
    held = set(listed) | set(unseen)
    places = tuple(f"{name}{mark}" for name in unseen for mark in "./")
    return sorted(name for name in before if name not in held and not name.startswith(places))


def drift_findings(drifts: Iterable[Drift], fields: Iterable[Field]) -> list[Finding]:
    """One finding for each dataset whose fields drifted, and for each store and scan that met new or gone datasets.

    fields: the data map, which tells whether something new holds personal data.
    """
    personal: dict[tuple[str, str], set[str]] = defaultdict(set)
    for field in fields:
        personal[field.store, field.dataset].add(field.field)
    groups: dict[tuple[str, ...], list[Drift]] = defaultdict(list)
    for one in drifts:
        about = (one.store, one.what, one.since.isoformat()) if not one.field else (one.store, one.dataset)
        groups[about].append(one)
    return [_finding(about, group, personal) for about, group in sorted(groups.items())]


def _finding(about: tuple[str, ...], group: list[Drift], personal: Mapping[tuple[str, str], set[str]]) -> Finding:
    first = max(group, key=lambda one: one.since)
    names = list(dict.fromkeys(f"{one.store}.{one.dataset}" for one in group))
    if first.field:
        said = "; ".join(_fields(group))
        title = f"The fields of {names[0]} changed"
        reason = f"{names[0]} has other fields than before: {said}."
    else:
        kind = "new" if first.what == "new_dataset" else "gone"
        title = f"Datasets of {first.store} are {kind}"
        reason = f"{first.store} has {len(names):,} {kind} {_plural(len(names), 'dataset')}: {_listed(names)}."
    reason += f" Seen since {first.since:%Y-%m-%d %H:%M} UTC; the scan before was at {first.until:%Y-%m-%d %H:%M} UTC."
    holding = [one for one in group if _holds(one, personal)]
    if holding:
        what = [one.field or f"{one.store}.{one.dataset}" for one in holding]
        reason += f" Personal data was found in {_listed(what)}."
    return Finding(
        id=finding_id(CHECK, *about),
        check=CHECK,
        title=title,
        severity=_PERSONAL if holding else _NEWS,
        confidence=1.0,
        actors=(),
        parties=(),
        clients=(),
        keys=(),
        subjects=0,
        first=None,
        last=None,
        raised=first.since,
        reason=reason,
        evidence=(),
        touches=0,
        tip="correct what names it (mappings of logs, detections, skip), and ask what new personal data is kept for",
        blind_spots=_BLIND_SPOTS,
        datasets=tuple(names),
    )


def _fields(group: list[Drift]) -> Iterator[str]:
    for what, word in _WORDS.items():
        told = [
            f"{one.field} ({one.before} became {one.after})" if what == "retyped_field" else one.field
            for one in group
            if one.what == what
        ]
        if told:
            yield f"{word}: {_listed(told)}"


def _holds(one: Drift, personal: Mapping[tuple[str, str], set[str]]) -> bool:
    held = personal.get((one.store, one.dataset), set())
    if one.what == "new_dataset":
        return bool(held)
    # Of a document column the verdicts are on paths inside it.
    inside = (f"{one.field}.", f"{one.field}[")
    return one.what == "new_field" and any(name == one.field or name.startswith(inside) for name in held)


def _listed(names: list[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more:,} more" if more > 0 else "")


def _plural(count: int, word: str) -> str:
    return word if count == 1 else f"{word}s"
