"""How fast is a company simulated: made, turned into sealed tables, and written as logs in five real formats?"""

from __future__ import annotations

import json
import resource
import tempfile
import time
from pathlib import Path

from bench.line import Line
from custodes.company import CAMPAIGN_NAMES, DEFAULT_END, SHAPES, Plan, Scheme, Simulation, sized, write
from custodes.company.sealed import table
from custodes.company.spelling import Spelling

_COUNT = 2_000_000
_PEER = 100_000


def run(size: str = "") -> list[Line]:
    """Thousand events a second of wall time on all cores, without the world at rest. size: events to make."""
    count = int(float(size) * 1_000_000) if size else _COUNT
    lines = []
    begun = time.perf_counter()
    simulation = _simulation(count)
    world = time.perf_counter() - begun
    begun, made = time.perf_counter(), 0
    for piece in simulation.pieces():
        made += len(piece.touches)
    lines.append(Line("simulate", "made, one core", made / 1e3 / (time.perf_counter() - begun), "k events/s"))
    simulation = _simulation(count)
    spelling = Spelling(simulation.world)
    begun = time.perf_counter()
    for piece in simulation.pieces():
        table(piece, spelling, 0)
    spent = time.perf_counter() - begun
    lines.append(Line("simulate", "made, as sealed tables", made / 1e3 / spent, "k events/s"))
    with tempfile.TemporaryDirectory() as name:
        done = write(Path(name) / "company", _simulation(count))
        written = done.total / 1e3 / done.seconds
        files = [file for file in (Path(name) / "company" / "logs").rglob("*") if file.is_file()]
        megabytes = sum(file.stat().st_size for file in files) / 1e6
        desk = (file for file in sorted(files) if file.parent.name == "desk")
        texts = [line for file in desk for line in file.read_text().splitlines()[1:]][:_PEER]
        records = [json.loads(text) for text in texts]
    # What anybody would write first: a dictionary a line, made already, dumped by the standard library.
    begun = time.perf_counter()
    for record in records:
        json.dumps(record)
    peer = len(records) / 1e3 / (time.perf_counter() - begun)
    return [
        *lines,
        Line("simulate", "made and written as logs and stores", written, "k events/s"),
        Line("simulate", "peer: json.dumps of made records", peer, "k events/s"),
        Line("simulate", "written / peer", written / peer, "times"),
        Line("simulate", "logs written", megabytes, "MB"),
        Line("simulate", "the world at rest", world, "seconds"),
        Line("simulate", "peak memory of the process",
             resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "MB"),
    ]  # fmt: skip


def _simulation(count: int) -> Simulation:
    shape = SHAPES["support_centre"]
    plan = Plan(1, DEFAULT_END, sized(shape, 1_000, events=count), shape)
    return Simulation(plan, [Scheme(name) for name in CAMPAIGN_NAMES])
