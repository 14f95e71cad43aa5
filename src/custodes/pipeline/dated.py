"""Since when was a snapshot of context known? By a receipt in the ledger, which names the snapshot by its hash.

The state says it too, but whoever can write the state could move a date there without a trace, and with it excuse or
accuse. So the state is asked only of snapshots that no receipt names: those that an earlier release has sealed. The
next snapshot gives them a receipt as well, which holds on to what the state said then; that is told with them.

A mapping that was wrong is mended, and the same rows are read again by the new rules: then that is what was known
when they were read first. Otherwise one typing error of the first day would judge all that lies before it for ever.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Final, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from custodes import kept
from custodes.errors import LedgerBroken
from custodes.ledger.check_proof import ProofRefused
from custodes.ledger.segments import Seal
from custodes.ledger.tree import LEAF_LIMIT, leaf_hashes
from custodes.pipeline.evidence import CONTEXT, RECEIPTS
from custodes.pipeline.signed import SignedTree
from custodes.pipeline.workspace import Workspace
from custodes.records import Receipt
from custodes.records.canonical import RECEIPT

KIND: Final = "context"  # of the receipt
_HINT: Final = 'run "custodes ledger verify": it names every file that does not match its proof'
_MARK: Final = b'"kind":"context"'


@dataclass(frozen=True, slots=True)
class Origin:
    """What a snapshot was made of: a digest of the rows as they came, and the rules of the mapping in words."""

    source: str
    rules: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What was known of one kind of context from a time on. sha256: of the file, in hexadecimal.

    by: what the time is known by: a receipt that was sealed with the snapshot, one that was sealed later and repeats
    what the state said until then, or the state alone.
    leaf: the receipt's, or the snapshot's own where it has none; by it snapshots are in order.
    origin: none of those that were sealed before it was kept.
    mended: when the same rows were read again by other rules, whose reading this is; None where they never were.
    """

    kind: str
    sha256: str
    taken: datetime
    by: Literal["receipt", "later receipt", "state"]
    leaf: int
    file: Path
    origin: Origin | None = None
    mended: datetime | None = None

    @property
    def sealed(self) -> bool:
        """Whether nobody could have moved the time."""
        return self.by == "receipt"

    def table(self) -> pa.Table:
        """Its rows. Raises LedgerBroken for a file that is not the one that was sealed."""
        try:
            data = kept.read_of(self.file, self.sha256)
            if data is not None:
                return pq.ParquetFile(pa.BufferReader(data)).read()
            why = "it was altered"
        except OSError as error:
            why = error.strerror or type(error).__name__
        except (pa.ArrowException, ValueError) as error:
            why = type(error).__name__
        raise LedgerBroken(f"a snapshot cannot be read ({why})", where=str(self.file), hint=_HINT)


def receipt(
    workspace: Workspace,
    kind: str,
    sha256: str,
    now: datetime,
    taken: datetime | None = None,
    *,
    origin: Origin | None = None,
) -> Receipt:
    """What dates a snapshot. taken: of one that was sealed without a receipt, what the state says of it."""
    said = {} if taken is None else {"taken": taken.astimezone(UTC).isoformat()}
    if origin is not None:
        said |= {"source": origin.source, "rules": origin.rules}
    return Receipt(KIND, now, workspace.by, {"table": kind, "sha256": sha256, **said})


def dated(workspace: Workspace) -> list[Snapshot]:
    """Every snapshot of context, the oldest first; one that was true again later is there again.

    Where the same rows were read again by other rules, the rows of the last reading stand at the time of the first.

    Raises LedgerBroken where a receipt that may date one cannot be had, or a snapshot has no date that counts.
    """
    size = workspace.ledger.size
    if workspace.dates is None or workspace.dates[0] != size:
        workspace.dates = size, _corrected(list(_dated(workspace)))
    return workspace.dates[1]


def newest(workspace: Workspace) -> dict[str, Snapshot]:
    """The latest of each kind. Raises as `dated`."""
    return {one.kind: one for one in dated(workspace)}


def _corrected(found: Sequence[Snapshot]) -> list[Snapshot]:
    last = {(one.kind, one.origin.source): one for one in found if one.origin is not None}
    made = []
    for one in found:
        mended = last[one.kind, one.origin.source] if one.origin is not None else one
        same = mended.origin is None or one.origin is None or mended.origin.rules == one.origin.rules
        again = replace(one, sha256=mended.sha256, file=mended.file, origin=mended.origin, mended=mended.taken)
        made.append(one if same else again)
    return made


