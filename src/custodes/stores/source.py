"""Where do the bytes of one file come from? A folder, a bucket or an archive: all are opened alike, none is written."""

from __future__ import annotations

import errno
import io
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from custodes.stores.interface import Unreadable

HELD: Final = 1 << 28  # what must be held to be read, such as a Parquet file inside a tar.gz: 256 MiB at most
HEAD: Final = 1 << 18  # bytes that decide what a file is


@dataclass(frozen=True, slots=True)
class Source:
    """One file. open: a new stream of its bytes, from the first on; raises OSError.

    name: as the file is called, for its suffix. length: of its bytes, None where only unpacking can tell. seekable:
    whether the stream may be read from anywhere at little cost. packed: size of the file on the disk or in the
    bucket that it comes out of. held: bytes that stay in memory as long as this does.
    """

    name: str
    length: int | None
    open: Callable[[], io.RawIOBase]
    seekable: bool = True
    packed: int = 0
    held: int = 0


def of_path(path: Path) -> Source:
    """A file on the disk. Raises OSError when it is missing."""
    size = path.stat().st_size
    # Between being listed and being read it may become a link to elsewhere, or a pipe that is waited on for ever.
    flags = os.O_NONBLOCK | (0 if path.is_symlink() else os.O_NOFOLLOW)

    def opened() -> io.RawIOBase:
        stream = open(path, "rb", buffering=0, opener=lambda name, mode: os.open(name, mode | flags))  # noqa: SIM115
        if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
            stream.close()
            raise OSError(errno.EINVAL, "it is no regular file any more")
        return stream

    return Source(path.name, size, opened, packed=size)


def of_bytes(name: str, data: bytes, packed: int) -> Source:
    """A file held in memory."""
    return Source(name, len(data), lambda: Held(data), packed=packed, held=len(data))


def head(source: Source, size: int = HEAD) -> bytes:
    """The first bytes, fewer at the end of the file. Raises OSError."""
    with source.open() as stream:
        return filled(stream, size)


def filled(stream: io.RawIOBase, size: int) -> bytes:
    """So many bytes of a stream, fewer only at its end."""
    pieces = []
    while size > 0 and (piece := stream.read(size)):
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)


def damage(stream: object) -> str:
    """What of a stream could not be read, in words; empty when all was."""
    return str(getattr(stream, "damage", ""))


def held(source: Source) -> Source:
    """The same file where it can be read from anywhere: in memory if need be.

    Raises OSError; Unreadable when it is too large or broken.
    """
    if source.seekable:
        return source
    with source.open() as stream:
        data = filled(stream, HELD + 1)
        broken = damage(stream)
    if len(data) > HELD:
        raise Unreadable("inside an archive it is over 256 MiB", "unpack it: outside an archive any size is read")
    if broken:
        raise Unreadable(broken, "restore the file from a backup, or list it under skip with a reason")
    return of_bytes(source.name, data, source.packed)


class Held(io.RawIOBase):
    """Bytes in memory as a stream."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self._data = io.BytesIO(data)

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]  # typeshed's Buffer
        """See io.RawIOBase."""
        return self._data.readinto(buffer)

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """See io.IOBase."""
        return self._data.seek(offset, whence)

    def tell(self) -> int:
        """See io.IOBase."""
        return self._data.tell()
