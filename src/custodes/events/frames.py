"""Where does one record of a log end and the next begin?"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from custodes.events.source import Source, digest

RECORD_LIMIT: Final = 1 << 20
TOO_LONG: Final = "the record is longer than 1 MiB"
UNCLOSED: Final = "a quote is opened and never closed"


@dataclass(frozen=True, slots=True)
class Frame:
    """The raw bytes of one record, without its line end.

    line: 1-based number of the record. offset, end: byte offsets in the (decompressed) file; end includes the
    line end. broken: why it cannot be read, known before looking inside. tail: the file ends before the record does.
    """

    line: int
    offset: int
    end: int
    data: bytes
    broken: str | None = None
    tail: bool = False
    known_digest: str | None = None  # of a record too long to be held

    @property
    def digest(self) -> str:
        """BLAKE2b-128 of the raw record, hexadecimal."""
        return self.known_digest or digest(self.data)


def lines(source: Source) -> Iterator[Frame]:
    """One frame per line; memory stays below RECORD_LIMIT whatever the file holds."""
    number, offset = source.line, source.offset
    carry = b""
    joined = source.whole
    skipped: _Skipped | None = None
    for chunk in source.chunks():
        data = chunk
        if skipped is not None:
            stop = data.find(b"\n")
            if stop < 0:
                skipped.add(data)
                continue
            skipped.add(data[:stop])
            number += 1
            end = offset + skipped.size + 1
            yield Frame(number, offset, end, b"", broken=TOO_LONG, known_digest=skipped.digest())
            offset, skipped, data = end, None, data[stop + 1 :]
        *whole, carry = (carry + data).split(b"\n")
        for line in whole:
            end = offset + len(line) + 1
            if not joined and not line.rstrip(b"\r"):
                # The last record was taken without its line end; here the line end is.
                offset, joined = end, True
                continue
            number, joined = number + 1, True
            too_long = TOO_LONG if len(line) > RECORD_LIMIT else None
            yield Frame(number, offset, end, line.removesuffix(b"\r"), broken=too_long)
            offset = end
        if len(carry) > RECORD_LIMIT:
            skipped = _Skipped()
            skipped.add(carry)
            carry = b""
    if skipped is not None:
        yield Frame(
            number + 1, offset, offset + skipped.size, b"", broken=TOO_LONG, tail=True, known_digest=skipped.digest()
        )
    elif carry:
        yield Frame(number + 1, offset, offset + len(carry), carry, tail=True)


class _Skipped:
    """A record too long to hold: only its length and digest are kept."""

    def __init__(self) -> None:
        self.size = 0
        self._hash = hashlib.blake2b(digest_size=16)

    def add(self, data: bytes) -> None:
        self.size += len(data)
        self._hash.update(data)

    def digest(self) -> str:
        return self._hash.hexdigest()


def quoted_rows(source: Source, delimiter: bytes) -> Iterator[Frame]:
    """One frame per CSV record (RFC 4180): a line end inside quotes belongs to the record.

    A quote that is never closed costs its own line only: framing starts again on the line after it.
    """
    physical = lines(source)
    waiting: deque[Frame] = deque()
    held: list[Frame] = []
    size, number, inside = 0, source.line, False
    while True:
        frame = waiting.popleft() if waiting else next(physical, None)
        if frame is not None:
            held.append(frame)
            size += frame.end - frame.offset
            if not frame.broken:
                inside = _stays_open(frame.data, delimiter, inside=inside)
            if inside and not frame.broken and size <= RECORD_LIMIT and not (frame.tail and source.settled):
                continue
        elif not held:
            return
        number += 1
        if not inside:
            yield replace(_joined(held), line=number)
        elif source.torn or (frame is None and not source.settled):
            # Without a line after it the record may still be being written.
            yield replace(_joined(held), line=number, tail=True)
        else:
            yield replace(held[0], line=number, broken=UNCLOSED)
            waiting.extendleft(reversed(held[1:]))
        held, size, inside = [], 0, False


def _joined(held: list[Frame]) -> Frame:
    if len(held) == 1:
        return held[0]
    return replace(held[0], end=held[-1].end, data=b"\n".join(frame.data for frame in held), tail=held[-1].tail)


def _stays_open(line: bytes, delimiter: bytes, *, inside: bool) -> bool:
    """Whether a quoted cell is still open at the end of this line. A quote opens a cell only at its start."""
    quotes = line.count(b'"')
    if quotes == 0 or (quotes % 2 == 0 and not inside):
        return inside
    at = 0
    while True:
        if not inside:
            if not line.startswith(b'"', at):
                at = line.find(delimiter, at) + 1
                if at == 0:
                    return False
                continue
            at += 1
        close = line.find(b'"', at)
        while close >= 0 and line.startswith(b'"', close + 1):
            close = line.find(b'"', close + 2)
        if close < 0:
            return True
        inside = False
        at = line.find(delimiter, close + 1) + 1
        if at == 0:
            return False
