"""Which of many values does a category's own pattern find whole, and its check confirm?"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from functools import cache

from custodes.datamap.category import BUILT_IN, read_category
from custodes.datamap.recognise import Recogniser

Oracle = Callable[[str], bool]
COUNT = 10_000


@cache
def recogniser(category: str) -> Recogniser:
    """The recogniser of one shipped category alone."""
    return Recogniser([read_category(BUILT_IN / f"{category}.yml")])


def confirmed(category: str, values: Sequence[str]) -> list[bool]:
    """For each value, whether a pattern fits it from end to end and the check confirms it. One value is one line."""
    raw = [value.encode() for value in values]
    starts, place = {}, 0
    for number, value in enumerate(raw):
        starts[place] = number
        place += len(value) + 1
    found = [False] * len(raw)
    for start, end, _, validated in recogniser(category).scanner.scan_text(b"\n".join(raw)):
        number = starts.get(start, -1)
        if number >= 0 and validated and end - start == len(raw[number]):
            found[number] = True
    return found


def agree(category: str, values: Iterable[str], oracle: Oracle) -> None:
    """Fail with the first value that the category and the oracle judge differently; both answers must occur."""
    asked = list(values)
    wanted = [oracle(value) for value in asked]
    differing = [v for v, ours, theirs in zip(asked, confirmed(category, asked), wanted, strict=True) if ours != theirs]
    assert not differing, f"{category}: {len(differing)} of {len(asked)} judged differently, such as {differing[:3]}"
    assert any(wanted)
    assert not all(wanted)


def mutated(value: str, rng: random.Random) -> str:
    """The value with one letter or digit replaced by another of its kind, or two neighbours swapped."""
    places = [place for place, sign in enumerate(value) if sign.isalnum()]
    place = rng.choice(places)
    sign = value[place]
    if rng.random() < 0.3 and place + 1 < len(value) and value[place + 1].isalnum():
        return value[:place] + value[place + 1] + sign + value[place + 2 :]
    kind = (
        "0123456789"
        if sign.isdigit()
        else "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        if sign.isupper()
        else "abcdefghjkmnpqrstuvwxyz"
    )
    return value[:place] + rng.choice(kind) + value[place + 1 :]


def varied(made: Callable[[random.Random], str], count: int = COUNT) -> list[str]:
    """So many values: half as made, half mutated, the same at every run."""
    rng = random.Random(made.__name__)
    found: list[str] = []
    while len(found) < count:
        value = made(rng)
        found += [value, mutated(value, rng)]
    return found[:count]


def digits(rng: random.Random, count: int) -> str:
    """So many digits."""
    return "".join(rng.choices("0123456789", k=count))


def with_check(body: str, right: Oracle, rng: random.Random) -> str:
    """The body with a check digit behind it: the right one four times in five, where one is right."""
    if rng.random() < 0.2:
        return body + digits(rng, 1)
    return next((body + digit for digit in "0123456789" if right(body + digit)), body + "0")
