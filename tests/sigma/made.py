"""Which records do rules mean? Made from their own values, so that each has some that match, and near misses."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from sigma.conditions import ConditionFieldEqualsValueExpression
from sigma.types import (
    SigmaBool,
    SigmaExpansion,
    SigmaFieldReference,
    SigmaNumber,
    SigmaRegularExpression,
    SigmaString,
    SigmaType,
)

from custodes.sigma.condition import expressions
from custodes.sigma.rule import Rule
from tests.sigma.oracle import Record

_FILLINGS = ("", "x", "a.b", "Some Words", "42")


def records(rule: Rule, random_: random.Random, count: int) -> Iterator[Record]:
    """So many records: most fields have one of the values that the rule names for them, some are spelt differently."""
    values: dict[str, list[SigmaType]] = {}
    words: list[SigmaType] = []
    for tree in rule.trees:
        for one in expressions(tree):
            if isinstance(one, ConditionFieldEqualsValueExpression):
                values.setdefault(one.field, []).append(one.value)
            else:
                words.append(one.value)
    for _ in range(count):
        record: Record = {"eventID": str(random_.random())}
        for field, among in values.items():
            if random_.random() < 0.9:
                _put(record, field, _several(among, random_))
        for place, word in enumerate(words):
            if random_.random() < 0.6:
                record[f"message{place}"] = f"before {_instance(word, random_)} after"
        yield record


def _several(among: list[SigmaType], random_: random.Random) -> Any:
    """One of the values; now and then some of them in a row, for fields that must both start and end with something."""
    if random_.random() < 0.6 or len(among) == 1:
        return _instance(random_.choice(among), random_)
    first, last = sorted(random_.sample(range(len(among)), 2))
    chosen = [among[first], *(one for one in among[first + 1 : last] if random_.random() < 0.5), among[last]]
    return "".join(str(_instance(one, random_)) for one in chosen)


def _put(record: Record, field: str, value: Any) -> None:
    if value is None:
        return
    at: Any = record
    *path, last = field.split(".")
    for part in path:
        at = at.setdefault(part, {})
        if not isinstance(at, dict):
            return
    at[last] = value


def _instance(value: SigmaType, random_: random.Random) -> Any:
    """A value that this one matches; of a regular expression, any word."""
    if isinstance(value, SigmaExpansion):
        return _instance(random_.choice(value.values), random_)
    if isinstance(value, SigmaNumber):
        return value.number
    if isinstance(value, SigmaBool):
        return value.boolean
    if isinstance(value, SigmaString):
        told = "".join(part if isinstance(part, str) else random_.choice(_FILLINGS) for part in value.s)
        return random_.choice((told, told, told.upper(), told.lower(), told + "x", told[:-1]))
    if isinstance(value, SigmaFieldReference | SigmaRegularExpression):
        return "a word"
    return None
