"""Which datasets does one file hold? One, or as many as an archive has files and a workbook has sheets."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa

from custodes.records import Column
from custodes.stores import (
    archive,
    format_arrow,
    format_avro,
    format_csv,
    format_json,
    format_parquet,
    format_sheet,
    format_text,
    format_xml,
    kind,
    unpack,
)
from custodes.stores.interface import Unreadable
from custodes.stores.source import HELD, Source, held

_DEEPEST: Final = 4  # archives in archives
_KEY: Final = 200  # bytes, about, that a key takes which a layout remembers
_FORMATS: Final[dict[str, Any]] = {
    "arrow": format_arrow,
    "avro": format_avro,
    "csv": format_csv,
    "json": format_json,
    "orc": format_arrow,
    "parquet": format_parquet,
    "stream": format_arrow,
    "text": format_text,
    "xml": format_xml,
}
_MET: Final = frozenset({"json", "text", "xml"})  # without a schema: columns are paths that were met
_WHOLE: Final = frozenset({"arrow", "avro", "orc", "parquet", "stream"})  # read from anywhere: held, if packed
_LARGEST_DOCUMENT: Final = 1 << 27
_SHEETS: Final = 4  # times its size, about, that a workbook takes when it is unpacked
_OFFICE: Final = (
    ("xl/workbook.bin", "a workbook in Excel's binary form", "save it as xlsx"),
    ("word/document.xml", "a Word document", "save its text beside it, or list it under skip with a reason"),
    ("ppt/presentation.xml", "a presentation", "save its text beside it, or list it under skip with a reason"),
    ("content.xml", "a document or workbook of LibreOffice", "save a workbook as xlsx, a document as text"),
)


@dataclass(frozen=True, slots=True)
class Part:
    """One dataset of a file: where its bytes are and how they are read."""

    name: str
    columns: tuple[Column, ...]
    rows: int | None
    scattered: bool
    batches: Callable[[int], Iterator[pa.RecordBatch]]  # from max_rows
    held: int = 0  # bytes that stay in memory as long as this does
    declared: bool = True  # whether the columns are the file's own word
    memory: int = 0  # bytes that reading it may take beyond what batches of rows do


@dataclass(frozen=True, slots=True)
class Unfit:
    """What of a file cannot be read, and the next step."""

    name: str
    reason: str
    hint: str


def parts(name: str, source: Source, depth: int = 0) -> Iterator[Part | Unfit]:
    """Every dataset in a file, in its order; its own errors as Unfit. Raises OSError for the file itself."""
    try:
        plain, head = unpack.unpacked(source)
        what = kind.kind(head, plain.name)
        if what == "zip":
            what = _of_zip(plain)
        if what in {"zip", "tar"} and depth >= _DEEPEST:
            yield Unfit(name, f"archives lie in archives more than {_DEEPEST} deep", "unpack it")
        elif what in {"zip", "tar"}:
            yield from _members(name, archive.of_zip(plain) if what == "zip" else archive.of_tar(plain), depth)
        elif what == "sheet":
            yield from _sheets(name, plain)
        else:
            yield _part(name, plain, what)
    except Unreadable as error:
        yield Unfit(name, error.reason, error.hint)


def _part(name: str, source: Source, what: str) -> Part:
    form = _FORMATS[what]
    how = form.layout(source)
    return Part(
        *(name, how.columns, how.rows, how.scattered),
        lambda max_rows: form.batches(source, how, max_rows=max_rows),
        source.held + _KEY * len(getattr(how, "keyed", ())),
        declared=what not in _MET,
        memory=_memory(source, what),
    )


def _memory(source: Source, what: str) -> int:
    """What reading a file may take: one that must be held, and Python's objects of one large document."""
    held = HELD if not source.seekable else 0
    if what in _WHOLE:
        return held if source.length is None else min(held, source.length)
    return _LARGEST_DOCUMENT if what in _MET - {"text"} else 0


def _members(name: str, members: Iterator[archive.Member], depth: int) -> Iterator[Part | Unfit]:
    taken: set[str] = set()
    for member in members:
        inner = f"{name}/{member.name.strip('/') or 'file'}"
        while inner in taken:  # an archive may hold two files of one name
            inner += "+"
        taken.add(inner)
        if member.source is None:
            yield Unfit(inner, member.reason, member.hint)
            continue
        try:
            yield from parts(inner, member.source, depth + 1)
        except OSError as error:
            yield Unfit(inner, (error.strerror or "input/output error").lower(), "restore the file from a backup")


def _sheets(name: str, source: Source) -> Iterator[Part | Unfit]:
    for sheet in format_sheet.sheets(source):
        inner = f"{name}/{sheet}"
        try:
            how = format_sheet.layout(source, sheet)
        except Unreadable as error:
            yield Unfit(inner, error.reason, error.hint)
            continue
        memory = _SHEETS * min(HELD, source.length or HELD)
        yield Part(inner, how.columns, how.rows, how.scattered, _reads(source, how), source.held, memory=memory)


def _reads(source: Source, how: format_sheet.Layout) -> Callable[[int], Iterator[pa.RecordBatch]]:
    return lambda max_rows: format_sheet.batches(source, how, max_rows=max_rows)


def _of_zip(source: Source) -> str:
    """`sheet` for a workbook, `zip` for an archive. Raises OSError; Unreadable for other documents, and damage."""
    try:
        with held(source).open() as stream, zipfile.ZipFile(stream) as file:
            names = set(file.namelist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError):
        raise Unreadable(
            "the archive is damaged or cut off", "restore the file from a backup, or list it under skip with a reason"
        ) from None
    if "xl/workbook.xml" in names:
        return "sheet"
    for inner, reason, hint in _OFFICE:
        if inner in names and (inner != "content.xml" or "mimetype" in names):
            raise Unreadable(f"no reader for it: it is {reason}", hint)
    return "zip"
