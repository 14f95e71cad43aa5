"""Is every campaign that is asked for really in the events, as the truth beside them says, and as careful as asked?"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pytest

from custodes.company import CAMPAIGN_NAMES, Profile, Scheme, simulated
from custodes.errors import BadInput
from tests.company.simulating import PUBLISHED, STYLES, alone, context, deeds, everything, plan

BOTH = ("default", "hard")


def _days(rows: list[dict[str, Any]]) -> set[Any]:
    return {row["time"].date() for row in rows}


def _per_day(rows: list[dict[str, Any]]) -> int:
    return max(Counter((row["actor"], row["time"].date()) for row in rows).values())


@pytest.mark.parametrize("stealth", BOTH)
@pytest.mark.parametrize("name", CAMPAIGN_NAMES)
def test_the_truth_says_what_is_in_the_events(name: str, stealth: str) -> None:
    """Actors, sellers, clients, keys, subjects, first and last moment and number of touches are those of its events."""
    one, rows = deeds(everything(stealth), name)
    assert len(rows) == one.touches > 0
    assert {row["actor"] for row in rows} == set(one.actors) or one.campaign == "banned_returns"
    assert {row["party"] for row in rows if row["party"]} <= set(one.parties)
    assert {row["client"] for row in rows if row["client"]} <= set(one.clients)
    assert set(one.keys) == {row["actor"] for row in rows if row["actor"].startswith("key:")}
    seen = {row["subject"] for row in rows if row["subject"] and row["outcome"] == "success"}
    assert len(seen) == one.subjects
    # Some logs tell no more of a moment than its second.
    assert abs(rows[0]["time"] - one.first) < timedelta(seconds=1)
    assert abs(rows[-1]["time"] - one.last) < timedelta(seconds=1)
    assert set(one.serves) <= set(one.parties)


@pytest.mark.parametrize("stealth", BOTH)
def test_each_campaign_has_people_of_its_own(stealth: str) -> None:
    """Nobody plays in two campaigns at once."""
    actors = [actor for one in everything(stealth).planted for actor in one.actors if actor.startswith("staff:")]
    assert len(actors) == len(set(actors))


def test_hard_is_harder() -> None:
    """No campaign leaves more behind when it hides; most leave much less, and more of it under a case."""
    for name in CAMPAIGN_NAMES:
        plain, careful = deeds(everything("default"), name)[0], deeds(everything("hard"), name)[0]
        assert careful.touches <= plain.touches, name
    covered = [deeds(everything("hard"), name)[0].covered for name in ("seller_leak", "screenshots", "watched_lookup")]
    assert all(covered)


@pytest.mark.parametrize(("name", "style"), STYLES.items())
def test_styles_by_name(name: str, style: str) -> None:
    """A way of doing it that is neither the usual nor the hard one is asked for by its name."""
    one, rows = deeds(alone(name, style), name)
    assert one.stealth == style
    assert len(rows) == one.touches > 0


def test_watched_customers_are_looked_up() -> None:
    """Only famous customers, and in the hard way each of them once."""
    for stealth in BOTH:
        _, rows = deeds(everything(stealth), "watched_lookup")
        subjects = context(everything(stealth), "subjects")
        assert {subjects[row["subject"]]["watched"] for row in rows} == {"vip"}
    _, rows = deeds(everything("hard"), "watched_lookup")
    assert max(Counter(row["subject"] for row in rows).values()) == 1


def test_the_honey_customer_is_touched_by_nobody_honest() -> None:
    """No member of staff but those of campaigns ever looks at a customer who does not exist; a bulk job may."""
    company = everything("default")
    honey = {name for name, row in context(company, "subjects").items() if row["watched"] == "honey"}
    one, rows = deeds(company, "honey_touch")
    assert {row["subject"] for row in rows} <= honey
    honest = company.events.filter(pa.array(company.campaign < 0)).select(["subject", "actor"]).to_pylist()
    touched = {row["actor"] for row in honest if row["subject"] in honey}
    assert not {actor for actor in touched if actor.startswith("staff:")}
    assert one.actors


@pytest.mark.parametrize("style", ["household", "ex", "colleague"])
def test_somebody_they_know(style: str) -> None:
    """The customer shares a home with the actor, or with a colleague of theirs, by the registers' tokens."""
    company = alone("known_person", style)
    one, rows = deeds(company, "known_person")
    people, (actor,) = context(company, "people"), one.actors
    relations = {row["relations"] for row in company.context["subjects"].to_pylist() if row["id"] == rows[0]["subject"]}
    assert len({row["subject"] for row in rows}) == 1
    own = people[actor]["household"] in relations
    others = {name for name, row in people.items() if row["household"] in relations}
    assert others
    assert own == (style != "colleague")


