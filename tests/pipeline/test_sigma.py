"""Do Sigma rules find what lies in the logs, with evidence, and say what they cannot see?"""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from custodes.engine.interface import QuestionFailed
from custodes.engine.tables import DuckTables
from custodes.pipeline import sigma_ask, sigma_read
from custodes.pipeline.detect import detect
from custodes.pipeline.ingest import ingest
from custodes.pipeline.overview import overview
from custodes.pipeline.progress import Silent
from custodes.records import Finding, LedgerStatus, Scope
from tests.pipeline.workspaces import DESK, Place, a_line, a_place, reasons
from tests.river.test_odd_files import within

CLOUD = """
name = "made up"
[logs.aws]
kind = "cloudtrail"
path = "trail/*.json*"
[sigma]
rules = ["sigma"]
"""
LATE = "2026-03-01T12:00:00Z"
RAW = {"product": "aws", "service": "cloudtrail"}


@pytest.fixture(autouse=True)
def _only_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ours are not asked here: they would be most of the time of each test."""
    monkeypatch.setattr("custodes.pipeline.detect.load_detections", lambda _: ())


def a_call(
    number: int, name: str, *, user: str = "ann", at: str = "2026-03-01T09:00:00Z", **more: Any
) -> dict[str, Any]:
    """One made-up record of CloudTrail."""
    return {
        "eventID": f"e{number}",
        "eventTime": at,
        "eventName": name,
        "eventSource": "iam.amazonaws.com",
        "userIdentity": {"type": "IAMUser", "userName": user, "accessKeyId": "AKIAEXAMPLE"},
        "sourceIPAddress": "192.0.2.7",
        **more,
    }


def write_trail(folder: Path, name: str, *calls: dict[str, Any]) -> Path:
    (folder / "trail").mkdir(exist_ok=True)
    file = folder / "trail" / name
    data = json.dumps({"Records": list(calls)}).encode()
    file.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return file


def a_rule(folder: Path, name: str, selection: dict[str, Any], **more: Any) -> None:
    (folder / "sigma").mkdir(exist_ok=True)
    document = {
        "title": f"Title of {name}",
        "name": name,
        "status": "test",
        "level": "high",
        "logsource": RAW,
        "tags": ["attack.persistence"],
        "falsepositives": ["Planned work"],
        "detection": {"selection": selection, "condition": "selection"},
    }
    (folder / "sigma" / f"{name}.yml").write_text(yaml.safe_dump(document | more))


def a_correlation(folder: Path, name: str, **correlation: Any) -> None:
    document = {"title": f"Title of {name}", "name": name, "status": "stable", "level": "medium"}
    (folder / "sigma" / f"{name}.yml").write_text(yaml.safe_dump(document | {"correlation": correlation}))


def run(place: Place) -> tuple[dict[str, list[Finding]], str]:
    """Findings by check, and what was not covered."""
    with place.opened() as workspace:
        ingest(workspace, Silent())
        outcome = detect(workspace, Silent())
    found: dict[str, list[Finding]] = {}
    for one in outcome.findings:
        if one.check.startswith("sigma."):
            found.setdefault(one.check, []).append(one)
    return found, reasons(list(outcome.skipped))


def test_a_rule_for_raw_records_finds_sealed_events(tmp_path: Path) -> None:
    """What the importer does not keep is matched in the log, and told by actor with the leaves of the sealed events."""
    place = a_place(tmp_path, CLOUD)
    policy: dict[str, Any] = {"requestParameters": {"policy": {"Effect": "Allow", "mail": "someone@example.com"}}}
    write_trail(
        tmp_path,
        "one.json.gz",
        a_call(1, "PutUserPolicy", **policy),
        a_call(2, "PutUserPolicy", user="bob"),
        a_call(3, "putuserpolicy", at="2026-03-02T09:00:00Z", **policy),
        a_call(4, "ListUsers", **policy),
    )
    a_rule(tmp_path, "policy", {"eventName": "PutUserPolicy", "requestParameters|contains": '"effect":"allow"'})
    found, skipped = run(place)
    assert [one.actors for one in found["sigma.policy"]] == [("staff:ann",)]
    one = found["sigma.policy"][0]
    assert [evidence.event_id for evidence in one.evidence] == ["e1", "e3"]
    assert [evidence.leaf for evidence in one.evidence] == sorted({evidence.leaf for evidence in one.evidence})
    assert (one.severity, one.confidence, one.touches) == (4, 0.5, 2)
    assert one.raised.isoformat() == "2026-03-02T00:00:00+00:00"
    assert one.reason == (
        'The rule "Title of policy" matches 2 events of staff:ann, from 2026-03-01 09:00 UTC to 2026-03-02 09:00 UTC.'
        " Its authors file it under attack.persistence."
    )
    assert "Planned work" in one.tip
    assert "sigma" not in skipped
    kept = (place.folder / "custodes-data" / "sigma" / "aws.parquet").read_bytes()
    assert b"someone" not in kept


def test_rules_for_sealed_events_see_their_columns(tmp_path: Path) -> None:
    """The product custodes; the owner's words for columns; lists by any of their elements."""
    place = a_place(tmp_path, f'{DESK}\n[sigma]\nrules = ["sigma"]\n[sigma.fields.custodes]\nUser = "actor"\n')
    (tmp_path / "desk.jsonl").write_text("".join(a_line(number, user=f"e{number}") for number in range(3)))
    ours = {"product": "custodes"}
    a_rule(tmp_path, "reader", {"User|endswith": "E1", "action": "read", "records|gte": 1}, logsource=ours)
    a_rule(tmp_path, "unknown", {"eventName": "x"}, logsource=ours)
    found, skipped = run(place)
    assert [one.actors for one in found["sigma.reader"]] == [("staff:e1",)]
    assert found["sigma.reader"][0].subjects == 1
    assert 'sigma/unknown.yml: Title of unknown the events have no field "eventName"' in skipped


