"""Under which path is each value of a column's documents told?"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final

from custodes.datamap.documents import Leaf, listed
from custodes.stores import names
from custodes.stores.keys import Keyed, Steps, bare, written
from custodes.stores.names import KEYS, MANY

_MOST_PATHS: Final = 300  # of one column; what goes past them stands under SURPLUS
_MOST_KNOWN: Final = 2_000  # paths whose names are kept at hand
_LONGEST_KNOWN: Final = 512  # characters of such a path
_MOST_LISTS: Final = 1_000
SURPLUS: Final = f".{names.SURPLUS}"

# The path that a value stands under, whether there are many of them in a row, and of each key in it that is data the
# path where keys stand.
_Place = tuple[str, bool, tuple[tuple[str, str], ...]]


@dataclass(frozen=True, slots=True)
class Move:
    """A path that was told in earlier batches and is part of another one now.

    keys: keys in the old path that turned out to be data, each with the path where such keys stand.
    """

    old: str
    new: str
    keys: tuple[tuple[str, str], ...]


class Paths:
    """The paths that a column's documents have. Keys that are data rather than names share one step, `*`.

    A path that has one value in one document and many in another is one path, with a step of many. Past the first 300
    paths all values stand under SURPLUS, and the keys there beside them. Memory is bounded, whatever documents hold.
    """

    def __init__(self, keyed: Keyed) -> None:
        self._keyed = keyed
        self._many: set[Steps] = set()
        self._told: dict[str, Steps] = {}  # the paths that are told, and their steps
        # Most documents of a column are alike: their paths are named once.
        self._places: dict[Steps, _Place] = {}
        self._paths: dict[Steps, str] = {}  # the same by the steps as they are told
        self._empty: dict[Steps, tuple[tuple[str, str], ...]] = {}  # of paths without a value, the keys that are data

    def __len__(self) -> int:
        """How many keys, objects and paths are kept."""
        return (
            len(self._keyed)
            + len(self._many)
            + len(self._told)
            + len(self._places)
            + len(self._paths)
            + len(self._empty)
        )

    def learn(self, documents: list[list[Leaf]]) -> list[Move]:
        """Take in the forms of some documents. What was told of earlier ones under other paths is to be moved."""
        forms = Counter(tuple([steps for steps, _ in leaves]) for leaves in documents)
        fresh = self._keyed.learn((_objects(form), count) for form, count in forms.items())
        if fresh:
            self._many = {bare(self._keyed.place(steps)[0]) for steps in self._many}
        before = len(self._many)
        for form in forms:
            self._lists(form)
        return self._moves() if fresh or len(self._many) != before else []

    def columns(self, documents: list[tuple[int, list[Leaf]]], rows: int) -> dict[str, list[str | None]]:
        """The values of each path: one per row, or any number of them where the path has a step of many.

        A key that is data is told once for each document that has it.
        """
        found: dict[str, list[str | None]] = {}
        for row, leaves in documents:
            told: dict[tuple[str, str], None] = {}
            for steps, value in leaves:
                if not value:
                    # A path without a value takes no place among those that are told.
                    known = self._empty.get(steps)
                    told.update(dict.fromkeys(self._keys(steps) if known is None else known))
                    continue
                path, many, keys = self._places.get(steps) or self._place(steps)
                if keys:
                    told.update(dict.fromkeys(keys))
                if many:
                    found.setdefault(path, []).append(value)
                    continue
                cells = found.get(path)
                if cells is None:
                    cells = found[path] = [None] * rows
                # JSON inside JSON may bring the same path twice: both count, as words of one cell.
                before = cells[row]
                cells[row] = value if before is None else f"{before} {value}"
            for where, key in told:
                found.setdefault(where, []).append(key)
        return found

    def _lists(self, form: tuple[Steps, ...]) -> None:
        for steps in form:
            if MANY in steps:
                told = self._keyed.place(steps)[0]
                for depth, one in enumerate(told):
                    if one == MANY and len(self._many) < _MOST_LISTS:
                        self._many.add(bare(told[:depth]))

    def _place(self, steps: Steps) -> _Place:
        told, placed = self._keyed.place(steps)
        path = self._named(told)
        if path == SURPLUS:
            # The keys of what is not told apart may be somebody's: they are judged as values.
            keys = tuple([(f"{SURPLUS}.{KEYS}", one[1:]) for one in steps if one != MANY])
        else:
            keys = tuple([(self._written((*above, KEYS)), key) for above, key in placed])
        place = path, names.listed(path), keys
        if len(self._places) < _MOST_KNOWN and sum(map(len, steps)) <= _LONGEST_KNOWN:
            self._places[steps] = place
        return place

    def _keys(self, steps: Steps) -> tuple[tuple[str, str], ...]:
        keys = tuple([(self._written((*above, KEYS)), key) for above, key in self._keyed.place(steps)[1]])
        if len(self._empty) < _MOST_KNOWN and sum(map(len, steps)) <= _LONGEST_KNOWN:
            self._empty[steps] = keys
        return keys

    def _named(self, told: Steps) -> str:
        path = self._written(told)
        if path in self._told:
            return path
        if len(self._told) >= _MOST_PATHS:
            return SURPLUS
        self._told[path] = told
        return path

    def _written(self, told: Steps) -> str:
        path = self._paths.get(told)
        if path is None:
            path = "".join([one if one == MANY else f".{written(one)}" for one in listed(told, self._many)])
            if len(self._paths) < _MOST_KNOWN and len(path) <= _LONGEST_KNOWN:
                self._paths[told] = path
        return path

    def _moves(self) -> list[Move]:
        self._places.clear()
        self._paths.clear()
        self._empty.clear()
        moves = []
        for old, steps in list(self._told.items()):
            told = self._keyed.place(steps)[0]
            new = self._written(told)
            if new != old:
                del self._told[old]
                self._told[new] = told
                moves.append(Move(old, new, self._keys(steps)))
        return moves


def _objects(form: tuple[Steps, ...]) -> dict[Steps, set[str]]:
    """The keys of each object of a document, outer objects first."""
    here: dict[Steps, set[str]] = {}
    for steps in form:
        for depth, one in enumerate(steps):
            if one[0] == ".":
                here.setdefault(steps[:depth], set()).add(one[1:])
    return dict(sorted(here.items(), key=lambda item: len(item[0])))
