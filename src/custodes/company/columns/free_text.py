"""What do people write into a column for remarks? Mostly nothing personal, and once in a thousand rows something."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from custodes.company.columns import machines, money, people, world
from custodes.company.columns.draw import Draw

_PLAIN: Final = (
    "parcel was late, apologised and refunded the postage",
    "asked for another colour, order {n} changed",
    "called back twice, nobody answered",
    "wants the invoice again, sent order {n} as PDF",
    "box arrived damaged on {d}, new one shipped with tracking {t}",
    "happy with the help",
    "price in the shop was {p} EUR, in the mail {p}",
    "app version {v} crashes on start, told to update",
    "see ticket {n}",
)

# What stands in the few rows, by category: a sentence with a place for the value, and who makes the value.
_SLIPS: Final[Mapping[str, tuple[tuple[str, ...], Callable[[Draw], str]]]] = {
    "email": (("please write to {x} instead", "new address: {x}"), people.email),
    "phone": (("call back under {x} after six", "new number {x}"), people.phone_international),
    "payment_card": (("customer read the card out: {x}", "charged {x} by hand"), money.card),
    "iban": (("refund to {x}", "wants the money on {x} please"), money.account),
    "ip_address": (("blocked log-ins from {x}", "came from {x} at night"), machines.ipv4),
    "us_ssn": (("verified by SSN {x}", "her social security number is {x}"), world.us_ssn),
}

PLANTED: Final = tuple(_SLIPS)


def remarks(draw: Draw, rows: int, planted: str | None, every: int) -> list[str]:
    """So many remarks; every so many rows one holds a value of the category, at least five in all."""
    made = [_plain(draw) for _ in range(rows)]
    if planted is not None:
        sentences, make = _SLIPS[planted]
        for row in draw.rng.sample(range(rows), max(5, rows // every)):
            made[row] = f"{_plain(draw)}; {draw.any(sentences).replace('{x}', make(draw))}"
    return made


def _plain(draw: Draw) -> str:
    filled = {
        "{n}": f"{draw.rng.randint(10_000, 99_999)}",
        "{d}": f"{draw.rng.randint(2022, 2025)}-{draw.rng.randint(1, 12):02d}-{draw.rng.randint(1, 28):02d}",
        "{t}": f"1Z{draw.letters(6)}{draw.digits(8)}",
        "{p}": f"{draw.rng.uniform(3, 900):.2f}",
        "{v}": f"{draw.rng.randint(1, 9)}.{draw.rng.randint(0, 20)}",
    }
    text = draw.any(_PLAIN)
    for mark, value in filled.items():
        text = text.replace(mark, value)
    return text
