"""What do a column's values look like, before anybody asks what they mean?"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from itertools import pairwise
from typing import Final

from custodes.datamap.headers import fold
from custodes.datamap.vocabulary import WORDS

_DIGITS: Final = re.compile(r"[0-9]+")
_EARLIEST: Final = datetime(1990, 1, 1, tzinfo=UTC).timestamp()
_LATEST: Final = datetime(2045, 1, 1, tzinfo=UTC).timestamp()
_ABSENT: Final = WORDS["absent"]
_ASKED_FIRST: Final = 64
_MOSTLY: Final = 0.9  # of the values; the rest are slips, or say that there is none
_UNITS: Final = {10: 1, 13: 10**3, 16: 10**6, 19: 10**9}  # digits of an epoch in seconds to nanoseconds


@dataclass(frozen=True)
class Profile:
    """A sample of a column. values: those that are not empty. runs: lengths of the runs of neighbours in `sample`."""

    sample: Sequence[str | None]
    runs: Sequence[int]

    @cached_property
    def values(self) -> tuple[str, ...]:
        """The sampled values that say something, in the order of their rows."""
        return tuple(value for value in self._filled if value.casefold() not in _ABSENT)

    @cached_property
    def _filled(self) -> tuple[str, ...]:
        return tuple(value for value in self.sample if value)

    @property
    def filled(self) -> int:
        """The sampled cells that are not empty; some of them may say nothing: `n/a`."""
        return len(self._filled)

    @cached_property
    def usual(self) -> tuple[str, ...]:
        """Distinct values that are more than a slip: one in a hundred of the values or more; all, where none is."""
        counts = Counter(self.values)
        least = max(1.0, 0.01 * len(self.values))
        return tuple(value for value, count in counts.items() if count >= least) or self.distinct

    @cached_property
    def distinct(self) -> tuple[str, ...]:
        """Each value once, in the order of its first row."""
        return tuple(dict.fromkeys(self.values))

    @cached_property
    def folded(self) -> dict[str, str]:
        """Each value as words are compared: small, without accents."""
        return {value: fold(value.strip()) for value in self.distinct}

    @property
    def distinct_share(self) -> float:
        """Distinct values among all."""
        return len(self.distinct) / len(self.values) if self.values else 0.0

    def share(self, test: Callable[[str], bool]) -> float:
        """The share of the values that pass a test; each distinct value is tested once.

        Where none of the first of them passes, none is said to: most tests are asked of columns of something else.
        """
        if not any(map(test, self.distinct[:_ASKED_FIRST])):
            return 0.0
        passed = {value for value in self.distinct if test(value)}
        return sum(value in passed for value in self.values) / len(self.values)

    @cached_property
    def digits_share(self) -> float:
        """The share of values that are ASCII digits alone."""
        return self.share(lambda value: _DIGITS.fullmatch(value) is not None)

    @cached_property
    def lengths(self) -> Counter[int]:
        """How many distinct values have which length."""
        return Counter(map(len, self.distinct))

    @cached_property
    def rising(self) -> bool:
        """Whether neighbouring cells are whole numbers that rise or fall."""
        pairs = up = down = 0
        start = 0
        for length in self.runs:
            cells = self.sample[start : start + length]
            numbers = [int(v) for v in cells if v and len(v) <= 19 and _DIGITS.fullmatch(v)]
            start += length
            for before, after in pairwise(numbers):
                pairs += 1
                up += after > before
                down += after < before
        return pairs >= 5 and max(up, down) >= 0.95 * pairs

    @cached_property
    def coded(self) -> bool:
        """Whether nearly all values have one form of capitals and digits, as codes of things have: `ZX-4711`."""
        if len(self.distinct) < 5:
            return False
        forms = Counter(re.sub(r"[0-9]+", "9", re.sub(r"[A-Z]", "A", value)) for value in self.distinct)
        form, count = forms.most_common(1)[0]
        return count >= 0.9 * len(self.distinct) and "9" in form and re.fullmatch(r"[A9._/-]+", form) is not None

    @cached_property
    def changes(self) -> float:
        """How often values change between letters, digits and marks, from sign to sign, in the middle of them."""
        counts = sorted(_changes(value) for value in self.distinct)
        return counts[len(counts) // 2] if counts else 0

    @cached_property
    def length(self) -> int:
        """Signs of a distinct value in the middle of them."""
        counts = sorted(map(len, self.distinct))
        return counts[len(counts) // 2] if counts else 0

    @cached_property
    def epochs(self) -> bool:
        """Whether the numbers are moments between 1990 and 2045, counted in seconds or parts of them."""
        return self.share(_epoch) >= 0.98

    @cached_property
    def unpadded(self) -> int:
        """The length that numbers had before their leading zeros were lost; 0 where none seem lost.

        Of random numbers of one length a tenth loses a digit or more, a hundredth two.
        """
        if self.digits_share < _MOSTLY or any(value.startswith("0") for value in self.distinct):
            return 0
        lengths = Counter(len(value) for value in self.distinct if _DIGITS.fullmatch(value))
        usual = sum(lengths.values())
        # A length that hardly any number has is a slip, not the length they had.
        longest = max((length for length, count in lengths.items() if count >= 0.05 * usual), default=0)
        if longest < 6 or usual - lengths[longest] <= 0.02 * usual or lengths[longest] < 0.3 * usual:
            return 0
        return longest if sum(lengths[longest - lost] for lost in range(4)) >= _MOSTLY * usual else 0


def _changes(value: str) -> int:
    kinds = ["A" if sign.isalpha() else "9" if sign.isdigit() else " " for sign in value]
    return sum(one != other for one, other in pairwise(kinds))


def _epoch(value: str) -> bool:
    unit = _UNITS.get(len(value))
    return unit is not None and _DIGITS.fullmatch(value) is not None and _EARLIEST <= int(value) / unit <= _LATEST
