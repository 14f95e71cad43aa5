"""Which objects are keyed by data rather than by names? Learnt from the keys that documents have, in bounded memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Final

from custodes.stores.names import KEYS, MANY, STAR, is_data, plain, quoted, steps

# The steps of a path: a key with a point before it (`.user`), MANY for a list, STAR for keys that are data.
Steps = tuple[str, ...]

_MANY_KEYS: Final = 48  # distinct keys from which those of an object are data, where no document has a quarter of them
_MOST_KEYS: Final = 300  # kept of one object; past them it is decided whether they are names
_MOST_OBJECTS: Final = 512  # kept of one column or file
_FEW: Final = 8  # documents and distinct keys below which keys that do not come again say nothing
_ONCE: Final = 0.8  # of the keys come once
_NUMBERED: Final = 12  # objects side by side below which digits in their keys say nothing


def bare(path: Steps) -> Steps:
    """The steps without those of lists: an object is the same one alone and in a list."""
    return tuple([one for one in path if one != MANY]) if MANY in path else path


def read(path: str) -> Steps:
    """The steps of a path that `written` gave."""
    return tuple([one if one in (STAR, KEYS) else f".{plain(one)}" for one in steps(path)])


def written(one: str) -> str:
    """A step as it stands in a path, but for the point before it."""
    return one if one in (MANY, STAR, KEYS) else quoted(one[1:])


class _Object:
    """The keys of one object over all documents. largest: keys of one document at most."""

    __slots__ = ("asked", "documents", "keys", "largest", "times")

    def __init__(self) -> None:
        self.keys: Counter[str] = Counter()
        self.documents = self.times = self.largest = 0
        self.asked = 0  # keys that there were when they were last looked at as names of people

    def add(self, keys: Collection[str], times: int) -> None:
        self.documents += times
        self.times += times * len(keys)
        self.largest = max(self.largest, len(keys))
        for key in keys:
            if key in self.keys or len(self.keys) <= _MOST_KEYS:
                self.keys[key] += times

    def vary(self) -> bool:
        """Whether there are far more keys than any document has."""
        return len(self.keys) > _MANY_KEYS and len(self.keys) > 4 * self.largest

    def come_once(self) -> bool:
        """Whether nearly every document has keys of its own."""
        if min(self.documents, len(self.keys)) < _FEW:
            return False
        return sum(count == 1 for count in self.keys.values()) >= _ONCE * self.times

    def too_many(self) -> bool:
        """Whether there are too many to be told, and they are not the same from document to document."""
        return len(self.keys) > _MOST_KEYS and (
            self.documents == 1 or self.times < 0.5 * self.documents * len(self.keys)
        )


class Keyed:
    """What is known of the keys of a column's documents, or of a file's records.

    suspect: whether a key is data by itself. personal: whether keys that stand side by side are names of people.
    `mapped` holds the objects, without steps of lists, all of whose keys are data. However many keys and objects there
    are, a bounded number is kept.
    """

    def __init__(
        self,
        suspect: Callable[[str], bool] = is_data,
        personal: Callable[[Collection[str]], bool] = lambda _: False,
    ) -> None:
        self.suspect = suspect
        self.mapped: set[Steps] = set()
        self._personal = personal
        self._objects: dict[Steps, _Object] = {}

    def __len__(self) -> int:
        """How many keys and objects are kept: bounded, whatever the documents hold."""
        return len(self.mapped) + len(self._objects) + sum(len(one.keys) for one in self._objects.values())

    def place(self, path: Steps) -> tuple[Steps, tuple[tuple[Steps, str], ...]]:
        """The steps with STAR for each key that is data, and those keys, each with what stands above it."""
        told: Steps = ()
        above: Steps = ()  # without the steps of lists
        keys: tuple[tuple[Steps, str], ...] = ()
        for one in path:
            if one == MANY:
                told = (*told, one)
                continue
            if one[0] == "." and (above in self.mapped or self.suspect(one[1:])):
                keys = (*keys, (told, one[1:]))
                told, above = (*told, STAR), (*above, STAR)
            else:
                told, above = (*told, one), (*above, one)
        return told, keys

    def learn(self, documents: Iterable[tuple[Mapping[Steps, Collection[str]], int]]) -> bool:
        """Take in the keys of documents: by object, outer ones first, and how many documents are so.

        Whether an object was found to be keyed by data that had not been so before.
        """
        held = list(documents)
        before = frozenset(self.mapped)
        for objects, times in held:
            self._add(objects, times)
        found = (self.mapped - before) | self._decide()
        while found:
            # What is inside an object that has just been found counts as one from now on: it is looked at anew.
            self._forget(found)
            for objects, times in held:
                self._add(objects, times, below=found)
            found = self._decide()
        return self.mapped != before

    def _add(self, objects: Mapping[Steps, Collection[str]], times: int, below: set[Steps] | None = None) -> None:
        for path, keys in objects.items():
            told = bare(self.place(path)[0])
            if told in self.mapped or (below is not None and not _inside(told, below)):
                continue
            known = self._objects.get(told)
            if known is None:
                if len(self._objects) >= _MOST_OBJECTS:
                    continue
                known = self._objects[told] = _Object()
            known.add([key for key in keys if key in known.keys or not self.suspect(key)], times)
            if known.vary():
                self._map(told)

    def _decide(self) -> set[Steps]:
        """The objects that are keyed by data as all documents so far tell, outer ones first, now told so."""
        found: set[Steps] = set()
        for told, known in sorted(self._objects.items(), key=lambda item: len(item[0])):
            if told not in self._objects:
                continue  # inside one that was just found
            keys = known.keys
            fresh = len(keys) != known.asked
            known.asked = len(keys)
            personal = fresh and self._personal(keys)
            if personal or known.come_once() or known.too_many() or self._numbered(told, keys):
                self._map(told)
                found.add(told)
        return found

    def _numbered(self, told: Steps, keys: Collection[str]) -> bool:
        """Whether the keys have digits in them, and what stands under them are objects: those are numbers of things."""
        if len(keys) < _NUMBERED:
            return False
        numbered = [key for key in keys if any(map(str.isdigit, key)) and (*told, f".{key}") in self._objects]
        return len(numbered) >= _ONCE * len(keys)

    def _map(self, told: Steps) -> None:
        if len(self.mapped) < _MOST_OBJECTS:
            self.mapped.add(told)
        self._objects.pop(told, None)
        self._forget({told})

    def _forget(self, outer: set[Steps]) -> None:
        """Let go of what is known of the objects inside these."""
        self._objects = {path: known for path, known in self._objects.items() if not _inside(path, outer)}


def _inside(path: Steps, outer: set[Steps]) -> bool:
    return any(path[:depth] in outer for depth in range(len(path)))
