"""Which columns and texts, with what they truly hold, can be made up at will?"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache

from custodes.datamap.category import CategoryRules
from tests.datamap.decoys import DECOYS, TOLD_BY_HEADER
from tests.datamap.forms import sample, valid
from tests.datamap.kinds import DECOY_HEADERS, HEADERS, KINDS, Maker

_OPAQUE = ("c1", "x", "attr_7", "value", "field_a", "data", "reference", "col3")
_ABSENT = (None, "", "N/A", "n/a", "-", "unknown", "null")
_WORDS = [
    "the",
    "parcel",
    "was",
    "late",
    "again",
    "please",
    "call",
    "back",
    "about",
    "it",
    "thanks",
    "we",
    "sent",
    "one",
]


@dataclass(frozen=True, slots=True)
class Made:
    """A column: header, cells, the category it is of or contains (None: nobody's), and a column of addresses beside it.

    kind: what made it. text: whether it is running text, of which only a part is of the category.
    """

    header: str
    cells: list[str | None] = field(repr=False)
    truth: str | None
    kind: str
    mail: list[str] | None = None
    text: bool = False


def columns(categories: Sequence[CategoryRules], rng: random.Random, count: int) -> Iterator[Made]:
    """So many columns, of categories, near misses and nobody's data alike."""
    # Phone numbers are told by plans, not by their form: values of the form are none.
    formed = [rules for rules in categories if rules.confirm is None and pools(rules)]
    for _ in range(count):
        rows = round(3 * 700 ** rng.random())
        what = rng.random()
        truth: str | None = None
        if what < 0.2:
            rules = rng.choice(formed)
            kind, own = rules.id, rules.column.headers
            pool = rng.choice(pools(rules))
            truth, cells = rules.id, rng.choices(pool, k=rows)
        elif what < 0.38:
            truth = kind = rng.choice(sorted(KINDS))
            own = tuple(HEADERS[kind])
            cells = _some(KINDS[kind](rng), rows)
        elif what < 0.5:
            # The name of one thing over values of another: towns called names, sums called ages.
            lie = rng.choice(sorted(KINDS))
            own = tuple(HEADERS[lie])
            kind = rng.choice(sorted(DECOYS.keys() - TOLD_BY_HEADER) + sorted(KINDS))
            truth = kind if kind in KINDS else None
            make = (KINDS[kind] if kind in KINDS else DECOYS[kind])(rng)
            cells = _some(make, rows)
        elif what < 0.6:
            rules = rng.choice(formed)
            regex = rng.choice(rules.patterns).regex
            kind, own = f"near {rules.id}", rules.column.headers if rng.random() < 0.3 else ()
            cells = [sample(regex, rng) for _ in range(rows)]
            # Nearly all have the form, as few pass the check as luck wants; without a check they may be the thing.
            truth = (
                None
                if not rules.column.telling and rules.column.chance < 0.5 and rules.patterns[0].validator
                else rules.id
            )
        else:
            kind = rng.choice(sorted(DECOYS))
            own = tuple(DECOY_HEADERS[kind])
            cells = _some(DECOYS[kind](rng), rows)
        mail = [f"p{row}@mail.example" for row in range(rows)] if rng.random() < 0.4 else None
        header = rng.choice(own).replace(" ", "_") if kind in TOLD_BY_HEADER else _header(own, categories, rng)
        yield Made(header, _soiled(cells, rng), truth, kind, mail)


def texts(categories: Sequence[CategoryRules], rng: random.Random, count: int) -> Iterator[Made]:
    """So many columns of sentences, some with a value in a few cells, behind a word that says it or behind none."""
    formed = [rules for rules in categories if rules.confirm is None and pools(rules)]
    for _ in range(count):
        rows = round(100 * 30 ** rng.random())
        holds = rng.random() < 0.6
        rules = rng.choice(formed)
        kind = rules.id if holds else rng.choice(sorted(DECOYS))
        make = _chosen(rng.choice(pools(rules)), rng) if holds else DECOYS[kind](rng)
        said = sorted(rules.boost) if rng.random() < (0.7 if holds else 0.1) and rules.boost else [""]
        share = rng.choice((0.01, 0.05, 0.3))
        cells: list[str | None] = []
        for _ in range(rows):
            words = rng.choices(_WORDS, k=rng.randint(4, 12))
            if rng.random() < share:
                words.insert(rng.randint(1, len(words)), f"{rng.choice(said)} {make()}".strip())
            cells.append(" ".join(words))
        yield Made(rng.choice(("notes", "body", "comment", "c1")), cells, rules.id if holds else None, kind, text=True)


@cache
def pools(rules: CategoryRules) -> tuple[tuple[str, ...], ...]:
    """For each pattern a few hundred values that pass its check, where there are some; always the same."""
    rng = random.Random(rules.id)
    made = (tuple(valid(rules, index, 300, rng)) for index in range(len(rules.patterns)))
    return tuple(pool for pool in made if len(pool) >= 20)


def _some(make: Maker, rows: int) -> list[str]:
    return [make() for _ in range(rows)]


def _chosen(pool: Sequence[str], rng: random.Random) -> Maker:
    return lambda: rng.choice(pool)


def _header(own: Sequence[str], categories: Sequence[CategoryRules], rng: random.Random) -> str:
    what = rng.random()
    if what < 0.5 and own:
        return rng.choice(own).replace(" ", "_")
    if what < 0.56:
        named = rng.choice(categories).column.headers
        return rng.choice(named).replace(" ", "_") if named else "data"
    if what < 0.6:
        return rng.choice(DECOY_HEADERS[rng.choice(sorted(DECOYS))])
    return rng.choice(_OPAQUE)


def _soiled(cells: list[str], rng: random.Random) -> list[str | None]:
    """One column in three with a few gaps, slips, or cells that do not belong."""
    if rng.random() > 0.35:
        return list(cells)
    share = rng.choice((0.02, 0.04, 0.1))
    strange = DECOYS[rng.choice(sorted(DECOYS))](rng)
    soiled: list[str | None] = []
    for cell in cells:
        what = rng.random() / share
        if what < 0.5:
            soiled.append(rng.choice(_ABSENT))
        elif what < 0.8:
            soiled.append(cell[:-1] or cell)
        else:
            soiled.append(strange() if what < 1 else cell)
    return soiled
