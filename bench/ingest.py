"""How fast do JSON lines become events, and sealed events, end to end?"""

from __future__ import annotations

import hashlib
import json
import tempfile
import time
from pathlib import Path

from bench import made
from bench.line import Line, rate, wall
from custodes.config import load
from custodes.events.interface import LogReader
from custodes.pipeline.ingest import ingest, reader_of
from custodes.pipeline.progress import Silent
from custodes.pipeline.workspace import create_or_open, prepare

_COUNT = 400_000
_FEW = 20_000  # for what takes long
_CONFIG = """
name = "bench"
[logs.desk]
kind = "jsonl"
path = "desk.jsonl"
[logs.desk.map]
event_id = "id"
time = "ts"
actor = "staff:{user.id}"
action = { path = "op", values = { view = "read", search = "search", edit = "update" } }
dataset = { path = "on", values = { customer = "shop.main.customers", order = "shop.main.orders" } }
subject = "customer:{customer}"
fields = "fields"
client = "user.device"
case = "ticket"
"""


def run() -> list[Line]:
    """Thousand events a second: by all cores, by one, and with hashing, files and fsync on the clock."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lines = list(made.lines(_COUNT))
        file = folder / "desk.jsonl"
        file.write_text("".join(f"{line}\n" for line in lines))
        (folder / "custodes.toml").write_text(_CONFIG)
        config = load(folder / "custodes.toml")
        prepare(config)
        workspace = create_or_open(config, by="bench")
        reader = reader_of(workspace, config.logs[0])
        thousands = _COUNT / 1e3
        # What anybody would write first: parse, write in one form, hash. It maps, tokenises and checks nothing.
        peer = rate(
            lambda: [
                hashlib.sha256(json.dumps(json.loads(line), sort_keys=True, separators=(",", ":")).encode()).digest()
                for line in lines[:_FEW]
            ],
            _FEW / 1e3,
        )
        few = folder / "few.jsonl"
        few.write_text("".join(f"{line}\n" for line in lines[:_FEW]))
        slow = rate(lambda: sum(len(batch.events) for batch in reader.read(few, None)), _FEW / 1e3)
        read = thousands / wall(lambda: _count(reader, file))
        start = time.perf_counter()
        outcome = ingest(workspace, Silent())
        whole = outcome.events / 1e3 / (time.perf_counter() - start)
        workspace.close()
    return [
        Line("ingest", "read, map, tokenise (wall, all cores)", read, "k events/s"),
        Line("ingest", "the same record by record", slow, "k events/s"),
        Line("ingest", "read to sealed (wall)", whole, "k events/s"),
        Line("ingest", "peer: json + hashlib loop in Python", peer, "k events/s"),
        Line("ingest", "read to sealed / peer", whole / peer, "times"),
    ]


def _count(reader: LogReader, file: Path) -> int:
    return sum(len(batch.events) + (batch.table.num_rows if batch.table else 0) for batch in reader.bulk(file, None))
