"""Where in one piece of text is which category? All patterns and the words beside them, made ready for the scanner."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from custodes import _native
from custodes.datamap.category import CategoryRules, Pattern, spec
from custodes.datamap.headers import fold

_REACH = 40  # characters before a match in which a word can speak for it


@dataclass(frozen=True, slots=True)
class Found:
    """A match in a text: characters start to end, its category, and whether a check confirmed it."""

    start: int
    end: int
    category: str
    validated: bool


class Recogniser:
    """The patterns of all categories, compiled once. `patterns[i]` belongs to the scanner's index i."""

    def __init__(self, categories: Sequence[CategoryRules]) -> None:
        self.patterns: tuple[tuple[CategoryRules, Pattern], ...] = tuple(
            (rules, pattern) for rules in categories for pattern in rules.patterns
        )
        self._boost = {rules.id: rules.boost for rules in categories}
        self.scanner = _native.Scanner(*scanner_arguments(categories))

    def strict(self, index: int) -> bool:
        """Whether only cells that the pattern's check confirms count."""
        rules, pattern = self.patterns[index]
        return pattern.validator is not None and not rules.keep_unvalidated

    def text(self, text: str) -> list[Found]:
        """What the text holds, by position, nothing twice. Never raises, whatever the text."""
        return [
            Found(start, end, category, validated)
            for _, _, start, end, category, validated in self.scanner.find_text(text)
        ]

    def said(self, text: str) -> dict[str, bool]:
        """The categories of what the text holds, and whether a word of `text.boost` stands before one of it."""
        found: dict[str, bool] = {}
        for match in self.text(text):
            before = fold(text[max(0, match.start - _REACH) : match.start])
            boost = self._boost[match.category]
            told = bool(boost) and _words(boost).search(before) is not None
            found[match.category] = found.get(match.category, False) or told
        return found


def scanner_arguments(categories: Sequence[CategoryRules]) -> tuple[list[_native.Spec], list[Any], list[Any]]:
    """What the native scanner is told: the patterns, each category's words, and whose each pattern is."""
    patterns = [(rules, pattern) for rules in categories for pattern in rules.patterns]
    places = {rules.id: place for place, rules in enumerate(categories)}
    ranks = _ranks(categories)
    return (
        [spec(rules.id, pattern, keep_unvalidated=rules.keep_unvalidated) for rules, pattern in patterns],
        [(rules.id, sorted(rules.boost), sorted(rules.refute), sorted(rules.column.values)) for rules in categories],
        [(places[rules.id], pattern.weak, pattern.label, ranks[rules.id]) for rules, pattern in patterns],
    )


def _ranks(categories: Sequence[CategoryRules]) -> dict[str, int]:
    """Of two categories that match the same, the one whose check says more is meant, then the more sensitive one."""
    ranked = sorted(
        categories,
        key=lambda rules: (not rules.column.telling, rules.column.chance, -rules.category.sensitivity, rules.id),
    )
    return {rules.id: rank for rank, rules in enumerate(ranked)}


@cache  # made when first asked for: those of all categories take a quarter of a second
def _words(words: frozenset[str]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(re.escape(word) for word in sorted(words))})\b")
