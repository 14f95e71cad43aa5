"""Which leaves of the ledger does a sealed file stand for? Writing and verifying use the same answer."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from custodes import kept
from custodes.errors import LedgerBroken
from custodes.events import segments
from custodes.events.leaves import leaf_hashes
from custodes.events.pack import Pack
from custodes.ledger.tree import Hashed
from custodes.ledger.tree import leaf_hashes as hash_leaves
from custodes.records import Receipt
from custodes.records.canonical import LEAF_LIMIT, RECEIPT, file_bytes, receipt_bytes

EVENTS: Final = "events"
RECEIPTS: Final = "ledger/receipts"
CONTEXT: Final = "context"
INDEX: Final = "index"

_DAY: Final = re.compile(rf"(?:{EVENTS}|{INDEX})/day=(\d{{4}}-\d\d-\d\d)/")
_MOST_THREADS: Final = 4  # each holds one segment in memory


def decoder(data: Path) -> Callable[[Path], Iterable[bytes | Hashed]]:
    """For the workspace's folder `data`: from a sealed file to its leaves, in order. Raises what decoding raises."""

    def leaves_of(file: Path) -> Iterable[bytes | Hashed]:
        path = file.relative_to(data).as_posix()
        if path.startswith(f"{EVENTS}/"):
            return _event_leaves(file, path)
        if path.startswith(f"{INDEX}/"):
            return [index_leaf(Pack(file).digest)]
        if path.startswith(f"{RECEIPTS}/"):
            return _receipt_leaves(file)
        if path.startswith(f"{CONTEXT}/"):
            return [file_bytes(path.split("/")[1], _digest(file))]
        raise LedgerBroken("a sealed file of an unknown kind", where=path, hint="was it written by a newer release?")

    return leaves_of


def _event_leaves(file: Path, path: str) -> Iterator[bytes | Hashed]:
    """The leaves of a segment, hashed: one per event, then one for the file as it is.

    Without the last one, whoever can write the state could put equal rows into a file with false statistics, and the
    engine, which skips row groups by their statistics, would not see them.
    """
    for piece in segments.pieces(file):
        _must_be_of_its_day(piece, path)
        yield Hashed(leaf_hashes(piece))
    yield file_bytes(EVENTS, _digest(file))


def _digest(file: Path) -> bytes:
    with kept.opened(file) as opened:
        return hashlib.file_digest(opened, "sha256").digest()


def numbered(tables: Iterable[pa.Table], first: int) -> Iterator[pa.Table]:
    """The tables, to be sealed one behind the other, with `leaf`: the first row is leaf `first` of the ledger."""
    for table in tables:
        yield table.append_column("leaf", pa.array(np.arange(first, first + table.num_rows)))
        first += table.num_rows + 1  # behind a segment's events comes the leaf of its file


def event_files(tables: Iterable[pa.Table]) -> Iterator[tuple[bytes, Hashed]]:
    """Each numbered table as a segment's file and its leaves, in order.

    Files are written and rows hashed beside each other: both let go of Python's lock.
    """
    with ThreadPoolExecutor(min(os.cpu_count() or 1, _MOST_THREADS)) as pool:
        written = [(pool.submit(segments.write, table), pool.submit(leaf_hashes, table)) for table in tables]
        for file, row in written:
            data = file.result()
            yield data, Hashed(row.result() + _file_leaf(data))


def _file_leaf(data: bytes) -> bytes:
    return hash_leaves([file_bytes(EVENTS, hashlib.sha256(data).digest())])


def index_leaf(digest: bytes) -> bytes:
    """The leaf of an index: its directory's SHA-256, by which each of its parts can be checked alone."""
    return file_bytes(INDEX, digest)


def day_of(path: str) -> date | None:
    """The UTC day of all rows of a segment or an index, by its path; None for another path."""
    named = _DAY.match(path)
    return date.fromisoformat(named[1]) if named else None


def _must_be_of_its_day(table: pa.Table, path: str) -> None:
    """A question about some days opens their folders only: a segment moved to another would hide its touches."""
    found = {moment.date() for moment in pc.min_max(table.column("time")).as_py().values()}
    if found != {day_of(path)}:
        raise LedgerBroken("a segment lies in the folder of another day", where=path, hint="move it back")


def receipts_file(receipts: Sequence[Receipt]) -> tuple[bytes, list[bytes]]:
    """The file that holds these receipts, one line each, and their leaves."""
    sealed = [receipt_bytes(one) for one in receipts]
    return b"".join(leaf[len(RECEIPT) :] + b"\n" for leaf in sealed), sealed


def _receipt_leaves(file: Path) -> Iterator[bytes]:
    with kept.opened(file) as opened:
        # By pieces: a line without an end is not to fill the memory, and whoever counts leaves stops at the last.
        while line := opened.readline(LEAF_LIMIT + 1):
            yield RECEIPT + line.removesuffix(b"\n")
