"""Which rows does a sheet of a workbook hold? The header is found even where it is not the first row."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from xml.parsers import expat

import pyarrow as pa

from custodes.records import Column
from custodes.stores import above, reading, sized
from custodes.stores.interface import Unreadable
from custodes.stores.names import column_name
from custodes.stores.source import Source, held

_UNPACKED: Final = 1 << 28  # of a workbook's parts, which are held
_CELLS: Final = 20_000_000  # of the rectangle that a sheet spans: it is held with its empty cells
_FIRST: Final = 30  # rows among which the header is looked for
_SHEET: Final = re.compile(rb"sheetData|s\0?h\0?e\0?e\0?t\0?D\0?a\0?t\0?a")
_CELL: Final = re.compile(rb'<(?:\w+:)?c(?:\s+[a-z]+="[^"<>&]*")*?\s+r="([A-Z]{1,3})(\d{1,7})"')  # as programs write it
_ANY_CELL: Final = re.compile(rb"<(?:[^\s<>/:]*:)?c[\s/>]")
_WIDE: Final = re.compile(rb"\0|<!DOCTYPE")
_PLACE: Final = re.compile(r"\s*\$?([A-Za-z]{1,3})\$?(\d{1,7})\s*")
_HINT: Final = "restore the file from a backup, or list it under skip with a reason"


@dataclass(frozen=True, slots=True)
class Layout:
    """How a sheet is to be read. header: its row, counted from 0; None without one. titles: what stands above it."""

    sheet: str
    header: int | None
    columns: tuple[Column, ...]
    rows: int
    scattered: bool = False
    titles: str = ""


def sheets(source: Source) -> list[str]:
    """The names of the sheets, hidden ones too. Raises OSError, Unreadable."""
    return list(_book(source).sheet_names)


def layout(source: Source, sheet: str) -> Layout:
    """Find header and columns. Raises OSError, Unreadable."""
    rows = _rows(_book(source), sheet)
    first = [row for _, row in zip(range(_FIRST), rows, strict=False)]
    count = len(first) + sum(1 for _ in rows)
    width = max((len(row) for row in first), default=0)
    if not width:
        raise Unreadable("the sheet is empty", "list it under skip with a reason")
    header = _header(first)
    names = first[header] if header is not None else []
    told = [column_name(name or "") for name in [*names, *[None] * (width - len(names))]]
    titles = "\n".join(" ".join(filter(None, row)) for row in first[: header or 0] if any(row))
    rows_ = count - (0 if header is None else header + 1)
    return Layout(sheet, header, above.named(told, titles), rows_, titles=titles)


def batches(source: Source, how: Layout, *, max_rows: int) -> Iterator[pa.RecordBatch]:
    """Every row below the header; at a limit every n-th. Raises Unreadable."""
    step_ = -(-how.rows // max_rows) if max_rows and how.rows else 1
    width = len(how.columns) - bool(how.titles)
    first = 0 if how.header is None else how.header + 1

    def chosen() -> Iterator[list[str | None]]:
        given = 0
        for number, row in enumerate(_rows(_book(source), how.sheet)):
            if number < first or (number - first) % step_ or not any(row):
                continue
            yield [*row[:width], *[None] * (width - len(row))]
            given += 1
            if max_rows and given >= max_rows:
                return

    names = [column.name for column in how.columns[:width]]
    yield from above.added(sized.of_rows(chosen(), names), how.titles, how.columns)


def _book(source: Source) -> Any:
    try:
        import python_calamine  # noqa: PLC0415 - an extra
    except ImportError:
        raise Unreadable("the reader of workbooks is not installed", 'pip install "custodes[files]"') from None
    whole = held(source)
    if (whole.length or 0) > _UNPACKED:
        raise Unreadable("a workbook of over 256 MiB", "save its sheets as CSV")
    with whole.open() as raw, io.BufferedReader(raw, 1 << 16) as stream:
        data = stream.read()
    if data.startswith(b"PK"):
        _bounded(data)
    try:
        return python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    except OSError:
        raise
    except BaseException as error:  # noqa: BLE001 - a panic is no Exception
        raise _refused(error) from None


def _bounded(data: bytes) -> None:
    """Raises Unreadable for a workbook that swells: by its parts, or by a cell far from all the others."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            infos = parts.infolist()
            if sum(info.file_size for info in infos) > _UNPACKED:
                raise Unreadable("a workbook that swells to over 256 MiB", "save its sheets as CSV")
            for info in infos:
                part = parts.read(info)
                # Whatever the part is called: the workbook says itself which of its parts are sheets.
                if _SHEET.search(part) and _spanned(part) > _CELLS:
                    raise Unreadable("a sheet whose cells lie too far apart", "save its sheets as CSV")
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, ValueError, EOFError, OSError):
        raise Unreadable("the workbook is damaged", _HINT) from None


