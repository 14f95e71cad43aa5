"""What is on the map once people's rulings are applied to the scan's verdicts?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from custodes.datamap.claim import signed
from custodes.records import Examined, Field, Ruling, Skipped, Suppressed

About = tuple[str, str, str, str]


def rule(
    examined: Iterable[Examined], rulings: Mapping[About, Ruling], now: datetime
) -> tuple[tuple[Examined, ...], tuple[Suppressed, ...]]:
    """The map as people see it, and the verdicts that a ruling keeps off it.

    A confirmed verdict is sure, and stays when a later scan no longer finds it; one that was held not personal comes
    back when the ruling has ended, and says so.
    """
    ruled: list[Examined] = []
    suppressed: list[Suppressed] = []
    for one in examined:
        kept: list[Field] = []
        for verdict in one.verdicts:
            ruling = rulings.get((verdict.store, verdict.dataset, verdict.field, verdict.category))
            if ruling is not None and ruling.decided == "not_personal" and ruling.in_force(now):
                suppressed.append(Suppressed(verdict, ruling))
            else:
                kept.append(_told(verdict, ruling, now))
        found = {(verdict.field, verdict.category) for verdict in one.verdicts}
        missed = [
            Field(
                store,
                dataset,
                field,
                category,
                1.0,
                0,
                0,
                (_why(ruling), signed(-1.0, "the last scan did not find it by itself")),
            )
            for (store, dataset, field, category), ruling in sorted(rulings.items())
            if (store, dataset) == (one.store, one.dataset)
            and ruling.decided == "confirmed"
            and ruling.in_force(now)
            and (field, category) not in found
        ]
        ruled.append(replace(one, verdicts=(*kept, *missed)))
    return tuple(ruled), tuple(suppressed)


def unexamined(examined: Iterable[Examined], rulings: Mapping[About, Ruling], now: datetime) -> tuple[Skipped, ...]:
    """What people confirmed in datasets that are not on the map: nobody has looked whether it is still there."""
    known = {(one.store, one.dataset) for one in examined}
    return tuple(
        Skipped(
            "scan",
            store,
            dataset,
            f"a ruling confirms {category.replace('_', ' ')} in {field}, but the dataset was not examined",
            "have it read again, or withdraw the ruling if the data is gone",
        )
        for (store, dataset, field, category), ruling in sorted(rulings.items())
        if ruling.decided == "confirmed" and ruling.in_force(now) and (store, dataset) not in known
    )


def _told(verdict: Field, ruling: Ruling | None, now: datetime) -> Field:
    if ruling is None or ruling.decided == "withdrawn":
        return verdict
    if ruling.decided == "confirmed" and ruling.in_force(now):
        return replace(verdict, confidence=1.0, reasons=(*verdict.reasons, _why(ruling)))
    if ruling.decided == "not_personal":
        ended = signed(-1.0, f"was held not personal by {ruling.by} until {ruling.until:%Y-%m-%d}, which is over")
        return replace(verdict, reasons=(*verdict.reasons, ended))
    return verdict


def _why(ruling: Ruling) -> str:
    return signed(1.0, f"confirmed by {ruling.by}: {ruling.why}")
