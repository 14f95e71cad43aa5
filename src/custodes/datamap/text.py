"""What personal data stands in lines of text, and where exactly?"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import TypedDict

from custodes.datamap.classify import Classifier

_BLOCK = 256 * 1024  # characters scanned at once: enough that a call costs nothing, little memory


class HitJson(TypedDict):
    """The shape of `classify --json`, one object a line."""

    path: str
    line: int
    start: int
    end: int
    category: str
    validated: bool


@dataclass(frozen=True, slots=True)
class Hit:
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
    """Matches in the order of the text. Memory is bounded by the longest line and one block."""
    block: list[str] = []
    size = 0
    done = 0
    for line in lines:
        block.append(line.rstrip("\r\n"))
        size += len(line) + 1
        if size >= _BLOCK:
            yield from _block(block, classifier, path, done)
            done += len(block)
            block, size = [], 0
    yield from _block(block, classifier, path, done)


def _block(lines: list[str], classifier: Classifier, path: str, done: int) -> Iterator[Hit]:
    recogniser = classifier.recogniser
    raw = [line.encode("utf-8", "surrogatepass") for line in lines]
    ends = list(accumulate(len(line) + 1 for line in raw))
    by_line: dict[int, list[tuple[int, int, int, bool]]] = {}
    for start, end, index, validated in recogniser.scanner.scan_text(b"\n".join(raw)):
        number = bisect_right(ends, start)
        first = ends[number] - len(raw[number]) - 1
        by_line.setdefault(number, []).append((start - first, end - first, index, validated))
    for number, hits in by_line.items():
        for found in recogniser.weigh(lines[number], raw[number], hits):
            yield Hit(path, done + number + 1, found.start, found.end, found.category, found.validated)
