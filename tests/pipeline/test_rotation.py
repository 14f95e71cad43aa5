"""Is every line sealed once, however a log is rotated, copied, exported again or cut between two readings?"""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from custodes.cli import watch
from custodes.cli.app import Choice
from tests.pipeline.workspaces import DESK, Place, a_line, a_place, lines, names, reasons

BAD = "no json\n"


def renamed(folder: Path) -> None:
    (folder / "desk.jsonl").rename(folder / "desk.jsonl.1")


def copied_and_truncated(folder: Path) -> None:
    shutil.copy(folder / "desk.jsonl", folder / "desk.jsonl.1")
    (folder / "desk.jsonl").write_text("")


def compressed(folder: Path) -> None:
    (folder / "desk.jsonl.1.gz").write_bytes(gzip.compress((folder / "desk.jsonl").read_bytes()))
    (folder / "desk.jsonl").unlink()


ROTATIONS: list[Callable[[Path], None]] = [renamed, copied_and_truncated, compressed]


@pytest.mark.parametrize("rotate", ROTATIONS)
@pytest.mark.parametrize("before", [3, 200])
def test_a_rotated_log_is_read_on(tmp_path: Path, rotate: Callable[[Path], None], before: int) -> None:
    """Lines before, between the last reading and the rotation, and after it: each once, bad ones too."""
    place = a_place(tmp_path)
    log = tmp_path / "desk.jsonl"
    log.write_text(BAD + lines(0, before))
    assert place.ingest().events == before
    with log.open("a") as file:
        file.write(lines(before, before + 5))
    rotate(tmp_path)
    with log.open("a") as file:
        file.write(lines(before + 5, before + 9))
    outcome = place.ingest()
    assert (outcome.events, outcome.duplicates, outcome.quarantined) == (9, 0, 0)
    assert place.ids() == names(0, before + 9)
    assert place.quarantine() == {"desk": 1}
    assert place.ingest().records == 0


def test_rotations_in_a_row(tmp_path: Path) -> None:
    """Each file is known by what is in it: shifting all names reads nothing again."""
    place = a_place(tmp_path)
    log = tmp_path / "desk.jsonl"
    for turn in range(4):
        log.write_text(BAD * (turn + 1) + lines(turn * 100, turn * 100 + 100))
        assert place.ingest().events == 100
        for number in range(turn, 0, -1):
            (tmp_path / f"desk.jsonl.{number}").rename(tmp_path / f"desk.jsonl.{number + 1}")
        log.rename(tmp_path / "desk.jsonl.1")
    outcome = place.ingest()
    assert (outcome.records, outcome.events, place.sealed()) == (0, 0, 400)
    assert place.quarantine() == {"desk": 10}


def test_a_copy_beside_the_log_adds_nothing(tmp_path: Path) -> None:
    """A backup that the pattern matches is the same log, and both may go on growing."""
    place = a_place(tmp_path)
    log = tmp_path / "desk.jsonl"
    log.write_text(BAD + lines(0, 100))
    place.ingest()
    shutil.copy(log, tmp_path / "desk-copy.jsonl")
    assert (place.ingest().records, place.quarantine()) == (0, {"desk": 1})
    with log.open("a") as file:
        file.write(lines(100, 103))
    assert (place.ingest().events, place.sealed()) == (3, 103)


def test_a_rotated_file_outside_the_pattern_is_found(tmp_path: Path) -> None:
    """The configured name is the live log only: what was written before the rotation is beside it."""
    place = a_place(tmp_path, DESK.replace("desk*.jsonl*", "desk.jsonl"))
    log = tmp_path / "desk.jsonl"
    log.write_text(lines(0, 10))
    place.ingest()
    with log.open("a") as file:
        file.write(lines(10, 15))
    log.rename(tmp_path / "desk.jsonl-20260301")
    log.write_text(lines(15, 17))
    outcome = place.ingest()
    assert (outcome.events, place.ids()) == (7, names(0, 17))
    assert "rotated" not in reasons(outcome.skipped)
    assert place.ingest().records == 0


def test_a_rotation_whose_file_is_gone_is_told(tmp_path: Path) -> None:
    """What may have been lost is not passed over in silence."""
    place = a_place(tmp_path)
    log = tmp_path / "desk.jsonl"
    log.write_text(lines(0, 10))
    place.ingest()
    log.write_text(lines(50, 52))
    outcome = place.ingest()
    assert outcome.events == 2
    assert "it was rotated, and its earlier file is gone" in reasons(outcome.skipped)


