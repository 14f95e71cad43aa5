"""Do detections judge by what the owner says, and ask again when that changes?"""

from __future__ import annotations

from pathlib import Path

from custodes.pipeline.context import snapshot
from custodes.pipeline.detect import detect
from custodes.pipeline.ingest import ingest
from custodes.pipeline.open_engine import open_engine
from custodes.pipeline.progress import Silent
from tests.pipeline.workspaces import DESK, Place, a_line, a_place

CASES = """
[context.cases]
path = "cases.csv"
[context.cases.explains]
"""
CALL = "t1,call,customer:1,staff:e1,2026-03-01T08:00:00Z,2026-03-03T08:00:00Z\n"


def a_desk(folder: Path) -> Place:
    """One look at customer 1 by e1, who holds a call about them."""
    (folder / "desk.jsonl").write_text(a_line(1, user="e1", customer=1, at="2026-03-01T09:00:00Z"))
    (folder / "cases.csv").write_text("id,kind,subject,assignee,opened,closed\n" + CALL)
    return a_place(folder, DESK + CASES)


def explained(place: Place) -> list[bool]:
    with place.opened() as workspace, open_engine(workspace) as engine:
        answer: list[bool] = engine.ask("select explained from touch").column("explained").to_pylist()
        return answer


def test_the_owners_word_on_kinds_of_cases_reaches_the_questions(tmp_path: Path) -> None:
    """A call explains a look until the owner says that it explains a log-in only; then all is asked again, once."""
    place = a_desk(tmp_path)
    with place.opened() as workspace:
        ingest(workspace, Silent())
        snapshot(workspace, Silent())
        assert detect(workspace, Silent()).ran
        assert not detect(workspace, Silent()).ran
    assert explained(place) == [True]
    place.config.write_text(DESK + CASES + 'call = ["login"]\n')
    assert explained(place) == [False]
    with place.opened() as workspace:
        assert detect(workspace, Silent()).ran
        assert not detect(workspace, Silent()).ran
