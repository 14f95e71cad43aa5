"""Which bytes do the compressed blocks of an Avro file mean? The same file without compression, piece by piece.

Avro's own readers unpack a block whole, however far it swells. Here it is unpacked under the bounds of every other
compressed file, before its reader sees it. Format: Apache Avro specification 1.12, "Object Container Files".
"""

from __future__ import annotations

import bz2
import io
import lzma
import zlib
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, Final

import pyarrow as pa

from custodes.stores import unpack
from custodes.stores.interface import Unreadable
from custodes.stores.source import HELD

_MAGIC: Final = b"Obj\x01"
_SYNC: Final = 16
_LONGEST_HEAD: Final = 1 << 26  # bytes of the schema and whatever else stands beside it
_PIECE: Final = 1 << 20
_LONGEST_NUMBER: Final = 10  # bytes
_SWELLS: Final = "a block that swells to over 256 MiB is taken for a bomb; what came before was read"
_HINT: Final = "write it in smaller blocks, or list it under skip with a reason"


class Plain(io.RawIOBase):
    """An Avro file as if its codec were `null`. packed: bytes of the file on the disk.

    Raises Unreadable while it is read: for a block past 256 MiB, for a file that swells like a bomb, and for a codec
    that nobody knows; ValueError, EOFError or another error of a decompressor's where the file is damaged.
    """

    def __init__(self, stream: BinaryIO, packed: int) -> None:
        super().__init__()
        self._stream = stream
        self._packed = packed
        self._pieces = self._all()
        self._ready = memoryview(b"")

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]  # typeshed's Buffer
        """See io.RawIOBase."""
        while not self._ready:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._ready = memoryview(piece)
        size = min(len(buffer), len(self._ready))
        buffer[:size] = self._ready[:size]
        self._ready = self._ready[size:]
        return size

    def _all(self) -> Iterator[bytes]:
        head, codec = self._head()
        yield head
        unpacked = _CODECS.get(codec)
        if unpacked is None:
            raise Unreadable("it is compressed in a way that is not known", "write it with deflate or zstandard")
        given = 0
        while (count := self._number(at_end=True)) is not None:
            size = self._number() or 0
            data = self._exactly(size)
            block = _bounded(unpacked(data))
            given += len(block)
            if unpack.bomb(given, self._packed):
                raise Unreadable(f"{unpack.BOMB}; what came before was read", _HINT)
            yield _written(count) + _written(len(block)) + block + self._exactly(_SYNC)

    def _head(self) -> tuple[bytes, str]:
        """The file's head with the codec `null`, and the codec that it had."""
        out = [self._exactly(len(_MAGIC))]
        if out[0] != _MAGIC:
            raise ValueError("no Avro file")
        codec = b"null"
        facts: list[tuple[bytes, bytes]] = []
        length = 0
        while count := self._number():
            if count < 0:  # the size of the entries in bytes comes behind their number
                self._number()
            for _ in range(abs(count)):
                key, value = (self._exactly(self._number() or 0) for _ in range(2))
                length += len(key) + len(value) + 1
                if length > _LONGEST_HEAD:
                    raise Unreadable("its schema is over 64 MiB", _HINT)
                if key == b"avro.codec":
                    codec = value
                else:
                    facts.append((key, value))
        facts.append((b"avro.codec", b"null"))
        out.append(_written(len(facts)))
        out += [_written(len(part)) + part for fact in facts for part in fact]
        return b"".join((*out, b"\0", self._exactly(_SYNC))), codec.decode(errors="replace")

    def _exactly(self, size: int) -> bytes:
        """So many bytes. They are taken as they come: a size may be a lie."""
        if not 0 <= size <= HELD:
            raise Unreadable("a block of over 256 MiB", _HINT) if size > HELD else ValueError("a size below nothing")
        pieces = []
        while size:
            piece = self._stream.read(min(size, _PIECE))
            if not piece:
                raise EOFError
            pieces.append(piece)
            size -= len(piece)
        return b"".join(pieces)

    def _number(self, *, at_end: bool = False) -> int | None:
        """A long as Avro writes it (zigzag, seven bits to a byte); None at the end of the file where it may end."""
        number = 0
        for place in range(_LONGEST_NUMBER):
            one = self._stream.read(1)
            if not one:
                if at_end and not place:
                    return None
                raise EOFError
            number |= (one[0] & 0x7F) << (7 * place)
            if not one[0] & 0x80:
                return (number >> 1) ^ -(number & 1)
        raise ValueError("a number without an end")


def _written(number: int) -> bytes:
    number = (number << 1) ^ (number >> 63)
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _bounded(pieces: Iterator[bytes]) -> bytes:
    held = []
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > HELD:
            raise Unreadable(_SWELLS, _HINT)
        held.append(piece)
    return b"".join(held)


def _as_it_is(data: bytes) -> Iterator[bytes]:
    yield data


def _deflate(data: bytes) -> Iterator[bytes]:
    unpacker = zlib.decompressobj(wbits=-15)
    while not unpacker.eof:
        piece = unpacker.decompress(data, _PIECE)
        data = unpacker.unconsumed_tail
        if not piece and not data:
            break  # Avro's own writers may leave the last block open
        yield piece
    yield unpacker.flush()


def _snappy(data: bytes) -> Iterator[bytes]:
    """Snappy says first how large it becomes; behind it stand four bytes of a checksum."""
    size = place = 0
    while True:
        size |= (data[place] & 0x7F) << (7 * place)
        place += 1
        if not data[place - 1] & 0x80:
            break
        if place > _LONGEST_NUMBER:
            raise ValueError("a number without an end")
    if size > HELD:
        raise Unreadable(_SWELLS, _HINT)
    plain = pa.Codec("snappy").decompress(data[:-4], decompressed_size=size, asbytes=True)
    if zlib.crc32(plain).to_bytes(4, "big") != data[-4:]:
        raise ValueError("a block whose checksum is another")
    yield plain


def _zstandard(data: bytes) -> Iterator[bytes]:
    stream = pa.CompressedInputStream(pa.BufferReader(data), "zstd")
    while piece := stream.read(_PIECE):
        yield piece


def _by(new: Callable[[], Any]) -> Callable[[bytes], Iterator[bytes]]:
    def unpacked(data: bytes) -> Iterator[bytes]:
        unpacker = new()
        while not unpacker.eof:
            piece = unpacker.decompress(data, _PIECE)
            data = b""
            if not piece and unpacker.needs_input:
                raise EOFError
            yield piece

    return unpacked


_CODECS: Final[dict[str, Callable[[bytes], Iterator[bytes]]]] = {
    "null": _as_it_is,
    "deflate": _deflate,
    "snappy": _snappy,
    "zstandard": _zstandard,
    "bzip2": _by(bz2.BZ2Decompressor),
    "xz": _by(lambda: lzma.LZMADecompressor(memlimit=1 << 28)),
}
