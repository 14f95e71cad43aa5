"""How far is a scan? Rows and bytes so far, and the share of what is to be read, as far as that can be known."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from custodes.pipeline.progress import Progress, Silent
from custodes.records import Dataset

_UNKNOWN: Final = 10_000  # rows a dataset is taken to have that cannot say how many
_EVERY: Final = 0.2  # seconds between two lines


@dataclass(slots=True)
class _Store:
    """What is known of one store. expected and done are in rows."""

    listed: Callable[[], float]  # the share of it that has been named by now
    expected: float = 0.0
    done: float = 0.0
    reading: dict[str, int] = field(default_factory=dict)  # by dataset, rows of it that were read


class Meter:
    """Counts for one scan over so many stores. Threads may use it at once. rows, size: read by now, size in bytes.

    A dataset that is enough after a part of it counts as done altogether, so that the time left is at most what is
    said, about. Rows that are not read because nothing changed are no work.
    """

    def __init__(self, progress: Progress, stores: int, max_rows: int) -> None:
        self._progress = progress
        self._stores_all = stores
        self._max_rows = max_rows
        self._lock = threading.Lock()
        self._stores: dict[str, _Store] = {}
        self.shown = not isinstance(progress, Silent)
        self.rows = self.size = 0
        self._next = 0.0

    def opened(self, store: str, listed: Callable[[], float]) -> None:
        """A store is going to be read. listed: the share of it that its list has named so far, 0 to 1."""
        with self._lock:
            self._stores[store] = _Store(listed)

    def named(self, dataset: Dataset) -> None:
        """A dataset is going to be read."""
        with self._lock:
            self._stores[dataset.store].expected += self._expected(dataset)

    def read(self, dataset: Dataset, rows: int, size: int) -> None:
        """So many rows of it by now, and bytes of the last batch."""
        with self._lock:
            store = self._stores[dataset.store]
            before = store.reading.get(dataset.name, 0)
            store.reading[dataset.name] = rows
            most = self._expected(dataset)
            store.done += min(rows, most) - min(before, most)
            self.rows += rows - before
            self.size += size
            if not self.shown or time.monotonic() < self._next:
                return
            self._next = time.monotonic() + _EVERY
            names = [f"{name}.{one}" for name, each in self._stores.items() for one in each.reading]
            beside = f" and {len(names) - 1} more" if len(names) > 1 else ""
            detail, rows, size, share = f"{names[0]}{beside}", self.rows, self.size, self._share()
        self._progress.amount(detail, rows=rows, size=size, share=share)

    def finished(self, dataset: Dataset) -> None:
        """It is done with, whether it was read or not."""
        with self._lock:
            store = self._stores[dataset.store]
            expected = self._expected(dataset)
            rows = store.reading.pop(dataset.name, None)
            if rows is None:
                store.expected -= expected
            else:
                store.done += expected - min(rows, expected)

    def _expected(self, dataset: Dataset) -> float:
        rows = _UNKNOWN if dataset.rows is None else dataset.rows
        return float(max(1, min(rows, self._max_rows or rows)))

    def _share(self) -> float:
        expected = done = 0.0
        for store in self._stores.values():
            listed = store.listed()
            expected += store.expected / listed if listed > 0 else 0.0
            done += store.done
        # Stores that nobody has opened yet are taken to be like the others.
        expected *= self._stores_all / max(1, len(self._stores))
        return min(1.0, done / expected) if expected > 0 else 0.0
