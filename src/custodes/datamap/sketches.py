"""Which sketches does a scan make, keep and forget?"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import datasketches as ds
import pyarrow as pa
import pyarrow.compute as pc

from custodes.datamap.sketch import LG_OPEN, Sketch, kept, normal
from custodes.records import Dataset, Field
from custodes.stores import arrow

_LEAST_LENGTH: Final = 6  # shorter values, such as a card's security code, repeat by chance


@dataclass(slots=True)
class _Open:
    """A field that is being read.

    theta: of `datasketches`, which publishes no types. more: of paths that turned out to be part of this one.
    """

    category: str
    theta: Any
    references: str | None
    cells: int = 0
    whole: bool = True
    more: list[Any] = field(default_factory=list)


class Sketches:
    """The sketches of one workspace: made while a scan reads, kept while a dataset is unchanged.

    key: secret of the workspace; sketches made with another key share nothing. categories: the ids of categories
    whose values point at one person (e-mail, phone, card): a shared city or birth date says nothing about copying.
    apart: those of them whose separators mean nothing. stored: from an earlier scan, by `store.dataset.field`, as
    `stored()` gave it. Several readers may each have their own, which `merge` brings together.
    """

    def __init__(
        self,
        key: bytes,
        categories: Collection[str],
        stored: Mapping[str, bytes] | None = None,
        *,
        apart: Collection[str] = (),
    ) -> None:
        if not 16 <= len(key) <= 64:
            raise ValueError("a sketch key has 16 to 64 bytes")
        self._key = key
        self._categories = frozenset(categories)
        self._apart = frozenset(apart)
        self._before: dict[str, list[Sketch]] = {}
        for data in (stored or {}).values():
            if (sketch := Sketch.from_bytes(data)) is not None:
                self._before.setdefault(sketch.dataset, []).append(sketch)
        self._open: dict[str, dict[str, _Open]] = {}
        self._done: dict[str, dict[str, Sketch]] = {}

    def holds(self, dataset: Dataset, verdicts: Collection[Field]) -> bool:
        """Whether there is a sketch of each field that needs one: without, copies of it would go unseen."""
        there = {sketch.field for sketch in self._before.get(dataset.full_name, ())}
        return all(one.field in there for one in verdicts if one.category in self._categories)

    def keep(self, dataset: Dataset) -> None:
        """The dataset is unchanged: what was stored of it still holds."""
        for sketch in self._before.pop(dataset.full_name, ()):
            self._done.setdefault(sketch.dataset, {})[sketch.field] = sketch

    def forget(self, dataset: Dataset, *, but: Collection[str] = ()) -> None:
        """The dataset is read anew: nothing stored of it holds, but of fields that were not reached: in part."""
        for sketch in self._before.pop(dataset.full_name, ()):
            if sketch.field in but:
                self._done.setdefault(sketch.dataset, {})[sketch.field] = replace(sketch, whole=False)

    def start(self, dataset: Dataset, verdicts: Collection[Field], *, whole: bool = True) -> None:
        """From now on take in those fields of the dataset whose category points at one person.

        whole: no row came before that was not held back for this.
        """
        mine = self._open.setdefault(dataset.full_name, {})
        declared = {column.name: column.references for column in dataset.columns}
        for verdict in verdicts:
            if verdict.category in self._categories and verdict.field not in mine:
                target = declared.get(verdict.field)
                mine[verdict.field] = _Open(
                    verdict.category,
                    ds.update_theta_sketch(LG_OPEN),
                    None if target is None else f"{dataset.store}.{target}",
                    whole=whole,
                )

    def add(self, dataset: Dataset, batch: pa.RecordBatch) -> None:
        """Take in rows of a dataset that was started, column by column."""
        mine = self._open.get(dataset.full_name, {})
        for column, array in zip(batch.schema.names, batch.columns, strict=True):
            # A verdict names the items of a list column `column[]`.
            self.take(dataset, column if column in mine else f"{column}[]", array)

    def take(self, dataset: Dataset, path: str, cells: pa.Array) -> None:
        """Take in values of a field, as the data map names it; those of a field that was not started are passed by."""
        entry = self._open.get(dataset.full_name, {}).get(path)
        if entry is None:
            return
        if arrow.is_list(cells.type):
            cells = cells.flatten()
        entry.cells += len(cells) - cells.null_count
        apart = entry.category in self._apart
        update = entry.theta.update
        for value in _distinct(cells):
            told = normal(value, apart=apart)
            if len(told) >= _LEAST_LENGTH:
                update(self._hashed(told))

    def moved(self, dataset: Dataset, old: str, new: str) -> None:
        """What was told under one path is part of another from now on."""
        mine = self._open.get(dataset.full_name, {})
        entry = mine.pop(old, None)
        if entry is None:
            return
        there = mine.setdefault(new, entry)
        if there is not entry:
            there.more += (entry.theta, *entry.more)
            there.cells += entry.cells
            there.whole = there.whole and entry.whole

    def wants(self, dataset: Dataset) -> bool:
        """Whether any field of a dataset that was started is taken in."""
        return bool(self._open.get(dataset.full_name))

    def close(self, dataset: Dataset, verdicts: Collection[Field], *, whole: bool) -> None:
        """The dataset has been read. whole: to its last row.

        Fields that turned out to hold something else are dropped.
        """
        stay = {verdict.field for verdict in verdicts if verdict.category in self._categories}
        entries = self._open.pop(dataset.full_name, {})
        for path, entry in entries.items():
            if path in stay:
                self._bring(_closed(dataset.full_name, path, entry, whole=whole))

    def of(self, dataset: Dataset) -> dict[str, bytes]:
        """What to store of a dataset that has been read to its end, by `store.dataset.field`."""
        name = dataset.full_name
        mine = [_closed(name, path, entry) for path, entry in self._open.get(name, {}).items()]
        mine += self._done.get(name, {}).values()
        return {sketch.name: sketch.to_bytes() for sketch in mine}

    def merge(self, stored: Iterable[bytes]) -> None:
        """Take over what another reader's `of` gave; parts of one field become one."""
        for data in stored:
            sketch = Sketch.from_bytes(data)
            if sketch is not None:
                self._bring(sketch)

    def all(self) -> list[Sketch]:
        """Of every dataset that was kept or read, by name."""
        for name, entries in self._open.items():
            for path, entry in entries.items():
                self._bring(_closed(name, path, entry))
        self._open.clear()
        return sorted((one for there in self._done.values() for one in there.values()), key=lambda one: one.name)

    def stored(self) -> dict[str, bytes]:
        """What to hand to the next scan, by `store.dataset.field`."""
        return {sketch.name: sketch.to_bytes() for sketch in self.all()}

    def _bring(self, sketch: Sketch) -> None:
        there = self._done.setdefault(sketch.dataset, {})
        before = there.get(sketch.field)
        there[sketch.field] = sketch if before is None else before.union(sketch)

    def _hashed(self, told: str) -> int:
        digest = hashlib.blake2b(told.encode("utf-8", "surrogatepass"), digest_size=8, key=self._key).digest()
        return int.from_bytes(digest, "big", signed=True)


def _closed(dataset: str, path: str, entry: _Open, *, whole: bool = True) -> Sketch:
    body = kept(entry.theta, *entry.more)
    return Sketch(dataset, path, entry.category, body, entry.cells, whole and entry.whole, entry.references)


def _distinct(array: pa.Array) -> Iterator[str]:
    for value in pc.unique(array).to_pylist():
        if isinstance(value, str):
            yield value
        elif isinstance(value, bytes):
            yield value.decode("utf-8", "replace")
