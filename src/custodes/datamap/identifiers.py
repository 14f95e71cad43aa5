"""How do people call a country's number when they do not use its own name? By the country and what the number is for:
"turkish identity number", "numero fiscal português". Data: identifiers.yml."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import yaml

_FILE: Final = Path(__file__).with_name("identifiers.yml")
_QUICK: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# What a country uses a number for.
PURPOSES: Final = ("identity", "tax", "social", "health", "foreigner", "account")


@dataclass(frozen=True, slots=True)
class _Words:
    """nouns: by language and purpose. countries: adjectives by country and language. behind: the noun goes first."""

    nouns: dict[str, dict[str, list[str]]]
    countries: dict[str, dict[str, list[str]]]
    behind: frozenset[str]


@cache
def _words() -> _Words:
    document = yaml.load(_FILE.read_text(encoding="utf-8"), Loader=_QUICK)  # noqa: S506 - plain data only
    return _Words(document["nouns"], document["countries"], frozenset(document["behind"]))


def country_phrases(countries: Iterable[str], purposes: Iterable[str]) -> tuple[str, ...]:
    """Phrases for the numbers that these countries (ISO 3166-1) use for these purposes, folded, in English and in the
    countries' languages; none for a country without words."""
    words = _words()
    wanted = tuple(purposes)
    found: dict[str, None] = {}
    for country in countries:
        for language, adjectives in words.countries.get(country, {}).items():
            nouns = [noun for purpose in wanted for noun in words.nouns.get(language, {}).get(purpose, ())]
            behind = language in words.behind
            for adjective in adjectives:
                for noun in nouns:
                    found[f"{noun} {adjective}" if behind else f"{adjective} {noun}"] = None
    return tuple(found)