def test_what_cannot_be_asked_is_told_by_file_and_title_and_the_rest_is_asked(tmp_path: Path) -> None:
    place = a_place(tmp_path, CLOUD)
    write_trail(tmp_path, "one.json", a_call(1, "StopLogging"))
    a_rule(tmp_path, "stopped", {"eventName": "StopLogging"})
    a_rule(tmp_path, "broken", {"eventName|re": "(?=Stop)"})
    a_rule(tmp_path, "elsewhere", {"eventType": "x"}, logsource={"product": "okta"})
    found, skipped = run(place)
    assert list(found) == ["sigma.stopped"]
    assert "sigma sigma/broken.yml: Title of broken" in skipped
    assert "sigma okta a rule asks about logs of okta, and no configured log says that it is one" in skipped


def test_correlations_join_logs_and_group_by_what_is_not_kept(tmp_path: Path) -> None:
    """By the address in the raw record: kept as a token; the parts are silent; the evidence is what came together."""
    place = a_place(tmp_path, CLOUD)
    calls = [a_call(n, "ConsoleLogin", at=f"2026-03-01T09:0{n}:00Z", user=f"u{n}") for n in range(4)]
    other = a_call(9, "ConsoleLogin", at="2026-03-01T09:01:00Z", sourceIPAddress="192.0.2.8")
    write_trail(tmp_path, "one.json", *calls, other)
    a_rule(tmp_path, "login", {"eventName": "ConsoleLogin"})
    condition = {"gte": 3, "field": "userIdentity.userName"}
    shape = {"rules": ["login"], "group-by": ["sourceIPAddress"], "timespan": "5m", "condition": condition}
    a_correlation(tmp_path, "many", type="value_count", **shape)
    found, _ = run(place)
    assert list(found) == ["sigma.many"]
    (one,) = found["sigma.many"]
    assert [evidence.event_id for evidence in one.evidence] == ["e0", "e1", "e2", "e3"]
    assert one.actors == ("staff:u0", "staff:u1", "staff:u2", "staff:u3")
    assert "holds 2 times" in one.reason
    assert "4 different values of userIdentity.userName within 5 minutes, where it asks for at least 3" in one.reason
    assert "192.0.2" not in one.reason


