"""Which whole lines of a log can be taken many at a time?"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import numpy as np
import orjson

from custodes.events.frames import RECORD_LIMIT
from custodes.events.source import Source

_BLOCK: Final = 1 << 22  # bytes
_LINE_END: Final = ord("\n")
_MOST_LINES: Final = 1 << 16  # of a block: each costs some bytes for every path and, where it is odd, objects


class Place:
    """How far a file was read."""

    def __init__(self, offset: int, line: int) -> None:
        self.offset = offset
        self.line = line

    def pass_by(self, size: int, lines: int) -> None:
        """So many bytes were read, in so many lines, each with its line end."""
        self.offset += size
        self.line += lines


class Rest:
    """The whole lines of a source, and then what is left of it."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._chunks = source.chunks()
        self._left = b""

    def blocks(self) -> Iterator[bytes]:
        """Whole lines, some megabytes at a time; ends where a line has no end or is too long to hold.

        A file whose last line was taken without its end, and which did not begin, is left to the careful way.
        """
        if not self._source.whole:
            return
        held: list[bytes] = []
        size = 0
        for chunk in self._chunks:
            held.append(chunk)
            size += len(chunk)
            if size < _BLOCK:
                continue
            block, last = _whole(b"".join(held))
            held, size = [last], len(last)
            if size > RECORD_LIMIT or _too_long(block):
                self._left = block + last
                return
            yield from _of_few_lines(block)
        block, self._left = _whole(b"".join(held))
        if block and not _too_long(block):
            yield from _of_few_lines(block)
        else:
            self._left = block + self._left

    def remaining(self, place: Place) -> Source:
        """The source as if it had been opened at this place."""
        self._source.carry_on(self._left, self._chunks, place.offset, place.line)
        return self._source


def _whole(data: bytes) -> tuple[bytes, bytes]:
    """The whole lines, and what comes after them."""
    end = data.rfind(b"\n") + 1
    return data[:end], data[end:]


def _of_few_lines(block: bytes) -> Iterator[bytes]:
    """The block, cut where it has more lines than logs have: a file of nothing but line ends has millions."""
    if block.count(b"\n") <= _MOST_LINES:
        yield block
        return
    ends = np.flatnonzero(np.frombuffer(block, np.uint8) == _LINE_END) + 1
    start = 0
    for end in (*ends[_MOST_LINES - 1 :: _MOST_LINES].tolist(), len(block)):
        if end > start:
            yield block[start:end]
        start = end


def _too_long(block: bytes) -> bool:
    """Whether any line is longer than a record may be: a window of that size without a line end tells."""
    start = 0
    while start < len(block):
        end = block.rfind(b"\n", start, start + RECORD_LIMIT + 1)
        if end < 0:
            return True
        start = end + 1
    return False


@contextmanager
def uncollected() -> Iterator[None]:
    """Without Python's search for cycles: parsed JSON has none, and it would look at every object again and again."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def parsed(block: list[bytes]) -> tuple[list[dict[str, Any]], list[int]]:
    """The objects of these lines and the numbers of their lines; others are left out."""
    try:
        values = list(map(orjson.loads, block))
    except orjson.JSONDecodeError:
        values = [_value(line) for line in block]
    if all(type(value) is dict for value in values):
        return values, list(range(len(values)))
    numbers = [at for at, value in enumerate(values) if type(value) is dict]
    return [values[at] for at in numbers], numbers


def _value(line: bytes) -> Any:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
