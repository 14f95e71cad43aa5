"""How much would a Parquet file become if it were read? Told by what it says of its pages, before any is unpacked.

A few kilobytes can say that they hold gigabytes, and hold them: of one byte repeated, in every codec. The footer is the
writer's word, so the head of each page is read as well: by its size there memory is taken.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

import pyarrow.parquet as pq

from custodes.events.unpacking import most_of

HELD: Final = 1 << 29  # bytes of the pages that are unpacked at a time: the largest of each column of a row group
_AT_ONCE: Final = 1 << 28  # bytes of a batch of rows
_ROWS: Final = 1_000_000  # that any file may have; a larger one, so many for each of its bytes
_ROWS_A_BYTE: Final = 64
_HEADS: Final = (1 << 12, 1 << 16, 1 << 20, 1 << 24)  # a page's head holds its least and greatest value

_STOP, _BYTE, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = 0, 3, 7, 8, 9, 10, 11, 12
_BOOLS: Final = (1, 2)
_NUMBERS: Final = (4, 5, 6)
_DICTIONARY: Final = 2  # a kind of page
_DELTA_BYTES: Final = 7  # an encoding: each text may repeat all of the one before it
_DEEPEST: Final = 8


class TooLarge(Exception):
    """It would take more memory or time than a log of its size has a reason to. The words hold no value of the file."""


@dataclass(frozen=True, slots=True)
class Fits:
    """What is known of a file that may be read. repeated: bytes of pages of which each row may hold all."""

    repeated: int

    def rows(self, most: int) -> int:
        """How many rows may be taken at once."""
        return max(1, min(most, _AT_ONCE // max(self.repeated, 1)))


@dataclass(frozen=True, slots=True)
class _Page:
    kind: int
    unpacked: int
    packed: int
    encoding: int
    head: int  # bytes


def must_fit(file: pq.ParquetFile, opened: BinaryIO, *, apart: Collection[str] = ()) -> Fits:
    """Look at every page's head. opened: the same file. apart: columns whose words are not repeated for each row.

    Raises TooLarge; OSError where it cannot be read.
    """
    metadata = file.metadata
    size = os.fstat(opened.fileno()).st_size
    if metadata.num_rows > max(_ROWS, size * _ROWS_A_BYTE):
        raise TooLarge(f"it says it has {metadata.num_rows:,} rows in {size:,} bytes")
    total, repeated = 0, 0
    for number in range(metadata.num_row_groups):
        group = metadata.row_group(number)
        if sum(group.column(column).total_uncompressed_size for column in range(group.num_columns)) > most_of(size):
            raise TooLarge(f"row group {number} says it expands beyond {most_of(size):,} bytes")
        held, again = 0, 0
        for column in range(group.num_columns):
            chunk = group.column(column)
            largest, dictionary, delta = 0, 0, 0
            for page in _pages(opened.fileno(), chunk, size):
                total += page.unpacked
                if page.kind == _DICTIONARY:
                    dictionary = max(dictionary, page.unpacked)
                    continue
                largest = max(largest, page.unpacked)
                if page.encoding == _DELTA_BYTES:
                    delta = max(delta, page.unpacked)
            held += largest + dictionary
            again += 0 if chunk.path_in_schema in apart else dictionary + delta
            if held > HELD:
                raise TooLarge(f"pages of row group {number} expand to more than {HELD:,} bytes at a time")
            if total > most_of(size):
                raise TooLarge(f"its pages expand to more than {most_of(size):,} bytes, from {size:,}")
        repeated = max(repeated, again)
    return Fits(repeated)


def _pages(descriptor: int, chunk: Any, size: int) -> Iterator[_Page]:
    """The heads of a column's pages, as the reader comes upon them."""
    at: int = chunk.data_page_offset
    if chunk.has_dictionary_page and chunk.dictionary_page_offset:
        at = min(at, chunk.dictionary_page_offset)
    end = min(at + chunk.total_compressed_size, size)
    while 0 <= at < end:
        page = _page(descriptor, at)
        if page is None or page.packed < 0 or page.unpacked < 0:
            return  # the reader finds it damaged
        yield page
        at += page.head + page.packed


def _page(descriptor: int, at: int) -> _Page | None:
    for length in _HEADS:
        data = os.pread(descriptor, length, at)
        try:
            return _read(data)
        except IndexError:
            if len(data) < length:
                return None
        except ValueError:
            return None
    raise TooLarge("a page's head is larger than a reader takes")


def _read(data: bytes) -> _Page:
    """A PageHeader of Thrift's compact protocol. Raises IndexError where it goes on, ValueError where it is none."""
    numbers: dict[int, int] = {}
    encoding = 0
    at = field = 0
    while True:
        field, kind, at = _field(data, at, field)
        if kind == _STOP:
            break
        if kind in _NUMBERS:
            value, at = _number(data, at)
            numbers[field] = value
        elif kind == _STRUCT and field in {5, 8}:  # of a page of data: its encoding is number 2, or 4
            encoding, at = _encoding(data, at, 2 if field == 5 else 4)
        else:
            at = _skipped(data, at, kind, 0)
    return _Page(numbers.get(1, -1), numbers.get(2, -1), numbers.get(3, -1), encoding, at)


def _encoding(data: bytes, at: int, wanted: int) -> tuple[int, int]:
    found = field = 0
    while True:
        field, kind, at = _field(data, at, field)
        if kind == _STOP:
            return found, at
        if kind in _NUMBERS:
            value, at = _number(data, at)
            found = value if field == wanted else found
        else:
            at = _skipped(data, at, kind, 0)


def _field(data: bytes, at: int, before: int) -> tuple[int, int, int]:
    head = data[at]
    at += 1
    if head == _STOP:
        return 0, _STOP, at
    if head >> 4:
        return before + (head >> 4), head & 15, at
    field, at = _number(data, at)
    return field, head & 15, at


def _number(data: bytes, at: int) -> tuple[int, int]:
    value, at = _plain(data, at)
    return (value >> 1) ^ -(value & 1), at


def _plain(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7
        if shift > 63:
            raise ValueError("a number without an end")


def _skipped(data: bytes, at: int, kind: int, depth: int) -> int:
    """Where it goes on after a value of this kind."""
    if depth > _DEEPEST:
        raise ValueError("deeper than a page's head is")
    if kind in _BOOLS:
        return at
    if kind in _NUMBERS:
        return _plain(data, at)[1]
    if kind == _BINARY:
        length, at = _plain(data, at)
        at += length
    elif kind in (_BYTE, _DOUBLE):
        at += 1 if kind == _BYTE else 8
    elif kind in (_LIST, _SET):
        at = _skipped_list(data, at, depth)
    elif kind == _STRUCT:
        while True:
            _, inner, at = _field(data, at, 0)
            if inner == _STOP:
                break
            at = _skipped(data, at, inner, depth + 1)
    else:
        raise ValueError("a kind that no page's head has")
    if at > len(data):
        raise IndexError
    return at


def _skipped_list(data: bytes, at: int, depth: int) -> int:
    count, kind = data[at] >> 4, data[at] & 15
    at += 1
    if count == 15:
        count, at = _plain(data, at)
    for _ in range(count):
        at = at + 1 if kind in _BOOLS else _skipped(data, at, kind, depth + 1)
        if at > len(data):
            raise IndexError
    return at
