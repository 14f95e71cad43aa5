"""How fast is one customer found among many events?"""

from __future__ import annotations

import tempfile
from pathlib import Path

import duckdb

from bench import made
from bench.line import Line, wall
from custodes.engine.duckdb import DuckEngine

_COUNT = 1_000_000


def run() -> list[Line]:
    """Milliseconds of wall time for every touch of one customer, the engine's opening included."""
    with tempfile.TemporaryDirectory() as name:
        files = made.sealed(_COUNT, Path(name))

        def ours() -> None:
            with DuckEngine(files, resident_rows=0) as engine:
                engine.ask("select * from event where subject = $subject order by time", {"subject": "customer:4242"})

        def asked() -> None:
            opened.ask("select * from event where subject = $subject order by time", {"subject": "customer:4242"})

        def plain() -> None:
            query = (
                "select count(*), max(actor), max(dataset) from read_parquet($1) where subject || '' = 'customer:4242'"
            )
            with duckdb.connect() as connection:
                connection.execute(query, [[str(file) for file in files]]).fetchall()

        with DuckEngine(files, resident_rows=0) as opened:
            answer = wall(asked)
        found, peer = wall(ours), wall(plain)
    return [
        Line("who, 1M events", "custodes, engine open", answer * 1e3, "ms"),
        Line("who, 1M events", "custodes, engine opened first", found * 1e3, "ms"),
        Line("who, 1M events", "peer: DuckDB reads two columns, unpruned", peer * 1e3, "ms"),
        Line("who, 1M events", "ours / peer", found / peer, "times"),
    ]
