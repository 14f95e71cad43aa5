"""Which columns hold which personal data, how sure are we, and why?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

import pyarrow as pa

from custodes.datamap import headers
from custodes.datamap.category import CategoryRules
from custodes.datamap.claim import Claim, ColumnView, view
from custodes.datamap.names import echo_share, name_claims
from custodes.datamap.patterned import pattern_claims
from custodes.datamap.recognise import Recogniser
from custodes.datamap.shaped import shape_claim, unnamed_claim
from custodes.datamap.tally import ColumnTally, flatten, sample_plan
from custodes.records import Dataset, Field

_SURE = 0.5  # below this a claim is not worth a person's time


class Classifier:
    """All categories made ready; one serves any number of datasets. today: births after it are none."""

    def __init__(self, categories: Sequence[CategoryRules], *, today: date | None = None) -> None:
        self.categories = tuple(categories)
        self.recogniser = Recogniser(self.categories)
        self.today = today or datetime.now(UTC).date()

    def tally(self, dataset: Dataset) -> Tally:
        """An empty tally for one dataset."""
        return Tally(self, dataset)


class Tally:
    """What has been seen of one dataset. Memory is bounded by its columns, not by its rows."""

    def __init__(self, classifier: Classifier, dataset: Dataset) -> None:
        self._classifier = classifier
        self._dataset = dataset
        self._columns: dict[str, ColumnTally] = {}
        self._declared = {column.name: column for column in dataset.columns}
        self._sampled = 0

    def add(self, batch: pa.RecordBatch) -> None:
        """Count one batch: columns of strings, or of lists and structs of strings."""
        recogniser = self._classifier.recogniser
        starts, run = sample_plan(batch.num_rows, self._sampled)
        before = self._sampled
        self._sampled += len(starts) * run
        for name, column in zip(batch.schema.names, batch.columns, strict=True):
            for path, array in flatten(name, column):
                tally = self._columns.get(path)
                if tally is None:
                    tally = ColumnTally(
                        path, self._declared.get(name) if path == name else None, len(recogniser.patterns)
                    )
                    # A path that first appears in a later batch was empty in the rows before.
                    tally.sample = [None] * before if tally.aligned else []
                    tally.runs = [before] if before else []
                    self._columns[path] = tally
                tally.add(array, recogniser)
                if tally.aligned:
                    tally.take(array, starts, run)
                elif starts:
                    tally.take(array, [0], min(len(array), run))

    def verdicts(self) -> tuple[Field, ...]:
        """One Field per column and category it holds, in the order of the columns, the surest first."""
        columns = [view(tally, self._classifier.categories) for tally in self._columns.values() if tally.filled]
        self._judge(columns)
        return tuple(self._field(column, claim) for column in columns for claim in _kept(column))

    def _judge(self, columns: list[ColumnView]) -> None:
        """Claims in the order of what they lean on: patterns, then shapes and names, then what needs neighbours."""
        rules = self._classifier.categories
        codes = _country_codes(columns)
        for column in columns:
            column.regions = codes
            for rule in rules:
                column.claims.extend(pattern_claims(column, rule, self._classifier.recogniser))
        for leaning in (False, True):
            for column in columns:
                self._shapes(column, columns, leaning=leaning)
        mail = next((c for c in columns if (best := c.best()) is not None and best.category == "email"), None)
        names = [rule for rule in rules if rule.column.name]
        words = headers.tokens(self._dataset.name.rsplit("/", 1)[-1])
        for column in columns:
            if _open(column):
                beside = _beside(column, columns)
                about = words + headers.tokens(column.tally.path.rpartition(".")[0])
                column.claims.extend(name_claims(column, names, about, beside, echo_share(column, mail)))
        for column in columns:
            if _open(column):
                claim = unnamed_claim(column, _beside(column, columns), self._classifier.today)
                column.claims.extend([claim] if claim is not None else [])

    def _shapes(self, column: ColumnView, columns: list[ColumnView], *, leaning: bool) -> None:
        if not _open(column):
            return
        beside = _beside(column, columns)
        for rule in self._classifier.categories:
            if rule.column.name or rule.confirm or bool(rule.column.beside) != leaning:
                continue
            claim = shape_claim(column, rule, beside, self._classifier.today)
            if claim is not None:
                column.claims.append(claim)

    def _field(self, column: ColumnView, claim: Claim) -> Field:
        return Field(
            store=self._dataset.store,
            dataset=self._dataset.name,
            field=column.tally.path,
            category=claim.category,
            confidence=round(claim.confidence, 2),
            matched=claim.matched,
            scanned=column.tally.filled,
            reasons=claim.reasons,
        )


def _open(column: ColumnView) -> bool:
    """Whether nothing surer than a shape has been said about the whole column yet."""
    best = column.best()
    return best is None or best.confidence < 0.6


def _beside(column: ColumnView, columns: list[ColumnView]) -> frozenset[str]:
    """Categories that other columns of the dataset hold as a whole."""
    return frozenset(best.category for other in columns if other is not column and (best := other.best()) is not None)


def _kept(column: ColumnView) -> list[Claim]:
    """The surest claim on the whole column, and every claim on what its text contains."""
    best = column.best()
    claims = [claim for claim in column.claims if not claim.whole or claim is best]
    claims = [
        claim
        for claim in claims
        if claim.confidence >= _SURE and (claim.whole or best is None or best.confidence < 0.6)
    ]
    return sorted(claims, key=lambda claim: -claim.confidence)


def _country_codes(columns: list[ColumnView]) -> tuple[str, ...]:
    """Two-letter codes in a column that is called country, the most frequent first, a few of them."""
    for column in columns:
        if "country" in column.promises:
            codes = [value.upper() for value in column.tally.values if len(value) == 2 and value.isalpha()]
            return tuple(sorted(set(codes), key=lambda code: (-codes.count(code), code))[:8])
    return ()
