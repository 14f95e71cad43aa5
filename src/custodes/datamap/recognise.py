"""Where in one piece of text is which category? The scanner's candidates, weighed with the words beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from custodes import _native
from custodes.datamap.category import CategoryRules, Pattern, spec
from custodes.datamap.headers import fold
from custodes.datamap.phone import is_phone_in_text

_BOOST_REACH = 40  # characters before a match in which a word can speak for it
# A word speaks against a match only when nothing but a number's name stands between: "order no. 4000…".
_BETWEEN = r"s?[\s:#=._\"'-]*(?:no|nr|num|number|id|code)?[\s:#=._\"'-]*$"


_NUMBER = re.compile(r"\d{5}")
# What stands before a labelled value; the native checks cut it off by the same rule.
_SEPARATES = r"\s:=>,;\"'`\\"
_LABEL = re.compile(
    rf"(?i:basic|bearer|ssws)[{_SEPARATES}]+"  # words that announce a credential without a mark
    rf"|[^{_SEPARATES}]+\s+is[\s:][{_SEPARATES}]*"
    rf"|[\w \-{_SEPARATES}]{{1,47}}?[:=>,;][{_SEPARATES}]*(?=[^{_SEPARATES}])"
    rf"|[^{_SEPARATES}]+[{_SEPARATES}]+"
)


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
        self.scanner = _native.Scanner(
            [spec(rules.id, pattern, keep_unvalidated=rules.keep_unvalidated) for rules, pattern in self.patterns]
        )
        self._boost = {rules.id: _words(rules.boost, r"\b") for rules in categories}
        self._refute = {rules.id: _words(rules.refute, _BETWEEN) for rules in categories}

    def strict(self, index: int) -> bool:
        """Whether only cells that the pattern's check confirms count."""
        rules, pattern = self.patterns[index]
        return pattern.validator is not None and not rules.keep_unvalidated

    def text(self, text: str) -> list[Found]:
        """What the text holds, by position, nothing twice. Never raises, whatever the text."""
        raw = text.encode("utf-8", "surrogatepass")
        return self.weigh(text, raw, self.scanner.scan_text(raw))

    def weigh(self, text: str, raw: bytes, hits: Sequence[tuple[int, int, int, bool]]) -> list[Found]:
        """Turn the scanner's hits in one line (bytes) into matches (characters), the doubtful ones left out."""
        found: list[Found] = []
        ascii_only = len(raw) == len(text)
        for first, last, index, validated in hits:
            start = first if ascii_only else _characters(raw[:first])
            end = last if ascii_only else start + _characters(raw[first:last])
            rules, pattern = self.patterns[index]
            checked = self._check(text, start, end, rules, pattern, validated=validated)
            if checked is not None and pattern.label:
                # Only a word says what it is: a category that knows the value's own form goes before.
                found.extend(_labelled(text, start, end, rules))
            elif checked is not None:
                found.append(Found(start, end, rules.id, checked))
        return _disjoint(found)

    def _check(
        self, text: str, start: int, end: int, rules: CategoryRules, pattern: Pattern, *, validated: bool
    ) -> bool | None:
        """Whether the match is validated; None where it is none."""
        before = fold(text[max(0, start - _BOOST_REACH) : start])
        refute = self._refute[rules.id]
        if refute is not None and refute.search(before):
            return None
        boost = self._boost[rules.id]
        # A word speaks for the number behind it, not for the next one on the line.
        said = None if boost is None else max(boost.finditer(before), key=lambda word: word.end(), default=None)
        told = said is not None and _NUMBER.search(before, said.end()) is None
        if rules.confirm == "phone":
            return True if is_phone_in_text(text[start:end], told=told) else None
        return validated if told or not pattern.weak else None


def _labelled(text: str, start: int, end: int, rules: CategoryRules) -> Iterator[Found]:
    """What is behind the label; where the category lists its words, the longest of them that begins there."""
    label = _LABEL.match(text, start, end)
    first = start if label is None else label.end()
    last = end
    if rules.column.values:
        ends = [end, *(first + gap.start() for gap in reversed(list(re.finditer(r"\s", text[first:end]))))]
        last = next((stop for stop in ends if fold(text[first:stop]) in rules.column.values), first)
    if first < last:
        yield Found(first, last, rules.id, validated=False)


def _characters(raw: bytes) -> int:
    return len(raw.decode("utf-8", "surrogatepass"))


def _words(words: frozenset[str], behind: str) -> re.Pattern[str] | None:
    return re.compile(rf"\b(?:{'|'.join(re.escape(word) for word in sorted(words))}){behind}") if words else None


def _disjoint(found: list[Found]) -> list[Found]:
    """Of matches that overlap, the validated one stays, then the longer one."""
    kept: list[Found] = []
    for match in sorted(found, key=lambda match: (not match.validated, match.start - match.end, match.start)):
        if all(match.end <= other.start or match.start >= other.end for other in kept):
            kept.append(match)
    return sorted(kept, key=lambda match: match.start)
