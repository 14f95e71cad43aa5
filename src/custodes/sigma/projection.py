"""What does a raw record say in the fields that rules name? Columns of text, one row per record.

A field is a path with points. A key that is the whole path wins; a key that differs in its case only stands for one
that is not there (rules for one service write `OperationName` and `operationName`). A list on the way stands for each
of its elements, and a number picks one. What a path ends at is told as text: objects as JSON, a list as its JSON and as
each of its elements, any of which may match. JSON's null is absence.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import pyarrow as pa

from custodes.sigma.condition import Columns

KEYWORDS: Final = "keywords"
_REMEMBERED: Final = 4_096  # shapes of objects whose keys were looked through

Cell = str | list[str] | None


class _Step:
    """One key of the paths: which fields end here, and where the others go on."""

    __slots__ = ("ends", "plans", "then")

    def __init__(self) -> None:
        self.ends: list[int] = []
        self.then: dict[str, _Step] = {}
        self.plans: dict[tuple[str, ...], list[tuple[str, _Step]]] = {}

    def add(self, parts: Sequence[str], place: int) -> None:
        at: _Step = self
        for part in parts:
            at = at.then.setdefault(part, _Step())
        at.ends.append(place)

    def plan(self, shape: tuple[str, ...]) -> list[tuple[str, _Step]]:
        """Which keys of an object with these keys lead on, and whither. Records of a log have few shapes."""
        known = self.plans.get(shape)
        if known is None:
            if len(self.plans) >= _REMEMBERED:
                self.plans.clear()
            known = self.plans[shape] = list(self._leading(shape))
        return known

    def _leading(self, shape: tuple[str, ...]) -> Iterator[tuple[str, _Step]]:
        there = set(shape)
        folded = {key.lower(): key for key in reversed(shape)}
        for name, step in self.then.items():
            key = name if name in there else folded.get(name.lower())
            if key is not None:
                yield key, step
        for key in shape:
            if "." in key and (below := self._below(key.split("."))) is not None:
                yield key, below

    def _below(self, parts: Sequence[str]) -> _Step | None:
        at: _Step = self
        for part in parts:
            if part not in at.then:
                return None
            at = at.then[part]
        return at


class Projection:
    """Columns for these fields. paths: by field, where it is in a record. keywords: also the text of all its values."""

    def __init__(self, paths: Mapping[str, str], *, keywords: bool = False) -> None:
        self.fields = tuple(sorted(paths))
        self._keywords = keywords
        self._root = _Step()
        for place, field in enumerate(self.fields):
            self._root.add(paths[field].split("."), place)

    def table(self, records: Iterable[Mapping[str, object]]) -> tuple[pa.Table, Columns]:
        """A table with `row` (the record's place) and where in it the fields are."""
        columns: list[list[Cell]] = [[] for _ in self.fields]
        words: list[str] = []
        rows = 0
        for record in records:
            rows += 1
            cells: list[list[object]] = [[] for _ in self.fields]
            _visit(record, self._root, cells)
            for column, cell in zip(columns, cells, strict=True):
                column.append(_told(cell))
            if self._keywords:
                words.append(clean("\n".join(_scalars(record))))
        names = {field: f"c{place}" for place, field in enumerate(self.fields)}
        listed = frozenset(
            field
            for field, column in zip(self.fields, columns, strict=True)
            if any(type(one) is list for one in column)
        )
        arrays = {"row": pa.array(range(rows), pa.int64())}
        for field, column in zip(self.fields, columns, strict=True):
            arrays[names[field]] = _lists(column) if field in listed else pa.array(column, pa.string())
        if self._keywords:
            arrays[KEYWORDS] = pa.array(words, pa.string())
        return pa.table(arrays), Columns(names, listed, KEYWORDS if self._keywords else None)


def text(value: object) -> str | None:
    """A value as a rule sees it; None for null."""
    if isinstance(value, str):
        return value if value.isascii() else clean(value)
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    try:
        return clean(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
    except RecursionError:
        return "(nested too deep)"  # it is there, and no rule can say what is in it


def clean(value: str) -> str:
    """The text with a mark for each half of a surrogate pair, which no column can hold."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode("utf-8", "replace").decode()
    return value


def _visit(value: object, step: _Step, cells: list[list[object]]) -> None:
    """Without recursion into the record: only as deep as the paths are."""
    for place in step.ends:
        cells[place].append(value)
    if not step.then:
        return
    if isinstance(value, dict):
        for key, then in step.plan(tuple(value)):
            _visit(value[key], then, cells)
    elif isinstance(value, list):
        for name, then in step.then.items():
            if name.isdecimal() and int(name) < len(value):
                _visit(value[int(name)], then, cells)
        for element in value:
            if isinstance(element, dict):
                for key, then in step.plan(tuple(element)):
                    _visit(element[key], then, cells)


def _told(found: list[object]) -> Cell:
    told = [one for value in found for one in _texts(value)]
    if not told:
        return None
    return told[0] if len(told) == 1 else told


def _texts(value: object) -> list[str]:
    whole = text(value)
    if whole is None:
        return []
    if not isinstance(value, list):
        return [whole]
    found = [whole]
    waiting = list(reversed(value))
    while waiting:
        one = waiting.pop()
        if isinstance(one, list):
            waiting.extend(reversed(one))
        elif (told := text(one)) is not None:
            found.append(told)
    return found


def _lists(column: list[Cell]) -> pa.Array:
    return pa.array([[one] if isinstance(one, str) else one for one in column], pa.list_(pa.string()))


def _scalars(record: object) -> Iterator[str]:
    """All values of a record, in order, a line each: a word must not match across two of them."""
    waiting = [record]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            waiting.extend(reversed(list(one.values())))
        elif isinstance(one, list):
            waiting.extend(reversed(one))
        elif one is not None:
            yield text(one) or ""
