"""Is every byte of the evidence still what was sealed and signed? An auditor's check: it trusts only a public key.

Memory does not grow with the number of leaves. All problems are reported, each with its file.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from custodes.errors import LedgerBroken
from custodes.ledger.check_proof import HASH, Policy, ProofRefused, VerifierKey
from custodes.ledger.checkpoint import Checkpoint, open_checkpoint
from custodes.ledger.fsck_segments import LeavesOf, Looked, looked_at
from custodes.ledger.fsck_tiles import Problem, TreeCheck, lost_partials, most_leaves, stray_tiles
from custodes.ledger.layout import Layout
from custodes.ledger.segments import Seal, Seals, gaps
from custodes.ledger.tiles import TileReader
from custodes.ledger.tree import range_root

__all__ = ["LeavesOf", "Problem", "Report", "verify"]

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Report:
    """What was verified. root: None when no checkpoint could be trusted. segments, leaves: how many were compared."""

    size: int
    root: bytes | None
    segments: int
    leaves: int
    problems: tuple[Problem, ...]

    @property
    def clean(self) -> bool:
        """Whether nothing at all was wrong."""
        return not self.problems


def verify(
    folder: Path,
    seals: Seals,
    key: VerifierKey,
    leaves_of: LeavesOf,
    progress: Progress | None = None,
    *,
    folders: Collection[str] = (),
    policy: Policy | None = None,
    pruned: Mapping[str, str] | None = None,
) -> Report:
    """Compare every segment, leaf, tile and the checkpoint of the log in the data folder `folder` with one another.

    leaves_of: decodes a segment file (an absolute path) into its leaves, in order, or their hashes; it is given only
    files whose hash is right, several at a time from threads of their own. progress: called with leaves done and in
    total. folders: top folders in which every file must be sealed, even if no seal names them. Run it while no writer
    writes: hold `durable.writer_lock`. pruned: paths of segments that were removed on purpose, each with its SHA-256 in
    hexadecimal. policy: what `ledger/witnessed` must satisfy, if there are witnesses; the log's key alone unless given.
    Never raises for what it finds on disk; OSError for a folder it may not list.
    """
    layout, problems = Layout(folder), list[Problem]()
    sealed = seals.list()
    signed = _checkpoint(layout, key, problems)
    head = seals.head()
    total = sealed[-1].first + sealed[-1].count if sealed else 0
    size, root = (signed.size, signed.root) if signed else (total, head.root if head else None)
    if signed and head and head.size == total > signed.size:
        size, root = head.size, head.root  # an older checkpoint was put back: it is to blame, not what came after it
    believed = bool(signed and total <= signed.size) or total <= (most := most_leaves(layout.ledger))
    if not believed:
        # No signature says so: walking through as many leaves as seals like to claim could take for ever.
        size, root = (signed.size, signed.root) if signed else (most, None)
        problems.append(Problem("state.db", f"its seals claim {total} leaves, more than the tiles on disk can hold"))
    for path, expected, found in gaps(sealed):
        problems.append(Problem(path, f"its seal begins at leaf {found}, where leaf {expected} should follow"))
    if believed and signed and total != signed.size:
        problems.append(Problem("ledger/checkpoint", f"covers {signed.size} leaves, but the seals cover {total}"))
    if believed and signed and head and (head.size, head.root) != (signed.size, signed.root):
        problems.append(Problem("ledger/checkpoint", "is not the head that the last seal recorded"))
    check = TreeCheck(layout.ledger, size, root, problems)
    segments = 0
    for seal, looked in looked_at(layout.data, sealed, leaves_of, pruned or {}):
        if looked is None:
            check.trust(max(min(seal.first + seal.count, check.size) - check.count, 0))
        else:
            _segment(seal, looked, check, problems)
        segments += 1
        if progress is not None:
            progress(check.count, size)
    compared = check.compared
    check.trust(size - check.count)
    check.finish()
    _witnessed(layout, replace(policy, logs={key.name: key}) if policy else key, size, problems)
    problems += stray_tiles(layout.ledger, size, {problem.file for problem in problems})
    problems += lost_partials(layout.ledger, size, _checkpointed(sealed))
    problems += _strays(layout, sealed, folders)
    return Report(size, signed.root if signed else None, segments, compared, tuple(sorted(set(problems))))


def _checkpoint(layout: Layout, key: VerifierKey, problems: list[Problem]) -> Checkpoint | None:
    try:
        return open_checkpoint(layout.note(layout.checkpoint), key)
    except ProofRefused as error:
        problems.append(Problem("ledger/checkpoint", f"is refused: {error}"))
    except OSError as error:
        problems.append(Problem("ledger/checkpoint", f"cannot be read: {error.strerror}"))
    return None


def _witnessed(layout: Layout, trusted: VerifierKey | Policy, size: int, problems: list[Problem]) -> None:
    """Compare the head that witnesses cosigned with the tree."""
    try:
        head = open_checkpoint(layout.note(layout.witnessed), trusted)
        if head.size > size:
            problems.append(Problem("ledger/witnessed", f"covers {head.size} leaves, the ledger has {size}"))
        elif range_root(TileReader(layout.ledger, size).node, 0, head.size) != head.root:
            problems.append(Problem("ledger/witnessed", "is a head that the tiles do not extend"))
    except ProofRefused as error:
        problems.append(Problem("ledger/witnessed", f"is refused: {error}"))
    except LedgerBroken:
        pass  # a tile is missing: said already
    except FileNotFoundError:
        if isinstance(trusted, Policy) and size:
            problems.append(Problem("ledger/witnessed", "is missing: no quorum of witnesses has cosigned yet"))
    except OSError as error:
        problems.append(Problem("ledger/witnessed", f"cannot be read: {error.strerror}"))


def _segment(seal: Seal, found: Looked, check: TreeCheck, problems: list[Problem]) -> None:
    """Compare what a segment holds with its seal and the tree."""

    def wrong(what: str) -> None:
        problems.append(Problem(seal.path, what))

    stop = min(seal.first + seal.count, check.size)
    if seal.first < check.count or stop <= seal.first:
        wrong("its seal covers leaves that are not in the signed tree, or that another segment holds")
        return
    check.trust(seal.first - check.count)  # leaves without a seal: the gap is reported already
    if found.altered:
        wrong(found.altered)
    for row in found.rows:
        room = (stop - check.count) * HASH
        check.add(row[:room], seal.path)
        if len(row) > room:
            wrong(f"holds more leaves than the {seal.count} of its seal")
            break
    else:
        if found.undecoded:
            wrong(found.undecoded)
        elif not found.altered and check.count < stop:
            wrong(f"holds {check.count - seal.first} leaves instead of the {seal.count} of its seal")
    check.trust(stop - check.count)


def _checkpointed(sealed: Sequence[Seal]) -> Iterator[int]:
    """Sizes at which a checkpoint was certainly signed: the seals of one batch have one time."""
    for seal, following in pairwise(sealed):
        if seal.sealed_at != following.sealed_at:
            yield seal.first + seal.count


def _strays(layout: Layout, sealed: Sequence[Seal], folders: Collection[str]) -> Iterator[Problem]:
    """Files that lie among the evidence and are not sealed: whoever reads the folder would take them for evidence."""
    known = {seal.path for seal in sealed}
    tops = {"ledger", *folders, *(path.partition("/")[0] for path in known)}
    ours = {"ledger/checkpoint", "ledger/home", "ledger/lock", "ledger/witnessed"}
    for top in sorted(tops):
        if (layout.data / top).is_symlink():
            yield Problem(top, "is a symbolic link: what it leads to can be exchanged without a trace here")
        for where, folders_there, names in os.walk(layout.data / top):
            relative = Path(where).relative_to(layout.data).as_posix()
            if relative == "ledger/pending":
                continue  # pending files are no evidence yet
            links = {name for name in (*folders_there, *names) if os.path.islink(f"{where}/{name}")}  # noqa: PTH114 - thousands of tiles
            for name in sorted(links):
                if (path := f"{relative}/{name}") not in known:
                    yield Problem(path, "is a symbolic link: what it leads to can be exchanged without a trace here")
            if f"{relative}/".startswith("ledger/tile/"):
                continue  # tiles are looked at apart
            for name in names:
                if name not in links and (path := f"{relative}/{name}") not in known | ours:
                    yield Problem(path, "is not sealed, yet lies among sealed files")
