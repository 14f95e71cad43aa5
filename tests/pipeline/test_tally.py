"""Does the check of a mapping read only what is new, and tell the same as if it had read all?"""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import pyarrow as pa
import pytest

from custodes.engine.duckdb import DuckEngine
from custodes.pipeline import mapped, tally
from custodes.pipeline.context import snapshot
from custodes.pipeline.fresh import Fresh
from custodes.pipeline.open_engine import open_engine
from custodes.pipeline.progress import Silent
from custodes.pipeline.prune import prune
from custodes.pipeline.verify import verify
from custodes.pipeline.workspace import Workspace
from custodes.records import Skipped
from tests.pipeline.workspaces import DESK, NOW, Place, a_line, a_place

PEOPLE = '[context.people]\npath = "people.csv"\n'


def lines(first: int, last: int, day: int = 1) -> str:
    return "".join(a_line(number, at=f"2026-03-{day:02}T09:00:{number % 60:02}Z") for number in range(first, last))


def a_desk(folder: Path, config: str = DESK) -> Place:
    place = a_place(folder, config)
    (folder / "desk1.jsonl").write_text(lines(0, 10, 1) + lines(10, 25, 2))
    place.ingest()
    return place


def told(place: Place) -> list[Skipped]:
    with place.opened() as workspace:
        return list(mapped.suspicious(workspace))


def totals(place: Place) -> dict[str, dict[tuple[str, str], int]]:
    with place.opened() as workspace:
        days = tally.tally(workspace.data, workspace.segments(), Fresh())
    return {name: {where: one[tally.EVENTS] for where, one in day.counts.items()} for name, day in days.items()}


def read(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The segments that are read from now on."""
    found: list[Path] = []
    real = tally._read

    def reads(segment: Path) -> pa.Table:
        found.append(segment)
        return real(segment)

    monkeypatch.setattr(tally, "_read", reads)
    return found


def remembered(place: Place) -> Path:
    return place.folder / "custodes-data" / tally.TALLY


def test_what_was_counted_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A later run counts what it sealed, from memory; a run that remembers nothing reads all, and tells the same."""
    place = a_desk(tmp_path)
    files = read(monkeypatch)
    (tmp_path / "desk2.jsonl").write_text(lines(30, 37, 2) + lines(40, 44, 3))
    place.ingest()
    where = ("desk", "shop.main.customers")
    expected = {"2026-03-01": {where: 10}, "2026-03-02": {where: 22}, "2026-03-03": {where: 4}}
    assert totals(place) == expected
    assert not files
    before = remembered(place).read_bytes()
    remembered(place).unlink()
    assert not told(place)
    assert len(files) == 4
    assert json.loads(remembered(place).read_bytes()) == json.loads(before)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{",
        b'{"form": 2, "days": {}}',
        b'{"form": 1, "days": {"2026-03-01": {}}}',
        b'{"form": 1, "days": 7}',
    ],
)
def test_what_cannot_be_understood_is_counted_anew(tmp_path: Path, content: bytes) -> None:
    """A file that was cut off or is of another release costs time, no warning."""
    place = a_desk(tmp_path)
    before = remembered(place).read_bytes()
    remembered(place).write_bytes(content)
    told(place)
    assert remembered(place).read_bytes() == before


def test_pruned_days_are_not_counted(tmp_path: Path) -> None:
    """What is no longer kept neither hides nor causes a warning."""
    place = a_desk(tmp_path)
    with place.opened() as workspace:
        prune(workspace, NOW.date().replace(day=2), sure=True)
    told(place)
    assert list(json.loads(remembered(place).read_bytes())["days"]) == ["2026-03-02"]


def test_a_count_that_was_altered_is_named(tmp_path: Path) -> None:
    """Whoever makes a rule seem to match silences its warning until somebody verifies."""
    place = a_desk(tmp_path, DESK + 'client = "device"\n')
    (warning,) = (one for one in told(place) if one.dataset == "client")
    assert "matched none of 25 events" in warning.reason
    assert verify(tmp_path / "custodes-data", Silent()).verified
    content = json.loads(remembered(place).read_bytes())
    content["days"]["2026-03-01"]["counts"][0][2]["client"] = 3
    remembered(place).write_text(json.dumps(content))
    assert not told(place)
    (problem,) = verify(tmp_path / "custodes-data", Silent()).problems
    assert problem.startswith("tally.json: ")


def test_days_that_met_the_context_are_not_asked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One day on which somebody known acted is enough; where nobody did, only what is new is asked."""
    asked: list[int] = []

    def opens(workspace: Workspace, *, only: Sequence[Path]) -> AbstractContextManager[DuckEngine]:
        asked.append(len(only))
        return open_engine(workspace, only=only)

    monkeypatch.setattr(mapped, "open_engine", opens)

    def tell(place: Place, people: str) -> tuple[list[str], list[int]]:
        (tmp_path / "people.csv").write_text(f"id,team\n{people}\n")
        with place.opened() as workspace:
            snapshot(workspace, Silent())
            asked.clear()
            reasons = [one.reason for one in mapped.suspicious(workspace)]
        return reasons, list(asked)

    place = a_desk(tmp_path, DESK + PEOPLE)
    nobody = ["none of the 1 ids of people is an actor in the logs"]
    assert tell(place, "staff:e1,desk") == ([], [1])
    assert tell(place, "staff:e1,desk") == ([], [])
    assert tell(place, "person:e1,desk") == (nobody, [1, 1, 0])
    assert tell(place, "person:e1,desk") == (nobody, [0])
    (tmp_path / "desk2.jsonl").write_text(lines(40, 44, 3))
    place.ingest()
    assert tell(place, "person:e1,desk") == (nobody, [0])
    assert tell(place, "staff:e1,shop") == ([], [1])
