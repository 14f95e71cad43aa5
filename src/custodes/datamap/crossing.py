"""Would values like these pass a check anyway? Halves of a column's own values, put together anew, are asked."""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import cached_property
from typing import Final

import pyarrow as pa

from custodes import _native
from custodes.datamap.profile import Profile
from custodes.datamap.recognise import Recogniser
from custodes.datamap.tally import scan

_FEWEST: Final = 10  # distinct values of one length below which halves say nothing
_MADE: Final = 256


class Crossing:
    """What the scanner says about a column's values when they are altered; asked once, and only when needed."""

    def __init__(self, profile: Profile, recogniser: Recogniser) -> None:
        self._profile = profile
        self._recogniser = recogniser

    def passing(self, category: str) -> float | None:
        """The share of values made of halves that pass where they have the form; None where too few have it."""
        if self._crossed is None:
            return None
        form = passed = 0
        for index, (rules, _) in enumerate(self._recogniser.patterns):
            if rules.id == category:
                form += self._crossed.whole[index]
                strict = self._recogniser.strict(index)
                passed += self._crossed.whole_valid[index] if strict else self._crossed.whole[index]
        return (passed + 1) / (form + 2) if form >= _FEWEST else None

    @cached_property
    def padded(self) -> _native.CellCounts | None:
        """Counts over the sampled values with the leading zeros back that numbers lose; None where none are lost."""
        length = self._profile.unpadded
        return self._counts([value.zfill(length) for value in self._profile.values]) if length else None

    @cached_property
    def _crossed(self) -> _native.CellCounts | None:
        length = self._profile.unpadded
        return self._counts(crossed([value.zfill(length) for value in self._profile.distinct]))

    def _counts(self, values: Sequence[str]) -> _native.CellCounts | None:
        counted = scan(self._recogniser.scanner, pa.array(values, pa.string())) if values else None
        return counted[0] if counted is not None else None


def crossed(values: Sequence[str]) -> list[str]:
    """New values: the beginning of one and the rest of another of the same length, cut in the second half.

    They keep what the column's values have in common (a range, a prefix, a date in front), and lose what binds the
    end of a value to its beginning: a check digit. The choice is by a fixed seed, so that a scan repeats itself.
    """
    by_length: dict[int, list[str]] = {}
    for value in dict.fromkeys(values):
        by_length.setdefault(len(value), []).append(value)
    groups = [group for length, group in by_length.items() if length >= 4 and len(group) >= _FEWEST]
    if not groups:
        return []
    rng = random.Random(1)  # noqa: S311 - a repeatable choice, no secret
    known = set(values)
    made = []
    for _ in range(4 * _MADE):
        group = rng.choice(groups)
        one, other = rng.choice(group), rng.choice(group)
        cut = rng.randrange(len(one) // 2, len(one))
        value = one[:cut] + other[cut:]
        if value not in known:  # what the column holds already says nothing new
            made.append(value)
        if len(made) == _MADE:
            break
    return made if len(made) >= _FEWEST else []
