"""How much does a piece of evidence say? Everything is weighed in nats: log-odds against "nothing personal".

A weight of 2.3 multiplies the odds by ten. The weights are judgements, stated here once; what turns their sum into the
probability that is shown was measured and is kept in calibration.yml.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import cache
from math import exp, log, log1p
from pathlib import Path
from typing import Final

import yaml

# Before any value is looked at: a telling form is rarely anything else, a bare number nearly always is.
TELLING: Final = 3.0  # a form with no chance of luck, such as an e-mail address
CHECKED: Final = -1.0  # a form that stands by itself in text, with a check that luck can pass
BARE: Final = -6.0  # bare digits: dozens of categories share them with orders, serials and counters

MIXED: Final = -4.0  # letters and digits: rarer with every change from one to the other
SHORT: Final = -3.0  # so few signs that many things are written so

CAP: Final = 12.0  # what a check alone can say: past this, a thing we do not know of is likelier than luck
BUILT: Final = 7.0  # what a check of ranges and letters alone can say: codes of things are built by rules, too

FORM_KEPT: Final = 1.5  # the values have the form that the header promised
PEOPLE: Final = 1.0  # the other columns are about people
KNOWN: Final = 1.5  # all values are towns
LONELY: Final = -1.0  # nothing of what it leans on stands beside it
HOME: Final = 1.5  # the dataset is about the country whose number it is
ABROAD: Final = -2.0  # it is about other countries
SERIAL: Final = -8.0  # neighbouring cells are rising numbers
FEW: Final = -2.0  # bare numbers, and only a handful of different ones
REFERENCED: Final = 4.0  # the column that it references holds the same
OWN: Final = 1.5  # a category that the owner wrote is likely to be held by the owner

# How a column that is of the category looks: the share of its cells that pass, and how often that is so.
_PASSING: Final = ((0.999, 0.5), (0.99, 0.2), (0.9, 0.2), (0.7, 0.07), (0.5, 0.03))


def header_weight(strength: float) -> float:
    """What a header says by the strength of its promise: 1 is the phrase, 0.9 ends in it, 0.4 holds it."""
    return 7.0 if strength >= 1 else 6.0 if strength >= 0.9 else 2.0 if strength > 0 else 0.0


def check_weight(passed: float, of: float, chance: float, local: float | None, structured: float) -> float:
    """What it says that `passed` of `of` distinct values pass a check, in either direction; see `capped`.

    chance: share of random values of the form that pass. local: the same for values put together from halves of the
    column's own, None where it is not known; a column of numbers from one narrow range passes a check of ranges as a
    whole or not at all. structured: how likely such a structure is where nothing personal is held.
    """
    if of <= 0:
        return 0.0
    here = _mixed(_likelihood(passed, of, share) + log(weight) for share, weight in _PASSING)
    random = _likelihood(passed, of, chance)
    if local is not None:
        random = _mixed((random + log(1 - structured), _likelihood(passed, of, local) + log(structured)))
    return here - random


def capped(nats: float) -> float:
    """The weight of a check, about CAP at most."""
    return CAP + log1p(nats - CAP) / 10 if nats > CAP else max(-CAP, nats)


def specific(chance: float) -> float:
    """What passing a check that luck seldom passes says more than passing one that it often passes."""
    return min(6.0, -log(max(chance, 1e-4)))


def _likelihood(passed: float, of: float, share: float) -> float:
    """Log-likelihood, without the coefficient that is the same for every share."""
    share = min(max(share, 0.001), 0.999)
    return passed * log(share) + (of - passed) * log(1 - share)


def _mixed(logs: Iterable[float]) -> float:
    values = list(logs)
    top = max(values)
    return top + log(sum(exp(value - top) for value in values))


@cache
def _calibration() -> dict[str, tuple[tuple[float, ...], tuple[float, ...]]]:
    document = yaml.safe_load((Path(__file__).parent / "calibration.yml").read_text(encoding="utf-8"))
    return {basis: (tuple(knots["nats"]), tuple(knots["right"])) for basis, knots in document.items()}


def probability(nats: float, by: str = "form") -> float:
    """Of verdicts with this sum and this basis, the share that is right, as it was measured."""
    return between(nats, *_calibration()[by])


def between(nats: float, sums: Sequence[float], right: Sequence[float]) -> float:
    """The share at a sum: straight lines between knots, and the outermost knots beyond them."""
    place = bisect_right(sums, nats)
    if place == 0:
        return right[0]
    if place == len(sums):
        return right[-1]
    low, high = sums[place - 1], sums[place]
    return right[place - 1] + (right[place] - right[place - 1]) * (nats - low) / (high - low)
