"""When has enough been read of a dataset? When more rows change no verdict, and what is still unseen must be rare."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from custodes.records import Field

FIRST: Final = 20_000  # rows before the first look
RARE: Final = 0.001  # a category that this share of the rows holds must have been seen
_SURE: Final = 0.95
# Rows are read in runs of neighbours, which are alike: ten of them tell as much as one that was drawn by itself.
ALIKE: Final = 10
_GROWTH: Final = 1.25
_LOOKS: Final = 3  # in a row that change nothing
_MOVED: Final = 0.05  # of a confidence


@dataclass(frozen=True, slots=True)
class Limits:
    """How far one dataset is read at most, 0 for no limit: rows, bytes of text, seconds. whole: never stop early."""

    rows: int = 0
    bytes: int = 0
    seconds: float = 0.0
    whole: bool = True


class Enough:
    """Looks at the verdicts now and then while rows of a fair sample come in.

    It is enough when three looks in a row, each after a quarter more rows, changed no verdict, and when a category that
    a thousandth of the rows holds would have been seen in 19 of 20 such samples.
    """

    def __init__(self) -> None:
        self._next = float(FIRST)
        self._before: dict[tuple[str, str], float] | None = None
        self._calm = 0

    def reached(self, rows: int, verdicts: Callable[[], tuple[Field, ...]]) -> bool:
        """Whether to stop after so many rows. verdicts is asked only when it is time to look."""
        if rows < self._next:
            return False
        self._next = rows * _GROWTH
        now = {(one.field, one.category): one.confidence for one in verdicts()}
        self._calm = self._calm + 1 if self._before is not None and _same(self._before, now) else 0
        self._before = now
        return self._calm >= _LOOKS and unseen(rows) <= RARE


def unseen(rows: int) -> float:
    """The largest share of rows that may hold something none of these rows held, with 95 % confidence.

    The exact bound for nothing seen in n draws, 1 - 0.05^(1/n) (Clopper and Pearson 1934), with a tenth of the rows
    as draws (Kish's design effect, set to 10).
    """
    draws = max(1.0, rows / ALIKE)
    return 1.0 - math.pow(1.0 - _SURE, 1.0 / draws)


def _same(before: dict[tuple[str, str], float], now: dict[tuple[str, str], float]) -> bool:
    return before.keys() == now.keys() and all(abs(now[key] - before[key]) <= _MOVED for key in now)
