"""How fast are 10,000 fields compared with each other, and how far is their containment from the truth?"""

from __future__ import annotations

import time

import datasketches as ds
import numpy as np

from bench.line import Line
from custodes.datamap.copies import related
from custodes.datamap.sketch import LG_OPEN, Sketch, kept

_FIELDS = 10_000
_PLANTED = 500
_CLUSTER = 40  # fields that all hold one table's values
_SMALLEST, _LARGEST = 100, 300_000
_HASHES = np.iinfo(np.int64)


def _sketch(number: int, values: np.ndarray) -> Sketch:
    theta = ds.update_theta_sketch(LG_OPEN)
    for value in values.tolist():
        theta.update(value)
    return Sketch(f"store{number % 20}.table{number}", "field", "email", kept(theta), len(values))


def _values(draw: np.random.Generator, count: int) -> np.ndarray:
    return draw.integers(_HASHES.min, _HASHES.max, count)  # as keyed hashes are: distinct, and of no order


def made() -> tuple[list[Sketch], dict[frozenset[str], float]]:
    """Sketches of fields, 100 to 300,000 values large, and by pair the containment that was planted."""
    draw = np.random.default_rng(7)
    sketches: list[Sketch] = []
    planted: dict[frozenset[str], float] = {}
    for pair in range(_PLANTED):
        size = int(np.exp(draw.uniform(np.log(1_000), np.log(_LARGEST))))
        one = _values(draw, size)
        share = (0.15, 0.25, 0.37, 0.5, 0.75, 1.0)[pair % 6]
        common = int(size * share)
        # The other field is as large, up to ten times as large, or just what was copied.
        other = np.concatenate(
            [one[:common], _values(draw, int((size - common) * draw.uniform(1, 10)) if pair % 3 else 0)]
        )
        sketches += [_sketch(2 * pair, one), _sketch(2 * pair + 1, other)]
        small = min(len(one), len(other))
        planted[frozenset(sketch.name for sketch in sketches[-2:])] = common / small
    table = _values(draw, 20_000)
    for _ in range(_CLUSTER):
        sketches.append(_sketch(len(sketches), draw.permutation(table)[: int(draw.uniform(10_000, 20_000))]))
    while len(sketches) < _FIELDS:
        size = int(np.exp(draw.uniform(np.log(_SMALLEST), np.log(_LARGEST / 10))))
        sketches.append(_sketch(len(sketches), _values(draw, size)))
    return sketches, planted


def run() -> list[Line]:
    """Seconds for all pairs, and the error of containment on the planted ones, in points of a hundred."""
    sketches, planted = made()
    size = sum(len(one.body) for one in sketches)
    clock, cpu = time.perf_counter(), time.process_time()
    found = related(sketches)
    clock, cpu = time.perf_counter() - clock, time.process_time() - cpu
    told = {frozenset((copy.a, copy.b)): copy.containment for copy in found.copies}
    errors = np.sort([abs(told.get(pair, 0.0) - truth) for pair, truth in planted.items()]) * 100
    cluster = _CLUSTER * (_CLUSTER - 1) // 2
    strangers = len(told) - len(planted.keys() & told.keys()) - cluster
    what = f"copies, {_FIELDS:,} fields"
    return [
        Line(what, "custodes, all pairs, on the clock", clock, "s"),
        Line(what, "custodes, all pairs, of CPU", cpu, "s"),
        Line(what, f"planted pairs not found, of {len(planted)}", float(len(planted.keys() - told.keys())), "pairs"),
        Line(what, "pairs told that were not planted", float(strangers), "pairs"),
        Line(what, "containment, error of 95 in 100 at most", float(np.percentile(errors, 95)), "points"),
        Line(what, "containment, the worst error", float(errors[-1]), "points"),
        Line(what, "kept of a field, on average", size / len(sketches) / 1e3, "kB"),
    ]
