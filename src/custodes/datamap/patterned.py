"""Does a column hold what a pattern finds? Judged by how many of its distinct values pass the check, against luck."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from custodes.datamap import evidence
from custodes.datamap.category import BUILT_IN, CategoryRules
from custodes.datamap.claim import TOLD, Around, Claim, ColumnView, header_reason, per_cent, signed, spoken
from custodes.datamap.evidence import check_weight, header_weight
from custodes.datamap.recognise import Recogniser
from custodes.datamap.rivals import NUMBERED, THINGS_NUMBERED
from custodes.datamap.tally import Weighed

_CHECKED: Final = {
    "payment_card": "pass the Luhn check and an issuer range",
    "iban": "are of a registered country's form and pass mod-97",
    "us_ssn": "follow the rules of issue",
    "email": "are e-mail addresses",
    "jwt": "decode to a signed token's header",
}
_VERSIONS: Final = frozenset({"version", "ver", "build", "release", "firmware", "revision"})
_HANDFUL: Final = 5
_BROKEN: Final = 0.3  # of crossed values pass at most where there is a check digit
_UNTRIED: Final = 3.0  # what a loose check says where there are too few values to try it
_SHORT: Final = 5
_EACH: Final = 4_096  # cells of a weak form; of more, where the check refuses most, the scanner asks of one in thirteen
_REFUSED: Final = 0.25
_SCATTERED: Final = 5  # cells with a match, below which a column of codes holds none
_PROSE: Final = 0.3  # of the values are of several words in a column of text
_TELLING: Final = frozenset({"literal", "at"})  # anchors that say what begins or stands there
_STRUCTURED: Final = {True: 0.5, False: 0.1}  # how often bare digits, and telling forms, are numbers of a narrow range


@dataclass(frozen=True, slots=True)
class _Fit:
    """Cells by one category: of its form, passing, passing by patterns that are weak in text, and by those whose form
    says what it is; of how many. padded: those are sampled cells, with leading zeros put back."""

    form: int
    passed: int
    weak: int
    telling: int
    of: int
    padded: bool = False


def pattern_claim(
    column: ColumnView, rules: CategoryRules, recogniser: Recogniser, own: tuple[int, ...], around: Around
) -> Claim | None:
    """The claim on the whole column, where its cells have the category's form. own: indices of its patterns."""
    if not own or not column.filled or _refuted(column, rules, around):
        return None
    fit = _fit(column, own, recogniser)
    promise = column.promise(rules.id)
    told = promise.strength >= TOLD
    share = fit.passed / fit.of
    if not fit.passed or share < rules.column.valid_share * (0.5 if told else 1):
        return None
    checked = any(recogniser.strict(index) for index in own)
    chance = rules.column.chance
    # A bare number without a check, and a form that anything may have, are told by the name alone.
    nats, raw, said = _weighed(column, rules, fit, checked=checked)
    claim = Claim(rules.id, nats, fit.passed, (said,), raw=raw, scanned=fit.of)
    if not told and fit.weak > 0.5 * fit.passed and (not checked or chance >= 1):
        return None
    if told:
        kept = evidence.FORM_KEPT if fit.form >= 0.9 * fit.of else 0.0
        claim = claim.surer(header_weight(promise.strength) + kept, header_reason(promise))
    bare = fit.weak > 0.5 * fit.passed or "sequence" in rules.column.refutes
    if column.profile.rising and bare and not told and not _proved(column, rules, nats):
        claim = claim.surer(evidence.SERIAL, "the numbers rise from row to row")
    elif fit.weak > 0.5 * fit.passed and len(column.profile.distinct) < _HANDFUL:
        said = f"there are only {len(column.profile.distinct)} different values in {column.sampled}"
        claim = claim.surer(evidence.FEW, said)
    if not told and fit.weak > 0.5 * fit.passed and THINGS_NUMBERED & set(column.words):
        claim = claim.surer(NUMBERED, "the header speaks of numbers of things")
    return around_claim(claim, rules, around)


def around_claim(claim: Claim, rules: CategoryRules, around: Around) -> Claim:
    """The claim with what stands around the column: people, countries, the column it references, the owner's own."""
    if around.people and claim.category != "ip_address":
        claim = claim.surer(evidence.PEOPLE, f"siblings: {spoken(around.people)}")
    if rules.countries and around.countries:
        home = around.countries & set(rules.countries)
        if home:
            claim = claim.surer(evidence.HOME, f"the dataset is about {' and '.join(sorted(home))}")
        else:
            claim = claim.surer(evidence.ABROAD, "the dataset is about other countries")
    if around.inherited == claim.category:
        claim = claim.surer(evidence.REFERENCED, "it references a column that holds the same")
    if rules.file.parent != BUILT_IN:
        claim = replace(claim, nats=claim.nats + evidence.OWN)
    return claim


