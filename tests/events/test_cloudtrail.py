"""Does every CloudTrail record become an event that says who did what to which resource?"""

import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custodes.events.cloudtrail import CloudTrailLog
from custodes.events.cloudtrail_actions import action
from custodes.events.frames import RECORD_LIMIT
from custodes.records import AccessEvent
from tests.events.builders import TOKENS, clock, ids, packed, read_all, write

IAM_USER = {"type": "IAMUser", "userName": "ada", "accessKeyId": "AKIAIOSFODNN7EXAMPLE"}


def reader(folder: Path) -> CloudTrailLog:
    return CloudTrailLog("aws-log", str(folder / "*"), tokeniser=TOKENS, clock=clock, root=folder)


def a_call(**changes: object) -> dict[str, object]:
    call: dict[str, object] = {
        "eventID": "e1",
        "eventTime": "2026-03-01T09:30:00Z",
        "eventSource": "secretsmanager.amazonaws.com",
        "eventName": "GetSecretValue",
        "userIdentity": IAM_USER,
        "sourceIPAddress": "192.0.2.7",
        "userAgent": "aws-cli/2",
        "requestParameters": {"secretId": "prod/crm"},
        "readOnly": True,
    }
    return call | changes


def one(tmp_path: Path, **changes: object) -> AccessEvent:
    file = write(tmp_path / "one.json", json.dumps({"Records": [a_call(**changes)]}).encode())
    (event,) = read_all(reader(tmp_path), file).events
    return event


def test_a_call_is_an_event(tmp_path: Path) -> None:
    """Actor, resource, client and place come from the record."""
    event = one(tmp_path)
    assert (event.actor, event.action, event.dataset, event.object) == (
        "staff:ada",
        "read",
        "aws.secretsmanager.secret",
        "prod/crm",
    )
    assert (event.tool, event.client) == ("secretsmanager.amazonaws.com", "AKIAIOSFODNN7EXAMPLE")
    assert (event.address, event.agent, event.fields) == ("192.0.2.7", "aws-cli/2", ("secretId",))
    assert (event.event_id, event.outcome, event.records, event.source) == ("e1", "success", 1, "aws-log")


@pytest.mark.parametrize(
    ("identity", "actor", "behalf"),
    [
        ({"type": "Root", "accountId": "1"}, "staff:root", None),
        ({"type": "FederatedUser", "arn": "arn:aws:sts::1:federated-user/ada"}, "staff:ada", None),
        (
            {"type": "AssumedRole", "principalId": "AROA:i-0abc", "arn": "arn:aws:sts::1:assumed-role/etl/i-0abc"},
            "service:etl",
            "session:i-0abc",
        ),
        (
            {
                "type": "AssumedRole",
                "principalId": "AROA:ada@example.com",
                "sessionContext": {"sessionIssuer": {"userName": "AWSReservedSSO_Admin_0f"}},
            },
            f"staff:{TOKENS.token('ada@example.com')}",
            "role:AWSReservedSSO_Admin_0f",
        ),
        ({"type": "AWSService", "invokedBy": "rds.amazonaws.com"}, "service:rds.amazonaws.com", None),
        ({"accountId": "1", "invokedBy": "ec2.amazonaws.com"}, "service:ec2.amazonaws.com", None),
        ({"type": "AWSAccount", "accountId": "123456789012"}, "service:123456789012", None),
        ({}, "anonymous", None),
        (None, "anonymous", None),
    ],
)
def test_who_acts(tmp_path: Path, identity: object, actor: str, behalf: str | None) -> None:
    """People are staff, roles and AWS itself are services, a session named by a person is that person."""
    event = one(tmp_path, userIdentity=identity)
    assert (event.actor, event.behalf) == (actor, behalf)


@pytest.mark.parametrize(
    ("name", "read_only", "expected"),
    [
        ("GetObject", True, "read"),
        ("DescribeInstances", True, "read"),
        ("HeadBucket", True, "read"),
        ("RunInstances", False, "create"),
        ("CreateUser", False, "create"),
        ("CreateAccessKey", False, "grant"),
        ("AttachUserPolicy", False, "grant"),
        ("AddPermission20150331v2", False, "grant"),
        ("RemovePermission20150331v2", False, "revoke"),
        ("DeleteAccessKey", False, "revoke"),
        ("DeleteTrail", False, "delete"),
        ("StopLogging", False, "suspend"),
        ("ModifySnapshotAttribute", False, "share"),
        ("ConsoleLogin", False, "login"),
        ("AssumeRoleWithSAML", False, "login_as"),
        ("LookupEvents", True, "search"),
        ("SomethingNew", True, "read"),
        ("SomethingNew", False, "update"),
    ],
)
def test_calls_have_actions(name: str, read_only: bool, expected: str) -> None:
    """The table comes first, then the verb, then what CloudTrail says itself."""
    assert action(name, read_only=read_only) == expected


def test_how_it_ended(tmp_path: Path) -> None:
    """A refused call is denied, any other error a failure, and a login says so in its answer."""
    assert one(tmp_path, errorCode="AccessDenied").outcome == "denied"
    assert one(tmp_path, errorCode="Client.UnauthorizedOperation").outcome == "denied"
    assert one(tmp_path, errorCode="ThrottlingException").outcome == "failure"
    assert one(tmp_path, eventName="ConsoleLogin", responseElements={"ConsoleLogin": "Failure"}).outcome == "failure"