def test_an_overlapping_export_adds_only_what_is_new(tmp_path: Path) -> None:
    """Yesterday's lines in today's export are duplicates, and are counted as such."""
    place = a_place(tmp_path)
    (tmp_path / "desk-1.jsonl").write_text(lines(0, 100))
    place.ingest()
    (tmp_path / "desk-2.jsonl").write_text(lines(60, 150))
    outcome = place.ingest()
    assert (outcome.records, outcome.events, outcome.duplicates) == (90, 50, 40)
    assert place.ids() == names(0, 150)


def test_late_events_keep_both_times(tmp_path: Path) -> None:
    """An event that comes a month late, behind newer ones, has the time it happened and the time it came."""
    place = a_place(tmp_path)
    log = tmp_path / "desk.jsonl"
    log.write_text(a_line(1))
    place.ingest()
    with log.open("a") as file:
        file.write(a_line(2, at="2026-02-01T00:00:00Z"))
    assert place.ingest().events == 1
    with place.opened() as workspace:
        days = sorted(path.parent.name for path in workspace.segments())
    assert days == ["day=2026-02-01", "day=2026-03-01"]


def test_watching_follows_a_rotation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One look after the other, with a rotation in between, as `custodes watch` makes them."""
    place = a_place(tmp_path)
    monkeypatch.setattr(Choice, "config", place.config)
    log = tmp_path / "desk.jsonl"
    log.write_text(lines(0, 10))
    assert watch.follow(0.1, 1) == 0
    renamed(tmp_path)
    log.write_text(lines(10, 12) + BAD)
    assert watch.follow(0.1, 2) == 3
    assert place.ids() == names(0, 12)
    told = capsys.readouterr().out.splitlines()
    assert [line.split("  ")[1] for line in told] == [
        "10 events sealed, 0 known already, 0 lines in quarantine",
        "2 events sealed, 0 known already, 1 lines in quarantine",
    ]


# --- quarantine -------------------------------------------------------------------------------------------------


def _mend(place: Place, old: str, new: str) -> None:
    place.config.write_text(place.config.read_text().replace(old, new))


def test_lines_leave_quarantine_when_the_mapping_is_mended(tmp_path: Path) -> None:
    """A changed mapping reads the log anew: what was bad becomes events, what was sealed stays once."""
    place = a_place(tmp_path)
    (tmp_path / "desk.jsonl").write_text(a_line(0) + a_line(1, verb="peek") + BAD + a_line(2, verb="peek") + a_line(3))
    first = place.ingest()
    assert (first.records, first.events, first.quarantined) == (5, 2, 3)
    _mend(place, 'view = "read"', 'view = "read", peek = "read"')
    second = place.ingest()
    assert (second.events, second.duplicates, second.quarantined) == (2, 2, 1)
    assert (place.ids(), place.quarantine()) == (names(0, 4), {"desk": 1})


def test_lines_in_quarantine_are_tried_again_on_demand(tmp_path: Path) -> None:
    """What was the reader's fault, or the clock's, is an event then; the rest stays."""
    place = a_place(tmp_path)
    log = tmp_path / "desk.jsonl"
    log.write_text(a_line(0) + a_line(1, at="2026-03-12T09:00:00Z") + BAD + a_line(2))
    assert place.ingest().quarantined == 2
    still = place.ingest(again=True)
    assert (still.mended, still.events, place.quarantine()) == (0, 0, {"desk": 2})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "tests.pipeline.workspaces.NOW", __import__("datetime").datetime.fromisoformat("2026-03-13T00:00Z")
        )
        later = place.ingest(again=True)
        assert (later.mended, later.events) == (1, 1)
        assert (place.ids(), place.quarantine()) == (names(0, 3), {"desk": 1})
        assert place.ingest(again=True).events == 0


def test_a_line_whose_file_is_gone_stays_in_quarantine(tmp_path: Path) -> None:
    """It cannot be tried again, and that is told; it is not forgotten."""
    place = a_place(tmp_path)
    log = tmp_path / "desk.jsonl"
    log.write_text(BAD + a_line(0))
    place.ingest()
    log.unlink()
    (tmp_path / "desk2.jsonl").write_text(a_line(1))
    outcome = place.ingest(again=True)
    assert "not tried again" in reasons(outcome.skipped)
    assert place.quarantine() == {"desk": 1}


def test_what_was_cut_off_leaves_quarantine_when_it_comes(tmp_path: Path) -> None:
    """A gzip copied half is told until the whole file is there."""
    place = a_place(tmp_path)
    whole = gzip.compress(lines(0, 3_000).encode())
    file = tmp_path / "desk.jsonl.gz"
    file.write_bytes(whole[: len(whole) // 2])
    first = place.ingest()
    assert (first.cut, first.records, place.quarantine()) == (1, first.events, {"desk": 1})
    file.write_bytes(whole)
    second = place.ingest()
    assert (first.events + second.events, second.duplicates, place.quarantine()) == (3_000, 0, {})
