"""How fast is each shipped question asked over sealed events, and all of them?"""

from __future__ import annotations

import resource
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bench import made
from bench.line import Line, wall
from custodes.detections.catalogue import load_detections
from custodes.detections.run import detect
from custodes.engine.duckdb import DuckEngine
from custodes.records.schema import CONTEXT_SCHEMAS

_COUNT = 1_000_000
_END = made.START + timedelta(days=made.DAYS)


def _context() -> dict[str, pa.Table]:
    """Everybody in one of forty teams, a case for 19 of 20 touches, some keys and watched customers."""
    people = [
        {"id": f"staff:e{number}", "role": "support", "team": f"desk-{number % 40}"} for number in range(made.ACTORS)
    ]
    events = made.table(_COUNT).select(["subject", "actor", "time"]).filter(pa.array(np.arange(_COUNT) % 20 != 0))
    numbers = pa.array(np.arange(_COUNT)[np.arange(_COUNT) % 20 != 0])
    cases = events.rename_columns(["subject", "assignee", "opened"]).append_column(
        "id", pc.binary_join_element_wise("t", numbers.cast(pa.string()), "")
    )
    keys = [{"key": f"key:k{number}", "party": f"party:p{number}"} for number in range(50)]
    subjects = [{"id": f"customer:{number}", "watched": "vip"} for number in range(0, 2_000, 100)]
    rows = {"people": people, "keys": keys, "subjects": subjects, "parties": [{"id": "party:p1"}]}
    context = {name: pa.Table.from_pylist(rows[name], schema=CONTEXT_SCHEMAS[name]) for name in rows}
    columns = [
        cases.column(field.name) if field.name in cases.column_names else pa.nulls(len(cases), field.type)
        for field in CONTEXT_SCHEMAS["cases"]
    ]
    return context | {"cases": pa.Table.from_arrays(columns, schema=CONTEXT_SCHEMAS["cases"])}


def run() -> list[Line]:
    """Million events a second of wall time, each question asked once for the last day."""
    million = _COUNT / 1e6
    lines: list[Line] = []
    with tempfile.TemporaryDirectory() as name:
        files = made.sealed(_COUNT, Path(name))
        fields = pa.Table.from_pylist(
            [{"store": "shop", "dataset": "shop.main.customers", "field": "email", "category": "email"}]
        )
        with DuckEngine(files, _context(), _typed(fields)) as engine:
            total = 0.0
            for detection in load_detections():
                start = time.perf_counter()
                outcome = detect(engine, [detection], days=[_END], now=_END)
                spent = time.perf_counter() - start
                total += spent
                said = f", {len(outcome.findings)} findings"
                if outcome.skipped:
                    said = f", not answered: {outcome.skipped[0].reason}"
                lines.append(Line(detection.id, f"custodes{said}", million / spent, "M events/s"))
        query = "select sum(hash(actor, action, dataset, subject, time, outcome)) from read_parquet($1)"
        with duckdb.connect() as connection:
            peer = wall(lambda: connection.execute(query, [[str(file) for file in files]]).fetchall())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return [
        *lines,
        Line("all detections", "custodes", million / total, "M events/s"),
        Line("all detections", "peer: DuckDB reads six columns", million / peer, "M events/s"),
        Line("all detections", "ours / peer", peer / total, "times"),
        Line("all detections", "peak memory of the process", peak, "MB"),
    ]


def _typed(fields: pa.Table) -> pa.Table:
    fields = fields.append_column("sensitivity", pa.array([2], pa.int64()))
    return fields.append_column("vault", pa.array([False]))
