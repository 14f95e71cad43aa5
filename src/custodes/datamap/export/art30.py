"""Which processing goes on? The record that GDPR Art. 30(1) asks a controller to keep, a row per activity and dataset.

Its points (a) to (g) are columns; what the owner has not stated is told so in its cell, and what was not covered has
rows of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from custodes.datamap.export.cells import Sheet
from custodes.datamap.export.told import NONE, MapTold, ends, far, listed, sure
from custodes.records import Examined
from custodes.records.processing import EEA, NOT_STATED, Processing, Transfer

HEADINGS: Final = (
    "row",
    "processing activity",
    "controller",
    "controller contact",
    "representative",
    "data protection officer",
    "joint controllers",
    "purposes",
    "legal basis",
    "categories of data subjects",
    "categories of personal data",
    "special categories (Art. 9, 10)",
    "recipients",
    "transfers to third countries",
    "time limits for erasure",
    "security measures",
    "owner",
    "store",
    "dataset",
    "fields",
    "known flows to other datasets",
    "how far it was read",
    "note",
)
_UNKNOWN: Final = "not known"


def record(told: MapTold) -> Sheet:
    """The whole record as one table: rows `processing`, then `ruled not personal` and `not covered`."""
    rows = [*_processing(told), *_ruled(told), *_uncovered(told)]
    return Sheet("Record of processing", HEADINGS, tuple(tuple(row[name] for name in HEADINGS) for row in rows))


def sheets(told: MapTold) -> tuple[Sheet, ...]:
    """The same as the sheets of a workbook, with what is not stated and not covered on sheets of their own."""
    rows = [*_processing(told), *_ruled(told)]
    gaps = tuple((one.store or "all", one.dataset or "all of it", one.reason, one.hint) for one in told.gaps)
    missing = tuple(told.missing())
    return (
        Sheet("Record of processing", HEADINGS, tuple(tuple(row[name] for name in HEADINGS) for row in rows)),
        Sheet("Not covered", ("store", "dataset", "reason", "next step"), gaps or (("", "", "nothing", ""),)),
        Sheet("Not stated", ("of", "what is not stated"), missing or (("", "nothing"),)),
        Sheet("About", ("what", "said"), _about(told)),
    )


def _about(told: MapTold) -> tuple[tuple[str, str], ...]:
    return (
        ("company", told.name),
        ("made", told.made.isoformat(timespec="seconds")),
        ("datasets read", f"{len(told.examined):,}"),
        ("of these with personal data", f"{len(told.personal()):,}"),
        ("not covered", f"{len(told.gaps):,}"),
        ("where it comes from", "kinds of data: the scan. Everything else: the owner's custodes.toml"),
    )


def _processing(told: MapTold) -> Iterator[dict[str, str]]:
    seen: set[str] = set()
    for activity in told.processing:
        for one in told.personal():
            if activity.names(one.store, one.dataset) is not None:
                seen.add(activity.name)
                yield _row(told, one, activity)
        if activity.name not in seen:
            note = "none of its datasets is on the data map with personal data"
            yield _stated(told, activity) | {"store": NONE, "dataset": NONE, "note": note}
    for one in told.personal():
        if not told.activities(one.store, one.dataset):
            yield _row(told, one, None)


def _row(told: MapTold, one: Examined, activity: Processing | None) -> dict[str, str]:
    special = [told.category(each).title for each in one.verdicts if "special" in told.category(each).flags]
    fields = [f"{each.field}: {told.category(each).title} ({sure(each)} sure)" for each in one.verdicts]
    return _stated(told, activity) | {
        "categories of personal data": listed(told.titles(one)),
        "special categories (Art. 9, 10)": listed(special, "none recognised"),
        "transfers to third countries": _transfers(activity, told.keeping(one.store).country, one.store),
        "security measures": listed(told.security(one, activity)),
        "owner": told.owner(one, activity) or NOT_STATED,
        "store": one.store,
        "dataset": one.dataset,
        "fields": listed(fields),
        "known flows to other datasets": ends(told.flows_out(one.store, one.dataset), "target"),
        "how far it was read": far(one),
        "note": NONE if activity else "no processing activity in custodes.toml names this dataset",
    }


def _stated(told: MapTold, activity: Processing | None) -> dict[str, str]:
    """What the owner states of an activity; of a dataset without one, that nothing is stated."""
    one = activity or Processing("", NOT_STATED, ())
    recipients = NOT_STATED if one.recipients is None else listed(one.recipients, NONE)
    return {
        **dict.fromkeys(HEADINGS, _UNKNOWN),
        "row": "processing",
        "processing activity": one.title,
        **_controller(told),
        "purposes": listed(one.purposes),
        "legal basis": one.basis.replace("_", " ") or NOT_STATED,
        "categories of data subjects": listed(one.subjects),
        "recipients": recipients,
        "transfers to third countries": _transfers(one, "", ""),
        "time limits for erasure": one.retention or NOT_STATED,
        "security measures": listed(one.security),
        "owner": one.owner or NOT_STATED,
        "note": NONE,
    }


def _controller(told: MapTold) -> dict[str, str]:
    said = told.controller
    return {
        "controller": said.name or NOT_STATED,
        "controller contact": said.contact or NOT_STATED,
        "representative": said.representative or NOT_STATED,
        "data protection officer": said.officer or NOT_STATED,
        "joint controllers": listed(said.joint),
    }


def _transfers(activity: Processing | None, country: str, store: str) -> str:
    stated = activity.transfers if activity else None
    told = [_transfer(one) for one in stated or ()]
    if country and country not in EEA:
        told.append(f"kept in {country} (store {store})")
    if told and stated is None:
        told.append(f"others {NOT_STATED}")
    return listed(told, NOT_STATED if stated is None else NONE)


def _transfer(one: Transfer) -> str:
    where = f"{one.country}, outside of the EEA" if one.country not in EEA else f"{one.country}, inside the EEA"
    return f"{one.recipient or f'recipient {NOT_STATED}'} in {where}: safeguards {one.safeguards or NOT_STATED}"


def _ruled(told: MapTold) -> Iterator[dict[str, str]]:
    for one in told.suppressed:
        verdict, ruling = one.verdict, one.ruling
        until = f" until {ruling.until:%Y-%m-%d}" if ruling.until else ""
        yield {
            **dict.fromkeys(HEADINGS, "not applicable: ruled not personal"),
            "row": "ruled not personal",
            "store": verdict.store,
            "dataset": verdict.dataset,
            "fields": f"{verdict.field}: {told.category(verdict).title} ({sure(verdict)} sure)",
            "note": f"ruled by {ruling.by}{until}: {ruling.why}",
        }


def _uncovered(told: MapTold) -> Iterator[dict[str, str]]:
    for one in told.gaps:
        yield {
            **dict.fromkeys(HEADINGS, _UNKNOWN),
            "row": "not covered",
            "store": one.store or "all",
            "dataset": one.dataset or "all of it",
            "note": f"{one.reason}. Next: {one.hint}" if one.hint else one.reason,
        }
