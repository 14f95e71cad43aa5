"""Does every detection we ship keep its promises?"""

import os
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from custodes.cases.incidents import fuse
from custodes.detections.catalogue import load_detections
from custodes.detections.detection import Detection, Scenario
from custodes.detections.page import page
from custodes.detections.run import detect
from custodes.detections.scenario import check
from custodes.detections.tables import tables
from custodes.engine import embedded
from custodes.engine.duckdb import DuckEngine
from custodes.records import Tokeniser
from custodes.records.schema import SEALED_SCHEMA, events_table

SHIPPED = load_detections()
DATED = [
    pytest.param(detection, scenario, id=f"{detection.id}: {scenario.name}")
    for detection in SHIPPED
    if "known" in detection.columns
    for scenario in (*detection.fires, *detection.quiet)
]


@pytest.mark.parametrize("detection", SHIPPED, ids=lambda detection: detection.id)
def test_scenarios(detection: Detection) -> None:
    """It fires where it must, with the right actor, and stays quiet where it must."""
    assert [str(problem) for problem in check(detection)] == []


@pytest.mark.parametrize("detection", SHIPPED, ids=lambda detection: detection.id)
def test_it_says_all_a_reader_needs(detection: Detection) -> None:
    """Why it matters, at least two quiet scenarios, and a page with the five parts."""
    assert detection.why != detection.question
    assert len(detection.quiet) >= 2
    text = page(detection)
    for part in ("What it asks", "Why it matters", "What it does not see", "Triage", "An example that must fire"):
        assert f"## {part}\n" in text
    assert detection.fires[0].name in text.lower() or detection.fires[0].name in text


@pytest.mark.parametrize(("detection", "scenario"), DATED)
def test_a_date_given_by_the_query_is_that_of_the_replay(detection: Detection, scenario: Scenario) -> None:
    """A query that says when its findings were known is right: asking day by day finds the same, or as little."""
    events, context, fields = tables(scenario)
    dates = sorted({moment.date() for moment in events.column("time").to_pylist()})
    days = [datetime.combine(date, time(), UTC) + timedelta(days=1) for date in dates]
    engine = embedded.over(events, context, fields)
    once = detect(engine, [detection], days=days, now=days[-1])
    daily = detect(engine, [detection], days=days, now=days[-1], replay=True)
    engine.close()
    assert bool(once.findings) == (scenario in detection.fires)
    assert once == daily


def test_an_attack_on_a_cloud_account() -> None:
    """One hour of CloudTrail without context: secrets read, permissions given and refused roles are found, no more."""
    cloudtrail = pytest.importorskip("custodes.events.cloudtrail", reason="the CloudTrail reader is not here")
    data = Path(os.environ.get("CUSTODES_DATA", Path(__file__).parents[3] / "shared" / "data")) / "cloudtrail"
    if not data.is_dir():
        pytest.skip(f"no CloudTrail files at {data}")
    log = cloudtrail.CloudTrailLog("trail", str(data / "*.json.gz"), tokeniser=Tokeniser(b"k" * 32))
    events = [event for file in log.files() for batch in log.read(file, None) for event in batch.events]
    leaves = pa.array(range(len(events)), pa.int64())
    table = events_table(events).append_column(SEALED_SCHEMA.field("leaf"), leaves)
    end = datetime(2023, 7, 11, tzinfo=UTC)
    with DuckEngine(table) as engine:
        outcome = detect(engine, SHIPPED, days=[end], now=end)
    found = {(finding.check, finding.actors[0]) for finding in outcome.findings}
    person = "staff:bert-jan"
    assert {("secret_harvest", person), ("permission_change", person)} <= found
    assert ("denied_attempts", "service:stratus-red-team-ec2-get-password-data-role") in found
    assert ("denied_attempts", "service:stratus-red-team-get-usr-data-role") in found
    assert len(fuse(outcome.findings)) <= 5
