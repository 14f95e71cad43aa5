"""Which text do the bytes of a file mean? Decoded piece by piece into UTF-8; what is broken is counted."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from types import TracebackType
from typing import Final, Self

from custodes.stores import charset
from custodes.stores import source as sources
from custodes.stores.source import Source

_PIECE: Final = 1 << 20
_LONGEST_LINE: Final = 1 << 26


class EncodedFile(io.RawIOBase):
    """A text file read as UTF-8 bytes whatever it was written in.

    A byte order mark decides the encoding; without one, zero bytes at one side of the characters mean UTF-16 or
    UTF-32; then counts what the file itself declares; else the first bytes outside ASCII decide between UTF-8 and
    older encodings. After reading, `problems`
    says in words what could not be read as it was meant. Raises OSError only when the file cannot be opened.
    """

    def __init__(self, source: Source, declared: str = "") -> None:
        super().__init__()
        self.encoding = ""  # not decided while everything is ASCII
        self.mark = 0  # bytes of the byte order mark
        self._marked = False
        self._broken = 0
        self._failed = ""
        self._ready = b""
        self._ended = False
        self._decoder: codecs.IncrementalDecoder | None = None
        self._file = source.open()
        head = self._piece()
        if (found := charset.marked(head)) is not None:
            self._decide(found[0])
            self.mark, self._marked = found[1], True
            head = head[self.mark :]
        elif guess := charset.wide(head[:4096]):
            self._decide(guess)
            self._marked = True
        elif declared:
            self._decide(declared)
            self._marked = True
        self._ready = self._as_utf8(head)

    @property
    def legacy(self) -> bool:
        """Whether the encoding was guessed by the look of the letters."""
        return bool(self.encoding) and not self._marked and self.encoding != "utf-8"

    @property
    def damage(self) -> str:
        """What could not be unpacked or fetched; empty when all was."""
        return sources.damage(self._file) or self._failed

    @property
    def problems(self) -> list[str]:
        """What was not read as it was meant; empty when all is well."""
        found = [self.damage] if self.damage else []
        if self.legacy:
            said = charset.told(self.encoding)
            found.append(f"it is not UTF-8 and was read as {said}, so letters outside ASCII may be misread")
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
        pieces: list[bytes] = []  # of a line that has not ended
        size = 0
        while piece := self.read(_PIECE):
            first, *more = piece.split(b"\n")
            pieces.append(first)
            size += len(first)
            if more:
                yield b"".join(pieces)
                yield from more[:-1]
                pieces, size = [more[-1]], len(more[-1])
            elif size > _LONGEST_LINE:
                yield b"".join(pieces)
                pieces, size = [], 0
        if size:
            yield b"".join(pieces)

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
        """The next raw bytes; at a disk's or network's failure none, and `damage` says so."""
        piece = b""
        try:
            piece = self._file.read(_PIECE) or b""
        except OSError as error:
            words = (error.strerror or "input/output error").lower()
            self._failed = f"the disk failed ({words}); what came before was read"
        self._ended = not piece
        return piece

    def _decide(self, encoding: str) -> None:
        self.encoding = encoding
        self._decoder = codecs.getincrementaldecoder(encoding)(errors="replace")

    def _as_utf8(self, piece: bytes) -> bytes:
        if self._decoder is None:
            if piece.isascii():
                return piece
            self._decide("utf-8" if charset.is_utf8(piece) else charset.legacy(piece))
        assert self._decoder is not None  # noqa: S101 - just decided
        text = self._decoder.decode(piece, final=self._ended)
        if "\ufffd" in text:
            meant = piece.count("\ufffd".encode(self.encoding)) if self.encoding.startswith("utf") else 0
            self._broken += max(0, text.count("\ufffd") - meant)
        return text.encode()
