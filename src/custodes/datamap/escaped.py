"""Where do e-mail addresses stand whose signs are escaped with a per cent sign, as in links: `ann%40mail.example`?

Only lines that hold an escaped `@` are looked at again, so that all other text costs one search for three bytes. In
such a line every escaped sign is put back with invisible signs behind it that fill its old place: the scanner passes
over those, and a match stands where it stood in the line. A plain `+` is a blank there, as forms write it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from custodes import _native
from custodes.datamap.category import CategoryRules
from custodes.datamap.recognise import scanner_arguments

_CATEGORY: Final = "email"
_AT: Final = re.compile(rb"%(?:25)*40")
_AT_TEXT: Final = re.compile(r"%(?:25)*40")
_RUN: Final = re.compile(r"(?:%(?:25)*[0-9A-Fa-f]{2})+|\+")
_ONE: Final = re.compile(r"%(?:25)*([0-9A-Fa-f]{2})")
_INVISIBLE: Final = "\u00ad"  # a soft hyphen
# What most runs are: one sign.
_SINGLES: Final = {"+": " "} | {
    f"%{form}": (chr(sign) if sign >= 32 else " ") + 2 * _INVISIBLE
    for sign in range(127)
    for form in (f"{sign:02X}", f"{sign:02x}")
    if sign != 0x25  # the escape of the escape itself leads to more
}


class Escaped:
    """Finds them in blocks and lines. Of categories without e-mail addresses, nothing is found."""

    def __init__(self, categories: Sequence[CategoryRules]) -> None:
        rules = [one for one in categories if one.id == _CATEGORY]
        self._scanner = _native.Scanner(*scanner_arguments(rules)) if rules else None

    def add_to_block(self, block: bytes, path: str, found: list[_native.Hit]) -> list[_native.Hit]:
        """What was found in a block, and the escaped addresses in it, in the text's order; lines count from 0."""
        if self._scanner is None or _AT.search(block) is None:
            return found
        return self._added(_lines_with(block), path, found)

    def add_to_lines(self, lines: Sequence[str], path: str, first: int, found: list[_native.Hit]) -> list[_native.Hit]:
        """The same for lines, with or without their ends, which count from `first`."""
        if self._scanner is None or not any("40" in line and _AT_TEXT.search(line) for line in lines):
            return found
        with_one = ((at, line) for at, line in enumerate(lines, first) if _AT_TEXT.search(line))
        return self._added(with_one, path, found)

    def _added(self, numbered: Iterable[tuple[int, str]], path: str, found: list[_native.Hit]) -> list[_native.Hit]:
        assert self._scanner is not None  # noqa: S101 - callers have asked
        lines = list(numbered)
        taken: dict[int, list[tuple[int, int]]] = {number: [] for number, _ in lines}
        for _, number, start, end, _, _ in found:
            if number in taken:
                taken[number].append((start, end))
        more = []
        for _, place, start, end, category, validated in self._scanner.find_lines(
            [_put_back(line) for _, line in lines], path, 0
        ):
            number, line = lines[place]
            free = all(end <= other or start >= until for other, until in taken[number])
            if free and _AT_TEXT.search(line, start, end):
                more.append((path, number, start, end, category, validated))
        return sorted([*found, *more]) if more else found


def _lines_with(block: bytes) -> Iterator[tuple[int, str]]:
    """The lines that hold an escaped `@`, with their numbers; `\\r` alone ends a line, too."""
    number = counted = 0
    behind = 0
    for match in _AT.finditer(block):
        if match.start() < behind:
            continue
        start = max(block.rfind(b"\n", counted, match.start()), block.rfind(b"\r", counted, match.start())) + 1
        start = max(start, counted)
        line_feed = block.find(b"\n", match.end())
        behind = len(block) if line_feed < 0 else line_feed
        alone = block.find(b"\r", match.end(), behind)
        behind = behind if alone < 0 else alone
        number += _ends(block, counted, start)
        counted = start
        yield number, block[start:behind].decode("utf-8", "replace")


def _ends(block: bytes, start: int, end: int) -> int:
    return block.count(b"\n", start, end) + block.count(b"\r", start, end) - block.count(b"\r\n", start, end)


def _put_back(line: str) -> str:
    return _RUN.sub(_plain, line)


def _plain(run: re.Match[str]) -> str:
    """The signs of a run of escapes, each as wide as its escape; what stands for none, or ends a line, is a blank."""
    if (single := _SINGLES.get(run[0])) is not None:
        return single
    escapes = [(bytes.fromhex(one[1]), len(one[0])) for one in _ONE.finditer(run[0])]
    told: list[str] = []
    at = 0
    while at < len(escapes):
        # A sign beyond ASCII is escaped byte by byte.
        for size in range(min(4, len(escapes) - at), 0, -1):
            try:
                sign = b"".join(byte for byte, _ in escapes[at : at + size]).decode()
            except UnicodeDecodeError:
                continue
            if len(sign) == 1:
                break
        else:
            sign, size = " ", 1
        width = sum(length for _, length in escapes[at : at + size])
        told.append((sign if sign.isprintable() else " ") + _INVISIBLE * (width - 1))
        at += size
    return "".join(told)
