"""How much does a table tell that is read in runs of neighbours, where what is rare stands together?

The stopping rule (`datamap/enough.py`) takes ten neighbouring rows for one that was drawn by itself. Here a made-up
table is read as a database is (`stores/ranges.py`), to the rows at which the rule stops at the earliest. A thousandth
of its rows hold what is rare, in groups of so many neighbours. Printed are, over many such tables:

effect   the variance of the share found, by that of as many rows drawn by themselves: Kish's design effect
missed   the share of tables in which none of it was seen; the rule says 5 % at most
bound    the share of the rows for which 5 % would hold: what "may be unseen" should say

    .venv/bin/python dev/design_effect.py
"""

from __future__ import annotations

from typing import Final

import numpy as np

from custodes.datamap.enough import ALIKE, FIRST, RARE, Enough, unseen
from custodes.records import Field
from custodes.stores import ranges

_ROWS: Final = 2_000_000
_TABLES: Final = 2_000
_GROUPS: Final = (1, 3, 10, 30, 100, 300, 1_000)
_SURE: Final = 0.95


def stops_at() -> int:
    """Rows at which the rule stops a reading whose verdicts never change."""
    same = (Field("s", "d", "f", "email", 0.9, 1, 1),)
    rule = Enough()
    rows = FIRST
    while not rule.reached(rows, lambda: same):
        rows += 1
    return rows


def sampled(rows: int) -> np.ndarray:
    """Which rows of the table have been read by then."""
    read = np.zeros(_ROWS, dtype=bool)
    for first, last in ranges.ranges(0, _ROWS - 1, _ROWS):
        read[first : last + 1] = True
        if read.sum() >= rows:
            break
    return read


def found(read: np.ndarray, group: int, share: float, chance: np.random.Generator) -> np.ndarray:
    """For each of many tables, how many rows with the rare thing were read."""
    before = np.concatenate([[0], np.cumsum(read)])
    groups = max(1, round(_ROWS * share / group))
    starts = chance.integers(0, _ROWS - group, size=(_TABLES, groups))
    rows: np.ndarray = (before[starts + group] - before[starts]).sum(axis=1)
    return rows


def bound(read: np.ndarray, group: int, chance: np.random.Generator) -> float:
    """The share at which 19 of 20 tables show it, by halving."""
    low, high = 1e-5, 0.3
    for _ in range(12):
        middle = (low * high) ** 0.5
        if (found(read, group, middle, chance)[:500] > 0).mean() >= _SURE:
            high = middle
        else:
            low = middle
    return float(high)


def main() -> None:
    """One line for each size of group."""
    rows = stops_at()
    read = sampled(rows)
    taken = int(read.sum())
    chance = np.random.default_rng(1)
    print(f"the rule stops after {rows:,} rows at the earliest, and then says {unseen(rows):.2%} may be unseen")
    print(f"it takes {ALIKE} neighbours for one; {taken:,} of {_ROWS:,} rows read, {RARE:.1%} hold what is rare\n")
    print(f"{'neighbours':>10} {'effect':>8} {'missed':>8} {'bound':>8}")
    for group in _GROUPS:
        seen = found(read, group, RARE, chance)
        effect = float(seen.var()) / (taken * RARE * (1 - RARE))
        missed = float((seen == 0).mean())
        print(f"{group:>10,} {effect:>8.1f} {missed:>8.1%} {bound(read, group, chance):>8.2%}")


if __name__ == "__main__":
    main()
