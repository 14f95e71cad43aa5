"""How is one configured store read by several hands at once?"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Final

from custodes.config import ScanConfig, StoreConfig
from custodes.datamap.order import targets_first
from custodes.datamap.scan import Asked, Judge, judged
from custodes.datamap.sketches import Sketches
from custodes.pipeline.meter import Meter
from custodes.pipeline.open_store import open_store
from custodes.records import Dataset, Examined, Skipped
from custodes.stores.interface import Measured, Store

# A server in production serves others: one connection reads its tables, one after the other.
_ONE_BY_ONE: Final = frozenset({"postgres", "mysql"})


class StoreSite:
    """A store for the crew: opened when its turn comes, closed when nobody reads in it any more."""

    def __init__(
        self, chosen: StoreConfig, config: ScanConfig, asked: Asked, judge: Judge, sketches: Sketches, meter: Meter
    ) -> None:
        self.name = chosen.name
        self.at_once = at_once(chosen, hands(config))
        self._chosen = chosen
        self._timeout = _timeout(config)
        self._asked = asked
        self._judge = judge
        self._sketches = sketches
        self._meter = meter
        self._store: Store | None = None

    def listed(self) -> Iterator[Dataset | Skipped]:
        """See crew.Site."""
        store = self._store = open_store(self._chosen, timeout=self._timeout)
        if self._meter.shown and isinstance(store, Measured):
            store.measure()
        self._meter.opened(self.name, store.share if isinstance(store, Measured) else _all)
        for found in targets_first(store.datasets()):
            if isinstance(found, Dataset):
                self._meter.named(found)
            yield found

    def judged(self, found: Dataset | Skipped, check: Callable[[], None]) -> Iterator[Examined | Skipped]:
        """See crew.Site."""
        assert self._store is not None  # noqa: S101 - it was listed from

        def heard(dataset: Dataset, rows: int, size: int) -> None:
            check()
            self._meter.read(dataset, rows, size)

        check()
        with closing(
            judged(self._store, found, self._judge, self._asked, sketches=self._sketches, on_progress=heard)
        ) as results:
            yield from results
        if isinstance(found, Dataset):
            self._meter.finished(found)

    def close(self) -> None:
        """See crew.Site."""
        if self._store is not None:
            self._store.close()
            self._store = None


def hands(config: ScanConfig) -> int:
    """How many threads read: as many as asked for, else as many as there are cores for this process."""
    if config.workers:
        return config.workers
    try:
        return max(1, len(os.sched_getaffinity(0)))
    except AttributeError:  # not on every system
        return os.cpu_count() or 1


def at_once(chosen: StoreConfig, workers: int) -> int:
    """How many datasets of a store are read at the same time."""
    return min(workers, chosen.at_once or (1 if chosen.kind in _ONE_BY_ONE else workers))


def _timeout(config: ScanConfig) -> int:
    """Seconds for one statement: no longer than the dataset as a whole may take."""
    limits = [limit for limit in (config.timeout, config.max_seconds) if limit]
    return min(limits, default=0)


def _all() -> float:
    return 1.0
