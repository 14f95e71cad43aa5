"""Which columns does a table have, as the schema and the statements so far say?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from custodes.datamap.lineage.names import Names

Parts = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Described:
    """A table that is known: its name as shown, its columns in order."""

    name: str
    columns: tuple[str, ...]


class Knowledge:
    """The schema given, and over it what one script has created, renamed and dropped.

    schema: `{"table": ["column", ...]}`; a table may be written with fewer or more parts than the SQL writes it.
    """

    def __init__(self, names: Names, schema: Mapping[str, Sequence[str]] | None = None) -> None:
        self._names = names
        self._given: dict[Parts, Described] = {}
        self._by_last: dict[str, list[Parts]] = {}
        self._session: dict[Parts, Described | None] = {}
        #: How often statements changed what is known; while it stays, the same statement has the same lineage.
        self.changes = 0
        for name, columns in (schema or {}).items():
            parts = names.full(tuple(part for part in name.split(".") if part) or (name,))
            key = _key(parts)
            self._given[key] = Described(".".join(parts), tuple(columns))
            self._by_last.setdefault(key[-1], []).append(key)

    def describe(self, parts: Parts, columns: Sequence[str]) -> None:
        """A definition in any of the files tells the columns; what was given as the schema is not overruled."""
        key = _key(parts)
        if key not in self._given and columns:
            self._given[key] = Described(".".join(parts), tuple(columns))
            self._by_last.setdefault(key[-1], []).append(key)

    def name(self, parts: Parts) -> str:
        """How the table of these full parts is shown: as the schema spells it, if it does; nothing for no parts."""
        described = self._given.get(_key(parts))
        return described.name if described else ".".join(parts)

    def columns(self, parts: Parts) -> tuple[str, ...] | None:
        """Its columns in order, None where nobody described it."""
        if not parts:
            return None
        key = _key(parts)
        if key in self._session:
            described = self._session[key]
            return described.columns if described else None
        described = self._given.get(key) or self._nearly(key)
        return described.columns if described else None

    def create(self, parts: Parts, columns: Sequence[str] | None) -> None:
        """A statement made the table; None for the columns when they are not known."""
        self.changes += 1
        self._session[_key(parts)] = None if columns is None else Described(".".join(parts), tuple(columns))

    def drop(self, parts: Parts) -> None:
        """A statement removed what it had created; what the schema says of the name holds again."""
        self.changes += 1
        self._session.pop(_key(parts), None)

    def forget(self) -> None:
        """What statements did is forgotten; what was given and described stays."""
        self.changes += 1
        self._session.clear()

    def rename(self, old: Parts, new: Parts) -> None:
        """A statement gave the table another name."""
        self.changes += 1
        columns = self.columns(old)
        self._session.pop(_key(old), None)
        if columns is not None:
            self.create(new, columns)

    def swap(self, one: Parts, other: Parts) -> None:
        """A statement exchanged the names of two tables."""
        first, second = self.columns(one), self.columns(other)
        self.create(one, second)
        self.create(other, first)

    def _nearly(self, key: Parts) -> Described | None:
        # `users` of the SQL is `public.users` of the schema, or the other way round, if only one table can be meant.
        short = [k for k in self._by_last.get(key[-1], ()) if k[-len(key) :] == key or key[-len(k) :] == k]
        return self._given[short[0]] if len(short) == 1 else None


def _key(parts: Parts) -> Parts:
    return tuple(part.casefold() for part in parts)
