"""Which old evidence is no longer kept, and who can tell that it was us who removed it?

Only the content of old events goes. Their leaf hashes stay in the tiles, so every proof that was given out, every
later proof and the chain of checkpoints hold as before. What was removed is a leaf itself: a receipt names each file,
is sealed before the file goes, and is what `ledger verify` believes when the file is missing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from custodes import kept
from custodes.errors import BadInput, CouldNotRun
from custodes.ledger.segments import Seal
from custodes.ledger.tree import LEAF_LIMIT
from custodes.pipeline.counts import place_of as counts_of
from custodes.pipeline.evidence import EVENTS, INDEX, RECEIPTS, day_of
from custodes.pipeline.ids import place_of
from custodes.pipeline.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Pruned:
    """files: below the data folder. leaves: how many leaves they held. done: whether they were removed."""

    files: tuple[str, ...]
    leaves: int
    done: bool


def pruned(data: Path, seals: Iterable[Seal]) -> dict[str, str]:
    """The files that sealed receipts say were removed on purpose, each with its SHA-256 in hexadecimal.

    A file of receipts that is not what its seal says, or cannot be read, says nothing here: a line that somebody added
    would hide what it names. Verification compares the receipts themselves with the ledger.
    """
    found: dict[str, str] = {}
    for seal in seals:
        if not seal.path.startswith(f"{RECEIPTS}/"):
            continue
        try:
            # Each leaf is a line of the file: a larger file is not the one that was sealed.
            content = kept.read(data / seal.path, seal.count * (LEAF_LIMIT + 1), data)
            if hashlib.sha256(content).hexdigest() != seal.sha256:
                continue
            told = [json.loads(line) for line in content.splitlines()]
        except (OSError, ValueError):
            continue
        for one in told:
            if isinstance(one, dict) and one.get("kind") == "prune" and isinstance(one.get("detail"), dict):
                found[str(one["detail"].get("path"))] = str(one["detail"].get("sha256"))
    return found


def prune(workspace: Workspace, before: date, *, sure: bool) -> Pruned:
    """Remove the events of the UTC days before that one. sure: do it, not only say what would go.

    Receipts first, files second: a crash between the two leaves files that the next call removes. Raises BadInput for a
    day that is not over, CouldNotRun when a file cannot be removed.
    """
    if before > workspace.clock().date():
        raise BadInput("the day is not over yet", where=before.isoformat(), hint="name a day in the past")
    old = [seal for seal in workspace.seals.list() if (day := day_of(seal.path)) is not None and day < before]
    # Indexes first: they hold the same events, and one whose segments are gone would be all that is left of them.
    old.sort(key=lambda seal: not seal.path.startswith(f"{INDEX}/"))
    there = [seal for seal in old if (workspace.data / seal.path).exists()]
    if sure and there:
        _remove(workspace, there, before)
    return Pruned(tuple(seal.path for seal in there), sum(seal.count for seal in there), done=sure)


def _remove(workspace: Workspace, seals: Sequence[Seal], before: date) -> None:
    known = pruned(workspace.data, workspace.seals.list())
    receipts = [
        workspace.receipt(
            "prune", before=before.isoformat(), path=seal.path, sha256=seal.sha256, first=seal.first, count=seal.count
        )
        for seal in seals
        if known.get(seal.path) != seal.sha256
    ]
    if receipts:
        workspace.seal_receipts(receipts)
    for seal in seals:
        try:
            if seal.path.startswith(f"{EVENTS}/"):
                place_of(workspace.data, workspace.data / seal.path).unlink(missing_ok=True)
                counts_of(workspace.data, seal).unlink(missing_ok=True)
            (workspace.data / seal.path).unlink()
        except OSError as error:
            raise CouldNotRun(
                f"a file cannot be removed ({error.strerror})",
                where=seal.path,
                hint="check its rights, then prune again: what is named in a receipt already goes without another",
            ) from error
