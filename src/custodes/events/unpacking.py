"""What bytes does a log file hold, plain or compressed, as far as they can be had?"""

from __future__ import annotations

import io
import os
import zlib
from collections.abc import Iterator
from typing import Final, Literal

CHUNK: Final = 1 << 18

CUT: Final = "the compressed data ends before its end mark"
DAMAGED: Final = "the compressed data is damaged from here on"
EXPANDS: Final = "the compressed data expands further than logs do: unpack the file yourself and read that"

Packing = Literal["gzip", "zstd"]

_MAGIC: Final[tuple[tuple[bytes, Packing], ...]] = ((b"\x1f\x8b", "gzip"), (b"\x28\xb5\x2f\xfd", "zstd"))
_GZIP_WBITS: Final = 31
# Arrow gives nothing of a piece that it cannot fill before the cut: small pieces, so that little waits.
_PIECE: Final = 1 << 14


# What a file may become: logs of lines that are nearly alike shrink to a hundredth.
_TIMES: Final = 500
_ANY: Final = 1 << 30


def most_of(size: int) -> int:
    """How many bytes may come of a compressed file of so many: more are no log but a trap, or no work for a day."""
    return max(_ANY, _TIMES * size)


def packing(head: bytes) -> Packing | None:
    """How a file that begins so is compressed; None for one that is not."""
    return next((name for magic, name in _MAGIC if head.startswith(magic)), None)


class Unpacked:
    """The bytes of a compressed file from its start, in pieces of bounded size.

    torn: once the pieces have ended, why they ended early (CUT, DAMAGED or EXPANDS); None when the data is whole.
    Raises OSError when the disk refuses.
    """

    def __init__(self, descriptor: int, how: Packing) -> None:
        self.torn: str | None = None
        self._raw = _From(descriptor)
        self._size = os.fstat(descriptor).st_size
        self._how = how

    def pieces(self) -> Iterator[bytes]:
        """What can be decompressed, member after member (frame after frame)."""
        left = most_of(self._size)
        for piece in self._gzip() if self._how == "gzip" else self._zstd():
            left -= len(piece)
            if left < 0:
                self.torn = EXPANDS
                return
            yield piece

    def _gzip(self) -> Iterator[bytes]:
        member = zlib.decompressobj(_GZIP_WBITS)
        waiting, begun = b"", False
        try:
            while True:
                data = waiting or self._raw.read(CHUNK) or b""
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
            self.torn = DAMAGED
            return
        if begun and not member.eof:
            self.torn = CUT

    def _zstd(self) -> Iterator[bytes]:
        import pyarrow as pa  # noqa: PLC0415 - most logs are not zstd

        stream = pa.CompressedInputStream(pa.PythonFile(self._raw, mode="r"), "zstd")
        while True:
            try:
                piece = bytes(stream.read(_PIECE))
            except (pa.ArrowException, OSError) as error:
                if isinstance(error, OSError) and error.errno is not None:
                    raise
                self.torn = CUT if "runcated" in str(error) else DAMAGED
                return
            if not piece:
                return
            yield piece


class _From(io.RawIOBase):
    """A file from its start by a place of its own, so that two passes over one handle do not disturb each other."""

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self._descriptor = descriptor
        self._at = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # any writable buffer is one
        data = os.pread(self._descriptor, len(buffer), self._at)
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)
