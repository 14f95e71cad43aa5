"""Is every planted campaign really in the logs, and does it differ from what honest people do?"""

from __future__ import annotations

import csv
from collections import Counter
from datetime import timedelta

import pytest

from custodes.company import CAMPAIGNS, Planted
from tests.company.conftest import Company, Line


def _planted(company: Company, campaign: str) -> Planted:
    return next(one for one in company.truth.campaigns if one.campaign == campaign)


def _lines(company: Company, campaign: str) -> list[Line]:
    """What its actors did from its clients between its first and last touch, without naming a case."""
    one = _planted(company, campaign)
    return [
        line
        for line in company.lines
        if line.actor in one.actors
        and line.client in one.clients
        and one.first <= line.time <= one.last
        and line.case is None
    ]


@pytest.mark.parametrize("campaign", CAMPAIGNS)
def test_each_campaign_is_in_the_logs(company: Company, campaign: str) -> None:
    """Actors, clients, sellers, first and last moment and the numbers of the answer sheet are found in the files."""
    one, lines = _planted(company, campaign), _lines(company, campaign)
    assert len(lines) >= one.touches
    assert {line.actor for line in lines} == set(one.actors)
    assert {line.client for line in lines} == set(one.clients)
    assert {f"seller:{line.seller}" for line in lines if line.seller} >= set(one.parties)
    assert min(line.time for line in lines) == one.first
    assert max(line.time for line in lines) == one.last
    assert len({line.customer for line in lines if line.customer and line.ok}) >= one.subjects


def test_celebrity_lookup(company: Company) -> None:
    """The watched customers looked up are never ones the actor ever had a case for, and honey is among them."""
    one = _planted(company, "celebrity_lookup")
    with (company.folder / "crm" / "watched.csv").open(newline="") as handle:
        watched = {int(row["customer_id"]): row["watched"] for row in csv.DictReader(handle) if row["watched"]}
    own = {case.customer for case in company.cases.values() if case.assignee in one.actors}
    seen = Counter(line.customer for line in _lines(company, "celebrity_lookup") if line.customer in watched)
    without = [customer for customer in seen if customer not in own]
    assert len(without) >= one.subjects >= 5
    assert {watched[customer] for customer in without if customer} == {"vip", "honey"}


def test_bulk_reader(company: Company) -> None:
    """The leaver reads more than a thousand customers in the last days, far above any earlier week."""
    one = _planted(company, "bulk_reader")
    assert one.subjects >= 1_000
    weeks = Counter(
        (line.time - one.first) // timedelta(days=7)
        for line in company.lines
        if line.log == "desk" and line.actor in one.actors
    )
    before = [count for week, count in weeks.items() if week < 0]
    assert sum(count for week, count in weeks.items() if week >= 0) > 5 * max(before)
    assert [line.verb for line in _lines(company, "bulk_reader") if line.log == "admin" and line.verb == "exported"]


def test_contact_takeover(company: Company) -> None:
    """The accounts change e-mail addresses of hundreds within two nights."""
    one = _planted(company, "contact_takeover")
    edits = [line for line in _lines(company, "contact_takeover") if (line.verb, line.thing) == ("edit", "customer")]
    assert len({line.customer for line in edits}) >= one.subjects >= 300
    assert len(one.actors) == 3
    assert one.last - one.first < timedelta(days=2.5)


def test_key_fan_in(company: Company) -> None:
    """One client uses the keys of more than twenty sellers, none of them declared to its developer."""
    one = _planted(company, "key_fan_in")
    with (company.folder / "partners" / "api_keys.csv").open(newline="") as handle:
        developer = {f"key:{row['key']}": row["developer"] for row in csv.DictReader(handle)}
    assert len(one.clients) == 1
    assert len(one.parties) == len(one.keys) > 20
    assert all(developer[key].startswith("own-") for key in one.keys)
    assert len(_lines(company, "key_fan_in")) == one.touches


def test_dormant_account(company: Company) -> None:
    """The account was used before, slept for more than sixty days, and its new client is nobody else's."""
    one = _planted(company, "dormant_account")
    own = [line for line in company.lines if line.actor in one.actors]
    before = [line.time for line in own if line.time < one.first]
    assert before
    assert one.first - max(before) > timedelta(days=60)
    assert {line.actor for line in company.lines if line.client in one.clients} == set(one.actors)
    assert len(_lines(company, "dormant_account")) == one.touches
    assert one.subjects >= 100


def test_ex_partner(company: Company) -> None:
    """One customer, looked at again and again, shares the household that the actor gave to human resources."""
    one = _planted(company, "ex_partner")
    with (company.folder / "hr" / "people.csv").open(newline="") as handle:
        household = {f"staff:{row['id']}": row["household"] for row in csv.DictReader(handle)}
    with (company.folder / "crm" / "watched.csv").open(newline="") as handle:
        relation = {int(row["customer_id"]): row["relation"] for row in csv.DictReader(handle)}
    touched = Counter(line.customer for line in _lines(company, "ex_partner") if line.customer is not None)
    often, times = touched.most_common(1)[0]
    assert times >= one.touches >= 8
    assert relation[often] == household[one.actors[0]]


def test_seller_insider(company: Company) -> None:
    """The banned seller is reinstated and a rival suspended by people who read the rivals' books without a case."""
    one = _planted(company, "seller_insider")
    with (company.folder / "partners" / "sellers.csv").open(newline="") as handle:
        sellers = {f"seller:{row['seller_id']}": row for row in csv.DictReader(handle)}
    banned = [party for party in one.parties if sellers[party]["status"] == "banned"]
    done = {(line.verb, f"seller:{line.seller}") for line in _lines(company, "seller_insider") if line.log == "admin"}
    assert len(banned) == 1
    assert ("reinstated", banned[0]) in done
    assert any(verb == "suspended" and party != banned[0] for verb, party in done)
    twins = [row for row in sellers.values() if row["device"] == sellers[banned[0]]["device"]]
    assert len(twins) == 4
