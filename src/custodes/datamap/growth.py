"""Would one pattern make more states than the scanner has room for?

The scanner makes a pattern's states when a text first needs them and keeps some thousands. A pattern such as
`[ab]*a[ab]{300}` has a state for every set of places it may be in at once, two to the power of 300 of them: a text then
makes a new one at nearly every byte, thousands of times slower than walking. So a pattern is taken apart here, alone,
breadth first from its beginning: sets of places are counted until all are known or there are more than MOST.

That is a bound on the pattern and no measurement of time: the same file is refused on every machine. Counting takes
under a second even where it ends in refusal. Assertions (`\\b`) count as met, which errs towards more states.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

MOST: Final = 4000  # states of one pattern; the scanner keeps 12,000 of all patterns of an anchor
_WORK: Final = 4_000_000  # places looked at before a pattern counts as too large, whatever its states

_ALL: Final = (1 << 256) - 1


def _of(signs: bytes) -> int:
    return sum(1 << sign for sign in set(signs))


_DIGIT: Final = _of(b"0123456789")
_WORD: Final = _DIGIT | _of(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_")
_SPACE: Final = _of(b" \t\n\r\f\v")
_CLASSES: Final = {"d": _DIGIT, "w": _WORD, "s": _SPACE}
_CONTROL: Final = {"n": 10, "t": 9, "r": 13, "f": 12, "v": 11, "a": 7, "0": 0}
_POSIX: Final = {
    "digit": _DIGIT,
    "word": _WORD,
    "space": _SPACE,
    "alpha": _WORD & ~_DIGIT & ~_of(b"_"),
    "alnum": _WORD & ~_of(b"_"),
    "upper": _of(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    "lower": _of(b"abcdefghijklmnopqrstuvwxyz"),
    "xdigit": _DIGIT | _of(b"ABCDEFabcdef"),
}


@dataclass(frozen=True, slots=True)
class _Node:
    """A piece of a pattern. kind: `set` (one byte of `signs`), `cat`, `alt`, or `rep` of its only part."""

    kind: str
    signs: int = 0
    parts: tuple[_Node, ...] = ()
    least: int = 0
    most: int | None = None


class _Unknown(Exception):
    """A way of writing that is not read here."""


def states(regex: str, most: int = MOST) -> int | None:
    """How many states the pattern has, or `most` + 1 where they are more; None where its syntax is not read here.

    Give it what the scanner takes: classes over bytes, no look-around, no back-references.
    """
    try:
        node = _Reader(regex).whole()
    except (_Unknown, IndexError, ValueError):
        return None
    machine = _Machine()
    try:
        end = machine.put(node, machine.place())
    except _Unknown:
        return most + 1
    return _counted(machine, end, most)


def _counted(machine: _Machine, end: int, most: int) -> int:
    samples = _samples(machine.signs)
    reached = [machine.closure(place) for place in range(len(machine.signs))]
    start = reached[0]
    seen = {start}
    waiting = deque([start])
    work = 0
    while waiting:
        places = waiting.popleft()
        work += len(places) * len(samples)
        for sample in samples:
            ahead = frozenset().union(*(reached[p + 1] for p in places if machine.signs[p] >> sample & 1)) - {end}
            if ahead and ahead not in seen:
                seen.add(ahead)
                waiting.append(ahead)
        if len(seen) > most or work > _WORK:
            return most + 1
    return len(seen)


def _samples(signs: list[int]) -> list[int]:
    """One byte of every class of bytes that all sets of the pattern treat alike."""
    sets = sorted(set(signs) - {0})
    kinds: dict[tuple[int, ...], int] = {}
    for byte in range(256):
        kind = tuple(one >> byte & 1 for one in sets)
        if any(kind):
            kinds.setdefault(kind, byte)
    return list(kinds.values())


@dataclass(slots=True)
class _Machine:
    """Places in a row. A place that takes bytes leads to the next one; the others lead where `free` says."""

    signs: list[int] = field(default_factory=list)
    free: list[list[int]] = field(default_factory=list)

    def place(self, signs: int = 0) -> int:
        """A new place."""
        if len(self.signs) > 20_000:
            raise _Unknown
        self.signs.append(signs)
        self.free.append([])
        return len(self.signs) - 1

    def put(self, node: _Node, start: int) -> int:
        """The node from a place on; gives the place behind it."""
        if node.kind == "set":
            taker = self.place(node.signs)
            self.free[start].append(taker)
            return self.place()
        if node.kind == "cat":
            for part in node.parts:
                start = self.put(part, start)
            return start
        if node.kind == "alt":
            ends = [self.put(part, self._behind(start)) for part in node.parts]
            out = self.place()
            for end in ends:
                self.free[end].append(out)
            return out
        return self._repeated(node, start)

    def _repeated(self, node: _Node, start: int) -> int:
        (part,) = node.parts
        for _ in range(node.least):
            start = self.put(part, start)
        if node.most is None:
            loop = self._behind(start)
            end = self.put(part, loop)
            self.free[end].append(loop)
            return self._behind(loop)
        leaving = [start]
        for _ in range(node.most - node.least):
            start = self.put(part, start)
            leaving.append(start)
        out = self.place()
        for end in leaving:
            self.free[end].append(out)
        return out

    def _behind(self, start: int) -> int:
        new = self.place()
        self.free[start].append(new)
        return new

    def closure(self, start: int) -> frozenset[int]:
        """The places that take bytes, and the last place, which can be reached without one."""
        found: set[int] = set()
        seen = {start}
        waiting = [start]
        while waiting:
            place = waiting.pop()
            if self.signs[place] or place == len(self.signs) - 1:
                found.add(place)
            waiting += [ahead for ahead in self.free[place] if ahead not in seen]
            seen.update(self.free[place])
        return frozenset(found)


class _Reader:
    """Reads the syntax that categories are written in; raises _Unknown at anything else."""

    def __init__(self, regex: str) -> None:
        self._rest = regex
        self._fold = False
        self._any = _ALL & ~_of(b"\n")

    def whole(self) -> _Node:
        node = self._alternatives()
        if self._rest:
            raise _Unknown
        return node

    def _take(self, pattern: str) -> re.Match[str] | None:
        found = re.match(pattern, self._rest, re.DOTALL)
        if found is not None:
            self._rest = self._rest[found.end() :]
        return found

    def _alternatives(self) -> _Node:
        ways = [self._sequence()]
        while self._take(r"\|"):
            ways.append(self._sequence())
        return ways[0] if len(ways) == 1 else _Node("alt", parts=tuple(ways))

    def _sequence(self) -> _Node:
        parts: list[_Node] = []
        while self._rest and self._rest[0] not in "|)":
            parts.extend(self._piece())
        return _Node("cat", parts=tuple(parts))

    def _piece(self) -> Iterator[_Node]:
        if self._take(r"\\[bBAz]|[\^$]"):
            return
        if found := self._take(r"\(\?([is]+)\)"):
            self._fold = self._fold or "i" in found[1]
            self._any = _ALL if "s" in found[1] else self._any
            return
        atom = self._atom()
        while found := self._take(r"[*+?]\??|\{(\d+)(,?)(\d*)\}\??"):
            if found[0][0] == "{":
                least = int(found[1])
                most = least if not found[2] else int(found[3]) if found[3] else None
            else:
                least, most = {"*": (0, None), "+": (1, None), "?": (0, 1)}[found[0][0]]
            atom = _Node("rep", parts=(atom,), least=least, most=most)
        yield atom

    def _atom(self) -> _Node:
        if found := self._take(r"\((?:\?(?:P?<\w+>|([a-z]*)(?:-[a-z]+)?:))?"):
            if self._rest[0] == "?" or (found[1] and found[1].strip("iu")):
                raise _Unknown
            before, self._fold = self._fold, self._fold or "i" in (found[1] or "")
            node = self._alternatives()
            self._fold = before
            if not self._take(r"\)"):
                raise _Unknown
            return node
        if self._take(r"\["):
            return _Node("set", self._class())
        if self._take(r"\."):
            return _Node("set", self._any)
        if self._rest[0] == "\\":
            return _Node("set", self._folded(self._escape()))
        sign = self._rest[0]
        if sign in "*+?{":
            raise _Unknown
        self._rest = self._rest[1:]
        takers = [_Node("set", self._folded(1 << byte)) for byte in sign.encode()]
        return takers[0] if len(takers) == 1 else _Node("cat", parts=tuple(takers))

    def _escape(self) -> int:
        if found := self._take(r"\\x([0-9A-Fa-f]{2})"):
            return 1 << int(found[1], 16)
        found = self._take(r"\\(.)")
        if found is None:
            raise _Unknown
        sign = found[1]
        if sign.lower() in _CLASSES:
            signs = _CLASSES[sign.lower()]
            return signs if sign.islower() else _ALL & ~signs
        if sign in _CONTROL:
            return 1 << _CONTROL[sign]
        if sign.isalnum() or not sign.isascii():
            raise _Unknown
        return 1 << ord(sign)

    def _class(self) -> int:
        turned = self._take(r"\^") is not None
        signs = 0
        first = True
        while first or not self._take(r"\]"):
            first = False
            if found := self._take(r"\[:(\^?)(\w+):\]"):
                signs |= _ALL & ~_POSIX[found[2]] if found[1] else _POSIX.get(found[2], 0)
                continue
            if re.match(r"\[|&&|--|~~", self._rest):
                raise _Unknown
            low = self._one()
            if self._take(r"-(?!\])"):
                start, end = low.bit_length() - 1, self._one().bit_length() - 1
                signs |= sum(1 << byte for byte in range(start, end + 1))
            else:
                signs |= low
        signs = self._folded(signs)
        return _ALL & ~signs if turned else signs

    def _one(self) -> int:
        if self._rest[0] == "\\":
            return self._escape()
        sign, self._rest = self._rest[0], self._rest[1:]
        if not sign.isascii():
            raise _Unknown
        return 1 << ord(sign)

    def _folded(self, signs: int) -> int:
        if not self._fold:
            return signs
        for small in range(ord("a"), ord("z") + 1):
            if signs >> small & 1 or signs >> (small - 32) & 1:
                signs |= 1 << small | 1 << (small - 32)
        return signs
