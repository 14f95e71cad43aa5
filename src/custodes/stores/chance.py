"""How are rows drawn of what has no places to begin at: a view, a foreign table, a table without a usable key?

By the server's dice, with a chance that its own count or estimate of the rows suggests. It goes through all of them for
that, as long as a statement may take. Where it cannot, the first rows are read, and that is said.
"""

from __future__ import annotations

import math
from typing import Final

from custodes.stores.interface import Unreadable

SECONDS: Final = 30.0  # that counting the rows of a view may take, where the count is not the server's own estimate
# Rows past those wanted would be cut off at the end: a little less is asked for than an estimate that is nearly right
# suggests, and by four standard deviations less than the dice may give.
_CAREFUL: Final = 0.95
_DEVIATIONS: Final = 4.0

_HINT: Final = "raise scan.max_rows, or scan with --full"


def share(rows: float | None, wanted: int) -> float | None:
    """The chance of a row to be drawn, so that about `wanted` of so many are; None where all or the first are read."""
    if rows is None or rows <= wanted:
        return None
    return _CAREFUL * max(1.0, wanted - _DEVIATIONS * math.sqrt(wanted)) / rows


def cut(given: int, wanted: int, chance: float | None, *, counted: bool = False) -> Unreadable | None:
    """What to say of a reading that came to its limit; None where it did not. counted: there are no more rows."""
    if given < wanted or (counted and chance is None):
        return None
    if chance is None:
        return Unreadable(f"only its first {given:,} rows were read: how many there are is not known", _HINT)
    return Unreadable(
        f"its {given:,} rows were drawn by chance, but there are more than the server estimates: the last were not met",
        _HINT,
    )


def late(given: int) -> Unreadable:
    """What to say where the time for a statement ended the drawing after so many rows."""
    return Unreadable(
        f"rows were drawn by chance until the time-out: only its beginning was met, {given:,} rows of it",
        "raise scan.timeout and scan.max_seconds, or read it at a quiet hour with --full",
    )


def first(given: int) -> Unreadable:
    """What to say where the first rows were read, because drawing by chance gave none in time."""
    return Unreadable(
        f"only its first {given:,} rows were read: drawing them by chance takes longer than the time-out",
        "raise scan.timeout and scan.max_seconds, or read it at a quiet hour with --full",
    )
