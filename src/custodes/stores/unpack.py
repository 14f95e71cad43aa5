"""Which bytes does a compressed file mean? Unpacked piece by piece; what is cut off, damaged or a bomb is told."""

from __future__ import annotations

import bz2
import io
import lzma
import zlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import pyarrow as pa

from custodes.stores import source as sources
from custodes.stores.interface import Unreadable
from custodes.stores.source import Source

_PIECE: Final = 1 << 20
_TAKEN: Final = 1 << 16  # packed bytes taken at once, so that what a head costs can be measured
_DEEPEST: Final = 4  # a file packed more often is packed to be in the way
# A stream may swell to a gibibyte whatever it was; past that it may not swell more than a log of equal lines does.
_FREE: Final = 1 << 30
_MOST_RATIO: Final = 250

PACKINGS: Final = (
    (b"\x1f\x8b", "gzip"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"\x04\x22\x4d\x18", "lz4"),
)
_SUFFIXES: Final = (".gz", ".gzip", ".zst", ".zstd", ".bz2", ".xz", ".lz4")


BOMB: Final = f"it swells to more than {_MOST_RATIO} times its size and is taken for a bomb"


def bomb(given: int, packed: int) -> bool:
    """Whether a file of so many packed bytes swells past all measure when it has given so many."""
    return given > _FREE and given > _MOST_RATIO * max(1, packed)


def packing(head: bytes) -> str | None:
    """How a file that begins so is compressed."""
    return next((name for magic, name in PACKINGS if head.startswith(magic)), None)


def plain_name(name: str) -> str:
    """The name without what says that it is compressed: `a.csv.gz` is `a.csv`, `a.tgz` is `a.tar`."""
    lower = name.lower()
    if lower.endswith((".tgz", ".tbz2", ".txz")):
        return name[: name.rindex(".")] + ".tar"
    return next((name[: -len(suffix)] for suffix in _SUFFIXES if lower.endswith(suffix)), name)


def unpacked(source: Source) -> tuple[Source, bytes]:
    """The file as it is without any compression, and its first bytes.

    Raises OSError; Unreadable for what is packed too often.
    """
    for _ in range(_DEEPEST + 1):
        head = sources.head(source)
        how = packing(head)
        if how is None:
            return source, head
        source = _inside(source, how)
    raise Unreadable(
        f"it is compressed more than {_DEEPEST} times over", "unpack it, or list it under skip with a reason"
    )


def _inside(source: Source, how: str) -> Source:
    packed = source.packed

    def opened() -> io.RawIOBase:
        outer = source.open()
        if how in {"zstd", "lz4"}:
            return _ByArrow(outer, how, packed)
        return Unpacked(outer, _NEW[how], how, packed)

    return replace(source, name=plain_name(source.name), length=None, open=opened, seekable=False)


class _Zlib:
    """zlib's decompressor with the interface that bz2 and lzma have."""

    def __init__(self) -> None:
        self._inner = zlib.decompressobj(wbits=31)

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    @property
    def needs_input(self) -> bool:
        return not self._inner.unconsumed_tail

    def decompress(self, data: bytes, most: int) -> bytes:
        return self._inner.decompress(self._inner.unconsumed_tail + data, most)


_NEW: Final[dict[str, Callable[[], Any]]] = {
    "gzip": _Zlib,
    "bzip2": bz2.BZ2Decompressor,
    # What a stream asks for is checked before it is given: a header may claim gigabytes.
    "xz": lambda: lzma.LZMADecompressor(format=lzma.FORMAT_XZ, memlimit=1 << 28),
}


class Stream(io.RawIOBase):
    """A stream of unpacked bytes. damage: what could not be read, told after the last byte."""

    def __init__(self, inner: io.RawIOBase, packed: int) -> None:
        super().__init__()
        self._inner = inner
        self._packed = packed
        self._given = 0
        self._ready = memoryview(b"")
        self._ended = False
        self._damage = ""

    @property
    def damage(self) -> str:
        """Of this layer or of one below it; empty when all is well."""
        return sources.damage(self._inner) or self._damage

    @property
    def taken(self) -> int:
        """Bytes of the file on the disk that were used so far."""
        return self._inner.taken if isinstance(self._inner, Stream) else self._inner.tell()

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]  # typeshed's Buffer
        """See io.RawIOBase. 0 at the end, also at an end that came too early."""
        while not self._ready and not self._ended:
            piece = self._more()
            self._given += len(piece)
            if bomb(self._given, self._packed):
                self._stop(BOMB)
                piece = b""
            self._ready = memoryview(piece)
        size = min(len(buffer), len(self._ready))
        buffer[:size] = self._ready[:size]
        self._ready = self._ready[size:]
        return size

    def close(self) -> None:
        """Let go of the file."""
        self._inner.close()
        super().close()

    def _more(self) -> bytes:
        raise NotImplementedError

    def _stop(self, why: str) -> None:
        self._ended = True
        self._damage = self._damage or f"{why}; what came before was read"


class Unpacked(Stream):
    """gzip, bzip2 or xz, of any number of members."""

    def __init__(self, inner: io.RawIOBase, new: Callable[[], Any], how: str, packed: int) -> None:
        super().__init__(inner, packed)
        self._new = new
        self._how = how
        self._unpacker = new()
        self._fresh = False  # whether a new member was begun of which nothing has been seen
        self._rest = b""

    def _more(self) -> bytes:
        try:
            if self._unpacker.eof:
                self._rest = (self._unpacker.unused_data or self._rest).lstrip(b"\0")  # members may be padded
                self._unpacker, self._fresh = self._new(), True
            if self._rest:
                data, self._rest = self._rest, b""
            else:
                data = (self._inner.read(_TAKEN) or b"") if self._unpacker.needs_input else b""
                if not data and self._unpacker.needs_input:
                    self._ended = True
                    if not self._fresh:
                        self._stop(f"the {self._how} file is cut off")
                    return b""
            if self._fresh and not (data := data.lstrip(b"\0")):
                return b""
            self._fresh = False
            return bytes(self._unpacker.decompress(data, _PIECE))
        except (zlib.error, lzma.LZMAError, EOFError, ValueError):
            self._stop(f"the {self._how} file is damaged")
        except OSError as error:
            # bz2 says in this way that the data are no bzip2; a disk has an error number.
            said = f"the {self._how} file is damaged" if error.errno is None else _disk(error)
            self._stop(said)
        return b""


class _ByArrow(Stream):
    """zstd or lz4, which Arrow unpacks."""

    def __init__(self, inner: io.RawIOBase, how: str, packed: int) -> None:
        super().__init__(inner, packed)
        self._how = how
        self._arrow = pa.CompressedInputStream(pa.PythonFile(inner, mode="r"), how)

    def _more(self) -> bytes:
        try:
            piece = bytes(self._arrow.read(_PIECE))
        except (pa.ArrowException, OSError, ValueError) as error:
            cut = "truncated" in str(error).lower() or "eof" in str(error).lower()
            self._stop(f"the {self._how} file is {'cut off' if cut else 'damaged'}")
            return b""
        self._ended = not piece
        return piece


def _disk(error: OSError) -> str:
    return f"the disk failed ({(error.strerror or 'input/output error').lower()})"
