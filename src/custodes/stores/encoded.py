"""Which text do the bytes of a file mean? Decompressed and decoded piece by piece; what is broken is counted."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Final, Self

_PIECE: Final = 1 << 20
_LONGEST_LINE: Final = 1 << 26
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


class _Gzip(gzip.GzipFile):
    """Hands over what it has before it says that the file is cut off."""

    def read(self, size: int | None = -1) -> bytes:
        return self.read1(size or -1)


class EncodedFile(io.RawIOBase):
    """A text file, gzip or not, read as UTF-8 bytes whatever it was written in.

    A byte order mark decides the encoding; without one, zero bytes at every second place mean UTF-16, and the
    first bytes outside ASCII decide between UTF-8 and Windows-1252. After reading, `problems` says in words what
    could not be read as it was meant. Raises OSError only when the file cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.encoding = ""  # not decided while everything is ASCII
        self._broken = 0
        self._damage = ""
        self._ready = b""
        self._ended = False
        self._decoder: codecs.IncrementalDecoder | None = None
        self._file = _Gzip(path, "rb") if path.suffix.lower() == ".gz" else path.open("rb", buffering=0)
        head = self._piece()
        for mark, encoding in _MARKS:
            if head.startswith(mark):
                self._decide(encoding)
                head = head.removeprefix(mark)
                break
        else:
            if guess := _unmarked_utf16(head[:4096]):
                self._decide(guess)
        self._ready = self._as_utf8(head)

    @property
    def problems(self) -> list[str]:
        """What was not read as it was meant; empty when all is well."""
        found = [self._damage] if self._damage else []
        if self.encoding == "cp1252":
            found.append("it is not UTF-8 and was read as Windows-1252, so letters outside ASCII may be misread")
        if self._broken:
            found.append(f"characters that cannot be decoded as {self.encoding}: {self._broken:,}")
        return found

    def readable(self) -> bool:
        """Always."""
        return True

    def read(self, size: int = -1, /) -> bytes:
        """At most `size` bytes of UTF-8, all of them for -1, none at the end."""
        while not self._ended and (size < 0 or len(self._ready) < size):
            self._ready += self._as_utf8(self._piece())
        cut = len(self._ready) if size < 0 else size
        out, self._ready = self._ready[:cut], self._ready[cut:]
        return out

    def lines(self) -> Iterator[bytes]:
        """Line by line without the line's end. A line past 64 MiB comes in pieces."""
        rest = b""
        while piece := self.read(_PIECE):
            *whole, rest = (rest + piece).split(b"\n")
            yield from whole
            if len(rest) > _LONGEST_LINE:
                yield rest
                rest = b""
        if rest:
            yield rest

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()
        super().close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _piece(self) -> bytes:
        """The next raw bytes. A file that ends too early or is damaged gives what it has, and `_damage` says so."""
        piece = b""
        try:
            piece = self._file.read(_PIECE) or b""
        except EOFError:
            self._damage = "the gzip file is cut off; what came before was read"
        except (zlib.error, gzip.BadGzipFile):
            self._damage = "the gzip file is damaged; what came before was read"
        except OSError as error:
            self._damage = f"the disk failed ({error.strerror or 'input/output error'}); what came before was read"
        self._ended = not piece
        return piece

    def _decide(self, encoding: str) -> None:
        self.encoding = encoding
        self._decoder = codecs.getincrementaldecoder(encoding)(errors="replace")

    def _as_utf8(self, piece: bytes) -> bytes:
        if self._decoder is None:
            if piece.isascii():
                return piece
            self._decide("utf-8" if _is_utf8(piece) else "cp1252")
        assert self._decoder is not None  # noqa: S101 - just decided
        text = self._decoder.decode(piece, final=self._ended)
        if "\ufffd" in text:
            meant = piece.count("\ufffd".encode(self.encoding)) if self.encoding != "cp1252" else 0
            self._broken += max(0, text.count("\ufffd") - meant)
        return text.encode()


def _is_utf8(piece: bytes) -> bool:
    """Whether a piece is meant as UTF-8: a few bad bytes among good ones are damage, not another encoding."""
    text = codecs.getincrementaldecoder("utf-8")(errors="replace").decode(piece)
    foreign = sum(1 for character in text if character > "\x7f")
    return text.count("\ufffd") * 2 < foreign or "\ufffd" not in text


def _unmarked_utf16(head: bytes) -> str | None:
    """Text in a Latin script as UTF-16 without a mark has a zero at every second place."""
    half = len(head) // 2
    if half < 2:
        return None
    if head[1::2].count(0) > 0.4 * half and head[::2].count(0) < 0.05 * half:
        return "utf-16-le"
    if head[::2].count(0) > 0.4 * half and head[1::2].count(0) < 0.05 * half:
        return "utf-16-be"
    return None
