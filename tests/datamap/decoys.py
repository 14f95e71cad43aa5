"""What do columns look like that are nobody's data, when they are made up? Headers and values by what they are."""

from __future__ import annotations

import calendar
import random
from collections.abc import Callable
from typing import Final
from uuid import UUID

from tests.datamap.kinds import FAMILY, GIVEN, Kind, Maker, dated, formed, one_of


def _row(first: Callable[[random.Random], int], step: int = 1, form: str = "{}") -> Kind:
    """Numbers that rise from row to row."""

    def kind(rng: random.Random) -> Maker:
        state = [first(rng)]

        def made() -> str:
            state[0] += rng.randint(1, step)
            return form.format(state[0])

        return made

    return kind


def _between(low: float, high: float, form: str) -> Kind:
    """Numbers between two bounds, in one form."""
    return lambda rng: lambda: form.format(rng.uniform(low, high))


def _whole(low: int, high: int, form: str = "{}") -> Kind:
    return lambda rng: lambda: form.format(rng.randint(low, high))


def _words(*lists: str, least: int = 1, most: int = 3) -> Kind:
    def kind(rng: random.Random) -> Maker:
        pools = [words.split() for words in lists]
        return lambda: " ".join(rng.choice(pool) for pool in pools for _ in range(rng.randint(least, most)))

    return kind


def _goods(rng: random.Random) -> Maker:
    lead = rng.choice(["40", "50", "978", "0", "76", "30"])

    def made() -> str:
        body = lead + "".join(rng.choice("0123456789") for _ in range(12 - len(lead)))
        return body + str(-sum(int(d) * (3 if at % 2 else 1) for at, d in enumerate(body)) % 10)

    return made


def _pairs(rng: random.Random) -> Maker:
    high = rng.choice([1, 100, 2000])
    return lambda: f"{rng.uniform(0, high):.2f} x {rng.uniform(0, high):.2f}"


def _plain(length: int) -> Kind:
    """Whole numbers of so many digits, drawn evenly, some beginning with the same digits."""

    def kind(rng: random.Random) -> Maker:
        lead = str(rng.randint(1, 99)) if rng.random() < 0.5 else ""
        rest = length - len(lead)
        return lambda: lead + "".join(rng.choice("0123456789") for _ in range(rest))

    return kind


def _hexadecimal(*lengths: int) -> Kind:
    def kind(rng: random.Random) -> Maker:
        length = rng.choice(lengths)
        return lambda: f"{rng.getrandbits(4 * length):0{length}x}"

    return kind


def _upper(make: Maker) -> Maker:
    return lambda: make().upper()


def _version(rng: random.Random) -> Maker:
    return lambda: ".".join(str(rng.randint(0, most)) for most in (12, 30, 9, 40))


def _company(rng: random.Random) -> Maker:
    first, what = ["Acme", "Nord", "Alpine", "River", "Delta", "Union"], ["Trading", "Foods", "Systems", "Logistics"]
    return lambda: " ".join(map(rng.choice, (first, what, ["Ltd", "GmbH", "Inc", "S.A.", "sp. z o.o."])))


def _named(rng: random.Random) -> Maker:
    """Ships, pets and brands, called as people are."""
    names = rng.choice((GIVEN, FAMILY))
    pool = rng.sample(" ".join(names.values()).split(), rng.randint(12, 60))
    return lambda: rng.choice(pool)


COLOURS: Final = [
    *("red", "blue", "green", "black", "white", "grey", "yellow", "orange", "purple", "pink", "brown", "navy", "teal"),
    *("silver", "gold", "beige", "amber", "ruby", "violet", "olive"),
]
MONTHS: Final = list(calendar.month_name)[1:]

