"""Where does one element of a JSON array end, without holding the array?

Takes `{"Records": [...]}`, `[...]` and objects one after another, in any mix, and can start after any element: between
elements only separators occur, so no state is carried from one reading to the next.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from typing import Final

from custodes.events.frames import RECORD_LIMIT, TOO_LONG, Frame
from custodes.events.source import Source

ENDS_EARLY: Final = "the file ends before its list of records does"

_BLANK: Final = r"[ \t\r\n]"
_OPENING: Final = rf'\{{{_BLANK}*"Records"{_BLANK}*:{_BLANK}*\['
# What may stand between two elements; the last bracket tells whether a list is open.
_BETWEEN: Final = re.compile(rf"(?:{_BLANK}+|\xef\xbb\xbf|[],\}}[]|{_OPENING})*")
_MARK: Final = re.compile(r"[\[\]]")
_PIECE: Final = re.compile(r'"(?:[^"\\]|\\.)*"|"|[][{},]', re.DOTALL)
_OPENING_REACH: Final = 256  # an opening longer than this (blanks only) is not recognised across a chunk's end


def elements(source: Source) -> Iterator[Frame]:
    """One frame per element; memory stays near RECORD_LIMIT."""
    return _Elements(source).frames()


class _Elements:
    """The text not yet framed, one character per byte (Latin-1), so that positions in it are byte offsets."""

    def __init__(self, source: Source) -> None:
        self._chunks = source.chunks()
        self._text = ""
        self._at = 0  # in the text
        self._dropped = source.offset  # bytes before the text
        self._line = source.line
        self._open = source.offset > 0 and _opens(source.head)  # within a list
        self._ended = False

    def frames(self) -> Iterator[Frame]:
        decode = json.JSONDecoder().raw_decode
        while self._seek():
            try:
                _, end = decode(self._text, self._at)
            except RecursionError:
                end = -1
            except ValueError:
                # Cut by the end of what is held, or no JSON.
                if not self._ended and len(self._text) - self._at <= RECORD_LIMIT:
                    self._more()
                    continue
                end = -1
            if end < 0:
                yield (broken := self._broken())
                if broken.tail:
                    return
            elif end - self._at > RECORD_LIMIT:
                yield self._frame(end, broken=TOO_LONG)
            else:
                yield self._frame(end)
        if self._open:
            yield Frame(self._line + 1, self._offset, self._offset, b"", broken=ENDS_EARLY, tail=True)

    @property
    def _offset(self) -> int:
        return self._dropped + self._at

    def _more(self) -> None:
        chunk = next(self._chunks, None)
        if chunk is None:
            self._ended = True
            return
        self._dropped += self._at
        self._text = self._text[self._at :] + chunk.decode("latin-1")
        self._at = 0

    def _seek(self) -> bool:
        """Moves to the next element. False at the end of the file."""
        while True:
            between = _BETWEEN.match(self._text, self._at)
            end = self._at if between is None else between.end()
            marks = _MARK.findall(self._text, self._at, end)
            if marks:
                self._open = marks[-1] == "["
            self._at = end
            # An opening may be cut by the end of what is held: look again with more.
            if self._ended or len(self._text) - end >= _OPENING_REACH:
                return end < len(self._text)
            self._more()

    def _frame(self, end: int, broken: str | None = None) -> Frame:
        data = self._text[self._at : end].encode("latin-1")
        self._line += 1
        frame = Frame(self._line, self._offset, self._dropped + end, data, broken)
        self._at = end
        return frame

    def _broken(self) -> Frame:
        """What is no JSON, up to the comma or bracket that ends it at its own depth, however far that is."""
        start, depth = self._offset, 0
        hashed = hashlib.blake2b(digest_size=16)
        while True:
            end, depth, found = self._ending(depth)
            hashed.update(self._text[self._at : end].encode("latin-1"))
            self._at = end
            if found or self._ended:
                break
            self._more()
        self._line += 1
        size = self._offset - start
        reason = TOO_LONG if size > RECORD_LIMIT else "the record is no JSON"
        return Frame(self._line, start, start + size, b"", reason, not found, hashed.hexdigest())

    def _ending(self, depth: int) -> tuple[int, int, bool]:
        """How far the broken element reaches in what is held, the depth there, and whether it ends there."""
        held = len(self._text)
        for piece in _PIECE.finditer(self._text, self._at):
            mark = piece[0]
            if mark in {"{", "["}:
                depth += 1
            elif mark in {"}", "]"}:
                depth -= 1
                if depth <= 0:
                    return (piece.end() if depth == 0 else piece.start()), depth, True
            elif mark == "," and depth == 0:
                return piece.start(), depth, True
            elif mark == '"' and not self._ended and held - piece.start() <= RECORD_LIMIT:
                return piece.start(), depth, False  # a text whose end is not held yet
        return held, depth, False


def _opens(head: bytes) -> bool:
    between = _BETWEEN.match(head.decode("latin-1"))
    return between is not None and "[" in between[0]