def test_an_object_in_a_bucket(tmp_path: Path) -> None:
    """A bucket is a dataset; what lies in it is an object."""
    parameters = {"bucketName": "exports", "key": "2026/customers.csv", "Host": "exports.s3.amazonaws.com"}
    event = one(tmp_path, eventSource="s3.amazonaws.com", eventName="GetObject", requestParameters=parameters)
    assert (event.dataset, event.object, event.fields) == (
        "aws.s3.exports",
        "exports/2026/customers.csv",
        ("bucketName", "key"),
    )


@pytest.mark.parametrize(
    "text",
    [
        '{"Records":[%s,%s]}',
        '{ "Records" : [ %s , %s ] }\n',
        "[%s,\n%s]",
        "%s\n%s\n",
        '{"Records":[%s]}\n{"Records":[%s]}\n',
    ],
)
@pytest.mark.parametrize("pack", [bytes, packed])
def test_the_forms_a_file_may_have(tmp_path: Path, text: str, pack: type[bytes]) -> None:
    """The delivered form, a plain array, and one record after another."""
    calls = tuple(json.dumps(a_call(eventID=name, userAgent='é "}]{[,')) for name in ("a", "b"))
    batch = read_all(reader(tmp_path), write(tmp_path / "f.json", pack((text % calls).encode()), old=True))
    assert (ids(batch.events), batch.quarantined) == (["a", "b"], [])


def test_bad_records_are_quarantined_and_the_rest_read(tmp_path: Path) -> None:
    """No JSON, no object, no CloudTrail record, too long: one entry each."""
    good = [json.dumps(a_call(eventID=name)) for name in ("a", "b", "c")]
    long = '{"x": "' + "y" * (RECORD_LIMIT + 9) + '"}'
    bad = ['{"eventID": oops, "x": [1, {"y": "},"}]}', "7", '{"hello": 1}', json.dumps(a_call(eventTime=None)), long]
    text = '{"Records":[' + ",".join([good[0], *bad, good[1], "{}", good[2]]) + "]}"
    batch = read_all(reader(tmp_path), write(tmp_path / "f.json", text.encode()))
    assert ids(batch.events) == ["a", "b", "c"]
    no_record = "the record has no eventName, eventSource or eventID: it is no CloudTrail record"
    assert [(entry.line, entry.reason) for entry in batch.quarantined] == [
        (2, "the record is no JSON"),
        (3, "the record is JSON, but no object"),
        (4, "the record has no eventTime"),
        (5, "the record has no eventTime"),
        (6, "the record is longer than 1 MiB"),
        (8, "the record has no eventTime"),
    ], no_record


def test_a_file_that_ends_early_says_so(tmp_path: Path) -> None:
    """Whole records are events; what follows is one entry, whether cut between records or inside one."""
    text = '{"Records":[' + json.dumps(a_call(eventID="a")) + "," + json.dumps(a_call(eventID="b"))
    for cut, told in ((len(text), "the file ends before its list of records does"), (-30, "the record is no JSON")):
        batch = read_all(reader(tmp_path), write(tmp_path / "f.json", text[:cut].encode(), old=True))
        assert [entry.reason for entry in batch.quarantined] == [told]
        assert batch.events
    growing = read_all(reader(tmp_path), write(tmp_path / "f.json", text[:-30].encode()))
    assert (growing.quarantined, growing.position.done) == ([], False)
    rest = read_all(reader(tmp_path), write(tmp_path / "f.json", (text + "]}").encode()), growing.position)
    assert (ids(growing.events + rest.events), rest.position.done) == (["a", "b"], True)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.sampled_from(['{"Records":[', "[", "]", "}", "{", ",", '"', "7", " ", '{"a":1}', "\\"]), max_size=12)
)
def test_any_text_is_accounted_for(tmp_path_factory: pytest.TempPathFactory, parts: list[str]) -> None:
    """Reading never raises, always ends, and every record is an event or quarantined."""
    folder = tmp_path_factory.mktemp("any")
    batch = read_all(reader(folder), write(folder / "f.json", "".join(parts).encode(), old=True))
    assert len(batch.events) + len(batch.quarantined) == batch.position.line


def test_all_records_of_a_real_account(data_folder: Path) -> None:
    """Every record of 55 files written by AWS is an event: the attack's reads and permission changes among them."""
    files = data_folder / "cloudtrail"
    if not files.is_dir():
        pytest.skip(f"the CloudTrail sample is not at {files}")
    log = CloudTrailLog("aws-log", str(files / "*.json.gz"), tokeniser=TOKENS, clock=clock, root=files)
    batches = [batch for file in log.files() for batch in log.read(file, None)]
    events = [event for batch in batches for event in batch.events]
    assert (len(batches), len(events), len(set(ids(events)))) == (55, 2900, 2900)
    assert not any(batch.quarantined or batch.ignored for batch in batches)
    assert not [event for event in events if event.actor == "anonymous"]
    told = Counter((event.dataset, event.action) for event in events)
    assert told["aws.secretsmanager.secret", "read"] > 100
    assert told["aws.ec2.snapshot_attribute", "share"] == 2
    assert {event.outcome for event in events if event.dataset == "aws.ec2.password_data"} == {"denied"}
    assert sum(event.action == "grant" for event in events) > 20
