"""Does an answer hold every touch, the reasons that were true then, and what nobody can know?"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from custodes.cli.app import Choice
from custodes.cli.who import who as command
from custodes.errors import BadInput, ConfigError
from custodes.pipeline.context import snapshot
from custodes.pipeline.progress import Silent
from custodes.pipeline.who import who
from custodes.records.answer import Answer, By, Question
from tests.pipeline import workspaces
from tests.pipeline.workspaces import DESK, Place, a_line, a_place

MAPPED = 'fields = "fields"\ncase = "case"\nparty = "seller:{seller}"\nclient = "device"\n'
CASES = '[context.cases]\npath = "cases.csv"\n'
PEOPLE = '[context.people]\npath = "people.csv"\n'
HEADER = "id,kind,subject,assignee,opened,closed\n"
START = datetime(2026, 1, 5, tzinfo=UTC)  # a Monday


def a_desk(folder: Path, log: str, *, extra: str = "", mapped: str = MAPPED) -> Place:
    """A workspace that has read this log."""
    (folder / "desk.jsonl").write_text(log)
    place = a_place(folder, DESK + mapped + extra)
    if "[context" not in extra:
        place.ingest()
    return place


def ask(place: Place, by: By, name: str, **more: object) -> Answer:
    with place.opened() as workspace:
        return who(workspace, Question(by, name, **more))  # type: ignore[arg-type]  # a test's own words


def snapped(place: Place, at: datetime, text: str, monkeypatch: pytest.MonkeyPatch, name: str = "cases") -> None:
    """What context says, sealed at that time."""
    (place.folder / f"{name}.csv").write_text(text)
    monkeypatch.setattr(workspaces, "NOW", at)
    with place.opened() as workspace:
        snapshot(workspace, Silent())


def steady(weeks: int, *, missing: Iterable[int] = (), numbered: bool = False, each: int = 20) -> str:
    """A log that writes `each` records in every hour of so many weeks, apart from these hours."""
    left_out = set(missing)
    lines = []
    for hour in range(weeks * 168):
        for part in range(each):
            number = hour * each + part
            at = (START + timedelta(hours=hour, seconds=part * 60)).isoformat()
            ident = f"n{number}" if numbered else f"n{(number * 7_919) % 999_983}x"
            if hour not in left_out:
                lines.append(a_line(number, id=ident, at=at, customer=f"c{number % 50}"))
    return "".join(lines)


def kinds(answer: Answer) -> list[str]:
    return sorted(gap.kind for gap in answer.coverage.gaps)


@pytest.mark.parametrize(
    ("by", "name", "found"),
    [
        ("subject", "customer:c1", {"a"}),
        ("subject", "c1", {"a"}),
        ("actor", "staff:e1", {"a", "b"}),
        ("actor", "e2", {"c"}),
        ("party", "seller:s1", {"b"}),
        ("party", "s1", {"b"}),
        ("key", "k9", {"d", "e"}),
        ("key", "key:k9", {"d", "e"}),
        ("dataset", "shop.main.customers", {"a", "b", "c", "d", "e"}),
        ("dataset", "shop", {"a", "b", "c", "d", "e"}),
        ("dataset", "shop.main.cust", set()),
        ("subject", "customer:c", set()),
    ],
)
def test_each_thing_can_be_asked_about(tmp_path: Path, by: By, name: str, found: set[str]) -> None:
    """By its whole name or without its kind; a part of a name is another name."""
    log = (
        a_line(1, id="a")
        + a_line(2, id="b", seller="s1")
        + a_line(3, id="c", user="e2")
        + a_line(4, id="d", user="e3", device="k9")
        + a_line(5, id="e", user="e4", device="key:k9")
    )
    place = a_desk(tmp_path, log)
    assert {touch.event.event_id for touch in ask(place, by, name).touches} == found


def test_a_field_is_asked_about_with_touches_that_name_no_field(tmp_path: Path) -> None:
    """Where the log does not say which fields were seen, this one may have been."""
    log = a_line(1, id="a", fields=["email"]) + a_line(2, id="b", fields=["city"]) + a_line(3, id="c")
    answer = ask(a_desk(tmp_path, log), "dataset", "shop.main.customers", field="email")
    assert [touch.event.event_id for touch in answer.touches] == ["a", "c"]


def test_the_window_holds_its_first_moment_and_not_its_last(tmp_path: Path) -> None:
    """Half-open, so that two windows side by side count nothing twice."""
    log = "".join(a_line(day, at=f"2026-03-0{day}T00:00:00Z", customer="c") for day in (1, 2, 3))
    place = a_desk(tmp_path, log)
    answer = ask(place, "subject", "c", since=datetime(2026, 3, 1, tzinfo=UTC), until=datetime(2026, 3, 3, tzinfo=UTC))
    assert [touch.event.event_id for touch in answer.touches] == ["r000001", "r000002"]
    with pytest.raises(BadInput, match="ends before it begins"):
        ask(place, "subject", "c", since=START, until=START)


@pytest.mark.parametrize(
    ("case", "line", "expected"),
    [
        ("t1,call,customer:c1,staff:e1,2026-03-01T08:00:00Z,", {"case": "t1"}, "named"),
        ("t1,call,customer:c1,,2026-03-01T08:00:00Z,", {"case": "t1"}, "named"),
        ("t1,call,customer:c2,staff:e1,2026-03-01T08:00:00Z,", {"case": "t1"}, None),  # another customer
        ("t1,call,customer:c1,staff:e2,2026-03-01T08:00:00Z,", {"case": "t1"}, None),  # another's case
        ("t1,call,customer:c1,staff:e1,2026-03-01T14:00:00Z,", {"case": "t1"}, None),  # opened long after
        ("t1,call,customer:c1,staff:e1,2026-02-01T08:00:00Z,2026-02-20T08:00:00Z", {"case": "t1"}, None),  # closed
        ("t1,audit,customer:c1,staff:e1,2026-03-01T08:00:00Z,", {"case": "t1"}, None),  # of a kind that explains none
        ("t1,change,,staff:e1,2026-03-01T08:00:00Z,", {"case": "t1"}, "named"),
        ("t1,change,,staff:e2,2026-03-01T08:00:00Z,", {"case": "t1"}, None),
        ("t1,call,customer:c1,staff:e1,2026-03-01T08:00:00Z,", {}, "assigned"),
        ("t1,call,customer:c1,,2026-03-01T08:00:00Z,", {}, None),  # nobody's, and not named
        ("t1,call,customer:c1,staff:e1,2026-03-01T08:00:00Z,", {"case": "t2"}, None),  # a case that is none
    ],
)
def test_what_explains_a_touch(
    tmp_path: Path, case: str, line: dict[str, str], expected: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Open then, about the same customer, held by the same person, of a kind that explains such a touch."""
    extra = CASES + '[context.cases.explains]\naudit = ["export"]\n'
    place = a_desk(tmp_path, a_line(1, **line), extra=extra)
    snapped(place, datetime(2026, 3, 1, 9, tzinfo=UTC), HEADER + case + "\n", monkeypatch)
    monkeypatch.setattr(workspaces, "NOW", datetime(2026, 3, 10, tzinfo=UTC))
    place.ingest()
    (touch,) = ask(place, "subject", "c1").touches
    assert (None if touch.reason is None else touch.reason.how) == expected


