"""Which fields of a dataset are sketched while it is read? Those that are found to identify a person."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, Protocol, runtime_checkable

import pyarrow as pa

from custodes.datamap.classify import Onlooker
from custodes.datamap.sketches import Sketches
from custodes.records import Dataset, Field
from custodes.stores import arrow
from custodes.stores.names import MANY

_FIRST_LOOK: Final = 20_000  # rows that are held back until it is decided which fields are sketched
_LATER: Final = 4  # times as many rows later it is asked again, for fields that were empty in front


class _Tally(Protocol):
    def verdicts(self) -> tuple[Field, ...]: ...


@runtime_checkable
class _Showing(Protocol):
    """A tally that shows nested values under the paths that verdicts name."""

    def watched_by(self, onlooker: Onlooker) -> None: ...

    def show(self, batch: pa.RecordBatch) -> None: ...


class Sketching:
    """Holds back the values of the first rows until it is known which fields identify a person; then sketches those.

    A tally that can show its values is asked for them, so that what is nested in a text is sketched as well; of another
    one the columns are taken as they are.
    """

    def __init__(self, sketches: Sketches, tally: _Tally, dataset: Dataset) -> None:
        self._sketches = sketches
        self._tally = tally
        self._dataset = dataset
        self._held: list[tuple[str, pa.Array]] | None = []
        self._rows = 0
        self._look = _FIRST_LOOK
        self._showing = tally if isinstance(tally, _Showing) else None
        if self._showing is not None:
            self._showing.watched_by(self)

    def see(self, path: str, cells: pa.Array) -> None:
        """Take in values of a path; those of the first rows are held back."""
        if self._held is None:
            self._sketches.take(self._dataset, path, cells)
        else:
            self._held.append((path, cells))

    def moved(self, old: str, new: str) -> None:
        """What was told under one path is part of another from now on."""
        if self._held is not None:
            self._held = [(new if path == old else path, cells) for path, cells in self._held]
        self._sketches.moved(self._dataset, old, new)

    def add(self, batch: pa.RecordBatch, *, counted: bool) -> None:
        """Take in a batch. counted: the tally has just taken it in, and shown it."""
        if self._showing is None:
            for column, cells in zip(batch.schema.names, batch.columns, strict=True):
                self.see(f"{column}{MANY}" if arrow.is_list(cells.type) else column, cells)
        elif not counted:
            self._showing.show(batch)
        self._rows += batch.num_rows
        if self._rows >= self._look:
            self._look = self._rows * _LATER
            if counted:
                self._start(self._tally.verdicts())

    @property
    def wanted(self) -> bool:
        """Whether the dataset has fields that are sketched."""
        return self._held is not None or self._sketches.wants(self._dataset)

    def finish(self, verdicts: Collection[Field], *, whole: bool, left: Collection[Field] = ()) -> None:
        """The dataset has been read. whole: to its last row. left: verdicts of an earlier scan that still stand."""
        self._sketches.forget(self._dataset, but={one.field for one in left})
        # A field that was only now seen to identify people has no value taken in: its sketch says that it is in part.
        self._start(verdicts)
        self._sketches.close(self._dataset, verdicts, whole=whole)

    def _start(self, verdicts: Collection[Field]) -> None:
        first = self._held is not None
        self._sketches.start(self._dataset, verdicts, whole=first)
        for path, cells in self._held or ():
            self._sketches.take(self._dataset, path, cells)
        self._held = None
