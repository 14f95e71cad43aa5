"""What could mislead on this page, because it was not seen? Absence must never look like success."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from custodes.console.words import share
from custodes.records import Overview
from custodes.risk.measures import plural

ROOMS: Final = {"scan": "data", "ingest": "logs", "context": "context", "detect": "detections"}
EVERYTHING: Final = tuple(ROOMS)


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing a reader would otherwise take for covered. room: as in Skipped. where: store, log or detection."""

    room: str
    where: str
    reason: str
    hint: str


def gaps(known: Overview, rooms: Collection[str] = EVERYTHING) -> tuple[Gap, ...]:
    """Everything that was asked for and not, or not wholly, covered in these rooms; what was never asked for too."""
    found = [*_nothing_read(known), *_skipped(known), *_partly(known), *_silent_logs(known)]
    return tuple(gap for gap in found if gap.room in rooms)


def _nothing_read(known: Overview) -> list[Gap]:
    next_run = 'then run "custodes run"'
    found = []
    if not known.examined:
        hint = f"name a store in custodes.toml, {next_run}"
        found.append(Gap("scan", "every store", "no data store has been read", hint))
    if not known.events:
        hint = f"name an access log in custodes.toml, {next_run}"
        found.append(Gap("ingest", "every log", "no access log has been read: nobody knows who touched what", hint))
    elif not known.checks:
        hint = 'run "custodes detect"'
        found.append(Gap("detect", "every detection", "no detection has run to its end: silence means nothing", hint))
    return found


def _skipped(known: Overview) -> list[Gap]:
    return [
        Gap(one.room, ".".join(filter(None, (one.store, one.dataset))), one.reason, one.hint) for one in known.skipped
    ]


def _partly(known: Overview) -> list[Gap]:
    return [
        Gap(
            "scan",
            f"{one.store}.{one.dataset}",
            f"{one.rows_read:,} of {plural(one.rows_total, 'row')} were read ({share(one.rows_read / one.rows_total)})",
            "raise scan.max_rows or scan.timeout in custodes.toml (max_rows = 0 reads all)",
        )
        for one in known.examined
        if one.rows_total and one.rows_read < one.rows_total and not one.sampled
    ]


def _silent_logs(known: Overview) -> list[Gap]:
    told = {one.store for one in known.skipped if one.room == "ingest"}
    found = []
    for log in known.logs:
        if log.log in told:
            continue
        if not log.events and known.events:
            hint = "check that its path matches files that are written now"
            found.append(Gap("ingest", log.log, "no event has come from this log", hint))
        if log.quarantined:
            reason = f"{plural(log.quarantined, 'line')} could not be understood and wait in quarantine"
            found.append(Gap("ingest", log.log, reason, "mend the line or the mapping, then run again"))
    return found
