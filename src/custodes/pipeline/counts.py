"""What did each log give in a segment that no index covers, without reading it again?

What was counted (`received.count`) of a sealed segment is kept once in `counts/`, one file for each, by whoever had to
count it for an answer. It is derived, and no evidence: it may be removed at any time, and the segment is counted anew.
A file is believed where its mark fits: a keyed hash of the segment's own SHA-256 and of what was counted, made when the
segment's bytes had that SHA-256. Without the workspace's key nobody can make another; `ledger verify` counts again.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import os
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

import pyarrow as pa

from custodes import kept
from custodes.errors import CouldNotRun
from custodes.events.pack import read_segment
from custodes.ledger.durable import Disk
from custodes.ledger.segments import Seal
from custodes.pipeline.evidence import EVENTS
from custodes.pipeline.received import COLUMNS, RECEIVED, count

COUNTS: Final = "counts"
_MAGIC: Final = b"CUSTCNT1"
_MARK: Final = 32  # bytes
_HEAD: Final = len(_MAGIC) + _MARK
_MOST_BYTES: Final = 1 << 26  # of one file: a segment without an index is small


def place_of(data: Path, seal: Seal) -> Path:
    """Where the counts of a sealed segment lie."""
    return data / COUNTS / f"{seal.sha256}.counts"


class Counts:
    """The kept counts of one workspace. data: its folder. key: the workspace's key, of which another one is made."""

    def __init__(self, data: Path, key: bytes) -> None:
        self._data = data
        self._key = hashlib.blake2b(key, digest_size=32, person=b"custodes-counts").digest()

    def known(self, seal: Seal) -> pa.Table | None:
        """What was counted of a segment, as RECEIVED; None where nothing is kept that can be believed.

        None, too, where the segment itself is gone: whoever reads it then says so.
        """
        if not (self._data / seal.path).exists():
            return None
        try:
            raw = kept.read(place_of(self._data, seal), _MOST_BYTES)
        except OSError:
            return None
        if not hmac.compare_digest(raw[:_HEAD], _MAGIC + self._mark(seal, raw[_HEAD:])):
            return None
        return _table(raw)

    def keep(self, seal: Seal) -> pa.Table | None:
        """Count a segment and keep that; None, and nothing is kept, where its bytes are not those that were sealed.

        Where it cannot be written it is counted again the next time: an answer does not fail for it.
        """
        try:
            with kept.opened(self._data / seal.path, self._data) as file:
                data = file.read()
            if hashlib.sha256(data).hexdigest() != seal.sha256:
                return None
            counted = count(read_segment(pa.BufferReader(data), COLUMNS))
        except (OSError, pa.ArrowException):
            return None
        written = _stream(counted)
        target = place_of(self._data, seal)
        disk = Disk()
        with suppress(CouldNotRun):
            disk.make_folder(target.parent)
            part = target.with_suffix(".part")  # of one name, so that one left by a crash is taken over
            # Not synced: what a crash cuts off has no mark that fits, and is counted again.
            os.close(disk.write(part, _MAGIC + self._mark(seal, written) + written))
            disk.rename(part, target)
        return counted

    def drop_others(self, seals: Collection[Seal]) -> None:
        """Remove what is kept of any other segment: an index covers it now, or it was pruned."""
        names = {place_of(self._data, seal).name for seal in seals}
        with suppress(OSError):
            for file in (self._data / COUNTS).iterdir():
                if file.name not in names:
                    file.unlink()

    def _mark(self, seal: Seal, written: bytes) -> bytes:
        message = bytes.fromhex(seal.sha256) + written
        return hashlib.blake2b(message, key=self._key, digest_size=_MARK).digest()


def differing(data: Path, sealed: Sequence[Seal]) -> Iterator[str]:
    """The kept counts that are not what their segments hold, as paths below the data folder.

    A segment that cannot be read is reported by whoever compares it with the ledger.
    """
    for seal in sealed:
        file = place_of(data, seal)
        if not seal.path.startswith(f"{EVENTS}/") or not file.exists():
            continue
        try:
            counted = count(read_segment(data / seal.path, COLUMNS))
        except (OSError, pa.ArrowException):
            continue
        try:
            told = _table(kept.read(file, _MOST_BYTES))
        except OSError:
            told = None
        if told is None or not told.equals(counted):
            yield file.relative_to(data).as_posix()


def _table(raw: bytes) -> pa.Table | None:
    try:
        table = pa.ipc.open_stream(raw[_HEAD:]).read_all()
        table.validate(full=True)
        return table.cast(RECEIVED).combine_chunks()
    except (pa.ArrowException, ValueError):
        return None


def _stream(counted: pa.Table) -> bytes:
    target = io.BytesIO()
    with pa.ipc.new_stream(target, counted.schema) as writer:
        writer.write_table(counted)
    return target.getvalue()
