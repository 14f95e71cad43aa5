"""Which strings have the form of a pattern? Made at random from its regular expression, in ASCII."""

from __future__ import annotations

import random
import re
import string
from functools import cache
from importlib import import_module
from typing import Any

import pyarrow as pa

from custodes.datamap.category import CategoryRules
from custodes.datamap.recognise import Recogniser
from custodes.datamap.tally import scan

# The tree of Python's own parser has no public door, and no types.
sre: Any = import_module("re._constants")
parser: Any = import_module("re._parser")

_WORD = string.ascii_letters + string.digits + "_"
_CLASSES = {
    sre.CATEGORY_DIGIT: string.digits,
    sre.CATEGORY_WORD: _WORD,
    sre.CATEGORY_SPACE: " ",
    sre.CATEGORY_NOT_DIGIT: string.ascii_letters,
    sre.CATEGORY_NOT_SPACE: _WORD,
    sre.CATEGORY_NOT_WORD: " -",
}
_MORE = 4  # repetitions beyond the least, where the pattern allows any number


def sample(regex: str, rng: random.Random) -> str:
    """One string of the form. Assertions are left to the scanner, which judges the string afterwards."""
    return _made(_tree(regex), rng)


@cache
def _tree(regex: str) -> Any:
    return parser.parse(re.sub(r"\(\?([a-z]*)-u", r"(?\1", regex))  # bytes instead of letters: Rust's alone


def _made(tree: Any, rng: random.Random) -> str:
    return "".join(_one(op, value, rng) for op, value in tree)


def _one(op: Any, value: Any, rng: random.Random) -> str:
    if op is sre.LITERAL:
        return chr(value)
    if op is sre.NOT_LITERAL:
        return rng.choice([letter for letter in _WORD if letter != chr(value)])
    if op is sre.IN:
        letters = _letters(tuple(value))
        return rng.choice(letters) if letters else ""
    if op is sre.ANY:
        return rng.choice(_WORD)
    if op is sre.BRANCH:
        return _made(rng.choice(_branches(tuple(value[1]))), rng)
    if op in (sre.MAX_REPEAT, sre.MIN_REPEAT):
        least, most, inner = value
        return "".join(
            _made(inner, rng) for _ in range(rng.randint(least, min(most, least + 16 if most < 99 else least + _MORE)))
        )
    if op is sre.SUBPATTERN:
        return _made(value[3], rng)
    return ""  # the beginning, the end or the edge of a word


_SEEN: dict[int, list[Any]] = {}  # trees are kept by the cache above, so that their numbers stay theirs


def _branches(branches: tuple[Any, ...]) -> list[Any]:
    """Those that can be made without bytes beyond ASCII; all of them where none can."""
    key = id(branches[0])
    if key not in _SEEN:
        plain = [
            branch for branch in branches if all(op is not sre.IN or _letters(tuple(value)) for op, value in branch)
        ]
        _SEEN[key] = plain or list(branches)
    return _SEEN[key]


@cache
def _letters(members: tuple[Any, ...]) -> str:
    found: set[str] = set()
    negated = False
    for op, value in members:
        if op is sre.NEGATE:
            negated = True
        elif op is sre.LITERAL:
            found.add(chr(value))
        elif op is sre.RANGE:
            found |= {chr(code) for code in range(value[0], min(value[1], 126) + 1)}
        elif op is sre.CATEGORY:
            found |= set(_CLASSES[value])
    if negated:
        found = set(_WORD) - found
    return "".join(sorted(letter for letter in found if letter.isascii()))


# Forms that begin with a literal, or hold an @, say what they are; their checks only tidy up.
TELLING = ("literal", "at")


_FEW = 500  # cells of one call: from 512 on, a check that refuses most is asked of some cells only


def passing(rules: CategoryRules, count: int, rng: random.Random) -> list[tuple[int, int]]:
    """For each pattern with a check: how many of `count` strings have the form as a whole, and how many pass.

    Left out are forms that tell by themselves.
    """
    recogniser = Recogniser([rules])
    found = []
    for index, (_, pattern) in enumerate(recogniser.patterns):
        if pattern.validator is None or pattern.anchor in TELLING:
            continue
        form = passed = 0
        for _ in range(0, count, _FEW):
            made = pa.array([sample(pattern.regex, rng) for _ in range(_FEW)], pa.string())
            counted = scan(recogniser.scanner, made)
            if counted is not None:
                form += counted[0].whole[index]
                passed += counted[0].whole_valid[index]
        found.append((form, passed))
    return found


def valid(rules: CategoryRules, pattern: int, count: int, rng: random.Random) -> list[str]:
    """So many values of one of the category's patterns that pass its check; fewer where they are hard to come by."""
    recogniser = Recogniser([rules])
    regex = recogniser.patterns[pattern][1].regex
    found: list[str] = []
    for _ in range(100):
        made = [sample(regex, rng) for _ in range(200)]
        for value in made:
            hits = recogniser.scanner.scan_text(value.encode())
            if any((start, end, at) == (0, len(value), pattern) for start, end, at, _ in hits):
                found.append(value)
        if len(found) >= count or not found:
            break
    return found[:count]
