"""How often did each log name each dataset and fill each column, without reading the evidence of all days again?

Counts of each day are kept in one file. They are derived, and no evidence: each names the segments it was made of, what
came since is added, and a day of which something was removed is counted anew. `ledger verify` makes them again and
tells where they differ: whoever altered them could silence a warning about a mapping.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from custodes import kept
from custodes.errors import CouldNotRun
from custodes.events.pack import read_segment
from custodes.events.words import coded
from custodes.ledger.durable import Disk
from custodes.pipeline.fresh import Fresh

TALLY: Final = "tally.json"
_FORM: Final = 1
_MOST_BYTES: Final = 1 << 28  # a file of any size can be made of holes
# Columns that may be empty in one event, but hardly in all events of a log that maps them.
OPTIONAL: Final = ("behalf", "object", "subject", "party", "tool", "client", "address", "agent", "case", "fields")
EVENTS: Final = "events"  # what is counted beside them: all of them
_COLUMNS: Final = ("source", "dataset", *OPTIONAL)

Counts = dict[tuple[str, str], Counter[str]]  # by log and dataset


@dataclass(slots=True)
class Day:
    """One day. segments: how many of its segments were counted, the first sealed ones. digest: of their names.

    met: by kind of context, the snapshot of it that was compared with them, and whether they had met.
    """

    segments: int = 0
    digest: str = ""
    counts: Counts = field(default_factory=dict)
    met: dict[str, tuple[str, bool]] = field(default_factory=dict)


def tally(data: Path, kept: Sequence[Path], fresh: Fresh) -> dict[str, Day]:
    """The counts of the kept segments by UTC day, brought up to date. kept: the oldest leaf first.

    Raises CouldNotRun when a segment cannot be read.
    """
    known = _load(data)
    days: dict[str, Day] = {}
    for name, segments in by_day(kept).items():
        day = known.get(name, Day())
        if day.segments > len(segments) or day.digest != _digest(segments[: day.segments]):
            day = Day()
        for segment in segments[day.segments :]:
            rows = fresh.of(segment.stem)
            add(day.counts, count(_read(segment) if rows is None else rows))
        if day.segments < len(segments):
            # What was met stays met; what was not may be met by what is new.
            day.met = {kind: told for kind, told in day.met.items() if told[1]}
        day.segments, day.digest = len(segments), _digest(segments)
        days[name] = day
    return days


def keep(data: Path, days: Mapping[str, Day]) -> None:
    """Remember them. Raises CouldNotRun when the disk is full or fails."""
    told = {"form": _FORM, "days": {name: _plain(day) for name, day in days.items()}}
    content = json.dumps(told, separators=(",", ":")).encode()
    target = data / TALLY
    with suppress(OSError):
        if kept.read(target, len(content)) == content:
            return
    disk = Disk()
    part = target.with_suffix(".part")  # of one name, so that one left by a crash is taken over
    disk.sync(disk.write(part, content), part)
    disk.rename(part, target)


def differs(data: Path, kept: Sequence[Path]) -> bool:
    """Whether what is remembered is not what the segments hold. One that cannot be read is told by others."""
    segments = by_day(kept)
    for name, day in _load(data).items():
        made: Counts = {}
        some = segments.get(name, [])[: day.segments]
        if day.digest != _digest(some):
            continue  # the next run counts this day anew
        try:
            for segment in some:
                add(made, count(_read(segment)))
        except CouldNotRun:
            continue
        if made != day.counts:
            return True
    return False


def by_day(kept: Sequence[Path]) -> dict[str, list[Path]]:
    """The segments of each UTC day, in the order given."""
    days: dict[str, list[Path]] = {}
    for segment in kept:
        days.setdefault(segment.parent.name.removeprefix("day="), []).append(segment)
    return days


def count(rows: pa.Table) -> Counts:
    """How many events of each log and dataset there are, and how many of them fill each of OPTIONAL."""
    rows = coded(rows.select(list(_COLUMNS)))
    if not rows.num_rows:
        return {}
    source, dataset = (rows.column(name).chunk(0) for name in ("source", "dataset"))
    width = len(dataset.dictionary)
    key = source.indices.to_numpy().astype(np.int64) * width + dataset.indices.to_numpy()
    size = len(source.dictionary) * width
    found = {EVENTS: np.bincount(key, minlength=size)}
    for name in OPTIONAL:
        column = rows.column(name).chunk(0)
        filled = pc.greater(pc.list_value_length(column), 0) if name == "fields" else column.is_valid()
        found[name] = np.bincount(key[np.asarray(filled)], minlength=size)
    return {
        (source.dictionary[int(at) // width].as_py(), dataset.dictionary[int(at) % width].as_py()): Counter(
            {name: int(numbers[at]) for name, numbers in found.items() if numbers[at]}
        )
        for at in np.flatnonzero(found[EVENTS])
    }


def add(counts: Counts, more: Mapping[tuple[str, str], Counter[str]]) -> None:
    """Add the second to the first."""
    for place, numbers in more.items():
        counts.setdefault(place, Counter()).update(numbers)


def _read(segment: Path) -> pa.Table:
    try:
        return read_segment(segment, _COLUMNS)
    except (OSError, pa.ArrowException, ValueError) as error:
        hint = 'run "custodes ledger verify": it names every file that does not match its proof'
        raise CouldNotRun("a sealed segment cannot be read", where=str(segment), hint=hint) from error


def _digest(segments: Sequence[Path]) -> str:
    # A segment's name is the digest of its bytes.
    return hashlib.sha256("\n".join(one.stem for one in segments).encode()).hexdigest()


def _plain(day: Day) -> dict[str, object]:
    counts = [[source, dataset, dict(sorted(day.counts[source, dataset].items()))] for source, dataset in day.counts]
    return {"segments": day.segments, "digest": day.digest, "counts": counts, "met": day.met}


def _load(data: Path) -> dict[str, Day]:
    """What is remembered; nothing where it cannot be understood, so that all is counted anew."""
    try:
        told: Any = json.loads(kept.read(data / TALLY, _MOST_BYTES))
        if told["form"] != _FORM:
            return {}
        return dict(_days(told["days"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def _days(told: dict[str, Any]) -> Iterator[tuple[str, Day]]:
    for name, day in told.items():
        counts: Counts = {}
        for source, dataset, numbers in day["counts"]:
            counts[str(source), str(dataset)] = Counter({str(column): int(one) for column, one in numbers.items()})
        met = {str(kind): (str(snapshot), bool(whether)) for kind, (snapshot, whether) in day["met"].items()}
        yield name, Day(int(day["segments"]), str(day["digest"]), counts, met)