@pytest.mark.parametrize("stealth", BOTH)
def test_a_leak_serves_one_seller_from_two_countries(stealth: str) -> None:
    """Books and buyers of rivals are read, of one category, by people at two sites, who only read."""
    company = everything(stealth)
    one, rows = deeds(company, "seller_leak")
    people, parties = context(company, "people"), context(company, "parties")
    assert len({people[actor]["site"] for actor in one.actors}) >= 2
    assert 3 <= len(one.actors) <= 6
    assert {row["party"] for row in rows}.isdisjoint(one.serves)
    assert {parties[row["party"]]["category"] for row in rows} == {parties[one.serves[0]]["category"]}
    assert {row["action"] for row in rows} == {"read"}
    assert any(row["subject"] for row in rows)


@pytest.mark.parametrize("stealth", BOTH)
def test_the_banned_account_is_let_back(stealth: str) -> None:
    """It is reinstated and rivals are suspended, by several hands; the hard way no hand does two in a week."""
    company = everything(stealth)
    one, rows = deeds(company, "banned_reinstated")
    banned = next(name for name, row in context(company, "parties").items() if row["status"] == "banned")
    assert one.serves == (banned,)
    acts = [row for row in rows if row["action"] in {"reinstate", "suspend"}]
    assert {row["party"] for row in acts if row["action"] == "reinstate"} == {banned}
    assert {row["party"] for row in acts if row["action"] == "suspend"}.isdisjoint({banned})
    assert len({row["actor"] for row in acts}) == len(one.actors) == (4 if stealth == "hard" else 2)
    if stealth == "hard":
        by_hand = defaultdict(list)
        for row in acts:
            by_hand[row["actor"]].append(row["time"])
        assert all(
            after - before > timedelta(days=7) for times in by_hand.values() for before, after in pairwise(times)
        )


@pytest.mark.parametrize("stealth", BOTH)
def test_reviews_are_removed_in_customers_names(stealth: str) -> None:
    """Each deletion follows an entry into the same customer's account; a burst has two evenings, the hard way weeks."""
    one, rows = deeds(everything(stealth), "review_removal")
    entered = {row["subject"] for row in rows if row["action"] == "login_as"}
    deleted = [row for row in rows if row["action"] == "delete"]
    assert len(entered) == len(deleted) >= 60
    assert {row["behalf"] for row in deleted} == entered
    assert {row["party"] for row in deleted} == set(one.serves)
    assert len(_days(rows)) <= 4 if stealth == "default" else len(_days(rows)) > 10


def test_addresses_are_changed_in_a_burst_bit_by_bit_or_under_a_job() -> None:
    """Two nights; at most fifty a day; or by the job's account after the record that allowed it was closed."""
    _, burst = deeds(everything("default"), "email_change")
    assert len(_days(burst)) <= 4
    _, trickle = deeds(everything("hard"), "email_change")
    assert _per_day(trickle) <= 50
    assert len(_days(trickle)) > 10
    company = alone("email_change", "job")
    one, job = deeds(company, "email_change")
    assert one.actors == ("service:mail-normaliser",)
    record = context(company, "cases")[job[0]["case"]]
    assert record["assignee"] == one.actors[0]
    assert record["closed"] < job[0]["time"]
    for rows in (burst, trickle, job):
        assert {row["action"] for row in rows} == {"update"}
        assert {tuple(row["fields"]) for row in rows} == {("email",)}


