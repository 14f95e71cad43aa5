"""In which rows of the evidence does an event of this id stand, without reading all of it?

For each sealed segment a file in `ids/` holds one number per event, in order: a key of its id, and its row. It is
derived, and no evidence: it may be removed at any time, and `ingest` makes what is missing. Nothing is believed by it
alone. A row it names is read and compared; an id it does not name is looked for in all segments; and `ledger verify`
makes each file again from its segment and names one that differs, by which an entry that somebody hid comes to light.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import numpy as np

from custodes import _native, kept
from custodes.errors import LedgerBroken
from custodes.events import segments
from custodes.events.plain_lines import cut
from custodes.ledger.durable import Disk
from custodes.ledger.segments import Seal
from custodes.pipeline.evidence import EVENTS

IDS: Final = "ids"
_WIDTH: Final = 8  # bytes of an entry
_SPREAD: Final = 6  # so many times the square root of the number of entries an entry may be from where it is expected
_FEW: Final = 16  # rows that are read one by one: more are found sooner by searching all
_MOST_THREADS: Final = 4
_MOST_BYTES: Final = 1 << 27  # of an index: segments have a twentieth of the events; it may be read whole


def place_of(data: Path, segment: Path) -> Path:
    """The index of a sealed segment."""
    return data / IDS / f"{segment.name.partition('.')[0]}.ids"


def complete(data: Path, kept: Sequence[Path]) -> None:
    """Make the index of each of these segments that has none. Raises CouldNotRun when the disk is full or fails.

    A segment that cannot be read gets none: who asks is told by the full search, and `ledger verify` names it.
    """
    disk = Disk()
    for segment in kept:
        target = place_of(data, segment)
        if os.path.lexists(target):
            continue  # also where it is something else: verification names it, and the answer does without
        try:
            entries = _entries(segment)
        except LedgerBroken:
            continue
        disk.make_folder(target.parent)
        part = target.with_suffix(".part")  # of one name, so that one left by a crash is taken over
        # Whole and durable before it has its name: one that was cut off would hide events.
        disk.sync(disk.write(part, entries), part)
        disk.rename(part, target)


def find(data: Path, kept: Sequence[Path], event: str) -> list[dict[str, object]]:
    """The rows that hold this id, by the index; none where it names none or many, or a segment has no index."""
    key = _native.id_key(event.encode())
    candidates: list[tuple[Path, int]] = []
    for segment in kept:
        named = _named(data, place_of(data, segment), key)
        if named is None:
            return []
        candidates += [(segment, row) for row in named]
    if len(candidates) > _FEW:
        return []
    found: list[dict[str, object]] = []
    for segment, row in candidates:
        found += [one for one in segments.read_row(segment, row) if one["event_id"] == event]
    return found


def differing(data: Path, sealed: Sequence[Seal]) -> Iterator[str]:
    """The indexes that do not say what their segments hold, as paths below the data folder.

    A segment that cannot be read is reported by whoever compares it with the ledger.
    """
    there = [data / seal.path for seal in sealed if seal.path.startswith(f"{EVENTS}/")]
    there = [segment for segment in there if segment.exists() and os.path.lexists(place_of(data, segment))]
    with ThreadPoolExecutor(min(os.cpu_count() or 1, _MOST_THREADS)) as pool:
        for segment, right in zip(there, pool.map(lambda one: _is_right(data, one), there), strict=True):
            if not right:
                yield place_of(data, segment).relative_to(data).as_posix()


def _is_right(data: Path, segment: Path) -> bool:
    try:
        expected = _entries(segment)
    except LedgerBroken:
        return True
    index = place_of(data, segment)
    try:
        # One more byte than it may have is not read: a file of any size can be made of holes.
        return kept.read(index, len(expected), data) == expected
    except OSError:
        return False


def _entries(segment: Path) -> bytes:
    """What the index of a segment holds. Raises LedgerBroken."""
    parts: list[bytes] = []
    row = 0
    for column in filter(len, segments.ids(segment)):
        parts.append(_native.id_rows(*cut(column), len(column), row))
        row += len(column)
    numbers = np.frombuffer(b"".join(parts), "<u8").copy()
    numbers.sort()
    return numbers.tobytes()


def _named(data: Path, index: Path, key: int) -> list[int] | None:
    """The rows that have this key; None where there is no index that could tell."""
    try:
        with kept.opened(index, data) as file:
            size = os.fstat(file.fileno()).st_size
            if size % _WIDTH or size > _MOST_BYTES:
                return None
            count = size // _WIDTH
            # Keys are spread evenly, so that one read finds the place; where it does not, all is read.
            reach = _SPREAD * int(count**0.5) + 64
            expected = key * count >> 32
            start, stop = max(expected - reach, 0), min(expected + reach, count)
            numbers = _read(file.fileno(), start, stop)
            inside = (
                len(numbers) > 0
                and (start == 0 or numbers[0] >> 32 < key)
                and (stop == count or numbers[-1] >> 32 > key)
            )
            if not inside:
                numbers = _read(file.fileno(), 0, count)
    except OSError:
        return None
    first, last = np.searchsorted(
        numbers, np.array([key << 32, (key + 1) << 32 if key + 1 < 1 << 32 else (1 << 64) - 1], np.uint64)
    )
    return [int(number) & 0xFFFF_FFFF for number in numbers[first:last]]


def _read(descriptor: int, start: int, stop: int) -> np.ndarray[Any, np.dtype[Any]]:
    return np.frombuffer(os.pread(descriptor, (stop - start) * _WIDTH, start * _WIDTH), "<u8")