def _spanned(sheet: bytes) -> int:
    """How many cells the rectangle has that holds every cell of a sheet."""
    found = _CELL.findall(sheet)
    if len(found) == len(_ANY_CELL.findall(sheet)) and not _WIDE.search(sheet):
        places = [(_number(column), int(row)) for column, row in found]
    else:
        places = _told(sheet)
    columns, rows = [place[0] for place in places], [place[1] for place in places]
    return (max(columns) - min(columns) + 1) * (max(rows) - min(rows) + 1) if places else 0


def _told(sheet: bytes) -> list[tuple[int, int]]:
    """Column and row of each cell of a sheet that is not written as programs write them; slowly."""
    places = []
    column = row = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal column, row
        local = name.rpartition(":")[2]
        if local == "row":
            row, column = int(attributes.get("r", row + 1)), 0
        elif local == "c":
            told = _PLACE.fullmatch(attributes.get("r", ""))
            column, row = (_number(told[1].upper().encode()), int(told[2])) if told else (column + 1, row)
            places.append((column, row))

    def refuse(*_: object) -> None:
        raise ValueError

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(sheet, True)
    except expat.ExpatError:
        raise ValueError from None
    return places


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _rows(book: Any, sheet: str) -> Iterator[list[str | None]]:
    try:
        for row in book.get_sheet_by_name(sheet).iter_rows():
            yield [_text(cell) for cell in row]
    except BaseException as error:
        if isinstance(error, GeneratorExit):
            raise
        raise _refused(error) from None


def _refused(error: BaseException) -> Unreadable:
    """A reader written in Rust ends in a panic of its own where bytes are not as it expects them."""
    if isinstance(error, KeyboardInterrupt | SystemExit | MemoryError):
        raise error
    if isinstance(error, Unreadable):
        return error
    if "password" in f"{type(error).__name__} {error}".lower():
        return Unreadable("the workbook is encrypted", "save it without a password, or list it under skip")
    return Unreadable("the workbook is damaged", _HINT)


def _text(cell: object) -> str | None:
    if cell is None or cell == "":
        return None
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, dt.datetime):
        midnight = cell.time() == dt.time()
        return cell.date().isoformat() if midnight else cell.isoformat(" ")
    return str(cell)[: reading.LONGEST_TEXT]


def _header(rows: list[list[str | None]]) -> int | None:
    """The first row that is as wide as the table and all words, with rows below it; None where there is none.

    A row with an empty one below it is a title: a table has no gap below its header.
    """
    filled = [sum(cell is not None for cell in row) for row in rows]
    width = max(filled, default=0)
    for number, row in enumerate(rows[:-1]):
        if not filled[number + 1] and any(filled[number + 1 :]):
            continue
        told = [cell for cell in row if cell is not None]
        words = all(not re.fullmatch(r"[\d.,:/ -]+", cell) and "@" not in cell and len(cell) < 100 for cell in told)
        if filled[number] >= max(1, 0.8 * width) and words and len(set(told)) == len(told):
            return number
        if filled[number] >= max(1, 0.8 * width):
            return None  # the table begins with data
    return None
