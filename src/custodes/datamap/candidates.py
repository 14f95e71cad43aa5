"""What was considered for a column, told or not, and what spoke for and against each? Never a value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from custodes.datamap import compete, values
from custodes.datamap.category import CategoryRules
from custodes.datamap.claim import TOLD, Claim, ColumnView, header_reason, per_cent, signed
from custodes.datamap.classify import Classifier
from custodes.datamap.evidence import probability

_SEEN: Final = 0.1  # of the cells have a category's form, so that it is worth naming
_ENOUGH: Final = 256  # distinct values of which given names are asked


@dataclass(frozen=True, slots=True)
class Candidate:
    """A category that a column may hold.

    confidence: 0 to 1, after all other explanations; 0 where it was ruled out before it was weighed. told: whether the
    scan tells it. whole: the column is of it; otherwise some cells contain it. matched of scanned: cells that fit, of
    those that were looked at and are not empty. reasons: each with its sign.
    """

    category: str
    confidence: float
    told: bool
    whole: bool
    matched: int
    scanned: int
    reasons: tuple[str, ...]


def candidates(column: ColumnView, classifier: Classifier, most: int = 5) -> list[Candidate]:
    """The best candidates for a judged column: those told first, then the others by how much speaks for them."""
    told = {(one.claim.category, one.claim.whole) for one in compete.verdicts(column)}
    inside = [claim for claim in column.claims if not claim.whole]
    found = [_weighed(column, claim, told) for claim in (*compete.contenders(column), *inside)]
    claimed = {one.category for one in found}
    near = sorted(
        (
            each
            for rules, own in classifier.owned
            if rules.id not in claimed
            for each in _near(column, rules, own, classifier)
        ),
        key=lambda each: -each[0],
    )
    found.sort(key=lambda one: (not one.told, -one.confidence))
    return [*found, *(candidate for _, candidate in near)][: max(most, len(told))]


def _weighed(column: ColumnView, claim: Claim, told: set[tuple[str, bool]]) -> Candidate:
    confidence = round(probability(claim.nats, claim.by), 2)
    known = (claim.category, claim.whole) in told
    reasons = claim.reasons
    if not known and not claim.whole and confidence >= compete.SURE:
        reasons = (*reasons, signed(-1.0, "the column as a whole is something else"))
    scanned = column.filled if claim.scanned is None else claim.scanned
    return Candidate(claim.category, confidence, known, claim.whole, claim.matched, scanned, reasons)


def _near(
    column: ColumnView, rules: CategoryRules, own: tuple[int, ...], classifier: Classifier
) -> Iterator[tuple[float, Candidate]]:
    """A category that was ruled out before it was weighed, where its name or its form made it thinkable."""
    promise = column.promise(rules.id)
    told = promise.strength >= TOLD
    reasons = [signed(1.0, header_reason(promise))] if told else []
    if promise.strength and not told:
        reasons.append(signed(1.0, f"{header_reason(promise)} among other words"))
    passed, said = _pattern(column, rules, own, classifier, told=told)
    shape = _shape(column, rules, classifier) if told else None
    listed = _listed(column, rules)
    if not (told or passed >= _SEEN * column.filled or listed >= _SEEN):
        return
    reasons += said
    if shape is not None:
        fits = shape - rules.column.share
        reasons.append(signed(fits, f"{column.of_cells(shape)} have its shape; {per_cent(rules.column.share)} must"))
    if rules.column.values and (told or listed >= _SEEN):
        fits = listed - rules.column.share
        reasons.append(
            signed(
                fits, f"{column.of_cells(listed)} are among the words of its list; {per_cent(rules.column.share)} must"
            )
        )
    if rules.column.name:
        reasons += _names(column)
    reasons += _refuted(column, rules)
    if not told:
        reasons.append(signed(-1.0, "the header does not say it"))
    fitting = column.fitting(max(shape or 0.0, listed)), max(1, column.profile.filled)
    matched, scanned = max((passed, column.filled), fitting, key=lambda counts: counts[0] / counts[1])
    score = promise.strength + matched / scanned
    yield score, Candidate(rules.id, 0.0, False, True, matched, scanned, tuple(reasons))


def _pattern(
    column: ColumnView, rules: CategoryRules, own: tuple[int, ...], classifier: Classifier, *, told: bool
) -> tuple[int, list[str]]:
    """Cells that a pattern finds whole and its check passes, and what that says."""
    if not own:
        return 0, []
    tally, recogniser = column.tally, classifier.recogniser
    form = min(column.filled, sum(tally.whole[index] for index in own))
    passed = min(
        column.filled,
        sum((tally.whole_valid if recogniser.strict(index) else tally.whole)[index] for index in own),
    )
    inside = max(tally.inside[index] - tally.whole[index] for index in own)
    needed = rules.column.valid_share * (0.5 if told else 1.0)
    checked = any(recogniser.strict(index) for index in own)
    what = "pass its check" if checked else "have its form"
    said = f"{per_cent(passed / column.filled)} of {column.filled:,} cells {what}"
    if checked:
        said += f", {per_cent(form / column.filled)} have its form"
    reasons = [signed(passed / column.filled - needed, f"{said}; {per_cent(needed)} must")]
    if passed and not told and all(recogniser.patterns[index][1].weak for index in own):
        reasons.append(signed(-1.0, "its form is too common alone"))
    if inside > 0:
        reasons.append(
            signed(
                -1.0, f"its form is inside {inside:,} cells, but no word beside it says so, or luck would do as well"
            )
        )
    return passed, reasons


def _shape(column: ColumnView, rules: CategoryRules, classifier: Classifier) -> float | None:
    shape = rules.column.shape
    if shape == "birth_date":
        return column.profile.share(lambda value: values.birth_date(value, classifier.today))
    return None if shape is None else column.profile.share(values.SHAPES[shape])


def _listed(column: ColumnView, rules: CategoryRules) -> float:
    profile = column.profile
    if not rules.column.values or not profile.values:
        return 0.0
    return sum(profile.folded[value] in rules.column.values for value in profile.values) / len(profile.values)


def _names(column: ColumnView) -> Iterator[str]:
    distinct = column.profile.distinct[:_ENOUGH]
    if distinct:
        given = sum(map(values.has_given_name, distinct)) / len(distinct)
        said = f"{per_cent(given)} of {len(distinct):,} different values hold a common given name"
        yield signed(given - 0.5, said)


def _refuted(column: ColumnView, rules: CategoryRules) -> Iterator[str]:
    counted = "sequence" in rules.column.refutes or any(pattern.weak for pattern in rules.patterns)
    if counted and column.profile.rising:
        yield signed(-1.0, "the numbers rise from row to row")
    if "key" in rules.column.refutes and column.is_key:
        yield signed(-1.0, "it is a key")
    if rules.column.beside:
        yield signed(-1.0, "it counts only beside other columns about people or an address")
