"""Which segments are held once more in order of their actor, and which of these indexes can be believed?

An index is made from sealed segments after they were sealed, and is sealed itself: its leaf is the digest of its
directory, which holds the digest of each part. It is believed where that leaf leads to the signed root and each
segment it names is sealed as it says. What is in doubt is not used: its segments are read whole, and that is told.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Final

import pyarrow as pa

from custodes import kept
from custodes.errors import LedgerBroken
from custodes.events import pack
from custodes.events.pack import Covered, Pack, PackDamaged
from custodes.events.words import texts
from custodes.ledger.check_proof import ProofRefused
from custodes.ledger.segments import Seal
from custodes.ledger.tree import leaf_hashes
from custodes.pipeline.evidence import EVENTS, INDEX, day_of, index_leaf
from custodes.pipeline.fresh import Fresh
from custodes.pipeline.progress import Progress
from custodes.pipeline.prune import pruned
from custodes.pipeline.received import count
from custodes.pipeline.signed import SignedTree
from custodes.pipeline.workspace import Workspace
from custodes.records import Skipped

SUFFIX: Final = ".pack"

# Rows of a day without an index that are worth one, and segments of any size: opening each of them costs as much as
# reading some thousand rows. While a day lasts, more of them come: then it takes more, or there would be many indexes.
_ROWS: Final = 5_000
_ROWS_TODAY: Final = 100_000
_SEGMENTS: Final = 16
_SEGMENTS_TODAY: Final = 256

_AT_ONCE: Final = min(os.cpu_count() or 1, 4)  # each holds the rows of its index, and most of the work needs no lock

# Rows of one index: they are sorted in memory, some 300 bytes each.
_MOST_ROWS: Final = 1_000_000

_HINT: Final = 'run "custodes ledger verify", and restore the file from a backup'


@dataclass(slots=True)
class Held:
    """The evidence of some days. packs: believed indexes, by the seal of each. rest: segments that none of them covers.

    doubted: indexes that cannot be believed. `doubt` moves one of the first to the last, with its segments to the rest.
    """

    packs: dict[Seal, Pack] = field(default_factory=dict)
    rest: list[Seal] = field(default_factory=list)
    doubted: list[Skipped] = field(default_factory=list)
    _segments: dict[str, Seal] = field(default_factory=dict)

    def segments_of(self, seal: Seal) -> list[Seal]:
        """The segments that a believed index covers."""
        return [self._segments[one.sha256] for one in self.packs[seal].covers]

    def doubt(self, seal: Seal, why: str) -> None:
        """Do not use this index any more."""
        self.rest += self.segments_of(seal)
        del self.packs[seal]
        self.doubted.append(_doubtful(seal, why))


def held(workspace: Workspace, since: datetime | None = None, until: datetime | None = None) -> Held:
    """The kept evidence of the days that a window touches."""
    sealed = workspace.seals.list()
    gone = pruned(workspace.data, sealed)
    of_days = [seal for seal in sealed if is_of_window(seal, since, until)]
    kept = [seal for seal in of_days if seal.path not in gone or (workspace.data / seal.path).exists()]
    segments = {seal.sha256: seal for seal in kept if seal.path.startswith(f"{EVENTS}/")}
    known = Held(_segments=segments)
    covered: set[str] = set()
    tree = SignedTree(workspace)
    for seal in kept:
        if not seal.path.startswith(f"{INDEX}/"):
            continue
        try:
            opened = _believed(workspace.data / seal.path, seal, tree)
        except (PackDamaged, LedgerBroken) as error:
            known.doubted.append(_doubtful(seal, str(error)))
            continue
        names = {one.sha256 for one in opened.covers}
        if names & covered or not names <= segments.keys():
            continue  # another holds these rows already, or some of them are no longer kept
        if all(_is_of(segments[one.sha256], one) for one in opened.covers):
            known.packs[seal] = opened
            covered |= names
        else:
            known.doubted.append(_doubtful(seal, "it names segments otherwise than they were sealed"))
    known.rest = [seal for name, seal in segments.items() if name not in covered]
    return known


def make_index(workspace: Workspace, progress: Progress, fresh: Fresh | None = None) -> int:
    """Seal an index for what has none and is worth one; how many were made. Some are made beside one another, and are
    whole before the next begin. fresh: rows that need not be read.

    Raises LedgerBroken for a segment that is not what was sealed: an index must not outlive an alteration.
    """
    waiting = list(_due(held(workspace).rest, workspace.clock().date()))
    if waiting:
        progress.step("index")
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for number in range(0, len(waiting), _AT_ONCE):
            progress.advance("indexes", number, len(waiting))
            some = waiting[number : number + _AT_ONCE]
            made = [pool.submit(_made, workspace.data, seals, fresh or Fresh()) for seals in some]
            wait(made)  # before the pen is taken: another writer may want it meanwhile
            _seal(workspace, some, made)
    return len(waiting)


def _seal(workspace: Workspace, groups: Sequence[Sequence[Seal]], made: Sequence[Future[bytes]]) -> None:
    """Those of these indexes that could be made. Raises what making one of the others raised."""
    with workspace.ledger.begin() as batch:
        for seals, one in zip(groups, made, strict=True):
            if one.exception() is None:
                folder = seals[0].path.rpartition("/")[0].replace(EVENTS, INDEX, 1)
                batch.add(folder, SUFFIX, one.result(), [index_leaf(pack.digest_of(one.result()))])
        batch.commit(workspace.clock())
    for one in made:
        one.result()


def _made(data: Path, seals: Sequence[Seal], fresh: Fresh) -> bytes:
    rows = pack.together([_rows(data, seal, fresh) for seal in seals])
    return pack.write(rows, count(rows), [Covered(seal.sha256, seal.first, seal.count - 1) for seal in seals])


def _rows(data: Path, seal: Seal, fresh: Fresh) -> pa.Table:
    rows = fresh.of(seal.sha256)
    return texts(rows, {"fields"}) if rows is not None else _read(data / seal.path, seal)


def _read(file: Path, seal: Seal) -> pa.Table:
    try:
        data = kept.read_of(file, seal.sha256)
        if data is not None:
            return pack.read_segment(pa.BufferReader(data))
    except (OSError, pa.ArrowException) as error:
        raise LedgerBroken("a sealed segment cannot be read", where=seal.path, hint=_HINT) from error
    raise LedgerBroken("a sealed segment was altered", where=seal.path, hint=_HINT)


def _due(seals: Sequence[Seal], today: date) -> Iterator[list[Seal]]:
    """Segments of one day that are worth an index together."""
    days: dict[date, list[Seal]] = {}
    for seal in seals:
        day = day_of(seal.path)
        if day is not None:
            days.setdefault(day, []).append(seal)
    for day, ones in sorted(days.items()):
        over = day < today
        rows = sum(seal.count - 1 for seal in ones)
        if rows < (_ROWS if over else _ROWS_TODAY) and len(ones) < (_SEGMENTS if over else _SEGMENTS_TODAY):
            continue
        group: list[Seal] = []
        for seal in ones:
            if group and sum(one.count for one in group) + seal.count > _MOST_ROWS:
                yield group
                group = []
            group.append(seal)
        yield group


def _believed(file: Path, seal: Seal, tree: SignedTree) -> Pack:
    """The index, if the tree has its leaf. Raises PackDamaged, and LedgerBroken for a tile that cannot be read."""
    opened = Pack(file)
    try:
        tree.must_have(seal.first, leaf_hashes([index_leaf(opened.digest)]))
    except ProofRefused as error:
        raise PackDamaged("its directory is not what was sealed") from error
    opened.open()
    return opened


def _is_of(seal: Seal, covered: Covered) -> bool:
    return (seal.first, seal.count - 1) == (covered.first, covered.count)


def is_of_window(seal: Seal, since: datetime | None, until: datetime | None) -> bool:
    """Whether rows of this segment or index can lie in a window: its folder names their day, as `verify` checks."""
    day = day_of(seal.path)
    if day is None:
        return False
    begins = datetime.combine(day, time(), UTC)
    return (until is None or begins < until) and (since is None or begins + timedelta(days=1) > since)


def files(workspace: Workspace, seals: Sequence[Seal]) -> list[Path]:
    """Where they lie, the oldest leaf first."""
    return [workspace.data / seal.path for seal in sorted(seals, key=lambda one: one.first)]


def _doubtful(seal: Seal, why: str) -> Skipped:
    reason = f"this index is not used, and its segments are read whole: {why}"
    return Skipped("ingest", "", seal.path, reason, _HINT)
