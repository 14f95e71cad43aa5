"""How did a verdict change from scan to scan?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

#: told: it was not on the map before; changed: its confidence is another; gone: it is no longer on the map.
Turn = Literal["told", "changed", "gone"]


@dataclass(frozen=True, slots=True)
class Change:
    """What one scan changed about one category in one field. confidence, matched, scanned: after it, 0 when gone."""

    time: datetime
    category: str
    turn: Turn
    confidence: float
    matched: int
    scanned: int
