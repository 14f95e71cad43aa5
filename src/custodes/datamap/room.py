"""Is there room in memory to read one more dataset beside those that are being read?"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

BUDGET: Final = 1_250 << 20  # bytes that datasets being read may take together, about
USUAL: Final = 96 << 20  # what one takes whose cells are of usual size: a batch, its text, the scanner's marks
FULL: Final = 1_500 << 20  # bytes the process may have before nothing more is begun beside what runs
_STATM: Final = Path("/proc/self/statm")


class Room:
    """Counts what is taken. The first dataset always finds room: a single one never takes all of it.

    What a dataset says it needs is an estimate; what the process really has is looked at, too, where the system
    tells it (Linux).
    """

    def __init__(self, budget: int = BUDGET, full: int = FULL) -> None:
        self._budget = budget
        self._full = full
        self._taken = 0
        self._readers = 0

    def enter(self, memory: int) -> bool:
        """Take room for a dataset that needs so many bytes beyond the usual ones; False where there is none now."""
        needed = USUAL + memory
        if self._readers and (self._taken + needed > self._budget or resident() > self._full):
            return False
        self._taken += needed
        self._readers += 1
        return True

    def leave(self, memory: int) -> None:
        """Give it back."""
        self._taken -= USUAL + memory
        self._readers -= 1


def resident() -> int:
    """Bytes of memory the process has now; 0 where the system does not tell."""
    try:
        return int(_STATM.read_bytes().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0
