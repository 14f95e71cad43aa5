"""How many rows do the batches of an Arrow file hold, and how large do they become? Asked before one is unpacked.

A compressed buffer says in its first eight bytes how large it becomes, and Arrow's reader asks for as much memory at
once. Here that is looked at first. Format: Apache Arrow columnar format 1.5, "IPC" (Message.fbs and File.fbs).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from custodes.stores import unpack
from custodes.stores.interface import Unreadable

_MAGIC: Final = b"ARROW1"
_GOES_ON: Final = b"\xff\xff\xff\xff"
_LONGEST_HEAD: Final = 1 << 26  # bytes that describe one batch
_MOST: Final = 1 << 30  # bytes of one batch: it is held unpacked
_HINT: Final = "write it in smaller batches, or list it under skip with a reason"
_DICTIONARY: Final = 2
_RECORDS: Final = 3


@dataclass(frozen=True, slots=True)
class Batch:
    """rows: of it; 0 for a dictionary. size: bytes that it takes unpacked, no less than it takes packed."""

    rows: int
    size: int


def bounded(stream: BinaryIO, packed: int) -> tuple[Batch, ...]:
    """Every batch of a file or stream, in order, dictionaries among them; no body is read but the sizes in it.

    packed: bytes of the file on the disk. Raises Unreadable for a batch past 1 GiB and for a file that swells like a
    bomb, ValueError where the file is damaged.
    """
    found: list[Batch] = []
    given = 0
    try:
        for batch in _batches(stream):
            given += batch.size
            if batch.size > _MOST:
                raise Unreadable("a batch that swells to over 1 GiB, so nothing of it was read", _HINT)
            if unpack.bomb(given, packed):
                raise Unreadable(f"{unpack.BOMB}, so nothing of it was read", _HINT)
            found.append(batch)
    except (struct.error, IndexError, OverflowError) as error:
        raise ValueError("the description of a batch is damaged") from error
    return tuple(found)


def _batches(stream: BinaryIO) -> Iterator[Batch]:
    length = stream.seek(0, 2)
    stream.seek(0)
    if stream.read(len(_MAGIC)) != _MAGIC:
        yield from _of_stream(stream, length)
        return
    stream.seek(length - 10)
    (size,) = struct.unpack("<i", stream.read(4))
    if not 0 < size <= min(_LONGEST_HEAD, length):
        raise ValueError("no footer")
    stream.seek(length - 10 - size)
    footer = _Table.root(stream.read(size))
    for vector in (2, 3):  # the dictionaries, then the batches
        for at in footer.vector(vector, 24):
            start, head = struct.unpack_from("<qi", footer.data, at)
            yield from _message(stream, start, head)


def _of_stream(stream: BinaryIO, length: int) -> Iterator[Batch]:
    at = 0
    while at < length:
        stream.seek(at)
        first = stream.read(8)
        marked = first[:4] == _GOES_ON
        size = struct.unpack_from("<i", first, 4 if marked else 0)[0] if len(first) >= (8 if marked else 4) else 0
        if not size:
            return
        head = 8 if marked else 4
        yield from _message(stream, at, head + size)
        at += head + size + _body(stream, at, head + size)


def _described(stream: BinaryIO, start: int, size: int) -> _Table:
    """What describes a message: of `size` bytes with what stands before it."""
    if not 0 < size <= _LONGEST_HEAD or start < 0:
        raise ValueError("a message without an end")
    stream.seek(start)
    data = stream.read(size)
    return _Table.root(data[8:] if data[:4] == _GOES_ON else data[4:])


def _body(stream: BinaryIO, start: int, size: int) -> int:
    length = _described(stream, start, size).number(3, "<q")
    if length < 0:
        raise ValueError("a body below nothing")
    return length


def _message(stream: BinaryIO, start: int, size: int) -> Iterator[Batch]:
    message = _described(stream, start, size)
    kind = message.number(1, "<B")
    batch = message.table(2)
    if batch is not None and kind == _DICTIONARY:
        batch = batch.table(1)
    if batch is None or kind not in (_DICTIONARY, _RECORDS):
        return
    rows = batch.number(0, "<q") if kind == _RECORDS else 0
    compressed = batch.table(3) is not None
    total = 0
    for at in batch.vector(2, 16):
        offset, length = struct.unpack_from("<qq", batch.data, at)
        plain = -1
        if compressed and length >= 8 and offset >= 0:
            stream.seek(start + size + offset)
            (plain,) = struct.unpack("<q", stream.read(8))
        total += max(plain, length, 0)
    yield Batch(rows, total)


@dataclass(frozen=True, slots=True)
class _Table:
    """A table of a flatbuffer. Raises struct.error where it points outside of its bytes."""

    data: bytes
    at: int

    @classmethod
    def root(cls, data: bytes) -> _Table:
        return cls(data, struct.unpack_from("<I", data)[0])

    def _field(self, number: int) -> int | None:
        """Where a field stands; None where it has its default."""
        listed = self.at - struct.unpack_from("<i", self.data, self.at)[0]
        if listed < 0 or 4 + 2 * number >= struct.unpack_from("<H", self.data, listed)[0]:
            return None
        (offset,) = struct.unpack_from("<H", self.data, listed + 4 + 2 * number)
        return self.at + offset if offset else None

    def number(self, number: int, form: str) -> int:
        at = self._field(number)
        return 0 if at is None else int(struct.unpack_from(form, self.data, at)[0])

    def table(self, number: int) -> _Table | None:
        at = self._field(number)
        return None if at is None else _Table(self.data, at + struct.unpack_from("<I", self.data, at)[0])

    def vector(self, number: int, each: int) -> Iterator[int]:
        """Where the items of a vector of structs stand."""
        at = self._field(number)
        if at is None:
            return
        at += struct.unpack_from("<I", self.data, at)[0]
        (count,) = struct.unpack_from("<I", self.data, at)
        if count * each > len(self.data):
            raise ValueError("a list without an end")
        for place in range(count):
            yield at + 4 + place * each
