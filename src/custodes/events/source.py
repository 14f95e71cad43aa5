"""Which bytes of a log file are new since the last reading?"""

from __future__ import annotations

import hashlib
import os
import stat
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final, Self

from custodes.errors import BadInput
from custodes.events.interface import Position

HEAD: Final = 4096
CHUNK: Final = 1 << 18
QUIET: Final = 60.0  # seconds without a write after which a last line without a newline counts as whole

_GZIP_MAGIC: Final = b"\x1f\x8b"
_GZIP_WBITS: Final = 31


def digest(data: bytes) -> str:
    """BLAKE2b-128, hexadecimal: how lines and heads of files are remembered without keeping them."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def regular(file: Path) -> None:
    """Raises BadInput for a folder, pipe, socket or device: reading it may wait for ever. Raises OSError."""
    if not stat.S_ISREG(file.stat().st_mode):
        raise BadInput("this is no regular file", where=str(file), hint="give a file, or correct the pattern")


class Source:
    """A log file opened where the last reading ended, or at its start when it is not the file that was read.

    offset and line: bytes (decompressed) and records already consumed. whole: a line ends just before offset. head:
    the first HEAD bytes. torn: set when the compressed data ends early or is damaged, once `chunks` is exhausted.
    settled: the file is not being written to, so what has no end will get none. Raises BadInput when the file cannot
    be opened.
    """

    def __init__(self, file: Path, since: Position | None) -> None:
        self.torn: str | None = None
        self.offset = 0
        self.line = 0
        try:
            regular(file)
            # The handle outlives this call: a rotated file is read to the end it had when it was opened.
            self._handle: BinaryIO = file.open("rb")
            status = os.fstat(self._handle.fileno())
            self._gzip = self._handle.read(2) == _GZIP_MAGIC
        except OSError as error:
            raise BadInput("cannot read the log file", where=str(file), hint=str(error.strerror)) from error
        self.size = status.st_size
        self.mtime_ns = status.st_mtime_ns
        self.settled = self._gzip or time.time() - status.st_mtime > QUIET
        self._file = file
        self.head = self._first(HEAD)
        self._rest = b""
        self.whole = True
        self._stream = self._resume(since)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._handle.close()

    def position(self, name: str, offset: int, line: int, *, done: bool) -> Position:
        """Where a reading that consumed everything before `offset` stands."""
        return Position(name, self.size, self.mtime_ns, offset, line, digest(self.head[:offset]), done)

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
        if since is None or since.offset == 0 or digest(self.head[: since.offset]) != since.head:
            return self._from_start()
        stream = self._skip(since.offset)
        if stream is None:
            return self._from_start()
        self.offset, self.line = since.offset, since.line
        return stream

    def _skip(self, offset: int) -> Iterator[bytes] | None:
        """A stream that starts at `offset`; None when the file has become shorter than that."""
        if not self._gzip:
            if offset > self.size:
                return None
            self._handle.seek(offset - 1)
            self.whole = self._handle.read(1) == b"\n"
            return self._plain(offset)
        stream = self._inflate()
        left = offset
        for piece in stream:
            if len(piece) >= left:
                self._rest = piece[left:]
                self.whole = piece[left - 1 : left] == b"\n"
                return stream
            left -= len(piece)
        self.torn = None
        return None

    def _from_start(self) -> Iterator[bytes]:
        return self._inflate() if self._gzip else self._plain(0)

    def _plain(self, offset: int) -> Iterator[bytes]:
        self._handle.seek(offset)
        left = self.size - offset  # what is appended meanwhile belongs to the next reading
        while left > 0 and (piece := self._handle.read(min(CHUNK, left))):
            left -= len(piece)
            yield piece

    def _inflate(self) -> Iterator[bytes]:
        """Every byte that can be decompressed, member after member, at most CHUNK at a time."""
        self._handle.seek(0)
        self.torn = None
        member = zlib.decompressobj(_GZIP_WBITS)
        waiting, begun = b"", False
        try:
            while True:
                data = waiting or self._handle.read(CHUNK)
                if member.eof:
                    data = data.lstrip(b"\0")  # some writers pad the file with zeros
                    if data:
                        member, begun = zlib.decompressobj(_GZIP_WBITS), False
                if not data:
                    # A piece of exactly CHUNK bytes may leave decompressed bytes inside the member.
                    if not member.eof and (piece := member.decompress(b"", CHUNK)):
                        yield piece
                        continue
                    break
                begun = True
                piece = member.decompress(data, CHUNK)
                waiting = member.unconsumed_tail or member.unused_data
                if piece:
                    yield piece
        except zlib.error:
            self.torn = "the compressed data is damaged from here on"
            return
        if begun and not member.eof:
            self.torn = "the compressed data ends before its end mark"