def test_an_exception_for_who_is_named_covers_nobody_who_is_not(tmp_path: Path) -> None:
    """A correlation over staff:ann and requests that nobody signed is not what staff:ann is allowed to do."""
    place = a_place(tmp_path, CLOUD)
    ours = [a_call(n, "ListUsers", at=f"2026-03-01T09:0{n}:00Z", sourceIPAddress="192.0.2.8") for n in range(2)]
    write_trail(
        tmp_path, "one.json", *ours, a_call(3, "ListUsers"), a_call(4, "ListUsers", userIdentity={"type": "Unknown"})
    )
    a_rule(tmp_path, "listed", {"eventName": "ListUsers"})
    shape = {"rules": ["listed"], "group-by": ["sourceIPAddress"], "timespan": "5m", "condition": {"gte": 2}}
    a_correlation(tmp_path, "often", type="event_count", **shape)
    found, _ = run(place)
    alone, mixed = sorted(found["sigma.often"], key=lambda one: one.unnamed)
    assert [(one.actors, one.unnamed) for one in (alone, mixed)] == [(("staff:ann",), False), (("staff:ann",), True)]
    assert "by staff:ann, and somebody who did not sign in: 2 events" in mixed.reason
    allowed = Scope("sigma.often", actors=("staff:ann",))
    assert [allowed.covers(one) for one in (alone, mixed)] == [True, False]
    assert Scope("sigma.often").covers(mixed)


def test_what_should_be_a_number_and_is_none_is_not_kept(tmp_path: Path) -> None:
    """A log may have a mail address where a rule adds up: what stays of it is a token."""
    place = a_place(tmp_path, CLOUD)
    calls = [a_call(number, "GetObject", additionalEventData={"bytes": told}) for number, told in enumerate((40, "70"))]
    write_trail(tmp_path, "one.json", *calls, a_call(9, "GetObject", additionalEventData={"bytes": "a.b@example.com"}))
    a_rule(tmp_path, "got", {"eventName": "GetObject"})
    condition = {"gte": 100, "field": "additionalEventData.bytes"}
    a_correlation(tmp_path, "much", type="value_sum", rules=["got"], timespan="5m", condition=condition)
    found, _ = run(place)
    assert list(found) == ["sigma.much"]
    table = pq.read_table(place.folder / "custodes-data/sigma/aws.parquet")
    kept = sorted(values[0] for values in table.column("values").to_pylist())
    assert kept[:2] == ["40", "70"]
    assert "example.com" not in "".join(kept)


def test_what_is_no_file_of_matches_is_never_waited_for(tmp_path: Path) -> None:
    """A pipe in its place is as good as nothing: the logs are read again."""
    place = a_place(tmp_path, CLOUD)
    write_trail(tmp_path, "one.json", a_call(1, "StopLogging"))
    a_rule(tmp_path, "stopped", {"eventName": "StopLogging"})
    run(place)
    a_rule(tmp_path, "more", {"eventName": "StopLogging"})
    file = place.folder / "custodes-data/sigma/aws.parquet"
    file.unlink()
    os.mkfifo(file)
    with within(60):
        found, _ = run(place)
    assert set(found) == {"sigma.stopped", "sigma.more"}
    assert file.is_file()