def test_keys_are_harvested_by_one_client_or_many() -> None:
    """Keys that sellers hold for themselves, from the analyst's client, or at most six to a machine."""
    for stealth in BOTH:
        company = everything(stealth)
        one, rows = deeds(company, "key_harvest")
        keys = context(company, "keys")
        assert all(keys[key]["developer"].startswith("own-") for key in one.keys)
        assert {row["party"] for row in rows} == {keys[key]["party"] for key in one.keys}
        machines = defaultdict(set)
        for row in rows:
            machines[row["client"], row["address"]].add(row["actor"])
        assert len(machines) == 1 if stealth == "default" else max(map(len, machines.values())) <= 6
        assert len(one.keys) > 15


def test_the_api_is_enumerated_in_sequence_shuffled_or_along_a_graph() -> None:
    """Other sellers' orders are asked for with one key; only the careless way goes one by one, and fast."""
    shares = {}
    for style in ("sequential", "shuffled", "graph"):
        _, rows = deeds(alone("api_enumeration", style), "api_enumeration")
        assert len({row["actor"] for row in rows}) == 1
        objects = [int(row["object"]) for row in rows]
        shares[style] = sum(after - before == 1 for before, after in pairwise(objects)) / len(objects)
        hours = Counter(row["time"].replace(minute=0, second=0, microsecond=0) for row in rows)
        assert max(hours.values()) > 30 if style == "sequential" else max(hours.values()) < 15
    assert shares["sequential"] > 0.95
    assert shares["shuffled"] < 0.01
    _, rows = deeds(alone("api_enumeration", "graph"), "api_enumeration")
    assert max(Counter(row["subject"] for row in rows).values()) > 1


@pytest.mark.parametrize("stealth", BOTH)
def test_the_intruder_sleeps_first(stealth: str) -> None:
    """For more than a month the accounts only give signs of life; then customers' data is taken with all of them."""
    company = everything(stealth)
    one, rows = deeds(company, "sleeping_intruder")
    taken = [row for row in rows if row["subject"]]
    signs = [row for row in rows if row["tool"] == "sts.amazonaws.com"]
    assert {row["actor"] for row in signs} == {row["actor"] for row in taken} == set(one.actors)
    assert taken[0]["time"] - signs[0]["time"] > timedelta(days=30)
    assert len(one.actors) >= 5
    known = {
        row["client"]
        for row in company.events.select(["client", "actor"]).to_pylist()
        if row["actor"] not in one.actors
    }
    foreign = {row["client"] for row in signs} - known
    assert bool(foreign) == (stealth == "default") or stealth == "hard"


def test_cards_are_read_outside_the_vault() -> None:
    """By hand in the database, in a dataset that the map knows to hold card numbers and no vault."""
    for stealth in BOTH:
        company = everything(stealth)
        _, rows = deeds(company, "card_reading")
        (dataset,) = {row["dataset"] for row in rows if row["source"] == "database"}
        fields = [row for row in company.fields.to_pylist() if row["dataset"] == dataset]
        assert any(row["category"] == "payment_card" and not row["vault"] for row in fields)
    assert _per_day(deeds(everything("hard"), "card_reading")[1]) < 12


def test_a_leaver_takes_data_along() -> None:
    """In the last days before they leave; only the careless one exports the table."""
    for stealth in BOTH:
        company = everything(stealth)
        one, rows = deeds(company, "leaver_export")
        left = context(company, "people")[one.actors[0]]["left"]
        assert left is not None
        assert rows[-1]["time"] <= left + timedelta(days=1)
        assert any(row["action"] == "export" for row in rows) == (stealth == "default")
    assert _per_day(deeds(everything("hard"), "leaver_export")[1]) <= 21


