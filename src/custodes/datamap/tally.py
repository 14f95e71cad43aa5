"""What do the cells of one column add up to? Counts over every cell, and a small sample of rows to look closer at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from operator import add
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from custodes import _native
from custodes.datamap.recognise import Recogniser
from custodes.records import Column
from custodes.stores import arrow
from custodes.stores.names import KEYS, MANY, STAR, last, listed, step

SAMPLE_ROWS: Final = 1024  # rows looked at closely; the counts are over all cells
_FIRST: Final = 512
_RUN: Final = 64  # rows taken side by side, so that rising numbers are seen
_CUT: Final = 256  # characters kept of a sampled value
_EXAMPLES: Final = 256  # cells per column and category whose matches are weighed with the words beside them
_LISTED_BY_SCANNER: Final = 64  # cells the scanner names per pattern and batch, at most
_LOOK: Final = 1000  # cells looked at to decide whether scanning distinct values pays


@dataclass(slots=True)
class Weighed:
    """Cells with matches of one category that were read with the words beside the match.

    looked: distinct cells read. agreed: those in which the match stood. cells: how often these are in the column.
    said: how often those are in which a word before the match says what it is.
    whole: every cell with a match was read, so that `cells` is exact.
    """

    looked: int = 0
    agreed: int = 0
    cells: int = 0
    said: int = 0
    whole: bool = True

    def merge(self, other: Weighed) -> None:
        """Add what was read under a path that is part of this one."""
        self.looked += other.looked
        self.agreed += other.agreed
        self.cells += other.cells
        self.said += other.said
        self.whole = self.whole and other.whole


@dataclass(slots=True)
class ColumnTally:
    """One column or path. `sample` is row by row, the same rows in every column that is not inside a list.

    name: the column's own name, where the path begins with it as it stands; there may be points in it.
    """

    path: str
    column: Column | None
    patterns: int
    cells: int = 0
    filled: int = 0
    name: str = ""
    sample: list[str | None] = field(default_factory=list)
    runs: list[int] = field(default_factory=list)
    weighed: dict[str, Weighed] = field(default_factory=dict)
    whole: list[int] = field(default_factory=list)
    whole_valid: list[int] = field(default_factory=list)
    inside: list[int] = field(default_factory=list)
    inside_valid: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.whole = [0] * self.patterns
        self.whole_valid = [0] * self.patterns
        self.inside = [0] * self.patterns
        self.inside_valid = [0] * self.patterns

    @property
    def readings(self) -> tuple[str, ...]:
        """What the path may call the values: what stands behind the last point, or a whole key or column's name.

        `customer.birth_date` is a step and a key, `Geb.-Datum` an abbreviation. Keys that are data are called nothing.
        """
        key = last(self.path)[1]
        if key == KEYS:
            return ()
        below = "." in self.path.removeprefix(self.name)
        return (key.rsplit(".", 1)[-1], key if below else self.path)

    @property
    def aligned(self) -> bool:
        """Whether the sample's rows are those of the other columns."""
        return not listed(self.path)

    def add(self, array: pa.Array, recogniser: Recogniser) -> None:
        """Count the cells of one batch."""
        self.cells += len(array)
        counted = _counted(recogniser.scanner, array)
        if counted is None:
            return
        counts, cells, weights = counted
        self.filled += counts.filled
        fresh = counts.whole, counts.whole_valid, counts.inside, counts.inside_valid
        for mine, more in zip(self._counts(), fresh, strict=True):
            mine[:] = map(add, mine, more)
        self._weigh(counts, cells, weights, recogniser)

    def _weigh(
        self, counts: _native.CellCounts, cells: pa.Array, weights: pa.Array | None, recogniser: Recogniser
    ) -> None:
        """Look at a few cells with matches as text: do the words beside them agree?

        Cells that are nothing but the match have no words beside them; a column full of those is judged as a whole.
        """
        rows_of: dict[str, dict[int, None]] = {}
        whole = counts.whole
        for index, matching in enumerate(counts.some):
            rules = recogniser.patterns[index][0]
            if matching and whole[index] * 2 > counts.filled:
                # Cells of such a batch are not read, whatever those of others are.
                self.weighed.setdefault(rules.id, Weighed()).whole = False
            elif matching:
                rows_of.setdefault(rules.id, {}).update(dict.fromkeys(matching))
                if len(matching) >= _LISTED_BY_SCANNER:
                    self.weighed.setdefault(rules.id, Weighed()).whole = False
        read: dict[int, dict[str, bool]] = {}
        for identity, rows in rows_of.items():
            mine = self.weighed.setdefault(identity, Weighed())
            room = max(0, _EXAMPLES - mine.looked)
            mine.whole = mine.whole and len(rows) <= room
            for row in list(rows)[:room]:
                if row not in read:
                    read[row] = recogniser.said(_text(cells[row].as_py()) or "")
                mine.looked += 1
                if identity in read[row]:
                    mine.agreed += 1
                    times = 1 if weights is None else int(weights[row])
                    mine.cells += times
                    mine.said += times if read[row][identity] else 0

    def merge(self, other: ColumnTally) -> None:
        """Take over what was counted under a path that is part of this one."""
        self.cells += other.cells
        self.filled += other.filled
        for mine, more in zip(self._counts(), other._counts(), strict=True):
            mine[:] = map(add, mine, more)
        for identity, seen in other.weighed.items():
            self.weighed.setdefault(identity, Weighed()).merge(seen)
        cells = [cell for cell in other.sample if cell][: max(0, SAMPLE_ROWS - len(self.sample))]
        self.sample.extend(cells)
        self.runs.append(len(cells))

    def _counts(self) -> tuple[list[int], ...]:
        return self.whole, self.whole_valid, self.inside, self.inside_valid

    def take(self, array: pa.Array, starts: Sequence[int], run: int) -> None:
        """Add rows to the sample: runs of neighbours beginning at `starts`."""
        for start in starts:
            cells = [_text(cell) for cell in array.slice(start, run).to_pylist()]
            self.sample.extend(cell.strip()[:_CUT] if cell is not None else None for cell in cells)
            self.runs.append(len(cells))

    def take_some(self, array: pa.Array) -> None:
        """Add to the sample of a path that has any number of values in a row: those in front, so many in all."""
        room = min(SAMPLE_ROWS - len(self.sample), _FIRST)
        if room > 0 and len(array):
            self.take(array.drop_null(), [0], room)


