"""Which folder is scanned? Made-up customers in files of many kinds, so many gigabytes of them on the disk."""

from __future__ import annotations

import gzip
import io
import random
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

import pyarrow as pa
import pyarrow.parquet as pq

_GIVEN: Final = ("Anna", "Bela", "Carl", "Dora", "Emil", "Fritz", "Greta", "Hans", "Ida", "Jan", "Karin", "Lars")
_FAMILY: Final = ("Adler", "Berg", "Dahl", "Falk", "Holm", "Keller", "Lind", "Moser", "Novak", "Roth", "Stein", "Weber")
_CITIES: Final = ("Berlin", "Graz", "Oslo", "Lyon", "Turin", "Ghent", "Porto", "Krakow")
_WORDS: Final = ("order", "parcel", "late", "call", "again", "refund", "asked", "about", "the", "sent", "with", "new")
_TEMPLATES: Final = 4_000
_HEADER: Final = b"id,name,mail,phone,city,note\n"
_PACKED: Final = frozenset({"log", "zip"})
_EACH: Final = 512 << 20  # bytes of a usual file, at most; of a small folder less
_HUGE: Final = 0.2  # of all bytes are in one file of short rows, far more rows than a scan reads by default
_WIDE: Final = 400  # words of a usual row's note
_HOST: Final = b"example.com"


def write(folder: Path, size: int) -> None:
    """About so many bytes: CSV and JSON lines, Parquet, packed logs, and archives in archives.

    One file of each kind is made row by row; the others are the same with addresses at another host.
    """
    shares = {"csv": 0.32, "jsonl": 0.2, "parquet": 0.2, "log": 0.04, "zip": 0.04}
    part = min(256 << 20, int(size * _HUGE))
    _csv(folder / "part", part, 0, words=4)
    with (folder / "huge.csv").open("wb") as out:
        for number in range(max(1, int(size * _HUGE) // part)):
            _copy(folder / "part.csv", out, number, skip=len(_HEADER) if number else 0)
    (folder / "part.csv").unlink()
    first = 10_000_000
    for kind, share in shares.items():
        (folder / kind).mkdir()
        each = min(_EACH, int(size * share) // 2)
        count = int(size * share) // each
        made = 2 if kind in _PACKED else 1
        for number in range(made):
            first = _WRITERS[kind](
                folder / kind / f"{number:04}", int(size * share) // made if made > 1 else each, first
            )
        if kind not in _PACKED:
            (base,) = (folder / kind).iterdir()
            for number in range(1, count):
                with base.with_stem(f"{number:04}").open("wb") as out:
                    _copy(base, out, number)


def _copy(base: Path, out: BinaryIO, number: int, skip: int = 0) -> None:
    """The same bytes, of the same length, with addresses at another host, which is as reserved as the first."""
    host = b"%c%c%c.example" % (97 + number // 676 % 26, 97 + number // 26 % 26, 97 + number % 26)
    with base.open("rb") as file:
        file.seek(skip)
        rest = b""
        while piece := file.read(1 << 24):
            # An address that is cut in two between pieces waits for its other half.
            data = rest + piece
            keep = len(data) - len(_HOST)
            done = data[:keep].replace(_HOST, host) if _HOST not in data[keep - len(_HOST) :] else b""
            if done:
                out.write(done)
                rest = data[keep:]
            else:
                rest = data
        out.write(rest.replace(_HOST, host))


def _rows(words: int, first: int) -> Iterator[tuple[bytes, int]]:
    """Templates of rows with a place for the customer's number, again and again, and the number."""
    chance = random.Random(words)
    said = [" ".join(chance.choices(_WORDS, k=words)) for _ in range(_TEMPLATES)]
    people = [(chance.choice(_GIVEN), chance.choice(_FAMILY), chance.choice(_CITIES)) for _ in range(_TEMPLATES)]
    rows = [
        f"%d,{given} {family},{given}.{family}%d@example.com,+1 555 01%02d %05d,{city},{note}\n".lower().encode()
        for (given, family, city), note in zip(people, said, strict=True)
    ]
    number = first
    while True:
        yield rows[number * 7 % _TEMPLATES], number
        number += 1


def _text(words: int, first: int, size: int) -> Iterator[bytes]:
    """So many bytes of rows, some thousands at a time."""
    held: list[bytes] = []
    length = 0
    for row, number in _rows(words, first):
        held.append(row % (number, number, number % 100, number % 100_000))
        length += len(held[-1])
        if len(held) == 4_096 or length >= size:
            yield b"".join(held)
            held = []
        if length >= size:
            return


def _csv(file: Path, size: int, first: int, words: int = _WIDE) -> int:
    with file.with_suffix(".csv").open("wb") as out:
        out.write(_HEADER)
        for piece in _text(words, first, size):
            out.write(piece)
            first += piece.count(b"\n")
    return first


def _jsonl(file: Path, size: int, first: int) -> int:
    with file.with_suffix(".jsonl").open("wb") as out:
        for piece in _text(_WIDE, first, size):
            for row in piece.splitlines():
                number, name, mail, phone, city, note = row.split(b",")
                out.write(
                    b'{"id":%b,"customer":{"name":"%b","contact":{"mail":"%b","phone":"%b"}},"city":"%b","note":"%b"}\n'
                    % (number, name, mail, phone, city, note)
                )
                first += 1
    return first


def _parquet(file: Path, size: int, first: int) -> int:
    schema = pa.schema([(name, pa.string()) for name in ("id", "name", "mail", "phone", "city", "note")])
    file = file.with_suffix(".parquet")
    with pq.ParquetWriter(file, schema, compression="none", use_dictionary=["city"]) as out:
        for piece in _text(_WIDE, first, size):
            rows = [row.decode().split(",") for row in piece.splitlines()]
            out.write_table(pa.table(list(zip(*rows, strict=True)), schema=schema), row_group_size=65_536)
            first += len(rows)
    return first


def _log(file: Path, size: int, first: int) -> int:
    with gzip.open(file.with_suffix(".log.gz"), "wb", compresslevel=1) as out:
        for piece in _text(12, first, size * 4):  # packs to a quarter, about
            for row in piece.splitlines():
                number, _, mail, _, _, note = row.split(b",")
                out.write(b"2026-03-01T12:00:00Z INFO desk request=%b user=%b did %b\n" % (number, mail, note))
                first += 1
    return first


def _zip(file: Path, size: int, first: int) -> int:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive, archive.open("deep/part.csv", "w") as out:
        out.write(_HEADER)
        for piece in _text(60, first, size // 4):
            out.write(piece)
            first += piece.count(b"\n")
    with zipfile.ZipFile(file.with_suffix(".zip"), "w") as archive:
        archive.writestr("inner.zip", inner.getvalue())
        with archive.open("outer.csv", "w") as out:
            out.write(_HEADER)
            for piece in _text(60, first, size // 2):
                out.write(piece)
                first += piece.count(b"\n")
    return first


_WRITERS: Final = {"csv": _csv, "jsonl": _jsonl, "parquet": _parquet, "log": _log, "zip": _zip}