@pytest.mark.parametrize("stealth", BOTH)
def test_an_account_is_used_from_two_machines(stealth: str) -> None:
    """On days when both work, and mostly for cases; the careless way from another site's address."""
    company = everything(stealth)
    one, rows = deeds(company, "account_sharing")
    (actor,) = one.actors
    guest = {row["client"] for row in rows}
    own = [row for row in company.events.select(["time", "actor", "client"]).to_pylist() if row["actor"] == actor]
    days = {row["time"].date() for row in own if row["client"] not in guest}
    assert _days(rows) <= days | {day - timedelta(days=1) for day in days} | {day + timedelta(days=1) for day in days}
    assert sum(row["case"] is not None for row in rows) / len(rows) > 0.4


def test_a_book_is_gone_through_without_doing_anything() -> None:
    """Most orders of one seller are looked at, nothing is changed; the hard way takes weeks."""
    for stealth in BOTH:
        _, rows = deeds(everything(stealth), "screenshots")
        assert len({row["party"] for row in rows}) == 1
        assert {row["action"] for row in rows} == {"read"}
        assert len({row["object"] for row in rows if row["object"]}) >= 50
        assert len(_days(rows)) <= 6 if stealth == "default" else len(_days(rows)) > 12


def test_a_banned_seller_comes_back() -> None:
    """New brands register weeks apart, each linked by a token to the banned seller or to the brand before it."""
    for stealth in BOTH:
        company = everything(stealth)
        one, rows = deeds(company, "banned_returns")
        parties = context(company, "parties")
        brands = [row["party"] for row in rows]
        assert {row["action"] for row in rows} == {"create"}
        assert one.actors == ()
        assert rows[-1]["time"] - rows[0]["time"] > timedelta(days=10)
        before = one.serves[0]
        for brand in brands:
            shared = [name for name in ("device", "bank", "address", "phone")
                      if parties[brand][name] == parties[before][name]]  # fmt: skip
            assert len(shared) == (1 if stealth == "hard" else 2)
            before = brand if stealth == "hard" else before


def test_published_thresholds_are_known_and_kept_under() -> None:
    """On no day are as many customers read, entered or changed as the published floors say."""
    company = alone("threshold_dodger", "default")
    _, rows = deeds(company, "threshold_dodger")
    for action, floor in (("read", 60), ("login_as", 8), ("update", 20)):
        some = [row for row in rows if row["action"] == action]
        assert 0 < _per_day(some) < floor
    most = _per_day([row for row in rows if row["action"] == "read"])
    lower = simulated(plan(), [Scheme("threshold_dodger")], {**PUBLISHED, "bulk_reading": {"floor": 20}})
    assert _per_day([row for row in deeds(lower, "threshold_dodger")[1] if row["action"] == "read"]) < 20 < most


def test_intensity_actors_and_cover_are_what_was_asked_for() -> None:
    """Twice as many touches, six people, and about half of it under a case."""
    usual = deeds(alone("seller_leak", "default"), "seller_leak")[0]
    asked = Scheme.parse("seller_leak:actors=6:intensity=2:cover=0.5")
    company = simulated(plan(), [asked])
    one, rows = deeds(company, "seller_leak")
    assert len(one.actors) == 6
    assert one.touches > 2.5 * usual.touches
    assert 0.3 < sum(row["case"] is not None for row in rows) / len(rows) < 0.6
    cases = context(company, "cases")
    fake = [row for row in rows if row["case"] and cases[row["case"]]["party"] == row["party"]]
    assert fake
    assert all(cases[row["case"]]["assignee"] == row["actor"] for row in rows if row["case"])


@pytest.mark.parametrize(
    "text",
    ["seller_leak:loud", "nothing", "seller_leak:hard:actors=0", "seller_leak:hard:cover=2", "seller_leak:depth=1"],
)
def test_what_cannot_be_carried_out_is_refused(text: str) -> None:
    """With the word that was wrong and how to write it."""
    with pytest.raises(BadInput) as refused:
        simulated(plan(staff=80), [Scheme.parse(text)])
    assert refused.value.hint


def test_the_same_campaign_twice_is_two() -> None:
    """Other people, other marks."""
    company = simulated(plan(), [Scheme("watched_lookup"), Scheme("watched_lookup", Profile(stealth="hard"))])
    first, second = company.planted
    assert first.id != second.id
    assert set(first.actors).isdisjoint(second.actors)
