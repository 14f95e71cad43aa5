"""Does watching lead from a line in a log to a finding and to who is told of it?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from custodes.cli import watch
from custodes.cli.app import Choice
from custodes.pipeline import detect as detecting
from custodes.pipeline import exemptions
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
