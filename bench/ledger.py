"""How fast do events become leaves of the ledger, durable and provable, and how fast is all of it verified?"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa

from bench import made
from bench.line import Line, rate
from custodes.events import segments
from custodes.events.leaves import leaf_hashes
from custodes.ledger import fsck
from custodes.ledger.log import Ledger
from custodes.ledger.tree import EMPTY, append
from custodes.pipeline import ids
from custodes.pipeline.evidence import decoder, event_files, numbered
from custodes.state.database import Database
from custodes.state.seals import StateSeals

_DAYS = 4
_COUNT = 500_000
_ROUNDS = 2
# docs/performance.md of transparency-dev/tessera, commit 1029108, "POSIX, local storage": 12 cores, mirrored SAS disks.
# It takes entries one by one from many clients; we seal batches.
_TESSERA = 2.9


@dataclass(frozen=True, slots=True)
class _Log:
    folder: Path
    seals: StateSeals
    ledger: Ledger


@contextmanager
def _log(folder: Path) -> Iterator[_Log]:
    folder.mkdir()
    database = Database.open(folder / "state.db")
    seals = StateSeals(database)
    yield _Log(folder, seals, Ledger.create(folder, "bench.example/log", folder / "log.key", seals))
    database.close()


def _seal(log: _Log, days: dict[date, pa.Table]) -> None:
    """From tables in memory to a signed checkpoint on the disk, every fsync included."""
    with log.ledger.begin() as batch:
        tables = list(numbered(days.values(), batch.first))
        for day, (data, leaves) in zip(days, event_files(tables), strict=True):
            batch.add(f"events/day={day}", ".parquet", data, leaves)
        batch.commit(datetime.now(UTC))


def _verify(log: _Log) -> None:
    report = fsck.verify(log.folder, log.seals, log.ledger.verifier, decoder(log.folder))
    if not report.clean:
        raise RuntimeError("the measured ledger does not verify")


def _proofs_by_id(log: _Log, number: int) -> float:
    """Seconds from an event's id to its proof; the index is there."""
    segments = [log.folder / seal.path for seal in log.seals.list()]
    ids.complete(log.folder, segments)

    def prove() -> None:
        (row,) = ids.find(log.folder, segments, f"r{number}")
        log.ledger.prove(int(str(row["leaf"])))

    return _spent(prove)[0]


def _spent(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds on the clock and of all processors."""
    wall, processors = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - processors


def run() -> list[Line]:
    """Thousand events a second, on the clock with all cores unless it says otherwise."""
    whole = segments.segments(made.table(_COUNT * made.DAYS // _DAYS))
    days = {day: whole[day] for day in sorted(whole)[:_DAYS]}
    table = pa.concat_tables(days.values())
    rows = table.slice(0, 20_000).to_pylist()
    thousands = table.num_rows / 1e3
    row = leaf_hashes(table)

    def peer() -> None:
        for one in rows:
            hashlib.sha256(json.dumps(one, default=str, sort_keys=True).encode()).digest()

    sealed, verified, proofs, found = [], [], [], []
    # Removed at the end: ext4 is slow to make files where thousands have just been removed, which no log does.
    with tempfile.TemporaryDirectory() as name:
        for number in range(_ROUNDS):
            with _log(Path(name) / str(number)) as log:
                sealed.append(_spent(lambda: _seal(log, days)))
                verified.append(_spent(lambda: _verify(log)))
                proofs.append(min(_spent(lambda: log.ledger.prove(_COUNT // 2))[0] for _ in range(20)))
                found.append(min(_proofs_by_id(log, number * 997) for number in range(1, 11)))
    seal, verify = min(sealed), min(verified)
    beside = rate(peer, len(rows) / 1e3)
    cores = os.cpu_count() or 1
    return [
        Line(
            "ledger",
            "encode and hash leaves (one core's time)",
            thousands / _spent(lambda: leaf_hashes(table))[1],
            "k events/s",
        ),
        Line("ledger", "hash tree (one core's time)", rate(lambda: append(EMPTY, row), thousands), "k events/s"),
        Line("ledger", f"seal: encode, write, hash, sign, fsync ({cores} cores)", thousands / seal[0], "k events/s"),
        Line(
            "ledger", "the same, per second of one core's time", thousands / min(cpu for _, cpu in sealed), "k events/s"
        ),
        Line("ledger", f"verify everything ({cores} cores)", thousands / verify[0], "k events/s"),
        Line(
            "ledger",
            "the same, per second of one core's time",
            thousands / min(cpu for _, cpu in verified),
            "k events/s",
        ),
        Line("ledger", "prove one leaf", min(proofs) * 1e3, "ms"),
        Line("ledger", "find an event by its id and prove it", min(found) * 1e3, "ms"),
        Line("ledger", "peer: json.dumps and hashlib, nothing kept", beside, "k events/s"),
        Line("ledger", "peer: Tessera on local disks, as it publishes", _TESSERA, "k entries/s"),
        Line("ledger", "seal / json and hashlib", thousands / seal[0] / beside, "times"),
    ]
