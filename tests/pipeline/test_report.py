"""Does a customer's document tell who by role, why and what, and nobody's name, and what is not known?"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest

from custodes.cli.app import Choice
from custodes.cli.report import Form, subject
from custodes.pipeline.report import FORMATS, subject_report
from custodes.records.answer import Question
from custodes.report.told import Told, tell
from tests.pipeline import workspaces
from tests.pipeline.test_who import CASES, HEADER, PEOPLE, a_desk, ask, snapped, steady
from tests.pipeline.workspaces import Place, a_line

HOSTILE = "<script>alert(1)</script>#panic()\u202e"


def told_of(place: Place) -> Told:
    kinds = {"shop.main.customers": {"mail": ["E-mail address"], "tel": ["Phone number"]}}
    return tell(ask(place, "subject", "c1"), kinds, company="Made Up Ltd", contact="", made=workspaces.NOW)


def a_story(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """Four look-ups of customer c1: two alike with a case, one without, one refused."""
    at = "2026-03-01T09:{}:00Z"
    log = (
        a_line(1, case="t1", fields=["mail", "shoe_size"])
        + a_line(1, id="b", at=at.format(45), case="t1", fields=["mail", "shoe_size"])
        + a_line(1, id="c", at=at.format(50), user="e2")
        + a_line(1, id="d", at=at.format(55), user="e2", fields=["tel"], result="no")
    )
    extra = CASES + PEOPLE
    place = a_desk(folder, log, extra=extra)
    place.config.write_text(
        place.config.read_text().replace(
            "[context.cases]",
            'outcome = { path = "result", values = { no = "denied" }, default = "success" }\n[context.cases]',
            1,
        )
    )
    day = datetime(2026, 3, 1, tzinfo=UTC)
    snapped(place, day, HEADER + "t1,refund,customer:c1,staff:e1,2026-03-01T08:00:00Z,\n", monkeypatch)
    people = "id,team,role\nstaff:e1,desk,support\nstaff:e2,desk,Head of E2 things\n"
    snapped(place, day, people, monkeypatch, "people")
    monkeypatch.setattr(workspaces, "NOW", datetime(2026, 3, 10, tzinfo=UTC))
    place.ingest()
    return place


def test_rows_say_who_by_role_what_and_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is alike on one day is one row; a role that holds its holder's id is left out."""
    told = told_of(a_story(tmp_path, monkeypatch))
    assert [row.cells for row in told.rows] == [
        (
            "2026-03-01 09:30 to 09:45, 2 times",
            "a member of our staff (role: support)",
            "looked at your data",
            "E-mail address, shoe size",
            "work on a case (refund)",
        ),
        (
            "2026-03-01 09:50",
            "a member of our staff",
            "looked at your data",
            "our records do not say which; at most: E-mail address, Phone number",
            "no reason is recorded",
        ),
        (
            "2026-03-01 09:55",
            "a member of our staff",
            "tried to look at your data, and was refused",
            "Phone number",
            "no reason is recorded",
        ),
    ]
    assert told.headline.endswith("No reason is recorded for 2 of them.")
    assert any("three weeks" in one or "3 weeks" in one for one in told.unknown)


@pytest.mark.parametrize("form", list(FORMATS))
def test_nobody_is_named_and_the_leaving_is_sealed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    """No id of staff, case, machine or log in it; its digest is in the ledger; twice the same bytes."""
    place = a_story(tmp_path, monkeypatch)
    with place.opened() as workspace:
        made = subject_report(workspace, Question("subject", "c1"), form).data
        receipts = [
            json.loads(line)
            for seal in workspace.seals.list()
            if seal.path.startswith("ledger/receipts/")
            for line in (workspace.data / seal.path).read_bytes().splitlines()
        ]
    receipts = [one for one in receipts if one["kind"] != "context"]
    assert [one["kind"] for one in receipts] == ["look", "export"]
    assert receipts[1]["detail"]["sha256"] == hashlib.sha256(made).hexdigest()
    assert FORMATS[form](told_of_again(place)) == FORMATS[form](told_of_again(place))
    if form == "html":
        for name in (b"e1", b"e2", b"t1", b"staff:", b"desk.jsonl"):
            assert name not in made, name
    else:
        assert made.startswith(b"%PDF-")


def told_of_again(place: Place) -> Told:
    with place.opened() as workspace:
        from custodes.pipeline.coverage import coverage
        from custodes.records.answer import Answer

        known = coverage(workspace, None, None)
    return tell(Answer(Question("subject", "c1"), (), known, ()), {}, company="x", contact="", made=workspaces.NOW)


class Elements(HTMLParser):
    """The names of all elements."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)


@pytest.mark.parametrize("form", list(FORMATS))
def test_a_hostile_name_writes_nothing(tmp_path: Path, form: str) -> None:
    """Fields come from logs: they are set as text in both forms."""
    place = a_desk(tmp_path, a_line(1, fields=[HOSTILE, "x" * 300]))
    made = FORMATS[form](told_of(place))
    if form == "html":
        seen = Elements()
        seen.feed(made.decode())
        assert "script" not in seen.names
        assert "\u202e" not in made.decode()


def test_the_command_writes_the_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whole and definitive where the logs are."""
    place = a_desk(tmp_path, steady(4), mapped="")
    monkeypatch.setattr(Choice, "config", place.config)
    with pytest.raises(SystemExit) as ended:
        subject("c1", form=Form.HTML, out=tmp_path / "report.html")
    assert ended.value.code == 0
    assert "without a gap that could be seen" in (tmp_path / "report.html").read_text()
    assert "definitive" in capsys.readouterr().err
