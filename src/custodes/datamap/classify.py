"""Which columns hold which personal data, how sure are we, and why?"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Protocol

import pyarrow as pa

from custodes.datamap import compete, headers
from custodes.datamap.category import CategoryRules
from custodes.datamap.claim import Around, ColumnView, view
from custodes.datamap.countries import countries, country_codes
from custodes.datamap.crossing import Crossing
from custodes.datamap.escaped import Escaped
from custodes.datamap.keys import Personal
from custodes.datamap.listed import list_claim
from custodes.datamap.named import Named
from custodes.datamap.names import echo_share, name_claims
from custodes.datamap.nested import Unfolder
from custodes.datamap.paths import Move
from custodes.datamap.patterned import inside_claim, pattern_claim
from custodes.datamap.phoned import phone_claim
from custodes.datamap.profile import Profile
from custodes.datamap.prose import NameFinder, prose_claim
from custodes.datamap.recognise import Recogniser
from custodes.datamap.shaped import shape_claim, unnamed_claim
from custodes.datamap.tally import ColumnTally, flatten, sample_plan
from custodes.records import Column, Dataset, Examined, Field
from custodes.stores import arrow, pairs
from custodes.stores.names import MANY, SURPLUS, keyed, last, listed

_TOGETHER = "too many fields to be told apart: this one stands for the rest of them"
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
        self.personal = Personal(self.recogniser)
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


@dataclass(frozen=True, slots=True)
class _Rows:
    """Which rows of a batch are sampled: where runs begin, how long they are, and how many rows were sampled before."""

    starts: Sequence[int]
    run: int
    before: int


class Onlooker(Protocol):
    """Whoever wants to see the values of a dataset as the tally tells them, nested ones under their paths."""

    def see(self, path: str, cells: pa.Array) -> None:
        """Some values of a path: text, or a dictionary of it."""
        ...

    def moved(self, old: str, new: str) -> None:
        """What was told under one path is part of another from now on."""
        ...


class Tally:
    """What has been seen of one dataset. Memory is bounded by its columns, not by its rows."""

    def __init__(self, classifier: Classifier, dataset: Dataset) -> None:
        self._classifier = classifier
        self._dataset = dataset
        self._columns: dict[str, ColumnTally] = {}
        self._declared = {column.name: column for column in dataset.columns}
        self._named = Named(classifier.personal)
        self._unfolder = Unfolder(classifier.personal)
        self._owners: dict[str, str] = {}  # by path, the column it was first met in
        self._sampled = 0
        self._onlooker: Onlooker | None = None
        self._counting = True

    def watched_by(self, onlooker: Onlooker) -> None:
        """Show every value from now on to somebody else as well, under the path it is told under."""
        self._onlooker = onlooker

    def show(self, batch: pa.RecordBatch) -> None:
        """Take a batch apart for the onlooker alone; no verdict rests on it."""
        sampled, self._counting = self._sampled, False
        self.add(batch)
        self._sampled, self._counting = sampled, True

    def add(self, batch: pa.RecordBatch) -> None:
        """Count one batch: columns of strings, or of lists and structs of strings; what is nested in text as well."""
        starts, run = sample_plan(batch.num_rows, self._sampled)
        rows = _Rows(starts, run, self._sampled)
        self._sampled += len(starts) * run
        self._move(self._named.learn(batch.schema), None, rows)
        for name, column in zip(batch.schema.names, batch.columns, strict=True):
            told, keys = self._named.told(name)
            values = arrow.usual(column).flatten() if keyed(told) and arrow.is_list(column.type) else column
            for path, array in flatten(told, values):
                found = self._unfolder.unfold(path, array, pairs=pairs.hold(batch.schema.field(name)))
                self._move(found.moves, name, rows)
                for inner, cells in found.columns:
                    self._count(
                        self._own(inner, name), cells, self._declared.get(name) if inner == name else None, rows
                    )
            for path, key in keys:
                filled = len(column) - column.null_count
                self._count(path, pa.array([key] * filled, pa.string()), None, rows)

    def _own(self, path: str, column: str) -> str:
        """The path; of two columns whose paths are written alike, the later one's with its own name in quotes."""
        if self._owners.setdefault(path, column) == column or listed(path):
            return path
        return f"{json.dumps(column, ensure_ascii=False)}{path.removeprefix(column)}"

    def _move(self, moves: Sequence[Move], column: str | None, rows: _Rows) -> None:
        """Tell what was counted under paths that are part of others now under those, and their keys as values.

        column: whose paths they are; None where they are columns, and all the paths in them move along.
        """
        filled: Counter[tuple[str, str]] = Counter()
        for move in moves:
            for old, new in self._moved(move, column):
                tally = self._columns.pop(old, None)
                self._owners.pop(old, None)
                if self._onlooker is not None:
                    self._onlooker.moved(old, new)
                if tally is not None:
                    self._at(new, None, rows).merge(tally)
                    for one in move.keys:
                        filled[one] = max(filled[one], tally.filled)
        for (path, key), times in filled.items():
            self._count(path, pa.array([key] * times, pa.string()), None, rows)

    def _moved(self, move: Move, column: str | None) -> list[tuple[str, str]]:
        """The paths of a move as they are counted, old and new."""
        if column is not None:
            return [(self._own(move.old, column), self._own(move.new, column))]
        fronts = (f"{move.old}.", f"{move.old}[")
        inside = [path for path in self._columns if path == move.old or path.startswith(fronts)]
        # Under a key that is data there are many values, whether there was a list before or not.
        below = [path.removeprefix(move.old).removeprefix(MANY) for path in inside]
        return [(path, f"{move.new}{rest}") for path, rest in zip(inside, below, strict=True)]

    def _at(self, path: str, declared: Column | None, rows: _Rows) -> ColumnTally:
        tally = self._columns.get(path)
        if tally is None:
            name = self._owners.get(path, "")
            tally = ColumnTally(path, declared, len(self._classifier.recogniser.patterns), name=name)
            # A path that first appears in a later batch was empty in the rows before.
            tally.sample = [None] * rows.before if tally.aligned else []
            tally.runs = [rows.before] if rows.before and tally.aligned else []
            self._columns[path] = tally
        return tally

    def _count(self, path: str, array: pa.Array, declared: Column | None, rows: _Rows) -> None:
        if self._onlooker is not None:
            self._onlooker.see(path, array)
        if not self._counting:
            return
        tally = self._at(path, declared, rows)
        tally.add(array, self._classifier.recogniser)
        if tally.aligned:
            tally.take(array, rows.starts, rows.run)
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
        words += headers.tokens(last(column.tally.path)[0])
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
            scanned=column.filled if claim.scanned is None else claim.scanned,
            reasons=(*claim.reasons, _TOGETHER) if SURPLUS in column.tally.path else claim.reasons,
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
