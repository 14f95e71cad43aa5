"""How does a table leave without a cell that acts? As CSV whose texts no spreadsheet takes for a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

# A spreadsheet reads a cell as a formula that begins with one of these, full-width ones in East Asian versions too.
# Where its list separator is not the one we write, a cell begins after any separator inside of a text. See OWASP,
# "CSV Injection".
_FORMULA: Final = re.compile("(^|[;,|\t])([\\s\"']*)([=+\\-@\uff1d\uff0b\uff0d\uff20])")
_LONGEST: Final = 32_000  # Excel's limit for a cell is 32,767 characters


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table: every row has a text for each heading."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def inert(text: str) -> str:
    """The text as a cell may hold it.

    What cannot be printed is written as its code, so that no name begins a line or a control sequence; an apostrophe
    stands before what would be a formula; what is longer than a cell can be is cut, and says so.
    """
    shown = _FORMULA.sub(r"\1\2'\3", printable(text))
    if len(shown) > _LONGEST:
        return f"{shown[:_LONGEST]} (cut: {len(shown) - _LONGEST:,} more characters)"
    return shown


def printable(text: str) -> str:
    """The text with everything that cannot be printed as its code: no name begins a line."""
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else f"\\u{ord(one):04x}" for one in text)


def as_csv(sheet: Sheet) -> bytes:
    """RFC 4180, every cell quoted, in UTF-8 with the mark by which Excel knows it."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerows(_inert_rows((sheet.headings, *sheet.rows)))
    return text.getvalue().encode("utf-8-sig")


def _inert_rows(rows: Iterable[tuple[str, ...]]) -> Iterable[list[str]]:
    return ([inert(cell) for cell in row] for row in rows)