def test_an_unchanged_file_is_not_read_again_and_one_that_is_gone_takes_nothing_with_it(tmp_path: Path) -> None:
    """Rotation removes the log: its findings stay; a rule that is added afterwards says that it never saw it."""
    place = a_place(tmp_path, CLOUD)
    file = write_trail(tmp_path, "one.json", a_call(1, "StopLogging"))
    write_trail(tmp_path, "two.json", a_call(2, "ListUsers"))
    a_rule(tmp_path, "stopped", {"eventName": "StopLogging"})
    assert list(run(place)[0]) == ["sigma.stopped"]
    file.unlink()
    found, skipped = run(place)
    assert list(found) == ["sigma.stopped"]
    assert "gone" not in skipped
    a_rule(tmp_path, "listed", {"eventName": "ListUsers"})
    found, skipped = run(place)
    assert sorted(found) == ["sigma.listed", "sigma.stopped"]
    assert "aws trail/one.json the file is gone, and 1 Sigma rules were not asked while it was there" in skipped


def test_a_growing_log_is_read_from_where_it_was_left(tmp_path: Path) -> None:
    place = a_place(tmp_path, CLOUD)
    (tmp_path / "trail").mkdir()
    file = tmp_path / "trail" / "one.json"
    file.write_text(json.dumps(a_call(1, "StopLogging")) + "\n")
    a_rule(tmp_path, "stopped", {"eventName": "StopLogging"})
    assert len(run(place)[0]["sigma.stopped"][0].evidence) == 1
    with file.open("a") as log:
        log.write(json.dumps(a_call(2, "StopLogging")) + "\n")
    assert [one.event_id for one in run(place)[0]["sigma.stopped"][0].evidence] == ["e1", "e2"]


def test_a_matched_record_that_is_not_sealed_is_told(tmp_path: Path) -> None:
    """A record in quarantine has no evidence, and that is no silence."""
    place = a_place(tmp_path, CLOUD)
    broken = a_call(1, "StopLogging")
    del broken["eventTime"]
    write_trail(tmp_path, "one.json", broken, a_call(2, "ListUsers"))
    a_rule(tmp_path, "stopped", {"eventName": "StopLogging"})
    found, skipped = run(place)
    assert found == {}
    assert "aws Sigma rules a record that rules match is not sealed: there is no evidence of them" in skipped


def test_rules_are_asked_again_when_they_change_only(tmp_path: Path) -> None:
    place = a_place(tmp_path, CLOUD)
    write_trail(tmp_path, "one.json", a_call(1, "StopLogging"))
    a_rule(tmp_path, "stopped", {"eventName": "StopLogging"})
    run(place)
    with place.opened() as workspace:
        assert not detect(workspace, Silent()).ran
    a_rule(tmp_path, "stopped", {"eventName": "StartLogging"})
    with place.opened() as workspace:
        outcome = detect(workspace, Silent())
    assert outcome.ran
    assert outcome.findings == ()


def test_naming_a_log_for_rules_reads_nothing_anew(tmp_path: Path) -> None:
    """Events that are sealed stay those of the same reading."""
    place = a_place(tmp_path, DESK)
    (tmp_path / "desk.jsonl").write_text(a_line(1))
    place.ingest()
    place.config.write_text(DESK.replace('kind = "jsonl"', 'kind = "jsonl"\nsigma = { product = "desk" }'))
    assert place.ingest().kept == {}
    (tmp_path / "sigma").mkdir()
    place.config.write_text(place.config.read_text() + '\n[sigma]\nrules = ["sigma"]\n')
    a_rule(tmp_path, "looks", {"verb": "VIEW"}, logsource={"product": "desk"})
    found, _ = run(place)
    assert [one.evidence[0].event_id for one in found["sigma.looks"]] == ["r000001"]


