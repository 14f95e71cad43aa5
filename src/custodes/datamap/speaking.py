"""Which words speak for which category? To what its file says: the names of its columns, where no other category has
them, and its country's name beside a word for numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from custodes.datamap.identifiers import country_phrases

if TYPE_CHECKING:
    from custodes.datamap.category import CategoryRules

# A name that so many categories have belongs to none of them: "national id", "tax number".
_GENERIC: Final = 4
# A check that luck passes more seldom than this stands behind a short word, or behind the shortest (`tz`, `inn`).
_SELDOM: Final = 0.1
_HARDLY: Final = 0.02
_SHORTEST: Final = 3
# A single word of fewer letters (`cp`, `rue`, `github`) is too common to speak for what no check confirms.
_TELLING: Final = 8


def spoken_for(categories: Sequence[CategoryRules]) -> tuple[CategoryRules, ...]:
    """The categories, each with all the words and names of columns that speak for it."""
    owners = Counter(name for rules in categories for name in {_joined(phrase) for phrase in rules.column.headers})
    return tuple(_with_words(rules, owners) for rules in categories)


def _with_words(rules: CategoryRules, owners: Counter[str]) -> CategoryRules:
    country = country_phrases(rules.countries, rules.number_for)
    names = [
        phrase for phrase in rules.column.headers if owners[_joined(phrase)] < _GENERIC and _telling(phrase, rules)
    ]
    if not country and not names:
        return rules
    column = rules.column
    if country:
        column = replace(column, headers=tuple(dict.fromkeys((*column.headers, *_as_headers(country)))))
    if not rules.patterns:
        return replace(rules, column=column)
    boost = rules.boost.union(names, country)
    keys = (word.replace("'", " ") for word in boost if "'" in word)
    return replace(rules, column=column, boost=boost.union(keys))


def _telling(phrase: str, rules: CategoryRules) -> bool:
    if " " in phrase or len(phrase) >= _TELLING:
        return True
    luck = _HARDLY if len(phrase) <= _SHORTEST else _SELDOM
    return all(pattern.validator for pattern in rules.patterns) and rules.column.chance <= luck


def _as_headers(phrases: Sequence[str]) -> list[str]:
    """A column's name may end in `number` or `no` behind any phrase, so that those need no phrase of their own."""
    there = set(phrases)
    return [
        phrase
        for phrase in phrases
        if phrase.isascii()
        and "'" not in phrase
        and not (phrase.rpartition(" ")[2] in {"number", "no"} and phrase.rpartition(" ")[0] in there)
    ]


def _joined(phrase: str) -> str:
    return phrase.replace(" ", "")
