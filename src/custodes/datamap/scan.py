"""What does each dataset hold? Read one after the other; whatever was not read, or not to its end, is named."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final, Protocol

import pyarrow as pa

from custodes.datamap.claim import signed
from custodes.datamap.dated import Dates
from custodes.datamap.enough import Enough, Limits, unseen
from custodes.datamap.order import targets_first
from custodes.datamap.sketching import Sketching
from custodes.records import Dataset, Examined, Field, Skipped
from custodes.stores.interface import Store, Unreadable

if TYPE_CHECKING:
    from custodes.datamap.sketches import Sketches


# The dataset, rows read of it so far, and bytes of text in the batch that came last. What it raises ends the scan.
Progress = Callable[[Dataset, int, int], None]


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
    limits: Limits | None = None,
    done: Mapping[str, Examined] | None = None,
    sketches: Sketches | None = None,
    on_progress: Progress | None = None,
) -> Iterator[Examined | Skipped]:
    """Each dataset of the store, those that others reference first, as Examined, as Skipped, or as both.

    It is both when only part of it was read.

    max_rows: the most that is read of one dataset, 0 for all. limits: further ones; unless they say `whole`, reading
    ends as soon as the verdicts are sure where the store gives rows in random order, and `sampled` says so.
    known: by `Dataset.full_name`, what an earlier scan with the same judge and max_rows found; a dataset whose
    fingerprint is unchanged is not read again. done: what this very scan had read before it was stopped; that is not
    read again even where the store promises nothing. skip: names (or patterns with `*`) of datasets the owner does not
    want read, with the reason. A dataset that broke off or was mended has no fingerprint: the next scan tries again.
    Raises StoreRefused when the store is lost altogether.
    """
    asked = Asked(replace(limits or Limits(), rows=max_rows), known, done or {}, skip)
    for found in targets_first(store.datasets()):
        yield from judged(store, found, judge, asked, sketches=sketches, on_progress=on_progress)


@dataclass(frozen=True, slots=True)
class Asked:
    """How far the datasets of one store are read, and which not; see `scan`."""

    limits: Limits
    known: Mapping[str, Examined]
    done: Mapping[str, Examined]
    skip: Mapping[str, str]


def judged(
    store: Store,
    found: Dataset | Skipped,
    judge: Judge,
    asked: Asked,
    *,
    sketches: Sketches | None = None,
    on_progress: Progress | None = None,
) -> Generator[Examined | Skipped, None, None]:
    """One of the things a store names, as Examined, as Skipped, or as both; see `scan`.

    Threads may do this at once for different datasets, as long as those come first that a dataset references.
    """
    name = found.dataset if isinstance(found, Skipped) else found.name
    if (reason := unwanted(name, asked.skip)) is not None:
        yield Skipped("scan", store.name, name, f"left out by the owner: {reason}", "remove it from skip to read it")
    elif isinstance(found, Skipped):
        yield found
    elif (before := _unchanged(found, asked.known) or _done(found, asked.done)) is not None and (
        sketches is None or sketches.holds(found, before.verdicts)
    ):
        if sketches is not None:
            sketches.keep(found)
        judge.recall(before)
        yield before
    else:
        tally = judge.tally(found)
        earlier = asked.known.get(found.full_name)
        yield from _examine(
            store, found, tally, earlier, limits=asked.limits, sketches=sketches, on_progress=on_progress
        )


def _examine(
    store: Store,
    dataset: Dataset,
    tally: Tally,
    earlier: Examined | None,
    *,
    limits: Limits,
    sketches: Sketches | None,
    on_progress: Progress | None,
) -> Iterator[Examined | Skipped]:
    sketching = None if sketches is None else Sketching(sketches, tally, dataset)
    dates = Dates()
    enough = Enough() if limits.rows and dataset.scattered and not limits.whole else None
    spent = _Spent(limits)
    rows = passed = 0
    sure = cut = False
    broken: Skipped | None = None
    try:
        with closing(_generator(store.read(dataset, max_rows=limits.rows))) as batches:
            for batch in batches:
                passed += batch.num_rows
                if not sure:
                    tally.add(batch)
                    rows += batch.num_rows
                dates.add(batch)
                if sketching is not None:
                    sketching.add(batch, counted=not sure)
                if on_progress is not None:
                    on_progress(dataset, passed, batch.nbytes)
                if (reason := spent.by(batch)) is not None:
                    hint = "raise it in custodes.toml, or scan with --full"
                    broken = Skipped("scan", store.name, dataset.name, reason, hint)
                    cut = True
                    break
                sure = sure or (enough is not None and enough.reached(rows, tally.verdicts))
                # Copies are found by comparing all values: fields that identify people are read on for that alone.
                if sure and (sketching is None or not sketching.wanted):
                    break
    except Unreadable as error:
        broken = Skipped("scan", store.name, dataset.name, error.reason, error.hint)
        cut = not error.ended
    except (UnicodeError, pa.ArrowException, RecursionError) as error:
        # One odd cell must not keep the other datasets from being judged. The error's own words may hold the value.
        reason = f"a value after row {rows:,} cannot be judged ({type(error).__name__})"
        broken = Skipped("scan", store.name, dataset.name, reason, "mend the value, or report it: it is a gap of ours")
        cut = True
    ended = broken is None and not (sure and rows == passed)
    total = _total(dataset, passed, limits.rows, whole=ended)
    if broken is not None:
        yield replace(broken, reason=_far(broken.reason, passed, total)) if cut and rows else broken
        if rows == 0:
            return  # what an earlier scan knew of it stays as it was, its sketches as well
    verdicts = tally.verdicts()
    left = _left(dataset, earlier, verdicts, rows) if cut else ()
    if sketching is not None:
        sketching.finish(verdicts, whole=ended and total == passed, left=left)
    # Rows that come in random order are a fair sample wherever the reading ends.
    fair = sure or (cut and dataset.scattered and limits.rows > 0)
    sampled = fair and (total is None or rows < total)
    share = _share(rows, total, sure=sampled, cut=cut)
    yield Examined(
        store=store.name,
        dataset=dataset.name,
        kind=dataset.kind,
        columns=len(dataset.columns),
        rows_read=rows,
        rows_total=total,
        fingerprint=None if broken is not None else dataset.fingerprint,
        verdicts=(*(replace(one, reasons=(*one.reasons, *share)) for one in verdicts), *left),
        sampled=sampled,
        modified=dataset.modified,
        dated=dates.told({one.field for one in verdicts}, datetime.now(UTC)),
    )


def _far(reason: str, rows: int, total: int | None) -> str:
    """The reason of a reading that ended too early, with how far it came."""
    if total:
        return f"{reason}; {rows:,} of {total:,} rows ({rows / total:.2%}) were read"
    return reason if f"{rows:,}" in reason else f"{reason}; {rows:,} rows were read, of an unknown number"


def _left(dataset: Dataset, earlier: Examined | None, verdicts: tuple[Field, ...], rows: int) -> tuple[Field, ...]:
    """What an earlier scan had found further on, where this one broke off: it has not gone away by that.

    Else whoever can end a reading takes what is known of the rest off the map.
    """
    if earlier is None or earlier.rows_read <= rows:
        return ()
    told = {(one.field, one.category) for one in verdicts}
    return tuple(
        replace(one, reasons=tuple(dict.fromkeys((*one.reasons, _EARLIER))))
        for one in earlier.verdicts
        if (one.field, one.category) not in told and _declared(dataset, one.field)
    )


_EARLIER: Final = signed(-1.0, "seen by an earlier scan; this time the reading ended before that many rows")


def _declared(dataset: Dataset, field: str) -> bool:
    """Whether a dataset still has the column that a field is in, as far as it says what it has."""
    return not dataset.declared or any(
        field == column.name or field.startswith((f"{column.name}.", f"{column.name}[")) for column in dataset.columns
    )


def _share(rows: int, total: int | None, *, sure: bool, cut: bool = False) -> tuple[str, ...]:
    """How much of the dataset a verdict rests on, where that is not all of it. cut: the reading ended too early."""
    if cut and total is None and not sure:
        return (signed(-1.0, f"judged by the first {rows:,} rows, of an unknown number: the reading ended there"),)
    if not sure and (total is None or rows >= total):
        return ()
    said = f"judged by {rows:,} of {total:,} rows ({rows / total:.2%})" if total else f"judged by {rows:,} rows"
    if sure:
        said += f" from all over it; what at most {unseen(rows):.2%} of the rows hold may be unseen"
    # A fair sample speaks for what was found in it; the first rows may not be like the rest.
    return (signed(1.0 if sure else -1.0, said),)


def _generator(batches: Iterator[pa.RecordBatch]) -> Generator[pa.RecordBatch, None, None]:
    """What a store hands over, closed with everything it holds when the reading ends early."""
    yield from batches


class _Spent:
    """What a dataset has cost so far."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._began = time.monotonic()
        self._bytes = 0

    def by(self, batch: pa.RecordBatch) -> str | None:
        """Which limit was met with this batch."""
        self._bytes += batch.nbytes
        if self._limits.bytes and self._bytes >= self._limits.bytes:
            return f"scan.max_bytes ({self._limits.bytes:,}) was reached"
        if self._limits.seconds and time.monotonic() - self._began >= self._limits.seconds:
            return f"scan.max_seconds ({self._limits.seconds:g}) was reached"
        return None


def unwanted(name: str, skip: Mapping[str, str]) -> str | None:
    """The owner's reason for leaving a dataset out, by its name or a pattern; None where it is to be read."""
    if name in skip:
        return skip[name]
    return next((reason for pattern, reason in skip.items() if fnmatchcase(name, pattern)), None)


def _unchanged(dataset: Dataset, known: Mapping[str, Examined]) -> Examined | None:
    before = known.get(dataset.full_name)
    if before is None or dataset.fingerprint is None or before.fingerprint != dataset.fingerprint:
        return None
    return replace(before, kind=dataset.kind, columns=len(dataset.columns), modified=dataset.modified)


def _done(dataset: Dataset, done: Mapping[str, Examined]) -> Examined | None:
    before = done.get(dataset.full_name)
    return before if before is not None and before.fingerprint == dataset.fingerprint else None


def _total(dataset: Dataset, rows: int, max_rows: int, *, whole: bool) -> int | None:
    """How many rows there are; None where the limit or a break-off ended the reading and the store cannot tell."""
    sampled = max_rows > 0 and ((dataset.rows or 0) > max_rows or rows >= max_rows)
    if whole and not sampled:
        return rows
    return dataset.rows if dataset.rows is not None and dataset.rows >= rows else None
