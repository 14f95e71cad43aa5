"""How does somebody else see that a leaf is in the log? A file that stands alone: C2SP tlog-proof."""

from __future__ import annotations

import base64
from pathlib import Path

from custodes.errors import BadInput, LedgerBroken
from custodes.ledger import check_proof as checker
from custodes.ledger.check_proof import HEADER, ProofRefused, VerifierKey
from custodes.ledger.checkpoint import Checkpoint, open_checkpoint
from custodes.ledger.layout import Layout
from custodes.ledger.tiles import TileReader
from custodes.ledger.tree import check_inclusion, inclusion_path

SUFFIX = ".tlog-proof"


def prove(folder: Path, index: int, key: VerifierKey) -> str:
    """The proof of leaf `index` of the log in the data folder `folder`. Only reads; needs no lock and no secret.

    Raises BadInput when there is no such leaf, LedgerBroken when checkpoint or tiles do not support the proof.
    """
    layout = Layout(folder)
    try:
        note, head = _newest(layout, index, key)
    except OSError as error:
        raise LedgerBroken(
            f"the signed checkpoint cannot be read ({error.strerror})",
            where=str(layout.checkpoint),
            hint="restore the file from a backup",
        ) from error
    except ProofRefused as error:
        raise LedgerBroken(
            f"the signed checkpoint is refused: {error}", where=str(layout.checkpoint), hint="restore it from a backup"
        ) from error
    if not 0 <= index < head.size:
        raise BadInput(
            f"there is no leaf {index}",
            hint=f"the ledger has {head.size} leaves, numbered from 0" if head.size else "seal something first",
        )
    node = TileReader(layout.ledger, head.size).node
    path = inclusion_path(node, index, head.size)
    try:
        check_inclusion(index, head.size, node(0, index), path, head.root)
    except ProofRefused as error:
        # Handing out a proof that fails elsewhere would throw doubt on the log instead of on the altered file.
        raise LedgerBroken(
            f"the tiles around leaf {index} do not lead to the signed root",
            where=str(layout.ledger / "tile"),
            hint='run "custodes ledger verify" to see which file was altered',
        ) from error
    hashes = "".join(f"{base64.b64encode(item).decode()}\n" for item in path)
    return f"{HEADER}\nindex {index}\n{hashes}\n{note.decode()}"


def _newest(layout: Layout, index: int, key: VerifierKey) -> tuple[bytes, Checkpoint]:
    """The head that witnesses cosigned, if it covers the leaf: others trust it more. Else the one we signed."""
    if layout.witnessed.exists():
        note = layout.note(layout.witnessed)
        head = open_checkpoint(note, key)
        if index < head.size:
            return note, head
    note = layout.note(layout.checkpoint)
    return note, open_checkpoint(note, key)


def check_proof(text: str, leaf: bytes, key: VerifierKey) -> tuple[int, int]:
    """The leaf's index and the size of the tree it is in. Raises LedgerBroken when the proof does not hold."""
    try:
        return checker.check_proof(text.encode(), leaf, key)
    except ProofRefused as error:
        raise LedgerBroken(
            f"the proof is refused: {error}", hint="ask for a new proof, and check key and leaf file"
        ) from error
