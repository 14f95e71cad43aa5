"""What do the sealed receipts of one kind say? Only the ledger is believed: each is in the signed tree."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from custodes import kept
from custodes.ledger.check_proof import ProofRefused
from custodes.ledger.tree import LEAF_LIMIT, leaf_hashes
from custodes.pipeline.evidence import RECEIPTS
from custodes.pipeline.signed import SignedTree
from custodes.pipeline.workspace import Workspace
from custodes.records import ReceiptKind
from custodes.records.canonical import RECEIPT


def sealed_receipts(workspace: Workspace, kind: ReceiptKind) -> list[dict[str, Any]] | None:
    """The details of each, in the ledger's order; None where a file of receipts is gone, or is not what was sealed.

    Then nobody can know what the missing ones said, and whoever asks must believe none of them.
    """
    size = workspace.ledger.size  # what another process has sealed since is not looked at yet
    known = workspace.receipts.get(kind)
    if known is not None and known[0] == size:
        return known[1]
    found = _read(workspace, kind, size)
    if found is not None:
        workspace.receipts[kind] = size, found
    return found


def _read(workspace: Workspace, kind: ReceiptKind, size: int) -> list[dict[str, Any]] | None:
    found: list[dict[str, Any]] = []
    tree = SignedTree(workspace)
    mark = f'"kind":"{kind}"'.encode()
    for seal in workspace.seals.list():
        if not seal.path.startswith(f"{RECEIPTS}/") or seal.first + seal.count > size:
            continue
        try:
            data = kept.read(workspace.data / seal.path, seal.count * (LEAF_LIMIT + 1), workspace.data)
            if hashlib.sha256(data).hexdigest() != seal.sha256:
                return None
            for at, line in enumerate(data.splitlines() if mark in data else ()):
                said = json.loads(line)
                if said["kind"] == kind:
                    tree.must_have(seal.first + at, leaf_hashes([RECEIPT + line]))
                    found.append(said["detail"])
        except (OSError, ValueError, KeyError, TypeError, ProofRefused):
            return None
    return found
