"""Which incidents are shown, and from when on?"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from custodes.cases.budget import WORTH_SHOWING, shown
from custodes.records import Incident

NOW = datetime(2026, 3, 1, tzinfo=UTC)
LATER = NOW + timedelta(days=60)
DAY = timedelta(days=1)


def an_incident(number: int, score: float, day: float = 0) -> Incident:
    return Incident(
        id=f"I-{number:03}", score=score, title="made up", severity=4, actors=("staff:a",), parties=(), clients=(),
        subjects=1, first=NOW, last=NOW, raised=NOW + day * DAY, reason="made up", findings=(f"F-{number}",),
    )  # fmt: skip


def test_the_gravest_are_shown_first_and_the_rest_waits() -> None:
    """One a day for 200 people: of twelve at once, a saved-up week is shown, then one a day."""
    incidents = [an_incident(number, 40 + number) for number in range(12)]
    told = shown(incidents, 200, until=LATER, per_thousand=5)
    order = sorted(told, key=lambda one: (told[one], one))
    assert set(order[:7]) == {f"I-{number:03}" for number in range(5, 12)}
    assert {told[one] for one in order[:7]} == {NOW}
    assert [told[f"I-{number:03}"] for number in (4, 3, 2, 1, 0)] == [NOW + DAY * day for day in range(1, 6)]


def test_quiet_days_are_saved_up_for_a_week_and_no_longer() -> None:
    """After a month of silence there is room for seven, not for thirty."""
    incidents = [an_incident(0, 90), *(an_incident(number, 50, 30) for number in range(1, 21))]
    told = shown(incidents, 200, until=NOW + 30 * DAY, per_thousand=5)
    assert len(told) == 8


def test_what_is_weak_is_kept() -> None:
    """Below the line nothing is shown, however much room there is; exactly on it, it is."""
    incidents = [an_incident(0, WORTH_SHOWING - 0.1), an_incident(1, WORTH_SHOWING)]
    assert set(shown(incidents, 1_000, until=LATER, per_thousand=5)) == {"I-001"}


def test_nothing_is_shown_before_it_is_raised() -> None:
    """Whatever comes later changes nothing about what was shown before."""
    early, late = an_incident(0, 40), an_incident(1, 99, 9)
    told = shown([late, early], 200, until=LATER, per_thousand=5)
    assert told["I-000"] == NOW
    assert told["I-001"] == NOW + 9 * DAY
    assert shown([early], 200, until=NOW + DAY, per_thousand=5) == {"I-000": NOW}


def test_what_a_day_that_is_not_over_has_raised_is_shown_at_once() -> None:
    """A day's findings are raised at its end; whoever asks at noon and is told of them must not wait for midnight."""
    noon = NOW + timedelta(hours=12)
    assert shown([an_incident(0, 80, 1)], 200, until=noon, per_thousand=5) == {"I-000": noon}


def test_a_small_company_is_shown_something() -> None:
    """Nobody knows how many people there are, or there are few: as many as for a hundred."""
    for staff in (0, 7, 100):
        told = shown([an_incident(0, 80), an_incident(1, 70)], staff, until=LATER, per_thousand=5)
        assert len(told) == 2


def test_nothing_found() -> None:
    """Nothing to show, and no complaint."""
    assert shown([], 200, until=LATER, per_thousand=5) == {}


@given(
    st.lists(st.tuples(st.floats(0, 100), st.integers(0, 40)), max_size=60),
    st.integers(0, 3_000),
    st.integers(1, 20),
)
def test_the_budget_holds(drawn: list[tuple[float, int]], staff: int, per_thousand: int) -> None:
    """In any stretch of days no more is shown than the days have room for and a week has saved up."""
    incidents = [an_incident(number, score, day) for number, (score, day) in enumerate(drawn)]
    told = shown(incidents, staff, until=LATER, per_thousand=per_thousand)
    by_id = {one.id: one for one in incidents}
    a_day = per_thousand * max(staff, 100) / 1_000
    count = Counter((moment - NOW) // DAY for moment in told.values())
    total = [0, *accumulate(count[day] for day in range(61))]
    for first in range(61):
        for last in range(first, 61):
            assert total[last + 1] - total[first] <= (last - first + 7) * a_day + 1e-6
    for name, moment in told.items():
        assert by_id[name].score >= WORTH_SHOWING
        assert moment >= by_id[name].raised
    for one in incidents:
        waits = one.id not in told and one.score >= WORTH_SHOWING
        # Whatever waits to the end waits behind what was no weaker, or there was never room for one.
        if waits and a_day >= 1:
            assert sum(told[name] >= one.raised for name in told) >= (LATER - one.raised).days


def test_what_became_strong_is_shown_from_then_on() -> None:
    """An incident that was weak for nine days is not shown before, whatever it came to be."""
    grown = {"I-000": [(NOW, 12.0), (NOW + 9 * DAY, 80.0)]}
    told = shown([an_incident(0, 80), an_incident(1, 40)], 200, until=LATER, per_thousand=5, grown=grown)
    assert told == {"I-001": NOW, "I-000": NOW + 9 * DAY}
