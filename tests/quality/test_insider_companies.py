"""Does `evaluate insiders` run, and do simpler methods keep to the same budget?"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from typer.testing import CliRunner

from custodes.cli import commands, evaluate
from custodes.company.size import Size
from custodes.detections.catalogue import load_detections
from custodes.errors import BadInput, CouldNotRun
from custodes.evaluation import baselines, companies, insiders_run

SMALL = Size(staff=100, customers=700, sellers=50, orders=1_400, days=45)
CAMPAIGNS = ("watched_lookup", "honey_touch", "email_change")


@cache
def small() -> companies.Made:
    return companies.made("support_centre", 1, SMALL, campaigns=CAMPAIGNS)


def test_what_is_tuned_on_is_not_reported_on() -> None:
    """Shapes and seeds of the two are apart, whatever number is asked for."""
    assert not set(companies.shapes(True)) & set(companies.shapes(False))
    assert not set(companies.seeds(True, 1_000)) & set(companies.seeds(False, 1_000))
    assert list(companies.seeds(True, 3)) == [1_001, 1_002, 1_003]


def test_the_truth_beside_what_was_found() -> None:
    """Each campaign with the people to be named and its touches; bait that was touched is found, by the right name."""
    one = small()
    detections = [each for each in load_detections() if each.id == "watched_lookup"]
    told, skipped = companies.watched(one, detections, 5)
    assert skipped == ()
    assert {each.name for each in told.planted} == set(CAMPAIGNS)
    assert all(each.names and each.leaves and each.first <= each.last for each in told.planted)
    assert told.staff <= one.company.context["people"].num_rows
    bait = next(each for each in told.planted if each.name == "honey_touch")
    assert any(alert.names & bait.names for alert in told.alerts)
    assert all(alert.shown <= one.plan.end for alert in told.alerts)


def test_nothing_is_shown_for_what_came_later() -> None:
    """Whoever looked up to a day was shown the same as one who goes on looking: the later days change nothing there."""
    one = companies.made("support_centre", 1, replace(SMALL, days=54), campaigns=CAMPAIGNS)
    detections = [each for each in load_detections() if each.id in {"watched_lookup", "contact_takeover"}]
    told, _ = companies.watched(one, detections, 5)
    cut = one.plan.end - timedelta(days=14)
    events = one.company.events.filter(pc.less(one.company.events["time"], pa.scalar(cut)))
    nobody = np.full(len(events), -1, np.int16)  # the truth is not asked here, and its places are no longer theirs
    ended = replace(one.plan, end=cut, size=replace(SMALL, days=40))
    before, _ = companies.watched(
        replace(one, company=replace(one.company, events=events, campaign=nobody), plan=ended), detections, 5
    )
    assert {each.shown for each in before.alerts}
    assert sorted((each.shown, sorted(each.names)) for alert in before.alerts for each in alert.earlier) == sorted(
        (each.shown, sorted(each.names)) for alert in told.alerts for each in alert.earlier if each.shown <= cut
    )


def test_simpler_methods_keep_to_the_budget() -> None:
    """Each learns for four weeks, then shows no more than the days have room for and a week has saved up."""
    pytest.importorskip("sklearn", reason="the extra evaluate is not installed")
    one = small()
    shown = baselines.alerts(one, 5)
    assert set(shown) == set(baselines.METHODS)
    start = one.plan.end - timedelta(days=SMALL.days)
    a_day = 5 * max(companies.staff(one), 100) / 1_000
    for method, alerts in shown.items():
        assert len(alerts) <= (SMALL.days - 28 + 7) * a_day, method
        for alert in alerts:
            assert start + timedelta(days=28) < alert.shown <= one.plan.end + timedelta(days=1)
            assert alert.leaves
        told: dict[str, datetime] = {}
        for alert in sorted(alerts, key=lambda each: each.shown):
            (name,) = alert.names
            assert name not in told or alert.shown >= told[name] + timedelta(days=14), method
            told[name] = alert.shown
    assert any(shown.values())


def test_the_command_answers_as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    """One small company with one campaign: shape and seed are named, shares have their intervals."""
    monkeypatch.setattr(insiders_run, "_DAYS", 40)
    monkeypatch.setattr(companies, "REPORTING", companies.shapes(True)[:1])
    arguments = ["evaluate", "insiders", "--seeds", "1", "--staff", "120", "--stealth", "default", "--no-baselines"]
    answer = CliRunner().invoke(commands.app, [*arguments, "--campaign", "honey_touch", "--json"])
    assert answer.exit_code == 0, answer.output
    told = json.loads(answer.stdout)
    assert told["shapes"] == sorted(companies.shapes(True))
    assert told["seeds"] == [1_001]
    assert told["companies"] == 1
    (campaign,) = told["methods"][insiders_run.OURS]["campaigns"]
    assert (campaign["campaign"], campaign["stealth"], campaign["recall"]["of"]) == ("honey_touch", "default", 1)
    assert 0 <= campaign["recall"]["low"] <= campaign["recall"]["high"] <= 1


def test_what_cannot_be_asked_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stealth or a campaign that there is not; simpler methods without their package: none is left out silently."""
    with pytest.raises(BadInput, match="no such stealth"):
        evaluate.evaluate_insiders(stealth="soft")
    with pytest.raises(BadInput, match="no such campaign"):
        evaluate.evaluate_insiders(companies=1, staff=120, baselines=False, campaign=["theft"])
    monkeypatch.setattr(evaluate, "find_spec", lambda name: None if name == "sklearn" else object())
    with pytest.raises(CouldNotRun) as caught:
        evaluate.evaluate_insiders(companies=1)
    assert caught.value.where == "scikit-learn"
    assert "custodes[evaluate]" in caught.value.hint


def test_companies_side_by_side_say_the_same() -> None:
    """Processes change how long it takes, and nothing else; what is wrong with the question comes back whole."""
    asked = {"seeds": 1, "staff": 100, "stealth": ("default",), "reporting": False, "per_thousand": 5.0}
    alone, together = (
        insiders_run.run(**asked, baselines=False, campaigns=("honey_touch",), processes=count)  # type: ignore[arg-type]
        for count in (1, 2)
    )
    assert alone == together
    with pytest.raises(BadInput) as refused:
        insiders_run.run(**asked, baselines=False, campaigns=("no_such_crime",), processes=2)  # type: ignore[arg-type]
    assert "no_such_crime" in str(refused.value)
