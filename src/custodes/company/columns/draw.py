"""Where do independent values come from? Faker's word lists and python-stdnum's arithmetic, by a seed.

Neither is known to the recogniser: names that it has lists of, and checks that it wrote itself, would prove nothing.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

import phonenumbers

if TYPE_CHECKING:
    from faker import Faker

T = TypeVar("T")
DIGITS: Final = "0123456789"
UPPER: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_TRIES: Final = 10_000


@dataclass(frozen=True, slots=True)
class Locale:
    """A language as it is used in a country: `de_DE`."""

    code: str

    @property
    def language(self) -> str:
        """Two letters, small."""
        return self.code[:2]

    @property
    def country(self) -> str:
        """Two letters, capital."""
        return self.code[3:]


LOCALES: Final = tuple(map(Locale, ("en_US", "en_GB", "de_DE", "fr_FR", "es_ES", "pl_PL")))


class Check(Protocol):
    """A module of python-stdnum."""

    def is_valid(self, number: str) -> bool:
        """Whether the number may have been issued."""
        ...


@cache
def _faker(code: str) -> Faker:
    from faker import Faker  # noqa: PLC0415 - an extra; and its lists take a moment to read

    return Faker(code)


class Draw:
    """The luck of one column. `form` stays the same in a column: real ones are written in one way. `row` rises."""

    def __init__(self, seed: str, locale: Locale) -> None:
        self.rng = random.Random(seed)  # noqa: S311 - made-up data, the same again by seed
        self.locale = locale
        self.form = self.rng.randrange(1 << 16)
        self.row = 0
        self.fake = _faker(locale.code)
        self.fake.seed_instance(seed)

    def of(self, ways: Sequence[T]) -> T:
        """One of them, the same for the whole column."""
        return ways[self.form % len(ways)]

    def any(self, items: Sequence[T]) -> T:
        """One of them, anew each time."""
        return self.rng.choice(items)

    def digits(self, count: int, first: str = DIGITS) -> str:
        """So many digits, the first one of `first`."""
        return self.rng.choice(first) + "".join(self.rng.choices(DIGITS, k=count - 1)) if count else ""

    def letters(self, count: int, among: str = UPPER) -> str:
        """So many letters."""
        return "".join(self.rng.choices(among, k=count))

    def day(self, first: int, last: int) -> tuple[int, int, int]:
        """A day of the calendar between two years: year, month, day."""
        return self.rng.randint(first, last), self.rng.randint(1, 12), self.rng.randint(1, 28)

    def birth(self, form: str = "%y%m%d") -> str:
        """A birth day of an adult born in the 1900s, as digits."""
        year, month, day = self.day(1935, 1999)
        return (
            form.replace("%Y", f"{year}")
            .replace("%y", f"{year % 100:02d}")
            .replace("%m", f"{month:02d}")
            .replace("%d", f"{day:02d}")
        )

    def valid(self, body: Callable[[], str], check: Check) -> str:
        """A number that python-stdnum accepts: bodies are drawn until one holds."""
        for _ in range(_TRIES):
            number = body()
            if check.is_valid(number):
                return number
        raise AssertionError(f"no valid number for {check} in {_TRIES} tries")

    def phone(self, form: int, country: str | None = None) -> str:
        """A number that the numbering plans allow; form is one of phonenumbers' formats."""
        region = country or self.locale.country
        kind = (
            phonenumbers.PhoneNumberType.MOBILE if self.rng.random() < 0.6 else phonenumbers.PhoneNumberType.FIXED_LINE
        )
        example = phonenumbers.example_number_for_type(region, kind)
        if example is None or example.national_number is None:
            raise AssertionError(f"no example of a number in {region}")
        text = str(example.national_number)
        for _ in range(_TRIES):
            example.national_number = int(text[:-6] + self.digits(6))
            if phonenumbers.is_valid_number(example):
                return phonenumbers.format_number(example, form)
        raise AssertionError(f"no valid number in {region}")


def grouped(text: str, sizes: Sequence[int], separator: str) -> str:
    """A text in groups, the rest the last one: `grouped("123456", (2, 3), "-")` is `12-345-6`."""
    groups = []
    for size in sizes:
        groups.append(text[:size])
        text = text[size:]
    return separator.join([*groups, text] if text else groups)
