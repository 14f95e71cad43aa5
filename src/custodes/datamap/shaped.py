"""Does a column hold what only its name, its values' shape and its neighbours together can tell?"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Final

from custodes.datamap import headers, values
from custodes.datamap.category import CategoryRules
from custodes.datamap.claim import Claim, ColumnView, header_reason, per_cent
from custodes.datamap.vocabulary import WORDS

_ABOUT_PEOPLE: Final = frozenset(
    {"email", "phone", "postal_address", "birth_date", "first_name", "last_name", "us_ssn"}
)
_ADDRESS: Final = frozenset({"postal_address", "postcode", "city"})


def shape_claim(column: ColumnView, rules: CategoryRules, beside: Collection[str], today: date) -> Claim | None:
    """A claim where the name promises the category and the values do not contradict it.

    beside: categories found in, or promised by, other columns of the dataset.
    """
    promise = column.promise(rules.id)
    sample = column.tally.values
    if rules.column.shape is None or promise.strength < 0.9 or not sample:
        return None
    if _refuted(column, rules) or (rules.column.beside and not rules.column.beside & set(beside)):
        return None
    share = _share(column, rules.column.shape, today)
    if share < rules.column.share:
        return None
    matched = round(share * column.tally.filled)
    confidence = 0.5 + 0.25 * share + 0.1 * (promise.strength == 1)
    reasons = (header_reason(promise), f"{per_cent(share)} of {column.tally.filled} cells fit it")
    claim = Claim(rules.id, confidence, matched, reasons)
    near = sorted((_ADDRESS | _ABOUT_PEOPLE) & set(beside) - {rules.id})
    return claim.surer(0.1, f"siblings: {spoken(near)}") if near else claim


def _refuted(column: ColumnView, rules: CategoryRules) -> bool:
    return ("key" in rules.column.refutes and column.is_key) or ("sequence" in rules.column.refutes and column.rising)


def _share(column: ColumnView, shape: str, today: date) -> float:
    sample = column.tally.values
    if shape == "birth_date":
        return sum(values.birth_date(value, today) for value in sample) / len(sample)
    return sum(map(values.SHAPES[shape], sample)) / len(sample)


def unnamed_claim(column: ColumnView, beside: Collection[str], today: date) -> Claim | None:
    """A claim on a column whose name says nothing, where its values say it by themselves."""
    sample = column.tally.values
    if len(sample) < 5 or column.is_key or headers.things(column.words) or column.promises:
        return None
    filled = column.tally.filled
    streets = sum(values.clear_street(v) and any(c.isdigit() for c in v) for v in sample) / len(sample)
    if streets >= 0.6 and max(map(len, sample)) <= 120:
        reason = f"{per_cent(streets)} of {filled} cells read like streets with a number"
        return Claim("postal_address", 0.45 + 0.25 * streets, round(streets * filled), (reason,))
    codes = sum(map(values.clear_postcode, sample)) / len(sample)
    if codes >= 0.9 and (_ADDRESS | _ABOUT_PEOPLE) & set(beside):
        reason = f"{per_cent(codes)} of {filled} cells have a form that only postcodes have"
        return Claim("postcode", 0.6, round(codes * filled), (reason, f"siblings: {spoken(sorted(beside))}"))
    return _unnamed_birth_date(column, sample, beside, today)


def _unnamed_birth_date(
    column: ColumnView, sample: Sequence[str], beside: Collection[str], today: date
) -> Claim | None:
    """Days without a time, spread over decades and ending with the grown-ups, beside something about people."""
    if _DATED & set(column.words) or not (_ABOUT_PEOPLE | {"person_name"}) & set(beside):
        return None
    days = [found for found in map(values.day, sample) if found is not None]
    if len(days) < max(10, 0.9 * len(sample)) or any(timed for _, timed in days):
        return None
    years = sorted(found.year for found, _ in days)
    spread = years[int(0.9 * len(years))] - years[int(0.1 * len(years))]
    if years[0] < 1900 or spread < 25 or years[len(years) // 2] > today.year - 18 or years[-1] > today.year - 5:
        return None
    matched = round(len(days) / len(sample) * column.tally.filled)
    reason = f"days without a time over {spread} years, as births are spread"
    return Claim("birth_date", 0.6, matched, (reason, f"siblings: {spoken(sorted(beside))}"))


# Dates that are about something else than a birth, and say so.
_DATED: Final = WORDS["dated"]


def spoken(categories: Sequence[str]) -> str:
    """Categories as a phrase: `city, postcode and street`."""
    plain = [category.replace("_", " ") for category in categories[:4]]
    return " and ".join(filter(None, [", ".join(plain[:-1]), plain[-1] if plain else ""]))
