"""Was a verdict on a column right? The same rule for us and for every peer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from custodes.company.columns import Labelled

Outcome = Literal["right", "missed", "wrong"]

# From this confidence up to the next: the bins of the table of reliability.
BINS: Final = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)


@dataclass(frozen=True, slots=True)
class Told:
    """One answer about a column. share: of its filled cells, those that the answer is about."""

    category: str
    confidence: float = 1.0
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Judged:
    """A column, what was told about it (the surest first), and whether that was right."""

    truth: Labelled
    told: tuple[Told, ...]

    @property
    def outcome(self) -> Outcome:
        """Right, missed (nothing was told and something is there), or wrong (something else was told)."""
        if self.truth.free_text:
            return self._text()
        first = self.told[0].category if self.told else None
        if first is None:
            return "missed" if self.expected else "right"
        return "right" if first in self.truth.accepted else "wrong"

    @property
    def expected(self) -> bool:
        """Whether silence is a miss: the name says it, or the values do."""
        return bool(self.truth.accepted) and (self.truth.header == "named" or self.truth.tells)

    def _text(self) -> Outcome:
        """Free text holds exactly what was planted in a few of its rows, and is not a column of it."""
        named = {told.category for told in self.told}
        if named - self.truth.accepted or any(told.share > 0.5 for told in self.told):
            return "wrong"
        return "right" if named == self.truth.accepted else "missed"


@dataclass(frozen=True, slots=True)
class Score:
    """How many of so many columns."""

    right: int
    of: int

    @property
    def share(self) -> float:
        """1 where there was nothing to get wrong."""
        return self.right / self.of if self.of else 1.0

    def __str__(self) -> str:
        """`12/12`, and a dash where nothing was asked."""
        return f"{self.right}/{self.of}" if self.of else "-"


def score(judged: Iterable[Judged]) -> Score:
    """Of these columns, those that were right."""
    outcomes = Counter(one.outcome for one in judged)
    return Score(outcomes["right"], outcomes.total())


@dataclass(frozen=True, slots=True)
class Totals:
    """The figures of the benchmark.

    kinds: of the kinds of personal data, those right in every column with a usual name. named: the same by column.
    opaque: columns whose values can tell, under names that say nothing. decoys: columns of nobody, under any name.
    misled: columns under a name that lies, right where it misled nobody. text: columns of free text.
    """

    kinds: Score
    named: Score
    opaque: Score
    decoys: Score
    misled: Score
    text: Score


def totals(judged: Sequence[Judged]) -> Totals:
    """The figures over all columns."""
    personal = [one for one in judged if one.truth.accepted and not one.truth.free_text]
    named = [one for one in personal if one.truth.header == "named"]
    by_kind: dict[str, bool] = {}
    for one in named:
        by_kind[one.truth.kind] = by_kind.get(one.truth.kind, True) and one.outcome == "right"
    return Totals(
        kinds=Score(sum(by_kind.values()), len(by_kind)),
        named=score(named),
        opaque=score(one for one in personal if one.truth.header == "opaque" and one.truth.tells),
        decoys=score(one for one in judged if not one.truth.accepted and not one.truth.free_text),
        misled=score(one for one in personal if one.truth.header == "wrong"),
        text=score(one for one in judged if one.truth.free_text),
    )


def confusions(judged: Iterable[Judged]) -> list[tuple[str, str, str, int]]:
    """Kind, header, what was told instead ("nothing" for a miss) and how often; the most frequent first."""
    found: Counter[tuple[str, str, str]] = Counter()
    for one in judged:
        if one.outcome != "right":
            first = next((told.category for told in one.told if told.category not in one.truth.accepted), None)
            if first is None:
                first = "a whole column of it" if one.outcome == "wrong" else "nothing"
            found[one.truth.kind, one.truth.header, first] += 1
    return [(*key, count) for key, count in sorted(found.items(), key=lambda item: (-item[1], item[0]))]


def reliability(judged: Iterable[Judged]) -> list[tuple[float, float, Score]]:
    """By bins of confidence (from, up to): of so many verdicts, those that named a right category."""
    verdicts = [(told.confidence, told.category in one.truth.accepted) for one in judged for told in one.told]
    made = []
    for low, high in zip(BINS, (*BINS[1:], 1.01), strict=True):
        inside = [right for confidence, right in verdicts if low <= confidence < high]
        made.append((low, min(high, 1.0), Score(sum(inside), len(inside))))
    return made
