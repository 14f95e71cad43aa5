"""Does a column hold phone numbers? Asked of the numbering plans, for no check digit tells them."""

from __future__ import annotations

from collections.abc import Sequence

import phonenumbers

from custodes.datamap import evidence
from custodes.datamap.category import CategoryRules
from custodes.datamap.claim import Around, Claim, ColumnView, header_reason, per_cent, signed, spoken
from custodes.datamap.evidence import header_weight
from custodes.datamap.phone import PLAUSIBLE, confirmed_share, is_american
from custodes.datamap.values import SHAPES

_ASKED = 200  # distinct numbers asked of the numbering plans
_BY_HEADER = -6.0  # before the plans are asked: a header alone is not enough, a header and a plan are
_BY_FORM = 0.0


def phone_claim(column: ColumnView, rules: CategoryRules, codes: Sequence[str], around: Around) -> Claim | None:
    """A name and the shape of numbers, or the shape with marks (or +) and the numbering plans' word for it.

    codes: of countries that stand beside it.
    """
    profile = column.profile
    promise = column.promise(rules.id)
    told = promise.strength >= 0.9
    if not profile.values or ("key" in rules.column.refutes and column.is_key):
        return None
    if profile.rising and "sequence" in rules.column.refutes and not told:
        return None
    shape = SHAPES[rules.column.shape or "phone"]
    fits = [value for value in profile.distinct if shape(value)]
    share = profile.share(shape)
    if not fits or share < rules.column.share:
        return None
    asked = fits[:_ASKED]
    regions = tuple(code for code in codes if code in phonenumbers.SUPPORTED_REGIONS)
    confirmed = confirmed_share(asked, regions)
    if not told and (profile.epochs or not _by_themselves(asked, confirmed, rules.column.valid_share)):
        return None
    if told and profile.epochs and confirmed < 0.9:
        return None
    reasons = (
        signed(share, f"{column.of_cells(share)} have the shape of phone numbers"),
        signed(confirmed - 0.5, f"{per_cent(confirmed)} of {len(asked):,} different numbers are in a numbering plan"),
    )
    base = _BY_HEADER if told else _BY_FORM
    nats = base + share + 2 * confirmed - (0.5 if len(asked) < 5 else 0)
    claim = Claim(rules.id, nats, column.fitting(share), reasons, scanned=profile.filled)
    if told:
        claim = claim.surer(header_weight(promise.strength), header_reason(promise))
    return claim.surer(evidence.PEOPLE, f"siblings: {spoken(around.people)}") if around.people else claim


def _by_themselves(numbers: list[str], confirmed: float, least: float) -> bool:
    """Whether the numbers need no name: most have `+`, or nearly all are of one plan.

    Without `+`, national numbers begin with 0 or a bracket, and American ones have groups of 3-3-4 or none.
    """
    foreign = sum(number.startswith("+") for number in numbers) / len(numbers)
    marked = sum(not number.isdigit() for number in numbers) / len(numbers)
    if foreign >= 0.5:
        return confirmed >= least
    if marked >= 0.9 and sum(number.startswith(("0", "(")) for number in numbers) >= 0.9 * len(numbers):
        return max(confirmed_share(numbers, (region,)) for region in PLAUSIBLE) >= 0.9
    american = sum(map(is_american, numbers)) / len(numbers)
    return american >= 0.95 and (marked >= 0.9 or len(numbers) >= 20)
