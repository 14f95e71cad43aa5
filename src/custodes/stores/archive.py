"""Which files lie in an archive? Those of a zip or a tar, each as a file of its own; none is unpacked to the disk."""

from __future__ import annotations

import io
import lzma
import stat
import tarfile
import zipfile
import zlib
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Final
from weakref import ref

from custodes.stores import source as sources
from custodes.stores.interface import Unreadable
from custodes.stores.source import Source, held

_MOST: Final = 100_000  # files in one archive
_FREE: Final = 1 << 30
_MOST_RATIO: Final = 250
_BEGINNING: Final = 1 << 22  # of a file in a compressed tar is held, so that describing it does not unpack all again
_HINT: Final = "restore the file from a backup, or list it under skip with a reason"
_DAMAGED: Final = (zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, ValueError)


@dataclass(frozen=True, slots=True)
class Member:
    """One file in an archive, or why it cannot be read."""

    name: str
    source: Source | None
    reason: str = ""
    hint: str = ""


def of_zip(source: Source) -> Iterator[Member]:
    """The files of a zip. Raises OSError; Unreadable when it is damaged or swells."""
    whole = held(source)
    archive = _Zip(whole)
    infos = archive.opened().infolist()
    swollen = sum(info.file_size for info in infos)
    if swollen > _FREE and swollen > _MOST_RATIO * max(1, source.packed):
        raise Unreadable(
            f"it swells to more than {_MOST_RATIO} times its size and is taken for a bomb",
            "unpack it where that does no harm, or list it under skip",
        )
    for number, info in enumerate(infos):
        if number >= _MOST:
            raise _too_many()
        if info.is_dir():
            continue
        if stat.S_ISLNK(info.external_attr >> 16):
            yield Member(info.filename, None, "a link inside an archive is not followed", "unpack the archive")
        elif info.flag_bits & 1:
            yield Member(info.filename, None, "it is encrypted", "unpack it with its password, or list it under skip")
        else:
            yield Member(info.filename, archive.member(info, source.packed, whole.held // len(infos)))


def of_tar(source: Source) -> Iterator[Member]:
    """The files of a tar, compressed or not. Raises OSError; Unreadable when it is cut off or damaged."""
    number = 0
    walk = _Walk(source)
    with source.open() as raw:
        try:
            # A stream is taken piece by piece; a plain file is read from where a member lies in it.
            mode = "r:" if source.seekable else "r|"
            with tarfile.open(fileobj=io.BufferedReader(raw, 1 << 16), mode=mode) as archive:  # type: ignore[call-overload]
                for number, info in enumerate(archive):
                    if number >= _MOST:
                        raise _too_many()
                    archive.members = []  # else it remembers every one
                    if info.isdir():
                        continue
                    name = info.name.encode(errors="surrogateescape").decode(errors="replace")
                    if not info.isreg() or info.sparse:
                        said = "a link or device inside an archive is not followed"
                        yield Member(name, None, said, "unpack the archive")
                    elif source.seekable:
                        yield Member(name, _slice(source, name, info.offset_data, info.size))
                    else:
                        stream = archive.extractfile(info)
                        beginning = [stream.read(_BEGINNING) if stream is not None else b""]
                        try:
                            yield Member(name, _behind(source, name, number, info.size, beginning, walk))
                        finally:
                            beginning.clear()  # it was described: it need not stay in memory
        except _DAMAGED:
            broken = sources.damage(raw) or "the archive is damaged"
            raise Unreadable(f"{broken} (after {number + 1:,} files)", _HINT) from None
        if broken := sources.damage(raw):
            raise Unreadable(f"{broken} (after {number + 1:,} files)", _HINT)


_OPEN: Final[deque[zipfile.ZipFile]] = deque(maxlen=4)


class _Zip:
    """A zip file that is opened when it is needed; a few stay open."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._last: ref[zipfile.ZipFile] | None = None

    def opened(self) -> zipfile.ZipFile:
        found = self._last() if self._last is not None else None
        if found is None:
            try:
                found = zipfile.ZipFile(io.BufferedReader(self._source.open(), 1 << 16))
            except (*_DAMAGED, NotImplementedError):
                raise Unreadable("the archive is damaged or cut off", _HINT) from None
            self._last = ref(found)
            _OPEN.append(found)
        return found

    def member(self, info: zipfile.ZipInfo, packed: int, held_for_it: int) -> Source:
        def opened() -> io.RawIOBase:
            archive = self.opened()
            try:
                return _Guarded(archive.open(info), archive)
            except (NotImplementedError, MemoryError):  # LZMA may ask for a window of gigabytes
                raise Unreadable("it is compressed in a way that is not read", "unpack the archive") from None
            except (*_DAMAGED, RuntimeError):
                raise Unreadable("the archive is damaged here", _HINT) from None

        return Source(info.filename, info.file_size, opened, seekable=False, packed=packed, held=held_for_it)


class _Guarded(io.RawIOBase):
    """A stream out of an archive, whose own errors become damage."""

    def __init__(self, inner: IO[bytes], keep: object) -> None:
        super().__init__()
        self._inner = inner
        self._keep = keep
        self.damage = ""

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]  # typeshed's Buffer
        """See io.RawIOBase."""
        try:
            piece = self._inner.read(len(buffer))
        except (*_DAMAGED, NotImplementedError, MemoryError):  # LZMA may ask for a window of gigabytes
            self.damage = "the archive is damaged here; what came before was read"
            return 0
        buffer[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        """Let go of the stream."""
        self._inner.close()
        super().close()


class _Slice(io.RawIOBase):
    """A part of a stream as a stream."""

    def __init__(self, inner: io.RawIOBase, start: int, size: int) -> None:
        super().__init__()
        self._inner = inner
        self._start = start
        self._size = size
        self._at = 0
        inner.seek(start)

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """See io.IOBase."""
        self._at = max(0, offset + (0, self._at, self._size)[whence])
        self._inner.seek(self._start + min(self._at, self._size))
        return self._at

    def tell(self) -> int:
        """See io.IOBase."""
        return self._at

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]  # typeshed's Buffer
        """See io.RawIOBase."""
        piece = self._inner.read(min(len(buffer), max(0, self._size - self._at))) or b""
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def close(self) -> None:
        """Let go of the file."""
        self._inner.close()
        super().close()


class _Walk:
    """Goes through a compressed tar from file to file: what lies behind is reached without unpacking all again."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._raw: io.RawIOBase | None = None
        self._archive: tarfile.TarFile | None = None
        self._at = -1
        self._busy = False

    @property
    def damage(self) -> str:
        """What could not be unpacked; empty when all was."""
        return sources.damage(self._raw)

    def begin(self, number: int) -> tuple[_Walk, IO[bytes] | None]:
        """The file of that number, and the walk that gives it: another one while this one is giving a file."""
        if self._busy:
            return _Walk(self._source).begin(number)
        if self._archive is None or self._at >= number:
            self.close()
            self._raw = self._source.open()
            self._archive = tarfile.open(fileobj=io.BufferedReader(self._raw, 1 << 16), mode="r|")  # noqa: SIM115
        self._busy = True
        info = None
        while self._at < number and (info := self._archive.next()) is not None:
            self._archive.members = []  # type: ignore[attr-defined]  # else it remembers every one
            self._at += 1
        return self, self._archive.extractfile(info) if info is not None else None

    def end(self) -> None:
        """The file was read, or given up."""
        self._busy = False

    def close(self) -> None:
        """Let go of the archive."""
        if self._raw is not None:
            self._raw.close()
        self._raw, self._archive, self._at = None, None, -1

    def __del__(self) -> None:
        self.close()


class _Walked(io.RawIOBase):
    """One file of a compressed tar: its beginning from memory while that is there, the rest by a walk."""

    def __init__(self, beginning: bytes, size: int, number: int, walk: _Walk) -> None:
        super().__init__()
        self._ready = memoryview(beginning)
        self._skip = len(beginning)
        self._left = size - len(beginning)
        self._number = number
        self._walk = walk
        self._inner: IO[bytes] | None = None
        self._begun = False
        self._broken = ""

    @property
    def damage(self) -> str:
        """What could not be read; empty when all was."""
        return self._broken

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]  # typeshed's Buffer
        """See io.RawIOBase."""
        if self._ready:
            size = min(len(buffer), len(self._ready))
            buffer[:size] = self._ready[:size]
            self._ready = self._ready[size:]
            return size
        if self._left <= 0:
            return 0
        try:
            if not self._begun:
                self._begin()
            piece = self._inner.read(min(len(buffer), self._left)) if self._inner is not None else b""
        except _DAMAGED:
            piece = b""
        self._left -= len(piece)
        if not piece:
            self._broken = self._walk.damage or "the archive is cut off or damaged here; what came before was read"
            self._left = 0
        buffer[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        """Let go of the file."""
        if self._begun:
            self._walk.end()
            self._begun = False
        super().close()

    def _begin(self) -> None:
        self._begun = True
        self._walk, self._inner = self._walk.begin(self._number)
        while self._skip and self._inner is not None and (piece := self._inner.read(min(self._skip, 1 << 20))):
            self._skip -= len(piece)


def _slice(source: Source, name: str, start: int, size: int) -> Source:
    return Source(name, size, lambda: _Slice(source.open(), start, size), packed=source.packed)


def _behind(source: Source, name: str, number: int, size: int, beginning: list[bytes], walk: _Walk) -> Source:
    def opened() -> io.RawIOBase:
        return _Walked(beginning[0] if beginning else b"", size, number, walk)

    return Source(name, size, opened, seekable=False, packed=source.packed)


def _too_many() -> Unreadable:
    return Unreadable(f"it holds more than {_MOST:,} files; the first were read", "unpack it")
