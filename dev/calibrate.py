"""How often is a verdict right, by the sum of its evidence? Fits calibration.yml: `python -m dev.calibrate`.

Columns of every kind that can be made are made: of categories with a pattern from the pattern itself, of others and of
what is nobody's data by tests/datamap/kinds.py and decoys.py; near misses that have the form and fail the check; under
headers that promise, lie or say nothing; of three to two thousand rows; some with cells that do not belong. Texts with
a value in a few of their cells, and texts with numbers of things, are made as well. What the verdict says of each is
compared with what it is, apart for claims by form, by shape or list, by name, and inside text.

The share that is right must not fall when the evidence rises: neighbouring bins that do are merged (pool of adjacent
violators, Ayer et al. 1955). What is shown afterwards is honest: half of the kinds and one seed fit the maps, the other
half of the kinds under another seed is shown by them, and the other way round. The maps that are written are fitted on
all kinds. `--show` writes nothing.
"""

from __future__ import annotations

import argparse
import random
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import yaml
from tests.datamap.made import Made, columns, texts

from custodes.datamap import compete, evidence
from custodes.datamap.category import load_categories
from custodes.datamap.classify import Classifier
from custodes.records import Dataset

_FILE = Path(evidence.__file__).parent / "calibration.yml"
_BIN = 60  # verdicts of a bin before merging
_PRIOR = 4.0  # verdicts added to a bin, as right as all are, so that a few never say 0 or 1
_LEAST, _FAINT = -10.0, 0.02
_MOST = 0.99  # made columns are not all columns

Knots = tuple[list[float], list[float]]


@dataclass(frozen=True, slots=True)
class Judged:
    """One claim that won: its sum of evidence, what it rests on, whether it was right, and the kind of column."""

    nats: float
    by: str
    right: bool
    kind: str


def judged(classifier: Classifier, made: Iterable[Made]) -> Iterator[Judged]:
    """The winning claim on each whole column, and every claim on what a column of text contains."""
    for one in made:
        tally = classifier.tally(Dataset("made", "main.t", ()))
        arrays = {one.header: pa.array(one.cells, pa.string())}
        arrays |= {"zz": pa.array(one.mail, pa.string())} if one.mail else {}
        tally.add(pa.RecordBatch.from_pydict(arrays))
        for column in tally.judged():
            if column.tally.path != one.header:
                continue
            best = compete.winner(column)
            claims = [claim for claim in column.claims if not claim.whole] if one.text else []
            for claim in claims if one.text else [best] if best is not None else []:
                yield Judged(claim.nats, claim.by, claim.category == one.truth, one.kind)


def fitted(found: Iterable[Judged]) -> dict[str, Knots]:
    """For each basis the knots: the mean sum of each merged bin, and the share that is right there."""
    by: dict[str, list[Judged]] = {}
    for one in found:
        by.setdefault(one.by, []).append(one)
    return {basis: _fit(sorted(told, key=lambda one: one.nats)) for basis, told in sorted(by.items())}


def _fit(told: list[Judged]) -> Knots:
    base = sum(one.right for one in told) / len(told)
    pools: list[list[float]] = []  # sum of nats, right, all
    for start in range(0, len(told), _BIN):
        piece = told[start : start + _BIN]
        pools.append([sum(one.nats for one in piece), float(sum(one.right for one in piece)), float(len(piece))])
        while len(pools) > 1 and pools[-2][1] / pools[-2][2] >= pools[-1][1] / pools[-1][2]:
            last = pools.pop()
            pools[-1] = [mine + more for mine, more in zip(pools[-1], last, strict=True)]
    shares = [min(_MOST, (right + _PRIOR * base) / (every + _PRIOR)) for _, right, every in pools]
    rising = [round(max(shares[: at + 1]), 3) for at in range(len(shares))]
    sums = [round(total / every, 2) for total, _, every in pools]
    # Below what was ever seen nothing is likely: the map goes on falling.
    return [min(_LEAST, sums[0] - 1), *sums], [min(_FAINT, rising[0]), *rising]


def shown(told: Judged, maps: Mapping[str, Knots]) -> float:
    """The confidence that a claim is given by some maps."""
    return evidence.between(told.nats, *maps[told.by]) if told.by in maps else 0.0


def table(told: list[tuple[float, Judged]]) -> Iterator[str]:
    """Verdicts by the confidence they were given, and the share of them that was right, for each basis."""
    bases = sorted({one.by for _, one in told})
    yield "confidence  verdicts  right   " + "  ".join(f"{basis:>14}" for basis in bases)
    edges = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 1.01)
    for low, high in pairwise(edges):
        here = [one for confidence, one in told if low <= confidence < high]
        if here:
            parts = [[one.right for one in here if one.by == basis] for basis in bases]
            split = [f"{sum(part) / len(part):.3f} of {len(part):4}" if part else "-" for part in parts]
            share = sum(one.right for one in here) / len(here)
            yield f"{low:.2f}-{min(high, 1.0):.2f}  {len(here):8}  {share:.3f}   " + "  ".join(
                f"{s:>14}" for s in split
            )


def half(kind: str) -> bool:
    """Which half of the kinds one belongs to, the same at every run."""
    return zlib.crc32(f"{kind}....".encode()) % 2 == 0


def main() -> None:
    """Fit, write and show."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--show", action="store_true", help="write nothing")
    parser.add_argument("--columns", type=int, default=5000, help="whole columns per seed; a fifth as many texts")
    parser.add_argument("--seed", type=int, default=11, help="the first of two seeds")
    options = parser.parse_args()
    classifier = Classifier(load_categories())
    seeds = []
    for seed in (options.seed, options.seed + 1):
        rng = random.Random(seed)
        made = [
            *columns(classifier.categories, rng, options.columns),
            *texts(classifier.categories, rng, options.columns // 5),
        ]
        seeds.append(list(judged(classifier, made)))
    told = []
    for side in (False, True):
        maps = fitted(one for one in seeds[0] if half(one.kind) == side)
        told += [(shown(one, maps), one) for one in seeds[1] if half(one.kind) != side]
    print("\n".join(table(told)))
    if not options.show:
        maps = fitted(one for found in seeds for one in found)
        document = {basis: {"nats": nats, "right": right} for basis, (nats, right) in maps.items()}
        _FILE.write_text(
            "# How often a verdict is right by the sum of its evidence (nats) and what it rests on. Written by\n"
            f"# `python -m dev.calibrate --columns {options.columns} --seed {options.seed}`; do not edit.\n"
            + yaml.safe_dump(document, default_flow_style=None, width=120),
            encoding="utf-8",
        )


if __name__ == "__main__":
    main()
