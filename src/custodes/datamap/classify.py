"""Which columns hold which personal data, how sure are we, and why?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

import pyarrow as pa

from custodes.datamap import compete, headers
from custodes.datamap.category import CategoryRules
from custodes.datamap.claim import Around, ColumnView, view
from custodes.datamap.countries import countries, country_codes
from custodes.datamap.crossing import Crossing
from custodes.datamap.escaped import Escaped
from custodes.datamap.listed import list_claim
from custodes.datamap.names import echo_share, name_claims
from custodes.datamap.nested import Unfolder
from custodes.datamap.patterned import inside_claim, pattern_claim
from custodes.datamap.phoned import phone_claim
from custodes.datamap.profile import Profile
from custodes.datamap.prose import NameFinder, prose_claim
from custodes.datamap.recognise import Recogniser
from custodes.datamap.shaped import shape_claim, unnamed_claim
from custodes.datamap.tally import ColumnTally, flatten, sample_plan
from custodes.records import Column, Dataset, Examined, Field

_REMEMBERED = 100_000  # columns whose category is kept for those that reference them


class Classifier:
    """All categories made ready; one serves any number of datasets.

    today: births after it are none. names: a model that finds names of people in free text, where the owner has one.
    """

    def __init__(
        self, categories: Sequence[CategoryRules], *, today: date | None = None, names: NameFinder | None = None
    ) -> None:
        self.categories = tuple(categories)
        self.names = names
        self.recogniser = Recogniser(self.categories)
        self.escaped = Escaped(self.categories)
        self.phrases = headers.Phrases(
            {
                # Of a list, generic phrases need words of it; of names they are asked for where nothing else is said.
                rules.id: (*rules.column.headers, *(rules.column.generic if rules.column.values else ()))
                for rules in self.categories
            }
        )
        self.today = today or datetime.now(UTC).date()
        own: dict[str, list[int]] = {}
        for index, (rules, _) in enumerate(self.recogniser.patterns):
            own.setdefault(rules.id, []).append(index)
        self.owned = tuple((rules, tuple(own.get(rules.id, ()))) for rules in self.categories)
        # By store and full name of a column: what it was found to hold, for columns that reference it.
        self.held: dict[tuple[str, str], str] = {}

    def tally(self, dataset: Dataset) -> Tally:
        """An empty tally for one dataset."""
        return Tally(self, dataset)

    def recall(self, before: Examined) -> None:
        """Take over what an earlier scan found in a dataset, for columns of other datasets that reference it."""
        surest: dict[str, Field] = {}
        for field in before.verdicts:
            if field.field not in surest or field.confidence > surest[field.field].confidence:
                surest[field.field] = field
        for field in surest.values():
            self.hold(field)

    def hold(self, field: Field) -> None:
        """Remember what a column holds, for those that reference it."""
        if len(self.held) < _REMEMBERED:
            self.held[(field.store, f"{field.dataset}.{field.field}")] = field.category


class Tally:
    """What has been seen of one dataset. Memory is bounded by its columns, not by its rows."""

    def __init__(self, classifier: Classifier, dataset: Dataset) -> None:
        self._classifier = classifier
        self._dataset = dataset
        self._columns: dict[str, ColumnTally] = {}
        self._declared = {column.name: column for column in dataset.columns}
        self._unfolder = Unfolder()
        self._sampled = 0

    def add(self, batch: pa.RecordBatch) -> None:
        """Count one batch: columns of strings, or of lists and structs of strings; what is nested in text as well."""
        starts, run = sample_plan(batch.num_rows, self._sampled)
        before = self._sampled
        self._sampled += len(starts) * run
        for name, column in zip(batch.schema.names, batch.columns, strict=True):
            declared = self._declared.get(name)
            for path, array in flatten(name, column):
                for inner, cells in self._unfolder.unfold(path, array):
                    self._count(name, inner, cells, declared if inner == name else None, starts, run, before)

    def _count(
        self,
        name: str,
        path: str,
        array: pa.Array,
        declared: Column | None,
        starts: Sequence[int],
        run: int,
        before: int,
    ) -> None:
        recogniser = self._classifier.recogniser
        tally = self._columns.get(path)
        if tally is None:
            tally = ColumnTally(path, declared, len(recogniser.patterns), name=name)
            # A path that first appears in a later batch was empty in the rows before.
            tally.sample = [None] * before if tally.aligned else []
            tally.runs = [before] if before and tally.aligned else []
            self._columns[path] = tally
        tally.add(array, recogniser)
        if tally.aligned:
            tally.take(array, starts, run)
        else:
            tally.take_some(array)

    def verdicts(self) -> tuple[Field, ...]:
        """One Field per column and category it holds, in the order of the columns, the surest first."""
        columns = self.judged()
        return tuple(self._field(column, verdict) for column in columns for verdict in compete.verdicts(column))

    def judged(self) -> list[ColumnView]:
        """The columns that are not empty, with every claim on them and its evidence."""
        columns = [self._view(tally) for tally in self._columns.values() if tally.filled]
        self._judge(columns)
        return columns

    def _view(self, tally: ColumnTally) -> ColumnView:
        profile = Profile(tally.sample, tally.runs)
        return view(tally, self._classifier.phrases, profile, Crossing(profile, self._classifier.recogniser))

    def _judge(self, columns: list[ColumnView]) -> None:
        """Claims in the order of what they lean on: telling forms, then what needs neighbours."""
        self._patterns(columns, telling=True)
        codes = country_codes(columns)
        self._phones(columns, codes)
        about = countries(columns)
        self._patterns(columns, telling=False, about=about)
        for leaning in (False, True):
            for column in columns:
                self._shapes(column, columns, leaning=leaning)
        self._names(columns)
        for column in columns:
            if not column.settled():
                claim = unnamed_claim(column, _beside(column, columns), self._classifier.today)
                column.claims.extend([claim] if claim is not None else [])
        for column in columns:
            whole = {claim.category for claim in column.claims if claim.whole}
            for rules, own in self._classifier.owned:
                if rules.id in column.tally.weighed and rules.id not in whole:
                    found = inside_claim(column, rules, self._classifier.recogniser, own)
                    column.claims.extend([found] if found is not None else [])
            if self._classifier.names is not None:
                told = prose_claim(column, self._classifier.names)
                column.claims.extend([told] if told is not None else [])

    def _patterns(self, columns: list[ColumnView], *, telling: bool, about: frozenset[str] = frozenset()) -> None:
        recogniser = self._classifier.recogniser
        for column in columns:
            around = self._around(column, columns, about)
            formed = column.formed
            for rules, own in self._classifier.owned:
                # Most categories have no cell of their form: nothing is to be weighed.
                if not own or formed.isdisjoint(own) or rules.confirm or _telling(rules) != telling:
                    continue
                claim = pattern_claim(column, rules, recogniser, own, around)
                column.claims.extend([claim] if claim is not None else [])

    def _phones(self, columns: list[ColumnView], codes: Sequence[str]) -> None:
        for rules in self._classifier.categories:
            if rules.confirm == "phone":
                for column in columns:
                    if not column.settled():
                        claim = phone_claim(column, rules, codes, self._around(column, columns))
                        column.claims.extend([claim] if claim is not None else [])

    def _shapes(self, column: ColumnView, columns: list[ColumnView], *, leaning: bool) -> None:
        if column.settled():
            return
        around = self._around(column, columns)
        for rule in self._classifier.categories:
            if rule.column.name or rule.confirm or bool(rule.column.beside) != leaning:
                continue
            for claim in (
                list_claim(column, rule, around),
                shape_claim(column, rule, around, self._classifier.today),
            ):
                column.claims.extend([claim] if claim is not None else [])

    def _names(self, columns: list[ColumnView]) -> None:
        mail = next((c for c in columns if (best := c.best()) is not None and best.category == "email"), None)
        names = [rule for rule in self._classifier.categories if rule.column.name]
        for column in columns:
            best = column.best()
            # A header may lie about what has a loose shape: names are words, as towns are.
            if not column.settled() or (best is not None and best.by == "shape"):
                around = self._around(column, columns)
                column.claims.extend(name_claims(column, names, around.words, around.beside, echo_share(column, mail)))

    def _around(self, column: ColumnView, columns: list[ColumnView], about: frozenset[str] = frozenset()) -> Around:
        words = headers.tokens(self._dataset.name.rsplit("/", 1)[-1])
        words += headers.tokens(column.tally.path.rpartition(".")[0])
        declared = column.tally.column
        target = declared.references if declared is not None else None
        inherited = self._classifier.held.get((self._dataset.store, target)) if target is not None else None
        return Around(_beside(column, columns), about, words, inherited)

    def _field(self, column: ColumnView, verdict: compete.Verdict) -> Field:
        claim = verdict.claim
        field = Field(
            store=self._dataset.store,
            dataset=self._dataset.name,
            field=column.tally.path,
            category=claim.category,
            confidence=round(verdict.confidence, 2),
            matched=claim.matched,
            scanned=column.filled,
            reasons=claim.reasons,
        )
        if claim.whole:
            self._classifier.hold(field)
        return field


def _telling(rules: CategoryRules) -> bool:
    """Whether the form alone says it, so that it can be evidence for other columns."""
    return rules.column.telling and any(not pattern.weak for pattern in rules.patterns)


def _beside(column: ColumnView, columns: list[ColumnView]) -> frozenset[str]:
    """Categories that other columns of the dataset hold as a whole."""
    return frozenset(
        best.category
        for other in columns
        if other is not column and (best := other.best()) is not None and best.nats > 0
    )
