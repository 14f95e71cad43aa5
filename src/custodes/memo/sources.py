"""Where does a figure come from? The footnotes, so that a reader can go from any sentence to its evidence."""

from __future__ import annotations

from collections.abc import Sequence

from custodes.memo.sentence import listed
from custodes.records import Finding, Incident, Overview
from custodes.risk.measures import plural

FINDINGS_NAMED = 3


def data_map(overview: Overview) -> str:
    """The scan behind a figure about stores."""
    stores = {one.store for one in overview.examined}
    read = f"{plural(len(overview.examined), 'dataset')} of {plural(len(stores), 'store')}"
    return f"Data map: {read}, as of {_as_of(overview)}."


def ledger(overview: Overview) -> str:
    """The sealed record behind a figure about touches."""
    status = overview.ledger
    if not status.size:
        return "Ledger: empty."
    verified = "verified" if status.verified else "not verified"
    return f"Ledger {status.origin}: {plural(status.size, 'entry', 'entries')}, root {status.root[:16]}, {verified}."


def logs(overview: Overview) -> str:
    """The logs behind a figure about coverage."""
    return f"Log coverage: {listed([log.log for log in overview.logs], 4) or 'no log'}, as of {_as_of(overview)}."


def gaps(overview: Overview) -> str:
    """The list behind a figure about what was not covered."""
    return f"List of what was not covered: {plural(len(overview.skipped), 'line')}."


def findings(found: tuple[Finding, ...]) -> str:
    """The findings behind a figure; the ledger index of the first touch of each leads to its proof."""
    return named([f"{one.id}{f' (ledger index {one.evidence[0].leaf})' if one.evidence else ''}" for one in found])


def named(ids: Sequence[str]) -> str:
    """`Finding F-1.`, or `Findings F-1, F-2 and 7 more.`"""
    return f"{'Finding' if len(ids) == 1 else 'Findings'} {listed(ids, FINDINGS_NAMED)}."


def incident(one: Incident, found: tuple[Finding, ...]) -> str:
    """The incident and what it rests on."""
    return f"Incident {one.id}. {findings(found)}" if found else f"Incident {one.id}."


def register() -> str:
    """The risk register: the appendix repeats it."""
    return "Risk register: all risks are in the appendix, with the meaning of each level."


def _as_of(overview: Overview) -> str:
    return f"{overview.as_of:%Y-%m-%d %H:%M} UTC"