def _text(value: Any) -> str | None:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value if isinstance(value, str) or value is None else str(value)


def flatten(name: str, array: pa.Array) -> Iterator[tuple[str, pa.Array]]:
    """The columns of strings inside a column: `a.b` for structs, `a[]` for lists, `a.{key}` and `a.*` for maps.

    Anything else becomes text.
    """
    array = arrow.usual(array)
    kind = array.type
    if pa.types.is_struct(kind):
        for inner, child in zip(kind, array.flatten(), strict=True):
            yield from flatten(f"{name}.{step(inner.name)}", child)
    elif pa.types.is_map(kind):
        for inside, lists in zip((KEYS, STAR), arrow.entries(array), strict=True):
            yield from flatten(f"{name}.{inside}", lists.flatten())
    elif pa.types.is_union(kind):
        yield from _union(name, array)
    elif arrow.is_list(kind):
        yield from flatten(f"{name}{MANY}", array.flatten())
    elif pa.types.is_dictionary(kind) or arrow.is_text(kind):
        yield name, array
    elif pa.types.is_boolean(kind):
        return  # yes and no say nothing about anybody by themselves
    elif pa.types.is_floating(kind):
        yield name, _numbers(array)
    elif pa.types.is_interval(kind):
        yield name, pa.nulls(len(array), pa.string())  # a span of time is nobody's
    else:
        yield name, array.cast(pa.large_binary() if pa.types.is_binary_view(kind) else pa.string())


def _union(name: str, array: pa.Array) -> Iterator[tuple[str, pa.Array]]:
    """The plain values of a union as one column, and what is nested in it under its own paths."""
    plain: list[pa.Array] = []
    for arm in arrow.arms(array):
        for path, cells in flatten(name, arm):
            if path == name:
                decoded = cells.dictionary_decode() if pa.types.is_dictionary(cells.type) else cells
                plain.append(decoded.cast(pa.large_binary()))
            else:
                yield path, cells
    if plain:
        yield name, pc.coalesce(*plain)


def _numbers(array: pa.Array) -> pa.Array:
    """Whole numbers kept as floating ones, as tables with gaps are, without exponent and point."""
    try:
        return array.cast(pa.int64()).cast(pa.string())  # refuses where a fraction would be lost
    except pa.ArrowInvalid:
        return array.cast(pa.string())


def scan(scanner: _native.Scanner, array: pa.Array) -> tuple[_native.CellCounts, pa.Array] | None:
    """Counts of one batch's cells, and the array that their row numbers mean; None where there is no cell."""
    counted = _counted(scanner, array)
    return None if counted is None else counted[:2]


def _counted(scanner: _native.Scanner, array: pa.Array) -> tuple[_native.CellCounts, pa.Array, pa.Array | None] | None:
    """Counts, cells and how often each stands in the column (None: once).

    Distinct values are scanned once, with how often they occur, where that is less work.
    """
    if len(array) == array.null_count:
        return None
    weights = None
    if not pa.types.is_dictionary(array.type) and len(array) >= _LOOK:
        look = array.slice(0, _LOOK)
        if pc.count_distinct(look).as_py() * 4 < len(look):
            array = array.dictionary_encode()
    if pa.types.is_dictionary(array.type):
        indices = array.indices.drop_null().to_numpy(zero_copy_only=False)
        weights = np.bincount(indices, minlength=len(array.dictionary)).astype("<i8")
        array = array.dictionary
    large = pa.types.is_large_string(array.type) or pa.types.is_large_binary(array.type)
    validity, offsets, data = array.buffers()
    # Only the slice's own bytes are handed over: a batch may be a small window on large buffers.
    ends = np.frombuffer(offsets, dtype="<i8" if large else "<i4")[array.offset : array.offset + len(array) + 1]
    first, last = int(ends[0]), int(ends[-1])
    counts = scanner.scan_cells(
        offsets,
        b"" if data is None else memoryview(data)[first:last],
        validity,
        len(array),
        large,
        offset=array.offset,
        base=first,
        weights=None if weights is None else weights.tobytes(),
    )
    return counts, array, weights


def sample_plan(rows: int, taken: int) -> tuple[list[int], int]:
    """Where the runs of rows to sample begin in a batch of so many rows, and how long each is."""
    room = (_FIRST if taken == 0 else _RUN) if taken < SAMPLE_ROWS else 0
    if rows <= min(SAMPLE_ROWS - taken, _FIRST):
        return ([0] if rows and taken < SAMPLE_ROWS else []), rows
    count = min(room, SAMPLE_ROWS - taken) // _RUN
    return [place * (rows - _RUN) // max(count - 1, 1) for place in range(count)], _RUN
