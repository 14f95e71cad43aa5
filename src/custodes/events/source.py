"""Which bytes of a log file are new since the last reading?"""

from __future__ import annotations

import hashlib
import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final, Self

from custodes.errors import BadInput
from custodes.events.interface import Position
from custodes.events.unpacking import CHUNK, Unpacked, packing

HEAD: Final = 4096
QUIET: Final = 60.0  # seconds without a write after which a last line without a newline counts as whole
_HEX: Final = 32  # characters of a digest


def digest(data: bytes) -> str:
    """BLAKE2b-128, hexadecimal: how lines and heads of files are remembered without keeping them."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def regular(file: Path) -> None:
    """Raises BadInput for a folder, pipe, socket or device: reading it may wait for ever. Raises OSError."""
    if not stat.S_ISREG(file.stat().st_mode):
        raise BadInput("this is no regular file", where=str(file), hint="give a file, or correct the pattern")


def continues(file: Path, since: Position) -> bool:
    """Whether this file begins with everything that was read up to `since`, whatever it is called now.

    Told by the bytes at its start and by those just before the place that was reached. Raises BadInput.
    """
    if since.offset == 0:
        return False
    with Source(file, since) as source:
        return source.offset == since.offset


class Source:
    """A log file opened where the last reading ended, or at its start when it is not the file that was read.

    offset and line: bytes (decompressed) and records already consumed. whole: a line ends just before offset. head:
    the first HEAD bytes. torn: set when the compressed data ends early or is damaged, once `chunks` is exhausted.
    settled: the file is not being written to, so what has no end will get none. Raises BadInput when the file cannot
    be opened.
    """

    def __init__(self, file: Path, since: Position | None) -> None:
        self.offset = 0
        self.line = 0
        try:
            regular(file)
            # The handle outlives this call: a rotated file is read to the end it had when it was opened.
            self._handle: BinaryIO = file.open("rb")
            status = os.fstat(self._handle.fileno())
            self._packing = packing(os.pread(self._handle.fileno(), 4, 0))
        except OSError as error:
            raise BadInput("cannot read the log file", where=str(file), hint=str(error.strerror)) from error
        self.size = status.st_size
        self.mtime_ns = status.st_mtime_ns
        self.settled = self._packing is not None or time.time() - status.st_mtime > QUIET
        self._file = file
        self._unpacked: Unpacked | None = None
        self.head = self._first(HEAD)
        self._rest = b""
        self.whole = True
        self._stream = self._resume(since)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._handle.close()

    @property
    def torn(self) -> str | None:
        """Why the compressed data ended early."""
        return None if self._unpacked is None else self._unpacked.torn

    def position(self, name: str, offset: int, line: int, *, done: bool) -> Position:
        """Where a reading that consumed everything before `offset` stands."""
        head = digest(self.head[:offset])
        if self._packing is None and offset > HEAD:
            head += digest(os.pread(self._handle.fileno(), HEAD, offset - HEAD))
        return Position(name, self.size, self.mtime_ns, offset, line, head, done)

    def carry_on(self, rest: bytes, chunks: Iterator[bytes], offset: int, line: int) -> None:
        """Everything before `offset` was taken from chunks; of what was, `rest` is given again before what follows."""
        self._rest, self._stream, self.offset, self.line = rest, chunks, offset, line

    def chunks(self) -> Iterator[bytes]:
        """The bytes from `offset` on, in pieces of bounded size. Raises BadInput when the disk refuses."""
        if self._rest:
            yield self._rest
        try:
            yield from self._stream
        except OSError as error:
            raise BadInput("cannot read the log file", where=str(self._file), hint=str(error.strerror)) from error

    def _first(self, count: int) -> bytes:
        found = b""
        for piece in self._from_start():
            found += piece[: count - len(found)]
            if len(found) == count:
                break
        return found

    def _resume(self, since: Position | None) -> Iterator[bytes]:
        if since is None or since.offset == 0 or digest(self.head[: since.offset]) != since.head[:_HEX]:
            return self._from_start()
        stream = self._skip(since.offset, since.head[_HEX:])
        if stream is None:
            return self._from_start()
        self.offset, self.line = since.offset, since.line
        return stream

    def _skip(self, offset: int, tail: str) -> Iterator[bytes] | None:
        """A stream that starts at `offset`; None when the file is shorter, or other bytes (tail) come before it."""
        if self._packing is None:
            if offset > self.size:
                return None
            before = os.pread(self._handle.fileno(), min(HEAD, offset), max(offset - HEAD, 0))
            self.whole = before.endswith(b"\n")
            return None if tail and digest(before) != tail else self._plain(offset)
        stream = self._from_start()
        left, before = offset, b""
        for piece in stream:
            before = (before + piece[:left])[-HEAD:]
            if len(piece) >= left:
                self._rest = piece[left:]
                self.whole = before.endswith(b"\n")
                if not tail or digest(before) == tail:
                    return stream
                break
            left -= len(piece)
        self._rest = b""
        self.whole = True
        return None

    def _from_start(self) -> Iterator[bytes]:
        if self._packing is None:
            return self._plain(0)
        self._unpacked = Unpacked(self._handle.fileno(), self._packing)
        return self._unpacked.pieces()

    def _plain(self, offset: int) -> Iterator[bytes]:
        self._handle.seek(offset)
        left = self.size - offset  # what is appended meanwhile belongs to the next reading
        while left > 0 and (piece := self._handle.read(min(CHUNK, left))):
            left -= len(piece)
            yield piece
