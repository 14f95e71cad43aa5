"""What is claimed about a column, on which evidence? What each kind of evidence hands to the verdict."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Literal

from custodes.datamap import headers
from custodes.datamap.crossing import Crossing
from custodes.datamap.headers import NOTHING, Phrases, Promise
from custodes.datamap.profile import Profile
from custodes.datamap.tally import ColumnTally

TOLD = 0.9  # a promise of this strength is what the column is called

# What a claim rests on. Sums of evidence of different kinds are right differently often: each has its calibration.
Basis = Literal["form", "shape", "name", "inside"]

# Categories that say that a table is about people.
ABOUT_PEOPLE = frozenset(
    {
        "email", "phone", "postal_address", "birth_date", "first_name", "last_name", "person_name", "gender",
        "password", "username", "us_ssn",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Claim:
    """A column is (whole) or contains this category.

    nats: the sum of the evidence, log-odds against nothing personal. matched of scanned: cells that fit, of the cells
    that were looked at and are not empty; scanned is None where those are all of the column's. reasons: each with its
    sign (see `signed`). raw: how much better its check explains the values than luck does, without a bound; None where
    no check was asked. Of two checks that say all they can, it tells the one that fits better.
    by: which kind of evidence it rests on.
    """

    category: str
    nats: float
    matched: int
    reasons: tuple[str, ...]
    whole: bool = True
    raw: float | None = None
    by: Basis = "form"
    scanned: int | None = None

    def surer(self, nats: float, reason: str) -> Claim:
        """The same with more (or less) evidence, for one more reason; what it adds decides the reason's sign."""
        return replace(self, nats=self.nats + nats, reasons=(*self.reasons, signed(nats, reason)))


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around a column. beside: categories of the other columns. countries: codes the dataset is about.

    words: of the dataset's name and of the path above the column. inherited: what the column it references holds.
    """

    beside: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()
    words: tuple[str, ...] = ()
    inherited: str | None = None

    @property
    def people(self) -> list[str]:
        """Those of the other columns' categories that say that the dataset is about people."""
        return sorted(ABOUT_PEOPLE & self.beside)


@dataclass(slots=True)
class ColumnView:
    """A column as the verdict sees it: its tally, what its name promises, what is claimed about it so far."""

    tally: ColumnTally
    words: tuple[str, ...]
    promises: dict[str, Promise]
    profile: Profile
    crossing: Crossing
    claims: list[Claim] = field(default_factory=list)

    @property
    def filled(self) -> int:
        """Cells that are not empty."""
        return self.tally.filled

    @property
    def formed(self) -> frozenset[int]:
        """Indices of the patterns that cells have the form of, perhaps with their leading zeros put back."""
        counts = [self.tally.whole] + ([self.crossing.padded.whole] if self.crossing.padded is not None else [])
        return frozenset(index for whole in counts for index, cells in enumerate(whole) if cells)

    @property
    def declared_key(self) -> bool:
        """Whether it is a key by declaration."""
        column = self.tally.column
        return column is not None and (column.primary_key or column.references is not None)

    @property
    def is_key(self) -> bool:
        """Whether it is a key by declaration or by name."""
        return self.declared_key or self.words[-1:] in (("id",), ("ids",), ("key",), ("uuid",), ("guid",), ("ref",))

    def promise(self, category: str) -> Promise:
        """What the name promises about a category."""
        return self.promises.get(category, NOTHING)

    def fitting(self, share: float) -> int:
        """How many sampled cells a share of the values that say something is."""
        return round(share * len(self.profile.values))

    @property
    def sampled(self) -> str:
        """The cells that shares of values are of, in words: `120 cells`, `1,024 sampled cells that say something`."""
        values = len(self.profile.values)
        cells = "cells" if self.profile.filled >= self.filled else "sampled cells"
        return f"{values:,} {cells}{' that say something' if values < self.profile.filled else ''}"

    def of_cells(self, share: float) -> str:
        """A share of the values in words: `98 % of 300 cells`."""
        return f"{per_cent(share)} of {self.sampled}"

    def best(self) -> Claim | None:
        """The strongest claim on the whole column."""
        return max((claim for claim in self.claims if claim.whole), key=lambda claim: claim.nats, default=None)

    def settled(self) -> bool:
        """Whether something sure has been said about the whole column."""
        best = self.best()
        return best is not None and best.nats >= 0.4


def view(tally: ColumnTally, phrases: Phrases, profile: Profile, crossing: Crossing) -> ColumnView:
    """Read the name of a column: of several promises the strong ones count, of these those with the longest phrase."""
    words, kept = max((_read(headers.tokens(one), phrases) for one in tally.readings), key=_telling, default=((), {}))
    return ColumnView(tally, words, kept, profile, crossing)


def _read(words: tuple[str, ...], phrases: Phrases) -> tuple[tuple[str, ...], dict[str, Promise]]:
    promises = {key: found for key, found in phrases.promises(words).items() if found.strength}
    if any(found.strength >= TOLD for found in promises.values()):
        promises = {key: found for key, found in promises.items() if found.strength >= TOLD}
    longest = max((len(found.phrase.replace(" ", "")) for found in promises.values()), default=0)
    return words, {key: found for key, found in promises.items() if len(found.phrase.replace(" ", "")) == longest}


def _telling(reading: tuple[tuple[str, ...], dict[str, Promise]]) -> tuple[bool, int, int]:
    """How much a reading of a name says: whether it promises anything outright, by how long a phrase, of how much."""
    words, promises = reading
    told = [len(found.phrase) for found in promises.values() if found.strength >= TOLD]
    return bool(told), max(told, default=0), 0 if told else len(words)


def signed(nats: float, reason: str) -> str:
    """A reason that says whether it speaks for the category or against it."""
    return f"{'for' if nats >= 0 else 'against'}: {reason}"


def per_cent(part: float) -> str:
    """A share for people: never 100 % or 0 % where it is only nearly so."""
    if 0.995 <= part < 1:
        return "over 99 %"
    return "under 1 %" if 0 < part < 0.005 else f"{part:.0%}".replace("%", " %")


def header_reason(found: Promise) -> str:
    """What the name said; the phrase is from a category's file, not from the data."""
    return f'header says "{found.phrase}"'


def spoken(categories: Collection[str]) -> str:
    """Categories as a phrase: `city, postcode and street`."""
    plain = [category.replace("_", " ") for category in sorted(categories)[:4]]
    return " and ".join(filter(None, [", ".join(plain[:-1]), plain[-1] if plain else ""]))