def test_a_rule_that_fails_on_a_record_is_counted_by_no_correlation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half of its matches are not none: `a and not b` would accuse. What it did match is a finding all the same."""
    place = a_place(tmp_path, CLOUD)
    write_trail(tmp_path, "one.json", a_call(1, "StopLogging"), a_call(5, "Approve", at="2026-03-01T09:09:00Z"))
    write_trail(tmp_path, "two.json", a_call(2, "Approve", at="2026-03-01T09:01:00Z"), a_call(3, "Late", at=LATE))
    a_rule(tmp_path, "stopped", {"eventName": "StopLogging"})
    a_rule(tmp_path, "approved", {"eventName": "Approve"})
    shape = {"rules": ["stopped", "approved"], "timespan": "5m", "generate": True}
    a_correlation(tmp_path, "alone", type="temporal", condition="stopped and not approved", **shape)
    plain, asked = DuckTables.ask, []

    def failing(tables: DuckTables, sql: str) -> pa.Table:
        if "approve'" in sql.lower() and "raw_record" in sql:
            asked.append(sql)
            if len(asked) == 2:
                raise QuestionFailed("no answer within 60 seconds", "narrow it")
        return plain(tables, sql)

    monkeypatch.setattr(DuckTables, "ask", failing)
    found, skipped = run(place)
    assert len(asked) == 2
    assert sorted(found) == ["sigma.approved", "sigma.stopped"]
    assert "sigma sigma/approved.yml: Title of approved no answer within 60 seconds" in skipped
    assert 'sigma/alone.yml: Title of alone the matches of the rule "approved" that it refers to are not all' in skipped
    monkeypatch.undo()
    a_rule(tmp_path, "more", {"eventName": "Never"})
    assert "sigma.alone" not in run(place)[0]


def test_a_field_may_be_grouped_by_here_and_added_up_there(tmp_path: Path) -> None:
    """Kept as a token for the one and as a number for the other, whichever is read first."""
    place = a_place(tmp_path, CLOUD)
    calls = [
        a_call(number, "GetObject", additionalEventData={"bytes": told})
        for number, told in enumerate(("40", "40", "70", "a.b@example.com", "A.B@example.com"))
    ]
    write_trail(tmp_path, "one.json", *calls)
    a_rule(tmp_path, "got", {"eventName": "GetObject"})
    field = "additionalEventData.bytes"
    total = {"type": "value_sum", "condition": {"gte": 150, "field": field}}
    same = {"type": "event_count", "group-by": [field], "condition": {"gte": 2}}
    for name, shape in (("a_total", total), ("b_same", same), ("c_total", total)):
        a_correlation(tmp_path, name, rules=["got"], timespan="5m", **shape)
    found, skipped = run(place)
    assert "sigma" not in skipped
    assert {name: len(each) for name, each in found.items()} == {
        "sigma.a_total": 1,
        "sigma.b_same": 2,
        "sigma.c_total": 1,
    }
    assert sorted(len(one.evidence) for one in found["sigma.b_same"]) == [2, 2]
    table = pq.read_table(place.folder / "custodes-data/sigma/aws.parquet")
    assert "example.com" not in str(table.column("values").to_pylist())


def test_all_rules_together_match_so_much_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one with the most is told and let go; the others are asked on, and no run reads the log in vain."""
    monkeypatch.setattr(sigma_read, "ALL_MATCHES", 6)
    place = a_place(tmp_path, CLOUD)
    calls = [a_call(number, "ListUsers", user=f"u{number}") for number in range(5)]
    write_trail(tmp_path, "one.json", *calls, *(a_call(10 + number, "StopLogging") for number in range(3)))
    a_rule(tmp_path, "listed", {"eventName": "ListUsers"})
    a_rule(tmp_path, "stopped", {"eventName": "StopLogging"})
    for _ in range(2):
        found, skipped = run(place)
        assert list(found) == ["sigma.stopped"]
        assert "sigma/listed.yml: Title of listed rules match more than" in skipped
        assert "this one the most" in skipped
        a_rule(tmp_path, "more", {"eventName": "Never"})


