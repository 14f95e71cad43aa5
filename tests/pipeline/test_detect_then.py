"""Is a touch judged by the context of then, by detections too?"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from custodes.pipeline.context import snapshot
from custodes.pipeline.detect import detect
from custodes.pipeline.progress import Silent
from tests.pipeline import workspaces
from tests.pipeline.workspaces import DESK, Place, a_line, a_place

CONTEXT = """
[context.cases]
path = "cases.csv"
[context.subjects]
path = "subjects.csv"
"""
HEADER = "id,kind,subject,assignee,opened,closed\n"
OURS = "t1,call,customer:c1,staff:e1,2026-02-28T08:00:00Z,\n"
ANOTHER = "t2,call,customer:c2,staff:e2,2026-02-20T08:00:00Z,\n"


def found(place: Place, monkeypatch: pytest.MonkeyPatch, **snapshots: str) -> set[str]:
    """Who is found, where the cases were sealed so on these days of March."""
    for day, cases in snapshots.items():
        (place.folder / "cases.csv").write_text(HEADER + cases)
        monkeypatch.setattr(workspaces, "NOW", datetime(2026, 3, int(day[1:]), tzinfo=UTC))
        with place.opened() as workspace:
            snapshot(workspace, Silent())
    monkeypatch.setattr(workspaces, "NOW", datetime(2026, 3, 20, tzinfo=UTC))
    place.ingest()
    with place.opened() as workspace:
        return {actor for finding in detect(workspace, Silent()).findings for actor in finding.actors}


@pytest.fixture
def desk(tmp_path: Path) -> Place:
    """On the first of March staff:e1 looks up a customer whom nobody has a reason to look up but by a case."""
    (tmp_path / "desk.jsonl").write_text(a_line(1))
    (tmp_path / "subjects.csv").write_text("id,watched\ncustomer:c1,vip\n")
    return a_place(tmp_path, DESK + CONTEXT)


@pytest.mark.parametrize(
    ("snapshots", "actors"),
    [
        ({"d1": ANOTHER}, {"staff:e1"}),
        ({"d1": OURS}, set()),
        ({"d1": OURS, "d4": OURS.replace("e1", "e2")}, set()),  # another has it today
        ({"d1": OURS, "d4": ANOTHER}, set()),  # an export of open cases has forgotten it
        ({"d1": ANOTHER, "d4": ANOTHER.replace("t2", "t3"), "d6": ANOTHER + OURS}, {"staff:e1"}),  # made up afterwards
    ],
)
def test_a_look_is_judged_by_the_cases_of_then(
    desk: Place, snapshots: dict[str, str], actors: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who had the case then is not accused; a case that nobody had heard of days after the look excuses nothing."""
    assert found(desk, monkeypatch, **snapshots) == actors
