"""Does a run over history say what a run on each day would have said?"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from custodes.detections.catalogue import parse
from custodes.detections.detection import Detection, Scenario
from custodes.detections.run import Outcome, detect
from custodes.detections.tables import START, tables
from custodes.engine import embedded
from custodes.engine.interface import Engine
from custodes.records import EVIDENCE_LIMIT

COLUMNS = "count(distinct subject) as subjects, min(time) as first, max(time) as last"


def a_detection(query: str, name: str = "mine", extra: str = "") -> Detection:
    text = f"""
id: {name}
title: A title
question: A question?
severity: high
confidence: 1 - 1.0 / subjects
reason: "{{subjects:customer}} touched"
triage: [ask]
blind_spots: [much]
query: "{query}"
fires: [{{name: a, generate: {{actor: a, action: read}}}}]
quiet: [{{name: b, generate: {{actor: a, action: read}}}}]
{extra}
"""
    engine = embedded.empty()
    try:
        return parse(text, name, engine)
    finally:
        engine.close()


@contextmanager
def engine_over(*lines: dict[str, object], context: tuple[tuple[str, str], ...] = ()) -> Iterator[Engine]:
    engine = embedded.over(*tables(Scenario("", context, lines)))
    yield engine
    engine.close()


def run(engine: Engine, *detections: Detection, days: int = 10) -> Outcome:
    ends = [START + timedelta(days=day + 1) for day in range(days)]
    return detect(engine, detections, days=ends, now=ends[-1])


MANY = a_detection(f"select actor, {COLUMNS}, list(leaf) as evidence from event group by actor having subjects >= 25")


def test_raised_is_the_first_day_it_was_enough() -> None:
    """Ten customers a day are 25 on the third day, and what is told is what the last day knows."""
    with engine_over({"actor": "staff:a", "action": "read", "subjects": 10, "days": 6}) as engine:
        outcome = run(engine, MANY)
    (finding,) = outcome.findings
    assert finding.raised == START + timedelta(days=3)
    assert finding.subjects == finding.touches == 60
    assert finding.last is not None
    assert finding.last > START + timedelta(days=5)
    assert finding.reason == "60 customers touched"
    assert finding.datasets == ("shop.main.customers",)


def test_gateways_are_the_named_clients_that_many_accounts_use() -> None:
    """The proxy of five is one; the machine of four, and a client that no finding names, are none."""
    query = (
        f"select actor, list(distinct client) as clients, {COLUMNS}, list(leaf) as evidence from event "
        "where actor in ('staff:a1', 'staff:b1') group by actor"
    )
    lines = (
        {"actor": "staff:a1..5", "action": "read", "subjects": 2, "client": "proxy"},
        {"actor": "staff:b1..4", "action": "read", "subjects": 2, "client": "desk"},
        {"actor": "staff:c1..9", "action": "read", "subjects": 2, "client": "elsewhere"},
    )
    with engine_over(*lines) as engine:
        outcome = run(engine, a_detection(query))
    assert len(outcome.findings) == 2
    assert outcome.gateways == {"proxy"}


def test_a_growing_finding_keeps_its_id() -> None:
    """The id does not depend on how much was found."""
    ids: set[str] = set()
    for days in (3, 6):
        with engine_over({"actor": "staff:a", "action": "read", "subjects": 10, "days": days}) as engine:
            ids.update(finding.id for finding in run(engine, MANY).findings)
    assert len(ids) == 1


def test_what_a_past_day_would_have_told_is_told() -> None:
    """A finding that later data would hide was raised then, and is reported as it was last seen."""
    hides = a_detection(
        f"select actor, {COLUMNS}, list(leaf) as evidence from event "
        "where (select count(*) from event where actor = 'staff:z') = 0 group by actor"
    )
    with engine_over(
        {"actor": "staff:a", "action": "read", "subjects": 10, "days": 2},
        {"actor": "staff:z", "action": "read", "subjects": 1, "at": "3 days"},
    ) as engine:
        (finding,) = run(engine, hides).findings
    assert finding.raised == START + timedelta(days=1)
    assert finding.subjects == 20


def test_a_failing_detection_does_not_stop_the_others() -> None:
    """One that divides by nothing, or fails on the data, is skipped with its reason."""
    bad = a_detection(
        f"select actor, {COLUMNS}, list(leaf) as evidence, cast(actor as integer) as x from event group by actor", "bad"
    )
    nan = a_detection(
        "select actor, 0 as subjects, min(time) as first, max(time) as last, list(leaf) as evidence "
        "from event group by actor",
        "nan",
    )
    with engine_over({"actor": "staff:a", "action": "read", "subjects": 30}) as engine:
        outcome = run(engine, bad, nan, MANY)
    assert [finding.check for finding in outcome.findings] == ["mine"]
    assert [(skipped.room, skipped.dataset) for skipped in outcome.skipped] == [("detect", "bad"), ("detect", "nan")]
    assert all("staff:a" not in skipped.reason for skipped in outcome.skipped)


def test_missing_context_is_said() -> None:
    """A question about cases without any table of cases is not asked, and that is no clean result."""
    detection = a_detection(
        f"select actor, {COLUMNS}, list(leaf) as evidence from event group by actor", extra="needs: [event, cases]"
    )
    with engine_over({"actor": "staff:a", "action": "read", "subjects": 30}) as engine:
        outcome = run(engine, detection)
    assert outcome.findings == ()
    assert "cases" in outcome.skipped[0].reason
    assert "context.cases" in outcome.skipped[0].hint


def test_rows_that_repeat_a_finding_are_merged_and_said() -> None:
    """A query that forgets to group gives one finding, and a note."""
    detection = a_detection(
        f"select actor, date_trunc('hour', time) as h, {COLUMNS}, list(leaf) as evidence from event group by all"
    )
    with engine_over({"actor": "staff:a", "action": "read", "subjects": 30, "over": "5 hours"}) as engine:
        outcome = run(engine, detection, days=1)
    assert len(outcome.findings) == 1
    assert "4 rows more" in outcome.skipped[0].reason


def test_evidence_is_capped_and_counted() -> None:
    """The first touches are cited with event and leaf; all are counted, and all of their datasets are named."""
    lines = (
        {"actor": "staff:a", "action": "read", "subjects": EVIDENCE_LIMIT + 50},
        {"actor": "staff:a", "action": "read", "events": 1, "dataset": "vault.main.cards", "at": "20 hours"},
    )
    dated = a_detection(f"select actor, {KNOWN}, {COLUMNS}, list(leaf) as evidence from event group by actor")
    for detection in (MANY, dated):
        with engine_over(*lines) as engine:
            (finding,) = run(engine, detection).findings
        assert len(finding.evidence) == EVIDENCE_LIMIT
        assert finding.touches == EVIDENCE_LIMIT + 51
        assert [item.leaf for item in finding.evidence] == list(range(EVIDENCE_LIMIT))
        assert finding.datasets == ("shop.main.customers", "vault.main.cards")


def test_evidence_by_event_id() -> None:
    """A query may cite operations instead of leaves."""
    detection = a_detection(f"select actor, {COLUMNS}, list(event_id) as evidence from event group by actor")
    with engine_over({"actor": "staff:a", "action": "read", "subjects": 3}) as engine:
        (finding,) = run(engine, detection).findings
    assert [item.leaf for item in finding.evidence] == [0, 1, 2]
    assert finding.evidence[0].event_id


@pytest.mark.parametrize("days", [[], [START + timedelta(days=1)]])
def test_nothing_happened(days: list[object]) -> None:
    """No events, no findings, no complaint."""
    engine = embedded.empty()
    outcome = detect(engine, [MANY], days=[START] if days else [], now=START)
    engine.close()
    assert outcome == Outcome((), ())


KNOWN = "min(time) + interval 1 day as known"


def test_a_date_of_its_own_and_rows_that_repeat() -> None:
    """Asked once, for rows and evidence together: one finding of each, all of its evidence, and a note."""
    detection = a_detection(
        f"select actor, date_trunc('hour', time) as h, {KNOWN}, {COLUMNS}, list(leaf) as evidence "
        "from event group by all"
    )
    lines = {"actor": "staff:a", "action": "read", "subjects": EVIDENCE_LIMIT + 50, "over": "5 hours"}
    with engine_over(lines) as engine:
        outcome = run(engine, detection, days=1)
        replayed = detect(engine, [detection], days=[START + timedelta(days=1)], now=START, replay=True)
    (finding,) = outcome.findings
    assert outcome == replayed
    assert "4 rows more" in outcome.skipped[0].reason
    assert (finding.touches, len(finding.evidence)) == (EVIDENCE_LIMIT + 50, EVIDENCE_LIMIT)
    assert [item.leaf for item in finding.evidence] == list(range(EVIDENCE_LIMIT))


def test_a_finding_without_evidence_among_the_events_is_refused() -> None:
    """Whether it says its own date or not."""
    for known in ("", f"{KNOWN}, "):
        detection = a_detection(f"select actor, {known}{COLUMNS}, [-1::bigint] as evidence from event group by actor")
        with engine_over({"actor": "staff:a", "action": "read", "subjects": 3}) as engine:
            outcome = run(engine, detection)
        assert outcome.findings == ()
        assert "no evidence" in outcome.skipped[0].reason


def test_a_slow_detection_does_not_stop_the_others() -> None:
    """It is stopped, said to be, and the next is asked."""
    from custodes.engine.duckdb import DuckEngine

    slow = a_detection(
        "select a.actor, count(distinct a.subject) as subjects, min(a.time) as first, max(a.time) as last, "
        "list(a.leaf) as evidence from event a, range(3000000000) r(n) where hash(n, a.leaf) = 1 group by a.actor",
        "slow",
    )
    events, context, fields = tables(Scenario("", (), ({"actor": "staff:a", "action": "read", "subjects": 30},)))
    with DuckEngine(events, context, fields, timeout=3, threads=1) as engine:
        outcome = run(engine, slow, MANY, days=1)
    assert [finding.check for finding in outcome.findings] == ["mine"]
    assert [(skipped.dataset, skipped.reason) for skipped in outcome.skipped] == [
        ("slow", "no answer within 3 seconds")
    ]