def test_rules_of_several_logs_are_bound_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sigma_ask, "ALL_MATCHES", 6)
    second = '[logs.other]\nkind = "cloudtrail"\npath = "other/*.json"\n[sigma]'
    place = a_place(tmp_path, CLOUD.replace("[sigma]", second))
    write_trail(tmp_path, "one.json", *(a_call(number, "ListUsers") for number in range(4)), a_call(8, "StopLogging"))
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "a.json").write_text(json.dumps({"Records": [a_call(20 + n, "ListUsers") for n in range(3)]}))
    a_rule(tmp_path, "listed", {"eventName": "ListUsers"})
    a_rule(tmp_path, "stopped", {"eventName": "StopLogging"})
    found, skipped = run(place)
    assert list(found) == ["sigma.stopped"]
    assert "sigma/listed.yml: Title of listed rules match more than" in skipped


def test_a_rule_that_matched_too_much_is_asked_again_when_that_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Logs are rotated away, and the noise with them: what is left is told, and what nobody saw is, too."""
    monkeypatch.setattr(sigma_read, "MATCHES", 3)
    monkeypatch.setattr(sigma_ask, "MATCHES", 3)
    place = a_place(tmp_path, CLOUD)
    noise = write_trail(tmp_path, "one.json", *(a_call(number, "StopLogging") for number in range(5)))
    write_trail(tmp_path, "two.json", a_call(9, "StopLogging", user="bob"))
    a_rule(tmp_path, "stopped", {"eventName": "StopLogging"})
    found, skipped = run(place)
    assert found == {}
    assert "it matches so much" in skipped
    a_rule(tmp_path, "more", {"eventName": "Never"})
    assert "it matches so much" in run(place)[1]
    noise.unlink()
    found, skipped = run(place)
    assert [one.actors for one in found["sigma.stopped"]] == [("staff:bob",)]
    assert "it matches so much" not in skipped
    assert "trail/one.json the file is gone, and 1 Sigma rules were not asked while it was there" in skipped


def test_the_overview_tells_rules_that_ran_and_those_that_nobody_asked(tmp_path: Path) -> None:
    """Rules that came after the last run, or could not be asked, are not among what found nothing."""
    place = a_place(tmp_path, CLOUD)
    write_trail(tmp_path, "one.json", a_call(1, "ListUsers"))
    a_rule(tmp_path, "stopped", {"eventName": "StopLogging"})
    a_rule(tmp_path, "elsewhere", {"eventType": "x"}, logsource={"product": "okta"})

    def told() -> tuple[list[str], str]:
        with place.opened() as workspace:
            known = overview(workspace, LedgerStatus("made up", 0, "", None, verified=False))
        return [one for one in known.checks if one.startswith("sigma.")], reasons(list(known.skipped))

    assert told()[0] == []
    assert "sigma Sigma rules rules are configured, and none was asked yet" in told()[1]
    run(place)
    assert told()[0] == ["sigma.stopped"]
    assert "Sigma rules rules" not in told()[1]
    assert "a rule asks about logs of okta" in told()[1]
    a_rule(tmp_path, "late", {"eventName": "ListUsers"})
    assert told()[0] == ["sigma.stopped"]
    assert "rules or their configuration have changed since they were last asked" in told()[1]


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ('[sigma]\nrules = ["nowhere"]\n', "no such folder"),
        ("[sigma]\n", "this key is required"),
        ('[sigma]\nrules = ["."]\nfield = "x"\n', "no such key"),
        ('[sigma]\nrules = ["."]\n[sigma.fields.custodes]\nUser = "who"\n', "is no column of an event"),
        ('[logs.x]\nkind = "csv"\npath = "x"\nsigma = { product = "x" }\n', "rules cannot read the records"),
        ('[logs.x]\nkind = "cloudtrail"\npath = "x"\nsigma = {}\n', "nothing says whose records these are"),
    ],
)
def test_the_configuration_is_refused_with_its_key(tmp_path: Path, config: str, said: str) -> None:
    from custodes.config import load
    from custodes.errors import ConfigError

    (tmp_path / "custodes.toml").write_text(f'name = "x"\n{config}')
    with pytest.raises(ConfigError) as refused:
        load(tmp_path / "custodes.toml")
    assert said in str(refused.value)
