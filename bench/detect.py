"""How fast is each shipped question asked over sealed events, and all of them?

`make bench ARGS=detect=50000000` makes about fifty million events of a simulated company below /tmp, asks, and removes
them. Each question is asked once for the last day. The clock tells what a reader waits for; where others use the
machine, seconds of CPU tell more, so both are printed.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Final

import duckdb

from bench.line import Line, wall
from bench.marketplace import Marketplace, marketplace
from custodes.detections.catalogue import load_detections
from custodes.detections.run import detect
from custodes.engine.duckdb import DuckEngine

_COUNT: Final = 1_000_000
_MEMORY: Final = "2GB"
_TIMEOUT: Final = 600.0
_SIX: Final = "select sum(hash(actor, action, dataset, subject, time, outcome)) from read_parquet($1)"


def run(size: str = "") -> list[Line]:
    """Rates, findings, what was not answered, and the most memory. size: about how many events."""
    with tempfile.TemporaryDirectory(prefix="custodes-bench-") as name:
        begun = time.perf_counter()
        made = marketplace(int(size or _COUNT), Path(name))
        what = f"detect, {made.events:,} events"
        lines = [
            Line(what, "made up and sealed", time.perf_counter() - begun, "s"),
            Line(what, "staff", made.staff, "people"),
            Line(what, "peak memory of making them", _peak(), "MB"),
            *_asked(made, Path(name), what),
        ]
        files = [str(file) for file in made.files]
        with duckdb.connect() as connection:
            peer = wall(lambda: connection.execute(_SIX, [files]).fetchall())
        return [*lines, Line(what, "peer: DuckDB reads six columns", made.events / 1e6 / peer, "M events/s")]


def _asked(made: Marketplace, folder: Path, what: str) -> list[Line]:
    million = made.events / 1e6
    lines: list[Line] = []
    found = lost = 0
    detections = load_detections()
    Path("/proc/self/clear_refs").write_text("5")  # from here on the peak is that of asking
    begun, busy = time.perf_counter(), time.process_time()
    with DuckEngine(
        made.files, made.context, made.fields, memory_limit=_MEMORY, timeout=_TIMEOUT, temp=folder, scratch=folder
    ) as engine:
        engine.ask("select 1 from touch limit 1")
        lines += _rates("what explains each touch", "shared by all", million, begun, busy)
        for detection in detections:
            start, used = time.perf_counter(), time.process_time()
            outcome = detect(engine, [detection], days=[made.end], now=made.end)
            said = f"{len(outcome.findings)} findings"
            if outcome.skipped:
                said = f"not answered: {outcome.skipped[0].reason}"
            lines += _rates(detection.id, said, million, start, used)
            found += len(outcome.findings)
            lost += len(outcome.skipped)
    return [
        *lines,
        *_rates("all of it", f"{found} findings, {lost} not answered", million, begun, busy),
        Line(what, "peak memory of asking", _peak(), "MB"),
    ]


def _rates(what: str, said: str, million: float, start: float, used: float) -> list[Line]:
    return [
        Line(what, said, million / (time.perf_counter() - start), "M events/s"),
        Line(what, "for a second of CPU", million / max(time.process_time() - used, 1e-6), "M events/s"),
    ]


def _peak() -> float:
    """The most memory this process had, in megabytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1e3
