"""Which part of a table is read next? Ranges of its key in random order, so that what was read is a fair sample."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from typing import Final

LARGE: Final = 20_000  # a smaller table is read through
_EACH: Final = 512  # rows a range is expected to have: few neighbours in each of many places
_TOGETHER: Final = 8  # ranges that are asked for at once
_MOST: Final = 1_000_000


def ranges(low: int, high: int, rows: int) -> Iterator[tuple[int, int]]:
    """First and last key of each range, both inclusive; together they are low to high.

    rows: how many there are between, so that a range is worth asking for. Keys with gaps make ranges of other sizes;
    each row is in exactly one all the same.
    """
    span = high - low + 1
    count = max(1, min(_MOST, -(-rows // _EACH), span))
    # Seeded by what is there, so that a second scan of the same table says the same.
    chance = random.Random(low ^ high ^ rows)  # noqa: S311 - a choice, not a secret
    order = list(range(count))
    chance.shuffle(order)
    for number in order:
        yield low + span * number // count, low + span * (number + 1) // count - 1


def together(queries: Iterable[str]) -> Iterator[str]:
    """Some queries of one form as one."""
    held: list[str] = []
    for query in queries:
        held.append(query)
        if len(held) == _TOGETHER:
            yield " UNION ALL ".join(held)
            held = []
    if held:
        yield " UNION ALL ".join(held)
