"""What personal data stands in lines of text, and where exactly?"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import NamedTuple, TypedDict

from custodes import _native
from custodes.datamap.classify import Classifier

_LINES = 4096  # lines scanned at once: enough that a call costs nothing, little memory
_LONGEST_LINE = 16 << 20  # bytes of one line that are held
# Bytes of a longer line that two parts share. The longest match is 16 KiB (of what a literal begins, see native/src),
# and far less before it or behind it is asked of what it means: a part decides as the whole line would.
_SHARED = 32 << 10


class HitJson(TypedDict):
    """The shape of `classify --json`, one object a line."""

    path: str
    line: int
    start: int
    end: int
    category: str
    validated: bool


class Hit(NamedTuple):
    """A match. line counts from 1; start and end are characters of the line, end exclusive. Never the value."""

    path: str
    line: int
    start: int
    end: int
    category: str
    validated: bool

    def as_json(self) -> HitJson:
        """The stable keys of `classify --json`."""
        return HitJson(
            path=self.path,
            line=self.line,
            start=self.start,
            end=self.end,
            category=self.category,
            validated=self.validated,
        )


def classify_text(lines: Iterable[str], classifier: Classifier, path: str = "") -> Iterator[Hit]:
    """Matches in the order of the text, of lines with or without their ends. Holds a few thousand lines at a time."""
    scanner = classifier.recogniser.scanner
    waiting = iter(lines)
    done = 1
    while block := list(islice(waiting, _LINES)):
        found = scanner.find_lines(block, path, done)
        yield from map(Hit._make, classifier.escaped.add_to_lines(block, path, done, found))
        done += len(block)


def classify_blocks(blocks: Iterable[bytes], classifier: Classifier, path: str = "", jobs: int = 1) -> Iterator[Hit]:
    """Matches in the order of a file's bytes, which `blocks` gives in pieces of any size.

    Bytes that are no UTF-8 are characters like others. jobs: blocks scanned at the same time; one more is held.
    Lines of more than 16 MB are looked at in parts that overlap: no match is lost or told twice.
    """
    scanner = classifier.recogniser.scanner

    def look(data: bytes) -> tuple[list[_native.Hit], int]:
        found, lines = scanner.find_block(data, path, 0)
        return classifier.escaped.add_to_block(data, path, found), lines

    first, column = 1, 0
    with ThreadPoolExecutor(jobs) as pool:
        running: deque[tuple[Future[tuple[list[_native.Hit], int]], _Piece]] = deque()
        pieces = _pieces(blocks)
        exhausted = False
        while running or not exhausted:
            while not exhausted and len(running) <= jobs:
                piece = next(pieces, None)
                if piece is None:
                    exhausted = True
                else:
                    running.append((pool.submit(look, piece.data), piece))
            if not running:
                break
            task, piece = running.popleft()
            found, lines = task.result()
            begin, end = piece.bounds(lines)
            for _, line, start, stop, category, validated in found:
                if begin <= (line, start) < end:
                    shift = column - begin[1] if line == begin[0] else 0
                    yield Hit(path, first + line - begin[0], start + shift, stop + shift, category, validated)
            column = end[1] + (column - begin[1] if end[0] == begin[0] else 0)
            first += end[0] - begin[0]


class _Piece(NamedTuple):
    """Bytes that are looked at together. lead: those in front that the piece before told. tail: the next one's."""

    data: bytes
    lead: int = 0
    tail: int = 0

    def bounds(self, lines: int) -> tuple[tuple[int, int], tuple[int, int]]:
        """Line and character at which what this piece tells begins and ends. lines: how many ends of lines it has."""
        begin = (_ends(self.data[: self.lead]), _width(self.data[: self.lead])) if self.lead else (0, 0)
        told = self.data[: len(self.data) - self.tail] if self.tail else self.data
        return begin, (lines - _ends(self.data[len(told) :]), _width(told))


def _ends(data: bytes) -> int:
    return data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n")


def _width(data: bytes) -> int:
    """Characters behind the last end of a line."""
    return len(data[max(data.rfind(b"\n"), data.rfind(b"\r")) + 1 :].decode("utf-8", "replace"))


def _pieces(blocks: Iterable[bytes]) -> Iterator[_Piece]:
    """Blocks cut behind a line's end; lines that are far too long are cut anywhere, and their parts overlap."""
    held: list[bytes] = []
    size = lead = 0
    for block in blocks:
        size += len(block)
        if cut := block.rfind(b"\n") + 1:
            yield _Piece(b"".join([*held, block[:cut]]), lead)
            held, size, lead = [block[cut:]], len(block) - cut, 0
            continue
        held.append(block)
        if size >= _LONGEST_LINE:
            data = b"".join(held)
            end = _between(data, size - _SHARED)
            if end > lead:
                yield _Piece(data, lead, size - end)
                lead = min(end, _SHARED)
                data = data[end - lead :]
            held, size = [data], len(data)
    if size > lead:
        yield _Piece(b"".join(held), lead)


def _between(data: bytes, place: int) -> int:
    """The place, or one shortly before it, that is within no character and no pair of signs that end a line."""
    for end in range(place, max(0, place - 4), -1):
        if not 0x80 <= data[end] < 0xC0 and data[end - 1 : end] != b"\r":
            return end
    return place
