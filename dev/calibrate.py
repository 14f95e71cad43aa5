"""How often is a verdict right, by the sum of its evidence? Fits calibration.yml: `python -m dev.calibrate`.

Columns of every category that has a pattern are made from the pattern itself, columns of other things beside them,
under headers that promise, lie or say nothing, of three to a thousand rows, some with cells that do not belong. What
the verdict says of each is compared with what it is. The share that is right must not fall when the evidence rises:
the pool of adjacent violators is merged (Ayer et al. 1955), and the knots are written. `--show` prints a reliability
table for columns of another seed instead, and writes nothing.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import yaml
from tests.datamap.forms import valid

from custodes.datamap import compete, evidence
from custodes.datamap.category import CategoryRules, load_categories
from custodes.datamap.classify import Classifier
from custodes.datamap.vocabulary import given_names
from custodes.records import Dataset

_FILE = Path(evidence.__file__).parent / "calibration.yml"
_WIDE = 0.5  # nats of a bin before merging
_PRIOR = 2.0  # right and wrong verdicts added to a bin, so that a few columns never say 0 or 1

Judged = tuple[float, bool]


def decoys(rng: random.Random) -> dict[str, Callable[[int], str]]:
    """Makers of values that are nobody's data, by a name; each is given the row's number."""
    length = rng.randint(6, 16)
    first, gap = rng.randrange(10**length), rng.randint(1, 20)
    prefix = "".join(rng.choice("ABCDEFGHKLMNPRSTXZ0123456789") for _ in range(rng.randint(1, 4)))
    lead = str(rng.randint(1, 99))
    start = date(2015, 1, 1) + timedelta(days=rng.randrange(3000))

    def number(count: int) -> str:
        return "".join(rng.choice("0123456789") for _ in range(count))

    def day(_: int) -> str:
        return (start + timedelta(days=rng.randrange(900))).isoformat()

    return {
        "digits": lambda _: number(length),
        "led_digits": lambda _: lead + number(length - len(lead)),
        "whole_numbers": lambda _: str(rng.randrange(10 ** (length - 1), 10**length)),
        "serial": lambda row: str(first + row * gap),
        "shuffled_serial": lambda row: str(first + (row * 7919 % 100_003) * gap),
        "dated": lambda _: day(0).replace("-", "") + number(rng.choice((3, 4))),
        "prefixed": lambda _: f"{prefix}-{number(length - 3)}",
        "lettered": lambda _: "".join(rng.choice("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789") for _ in range(length)),
        "grouped": lambda _: f"{number(3)}-{number(2)}-{number(4)}",
        "goods": lambda _: _with_check(lead + number(12 - len(lead))),
        "seconds": lambda _: str(1_500_000_000 + rng.randrange(200_000_000)),
        "milliseconds": lambda _: str(1_500_000_000_000 + rng.randrange(200_000_000_000)),
        "days": day,
        "price": lambda _: f"{rng.uniform(1, 5000):.2f}",
        "version": lambda _: f"{rng.randint(0, 9)}.{rng.randint(0, 40)}.{rng.randint(0, 9)}",
        "hex": lambda _: f"{rng.getrandbits(128):032x}",
        "status": lambda _: rng.choice(["open", "closed", "sent", "paid", "late"]),
        "words": lambda _: " ".join(rng.choice(["blue", "steel", "lamp", "garden", "chair"]) for _ in range(3)),
    }


def people(rng: random.Random) -> dict[str, Callable[[], str]]:
    """Makers of values that no pattern tells, by their category."""
    given = sorted(given_names())

    def family() -> str:
        return "".join(rng.choice(["ka", "ro", "min", "del", "sa", "tor", "ben", "li"]) for _ in range(2)).title()

    def street() -> str:
        return rng.choice([f"{rng.randint(1, 200)} {family()} Road", f"{family()}strasse {rng.randint(1, 90)}"])

    def born() -> str:
        return (date(1940, 1, 1) + timedelta(days=rng.randrange(24_000))).isoformat()

    return {
        "first_name": lambda: rng.choice(given).title(),
        "last_name": family,
        "person_name": lambda: f"{rng.choice(given).title()} {family()}",
        "postal_address": street,
        "birth_date": born,
        "username": lambda: f"{rng.choice(given)}{rng.choice(['', '_', '.'])}{rng.randint(1, 99)}",
        "phone": lambda: f"+1 202-555-01{rng.randint(0, 99):02d}",
    }


def _with_check(body: str) -> str:
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(body))
    return body + str(-total % 10)


def columns(
    categories: tuple[CategoryRules, ...], seed: int, count: int
) -> Iterator[tuple[str, list[str], str | None, list[str] | None]]:
    """Header, cells, the category they are of (None: nobody's), and a column of e-mail addresses beside, or none."""
    rng = random.Random(seed)
    # Phone numbers are told by plans, not by their form: values of the form are none.
    pools = {rules.id: _pools(rules, rng) for rules in categories if rules.patterns and rules.confirm is None}
    formed = [rules for rules in categories if pools.get(rules.id)]
    by_id = {rules.id: rules for rules in categories}
    headed = [rules for rules in categories if rules.column.headers]
    for _ in range(count):
        rows = round(3 * 333 ** rng.random())
        truth: CategoryRules | None = None
        what = rng.random()
        own = None
        if what < 0.25:
            truth = rng.choice(formed)
            cells = rng.choices(rng.choice(pools[truth.id]), k=rows)
        elif what < 0.4:
            truth, make = rng.choice([(by_id[key], make) for key, make in people(rng).items() if key in by_id])
            cells = [make() for _ in range(rows)]
        else:
            own, made = rng.choice(list(decoys(rng).items()))
            cells = [made(row) for row in range(rows)]
        if rng.random() < 0.3:
            strange = rng.choice(list(decoys(rng).values()))
            share = rng.choice((0.02, 0.1, 0.3))
            cells = [strange(row) if rng.random() < share else cell for row, cell in enumerate(cells)]
        kind = rng.random()
        if kind < 0.5 and truth is not None and truth.column.headers:
            header = rng.choice(truth.column.headers).replace(" ", "_")
        elif kind < 0.5 and own is not None:
            header = own
        elif kind < 0.53:
            header = rng.choice(rng.choice(headed).column.headers).replace(" ", "_")
        else:
            header = rng.choice(["c1", "x", "attr_7", "value", "field_a", "data", "code", "reference"])
        mail = [f"p{row}@mail.example" for row in range(len(cells))] if rng.random() < 0.4 else None
        yield header, cells, truth.id if truth is not None else None, mail


def _pools(rules: CategoryRules, rng: random.Random) -> list[list[str]]:
    """For each pattern a few hundred values, where there are some."""
    made = (valid(rules, index, 300, rng) for index in range(len(rules.patterns)))
    return [pool for pool in made if len(pool) >= 20]


def judged(classifier: Classifier, seed: int, count: int) -> list[Judged]:
    """The sum of evidence of each winning claim on a whole column, and whether it was right."""
    found = []
    for header, cells, truth, mail in columns(classifier.categories, seed, count):
        tally = classifier.tally(Dataset("made", "main.t", ()))
        arrays = {header: pa.array(cells, pa.string())} | ({"zz": pa.array(mail, pa.string())} if mail else {})
        tally.add(pa.RecordBatch.from_pydict(arrays))
        best = next((compete.winner(column) for column in tally.judged() if column.tally.path == header), None)
        if best is not None:
            found.append((best.nats, best.category == truth))
    return found


def fitted(found: list[Judged]) -> tuple[list[float], list[float]]:
    """Knots: the middle of each merged bin, and the share that is right there, which never falls."""
    bins: dict[int, list[bool]] = {}
    for nats, right in found:
        bins.setdefault(round(nats / _WIDE), []).append(right)
    pools: list[list[float]] = []  # sum of nats, right, all
    for key in sorted(bins):
        told = bins[key]
        pools.append([key * _WIDE * len(told), float(sum(told)), float(len(told))])
        while len(pools) > 1 and pools[-2][1] / pools[-2][2] >= pools[-1][1] / pools[-1][2]:
            last = pools.pop()
            pools[-1] = [mine + more for mine, more in zip(pools[-1], last, strict=True)]
    base = sum(right for _, right in found) / len(found)
    shares = [(right + _PRIOR * base) / (every + _PRIOR) for _, right, every in pools]
    return [round(total / every, 2) for total, _, every in pools], [
        round(max(shares[: at + 1]), 3) for at in range(len(pools))
    ]


def reliability(found: list[Judged]) -> Iterator[str]:
    """A table: verdicts by the confidence they were given, and the share of them that was right."""
    yield "confidence  verdicts  right"
    edges = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.01)
    for low, high in pairwise(edges):
        told = [right for nats, right in found if low <= evidence.probability(nats) < high]
        if told:
            yield f"{low:.2f}-{min(high, 1.0):.2f}   {len(told):8}  {sum(told) / len(told):.3f}"


def main() -> None:
    """Fit, or show."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--columns", type=int, default=8000)
    options = parser.parse_args()
    classifier = Classifier(load_categories())
    if not options.show:
        nats, right = fitted(judged(classifier, seed=11, count=options.columns))
        told = yaml.safe_dump({"nats": nats, "right": right}, default_flow_style=None, width=120)
        _FILE.write_text(
            "# How often a verdict is right by the sum of its evidence (nats). Written by `python -m dev.calibrate`; "
            f"do not edit.\n{told}",
            encoding="utf-8",
        )
    print("\n".join(reliability(judged(classifier, seed=12, count=options.columns))))


if __name__ == "__main__":
    main()
