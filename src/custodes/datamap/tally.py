"""What do the cells of one column add up to? Counts over every cell, and a small sample of rows to look closer at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from custodes import _native
from custodes.datamap.recognise import Recogniser
from custodes.records import Column

SAMPLE_ROWS: Final = 1024  # rows looked at closely; the counts are over all cells
_FIRST: Final = 512
_RUN: Final = 64  # rows taken side by side, so that rising numbers are seen
_CUT: Final = 256  # characters kept of a sampled value
_EXAMPLES: Final = 64  # cells per column and category whose matches are weighed with the words beside them
_LOOK: Final = 1000  # cells looked at to decide whether scanning distinct values pays


@dataclass(slots=True)
class ColumnTally:
    """One column or path. `sample` is row by row, the same rows in every column that is not inside a list."""

    path: str
    column: Column | None
    patterns: int
    cells: int = 0
    filled: int = 0
    sample: list[str | None] = field(default_factory=list)
    runs: list[int] = field(default_factory=list)
    examined: dict[str, int] = field(default_factory=dict)
    confirmed: dict[str, int] = field(default_factory=dict)
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
    def aligned(self) -> bool:
        """Whether the sample's rows are those of the other columns."""
        return "[]" not in self.path

    @property
    def values(self) -> list[str]:
        """The sampled values that are not empty."""
        return [value for value in self.sample if value]

    def add(self, array: pa.Array, recogniser: Recogniser) -> None:
        """Count the cells of one batch."""
        self.cells += len(array)
        counts = scan(recogniser.scanner, array)
        if counts is None:
            return
        self.filled += counts[0].filled
        for mine, more in (
            (self.whole, counts[0].whole),
            (self.whole_valid, counts[0].whole_valid),
            (self.inside, counts[0].inside),
            (self.inside_valid, counts[0].inside_valid),
        ):
            mine[:] = map(sum, zip(mine, more, strict=True))
        self._weigh(counts[1], counts[0].some, recogniser)

    def _weigh(self, array: pa.Array, some: Sequence[Sequence[int]], recogniser: Recogniser) -> None:
        """Look at a few cells with matches as text: do the words beside them agree?"""
        rows_of: dict[str, dict[int, None]] = {}
        for (rules, _), matching in zip(recogniser.patterns, some, strict=True):
            rows_of.setdefault(rules.id, {}).update(dict.fromkeys(matching))
        for identity, rows in rows_of.items():
            room = _EXAMPLES - self.examined.get(identity, 0)
            for row in list(rows)[:room]:
                found = recogniser.text(_text(array[row]) or "")
                hit = any(match.category == identity for match in found)
                self.examined[identity] = self.examined.get(identity, 0) + 1
                self.confirmed[identity] = self.confirmed.get(identity, 0) + hit

    def take(self, array: pa.Array, starts: Sequence[int], run: int) -> None:
        """Add rows to the sample: runs of neighbours beginning at `starts`."""
        for start in starts:
            cells = [_text(cell) for cell in array.slice(start, run)]
            self.sample.extend(cell.strip()[:_CUT] if cell is not None else None for cell in cells)
            self.runs.append(len(cells))


def _text(cell: Any) -> str | None:
    value = cell.as_py()
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value if isinstance(value, str) or value is None else str(value)


def flatten(name: str, array: pa.Array) -> Iterator[tuple[str, pa.Array]]:
    """The columns of strings inside a column: `a.b` for structs, `a[]` for lists; anything else becomes text."""
    kind = array.type
    if isinstance(kind, pa.ExtensionType | pa.BaseExtensionType):
        yield from flatten(name, array.storage)
    elif pa.types.is_struct(kind):
        for inner, child in zip(kind, array.flatten(), strict=True):
            yield from flatten(f"{name}.{inner.name}", child)
    elif pa.types.is_map(kind):
        yield from flatten(f"{name}[]", array.items)
    elif pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        yield from flatten(f"{name}[]", array.flatten())
    elif pa.types.is_null(kind):
        yield name, array.cast(pa.string())
    elif pa.types.is_dictionary(kind) and not _plain(kind.value_type):
        yield from flatten(name, array.dictionary_decode())
    elif pa.types.is_dictionary(kind) or _plain(kind):
        yield name, array
    else:
        yield name, array.cast(pa.string())


def _plain(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
    )


def scan(scanner: _native.Scanner, array: pa.Array) -> tuple[_native.CellCounts, pa.Array] | None:
    """Counts of one batch's cells, and the array that their row numbers mean; None where there is no cell.

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
    return counts, array


def sample_plan(rows: int, taken: int) -> tuple[list[int], int]:
    """Where the runs of rows to sample begin in a batch of so many rows, and how long each is."""
    room = (_FIRST if taken == 0 else _RUN) if taken < SAMPLE_ROWS else 0
    if rows <= min(SAMPLE_ROWS - taken, _FIRST):
        return ([0] if rows and taken < SAMPLE_ROWS else []), rows
    count = min(room, SAMPLE_ROWS - taken) // _RUN
    return [place * (rows - _RUN) // max(count - 1, 1) for place in range(count)], _RUN