def _dated(workspace: Workspace) -> Iterator[Snapshot]:
    size = workspace.ledger.size  # what another process has sealed since is not looked at yet
    seals = [seal for seal in workspace.seals.list() if seal.first + seal.count <= size]
    tree = SignedTree(workspace)
    found: list[Snapshot] = []
    broken = ""
    for seal in seals:
        if not seal.path.startswith(f"{RECEIPTS}/"):
            continue
        try:
            for leaf, line in _lines(workspace.data, seal):
                tree.must_have(leaf, leaf_hashes([RECEIPT + line]))
                found.append(_snapshot(workspace.data, leaf, line))
        except (OSError, ValueError, KeyError, TypeError, ProofRefused):
            broken = broken or seal.path
    named = {(one.kind, one.sha256) for one in found}
    for seal in seals:
        kind = _kind(seal)
        if kind is None or (kind, seal.sha256) in named:
            continue
        if broken:
            # It may be this snapshot that the receipt dates: what the state says instead must not count.
            raise LedgerBroken("a receipt that may date a snapshot is not what was sealed", where=broken, hint=_HINT)
        found.append(Snapshot(kind, seal.sha256, seal.sealed_at, "state", seal.first, workspace.data / seal.path))
    # By the ledger's order, in which times do not go back; where the state says otherwise, it is its times that count.
    yield from sorted(found, key=lambda one: (one.taken, one.leaf))


def _lines(data: Path, seal: Seal) -> list[tuple[int, bytes]]:
    """The receipts of snapshots in a file, each with its leaf. Raises OSError, also where it is not what was sealed."""
    content = kept.read(data / seal.path, seal.count * (LEAF_LIMIT + 1), data)
    if hashlib.sha256(content).hexdigest() != seal.sha256 or not seal.path.endswith(f"/{seal.sha256}.jsonl"):
        raise OSError("another file than was sealed")
    if _MARK not in content:
        return []
    marked = [(seal.first + at, line) for at, line in enumerate(content.splitlines()) if _MARK in line]
    return [(leaf, line) for leaf, line in marked if json.loads(line)["kind"] == KIND]


def _snapshot(data: Path, leaf: int, line: bytes) -> Snapshot:
    said = json.loads(line)
    detail = said["detail"]
    kind, sha256, taken = str(detail["table"]), str(detail["sha256"]), detail.get("taken")
    moment = datetime.fromisoformat(str(said["time"] if taken is None else taken))
    by: Literal["receipt", "later receipt"] = "receipt" if taken is None else "later receipt"
    origin = Origin(str(detail["source"]), str(detail["rules"])) if "source" in detail and "rules" in detail else None
    return Snapshot(kind, sha256, moment, by, leaf, data / CONTEXT / kind / f"{sha256}.parquet", origin)


def _kind(seal: Seal) -> str | None:
    return seal.path.split("/")[1] if seal.path.startswith(f"{CONTEXT}/") else None


def undated(workspace: Workspace) -> list[Snapshot]:
    """Those that no receipt names: an earlier release has sealed them."""
    return [one for one in dated(workspace) if one.by == "state"]


def misdated(data: Path, seals: Sequence[Seal]) -> Iterator[tuple[str, str]]:
    """Where the state's times are not those of the ledger: (file, what is wrong). Never raises for what is on disk.

    What the receipts say is compared with the tree by whoever verifies their file.
    """
    for before, after in pairwise(seals):
        if after.sealed_at < before.sealed_at:
            yield "state.db", f"by its times of seals {after.path} was sealed before what precedes it in the ledger"
    times = {(_kind(seal), seal.sha256): seal.sealed_at for seal in seals}
    for one in _told(data, seals):
        said = times.pop((one.kind, one.sha256), None)  # of what was true again later, the first receipt
        if said is not None and said != one.taken:
            path = one.file.relative_to(data).as_posix()
            yield "state.db", f"says another time of {path} than the receipt that was sealed with it"


def _told(data: Path, seals: Iterable[Seal]) -> Iterator[Snapshot]:
    for seal in seals:
        if seal.path.startswith(f"{RECEIPTS}/"):
            try:
                for leaf, line in _lines(data, seal):
                    yield _snapshot(data, leaf, line)
            except (OSError, ValueError, KeyError, TypeError):
                continue
