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
_SHORTEST: Final = 3
_MADE: Final = 256
_MOST: Final = 0.5  # of an alphabet's signs must be seen in a place that is said to be free
# The smallest that holds what is seen counts; so a place of hexadecimal digits is not taken for one of letters.
_ALPHABETS: Final = (
    "0123456789",
    "0123456789ABCDEF",
    "0123456789abcdef",
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "abcdefghijklmnopqrstuvwxyz",
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "0123456789abcdefghijklmnopqrstuvwxyz",
)


class Crossing:
    """What the scanner says about a column's values when they are altered; asked once, and only when needed."""

    def __init__(self, profile: Profile, recogniser: Recogniser) -> None:
        self._profile = profile
        self._recogniser = recogniser

    def passing(self, category: str) -> float | None:
        """The share of values made of halves that pass where they have the form; None where too few have it."""
        return self._share(category, self._crossed)

    def luckier(self, category: str, chance: float) -> float | None:
        """`passing` where it is higher than chance by more than its sample explains; None otherwise."""
        local = self.passing(category)
        noise = (chance * (1 - chance) / _MADE) ** 0.5
        return local if local is not None and local > chance + 3 * noise + 1 / _MADE else None

    def _share(self, category: str, counts: _native.CellCounts | None) -> float | None:
        if counts is None:
            return None
        form = passed = 0
        for index, (rules, _) in enumerate(self._recogniser.patterns):
            if rules.id == category:
                form += counts.whole[index]
                passed += counts.whole_valid[index] if self._recogniser.strict(index) else counts.whole[index]
        return (passed + 1) / (form + 2) if form >= _FEWEST else None

    def built(self, category: str, seen: float) -> float | None:
        """The share of freer values that pass where they have the form; None where too few have it.

        It was measured on a few hundred: of the shares that agree with that, the one nearest to `seen`, the share that
        passes in the column.
        """
        share = self._share(category, self._freed)
        if share is None:
            return None
        more = 2 * (share * (1 - share) / _MADE) ** 0.5 + 1 / _MADE
        return min(0.999, max(share, min(seen, share + float(more))))

    @cached_property
    def padded(self) -> _native.CellCounts | None:
        """Counts over the sampled values with the leading zeros back that numbers lose; None where none are lost."""
        length = self._profile.unpadded
        return self._counts([value.zfill(length) for value in self._profile.values]) if length else None

    @cached_property
    def _crossed(self) -> _native.CellCounts | None:
        length = self._profile.unpadded
        return self._counts(crossed([value.zfill(length) for value in self._profile.distinct]))

    @cached_property
    def _freed(self) -> _native.CellCounts | None:
        return self._counts(freed(self._profile.distinct))

    def _counts(self, values: Sequence[str]) -> _native.CellCounts | None:
        counted = scan(self._recogniser.scanner, pa.array(values, pa.string())) if values else None
        return counted[0] if counted is not None else None


def crossed(values: Sequence[str]) -> list[str]:
    """New values: the beginning of one and the rest of another of the same length, cut in the second half.

    They keep what the column's values have in common (a range, a prefix, a date in front), and lose what binds the
    end of a value to its beginning: a check digit. The choice is by a fixed seed, so that a scan repeats itself.
    """
    groups = _groups(values)
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


def freed(values: Sequence[str]) -> list[str]:
    """New values of the same lengths: each place drawn alone, from the whole alphabet where it shows most of one.

    They lose what a check of ranges and letters asks for, and keep what never varies: a prefix, a mark.
    """
    groups = _groups(values)
    if not groups:
        return []
    rng = random.Random(2)  # noqa: S311 - a repeatable choice, no secret
    places = [[_signs(set(column)) for column in zip(*group, strict=True)] for group in groups]
    weights = [len(group) for group in groups]
    return ["".join(map(rng.choice, signs)) for signs in rng.choices(places, weights, k=_MADE)]


def _signs(seen: set[str]) -> str:
    for alphabet in _ALPHABETS:
        if seen <= set(alphabet) and len(seen) >= _MOST * len(alphabet):
            return alphabet
    return "".join(sorted(seen))


def _groups(values: Sequence[str]) -> list[list[str]]:
    by_length: dict[int, list[str]] = {}
    for value in dict.fromkeys(values):
        by_length.setdefault(len(value), []).append(value)
    groups = [group for length, group in by_length.items() if length >= _SHORTEST and len(group) >= _FEWEST]
    # What a small part of the values would do says nothing of the others.
    return groups if sum(map(len, groups)) >= 0.5 * sum(map(len, by_length.values())) else []
