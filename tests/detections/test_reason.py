"""Do rows become sentences a person can follow?"""

from datetime import UTC, datetime

import pytest

from custodes.detections.reason import names, tell


def test_numbers_times_and_lists() -> None:
    """Numbers have separators, times are UTC to the minute, long lists are cut, one is not many."""
    values = {
        "n": 12345,
        "one": 1,
        "share": 0.256,
        "small": 0.1234,
        "at": datetime(2026, 3, 1, 9, 30, 59, tzinfo=UTC),
        "who": ["f", "b", "a", "c", "e", "d", "g"],
    }
    assert tell(["{n} {n:customer}, {one:customer}, {n:party/parties}"], values) == (
        "12,345 12,345 customers, 1 customer, 12,345 parties"
    )
    assert tell(["{share:%} {small} at {at}"], values) == "26 % 0.12 at 2026-03-01 09:30 UTC"
    assert tell(["{who}"], values) == "a, b, c, d, e and 2 more"


def test_no_reader_meets_an_empty_word() -> None:
    """A sentence about something absent is left out; the first one says unknown."""
    values: dict[str, object] = {"actor": "staff:a", "role": None, "usual": float("nan")}
    assert tell(["{actor} ({role}) did it.", "Usually {usual}."], values) == "staff:a (unknown) did it."


@pytest.mark.parametrize("template", ["{a.b}", "{a[0]}", "{}", "{0}", "{a!r}", "{"])
def test_only_plain_names(template: str) -> None:
    """A template cannot reach into values."""
    with pytest.raises(ValueError, match=r"\w"):
        names(template)
