"""Do people's rulings hold against rescans, and end when they should?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from custodes.datamap.rulings import rule, unexamined
from custodes.records import Decided, Examined, Field, Ruling

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
FOUND = Field("shop", "main.orders", "number", "payment_card", 0.8, 90, 100, ("90 % pass",))
MAP = (Examined("shop", "main.orders", "table", 3, 100, 100, None, (FOUND,)),)


def a_ruling(decided: Decided, *, days: int | None = None, field: str = "number") -> Ruling:
    until = None if days is None else NOW + timedelta(days=days)
    return Ruling("shop", "main.orders", field, "payment_card", decided, "user:a", "test numbers", NOW, until)


def last(rulings: list[Ruling]) -> dict[tuple[str, str, str, str], Ruling]:
    return {one.about: one for one in rulings}


def test_what_is_held_not_personal_is_off_the_map_but_told() -> None:
    """The verdict leaves the fields and travels on beside its ruling."""
    (one,), suppressed = rule(MAP, last([a_ruling("not_personal", days=9)]), NOW)
    assert one.verdicts == ()
    assert [each.verdict for each in suppressed] == [FOUND]


def test_a_ruling_that_has_ended_gives_the_verdict_back() -> None:
    """On the day it ends the verdict counts again, and says that it had been ruled out."""
    (one,), suppressed = rule(MAP, last([a_ruling("not_personal", days=9)]), NOW + timedelta(days=9))
    assert suppressed == ()
    assert one.verdicts[0].confidence == FOUND.confidence
    assert "is over" in one.verdicts[0].reasons[-1]


def test_a_confirmed_verdict_is_sure_and_stays_without_the_scan() -> None:
    """The scan's own verdict becomes sure; a field the scan never found is on the map all the same."""
    (one,), _ = rule(MAP, last([a_ruling("confirmed"), a_ruling("confirmed", field="note")]), NOW)
    assert [(verdict.field, verdict.confidence) for verdict in one.verdicts] == [("number", 1.0), ("note", 1.0)]
    assert all("test numbers" in " ".join(verdict.reasons) for verdict in one.verdicts)


def test_the_last_ruling_counts() -> None:
    """Withdrawn, the scan's verdict is what it was."""
    (one,), suppressed = rule(MAP, last([a_ruling("not_personal", days=9), a_ruling("withdrawn")]), NOW)
    assert (one, suppressed) == (MAP[0], ())


def test_a_confirmed_field_of_a_dataset_that_was_not_examined_is_uncovered() -> None:
    """It is on no map, so it is told where gaps are told; other rulings on that dataset say nothing about a gap."""
    confirmed = a_ruling("confirmed")
    (gap,) = unexamined((), last([confirmed]), NOW)
    assert (gap.store, gap.dataset) == ("shop", "main.orders")
    assert gap.reason == "a ruling confirms payment card in number, but the dataset was not examined"
    assert unexamined(MAP, last([confirmed]), NOW) == ()
    assert unexamined((), last([a_ruling("not_personal", days=9)]), NOW) == ()
    assert unexamined((), last([a_ruling("confirmed", days=9)]), NOW + timedelta(days=9)) == ()
