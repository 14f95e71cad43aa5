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
    Lines of more than 16 MB are looked at in parts; their characters are counted on, but a match that lies across the
    seam of two parts is missed.
    """
    scanner = classifier.recogniser.scanner

    def look(data: bytes) -> tuple[list[_native.Hit], int]:
        found, lines = scanner.find_block(data, path, 0)
        return classifier.escaped.add_to_block(data, path, found), lines

    first, column = 1, 0
    with ThreadPoolExecutor(jobs) as pool:
        running: deque[tuple[Future[tuple[list[_native.Hit], int]], bytes, bool]] = deque()
        whole = _whole_lines(blocks)
        exhausted = False
        while running or not exhausted:
            while not exhausted and len(running) <= jobs:
                block = next(whole, None)
                if block is None:
                    exhausted = True
                else:
                    running.append((pool.submit(look, block[0]), *block))
            if not running:
                break
            task, data, ended = running.popleft()
            found, lines = task.result()
            for _, line, start, end, category, validated in found:
                shift = column if line == 0 else 0
                yield Hit(path, first + line, start + shift, end + shift, category, validated)
            first += lines
            if ended:
                column = 0
            else:
                column = (0 if lines else column) + len(
                    data[max(data.rfind(b"\n"), data.rfind(b"\r")) + 1 :].decode("utf-8", "replace")
                )


def _whole_lines(blocks: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Blocks cut behind a line's end, and whether they are; lines that are far too long are cut at a blank."""
    held: list[bytes] = []
    size = 0
    for block in blocks:
        cut = block.rfind(b"\n") + 1
        size += len(block)
        if not cut and size < _LONGEST_LINE:
            held.append(block)
            continue
        if not cut:
            cut = block.rfind(b" ") + 1 or len(block)
        ended = block[cut - 1 : cut] == b"\n"
        yield b"".join([*held, block[:cut]]), ended
        held = [block[cut:]] if cut < len(block) else []
        size = len(block) - cut
    if held:
        yield b"".join(held), True
