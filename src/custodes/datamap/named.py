"""How are a dataset's columns told? By their names, but for those parts of them that are somebody's data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from custodes.datamap.keys import Personal, names_of_people
from custodes.stores.names import KEYS, MANY, STAR, plain, steps

_Told = tuple[str, tuple[tuple[str, str], ...]]
_OURS: Final = frozenset({STAR, KEYS})


class Named:
    """The columns of one dataset, as its store names them: `by.ann@example.com.age` is told as `by.*.age`."""

    def __init__(self, personal: Personal) -> None:
        self._personal = personal
        self._told: dict[str, _Told] = {}
        self._people: set[str] = set()  # paths whose keys are names of people
        self._learnt: tuple[str, ...] = ()

    def learn(self, columns: Sequence[str]) -> None:
        """Take in the names of a batch's columns."""
        if tuple(columns) == self._learnt:
            return
        self._learnt = tuple(columns)
        self._told.clear()
        below: dict[str, set[str]] = {}
        for column in columns:
            path = ""
            for one in steps(column):
                if path:
                    below.setdefault(path, set()).add(one)
                path = f"{path}.{one}"
        for path, keys in below.items():
            if names_of_people({plain(key) for key in keys}):
                self._people.add(path)

    def told(self, column: str) -> _Told:
        """The path of a column, and of each part of its name that is data the path where such parts stand."""
        known = self._told.get(column)
        if known is None:
            known = self._told[column] = self._tell(column)
        return known

    def _tell(self, column: str) -> _Told:
        written = steps(column)
        if len(written) > 1 and column[:1] != '"' and self._personal(column):
            return STAR, ((KEYS, column),)
        told: list[str] = []
        keys: list[tuple[str, str]] = []
        path = ""
        for one in written:
            key = plain(one.removesuffix(MANY))
            if one not in _OURS and (path in self._people or self._personal(key)):
                keys.append((".".join([*told, KEYS]), key))
                told.append(STAR)
            else:
                told.append(one)
            path = f"{path}.{one}"
        return ".".join(told) if keys else column, tuple(keys)
