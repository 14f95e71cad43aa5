"""What do the sealed receipts of one kind say? Only the ledger is believed: each is in the signed tree."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Final

from custodes import kept
from custodes.events.pack import Pack, PackDamaged
from custodes.ledger.check_proof import ProofRefused
from custodes.ledger.segments import Seal, gaps
from custodes.ledger.tree import LEAF_LIMIT, leaf_hashes
from custodes.pipeline.evidence import CONTEXT, EVENTS, INDEX, RECEIPTS, index_leaf
from custodes.pipeline.signed import SignedTree
from custodes.pipeline.workspace import Workspace
from custodes.records import ReceiptKind
from custodes.records.canonical import RECEIPT, file_bytes

_DOUBTS: Final = (OSError, ValueError, KeyError, TypeError, AttributeError, ProofRefused, PackDamaged)


class _Doubtful(ValueError):
    """The state does not tell of these leaves what the ledger does."""


def sealed_receipts(workspace: Workspace, kind: ReceiptKind) -> list[dict[str, Any]] | None:
    """The details of each, in the ledger's order; None where some leaf may be a receipt that is not read.

    So it is where a file of receipts is gone or is not what was sealed, and where the state leaves leaves out or names
    receipts as something else. Nobody can know what the missing ones said, and whoever asks must believe none of them.
    """
    size = workspace.ledger.size  # what another process has sealed since is not looked at yet
    known = workspace.receipts.get(kind)
    if known is not None and known[0] == size:
        return known[1]
    try:
        found = _read(workspace, kind, size)
    except _DOUBTS:
        return None
    workspace.receipts[kind] = size, found
    return found


def _read(workspace: Workspace, kind: ReceiptKind, size: int) -> list[dict[str, Any]]:
    """Raises one of _DOUBTS, LedgerBroken for a tile that cannot be read."""
    found: list[dict[str, Any]] = []
    removed: list[tuple[object, ...]] = []
    indexes: list[Seal] = []
    tree = SignedTree(workspace)
    for seal in _one_after_the_other(workspace, size):
        room = next((one for one in (RECEIPTS, CONTEXT, INDEX, EVENTS) if seal.path.startswith(f"{one}/")), "")
        if room == RECEIPTS:
            for said in _lines(workspace, tree, seal, kind):
                if said["kind"] == kind:
                    found.append(said["detail"])
                if said["kind"] == "prune":
                    removed.append(tuple(said["detail"].get(part) for part in ("path", "sha256", "first", "count")))
        elif seal in workspace.proven:
            continue
        elif room == INDEX:
            indexes.append(seal)
        else:
            _must_be_a_file(tree, seal, room)
            workspace.proven.add(seal)
    gone = set(removed)
    for seal in indexes:
        # What its leaf is made of stands in the file: there is nothing to ask when it was removed on purpose.
        file = workspace.data / seal.path
        if (seal.path, seal.sha256, seal.first, seal.count) not in gone or file.exists():
            tree.must_have(_only(seal), leaf_hashes([index_leaf(Pack(file).digest)]))
            workspace.proven.add(seal)
    return found


def _one_after_the_other(workspace: Workspace, size: int) -> list[Seal]:
    """The seals of all leaves below that size."""
    seals = [seal for seal in workspace.seals.list() if seal.first < size]
    if any(gaps(seals)) or sum(seal.count for seal in seals) != size:
        raise _Doubtful
    return seals


def _lines(workspace: Workspace, tree: SignedTree, seal: Seal, kind: ReceiptKind) -> list[dict[str, Any]]:
    """The receipts in a file that are of this kind, or tell what was removed. Each line was compared with the tree."""
    data = kept.read(workspace.data / seal.path, seal.count * (LEAF_LIMIT + 1), workspace.data)
    lines = data.removesuffix(b"\n").split(b"\n")
    if hashlib.sha256(data).hexdigest() != seal.sha256 or len(lines) != seal.count:
        raise _Doubtful
    if seal not in workspace.proven:  # it names what the file hashes to
        for at, line in enumerate(lines):
            tree.must_have(seal.first + at, leaf_hashes([RECEIPT + line]))
        workspace.proven.add(seal)
    marks = [f'"kind":"{one}"'.encode() for one in (kind, "prune")]
    return [json.loads(line) for line in lines if any(mark in line for mark in marks)]


def _must_be_a_file(tree: SignedTree, seal: Seal, room: str) -> None:
    """By the leaf of the file, no leaf of a receipt can pass for one of these; the file itself need not be there."""
    if room == EVENTS:
        kind, leaf = EVENTS, seal.first + seal.count - 1
    elif room == CONTEXT:
        kind, leaf = seal.path.split("/")[1], _only(seal)
    else:
        raise _Doubtful  # no room of ours: whatever was sealed there, nothing would be read of it
    tree.must_have(leaf, leaf_hashes([file_bytes(kind, bytes.fromhex(seal.sha256))]))


def _only(seal: Seal) -> int:
    """The leaf of a file that is one leaf."""
    if seal.count != 1:
        raise _Doubtful
    return seal.first
