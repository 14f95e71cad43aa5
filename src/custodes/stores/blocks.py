"""Where does the last whole record of a block of delimited text end? At a line's end outside quotes."""

from __future__ import annotations

import numpy as np

from custodes.stores.dialect import Dialect


def end(data: bytes, how: Dialect) -> int | None:
    """How many bytes of the block are whole records; None where quotes do not stand where cells begin and end.

    The block begins with a record. 0 where no record ends in it.
    """
    if how.escape is not None:
        return None
    array = np.frombuffer(data, dtype=np.uint8)
    line_end = ord("\n") if b"\n" in data else ord("\r")
    ends = np.flatnonzero(array == line_end)
    quote = how.quote.encode()
    if quote in data:
        quotes = np.flatnonzero(array == quote[0])
        if not _sound(array, quotes, how):
            return None
        ends = ends[np.searchsorted(quotes, ends) % 2 == 0]
    if not len(ends):
        return 0
    last = int(ends[-1])
    # The second byte of a line's end may be in the next block.
    return 0 if line_end == ord("\r") and last == len(data) - 1 and len(ends) == 1 else last + 1


def _sound(array: np.ndarray, quotes: np.ndarray, how: Dialect) -> bool:
    """Whether every second quote opens a cell and the others close one; a doubled one does both."""
    beside = np.frombuffer((how.delimiter + how.quote + "\r\n").encode(), dtype=np.uint8)
    opening, closing = quotes[0::2], quotes[1::2]
    before = opening[opening > 0] - 1
    behind = closing[closing < len(array) - 1] + 1
    return bool(np.isin(array[before], beside).all() and np.isin(array[behind], beside).all())
