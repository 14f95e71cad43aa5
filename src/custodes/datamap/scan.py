"""What does each dataset hold? Read one after the other; whatever was not read, or not to its end, is named."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final, Protocol

import pyarrow as pa

from custodes.datamap.order import targets_first
from custodes.records import Dataset, Examined, Field, Skipped
from custodes.stores.interface import Store, Unreadable

if TYPE_CHECKING:
    from custodes.datamap.copies import Sketches

_FIRST_LOOK: Final = 20_000  # rows after which it is decided which fields are sketched

Progress = Callable[[str, int], None]  # full name of the dataset, rows read of it so far


class Tally(Protocol):
    """What has been seen of one dataset."""

    def add(self, batch: pa.RecordBatch) -> None:
        """Take in rows: columns of text or of lists of text; a later batch may have more columns."""
        ...

    def verdicts(self) -> tuple[Field, ...]:
        """What the fields hold, by all rows so far. May be asked more than once."""
        ...


class Judge(Protocol):
    """Decides what a dataset's fields hold."""

    def tally(self, dataset: Dataset) -> Tally:
        """A fresh tally for one dataset."""
        ...

    def recall(self, before: Examined) -> None:
        """Take over what an earlier scan found, for columns of other datasets that reference it."""
        ...


def scan(
    store: Store,
    judge: Judge,
    *,
    max_rows: int,
    known: Mapping[str, Examined],
    skip: Mapping[str, str],
    sketches: Sketches | None = None,
    on_progress: Progress | None = None,
) -> Iterator[Examined | Skipped]:
    """Each dataset of the store, those that others reference first, as Examined, as Skipped, or as both.

    It is both when only part of it was read.

    known: by `Dataset.full_name`, what an earlier scan with the same judge and max_rows found; a dataset whose
    fingerprint is unchanged is not read again. skip: names (or patterns with `*`) of datasets the owner does not
    want read, with the reason. A dataset that broke off or was mended has no fingerprint: the next scan tries again.
    Raises StoreRefused when the store is lost altogether.
    """
    for found in targets_first(store.datasets()):
        name = found.dataset if isinstance(found, Skipped) else found.name
        if (reason := unwanted(name, skip)) is not None:
            yield Skipped(
                "scan", store.name, name, f"left out by the owner: {reason}", "remove it from skip to read it"
            )
        elif isinstance(found, Skipped):
            yield found
        elif (before := _unchanged(found, known)) is not None:
            if sketches is not None:
                sketches.keep(found)
            judge.recall(before)
            yield before
        else:
            tally = judge.tally(found)
            yield from _examine(store, found, tally, max_rows=max_rows, sketches=sketches, on_progress=on_progress)


def _examine(
    store: Store,
    dataset: Dataset,
    tally: Tally,
    *,
    max_rows: int,
    sketches: Sketches | None,
    on_progress: Progress | None,
) -> Iterator[Examined | Skipped]:
    sketching = None if sketches is None else _Sketching(sketches, tally, dataset)
    rows = 0
    broken: Skipped | None = None
    try:
        for batch in store.read(dataset, max_rows=max_rows):
            tally.add(batch)
            rows += batch.num_rows
            if sketching is not None:
                sketching.add(batch)
            if on_progress is not None:
                on_progress(dataset.full_name, rows)
    except Unreadable as error:
        broken = Skipped("scan", store.name, dataset.name, error.reason, error.hint)
    except (UnicodeError, pa.ArrowException, RecursionError) as error:
        # One odd cell must not keep the other datasets from being judged. The error's own words may hold the value.
        reason = f"a value after row {rows:,} cannot be judged ({type(error).__name__})"
        broken = Skipped("scan", store.name, dataset.name, reason, "mend the value, or report it: it is a gap of ours")
    if broken is not None:
        yield broken
        if rows == 0:
            return
    verdicts = tally.verdicts()
    if sketching is not None:
        sketching.finish(verdicts)
    yield Examined(
        store=store.name,
        dataset=dataset.name,
        kind=dataset.kind,
        columns=len(dataset.columns),
        rows_read=rows,
        rows_total=_total(dataset, rows, max_rows, whole=broken is None),
        fingerprint=None if broken is not None else dataset.fingerprint,
        verdicts=verdicts,
    )


class _Sketching:
    """Holds back the first rows until it is known which fields identify a person; then sketches those fields."""

    def __init__(self, sketches: Sketches, tally: Tally, dataset: Dataset) -> None:
        self._sketches = sketches
        self._tally = tally
        self._dataset = dataset
        self._held: list[pa.RecordBatch] | None = []
        self._rows = 0
        sketches.forget(dataset)

    def add(self, batch: pa.RecordBatch) -> None:
        if self._held is None:
            self._sketches.add(self._dataset, batch)
            return
        self._held.append(batch)
        self._rows += batch.num_rows
        if self._rows >= _FIRST_LOOK:
            self._start(self._tally.verdicts())

    def finish(self, verdicts: tuple[Field, ...]) -> None:
        if self._held is not None:
            self._start(verdicts)

    def _start(self, verdicts: tuple[Field, ...]) -> None:
        self._sketches.start(self._dataset, verdicts)
        for batch in self._held or ():
            self._sketches.add(self._dataset, batch)
        self._held = None


def unwanted(name: str, skip: Mapping[str, str]) -> str | None:
    """The owner's reason for leaving a dataset out, by its name or a pattern; None where it is to be read."""
    if name in skip:
        return skip[name]
    return next((reason for pattern, reason in skip.items() if fnmatchcase(name, pattern)), None)


def _unchanged(dataset: Dataset, known: Mapping[str, Examined]) -> Examined | None:
    before = known.get(dataset.full_name)
    if before is None or dataset.fingerprint is None or before.fingerprint != dataset.fingerprint:
        return None
    return replace(before, kind=dataset.kind, columns=len(dataset.columns))


def _total(dataset: Dataset, rows: int, max_rows: int, *, whole: bool) -> int | None:
    """How many rows there are; None where the limit or a break-off ended the reading and the store cannot tell."""
    sampled = max_rows > 0 and ((dataset.rows or 0) > max_rows or rows >= max_rows)
    if whole and not sampled:
        return rows
    return dataset.rows if dataset.rows is not None and dataset.rows >= rows else None
