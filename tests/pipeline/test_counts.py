"""Is what was counted once as good as counting again, and can a file that somebody altered hide a gap?"""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from custodes.errors import LedgerBroken
from custodes.pipeline import counts, coverage
from custodes.pipeline.counts import Counts
from custodes.pipeline.index import make_index
from custodes.pipeline.progress import Silent
from custodes.pipeline.prune import prune
from custodes.pipeline.verify import verify
from custodes.records.answer import Coverage
from tests.pipeline.workspaces import Place, a_line, a_place
from tests.river.test_odd_files import within


def a_desk(folder: Path, hole: int = 7) -> Place:
    """Three days without an index; of the numbers one is missing."""
    place = a_place(folder)
    text = [
        a_line(number, id=f"n{number}", at=f"2026-03-0{1 + number // 20}T0{number % 20 // 3}:00:00Z")
        for number in range(60)
        if number != hole
    ]
    (folder / "desk.jsonl").write_text("".join(text))
    place.ingest()
    return place


def told(place: Place) -> Coverage:
    with place.opened() as workspace:
        return coverage.coverage(workspace, None, None)


def kept(place: Place) -> list[Path]:
    return sorted((place.folder / "custodes-data" / counts.COUNTS).glob("*.counts"))


def problems(place: Place) -> tuple[str, ...]:
    return verify(place.folder / "custodes-data", Silent()).problems


def test_events_are_counted_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second answer reads no event, and says the same; without what was kept it counts again."""
    place = a_desk(tmp_path)
    first = told(place)
    assert [gap.reason[:19] for gap in first.gaps if gap.kind == "numbers_missing"] == ["number 7 is missing"]
    assert len(kept(place)) == 3
    assert problems(place) == ()
    with monkeypatch.context() as patch:
        for module in (counts, coverage):
            patch.setattr(module, "read_segment", None)
        assert told(place) == first
    for file in kept(place):
        assert file.stat().st_mode & 0o777 == 0o600
        file.unlink()
    assert told(place) == first


WAYS = ("a byte changed", "cut short", "empty", "another segment's", "made with another key", "of another workspace")


@pytest.mark.parametrize("way", WAYS)
def test_what_somebody_altered_is_not_believed(tmp_path: Path, way: str) -> None:
    """It is counted again, so that the gap is told; `verify` names what it finds before."""
    (tmp_path / "own").mkdir()
    (tmp_path / "other").mkdir()
    place, other = a_desk(tmp_path / "own"), a_desk(tmp_path / "other", hole=-1)
    right, whole = told(place), told(other)
    assert right != whole
    with place.opened() as workspace:
        seal = next(seal for seal in workspace.seals.list() if seal.path.startswith("events/day=2026-03-01/"))
        file = counts.place_of(workspace.data, seal)
        strange = next(one for one in kept(place) if one != file)
        if way == "made with another key":
            file.unlink()
            Counts(workspace.data, b"?" * 32).keep(seal)
    data = file.read_bytes()
    if way == "a byte changed":
        file.write_bytes(data[:-200] + bytes([data[-200] ^ 1]) + data[-199:])
    elif way == "cut short":
        file.write_bytes(data[: len(data) // 2])
    elif way == "empty":
        file.write_bytes(b"")
    elif way == "another segment's":
        file.write_bytes(strange.read_bytes())
    elif way == "of another workspace":
        with other.opened() as there:
            day = seal.path.rpartition("/")[0]
            same = next(one for one in there.seals.list() if one.path.startswith(day))
            file.write_bytes(counts.place_of(there.data, same).read_bytes())
    with place.opened() as workspace:
        assert Counts(workspace.data, workspace.token_key).known(seal) is None
    named = file.relative_to(tmp_path / "own/custodes-data").as_posix()
    if way not in {"made with another key", "a byte changed"}:  # it may say the same still
        assert any(named in problem for problem in problems(place))
    assert told(place) == right
    assert problems(place) == ()


def test_a_segment_that_is_not_what_was_sealed_is_neither_kept_nor_covered_up(tmp_path: Path) -> None:
    """Nothing is remembered of altered bytes; and one that is gone is missed although its counts are there."""
    place = a_desk(tmp_path)
    with place.opened() as workspace:
        seal = next(seal for seal in workspace.seals.list() if seal.path.startswith("events/"))
        segment = workspace.data / seal.path
        data = segment.read_bytes()
        segment.write_bytes(data + b"\0")
        assert Counts(workspace.data, workspace.token_key).keep(seal) is None
    assert kept(place) == []
    segment.write_bytes(data)
    told(place)
    segment.unlink()
    with pytest.raises(LedgerBroken):
        told(place)


def test_nothing_is_kept_of_what_an_index_covers_or_what_was_pruned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The index has its own, sealed; of events that are gone on purpose no count stays behind."""
    place = a_desk(tmp_path)
    told(place)
    with place.opened() as workspace:
        prune(workspace, date(2026, 3, 2), sure=True)
    assert len(kept(place)) == 2
    monkeypatch.setattr("custodes.pipeline.index._ROWS", 5)
    with place.opened() as workspace:
        assert make_index(workspace, Silent()) == 2
    told(place)
    assert kept(place) == []


def test_what_is_no_file_of_counts_is_never_waited_for_or_written_through(tmp_path: Path) -> None:
    """Neither a pipe with the name of one, nor a link where one is being written."""
    place = a_desk(tmp_path)
    first = told(place)
    pipe, other, _ = kept(place)
    pipe.unlink()
    os.mkfifo(pipe)
    other.unlink()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("somebody's own")
    other.with_suffix(".part").symlink_to(elsewhere)
    with within(60):
        assert told(place) == first
        assert elsewhere.read_text() == "somebody's own"
        tally = place.folder / "custodes-data/tally.json"
        tally.unlink()
        os.mkfifo(tally)
        place.ingest()
    assert pipe.is_file()
    assert other.is_file()
    assert tally.is_file()
