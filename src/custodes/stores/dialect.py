"""How are the cells of a delimited text told apart? Delimiter, quote and header, by how well they explain it."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

# Python's own limit of 128 KiB would end a table at its first large cell.
csv.field_size_limit(1 << 26)

LOOKED_AT: Final = 200  # rows that decide
_MOST_TITLES: Final = 30  # lines above a header
_USUAL: Final = (",", ";", "\t", "|")
_ODD: Final = ("\x01", "\x1f", "^", "~", ":", " ")
_DECLARED: Final = re.compile(r'"?sep=(.)"?\r?\n', re.IGNORECASE)  # Excel's own first line
_END: Final = re.compile(r"\r\n|\n|\r")
_STATEMENT: Final = re.compile(r"\s*(?:insert\s+into|replace\s+into|update\s|delete\s+from|call\s)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Dialect:
    """skip: lines before the table (a declared delimiter, remarks, titles); above: their words, as they stand there.

    escape: a backslash before a quote, or None.
    """

    delimiter: str
    quote: str = '"'
    escape: str | None = None
    header: bool = True
    skip: int = 0
    width: int = 1
    above: str = ""


def dialect(text: str, *, whole: bool) -> tuple[Dialect, list[list[str]]]:
    """The dialect of a text by its beginning, and the rows of that. whole: the text is not cut off."""
    declared = _DECLARED.match(text)
    skip = 1 if declared else 0
    body = text[declared.end() :] if declared else text
    remarks, body = _remarks(body)
    skip += remarks
    quote = _quote(body)
    escape = "\\" if _escapes(body, quote) else None
    found = Dialect("", quote, escape, skip=skip)
    if declared:
        delimiter = declared.group(1)
    else:
        usual = max(_USUAL, key=lambda one: _fit(body, _with(found, one)))
        odd = max(_ODD, key=lambda one: _fit(body, _with(found, one)))
        share, width = _fit(body, _with(found, odd))
        delimiter = odd if share == 1 and width > 1 and _fit(body, _with(found, usual))[0] < 0.9 else usual
    titles, body = _titles(body, _with(found, delimiter))
    skip += titles
    began = declared.end() if declared else 0
    above = text[began : len(text) - len(body)].strip()
    rows = list(_first(rows_of(body, _with(found, delimiter)), LOOKED_AT + 1))
    if not whole and 1 < len(rows) <= LOOKED_AT:
        rows.pop()  # cut off
    rows = rows[:LOOKED_AT]
    header = has_header(rows)
    widths = Counter(len(row) for row in rows if row)
    width = len(rows[0]) if header and rows else widths.most_common(1)[0][0] if widths else 1
    return Dialect(delimiter, quote, escape, header, skip, width, above), rows


def is_table(text: str) -> bool:
    """Whether a text whose name says nothing is a table: nearly every line has the same cells, and several."""
    lines = [line for line in _END.split(text)[:-1] if line.strip()][:LOOKED_AT]
    if len(lines) < 3 or sum(_STATEMENT.match(line) is not None for line in lines) > len(lines) / 2:
        return False
    for delimiter in _USUAL:
        share, width = _fit("\n".join(lines), Dialect(delimiter))
        # Prose has a comma in a line now and then.
        if share >= 0.95 and width >= (3 if delimiter == "," else 2) and _short(lines, width):
            return True
    return False


def rows_of(text: str, how: Dialect) -> Iterator[list[str]]:
    """Rows by the csv module, as far as it can follow."""
    with suppress(csv.Error):
        yield from reader(io.StringIO(text, newline=""), how)


def reader(lines: Iterable[str], how: Dialect) -> Iterator[list[str]]:
    """Rows of lines that are taken one by one as they are needed.

    Raises csv.Error at a cell past 64 MiB: a quote that is never closed.
    """
    return csv.reader(
        lines,
        delimiter=how.delimiter,
        quotechar=how.quote,
        escapechar=how.escape,
        doublequote=how.escape is None,
    )


def _escapes(text: str, quote: str) -> bool:
    """Whether a backslash stands before quotes within cells. One before a quote that ends a cell is the cell's own."""
    within = len(re.findall(rf"\\{quote}(?![,;\t|\r\n]|$)", text))
    doubled = len(re.findall(rf"[^,;\t|\r\n]{quote}{quote}", text))  # not those of an empty cell
    return within > doubled