def _fit(column: ColumnView, own: tuple[int, ...], recogniser: Recogniser) -> _Fit:
    """Counts over all cells; or over the sampled ones with their leading zeros put back, where more of them pass."""
    tally = column.tally
    plain = _summed(own, recogniser, tally.whole, tally.whole_valid, column.filled)
    counts = column.crossing.padded
    if counts is None or not counts.filled:
        return plain
    put_back = _summed(own, recogniser, counts.whole, counts.whole_valid, counts.filled)
    if put_back.passed * plain.of <= 1.02 * plain.passed * put_back.of:
        return plain
    return replace(put_back, telling=0, padded=True)


def _summed(own: tuple[int, ...], recogniser: Recogniser, whole: list[int], valid: list[int], filled: int) -> _Fit:
    form = strong = weak = telling = 0
    for index in own:
        passed = valid[index] if recogniser.strict(index) else whole[index]
        form += whole[index]
        rules, pattern = recogniser.patterns[index]
        if pattern.weak:
            weak += passed
        else:
            strong += passed
            telling += passed if pattern.anchor in _TELLING or rules.column.telling else 0
    # A cell may have several of the forms.
    strong = min(strong, filled)
    weak = min(weak, filled - strong)
    return _Fit(min(form, filled), strong + weak, weak, min(telling, filled), filled)


def _proved(column: ColumnView, rules: CategoryRules, nats: float) -> bool:
    """Whether a check digit says it: sorted identity numbers rise as serial numbers do, and all of them pass."""
    local = column.crossing.passing(rules.id)
    return nats >= 0 and local is not None and _bound(local, rules.column.chance)


def _bound(local: float, chance: float) -> bool:
    """Whether a check digit binds the end of a value to its beginning: crossed values fail nearly as others do."""
    return local <= _BROKEN or (chance <= _BROKEN and local <= 1.5 * chance)


def _weighed(column: ColumnView, rules: CategoryRules, fit: _Fit, *, checked: bool) -> tuple[float, float | None, str]:
    """Base rate and check, how well the check explains the values (see Claim.raw), and the sentence that says it."""
    chance = rules.column.chance
    share = fit.passed / fit.of
    bare = fit.weak / fit.passed
    what = _CHECKED.get(rules.patterns[0].validator or "", "pass the check" if checked else "have the form")
    estimated = bare > 0.5 and checked and fit.form >= _EACH and fit.passed < _REFUSED * fit.form
    looked = f"{fit.of:,} sampled cells" if fit.padded and fit.of < column.filled else f"{fit.of:,} cells"
    said = f"{'about ' if estimated else ''}{per_cent(share)} of {looked} {what}"
    if fit.padded:
        said = f"about {said} with leading zeros put back"
    if fit.telling > 0.5 * fit.passed:
        few = -1.0 if fit.of < 3 else 0.0
        return evidence.TELLING + 2 * (share - 0.5) + few, None, signed(1.0, said)
    base = bare * _bare(column) + (1 - bare) * evidence.CHECKED
    if not checked:
        return base, None, signed(1.0, said)
    distinct = len(column.profile.distinct) * fit.form / fit.of
    passed = distinct * fit.passed / max(fit.form, 1)
    local = column.crossing.passing(rules.id)
    if local is None and chance > _BROKEN:
        raw = check_weight(passed, distinct, chance, None, 0.0)
        weight, luck = min(_UNTRIED, evidence.capped(raw)), chance
    elif local is None or _bound(local, chance):
        raw = check_weight(
            passed, distinct, max(chance, 1e-3), column.crossing.luckier(rules.id, chance), _STRUCTURED[bare > 0.5]
        )
        weight, luck = evidence.capped(raw), max(chance, local or 0.0)
        weight += max(0.0, min(1.0, weight / evidence.CAP)) * evidence.specific(chance)
    else:
        luck = max(chance, column.crossing.built(rules.id, passed / max(distinct, 1)) or local)
        raw = check_weight(passed, distinct, luck, None, 0.0)
        weight = min(evidence.BUILT, evidence.capped(raw))
    # Cells that have not even the form speak against the category, as those do that fail the check.
    weight += 3 * min(0.0, fit.form / fit.of - 0.9)
    return base + weight, raw, signed(weight, f"{said} ({per_cent(luck)} would by luck)")


