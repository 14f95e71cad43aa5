"""Are the figures about insiders right, on companies made by hand?"""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest

from custodes.evaluation import insider_report
from custodes.evaluation.insiders import Alert, Company, Planted, Share, figures, hits

START = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def a_campaign(
    name: str = "leak", who: str = "staff:a", leaves: range = range(10), stealth: str = "default"
) -> Planted:
    """One touch a day from the start, by one person."""
    moments = {leaf: START + DAY * place for place, leaf in enumerate(leaves)}
    return Planted(name, stealth, frozenset({who}), min(moments.values()), max(moments.values()), moments)


def an_alert(who: str = "staff:a", day: float = 4, leaves: range | None = range(10)) -> Alert:
    """About one person, citing these touches."""
    cited = None if leaves is None else frozenset(leaves)
    return Alert(frozenset({who, "laptop-1"}), START + DAY * day, cited, 50.0, frozenset({who}))


def a_company(
    planted: tuple[Planted, ...], alerts: tuple[Alert, ...], joiners: dict[str, datetime] | None = None
) -> Company:
    """A hundred people for thirty days; every joiner was new on ten of them."""
    new = joiners or {}
    return Company("made_up", 1, 100, 30, planted, alerts, new, 10.0 * len(new))


@pytest.mark.parametrize(
    ("right", "of", "low", "high"),
    # Of R's prop.test(..., correct = FALSE), to four places.
    [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (5, 10, 0.2366, 0.7634), (81, 263, 0.2553, 0.3662)],
)
def test_intervals_are_wilsons(right: int, of: int, low: float, high: float) -> None:
    """The interval stays within 0 and 1 and is wide where little was asked."""
    assert Share(right, of).interval == pytest.approx((low, high), abs=1e-4)
    assert Share(right, of).value == right / of


def test_nothing_asked_is_no_share() -> None:
    """Neither right nor wrong: the interval says that nothing is known."""
    assert math.isnan(Share(0, 0).value)
    assert Share(0, 0).interval == (0.0, 1.0)
    assert insider_report.share(Share(0, 0)) == "-"


def test_an_alert_is_about_a_campaign_that_it_names_and_cites() -> None:
    """The right person for other touches, or the right touches without the person, is not enough."""
    campaign = a_campaign()
    assert hits(an_alert(), campaign)
    assert hits(an_alert(leaves=None), campaign)
    assert not hits(an_alert(who="staff:b"), campaign)
    assert not hits(an_alert(leaves=range(50, 60)), campaign)


def test_precision_recall_days_and_what_was_lost() -> None:
    """Of two campaigns one is found on its fourth day, by two alerts; a third alert is false."""
    planted = (a_campaign(), a_campaign("snoop", "staff:b", range(20, 30), "hard"))
    alerts = (an_alert(day=4), an_alert(day=9), an_alert("staff:c", 5, range(100, 103)))
    told = figures([a_company(planted, alerts)])
    assert (told.precision.right, told.precision.of) == (2, 3)
    assert told.recall == {("leak", "default"): Share(1, 1), ("snoop", "hard"): Share(0, 1)}
    assert told.days == {("leak", "default"): 4.0}
    assert told.lost == {("leak", "default"): 0.4}
    assert told.false_rate == pytest.approx(1_000 / 3_000)


def test_medians_are_over_companies() -> None:
    """Found after 2, 4 and 20 days in three companies, and never in a fourth: that one counts against recall alone."""
    companies = [a_company((a_campaign(),), (an_alert(day=day),)) for day in (2, 4, 20)]
    told = figures([*companies, a_company((a_campaign(),), ())])
    assert told.recall["leak", "default"] == Share(3, 4)
    assert told.days["leak", "default"] == 4.0
    assert told.lost["leak", "default"] == 0.4


def test_a_reason_is_true_where_most_of_what_it_cites_is_the_campaigns() -> None:
    """Half is enough, less is not; an alert that cites nothing, or is false, is not asked."""
    alerts = (
        an_alert(leaves=range(20)),
        an_alert(leaves=range(21)),
        an_alert(leaves=None),
        an_alert("staff:c", leaves=range(100, 110)),
    )
    told = figures([a_company((a_campaign(),), alerts)])
    assert told.reasons == Share(1, 2)


def test_false_alerts_about_joiners_are_counted_apart() -> None:
    """New up to a moment: what names them later, or names several people, is no alert about a joiner."""
    joiners = {"staff:new": START + 14 * DAY}
    several = Alert(frozenset({"staff:x", "staff:y"}), START, frozenset({900}), 50.0)
    alerts = (
        an_alert("staff:new", 14, range(100, 103)),
        an_alert("staff:new", 15, range(100, 103)),
        an_alert("staff:old", 3, range(100, 103)),
        several,
    )
    told = figures([a_company((), alerts, joiners)])
    assert told.precision == Share(0, 4)
    assert told.joiner_rate == pytest.approx(1_000 / 10)
    assert told.settled_rate == pytest.approx(2_000 / 2_990)


def test_the_report_tells_what_was_asked() -> None:
    """A row for every campaign and every method, and as JSON with shapes, seeds and intervals; never a bare share."""
    company = a_company((a_campaign(), a_campaign("snoop", "staff:b", range(20, 30), "hard")), (an_alert(),))
    told = figures([company])
    assert insider_report.campaign_rows(told) == [
        ("leak", "default", "1.00 (0.21-1.00; 1/1)", "4.0", "0.40"),
        ("snoop", "hard", "0.00 (0.00-0.79; 0/1)", "-", "-"),
    ]
    ((name, precision, recall, hard, *_),) = insider_report.total_rows({"ours": told})
    assert (name, precision, recall, hard) == (
        "ours",
        "1.00 (0.21-1.00; 1/1)",
        "1.00 (0.21-1.00; 1/1)",
        "0.00 (0.00-0.79; 0/1)",
    )
    assert insider_report.seen_on([company], 100) == "shapes made_up; seeds 1 to 1; 1 companies of 100 people"
    plain = insider_report.as_json([company], {"ours": told}, 5)
    assert (plain["shapes"], plain["seeds"], plain["companies"], plain["daily_budget"]) == (["made_up"], [1], 1, 5)
    campaigns = plain["methods"]["ours"]["campaigns"]
    assert [one["recall"]["value"] for one in campaigns] == [1.0, 0.0]
    assert campaigns[1]["days"] is None
