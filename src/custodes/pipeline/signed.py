"""Is this leaf in the signed tree? Asked of what is about to be believed, without reading what lies around it."""

from __future__ import annotations

from functools import cache

from custodes.ledger.check_proof import ProofRefused
from custodes.ledger.tiles import TileReader
from custodes.ledger.tree import check_inclusion, inclusion_path
from custodes.pipeline.workspace import Workspace


class SignedTree:
    """The tree of the workspace's ledger as it is now.

    A tile is a file like any other: what it says of a leaf counts where it leads to the root.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._size = workspace.ledger.size
        self._root = workspace.ledger.root
        # Paths of many leaves share what lies above them.
        self._node = cache(TileReader(workspace.data / "ledger", self._size).node)

    def must_have(self, index: int, leaf: bytes) -> None:
        """Raises ProofRefused unless the leaf hash is there, LedgerBroken for a tile that cannot be read."""
        if not 0 <= index < self._size:
            raise ProofRefused("there is no such leaf")
        check_inclusion(index, self._size, leaf, inclusion_path(self._node, index, self._size), self._root)