def _bare(column: ColumnView) -> float:
    """The base rate of a form that is too common alone: digits are anything, letters among them less so."""
    profile = column.profile
    short = evidence.SHORT if profile.length < _SHORT else 0.0
    if not any(sign.isalpha() for value in profile.distinct[:8] for sign in value):
        return evidence.BARE + short
    return max(evidence.BARE, min(evidence.CHECKED, evidence.MIXED + 0.5 * profile.changes + short))


def _refuted(column: ColumnView, rules: CategoryRules, around: Around) -> bool:
    refutes = rules.column.refutes
    told = column.promise(rules.id).strength >= TOLD or around.inherited == rules.id
    return ("key" in refutes and column.is_key and not told) or (
        "version" in refutes and not told and _versions(column)
    )


def _versions(column: ColumnView) -> bool:
    """Dotted numbers of which none is large are versions, unless the name says that they are addresses."""
    if _VERSIONS & set(column.words):
        return True
    dotted = [value for value in column.profile.values if re.fullmatch(r"[0-9]+(?:\.[0-9]+){3}", value)]
    large = sum(max(int(part) for part in value.split(".")) >= 64 for value in dotted)
    return bool(dotted) and large < 0.8 * len(dotted)


def _prose(value: str) -> bool:
    """Three words or more."""
    return len(value.split()) >= 3


def inside_claim(
    column: ColumnView, rules: CategoryRules, recogniser: Recogniser, own: tuple[int, ...]
) -> Claim | None:
    """Matches inside longer text: the check must pass far more often than chance, and the words beside agree."""
    tally = column.tally
    seen = tally.weighed.get(rules.id)
    if seen is None or not seen.agreed:
        return None
    # What is too common alone was found behind a word that says it: that word is the evidence.
    weak = all(recogniser.patterns[index][1].weak for index in own)
    if not weak and not rules.confirm and seen.agreed < 0.5 * seen.looked:
        return None
    counted = [index for index in own if weak or rules.confirm or not recogniser.patterns[index][1].weak]
    accepted = [tally.inside_valid[i] if recogniser.strict(i) else tally.inside[i] for i in counted]
    # One cell may have several of the forms: the most frequent one is a lower bound that never counts twice.
    matched = max(accepted, default=0)
    form = max((tally.inside[index] for index in counted), default=0)
    lucky = not weak and not rules.column.telling
    if lucky and check_weight(matched, form, rules.column.chance, None, 0.0) < 3:
        # The check alone does not say it: only those behind a word that does are told.
        return _inside(rules, seen.said, "" if seen.whole else "at least ", column=column) if seen.said else None
    # Bare numbers, some of which pass by luck, were judged as a whole column.
    bare = max(tally.whole[index] for index in own) > 0.5 * form and (rules.confirm or weak)
    telling = not weak and rules.column.telling
    codes = not telling and matched < _SCATTERED and column.profile.share(_prose) < _PROSE
    if bare or codes:
        return None
    return _inside(rules, *_counted(seen, matched, weak=weak), column=column)


def _counted(seen: Weighed, matched: int, *, weak: bool) -> tuple[int, str, str]:
    """Cells with a match that counts, what kind of number that is, and what it rests on.

    matched: cells that have the form and pass, of all. The words beside it were read in those that were seen.
    """
    if seen.whole:
        return seen.cells, "", ""
    if seen.agreed == seen.looked and not weak:
        return max(seen.cells, matched), "at least ", ""
    cells = max(seen.cells, round(matched * seen.agreed / seen.looked))
    return cells, "about ", f", as {seen.agreed:,} of {seen.looked:,} that were read tell"


def _inside(rules: CategoryRules, cells: int, bound: str, by: str = "", *, column: ColumnView) -> Claim:
    filled = column.filled
    cells = min(filled, cells)
    nats = 2.2 if "credential" in rules.category.flags else 1.0 if rules.confirm or not rules.column.telling else 1.6
    reason = signed(nats, f"found inside free text in {bound}{cells:,} of {filled:,} cells{by}")
    return Claim(rules.id, nats, cells, (reason,), whole=False, by="inside")
