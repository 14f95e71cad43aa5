"""What is told of running text with something personal in one cell of a thousand?"""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from stdnum import luhn
from stdnum.gb import nhs

from tests.datamap.tables import verdicts

ROWS = 20_000
HITS = 20
WORDS = [
    *(
        "the",
        "parcel",
        "was",
        "late",
        "again",
        "and",
        "nobody",
        "answered",
        "please",
        "write",
        "back",
        "today",
        "about",
    ),
    *("order", "returns", "stock", "lamp", "we", "sent", "another", "one", "thank", "you", "for", "waiting", "refund"),
]


def prose(seed: int) -> list[str | None]:
    rng = random.Random(seed)
    return [" ".join(rng.choices(WORDS, k=rng.randint(6, 20))) for _ in range(ROWS)]


def card(rng: random.Random) -> str:
    body = "4" + "".join(rng.choices("0123456789", k=14))
    number = body + luhn.calc_check_digit(body)
    return "card " + " ".join(number[at : at + 4] for at in range(0, 16, 4))


def iban(rng: random.Random) -> str:
    account = "".join(rng.choices("0123456789", k=18))
    return f"DE{98 - int(account + '131400') % 97:02d}{account}"


def health(rng: random.Random) -> str:
    while True:
        body = "".join(rng.choices("456789", k=1) + rng.choices("0123456789", k=8))
        found = [body + digit for digit in "0123456789" if nhs.is_valid(body + digit)]
        if found:
            return f"NHS number {found[0][:3]} {found[0][3:6]} {found[0][6:]}"


HIDDEN: dict[str, Callable[[random.Random], str]] = {
    "email": lambda rng: f"person{rng.randrange(10**6)}@mail.example",
    "phone": lambda rng: f"+1 202-555-01{rng.randrange(100):02d}",
    "payment_card": card,
    "iban": iban,
    "us_ssn": lambda rng: f"SSN {rng.randint(100, 665)}-{rng.randint(1, 99):02d}-{rng.randint(1, 9999):04d}",
    "uk_nhs_number": health,
}


@pytest.mark.parametrize("category", HIDDEN)
def test_one_cell_of_a_thousand_is_found_and_counted(category: str) -> None:
    """Twenty of twenty thousand cells: told as contained, with their number, and not as a column of it."""
    rng = random.Random(category)
    cells = prose(len(category))
    for row in rng.sample(range(ROWS), HITS):
        words = str(cells[row]).split()
        words.insert(len(words) // 2, HIDDEN[category](rng))
        cells[row] = " ".join(words)
    (field,) = verdicts({"body": cells})
    assert (field.category, field.matched, field.scanned) == (category, HITS, ROWS)
    assert field.reasons == (f"for: found inside free text in {HITS} of {ROWS:,} cells",)


def test_several_kinds_in_one_text_are_told_apart() -> None:
    """Each kind has its own count."""
    rng = random.Random(8)
    cells = prose(8)
    rows = iter(rng.sample(range(ROWS), HITS * len(HIDDEN)))
    for make in HIDDEN.values():
        for _ in range(HITS):
            row = next(rows)
            cells[row] = f"{cells[row]} {make(rng)} {rng.choice(WORDS)}"
    assert {field.category: field.matched for field in verdicts({"body": cells})} == dict.fromkeys(HIDDEN, HITS)


def test_a_column_of_it_is_no_text_that_contains_it() -> None:
    """A column of nothing but addresses is told as a whole, and not once more as contained."""
    rng = random.Random(9)
    cells = [HIDDEN["email"](rng) for _ in range(500)]
    (field,) = verdicts({"body": cells})
    assert (field.category, field.matched) == ("email", 500)
    assert "inside" not in " ".join(field.reasons)


@pytest.mark.parametrize("number", ["order 4{:015d}", "ref {:09d}", "parcel {:012d}", "item {:010d}", "v{:d}.12.0.4"])
def test_numbers_of_things_in_text_are_nobodys(number: str) -> None:
    """Orders, parcels and versions in a twentieth of the cells tell nothing."""
    rng = random.Random(number)
    cells = prose(10)[:4000]
    for row in rng.sample(range(len(cells)), 200):
        digits = rng.randrange(10 ** (8 if "9" in number else 12)) if "v" not in number else rng.randint(1, 30)
        cells[row] = f"{cells[row]} {number.format(digits)} {rng.choice(WORDS)}"
    assert verdicts({"body": cells}) == ()
