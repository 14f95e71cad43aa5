"""Where does each file of the ledger lie? Everything is below the workspace's data folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from custodes import kept

# Of a checkpoint with dozens of signatures, and of what else is short here; an intent names thousands of files.
MOST_NOTE: Final = 1 << 18
_MOST_INTENT: Final = 1 << 28


@dataclass(frozen=True, slots=True)
class Layout:
    """data: the folder that paths of seals start from."""

    data: Path

    @property
    def ledger(self) -> Path:
        """Checkpoint and tiles: what tlog-tiles calls the log's prefix."""
        return self.data / "ledger"

    @property
    def checkpoint(self) -> Path:
        """The signed head; it and `witnessed` are the only files that are ever replaced."""
        return self.ledger / "checkpoint"

    @property
    def witnessed(self) -> Path:
        """The newest head that a quorum of witnesses cosigned: the one that counts, where witnesses are asked."""
        return self.ledger / "witnessed"

    @property
    def home(self) -> Path:
        """Which folder may sign: a copy is told by it."""
        return self.ledger / "home"

    @property
    def pending(self) -> Path:
        """Files of the batch being written. On the same file system as their targets, so that a rename is atomic."""
        return self.ledger / "pending"

    @property
    def intent(self) -> Path:
        """What the batch is about to put in place."""
        return self.pending / "intent"

    def note(self, file: Path) -> bytes:
        """What one of these short files holds. Raises OSError, also for what is no plain file or no short one."""
        return kept.read(file, _MOST_INTENT if file == self.intent else MOST_NOTE, self.data)
