"""How are a dataset's columns told? By their names, but for those parts of them that are somebody's data."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import zip_longest
from typing import Final

import pyarrow as pa

from custodes.datamap.keys import Personal, names_of_people
from custodes.datamap.paths import Move
from custodes.records import Dataset
from custodes.stores.names import KEYS, MANY, STAR, plain, steps

_Told = tuple[str, tuple[tuple[str, str], ...]]
_OURS: Final = frozenset({STAR, KEYS})
_WAS: Final = b"was"


class Named:
    """The columns of one dataset, as its store names them: `by.ann@example.com.age` is told as `by.*.age`."""

    def __init__(self, personal: Personal) -> None:
        self._personal = personal
        self._told: dict[str, _Told] = {}
        self._people: set[str] = set()  # paths whose keys are names of people

    def learn(self, schema: pa.Schema) -> list[Move]:
        """Take in the names of a batch's columns. What was told under others until now is to be moved."""
        moves = [move for field in schema for move in self._before(field)]
        fresh = [name for name in schema.names if name not in self._told]
        if fresh and self._find_people(schema.names):
            for column, (old, _) in list(self._told.items()):
                new, keys = self._told[column] = self._tell(column)
                if new != old:
                    moves.append(Move(old, new, keys))
        return moves

    def told(self, column: str) -> _Told:
        """The path of a column, and of each part of its name that is data the path where such parts stand."""
        known = self._told.get(column)
        if known is None:
            known = self._told[column] = self._tell(column)
        return known

    def _before(self, field: pa.Field) -> list[Move]:
        """The columns whose place this one takes, as its store says: their keys turned out to be data."""
        told = (field.metadata or {}).get(_WAS)
        moves = []
        for column in json.loads(told) if told is not None else ():
            old, new = self.told(column)[0], self.told(field.name)[0]
            del self._told[column]
            moves.append(Move(old, new, _replaced(old, new)))
        return moves

    def _find_people(self, columns: Sequence[str]) -> bool:
        below: dict[str, set[str]] = {}
        for column in columns:
            path = ""
            for one in steps(column):
                if path and one not in _OURS:
                    below.setdefault(path, set()).add(plain(one))
                path = f"{path}.{one}"
        found = {path for path, keys in below.items() if path not in self._people and names_of_people(keys)}
        self._people |= found
        return bool(found)

    def _tell(self, column: str) -> _Told:
        parts = steps(column)
        if len(parts) > 1 and self._personal(column):
            return STAR, ((KEYS, column),)
        told: list[str] = []
        keys: list[tuple[str, str]] = []
        path = ""
        for one in parts:
            key = plain(one.removesuffix(MANY))
            if one not in _OURS and (path in self._people or self._personal(key)):
                keys.append((".".join([*told, KEYS]), key))
                told.append(STAR)
            else:
                told.append(one)
            path = f"{path}.{one}"
        return ".".join(told) if keys else column, tuple(keys)


def told_names(dataset: Dataset, personal: Personal) -> tuple[str, ...]:
    """How the dataset's columns are told, before any of it is read: no key that is somebody's data is among them."""
    named = Named(personal)
    named.learn(pa.schema([(column.name, pa.string()) for column in dataset.columns]))
    return tuple(named.told(column.name)[0] for column in dataset.columns)


def _replaced(old: str, new: str) -> tuple[tuple[str, str], ...]:
    """The keys of a path that the new one has a STAR for, each with the path where such keys stand."""
    found = []
    above: list[str] = []
    for before, now in zip_longest(steps(old), steps(new)):
        if now == STAR != before and before is not None:
            found.append((".".join([*above, KEYS]), plain(before)))
        above.append(now)
    return tuple(found)
