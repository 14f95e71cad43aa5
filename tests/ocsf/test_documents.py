"""Is what leaves as OCSF what the published schema says, and does it say what we know?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema

from custodes.cases.casework import Case, Entry, decide, open_case
from custodes.ocsf.columns import COLUMNS
from custodes.ocsf.envelope import VERSION, Document
from custodes.ocsf.event import event_document
from custodes.ocsf.finding import OF_DATA, finding_document
from custodes.ocsf.incident import incident_document
from custodes.records import ACTIONS, EVIDENCE_LIMIT, OUTCOMES, Evidence, Exemption, Finding, Incident, Scope

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
NAMES = {
    2004: "detection_finding",
    2005: "incident_finding",
    2006: "data_security_finding",
    3001: "account_change",
    3002: "authentication",
    6003: "api_activity",
    6005: "datastore_activity",
}


@cache
def published() -> OcsfJsonSchemaEmbedded:
    """The schema as OCSF publishes it (Apache-2.0), as the package ocsf-json-schema ships it."""
    return OcsfJsonSchemaEmbedded(get_ocsf_schema(VERSION))


@cache
def validator(kind: int) -> Draft202012Validator:
    return Draft202012Validator(published().get_class_schema(NAMES[kind]))


def must_hold(document: Document) -> None:
    kind = document["class_uid"]
    assert isinstance(kind, int)
    wrong = [f"{error.json_path}: {error.message[:200]}" for error in validator(kind).iter_errors(document)]
    assert wrong == []
    assert document["type_uid"] == kind * 100 + document["activity_id"]  # type: ignore[operator]  # an integer, by the schema


def test_the_schema_that_is_asked_refuses_what_is_none() -> None:
    """Else all that follows would prove nothing."""
    document = event_document(row(), "0")
    must_hold(document)
    changes: list[dict[str, object]] = [
        {"src_endpoint": {}},
        {"actor": {"user": {"type_id": 1}}},
        {"severity_id": 7},
        {"time": "today"},
        {"database": {"name": "shop"}},
        {"whatever": 1},
    ]
    for change in changes:
        assert not validator(6005).is_valid({**document, **change}), change
    del document["time"]
    assert not validator(6005).is_valid(document)


def row(**changes: object) -> dict[str, object]:
    return {
        "event_id": "r1",
        "time": NOW,
        "recorded": NOW,
        "actor": "staff:e1",
        "behalf": None,
        "action": "read",
        "dataset": "shop.main.customers",
        "object": None,
        "subject": "customer:1",
        "party": None,
        "fields": ["email"],
        "records": 1,
        "tool": None,
        "client": None,
        "address": None,
        "agent": None,
        "case": None,
        "outcome": "success",
        "source": "desk",
        "leaf": 7,
        **changes,
    }


word = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
maybe = st.none() | word
moments = st.integers(0, 4 * 10**15).map(
    lambda micros: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)
)
actors = st.one_of(
    st.just("anonymous"),
    st.builds("{}:{}".format, st.sampled_from(["staff", "service", "key", "customer", "robot"]), word),
    word,
)
rows = st.builds(
    row,
    event_id=word,
    time=moments,
    recorded=moments,
    actor=actors,
    behalf=maybe,
    action=st.sampled_from(sorted(ACTIONS)),
    dataset=word,
    object=maybe,
    subject=maybe,
    party=maybe,
    fields=st.lists(word, max_size=3),
    records=st.integers(1, 2**31 - 1),
    tool=maybe,
    client=maybe,
    address=st.none() | word | st.ip_addresses().map(str),
    agent=maybe,
    case=maybe,
    outcome=st.sampled_from(sorted(OUTCOMES)),
    leaf=st.integers(0, 2**31 - 1),
)


def without_nulls(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: without_nulls(each) for name, each in value.items() if each is not None}
    return [without_nulls(each) for each in value] if isinstance(value, list) else value


def same_in_columns(what: str, document: Document) -> None:
    """What Parquet holds is what JSON holds: no attribute is left out of the columns."""
    (back,) = pa.Table.from_pylist([document], schema=COLUMNS[what]).to_pylist()
    assert without_nulls(back) == without_nulls(document)


@settings(max_examples=60)
@given(rows)
def test_every_event_is_valid_and_keeps_what_ocsf_has_no_place_for(event: dict[str, object]) -> None:
    document = event_document(event, "0.1.0")
    must_hold(document)
    same_in_columns("events", document)
    kept = document["unmapped"]
    assert isinstance(kept, dict)
    assert all(kept[name] == event[name] for name in ("actor", "action", "dataset", "outcome", "leaf"))


@pytest.mark.parametrize(
    ("changes", "kind", "activity", "called"),
    [
        ({}, 6005, 1, "Read"),
        ({"action": "search"}, 6005, 4, "Query"),
        ({"action": "export"}, 6005, 99, "Export"),
        ({"actor": "key:k9"}, 6003, 2, "Read"),
        ({"actor": "key:k9", "action": "login"}, 3002, 1, "Logon"),
        ({"action": "login_as"}, 3002, 7, "Account Switch"),
        ({"action": "suspend"}, 3001, 5, "Disable"),
        ({"action": "reinstate"}, 3001, 2, "Enable"),
        ({"action": "grant"}, 3001, 7, "Attach Policy"),
    ],
)
def test_an_event_has_the_class_that_the_page_says(
    changes: dict[str, object], kind: int, activity: int, called: str
) -> None:
    document = event_document(row(**changes), "0")
    assert (document["class_uid"], document["activity_id"], document["activity_name"]) == (kind, activity, called)
    must_hold(document)


def test_a_log_in_as_a_customer_names_both() -> None:
    document: Any = event_document(row(action="login_as"), "0")
    assert (document["actor"]["user"]["uid"], document["user"]["uid"]) == ("staff:e1", "customer:1")


names = st.lists(word, max_size=4).map(tuple)
findings = st.builds(
    Finding,
    *(st.just("F-0123456789ab"), st.sampled_from([*sorted(OF_DATA), "bulk_reading", "sigma.x"]), word),
    *(st.integers(1, 5), st.floats(0, 1), names, names, names, names, st.integers(0, 10**6)),
    *(st.none() | moments, st.none() | moments, moments, word),
    st.lists(st.builds(Evidence, word, st.integers(0, 2**31)), max_size=3).map(tuple),
    *(st.integers(0, 10**6), word, names, names),
)
EXCEPTED = Exemption("E-3", Scope("x", ("a",)), "made", "user:test", "a restore drill", NOW, NOW)


@settings(max_examples=60)
@given(findings, st.sampled_from([(), (EXCEPTED,), (EXCEPTED, EXCEPTED)]))
def test_every_finding_is_valid_and_says_when_it_is_excepted(one: Finding, excepted: tuple[Exemption, ...]) -> None:
    document = finding_document(one, "0.1.0", excepted)
    must_hold(document)
    same_in_columns("findings", document)
    assert document["class_uid"] == (2006 if one.check in OF_DATA else 2004)
    assert (document["status_id"] == 3) is bool(excepted)
    if excepted:
        assert "excepted by E-3 until 2026-03-10: a restore drill" in str(document["status_detail"])


incidents = st.builds(
    Incident,
    *(
        st.just("I-0123456789ab"),
        st.floats(0, 100),
        word,
        st.integers(1, 5),
        names,
        names,
        names,
        st.integers(0, 10**6),
    ),
    *(st.none() | moments, st.none() | moments, moments, word, names),
)


@settings(max_examples=40)
@given(incidents, st.lists(findings, max_size=3), st.sampled_from(["", "new", "confirmed", "benign", "inconclusive"]))
def test_every_incident_is_valid_whatever_was_decided(one: Incident, own: list[Finding], state: str) -> None:
    case = open_case(one, NOW) if state else None
    if case and state != "new":
        case = decide(case, state, "user:ann", "looked at", NOW)
    document: Any = incident_document(one, own, case, "0.1.0", grown=bool(state))
    must_hold(document)
    same_in_columns("incidents", document)
    assert ("assignee" in document) is (state not in ("", "new"))


def test_a_closed_case_is_closed() -> None:
    one = Incident("I-1", 50.0, "t", 3, (), (), (), 0, None, None, NOW, "r", ())
    case = Case("C-I-1", "I-1", "closed", NOW, (Entry(NOW, "closed", "user:ann", "done"),))
    assert incident_document(one, [], case, "0")["status"] == "Closed"


def test_the_largest_finding_stays_small() -> None:
    """A finding of a whole company is told by its first hundred, and counts."""
    many = tuple(f"staff:e{number}" for number in range(5_000))
    evidence = tuple(Evidence(f"r{number}", number) for number in range(EVIDENCE_LIMIT))
    one = Finding("F-1", "x", "t", 3, 0.5, many, many, many, many, 9, NOW, NOW, NOW, "r", evidence, 9, "t", (), many)
    document: Any = finding_document(one, "0")
    assert (len(document["evidences"]), len(document["resources"]), document["unmapped"]["actors"]) == (100, 100, 5_000)
    assert len(str(document)) < 50_000
