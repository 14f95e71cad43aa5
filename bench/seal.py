"""How fast do events become leaves of the ledger, durable and provable?"""

from __future__ import annotations

import hashlib
import json
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from bench import made
from bench.line import Line, rate
from custodes.events import segments
from custodes.events.leaves import leaves
from custodes.ledger.log import Ledger
from custodes.ledger.tree import leaf_hashes
from custodes.records.schema import SEALED_SCHEMA
from custodes.state.database import Database
from custodes.state.seals import StateSeals

_COUNT = 200_000


def _sealed(table: pa.Table) -> float:
    """Seconds of wall time from a table in memory to a signed checkpoint on the disk, every fsync included."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        database = Database.open(folder / "state.db")
        ledger = Ledger.create(folder, "bench.example/log", folder / "log.key", StateSeals(database))
        start = time.perf_counter()
        with ledger.begin() as batch:
            batch.add("events/day=2026-01-05", ".parquet", segments.write(table), list(leaves(table)))
            batch.commit(datetime.now(UTC))
        spent = time.perf_counter() - start
        database.close()
    return spent


def run() -> list[Line]:
    """Thousand events a second: each part on one core, then all of it on the clock."""
    table = made.table(_COUNT)
    table = table.append_column(SEALED_SCHEMA.field("leaf"), pa.array(range(_COUNT), pa.int64()))
    encoded = list(leaves(table))
    rows = table.slice(0, 20_000).to_pylist()
    thousands = _COUNT / 1e3

    def peer() -> None:
        for row in rows:
            hashlib.sha256(json.dumps(row, default=str, sort_keys=True).encode()).digest()

    whole = thousands / min(_sealed(table) for _ in range(2))
    beside = rate(peer, len(rows) / 1e3)
    return [
        Line("seal", "encode", rate(lambda: list(leaves(table)), thousands), "k events/s"),
        Line("seal", "hash leaves", rate(lambda: leaf_hashes(encoded), thousands), "k events/s"),
        Line("seal", "encode, write, hash, sign, fsync (wall)", whole, "k events/s"),
        Line("seal", "peer: json.dumps and hashlib, nothing kept", beside, "k events/s"),
        Line("seal", "ours / peer", whole / beside, "times"),
    ]
