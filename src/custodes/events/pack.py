"""In which form do sealed events lie once more, in order of their actor? One file of small parts, each with its digest.

Segments are sorted by subject, so that the touches of one actor lie in every row group of every day. A pack holds the
same rows by actor, then time. Its directory at the end says of each part where it lies, from which actor to which it
reaches, which other names occur in it, and its SHA-256. Whoever trusts the directory's own digest can therefore read a
few parts and be sure of them without reading the rest.

    parts       Arrow streams of up to ROWS rows, back to back; the last one is no rows but what was counted of them
    directory   an Arrow stream of DIRECTORY; its metadata names the segments whose rows these are
    end         uint64 length of the directory, then MAGIC
"""

from __future__ import annotations

import functools
import hashlib
import io
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from custodes import kept
from custodes.events.words import WORDS, coded, own, texts
from custodes.records.schema import SEALED_SCHEMA

ROWS: Final = 4_096  # of one part: what has to be read for one actor of one day
MAGIC: Final = b"CUSTPAK1"

DIRECTORY: Final = pa.schema(
    [
        pa.field("offset", pa.int64(), nullable=False),
        pa.field("length", pa.int64(), nullable=False),
        pa.field("digest", pa.binary(32), nullable=False),
        pa.field("rows", pa.int64(), nullable=False),
        pa.field("low", pa.string()),  # the first actor; null for the part of what was counted
        pa.field("high", pa.string()),
        pa.field("names", pa.list_(pa.uint32())),  # of NAMED columns; null where there are too many to list
    ]
)

# Columns whose names are listed for each part: whoever acts is usually at few devices, for few parties.
NAMED: Final = ("behalf", "client", "party")
_MOST_NAMES: Final = 2_048
_FEW: Final = 32
_END: Final = 16
_MOST_DIRECTORY: Final = 1 << 28
# Parts are small: to hand their buffers to other threads costs more than to compress them.
_ZSTD: Final = pa.ipc.IpcWriteOptions(compression="zstd", use_threads=False)
_IN_DAY: Final = 37  # bits of a time within a day
_MOST_ACTORS: Final = 1 << 26


class PackDamaged(Exception):
    """This is no pack, or not what its directory says."""


@dataclass(frozen=True, slots=True)
class Covered:
    """A segment whose rows a pack holds. sha256: in hexadecimal. first: its first leaf. count: of rows."""

    sha256: str
    first: int
    count: int


def write(rows: pa.Table, counted: pa.Table, covers: Sequence[Covered]) -> bytes:
    """The pack of these rows (SEALED_SCHEMA, in any order) of these segments. Equal rows give equal bytes.

    counted: what else is to be known of the rows without reading them.
    """
    target, places = io.BytesIO(), []
    rows = texts(by_actor(rows), {"fields"})
    many = [field.name for field in rows.schema if rows.num_rows and _has_many(rows.column(field.name).chunk(0))]
    for batch in rows.to_batches(max_chunksize=ROWS):
        part = _stream(_short(batch, many))
        places.append({**_place(target, part, batch.num_rows), **describe(batch)})
    places.append(_place(target, _stream(counted), 0) | {"low": None, "high": None, "names": None})
    told = json.dumps({"covers": [asdict(one) for one in covers]}, separators=(",", ":"))
    directory = pa.Table.from_pylist(places, schema=DIRECTORY.with_metadata({"pack": told}))
    last = _stream(directory)
    return target.getvalue() + last + len(last).to_bytes(8, "big") + MAGIC


def by_actor(rows: pa.Table) -> pa.Table:
    """The rows by actor, time and leaf, in one chunk, coded (`words`)."""
    rows = own(coded(rows))
    if not rows.num_rows:
        return rows
    rank = rows.column("actor").chunk(0).indices.to_numpy()  # words are in order
    time = rows.column("time").cast(pa.int64()).to_numpy()
    leaf = rows.column("leaf").to_numpy()
    time = time - time.min()
    if time.max() < 1 << _IN_DAY and rank.max() < _MOST_ACTORS and (np.diff(leaf) > 0).all():
        order = np.argsort(rank.astype(np.int64) << _IN_DAY | time, kind="stable")
    else:
        order = np.lexsort((leaf, time, rank))
    return rows.take(pa.array(order)).combine_chunks()


