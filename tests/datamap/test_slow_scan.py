"""Does the native scan find what the slow reference finds, on examples and on what chance makes of them?"""

from __future__ import annotations

import random

import pytest

from custodes import _native
from custodes.datamap.category import CategoryRules, Pattern, load_categories, spec
from tests.datamap.slow_scan import slow_forms

CATEGORIES = load_categories()
MARKS = " -.:/,;@+()_#'\"=x0A9é"


def native_forms(pattern: Pattern, line: bytes) -> list[tuple[int, int]]:
    """The forms alone: the check is left out."""
    identity, anchor, literals, regex, lead, _, keep = spec("one", pattern, keep_unvalidated=True)
    scanner = _native.Scanner([(identity, anchor, literals, regex, lead, None, keep)])
    return [(start, end) for start, end, _, _ in scanner.scan_text(line)]


def changed(example: str, rng: random.Random) -> str:
    """An example with a few characters put in, left out or doubled, cut to a length the reference can bear."""
    text = list(example[:70])
    for _ in range(rng.randrange(4)):
        place = rng.randrange(len(text) + 1)
        kind = rng.randrange(3)
        if kind == 0:
            text.insert(place, rng.choice(MARKS))
        elif kind == 1 and len(text) > 1:
            text.pop(place % len(text))
        else:
            text[place:place] = text[max(0, place - 5) : place]
    return "".join(text)[:90]


@pytest.mark.parametrize("rules", [rules for rules in CATEGORIES if rules.patterns], ids=lambda rules: rules.id)
def test_each_pattern_is_found_where_the_slow_reference_finds_it(rules: CategoryRules) -> None:
    """On the category's own examples, changed by chance, and on another category's."""
    rng = random.Random(rules.id)
    other = rng.choice(CATEGORIES)
    for pattern in rules.patterns:
        for example in 3 * (*rules.match, *rules.no_match, *other.match):
            line = changed(example, rng).replace("\n", " ").encode()
            assert native_forms(pattern, line) == slow_forms(pattern, line), (pattern.regex, line)
