"""Is a key the name of a field, or is it a person's data? Asked of the categories and of lists of names."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from functools import lru_cache
from typing import Final

from custodes.datamap import headers
from custodes.datamap.people import full_name, has_family_name, has_given_name, words
from custodes.datamap.recognise import Recogniser
from custodes.stores.keys import Keyed
from custodes.stores.names import LONGEST_KEY, is_data

_DIGITS: Final = 5  # of a key that has a number's form and passes its check
_NUMBER: Final = 7  # digits without anything else name no field
_JOINED: Final = re.compile(r"[._\-\s]+")
_NAMED: Final = 0.6  # of keys that stand side by side are names of people
_FEWEST: Final = 3
# Words that are given names as well, and stand in the names of fields: `Max Price`, `mean`.
_FIELDS: Final = frozenset(
    {
        "april", "art", "august", "beach", "bill", "case", "chase", "day", "days", "dean", "gene", "grace", "grant",
        "guy", "hunter", "june", "long", "love", "major", "mark", "max", "may", "mean", "miles", "min", "mode", "page",
        "park", "price", "rate", "ray", "rich", "rise", "sale", "sales", "sky", "star", "store", "sue", "total", "van",
        "will",
    }
)  # fmt: skip


class Personal:
    """Tells keys that are somebody's data from names. One serves any number of documents; it keeps a few thousand."""

    def __init__(self, recogniser: Recogniser) -> None:
        self._recogniser = recogniser
        self._telling = {rules.id for rules, one in recogniser.patterns if rules.column.telling and not one.weak}
        self._asked: Callable[[str], bool] = lru_cache(maxsize=4096)(self._ask)

    def __call__(self, key: str) -> bool:
        """Whether the key is data by itself: a value that a category's check confirms, or a person's whole name."""
        return len(key) > LONGEST_KEY or self._asked(key.removeprefix("@"))

    def keyed(self) -> Keyed:
        """What is to be learnt of one column's documents."""
        return Keyed(self, names_of_people)

    def _ask(self, key: str) -> bool:
        if is_data(key) or _whole_name(key):
            return True
        digits = sum(map(str.isdigit, key))
        if digits >= _NUMBER and digits == len(key):
            return True
        if digits == 0 and "@" not in key:
            return False  # words are names, whatever code might be written with the same letters
        for found in self._recogniser.text(key):
            sure = found.validated or found.category in self._telling
            if sure and 2 * (found.end - found.start) > len(key):
                return True
        return digits >= _DIGITS and self._checked(key.strip())

    def _checked(self, key: str) -> bool:
        """Whether a check confirms the whole key, be it of a form that is too common to count in text."""
        data = key.encode("utf-8", "replace")
        return any(
            validated and (start, end) == (0, len(data)) and self._recogniser.strict(index)
            for start, end, index, validated in self._recogniser.scanner.scan_text(data)
        )


def names_of_people(keys: Collection[str]) -> bool:
    """Whether most of three or more keys that stand side by side are names that people bear: `anna`, `ann_lee`."""
    if len(keys) < _FEWEST:
        return False
    return sum(map(_borne, keys)) >= _NAMED * len(keys)


def _whole_name(key: str) -> bool:
    """A given and a family name, both with a capital, that are not words for a thing that is measured."""
    if " " not in key or not full_name(key) or not (has_given_name(key) and has_family_name(key)):
        return False
    parts = words(key)
    small = {part.casefold() for part in parts}
    return all(part[:1].isupper() for part in parts) and not small & _FIELDS and not headers.things(headers.tokens(key))


@lru_cache(maxsize=4096)
def _borne(key: str) -> bool:
    plain = _JOINED.sub(" ", key).strip()
    if not has_given_name(plain) or plain.casefold() in _FIELDS:
        return False
    return " " not in plain or has_family_name(plain)
