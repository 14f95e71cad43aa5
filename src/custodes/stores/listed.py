"""Are the records of a JSON file the rows of a table: lists of one length, perhaps with their names in the first?

So data frames are written, and warehouses: `[["id", "mail"], [1, "ann@example.com"]]`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from custodes.stores import dialect, reading

_LEAST: Final = 3  # rows; of two lists nobody knows
_MOST_WIDE: Final = 2_000
_ALIKE: Final = 0.9


def names(records: Sequence[Any]) -> tuple[str, ...]:
    """What the positions of the first records are called; empty where they are no rows."""
    if len(records) < _LEAST or not all(isinstance(one, list) for one in records):
        return ()
    width, count = Counter(len(one) for one in records).most_common(1)[0]
    if not 2 <= width <= _MOST_WIDE or count < _ALIKE * len(records):
        return ()
    first = records[0]
    if len(first) == width and all(isinstance(cell, str) and cell.strip() for cell in first):
        rows = [[cell if isinstance(cell, str) else "" for cell in one] for one in records if len(one) == width]
        if len(set(first)) == width and dialect.has_header(rows) and dialect.unlike(rows):
            return reading.distinct_names(first)
    return reading.distinct_names([""] * width)


def record(row: Any, told: tuple[str, ...]) -> Any:
    """A row as an object; what is no list stays as it is. None for the row of the names themselves."""
    if not isinstance(row, list):
        return row
    if tuple(row) == told:
        return None
    more = [f"column_{place + 1}" for place in range(len(told), len(row))]
    return dict(zip((*told, *more), row, strict=False))
