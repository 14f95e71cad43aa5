"""Which records did rules match when they were read? Kept for each log, because logs are rotated away.

A record is read once by each rule: what it matched is known by the event's id, so that a file that is gone since takes
no finding with it, and an unchanged one is not read again. Of a record nothing is kept but that id and, for rules that
feed correlations, keyed tokens of the values they group by and the numbers they add up. It is no evidence: evidence is
the sealed event of that id. Removed, it is made again, as far as the logs are there.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Final
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet as pq

from custodes.events.interface import Position
from custodes.kept import opened
from custodes.ledger.durable import Disk

FOLDER: Final = "sigma"
_KEY: Final = b"custodes.sigma"
_SCHEMA: Final = pa.schema(
    [("rule", pa.string()), ("event_id", pa.string()), ("values", pa.list_(pa.string())), ("sealed", pa.bool_())]
)

Values = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class ReadFile:
    """How far a file was read, and by which rules (their digests). unsealed: records they matched and that became no
    event. matched: by rule, how many events they matched, also where these are too many to be kept.
    """

    position: Position
    rules: frozenset[str]
    unsealed: int = 0
    matched: Mapping[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Kept:
    """Of one log. matches: by digest of a rule, values by event id. crowded: rules that match too much.

    sealed: ids that were found among the sealed events: one that is not there any more was removed on purpose.
    """

    files: dict[str, ReadFile] = field(default_factory=dict)
    matches: dict[str, dict[str, Values]] = field(default_factory=dict)
    crowded: set[str] = field(default_factory=set)
    sealed: set[str] = field(default_factory=set)

    def only(self, digests: frozenset[str]) -> None:
        """Forget rules that are not asked any more."""
        for gone in set(self.matches) - digests:
            del self.matches[gone]
        self.crowded &= digests
        for name, one in self.files.items():
            matched = {digest: count for digest, count in one.matched.items() if digest in digests}
            self.files[name] = replace(one, rules=one.rules & digests, matched=matched)

    def bound(self, most: int, of_all: int) -> None:
        """Let go of rules that match more than most, and while all have more than of_all, of the one with the most."""
        for digest, found in list(self.matches.items()):
            if len(found) > most:
                self._crowd(digest)
        while sum(map(len, self.matches.values())) > of_all:
            self._crowd(max(self.matches, key=lambda digest: (len(self.matches[digest]), digest)))

    def _crowd(self, digest: str) -> None:
        self.crowded.add(digest)
        self.matches.pop(digest, None)
        self._unread(digest)

    def _unread(self, digest: str) -> None:
        """No file counts as read by it: of what it matched there nothing is kept."""
        for name, one in self.files.items():
            self.files[name] = replace(one, rules=one.rules - {digest})

    def lift(self, there: Collection[str], most: int, of_all: int) -> None:
        """Ask rules again that matched too much, once what is there has fewer matches. there: names of files."""
        room = of_all - sum(map(len, self.matches.values()))
        for digest in sorted(self.crowded, key=lambda one: (self.count(one, there), one)):
            count = self.count(digest, there)
            if count <= min(most, room):
                self.crowded.discard(digest)
                self._unread(digest)
                room -= count

    def count(self, digest: str, there: Collection[str] | None = None) -> int:
        """How many events a rule matched, in all files or in these."""
        return sum(one.matched.get(digest, 0) for name, one in self.files.items() if there is None or name in there)

    def settle(self, there: Collection[str]) -> int:
        """Forget what was sealed and is gone; how many of the matched ids are not sealed."""
        lacking: set[str] = set()
        for found in self.matches.values():
            for event_id in [one for one in found if one not in there]:
                if event_id in self.sealed:
                    del found[event_id]
                else:
                    lacking.add(event_id)
        self.sealed = set(there)
        return len(lacking)


def place(data: Path, log: str) -> Path:
    """The file of one log."""
    return data / FOLDER / f"{quote(log, safe='')}.parquet"


def load(data: Path, log: str) -> Kept:
    """What was kept; nothing where the file is missing or damaged, so that the logs are read again."""
    kept = Kept()
    try:
        with opened(place(data, log)) as file:
            table = pq.ParquetFile(file).read()
        told = json.loads(table.schema.metadata[_KEY])
        for name, one in told["files"].items():
            matched = {str(digest): int(count) for digest, count in one.get("matched", {}).items()}
            position = Position(**one["position"])
            kept.files[name] = ReadFile(position, frozenset(one["rules"]), int(one["unsealed"]), matched)
        kept.crowded = set(told["crowded"])
        columns = (table.column(name).to_pylist() for name in _SCHEMA.names)
        for rule, event_id, values, sealed in zip(*columns, strict=True):
            kept.matches.setdefault(rule, {})[event_id] = tuple(values)
            if sealed:
                kept.sealed.add(event_id)
    except (OSError, pa.ArrowException, ValueError, KeyError, TypeError, AttributeError):
        return Kept()
    return kept


def save(data: Path, log: str, kept: Kept) -> None:
    """Whole or not at all: a crash leaves what was kept before. Raises CouldNotRun when the disk is full or fails."""
    rows = [
        (rule, event_id, values, event_id in kept.sealed)
        for rule, found in kept.matches.items()
        for event_id, values in found.items()
    ]
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(_SCHEMA)
    told = {
        "files": {
            name: {
                "position": asdict(one.position),
                "rules": sorted(one.rules),
                "unsealed": one.unsealed,
                "matched": dict(one.matched),
            }
            for name, one in kept.files.items()
        },
        "crowded": sorted(kept.crowded),
    }
    arrays = [pa.array(column, kind) for column, kind in zip(columns, _SCHEMA.types, strict=True)]
    sink = pa.BufferOutputStream()
    schema = _SCHEMA.with_metadata({_KEY: json.dumps(told).encode()})
    pq.write_table(pa.Table.from_arrays(arrays, schema=schema), sink, compression="zstd")
    disk, target = Disk(), place(data, log)
    disk.make_folder(target.parent)
    part = target.with_suffix(".part")
    disk.sync(disk.write(part, sink.getvalue().to_pybytes()), part)
    disk.rename(part, target)
