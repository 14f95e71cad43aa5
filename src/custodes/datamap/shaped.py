"""Does a column hold what only its name, its values' shape and its neighbours together can tell?"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Final

from custodes.datamap import headers, values
from custodes.datamap.category import CategoryRules
from custodes.datamap.claim import ABOUT_PEOPLE, Around, Claim, ColumnView, header_reason, signed, spoken
from custodes.datamap.evidence import KNOWN, LONELY, PEOPLE, header_weight
from custodes.datamap.vocabulary import WORDS

_BASE: Final = -6.5  # a shape is a weak test: the header must say it
_CHOSEN: Final = frozenset({"handle", "secret"})  # what people choose is not all of one form
_LISTED: Final = 20
_CODED: Final = -4.0
_ADDRESS: Final = frozenset({"postal_address", "postcode", "city"})


def shape_claim(column: ColumnView, rules: CategoryRules, around: Around, today: date) -> Claim | None:
    """A claim where the name promises the category and the values do not contradict it."""
    beside = around.beside
    promise = column.promise(rules.id)
    if rules.column.shape is None or promise.strength < 0.9 or not column.profile.values:
        return None
    if _refuted(column, rules) or (lonely(column, rules, around) and _register(column, around)):
        return None
    share = _share(column, rules.column.shape, today)
    if share < rules.column.share:
        return None
    reasons = (header_reason(promise), f"{column.of_cells(share)} fit it")
    claim = sampled_claim(column, rules.id, _BASE + header_weight(promise.strength) + share, share, *reasons)
    if rules.column.shape == "place" and (towns := column.profile.share(values.known_town)) >= 0.3:
        claim = claim.surer(KNOWN * towns, f"{column.of_cells(towns)} are known towns")
    if rules.column.shape in _CHOSEN and column.profile.coded:
        claim = claim.surer(_CODED, "all have one form, as codes of things have")
    if lonely(column, rules, around):
        claim = claim.surer(LONELY, "no other column is about people or an address")
    near = (_ADDRESS | ABOUT_PEOPLE) & set(beside) - {rules.id}
    return claim.surer(PEOPLE, f"siblings: {spoken(near)}") if near else claim


def sampled_claim(column: ColumnView, category: str, nats: float, share: float, *reasons: str) -> Claim:
    """A claim by shape that rests on a share of the sampled values. reasons: what speaks for it, without signs."""
    signs = tuple(signed(1.0, reason) for reason in reasons)
    return Claim(category, nats, column.fitting(share), signs, by="shape", scanned=column.profile.filled)


def lonely(column: ColumnView, rules: CategoryRules, around: Around) -> bool:
    """Whether the category leans on others, and none of them, nor anything about people, is to be seen."""
    people = around.people or headers.persons(column.words) or headers.persons(around.words)
    return bool(rules.column.beside) and not people and not rules.column.beside & around.beside


def _register(column: ColumnView, around: Around) -> bool:
    """Whether it is a list of such words rather than something said of people: each once, or of a table of things."""
    profile = column.profile
    each_once = len(profile.values) >= _LISTED and profile.distinct_share >= 0.9
    return each_once or headers.things(around.words)


def _refuted(column: ColumnView, rules: CategoryRules) -> bool:
    refutes = rules.column.refutes
    return ("key" in refutes and column.is_key) or ("sequence" in refutes and column.profile.rising)


def _share(column: ColumnView, shape: str, today: date) -> float:
    if shape == "birth_date":
        return column.profile.share(lambda value: values.birth_date(value, today))
    return column.profile.share(values.SHAPES[shape])


def unnamed_claim(column: ColumnView, beside: Collection[str], today: date) -> Claim | None:
    """A claim on a column whose name says nothing, where its values say it by themselves."""
    sample = column.profile.values
    if len(sample) < 5 or column.declared_key:
        return None
    contrary = headers.things(column.words) or bool(column.promises)
    streets = column.profile.share(_numbered_street)
    if streets >= (0.8 if contrary else 0.6) and max(map(len, sample)) <= 120:
        reason = f"{column.of_cells(streets)} read like streets with a number"
        return sampled_claim(column, "postal_address", 2.5 * streets - 1, streets, reason)
    codes = column.profile.share(values.clear_postcode)
    if codes >= 0.9 and not contrary and (_ADDRESS | ABOUT_PEOPLE) & set(beside):
        reason = f"{column.of_cells(codes)} have a form that only postcodes have"
        return sampled_claim(column, "postcode", 1.0, codes, reason, f"siblings: {spoken(beside)}")
    return _unnamed_birth_date(column, sample, beside, today)


def _numbered_street(value: str) -> bool:
    return any(sign.isdigit() for sign in value) and values.clear_street(value)


def _unnamed_birth_date(
    column: ColumnView, sample: Sequence[str], beside: Collection[str], today: date
) -> Claim | None:
    """Days without a time, spread over decades and ending with the grown-ups, beside something about people."""
    if _DATED & set(column.words) or column.is_key or not ABOUT_PEOPLE & set(beside):
        return None
    if not any(map(values.day, column.profile.distinct[:_LISTED])):
        return None
    days = [found for found in map(values.day, sample) if found is not None]
    if len(days) < max(10, 0.9 * len(sample)) or any(timed for _, timed in days):
        return None
    years = sorted(found.year for found, _ in days)
    spread = years[int(0.9 * len(years))] - years[int(0.1 * len(years))]
    if years[0] < 1900 or spread < 25 or years[len(years) // 2] > today.year - 18 or years[-1] > today.year - 5:
        return None
    share = len(days) / len(sample)
    said = f"{column.of_cells(share)} are days without a time, most of them over {spread} years, as births are spread"
    return sampled_claim(column, "birth_date", 1.0, share, said, f"siblings: {spoken(beside)}")


# Dates that are about something else than a birth, and say so.
_DATED: Final = WORDS["dated"]
