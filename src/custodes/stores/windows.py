"""Which piece of a large text file is read next? Any, with the same chance, and of whole records."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from custodes.stores.source import Source, filled

LARGE: Final = 1 << 23  # a smaller file is read through
_SIZE: Final = 1 << 16  # few neighbours in each of many places
_TOGETHER: Final = 16  # windows that are handed over as one piece
_LARGEST: Final = 1 << 25  # of huge records a few
_SLACK: Final = 1 << 14
_LONGEST: Final = 1 << 26  # no record is longer
_LOOKED_AT: Final = 50
_NEWLINE: Final = 10


def scattered(source: Source, encoding: str) -> bool:
    """Whether records of a file can be found from any byte: it is not compressed, and a line's end is one byte."""
    large = source.seekable and (source.length or 0) > LARGE
    return large and not encoding.startswith(("utf-16", "utf-32"))


def pieces(
    source: Source, first: int, records: int | None, *, quote: str = "", delimiter: str = "", width: int = 0
) -> Iterator[tuple[bytes, int]]:
    """Whole records from all over the file in random order, and the number of bytes that were passed over.

    first: where the records begin. records: how many there are, about, so that a piece is larger than one. Together
    the pieces are the whole file, each record once. quote: between two of them a line's end is part of a cell; where a
    piece begins inside one is judged by delimiter and width. Passed over is only a record past 64 MiB. Raises OSError.
    """
    length = source.length or 0
    # Without a record in the first 256 KiB they are huge.
    each = length // records if records else 1 << 20
    size = max(_SIZE, min(_LARGEST, 8 * each))
    together = max(1, _TOGETHER * _SIZE // size)
    starts = list(range(first, length, size))
    # Seeded by size, so that a second scan of the same file says the same.
    random.Random(length).shuffle(starts)  # noqa: S311 - a choice, not a secret
    with source.open() as stream:
        held: list[bytes] = []
        lost = 0
        for number, start in enumerate(starts, start=1):
            data, whole = _around(stream, start, min(start + size, length), length, quote, delimiter, width, first)
            held.append(data if data.endswith(b"\n") or not data else data + b"\n")
            lost += 0 if whole else size
            if number % together == 0 or number == len(starts):
                yield b"".join(held), lost
                held, lost = [], 0


def _around(
    stream: io.RawIOBase, start: int, end: int, length: int, quote: str, delimiter: str, width: int, first: int
) -> tuple[bytes, bool]:
    """The records that begin in [start, end), to the end of the last one."""
    begin = max(start - 1, first)
    stream.seek(begin)
    data = filled(stream, end - begin + _SLACK)
    while True:
        inside = bool(quote) and start > first and _inside(data, quote, delimiter, width)
        ends = _ends(data, quote, inside=inside)
        # Where the first record begins: at once at the file's beginning, else behind the first line's end.
        firsts = ends[ends >= 0]
        at = 0 if start == first else int(firsts[0]) + 1 if len(firsts) else -1
        if at >= 0 and begin + at >= end:
            return b"", True  # no record begins here
        behind = ends[ends >= end - 1 - begin]
        if at >= 0 and len(behind):
            return data[at : int(behind[0]) + 1], True
        if begin + len(data) >= length:
            return (data[at:] if at >= 0 else b""), True
        if len(data) > _LONGEST:
            return b"", False
        data += filled(stream, len(data))


def _ends(data: bytes, quote: str, *, inside: bool) -> Any:  # an array of numbers
    """Where records end: line ends outside quotes."""
    array = np.frombuffer(data, dtype=np.uint8)
    newlines = np.flatnonzero(array == _NEWLINE)
    if not quote or quote.encode() not in data:
        return newlines
    parity = np.cumsum(array == ord(quote), dtype=np.int64)[newlines] % 2
    return newlines[parity == int(inside)]


def _inside(data: bytes, quote: str, delimiter: str, width: int) -> bool:
    """Whether a piece begins inside a quoted cell: the reading under which more rows have the file's width."""
    if quote.encode() not in data:
        return False
    return _fit(data, quote, delimiter, width, inside=True) > _fit(data, quote, delimiter, width, inside=False)


def _fit(data: bytes, quote: str, delimiter: str, width: int, *, inside: bool) -> float:
    ends = _ends(data, quote, inside=inside)[: _LOOKED_AT + 1]
    if len(ends) < 2:
        return 0.0
    text = data[int(ends[0]) + 1 : int(ends[-1]) + 1].decode(errors="replace")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quotechar=quote)
    try:
        rows = list(reader)
    except csv.Error:
        return 0.0
    # Of two readings that fit as well, the one with more rows swallows less.
    return sum(len(row) == width for row in rows) / max(1, len(rows)) + len(rows) * 1e-6
