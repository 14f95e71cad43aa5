"""Does watching lead from a line in a log to a finding and to who is told of it?"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from custodes.cli import watch
from custodes.cli.app import Choice
from custodes.detections.detection import Detection
from custodes.detections.run import Outcome, detect
from custodes.engine.interface import TOO_SLOW
from custodes.errors import CouldNotRun
from custodes.pipeline import detect as detecting
from custodes.pipeline import exemptions
from custodes.records import Scope, Skipped
from tests.notices.receiver import receiving
from tests.pipeline.night import Night, own

HOOK = '[[notices]]\nname = "hook"\nkind = "webhook"\nurl_env = "HOOK"\n'


@pytest.fixture
def night(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Night:
    """Followed with a detection of its own alone; the others find nothing here."""
    made = Night(tmp_path, HOOK)
    monkeypatch.setattr(Choice, "config", tmp_path / "custodes.toml")
    for module in (detecting, exemptions):
        monkeypatch.setattr(module, "load_detections", own)
    return made


def test_a_line_in_a_log_becomes_a_finding_and_a_notice(
    night: Night, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was there is counted, what comes to be shown is told: on stdout and to the receiver, once."""
    with receiving() as receiver:
        monkeypatch.setenv("HOOK", receiver.url)
        night.export("e1")
        looks = watch._Watch(0.0)
        looks.look()
        night.export("e2", times=6)
        for _ in range(2):
            looks._due = 0.0  # it waits for as long as the first time took
            looks.look()
        bodies = [json.loads(body) for _, body in receiver.got]
    told = [line.split("  ", 1)[1] for line in capsys.readouterr().out.splitlines()]
    assert told[:3] == [
        "4 events sealed, 0 known already, 0 lines in quarantine",
        "1 incidents, 1 of them shown",
        "6 events sealed, 0 known already, 0 lines in quarantine",
    ]
    assert len(told) == 4
    assert "staff:e2 exported customer data 6 times" in told[3]
    assert [[one["title"] for one in body["incidents"]] for body in bodies] == [["Customers exported at night"]] * 2


def test_a_receiver_that_is_down_is_told_and_tried_again(
    night: Night, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is lost while it is away, and the look says that something is not as it should be."""
    with receiving() as receiver:
        receiver.mood = "500"
        monkeypatch.setenv("HOOK", receiver.url)
        night.export("e1")
        looks = watch._Watch(0.0)
        assert looks.look()
        assert "not delivered: 1 to hook" in capsys.readouterr().err
        assert receiver.url not in capsys.readouterr().err


def test_detections_are_not_asked_more_often_than_was_said(night: Night, capsys: pytest.CaptureFixture[str]) -> None:
    """What is sealed in between waits, and is judged at the next time."""
    night.export("e1")
    looks = watch._Watch(3600.0)
    looks.look()
    night.export("e2", times=6)
    looks.look()
    assert "incident" not in capsys.readouterr().out.splitlines()[-1]
    looks._due = 0.0
    looks.look()
    assert "staff:e2" in capsys.readouterr().out


def test_only_sealing_asks_nothing(night: Night, capsys: pytest.CaptureFixture[str]) -> None:
    """As on a machine that collects for another."""
    night.export("e1")
    watch._Watch(None).look()
    assert "incident" not in capsys.readouterr().out


def test_questions_that_fail_neither_end_the_sealing_nor_pass_for_answers(
    night: Night, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is said once, the look ends as not covered, and what was sealed is sealed."""

    def broken(*_: object) -> None:
        raise CouldNotRun("a sealed segment cannot be read", where="events", hint="look")

    monkeypatch.setattr(detecting, "detect", broken)
    night.export("e1")
    looks = watch._Watch(0.0)
    assert looks.look()
    looks._due = 0.0
    assert looks.look()
    said = capsys.readouterr()
    assert said.err.count("detections were not asked: a sealed segment cannot be read") == 1
    assert "4 events sealed" in said.out


def test_what_was_too_slow_is_said_and_asked_again(
    night: Night, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A flood that makes a question late hides nothing for longer than it lasts."""

    def late(_engine: object, asked: Sequence[Detection], **_: object) -> Outcome:
        gaps = (Skipped("detect", "detections", one.id, f"{TOO_SLOW} 1 seconds", "wait") for one in asked)
        return Outcome((), tuple(gaps))

    monkeypatch.setattr(detecting, "run_detections", late)
    night.export("e1")
    looks = watch._Watch(0.0)
    assert looks.look()
    assert "uncovered: detections night_export: no answer within 1 seconds" in capsys.readouterr().err
    monkeypatch.setattr(detecting, "run_detections", detect)
    looks._due = 0.0
    looks.look()
    assert not looks._gaps
    assert "incident" in capsys.readouterr().out


def test_an_exception_is_said_although_nothing_is_new_in_the_logs(
    night: Night, capsys: pytest.CaptureFixture[str]
) -> None:
    """One that was made on the quiet shows, and what it covered comes back by itself when it ends."""
    night.export("e1")
    looks = watch._Watch(0.0)
    looks.look()
    night.now = datetime.now(UTC)  # as the watch has it
    with night.opened() as workspace:
        until = workspace.clock() + timedelta(days=1)
        exemptions.add(workspace, Scope("night_export", actors=("staff:e1",)), "known work", until)
    looks._due = 0.0
    looks.look()
    assert "exception E-1 is new" in capsys.readouterr().err


def test_a_log_that_is_gone_is_said_once(night: Night, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever watches nothing must not think that nothing happens."""
    looks = watch._Watch(None)
    assert looks.look()
    assert looks.look()
    assert capsys.readouterr().err.count("custodes: uncovered: desk") == 1
