"""Do the charts keep to their frame, whatever the data?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from custodes.console.charts import CELL, SCALE, Span, bars_by_store, risk_matrix, time_line
from custodes.console.words import lasted, share
from tests.console.serving import ASource
from tests.risk.overviews import a_field

moments = st.none() | st.datetimes(timezones=st.just(UTC))
spans = st.builds(
    Span, label=st.just("a"), href=st.just(""), note=st.just(""), tone=st.just(""), first=moments, last=moments,
    raised=moments,
)  # fmt: skip


@given(st.lists(spans, max_size=5))
def test_every_bar_lies_on_its_lane(some: list[Span]) -> None:
    """Bars and marks never leave the lane, and no span that has a time is dropped."""
    line = time_line(some)
    timed = [span for span in some if span.first or span.last or span.raised]
    if line is None:
        assert not timed
        return
    assert [lane.span for lane in line.lanes] == timed
    for lane in line.lanes:
        assert lane.x >= 0
        assert (lane.width > 0) == bool(lane.span.first or lane.span.last)
        assert lane.x + lane.width <= SCALE + 0.1
        assert lane.mark is None or 0 <= lane.mark <= SCALE


def test_one_moment_is_seen() -> None:
    """A chart of a single moment has a bar of visible width and labels that differ."""
    noon = datetime(2026, 6, 1, 12, tzinfo=UTC)
    line = time_line([Span("a", "", "", "", noon, noon)])
    assert line is not None
    assert line.lanes[0].width > 1
    assert len(set(line.ticks)) == len(line.ticks)


def test_the_ends_of_the_calendar_are_drawn() -> None:
    """An event that claims the last or the first moment there is does not break the page."""
    for moment in (datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)):
        assert time_line([Span("a", "", "", "", moment, moment)]) is not None


def test_bars_count_every_field_however_many_stores() -> None:
    """More stores than colours are gathered under one, and the sums stay right."""
    fields = [a_field(store=f"s{index}", dataset=f"t{turn}") for index in range(9) for turn in range(index + 1)]
    chart = bars_by_store(fields, {"email": "E-mail"}, ["email"])
    assert chart.rows[0].total == 45
    assert abs(sum(piece.width for piece in chart.rows[0].pieces) - SCALE) < 1
    assert chart.legend[-1][1] == "4 other stores"


def test_every_risk_is_on_the_matrix_or_counted() -> None:
    """More risks than a square holds are counted in it, none is lost, and all lie in their square."""
    risk = ASource().risks()[0]
    matrix = risk_matrix([risk] * 12)
    assert len(matrix.spots) + sum(cell.more for cell in matrix.cells) == 12
    for spot in matrix.spots:
        assert (risk.impact - 1) * CELL < spot.x < risk.impact * CELL


def test_nearly_all_is_not_all() -> None:
    """Rounding never turns a part into the whole, or something into nothing."""
    assert share(0.999) == "99 %"
    assert share(1.0) == "100 %"
    assert share(0.0001) == "< 1 %"
    assert share(0.0) == "0 %"


def test_durations_are_words() -> None:
    """A duration is told in its largest whole unit."""
    start = datetime(2026, 6, 1, tzinfo=UTC)
    assert lasted(start, start + timedelta(days=1)) == "1 day"
    assert lasted(start, start + timedelta(minutes=90)) == "1 hour"
    assert lasted(start, start) == "under a minute"
    assert lasted(None, start) == "not known"
