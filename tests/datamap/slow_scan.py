"""Where may a pattern's matches stand? A slow reference in Python's own `re`, written from the how-to's words alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from custodes.datamap.category import Pattern

_MARKS = b".%+-"


def slow_forms(pattern: Pattern, line: bytes) -> list[tuple[int, int]]:
    """The forms that a pattern has in one line, whatever its check says: first and last byte, none over another."""
    found: list[tuple[int, int]] = []
    free = 0
    for starts in _beginnings(pattern, line):
        for start in starts:
            end = _longest(pattern.regex, line, start) if start >= free else None
            if end is not None:
                found.append((start, end))
                free = end
                break
    return found


def _beginnings(pattern: Pattern, line: bytes) -> Iterator[list[int]]:
    """Groups of places; of each group the first one that matches counts."""
    if pattern.anchor == "digits":
        for run in re.finditer(rb"[0-9]+", line):
            yield list(range(max(0, run.start() - pattern.lead), run.start() + 1))
    elif pattern.anchor == "word":
        for run in re.finditer(rb"[A-Za-z0-9]+", line):
            yield [run.start()]
    elif pattern.anchor == "literal":
        yield from _literals([literal.encode() for literal in pattern.literals], line)
    elif pattern.anchor == "at":
        for place in (place for place, byte in enumerate(line) if byte == ord("@")):
            yield [_local_part(line, place)]
    elif pattern.anchor == "colon":
        for run in re.finditer(rb"[0-9A-Fa-f]*:[0-9A-Fa-f:]*", line):
            yield [run.start()]
    else:
        for place in range(len(line)):
            yield [place]


def _literals(wanted: list[bytes], line: bytes) -> Iterator[list[int]]:
    for place in range(len(line)):
        if any(line.startswith(one, place) for one in wanted):
            yield [place]


def _local_part(line: bytes, at: int) -> int:
    """Letters of two bytes belong to it; marks do not begin it."""
    start = at
    while start > 0 and at - start < 128 and _belongs(line[start - 1]):
        start -= 1
    while start < at and (line[start] in _MARKS or 0x80 <= line[start] <= 0xBF):
        start += 1
    return start


def _belongs(byte: int) -> bool:
    plain = byte < 0x80 and (chr(byte).isalnum() or byte == ord("_") or byte in _MARKS)
    return plain or 0x80 <= byte <= 0xBF or 0xC3 <= byte <= 0xDF


def _longest(regex: str, line: bytes, start: int) -> int | None:
    """The longest match that begins exactly there: each end is asked for, from the last one on."""
    if _compiled(regex, None).match(line, start) is None:
        return None
    for rest in range(len(line) - start):
        if (found := _compiled(regex, rest).match(line, start)) is not None:
            return found.end()
    return None


@cache
def _compiled(regex: str, rest: int | None) -> re.Pattern[bytes]:
    """The regular expression, followed by exactly so many bytes."""
    # Bytes have no other classes than ASCII's in Python: what switches Unicode off says nothing new here.
    plain = re.sub(r"\(\?([a-z]*)-u([:)])", r"(?\1\2", regex)
    behind = "" if rest is None else rf"(?=(?s:.{{{rest}}})\Z)"
    return re.compile(f"(?:{plain}){behind}".encode())
