"""Are the cells that a verdict counts those that were looked at?"""

from __future__ import annotations

import random

from custodes.records import Field
from tests.datamap.tables import verdicts

ROWS = 6_000


def only(column: str, cells: list[str | None]) -> Field:
    (field,) = verdicts({column: cells})
    return field


def test_what_is_judged_by_a_sample_counts_the_sample() -> None:
    """Names, lists and shapes are looked at in 512 rows of a first batch: those are counted, and the reason says it."""
    rng = random.Random(3)
    given = ["Emma", "Noah", "Maria", "Omar", "Laura", "Peter", "Anna", "David", "Julia", "Thomas"]
    faiths = ["Muslim", "Jewish", "Catholic", "Hindu"]
    for column, cells, category in (
        ("first_name", [rng.choice(given) for _ in range(ROWS)], "first_name"),
        ("religion", [rng.choice(faiths) for _ in range(ROWS)], "religion"),
        ("phone", [f"+44 20 7946 0{rng.randrange(1000):03d}" for _ in range(ROWS)], "phone"),
    ):
        field = only(column, list(cells))
        assert (field.category, field.matched, field.scanned) == (category, 512, 512)
        assert any("of 512 sampled cells" in reason for reason in field.reasons), field.reasons


def test_what_is_judged_by_all_cells_counts_all() -> None:
    """A short column is looked at as a whole, and so is every cell by a form."""
    field = only("first_name", ["Emma", "Noah", "Maria", "Omar", None, "Laura"])
    assert (field.matched, field.scanned) == (5, 5)
    assert not any("sampled" in reason for reason in field.reasons)
    field = only("mail", [f"person{row}@mail.example" for row in range(ROWS)])
    assert (field.matched, field.scanned) == (ROWS, ROWS)


def test_leading_zeros_put_back_are_counted_in_the_sample() -> None:
    """What was tried on sampled cells alone is not told of all."""
    rng = random.Random(5)
    cells: list[str | None] = []
    while len(cells) < ROWS:
        digits = [rng.randrange(10) for _ in range(8)]
        if sum(digit * weight for digit, weight in zip(digits, range(9, 1, -1), strict=True)) % 11 < 10:
            last = sum(digit * weight for digit, weight in zip(digits, range(9, 1, -1), strict=True)) % 11
            cells.append(str(int("".join(map(str, [*digits, last])))))
    field = only("bsn", cells)
    assert field.category == "nl_bsn"
    if any("leading zeros" in reason for reason in field.reasons):
        assert field.scanned == 512
        assert "of 512 sampled cells" in field.reasons[0]


def test_a_lower_bound_is_told_as_one() -> None:
    """More cells with a match than are read beside their words: every one has the form, which is at least so many."""
    cells: list[str | None] = [f"customer {row} wrote from person{row}@mail.example, see below" for row in range(ROWS)]
    field = only("note", cells)
    assert field.matched <= ROWS
    assert any(f"in at least {field.matched:,} of {ROWS:,} cells" in reason for reason in field.reasons), field.reasons
    few = [*cells[:20], *["nothing to see here at all"] * 100]
    field = only("note", list(few))
    assert field.reasons == ("for: found inside free text in 20 of 120 cells",)
