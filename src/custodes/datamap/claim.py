"""What is claimed about a column, on which evidence? What each kind of evidence hands to the verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from custodes.datamap import headers
from custodes.datamap.category import CategoryRules
from custodes.datamap.headers import NOTHING, Promise
from custodes.datamap.tally import ColumnTally


@dataclass(frozen=True, slots=True)
class Claim:
    """A column is (whole) or contains this category.

    confidence: 0 to 1. matched: cells that fit, of the column's cells that are not empty.
    """

    category: str
    confidence: float
    matched: int
    reasons: tuple[str, ...]
    whole: bool = True

    def surer(self, by: float, reason: str) -> Claim:
        """The same with more confidence, for one more reason."""
        return replace(self, confidence=min(0.99, self.confidence + by), reasons=(*self.reasons, reason))


@dataclass(slots=True)
class ColumnView:
    """A column as the verdict sees it: its tally, what its name promises, what is claimed about it so far."""

    tally: ColumnTally
    words: tuple[str, ...]
    promises: dict[str, Promise]
    claims: list[Claim] = field(default_factory=list)
    regions: tuple[str, ...] = ()  # codes of countries that stand beside it

    @property
    def rising(self) -> bool:
        """Whether neighbouring cells are whole numbers that rise or fall: a serial, not an identifier of people."""
        return _rising(self.tally.sample, self.tally.runs)

    @property
    def is_key(self) -> bool:
        """Whether it is a key by declaration or by name."""
        column = self.tally.column
        declared = column is not None and (column.primary_key or column.references is not None)
        return declared or self.words[-1:] in (("id",), ("ids",), ("key",), ("uuid",), ("guid",), ("ref",))

    def promise(self, category: str) -> Promise:
        """What the name promises about a category."""
        return self.promises.get(category, NOTHING)

    def best(self) -> Claim | None:
        """The strongest claim on the whole column."""
        return max((claim for claim in self.claims if claim.whole), key=lambda claim: claim.confidence, default=None)


def view(tally: ColumnTally, categories: Sequence[CategoryRules]) -> ColumnView:
    """Read the name of a column: of several promises those with the longest phrase count."""
    words = headers.tokens(tally.path.rsplit(".", 1)[-1])
    promises = {rules.id: headers.promise(words, rules.column.headers) for rules in categories}
    longest = max((len(p.phrase.replace(" ", "")) for p in promises.values() if p.strength), default=0)
    kept = {key: p for key, p in promises.items() if p.strength and len(p.phrase.replace(" ", "")) == longest}
    return ColumnView(tally, words, kept)


def per_cent(part: float) -> str:
    """A share for people: never 100 % or 0 % where it is only nearly so."""
    if 0.995 <= part < 1:
        return "over 99 %"
    return "under 1 %" if 0 < part < 0.005 else f"{part:.0%}".replace("%", " %")


def header_reason(found: Promise) -> str:
    """What the name said; the phrase is from a category's file, not from the data."""
    return f'header says "{found.phrase}"'


def _rising(sample: Sequence[str | None], runs: Sequence[int]) -> bool:
    pairs = up = down = 0
    start = 0
    for length in runs:
        numbers = [int(v) for v in sample[start : start + length] if v and v.isascii() and v.isdigit() and len(v) <= 19]
        start += length
        for before, after in pairwise(numbers):
            pairs += 1
            up += after > before
            down += after < before
    return pairs >= 5 and max(up, down) >= 0.95 * pairs
