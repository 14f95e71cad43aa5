"""Does a column hold what a pattern finds? Judged by the share of its cells that pass the check, never by one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import sqrt
from typing import Final

import phonenumbers

from custodes.datamap.category import CategoryRules
from custodes.datamap.claim import Claim, ColumnView, header_reason, per_cent
from custodes.datamap.phone import PLAUSIBLE, confirmed_share, is_american
from custodes.datamap.recognise import Recogniser
from custodes.datamap.values import SHAPES

_CHECKED: Final = {
    "payment_card": "pass the Luhn check and an issuer range",
    "iban": "are of a registered country's form and pass mod-97",
    "us_ssn": "follow the rules of issue",
    "email": "are e-mail addresses",
    "jwt": "decode to a signed token's header",
}
_VERSIONS: Final = frozenset({"version", "ver", "build", "release", "firmware", "revision"})
_ASKED = 200  # distinct numbers asked of the numbering plans


def pattern_claims(column: ColumnView, rules: CategoryRules, recogniser: Recogniser) -> Iterator[Claim]:
    """At most one claim on the whole column, or one on what its text contains."""
    if not rules.patterns or not column.tally.filled or _refuted(column, rules):
        return
    whole = _phones(column, rules) if rules.confirm == "phone" else _whole(column, rules, recogniser)
    inside = None if whole is not None else _inside(column, rules, recogniser)
    for claim in (whole, inside):
        if claim is not None:
            yield claim


def _refuted(column: ColumnView, rules: CategoryRules) -> bool:
    refutes = rules.column.refutes
    told = column.promise(rules.id).strength >= 0.9
    return (
        ("key" in refutes and column.is_key)
        or ("sequence" in refutes and not told and column.rising)
        or ("version" in refutes and not told and _versions(column))
    )


def _versions(column: ColumnView) -> bool:
    """Dotted numbers of which none is large are versions, unless the name says that they are addresses."""
    if _VERSIONS & set(column.words):
        return True
    dotted = [value for value in column.tally.values if re.fullmatch(r"\d+(?:\.\d+){3}", value)]
    large = sum(max(int(part) for part in value.split(".")) >= 64 for value in dotted)
    return bool(dotted) and large < 0.8 * len(dotted)


def _whole(column: ColumnView, rules: CategoryRules, recogniser: Recogniser) -> Claim | None:
    tally = column.tally
    strong = weak = form = 0
    for index, (owner, pattern) in enumerate(recogniser.patterns):
        if owner.id != rules.id:
            continue
        fits = tally.whole_valid[index] if recogniser.strict(index) else tally.whole[index]
        form += tally.whole[index]
        strong += 0 if pattern.weak else fits
        weak += fits if pattern.weak else 0
    promise = column.promise(rules.id)
    told = promise.strength >= 0.9
    matched = min(strong + weak if told else strong, tally.filled)
    share = matched / tally.filled
    if not matched or share < rules.column.valid_share * (0.5 if told else 1):
        return None
    if not told and not _beyond_chance(matched, form, rules.column.chance):
        return None
    confidence = 0.55 + 0.35 * share - (0.15 if tally.filled < 5 else 0) - (0.1 if rules.column.chance > 0.5 else 0)
    checked = _CHECKED.get(rules.patterns[0].validator or "", "have the form")
    claim = Claim(rules.id, confidence, matched, (f"{per_cent(share)} of {tally.filled} cells {checked}",))
    return claim.surer(0.15, header_reason(promise)) if told else claim


def _beyond_chance(valid: int, form: int, chance: float, deviations: float = 2) -> bool:
    """Whether more pass the check than would by luck: by so many standard deviations, or all of them."""
    if not chance:
        return True
    limit = chance + deviations * sqrt(chance * (1 - chance) / max(form, 1))
    return valid / max(form, 1) >= min(1.0, limit)


def _phones(column: ColumnView, rules: CategoryRules) -> Claim | None:
    """A name and the shape of numbers, or the shape with marks (or +) and the numbering plans' word for it."""
    values = column.tally.values
    promise = column.promise(rules.id)
    told = promise.strength >= 0.9
    shape = SHAPES[rules.column.shape or "phone"]
    fits = [value for value in values if shape(value)]
    share = len(fits) / len(values) if values else 0.0
    if not fits or share < rules.column.share:
        return None
    asked = list(dict.fromkeys(fits))[:_ASKED]
    confirmed = confirmed_share(asked, regions(column))
    if not told and not _phones_by_themselves(asked, confirmed, rules.column.valid_share):
        return None
    matched = round(share * column.tally.filled)
    shaped = f"{per_cent(share)} of {column.tally.filled} cells have the shape of phone numbers"
    planned = f"{per_cent(confirmed)} of those asked are in a numbering plan"
    reasons = (shaped, planned)
    claim = Claim(rules.id, 0.5 + 0.15 * share + 0.2 * confirmed, matched, reasons)
    return claim.surer(0.15, header_reason(promise)) if told else claim


def _phones_by_themselves(numbers: list[str], confirmed: float, least: float) -> bool:
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


def regions(column: ColumnView) -> tuple[str, ...]:
    """Countries named beside the column by code; filled in by the verdict before claims are made."""
    return tuple(code for code in column.regions if code in phonenumbers.SUPPORTED_REGIONS)


def _inside(column: ColumnView, rules: CategoryRules, recogniser: Recogniser) -> Claim | None:
    """Matches inside longer text: the check must pass far more often than chance, and the words beside agree."""
    tally = column.tally
    examined, agreed = tally.examined.get(rules.id, 0), tally.confirmed.get(rules.id, 0)
    if not agreed or (agreed < 0.5 * examined and not rules.confirm):
        return None
    matched = form = whole = 0
    for index, (owner, pattern) in enumerate(recogniser.patterns):
        if owner.id == rules.id and (not pattern.weak or rules.confirm):
            whole = max(whole, tally.whole[index])
            # One cell may fit several patterns: the most frequent one is a lower bound that never counts twice.
            accepted = tally.inside_valid if recogniser.strict(index) else tally.inside
            matched = max(matched, accepted[index])
            form = max(form, tally.inside[index])
    if not _beyond_chance(matched, form, rules.column.chance, deviations=4):
        return None
    if rules.confirm and whole > 0.5 * form:
        return None  # bare numbers, of which a plan holds some by luck: they were judged as a whole column
    matched = min(tally.filled, max(agreed, round(matched * agreed / examined)))
    sure = 0.9 if "credential" in rules.category.flags else 0.65 if rules.confirm or rules.column.chance else 0.75
    reason = f"found inside free text in {matched} of {tally.filled} cells"
    return Claim(rules.id, sure, matched, (reason,), whole=False)