def test_a_case_is_judged_by_what_was_known_then(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who takes a case over later has not explained an earlier look; a case written down after it is said to be."""
    log = a_line(1, case="t1") + a_line(1, id="late", at="2026-03-05T09:00:00Z", user="e2", case="t1")
    place = a_desk(tmp_path, log + a_line(3, case="t3"), extra=CASES + PEOPLE)
    mine = "t1,call,customer:c1,staff:e1,2026-03-01T08:00:00Z,\n"
    snapped(place, datetime(2026, 3, 1, tzinfo=UTC), HEADER + mine, monkeypatch)
    snapped(place, datetime(2026, 3, 1, tzinfo=UTC), "id,team,role\nstaff:e1,desk,support\n", monkeypatch, "people")
    later = mine.replace("e1", "e2") + "t3,call,customer:c3,staff:e1,2026-03-01T09:00:00Z,\n"
    snapped(place, datetime(2026, 3, 4, tzinfo=UTC), HEADER + later, monkeypatch)
    snapped(place, datetime(2026, 3, 6, tzinfo=UTC), "id,team,role\nstaff:e1,law,counsel\n", monkeypatch, "people")
    monkeypatch.setattr(workspaces, "NOW", datetime(2026, 3, 10, tzinfo=UTC))
    place.ingest()
    first, second = ask(place, "subject", "c1").touches
    assert first.reason is not None
    assert (first.reason.later, first.reason.snapshot, first.role) == (
        False, datetime(2026, 3, 1, tzinfo=UTC), "support",
    )  # fmt: skip
    assert second.reason is not None
    assert second.reason.snapshot == datetime(2026, 3, 4, tzinfo=UTC)
    (third,) = ask(place, "subject", "c3").touches
    assert third.reason is not None
    assert third.reason.later


def test_a_steady_log_is_definitive(tmp_path: Path) -> None:
    """Weeks of it, no hour missing, nothing in quarantine: the answer says that it is whole."""
    place = a_desk(tmp_path, steady(4), mapped="")
    answer = ask(place, "subject", "c1")
    assert answer.coverage.gaps == ()
    assert answer.complete
    (desk,) = answer.coverage.sources
    assert (desk.records, desk.rate, desk.numbered) == (4 * 168 * 20, True, False)
    assert ask(place, "subject", "nobody").complete, "that nobody touched it is an answer too"


def test_hours_in_which_a_log_fell_silent_are_told(tmp_path: Path) -> None:
    """With their span; a window that does not hold them is whole."""
    place = a_desk(tmp_path, steady(5, missing=range(400, 403)), mapped="")
    (gap,) = ask(place, "subject", "c1").coverage.gaps
    assert (gap.kind, gap.count) == ("silent", 3)
    assert (gap.since, gap.until) == (START + timedelta(hours=400), START + timedelta(hours=403))
    assert "about 60 are usual" in gap.reason
    other = ask(place, "subject", "c1", since=START + timedelta(hours=500), until=START + timedelta(hours=600))
    assert other.complete


def test_an_end_without_records_is_no_quiet_time(tmp_path: Path) -> None:
    """What was asked beyond the last record, or before the first, nobody knows."""
    place = a_desk(tmp_path, steady(4), mapped="")
    end = START + timedelta(weeks=4)
    assert kinds(ask(place, "subject", "c1", since=START - timedelta(days=1))) == ["begins_later", "silent"]
    assert kinds(ask(place, "subject", "c1", until=end + timedelta(days=1))) == ["ends_earlier", "silent"]


def test_numbers_that_are_missing_are_told(tmp_path: Path) -> None:
    """Where records are numbered one by one, a hole shows at once, without any history."""
    lines = [a_line(number, id=f"n{number}") for number in range(40) if number not in (7, 8, 30)]
    place = a_desk(tmp_path, "".join(lines))
    answer = ask(place, "subject", "c1")
    assert kinds(answer) == ["numbers_missing", "numbers_missing"]
    assert [gap.count for gap in answer.coverage.gaps] == [2, 1]
    assert "numbers 7 to 8 are missing" in answer.coverage.gaps[0].reason
    assert answer.coverage.sources[0].numbered


def test_a_short_log_cannot_say_what_is_usual(tmp_path: Path) -> None:
    """Nor can one that writes rarely; and a log of which nothing came is named."""
    extra = DESK.partition("[logs.desk]")[2].replace("desk", "other")
    (tmp_path / "other.jsonl").write_text("")
    place = a_desk(tmp_path, a_line(1, id="qx"), extra="[logs.other]" + extra)
    answer = ask(place, "subject", "c1")
    assert kinds(answer) == ["nothing_received", "rate_unknown"]
    assert not answer.complete


def test_lines_in_quarantine_and_late_ones_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line nobody understood may be the look that was asked for, unless it was read before the window began."""
    place = a_desk(tmp_path, steady(4) + "no json\n", mapped="")
    answer = ask(place, "subject", "c1")
    assert kinds(answer) == ["quarantined"]
    assert answer.coverage.sources[0].quarantined == 1
    monkeypatch.setattr(workspaces, "NOW", datetime(2026, 3, 11, tzinfo=UTC))
    with (tmp_path / "desk.jsonl").open("a") as log:
        log.write(a_line(1, id="latest", at="2026-02-01T22:30:00Z"))
    place.ingest()
    answer = ask(place, "subject", "c1")
    assert "may_still_come" in kinds(answer)
    assert answer.coverage.sources[0].late == 1
    assert answer.coverage.sources[0].late_by == 49 * 60


def test_more_touches_than_anybody_reads_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cut answer would look like a whole one."""
    monkeypatch.setattr("custodes.pipeline.find.MOST", 2)
    place = a_desk(tmp_path, "".join(a_line(number) for number in range(3)))
    with pytest.raises(BadInput, match="more than 2 touches"):
        ask(place, "actor", "staff:e1")


def test_the_asking_is_sealed_without_what_was_typed(tmp_path: Path) -> None:
    """A name that no log knows may be a person's: its token is sealed."""
    place = a_desk(tmp_path, a_line(1))
    bys: tuple[By, ...] = ("actor", "dataset", "party", "key")
    for by in bys:
        ask(place, by, "Anna Tamm")
    ask(place, "actor", "staff:e1", since=START)
    ask(place, "dataset", "shop.main", field="Anna Tamm")
    with place.opened() as workspace:
        receipts = [
            json.loads(line)
            for seal in workspace.seals.list()
            if seal.path.startswith("ledger/receipts/")
            for line in (workspace.data / seal.path).read_bytes().splitlines()
        ]
        written = b"".join(file.read_bytes() for file in workspace.data.glob("**/*") if file.is_file())
    looks = [one["detail"] for one in receipts if one["kind"] == "look"]
    assert len(looks) == 6
    assert looks[4] == {"question": "who", "actor": "staff:e1", "since": "2026-01-05T00:00:00+00:00"}
    assert b"Anna" not in written


@pytest.mark.parametrize(("log", "code"), [(steady(4), 0), (a_line(1), 3)], ids=["whole", "short"])
def test_the_command_says_whether_it_is_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], log: str, code: int
) -> None:
    """In words, in JSON, and by its exit code."""
    place = a_desk(tmp_path, log, mapped="")
    monkeypatch.setattr(Choice, "config", place.config)
    with pytest.raises(SystemExit) as ended:
        command("c1", json=True)
    assert ended.value.code == code
    told = json.loads(capsys.readouterr().out)
    assert told["coverage"]["definitive"] == (code == 0)
    assert told["summary"]["unexplained"] == len(told["touches"])
    with pytest.raises(SystemExit):
        command(actor="e1", since="2026-01-01", until="2026-12-31T00:00:00Z")
    assert "not definitive for 2026-01-01 00:00" in capsys.readouterr().out
    for wrong in ({}, {"actor": "e1", "key": "k"}, {"named": "c1", "field": "email"}, {"actor": "e1", "since": "soon"}):
        with pytest.raises(BadInput):
            command(**wrong)  # type: ignore[arg-type]  # a test's own words


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("tomorrow", '"tomorrow" is no day and no time'),
        ("2026-13-01", '"2026-13-01" is no day and no time'),
        (
            "9999-12-31T23:00:00-09:00",
            '"9999-12-31T23:00:00-09:00" cannot be used: time is outside the years 1 to 9999',
        ),
    ],
)
def test_a_day_that_is_none_is_refused_by_its_own_words(written: str, told: str) -> None:
    """The refusal says what was written, after which option, and how a day is written."""
    with pytest.raises(BadInput) as refused:
        command(named="c1", until=written)
    assert (refused.value.what, refused.value.where) == (told, "--until")
    assert "2026-03-01" in (refused.value.hint or "")


def test_an_action_that_is_none_is_refused(tmp_path: Path) -> None:
    """What a kind of case explains is one of the actions there are."""
    place = a_place(tmp_path, DESK + CASES + '[context.cases.explains]\ncall = ["raed"]\n')
    with pytest.raises(ConfigError, match='"raed" is no action'), place.opened():
        pass


def test_a_touch_of_the_first_day_of_all_is_told(tmp_path: Path) -> None:
    """What a program writes that knows no time; without a window nothing may be outside of it."""
    place = a_place(tmp_path)
    (tmp_path / "desk.jsonl").write_text(a_line(1, at="0001-01-01T00:00:00Z") + a_line(2))
    place.ingest()
    asked: list[tuple[By, str]] = [("subject", "c1"), ("actor", "staff:e1"), ("dataset", "shop.main.customers")]
    with place.opened() as workspace:
        answers = [who(workspace, Question(by, name)) for by, name in asked]
    assert [len(answer.touches) for answer in answers] == [1, 2, 2]
    assert {source.records for answer in answers for source in answer.coverage.sources} == {2}
