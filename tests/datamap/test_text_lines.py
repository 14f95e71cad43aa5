"""Every category that text can tell, in the lines of eight genres beside a decoy: found whole, and nothing else."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

import pytest

from custodes.datamap.category import CategoryRules, load_categories
from custodes.datamap.recognise import Recogniser
from tests.datamap.lines import Line, lines

_COUNT = 40
_LEAST = 0.97
_ALL = load_categories()
_RECOGNISER = Recogniser(_ALL)
# Forms that two categories share, where even the words are the same; and what only its own few words tell.
_SHARED = {
    "age": "a number of two digits counts only right behind the words that its check knows",
    "passport": "a Dutch passport has a category of its own, which knows its form",
    "pe_dni": "Argentina's DNI has eight digits too and is called the same",
    "gb_utr": "a German tax number has ten digits too, and a tenth of them pass the check",
}
_TOLD = [
    rules
    for rules in _ALL
    if rules.patterns and not all(pattern.label for pattern in rules.patterns) and rules.id not in _SHARED
]


def made(rules: CategoryRules) -> list[Line]:
    """Lines with values of the category, behind the words that speak for it (those that a key can be made of)."""
    words = sorted(word for word in rules.boost if re.fullmatch(r"[\w' -]+", word) and len(word) <= 44)
    return lines(rules, words or list(rules.column.headers[:10]) or ["value"], _COUNT, random.Random(rules.id))


def others(line: Line) -> Iterator[str]:
    """What is told of the line but the client's address in an access log."""
    for one in _RECOGNISER.text(line.text):
        if line.genre != "access" or one.start > 0:
            yield f"{one.category} {one.start}-{one.end}"


@pytest.mark.parametrize("rules", _TOLD, ids=[rules.id for rules in _TOLD])
def test_values_are_found_whole_and_alone(rules: CategoryRules) -> None:
    """Recall and precision over forty lines; a match that is a character too long is wrong twice."""
    found = [(f"{rules.id} {line.start}-{line.end}", list(others(line))) for line in made(rules)]
    if not found:
        pytest.skip("its values are found only in their own surroundings")
    right = sum(wanted in told for wanted, told in found)
    told = sum(len(told) for _, told in found)
    assert right >= _LEAST * len(found)
    assert right >= _LEAST * told