# What is nobody's, and how its values are made; their headers are in kinds.yml.
DECOYS: Final[dict[str, Kind]] = {
    "order_number": _plain(16),
    "nine_digits": _plain(9),
    "ten_digits": _plain(10),
    "eleven_digits": _plain(11),
    "twelve_digits": _plain(12),
    "eight_digits": _plain(8),
    "serial": _row(lambda rng: rng.randrange(10**9)),
    "long_serial": _row(lambda rng: rng.randrange(10**15), 30),
    "epoch": _whole(1500000000, 1800000000),
    "millis": _whole(1500000000000, 1800000000000),
    "version": _version,
    "sku": formed("AAA-00000", "AA-0000", "A00-000", "000-00-0000", "AA000000A", "AAAA-000-AA", "A0000", "A00.0"),
    "tracking": formed("1Z000AA00000000000", "AA000000000AA", "000000000000", "JD000000000000000000"),
    "uuid": lambda rng: lambda: str(UUID(int=rng.getrandbits(128), version=4)),
    "hash": _hexadecimal(32, 40, 64),
    "hex": lambda rng: _upper(_hexadecimal(6, 8, 11, 12)(rng)),
    "price": _between(1, 4000, "{:.2f}"),
    "rating": _whole(1, 5),
    "quantity": _whole(0, 140),
    "temperature": _between(-20, 45, "{:.1f}"),
    "ratio": _between(0, 1, "{:.6f}"),
    "measure": _between(-80, 80, "{:.4f}"),
    "size": _pairs,
    "year": _whole(1990, 2026),
    "duration": lambda rng: lambda: f"{rng.randint(0, 9):02d}:{rng.randint(0, 59):02d}:{rng.randint(0, 59):02d}",
    "created": dated("%Y-%m-%dT09:11:%SZ", "%Y-%m-%d 10:%M:00", "%Y-%m-%d", "%d.%m.%Y", first=2018, last=2026),
    "status": one_of(
        ["open", "closed", "shipped", "cancelled"],
        ["active", "inactive"],
        ["new", "paid", "failed", "refunded"],
        ["A", "I", "P"],
        ["1", "2", "3"],
    ),
    "flag": one_of(["true", "false"], ["Y", "N"], ["0", "1"], ["yes", "no"]),
    "colour": one_of(COLOURS, [colour.title() for colour in COLOURS]),
    "month": one_of(MONTHS, [f"{month:02d}" for month in range(1, 13)]),
    "weekday": one_of(
        ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
        ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
    ),
    "size_code": one_of(["S", "M", "L", "XL", "XXL"], ["36", "38", "40", "42", "44"]),
    "currency": one_of(["EUR", "USD", "GBP", "PLN"]),
    "language": one_of(["en", "de", "fr", "es"], ["en-US", "de-DE", "fr-FR"], ["English", "German", "French"]),
    "category": one_of(
        ["Books", "Garden", "Toys", "Sports", "Music"],
        ["Rock", "Jazz", "Blues", "Pop", "Metal"],
        ["Hardware", "Software", "Service"],
    ),
    "product": _words(
        "Blue Steel Classic Mini Super Eco Smart Royal", "Lamp Chair Bottle Phone Desk Cable Shirt", most=2
    ),
    "company": _company,
    "song": _words("Love Night Rain Summer Dream Fire", "Away Again Tonight Blues Road Song", most=2),
    "prose": _words(
        "the parcel was late again and we will send another one soon thank you for waiting", least=6, most=12
    ),
    "url": lambda rng: lambda: f"https://shop.example/item/{rng.randint(1, 99999)}",
    "path": lambda rng: lambda: f"/var/data/{rng.randint(1, 99)}/img_{rng.randint(1, 9999)}.png",
    "team": one_of(["Sales", "Support", "Finance", "Legal", "Research"], ["Vertrieb", "Einkauf", "Lager"]),
    "airport": one_of(["FRA", "JFK", "LHR", "CDG", "WAW", "MAD"]),
    "error": formed("E0000", "ERR-000", "A00", "000"),
    "bin": formed("A00-00", "A-00-00-0", "AA00"),
    "currency_pair": formed("AAA", "AAAA", "AAA/AAA"),
    "isbn": _goods,
    "named_thing": _named,
}
# Their values are those of people: nothing but their headers tells.
TOLD_BY_HEADER: Final = frozenset({"named_thing"})
