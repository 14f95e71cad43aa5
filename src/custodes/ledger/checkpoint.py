"""What did the log sign? Its head: origin, size and root, as in c2sp.org/tlog-checkpoint."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from custodes.ledger.check_proof import Policy, VerifierKey, open_trusted
from custodes.ledger.note import Signer


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of a log. extensions: opaque lines; ours has none, since no monitor can audit them."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """What is signed."""
        lines = (self.origin, str(self.size), base64.b64encode(self.root).decode(), *self.extensions)
        return "".join(f"{line}\n" for line in lines)

    def signed(self, signer: Signer) -> bytes:
        """The note as it is stored."""
        return signer.sign(self.text)


def open_checkpoint(note: bytes, trusted: VerifierKey | Policy) -> Checkpoint:
    """The head in a stored note. Raises ProofRefused unless the log signed exactly this, and a quorum cosigned it."""
    return Checkpoint(*open_trusted(note, trusted))
