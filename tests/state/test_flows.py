"""A flow is kept with who says so and since when, and goes when nobody says so any more."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from custodes.records import FlowEdge, Place
from custodes.state.database import Database
from custodes.state.flows import Flows

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
EDGE = FlowEdge(
    Place("crm", "public.customers", "email"),
    Place("crm", "public.mailing", "address"),
    "direct",
    ("lower",),
    "view",
    "crm",
    "public.mailing",
    1,
)
RUN = replace(EDGE, target=Place("", "s3://outside/list", "email"), origin="statements", place="query 7", leaves=True)


@pytest.fixture
def flows(tmp_path: Path) -> Flows:
    return Flows(Database.open(tmp_path / "state.db"))


def test_an_edge_comes_back_as_it_was_kept(flows: Flows) -> None:
    assert flows.save("crm", [EDGE, RUN], now=NOW)
    assert set(flows.all()) == {replace(one, first_seen=NOW, last_seen=NOW) for one in (EDGE, RUN)}


def test_the_first_time_is_kept_and_the_last_time_moves(flows: Flows) -> None:
    flows.save("crm", [EDGE], now=NOW)
    assert not flows.save("crm", [EDGE], now=LATER)
    assert flows.all() == (replace(EDGE, first_seen=NOW, last_seen=LATER),)


def test_a_dropped_view_is_gone_and_a_statement_that_was_run_is_not(flows: Flows) -> None:
    flows.save("crm", [EDGE, RUN], now=NOW)
    assert flows.save("crm", [], now=LATER)
    assert flows.all() == (replace(RUN, first_seen=NOW, last_seen=NOW),)


def test_what_another_source_says_is_left_alone(flows: Flows) -> None:
    other = replace(EDGE, by="nightly", origin="script", place="load.sql")
    flows.save("crm", [EDGE], now=NOW)
    flows.save("nightly", [other], now=NOW)
    flows.save("crm", [], now=LATER)
    assert [one.by for one in flows.all()] == ["nightly"]
    flows.forget(["crm"])
    assert flows.all() == ()


def test_an_edge_told_twice_is_one_row(flows: Flows) -> None:
    flows.save("crm", [EDGE, EDGE], now=NOW)
    assert len(flows.all()) == 1
