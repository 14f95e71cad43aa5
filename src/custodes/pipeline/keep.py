"""What does a scan keep of what it finds, and when, so that a stop at any moment costs little?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from custodes.config import StoreConfig
from custodes.datamap import drift
from custodes.datamap.crew import Ended, Told
from custodes.datamap.scan import unwanted
from custodes.datamap.sketches import Sketches
from custodes.pipeline.workspace import Workspace
from custodes.records import Dataset, Drift, Examined, Skipped

_NEWS: Final = timedelta(days=30)  # a difference of schema is told so long, or until the next one of the same field


@dataclass(slots=True)
class _Found:
    """What came of one store so far, by its place in the store's list."""

    examined: dict[int, Examined] = field(default_factory=dict)
    skipped: dict[int, tuple[Skipped, ...]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    unseen: set[str] = field(default_factory=set)


class Keeper:
    """Takes what the crew tells, in the order in which it comes, and keeps it in the order of the stores.

    known, done: by store and dataset, what an earlier scan found and what this one had read before it was stopped.
    left_out: by store, what the owner does not want read.
    read: datasets that were read, not remembered. drifted: whether a schema differs from before.
    """

    def __init__(
        self,
        workspace: Workspace,
        sketches: Sketches,
        *,
        judged_by: str,
        scan: str,
        known: Mapping[str, Mapping[str, Examined]],
        done: Mapping[str, Mapping[str, Examined]],
        left_out: Mapping[str, Mapping[str, str]],
    ) -> None:
        self._workspace = workspace
        self._sketches = sketches
        self._judged_by = judged_by
        self._scan = scan
        self._known = known
        self._done = done
        self._left_out = left_out
        self._stores: tuple[StoreConfig, ...] = workspace.config.stores
        self._found = [_Found() for _ in self._stores]
        self._declared = [workspace.drifts.declared(store.name) for store in self._stores]
        self._listed = [workspace.drifts.listed(store.name) for store in self._stores]
        self._lost: dict[int, Skipped] = {}
        self.read = 0
        self.drifted = False

    def take(self, told: Told) -> None:
        """What came of one dataset: kept at once where it is whole, so that a stopped scan need not read it again."""
        store = self._stores[told.site].name
        found = self._found[told.site]
        skipped = tuple(one for one in told.results if isinstance(one, Skipped))
        if skipped:
            found.skipped[told.place] = skipped
        if len(skipped) == len(told.results):
            found.unseen.update(one.dataset for one in skipped)
        elif isinstance(told.found, Dataset):
            found.names.add(told.found.name)
            self._compare(told.site, told.found)
        for one in told.results:
            if isinstance(one, Examined):
                found.examined[told.place] = one
                fresh = not unchanged(one, self._known[store]) and one.dataset not in self._done[store]
                self.read += fresh
                # What was read in part would not be told again: it is read again.
                if fresh and not skipped:
                    self._workspace.datamap.keep(
                        one,
                        self._sketches.of(Dataset(one.store, one.dataset, ())),
                        judged_by=self._judged_by,
                        now=self._workspace.clock(),
                        scan=self._scan,
                    )

    def end(self, ended: Ended) -> None:
        """A store is done with, or lost. What was known of a place that could not be read stays on the map.

        It has not gone away: else whoever can close a file for a day takes what is known of it off the map.
        """
        store = self._stores[ended.site].name
        found = self._found[ended.site]
        examined = [found.examined[place] for place in sorted(found.examined)]
        seen = {one.dataset for one in examined}
        # Also what was judged by the rules of an earlier release: a store that is away that day has lost nothing.
        stay = {name for name in self._workspace.datamap.names(store) if name not in seen}
        if ended.lost is not None:
            self._lost[ended.site] = Skipped("scan", store, "", str(ended.lost), ended.lost.hint)
        else:
            self._gone(ended.site)
            stay -= set(drift.gone(stay, found.names, found.unseen))
        stay = {name for name in stay if unwanted(name, self._left_out[store]) is None}
        for name in stay:
            self._sketches.keep(Dataset(store, name, ()))
        now = self._workspace.clock()
        self._workspace.datamap.save([store], examined, judged_by=self._judged_by, now=now, untouched=stay)

    def skipped(self) -> list[Skipped]:
        """What was not read, in the order of the stores and of what they list."""
        told: list[Skipped] = []
        for number, found in enumerate(self._found):
            for place in sorted(found.skipped):
                told.extend(found.skipped[place])
            told.extend([self._lost[number]] if number in self._lost else [])
        return told

    def _compare(self, number: int, dataset: Dataset) -> None:
        declared, until = self._declared[number], self._listed[number]
        now = drift.columns(dataset)
        if dataset.name in declared and (declared[dataset.name] == now or now is None):
            return
        found: list[Drift] = []
        if until is not None:
            found = drift.differences(dataset, declared, since=self._workspace.clock(), until=until)
            self.drifted = self.drifted or bool(found)
        declared[dataset.name] = now
        self._workspace.drifts.keep(dataset.store, dataset.name, now, found)

    def _gone(self, number: int) -> None:
        store, until, now = self._stores[number].name, self._listed[number], self._workspace.clock()
        found = self._found[number]
        names = drift.gone(self._declared[number], found.names, found.unseen)
        told = [Drift(store, name, "", "gone_dataset", "", "", now, until or now) for name in names]
        self.drifted = self.drifted or bool(told)
        self._workspace.drifts.end(store, names, told if until is not None else [], now, now - _NEWS)


def unchanged(one: Examined, known: Mapping[str, Examined]) -> bool:
    """Whether a dataset was remembered, not read."""
    before = known.get(one.dataset)
    return before is not None and one.fingerprint is not None and before.fingerprint == one.fingerprint