def _with(how: Dialect, delimiter: str) -> Dialect:
    return Dialect(delimiter, how.quote, how.escape, skip=how.skip)


def _remarks(text: str) -> tuple[int, str]:
    """Lines of remarks before the table, where every one begins with a hash and the next line does not."""
    count = 0
    while text.startswith("#") and (end := _END.search(text)) is not None and not text.startswith("#\t"):
        count += 1
        text = text[end.end() :]
    return (count, text) if text else (0, text)


def _titles(text: str, how: Dialect) -> tuple[int, str]:
    """Lines of titles before the table, and what is behind them: few cells, above a header as wide as the rows below.

    Where it is not plain that there is a header, every line is taken for a row: none is lost.
    """
    ends = [found.end() for _, found in zip(range(LOOKED_AT), _END.finditer(text), strict=False)]
    lines = [text[begin:end] for begin, end in zip([0, *ends], ends, strict=False)]
    rows = [next(rows_of(line, how), []) for line in lines]
    widths = Counter(len(row) for row in rows if any(cell.strip() for cell in row))
    width = widths.most_common(1)[0][0] if widths else 0
    if width < 2:
        return 0, text
    for number, row in enumerate(rows[:_MOST_TITLES]):
        filled = sum(bool(cell.strip()) for cell in row)
        if len(row) == width and filled == width:
            below = [one for one in rows[number:] if len(one) == width]
            names = all(_shape(cell) == "text" for cell in row) and len(set(row)) == width
            if not number or not names or len(below) < 3 or not has_header(below):
                break
            # Lines with delimiters may be rows that are nearly empty: then a column must be unlike its name.
            if any(len(one) == width for one in rows[:number]) and not unlike(below):
                break
            return number, text[ends[number - 1] :]
        if filled > max(1, width // 2) or any(how.quote in cell for cell in row):
            break
    return 0, text


def unlike(rows: list[list[str]]) -> bool:
    """Whether some column below the first row is of numbers, dates or addresses."""
    below = list(zip(*rows[1:], strict=True))
    return any(sum(_shape(cell) != "text" for cell in column) > len(column) / 2 for column in below)


def _quote(text: str) -> str:
    """A single quote only where it opens and closes cells and the double one does not."""
    single = len(re.findall(r"(?:^|[,;\t|])'[^'\n]*'(?=[,;\t|\r\n]|$)", text[:50_000], re.MULTILINE))
    double = len(re.findall(r'(?:^|[,;\t|])"', text[:50_000], re.MULTILINE))
    return "'" if single > 4 and single > 4 * double else '"'


def _fit(text: str, how: Dialect) -> tuple[float, int]:
    """How well a delimiter explains the lines: the share of rows of the commonest width, then that width."""
    widths = Counter(len(row) for row in _first(rows_of(text, how), LOOKED_AT) if row)
    if not widths:
        return (0.0, 0)
    width, count = widths.most_common(1)[0]
    return (count / widths.total(), width) if width > 1 else (0.0, 1)


def _first(rows: Iterable[list[str]], most: int) -> Iterator[list[str]]:
    for number, row in enumerate(rows):
        if number >= most:
            return
        yield row


def _short(lines: list[str], width: int) -> bool:
    # A sign that stands once in every line may be part of it: half a line of a log is longer than a cell is.
    return sum(map(len, lines)) / len(lines) / width < (40 if width == 2 else 120)


_SHAPES: Final = (
    ("number", re.compile(r"[-+]?[\d.,\s]*\d[\d.,\s%]*")),
    ("date", re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([T ].*)?")),
    ("mail", re.compile(r"\S+@\S+\.\S+")),
)


def _shape(cell: str) -> str:
    return next((name for name, pattern in _SHAPES if pattern.fullmatch(cell.strip()[:1_000])), "text")


def has_header(rows: list[list[str]]) -> bool:
    """No header where some column of the first row already looks like what stands below it."""
    if len(rows) < 2:
        return not any(_shape(cell) != "text" for cell in rows[0]) if rows else False
    for position, cell in enumerate(rows[0]):
        shape = _shape(cell)
        below = [_shape(row[position]) for row in rows[1:] if len(row) > position and row[position].strip()]
        if shape != "text" and below and below.count(shape) > len(below) / 2:
            return False
    return True
