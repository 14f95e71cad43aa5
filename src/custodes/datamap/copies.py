"""Which fields hold the same people's data as others? Compared by sketches of keyed hashes; no value is kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Final

import numpy as np

from custodes.datamap.containment import Ints, shared
from custodes.datamap.sketch import Sketch
from custodes.records import Category, Copy

LEAST_CONTAINMENT: Final = 0.1
LEAST_DISTINCT: Final = 20
LEAST_SHARED: Final = 3  # hashes: of a sample, one or two may be an address that every system is tested with
MOST: Final = 100  # copies told of one field

# A field of few values that each stand in many rows is a list of choices, whatever it was judged to be.
_FEW: Final = 1_000
_OFTEN: Final = 50

_SHARED_BY_MANY: Final = ("user.demographic", "user.location")  # fideslang: traits, not identifiers
_NUMBERS_OF_PATIENTS: Final = (
    "user.health_and_medical.record_id",
    "user.health_and_medical.insurance_beneficiary_id",
)
# Amounts, months and short codes: people who have nothing in common share them.
_NO_IDENTIFIERS: Final = frozenset({"card_expiry", "card_security_code", "credit_score", "income"})
# fideslang: numbers that are written in groups, with blanks or dashes or without.
_APART: Final = ("user.financial", "user.contact.phone_number", "user.government_id", "user.unique_id", "user.health")
_SURE: Final = 1.96  # standard deviations that hold 95 of 100


@dataclass(frozen=True, slots=True)
class Related:
    """copies: the closest first. references: fields that are declared to name rows of others, and do.

    left_out: by field, how many copies beyond the closest 100 are not told.
    """

    copies: tuple[Copy, ...]
    references: tuple[Copy, ...]
    left_out: Mapping[str, int]


def identifying(categories: Mapping[str, Category]) -> frozenset[str]:
    """The ids of categories whose values point at one person or account, so that sharing them means copying.

    Traits (birth date, gender, health), places, amounts and single names are shared by people who have nothing in
    common.
    """
    return frozenset(
        category.id
        for category in categories.values()
        if category.sensitivity >= 3
        and category.id not in _NO_IDENTIFIERS
        and ("special" not in category.flags or category.fides.startswith(_NUMBERS_OF_PATIENTS))
        and not category.fides.startswith(_SHARED_BY_MANY)
    )


def written_apart(categories: Mapping[str, Category]) -> frozenset[str]:
    """The ids of categories of numbers (cards, accounts, phones, documents) whose separators mean nothing."""
    return frozenset(category.id for category in categories.values() if category.fides.startswith(_APART))


def copies(sketches: Collection[Sketch]) -> list[Copy]:
    """Pairs of fields of different datasets of which one holds at least a tenth of the other's distinct values.

    Each pair once, the contained field first, the closest pairs first. Fields of under 20 distinct values are left
    out: a few shared ones are chance. Containment is |A and B| / |A| (Broder 1997): of the hashes of A below both
    sketches' theta, those that B has as well.
    """
    return list(related(sketches).copies)


def related(sketches: Collection[Sketch]) -> Related:
    """Copies, and apart from them the references that foreign keys declare."""
    chosen = sorted((one for one in sketches if _comparable(one)), key=lambda one: (one.size, one.name))
    places = {name: place for place, name in enumerate(dict.fromkeys(one.dataset for one in chosen))}
    dataset = np.array([places[one.dataset] for one in chosen], np.int64)
    a, b, both = shared([one.hashes for one in chosen])
    kept = both >= LEAST_SHARED
    a, b, both = a[kept], b[kept], both[kept]
    kept = dataset[a] != dataset[b]
    a, b, both = a[kept], b[kept], both[kept]
    of_a, of_b = _below(chosen, a, b), _below(chosen, b, a)
    close = both >= LEAST_CONTAINMENT * of_a
    found: list[Copy] = []
    references: list[Copy] = []
    for one, other, common, mine, theirs in zip(
        *(each[close].tolist() for each in (a, b, both, of_a, of_b)), strict=True
    ):
        copy = _copy(chosen[one], chosen[other], common, mine, theirs)
        (references if _refers(chosen[one], chosen[other]) else found).append(copy)
    found.sort(key=_rank)
    told, left_out = _closest(found)
    return Related(tuple(told), tuple(sorted(references, key=_rank)), left_out)


def _rank(copy: Copy) -> tuple[float, float, str, str]:
    return -copy.containment, -copy.covers, copy.a, copy.b


def _comparable(sketch: Sketch) -> bool:
    size = sketch.size
    return size >= LEAST_DISTINCT and not (size < _FEW and sketch.cells > _OFTEN * size)


def _below(chosen: list[Sketch], of: Ints, others: Ints) -> Ints:
    """For each pair, how many hashes of the one lie below the other's theta."""
    counts = np.zeros(len(of), np.int64)
    if not len(of):
        return counts
    theta = np.array([one.theta for one in chosen], np.uint64)
    order = np.argsort(of, kind="stable")
    places, starts = np.unique(of[order], return_index=True)
    for place, rows in zip(places.tolist(), np.split(order, starts[1:]), strict=True):
        counts[rows] = np.searchsorted(chosen[place].hashes, theta[others[rows]])
    return counts


def _copy(one: Sketch, other: Sketch, common: int, mine: int, theirs: int) -> Copy:
    share = common / mine
    sampled = mine < one.size - 0.5
    return Copy(
        a=one.name,
        b=other.name,
        containment=round(share, 3),
        covers=round(common / theirs, 3),
        margin=round(_margin(share, mine), 3) if sampled else 0.0,
        at_least=not (one.whole and other.whole),
    )


def _margin(share: float, count: int) -> float:
    """The further end of the interval in which a share of so many lies in 95 of 100 cases (Wilson 1927)."""
    square = _SURE**2
    middle = (share + square / (2 * count)) / (1 + square / count)
    half = _SURE * sqrt(share * (1 - share) / count + square / (4 * count**2)) / (1 + square / count)
    return max(share - (middle - half), middle + half - share)


def _refers(one: Sketch, other: Sketch) -> bool:
    """Whether one is declared to name rows of the other, or both those of a third."""
    if one.references is not None and one.references == other.references:
        return True
    return one.references == other.name or other.references == one.name


def _closest(ranked: list[Copy]) -> tuple[list[Copy], dict[str, int]]:
    """The first hundred of each field: of a thousand copies of one table, nobody reads every pair."""
    told: list[Copy] = []
    left_out: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    for copy in ranked:
        if counts[copy.a] >= MOST and counts[copy.b] >= MOST:
            left_out[copy.a] += 1
            continue
        counts.update((copy.a, copy.b))
        told.append(copy)
    return told, dict(left_out)


def closest(name: str, known: Collection[Copy]) -> Iterator[Copy]:
    """The copies that a field is part of, as it is the contained or the containing one, the closest first."""
    mine = [copy for copy in known if name in (copy.a, copy.b)]
    yield from sorted(mine, key=_rank)
