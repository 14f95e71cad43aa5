"""Which copies need a line of their own? Twenty exports of one table are pairwise alike: each is told of the table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from custodes.records import Copy

_WHOLLY: Final = 0.95  # of a field's values stand in the other: that one may be what it was taken from


def copies_text(copies: Sequence[Copy]) -> list[str]:
    """One line for each pair that does not follow from others, and one that counts those that do."""
    told = _needed(copies)
    lines = [f"copy: {one.said} of the values of {one.a} stand in {one.b} as well" for one in told]
    left = len(copies) - len(told)
    if left:
        pairs = (
            "pair of fields shares values, both of which"
            if left == 1
            else "pairs of fields share values, both of which"
        )
        lines.append(f"copy: {left:,} more {pairs} stand in a third field, too (all pairs: scan --json)")
    return lines


def _needed(copies: Sequence[Copy]) -> list[Copy]:
    """Without pairs of which both stand wholly in a third field that ranks above them, so that each is told of that.

    The first of the ranks is kept with all that it holds, so that no field is left without a line.
    """
    inside: defaultdict[str, set[str]] = defaultdict(set)  # by field: the fields that hold it wholly
    for one in copies:
        if one.containment >= _WHOLLY:
            inside[one.a].add(one.b)
        if one.covers >= _WHOLLY:
            inside[one.b].add(one.a)
    holds: defaultdict[str, int] = defaultdict(int)
    for wholes in inside.values():
        for whole in wholes:
            holds[whole] += 1

    def above(third: str, field: str) -> bool:
        return (holds[third], field) > (holds[field], third)  # of equals, the first by name

    return [
        one
        for one in copies
        if not any(above(third, one.a) and above(third, one.b) for third in inside[one.a] & inside[one.b])
    ]