def read_segment(file: Path | pa.NativeFile, columns: Sequence[str] = tuple(SEALED_SCHEMA.names)) -> pa.Table:
    """The rows of a sealed segment with few words kept as dictionaries: to sort them is cheaper by far.

    Raises what pyarrow raises for a file that is none.
    """
    with pq.ParquetFile(file, read_dictionary=list(WORDS)) as opened:
        return opened.read(list(columns)).select(list(columns))


def together(tables: Sequence[pa.Table]) -> pa.Table:
    """Several of them as one."""
    return pa.concat_tables(tables, promote_options="permissive").unify_dictionaries().combine_chunks()


def digest_of(data: bytes) -> bytes:
    """SHA-256 of the directory of a pack that `write` made."""
    length = int.from_bytes(data[-_END : -_END + 8], "big")
    return hashlib.sha256(data[-_END - length : -_END]).digest()


@functools.lru_cache(maxsize=1 << 16)
def fingerprint(column: str, name: str) -> int:
    """What stands in a directory for a name in a column: four bytes. Two names may share them, and cost a look."""
    return int.from_bytes(hashlib.blake2b(f"{column}\0{name}".encode(), digest_size=4).digest(), "big")


class Pack:
    """An opened pack. digest: SHA-256 of its directory, to be compared with what was sealed before it is believed.

    Raises PackDamaged, also from every method that reads a part.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        try:
            with kept.opened(file) as opened:
                size = os.fstat(opened.fileno()).st_size
                opened.seek(max(size - _END, 0))
                end = opened.read(_END)
                length = int.from_bytes(end[:8], "big")
                if len(end) != _END or end[8:] != MAGIC or not 0 < length <= min(size - _END, _MOST_DIRECTORY):
                    raise PackDamaged("it does not end as a pack does")
                opened.seek(size - _END - length)
                self._raw = opened.read(length)
        except OSError as error:
            raise PackDamaged(f"it cannot be read ({error.strerror})") from error
        self.digest = hashlib.sha256(self._raw).digest()
        self.parts_end = size - _END - length

    def open(self) -> None:
        """Read the directory; call it once `digest` is known to be right."""
        try:
            self.directory = pa.ipc.open_stream(self._raw).read_all()
            self.directory.validate(full=True)
            told = json.loads((self.directory.schema.metadata or {})[b"pack"])
            self.covers = tuple(Covered(str(one["sha256"]), one["first"], one["count"]) for one in told["covers"])
            if not self.directory.schema.equals(DIRECTORY) or not self.directory.num_rows:
                raise PackDamaged("its directory has other columns, or no parts")
        except (pa.ArrowException, KeyError, TypeError, ValueError) as error:
            raise PackDamaged("its directory cannot be read") from error

    def counted(self) -> pa.Table:
        """What was counted of the rows."""
        return self._part(self.directory.num_rows - 1)

    def parts(self) -> Iterator[pa.Table]:
        """All its rows, part by part, as they lie there; nothing of them needs to be right."""
        for number in range(self.directory.num_rows - 1):
            part = self._part(number)
            try:
                part.validate(full=True)  # Arrow itself follows places of words that point anywhere
            except (pa.ArrowException, ValueError) as error:
                raise PackDamaged("a part of it cannot be read") from error
            yield part

    def holding(self, column: str, names: Sequence[str]) -> list[int]:
        """The parts that may hold one of these names in a column: `actor`, or one of NAMED."""
        parts = self.directory.slice(0, self.directory.num_rows - 1)
        if column == "actor":
            low, high = parts.column("low"), parts.column("high")
            found = np.zeros(parts.num_rows, bool)
            for name in names:
                found |= pc.and_(pc.less_equal(low, name), pc.greater_equal(high, name)).to_numpy()
            return [int(number) for number in np.flatnonzero(found)]
        listed = parts.column("names").combine_chunks()
        wanted = np.array([fingerprint(column, name) for name in names], np.uint32)
        marks = np.isin(listed.flatten().to_numpy(), wanted)
        owners = pc.list_parent_indices(listed).to_numpy()[marks]
        unlisted = np.flatnonzero(listed.is_null().to_numpy(zero_copy_only=False))
        return sorted({int(number) for number in (*owners, *unlisted)})

    def rows(self, columns: Sequence[str], names: Sequence[str], parts: Sequence[int]) -> Iterator[pa.Table]:
        """The rows of these parts that have one of these names in one of the columns, as SEALED_SCHEMA."""
        wanted = pa.array(list(names), pa.string())
        for number in parts:
            data = self._checked(number)
            # Most parts that may have a name have none: the columns it would be in tell before the rest is unpacked.
            part = _table(data, columns)
            named = functools.reduce(pc.or_, [_is_in(part.column(column), wanted) for column in columns])
            if pc.any(named).as_py():
                yield _table(data).filter(named).cast(SEALED_SCHEMA)

    def _part(self, number: int) -> pa.Table:
        return _table(self._checked(number))

    def _checked(self, number: int) -> bytes:
        """The bytes of a part, which are those that its digest was made of."""
        place = {name: self.directory.column(name)[number].as_py() for name in ("offset", "length", "digest")}
        if not 0 <= place["offset"] <= place["offset"] + place["length"] <= self.parts_end or place["length"] < 0:
            raise PackDamaged("its directory names a part outside of it")
        try:
            with kept.opened(self._file) as opened:
                opened.seek(place["offset"])
                data = opened.read(place["length"])
        except OSError as error:
            raise PackDamaged(f"it cannot be read ({error.strerror})") from error
        if hashlib.sha256(data).digest() != place["digest"]:
            raise PackDamaged("a part of it is not what its directory says")
        return data


def _table(data: bytes, columns: Sequence[str] = ()) -> pa.Table:
    """The rows of a part; with columns, only these are unpacked."""
    try:
        included = [SEALED_SCHEMA.get_field_index(name) for name in columns]
        # A part is small: to hand its buffers to other threads costs more than to unpack them.
        options = pa.ipc.IpcReadOptions(included_fields=included, use_threads=False)
        return pa.ipc.open_stream(data, options=options).read_all()
    except (pa.ArrowException, ValueError) as error:
        raise PackDamaged("a part of it cannot be read") from error


def _is_in(column: pa.ChunkedArray, wanted: pa.Array) -> pa.ChunkedArray:
    if not pa.types.is_dictionary(column.type):
        return pc.is_in(column, wanted)
    # Few words and many rows: the words are looked at, and each row says which is its own.
    found = [pc.is_in(one.dictionary, wanted).take(one.indices).fill_null(False) for one in column.chunks]
    return pa.chunked_array(found, pa.bool_())


def describe(batch: pa.RecordBatch | pa.Table) -> Mapping[str, object]:
    """What a directory must say of a part with these rows: low, high, names."""
    actor = batch.column("actor")
    return {"low": actor[0].as_py(), "high": actor[-1].as_py(), "names": _names(batch)}


def _names(batch: pa.RecordBatch | pa.Table) -> list[int] | None:
    found = set()
    for column in NAMED:
        for name in pc.unique(batch.column(column)).cast(pa.string()).to_pylist():
            if name is not None:
                found.add(fingerprint(column, name))
        if len(found) > _MOST_NAMES:
            return None
    return sorted(found)


def _place(target: io.BytesIO, part: bytes, rows: int) -> dict[str, object]:
    offset = target.tell()
    target.write(part)
    return {"offset": offset, "length": len(part), "digest": hashlib.sha256(part).digest(), "rows": rows}


def _has_many(column: pa.Array) -> bool:
    return pa.types.is_dictionary(column.type) and len(column.dictionary) > _FEW


def _short(batch: pa.RecordBatch, many: Sequence[str]) -> pa.RecordBatch:
    """Dictionaries of many words with those of this batch alone."""
    for name in many:
        place = batch.schema.get_field_index(name)
        batch = batch.set_column(place, name, own(batch.select([name])).column(0).chunk(0))
    return batch


def _stream(rows: pa.RecordBatch | pa.Table) -> bytes:
    target = io.BytesIO()
    with pa.ipc.new_stream(target, rows.schema, options=_ZSTD) as writer:
        writer.write(rows)
    return target.getvalue()
