"""Are the bytes of a file text, and which? Unpacked and decoded block by block; what is no text is refused."""

from __future__ import annotations

import codecs
import zlib
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final

from custodes.errors import BadInput

_HEAD: Final = 64 << 10  # bytes that decide what a file is
_PIECE: Final = 1 << 20  # bytes unpacked at once
_GZIP: Final = b"\x1f\x8b"
# UTF-32 first: its mark begins with that of UTF-16.
_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_KINDS: Final = (
    (b"PK\x03\x04", "a zip archive or office document", "unpack it, or save it as text"),
    (b"PAR1", "Parquet", 'name its folder as a store in custodes.toml and use "custodes scan"'),
    (b"SQLite format 3\0", "an SQLite database", 'name it as a store in custodes.toml and use "custodes scan"'),
    (_GZIP, "gzip within gzip", "unpack it once"),
)


class TextFile:
    """The text of a file as UTF-8, in blocks, from its bytes in pieces of any size: gzip is unpacked, and UTF-16 and
    UTF-32 with a byte order mark are decoded, without the mark.

    After reading, `damage` says what could not be unpacked; empty when all was. Iterating raises BadInput before
    the first block for what is no text.
    """

    def __init__(self, blocks: Iterable[bytes]) -> None:
        self.damage = ""
        self._blocks = iter(blocks)

    def __iter__(self) -> Iterator[bytes]:
        head, blocks = _begun(self._blocks)
        if head.startswith(_GZIP):
            head, blocks = _begun(self._unpacked(blocks))
        for mark, encoding in _MARKS:
            if head.startswith(mark):
                return _decoded(blocks, encoding)
        if b"\0" in head[:_HEAD] and not head.startswith(codecs.BOM_UTF8):
            raise _no_text(head[:_HEAD])
        return blocks

    def _unpacked(self, blocks: Iterator[bytes]) -> Iterator[bytes]:
        unpacker = zlib.decompressobj(wbits=31)
        try:
            for block in blocks:
                rest = block
                while rest:
                    if unpacker.eof:
                        rest = rest.lstrip(b"\0")  # members may be padded
                        if not rest:
                            break
                        unpacker = zlib.decompressobj(wbits=31)
                    yield unpacker.decompress(rest, _PIECE)
                    rest = unpacker.unconsumed_tail or unpacker.unused_data
            yield unpacker.flush()
        except zlib.error:
            self.damage = "the gzip file is damaged; it was not read to its end"
        else:
            if not unpacker.eof:
                self.damage = "the gzip file is cut off; what came before was read"


def _begun(blocks: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """The first bytes, enough to decide, and all blocks with them."""
    head = bytearray()
    for block in blocks:
        head += block
        if len(head) >= _HEAD:
            break
    return bytes(head), chain([bytes(head)] if head else [], blocks)


def _decoded(blocks: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    mark = "\ufeff"
    for block in blocks:
        yield decoder.decode(block).removeprefix(mark).encode()
        mark = ""
    yield decoder.decode(b"", final=True).encode()


def _no_text(head: bytes) -> BadInput:
    for magic, kind, hint in _KINDS:
        if head.startswith(magic):
            return BadInput(f"this is no text ({kind})", hint=hint)
    # Text in a Latin script has a zero at every second place.
    even, odd, half = head[::2].count(0), head[1::2].count(0), len(head) // 2
    if max(even, odd) > 0.4 * half and min(even, odd) < 0.05 * half:
        return BadInput(
            "this is no text (it looks like UTF-16 without a byte order mark)",
            hint="save it as UTF-8, or with a byte order mark",
        )
    return BadInput("this is no text (binary data)", hint="save what it holds as text in UTF-8")
