"""In which order are a store's datasets judged, so that what a column references is known before it?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from custodes.records import Dataset, Skipped


def targets_first(found: Iterable[Dataset | Skipped]) -> Iterator[Dataset | Skipped]:
    """The same datasets, each behind those that its columns reference; otherwise in the store's own order.

    Where references go round in a circle, the one that the store names first comes first. Files reference nothing: they
    are handed on one by one, so that a store of a million files is never listed whole.
    """
    listed: list[Dataset | Skipped] = []
    for one in found:
        if listed or (isinstance(one, Dataset) and one.kind != "file"):
            listed.append(one)
        else:
            yield one
    by_name = {one.name: one for one in listed if isinstance(one, Dataset)}
    begun: set[str] = set()
    for one in listed:
        if isinstance(one, Skipped):
            yield one
        elif one.name not in begun:
            yield from _behind(one, by_name, begun)


def _behind(first: Dataset, by_name: dict[str, Dataset], begun: set[str]) -> Iterator[Dataset]:
    """A dataset behind its targets, and they behind theirs; a stack of its own, for chains may be long."""
    begun.add(first.name)
    stack = [(first, _targets(first, by_name))]
    while stack:
        dataset, targets = stack[-1]
        target = next((one for one in targets if one.name not in begun), None)
        if target is None:
            stack.pop()
            yield dataset
        else:
            begun.add(target.name)
            stack.append((target, _targets(target, by_name)))


def references(dataset: Dataset) -> Iterator[str]:
    """The names of the datasets that its columns reference, itself among them where they do."""
    for column in dataset.columns:
        if column.references is not None:
            yield column.references.rpartition(".")[0]


def _targets(dataset: Dataset, by_name: dict[str, Dataset]) -> Iterator[Dataset]:
    return (by_name[name] for name in references(dataset) if name in by_name)
