"""Does a log of nothing but bad lines take no more memory the longer it is?"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from custodes.pipeline import ingest as room
from custodes.state.intake import Intake
from tests.pipeline.workspaces import DESK, Place, a_line, a_place, names

FEW, MANY = 30_000, 1_000_000
ROOM = 96  # megabytes that a million of them may take beyond some thousand; held, they would take several hundred

# A file that began as another would be taken for its copy, so lines name their file. The greatest memory of a process
# only grows: that of the few first, then what the many add to it.
_MEASURED = """
import resource, sys
from pathlib import Path
from tests.pipeline.workspaces import Place
place = Place(Path(sys.argv[1]))
def bad(name, count):
    with (place.folder / name).open("w") as log:
        log.writelines(f"no record of {name}, number {number}\\n" for number in range(count))
def most():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
bad("desk1.jsonl", int(sys.argv[2]))
assert place.ingest().quarantined == int(sys.argv[2])
before = most()
bad("desk2.jsonl", int(sys.argv[3]))
assert place.ingest().quarantined == int(sys.argv[3])
print(most() - before)
"""


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_memory_does_not_grow_with_bad_lines(tmp_path: Path) -> None:
    """A million of them are kept on the disk as they come."""
    place = a_place(tmp_path, DESK)
    done = subprocess.run(
        [sys.executable, "-c", _MEASURED, str(tmp_path), str(FEW), str(MANY)],
        cwd=Path(__file__).parents[2],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-1_000:]
    assert int(done.stdout) < ROOM
    assert place.quarantine() == {"desk": FEW + MANY}


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many bad lines were kept at a time, where few are held."""
    kept: list[int] = []
    monkeypatch.setattr(room, "_KEEP_AT", 5)
    real = Intake.keep

    def keep(self: Intake, bad: list[object], *more: object) -> None:
        kept.append(len(bad))
        real(self, bad, *more)  # type: ignore[arg-type]  # handed on

    monkeypatch.setattr(Intake, "keep", keep)
    return kept


def a_log(place: Place, count: int) -> None:
    """Bad and good lines by turns."""
    text = "".join(f"bad {number}\n{a_line(number)}" for number in range(count))
    (place.folder / "desk.jsonl").write_text(text)


def test_what_is_kept_early_is_counted_once(tmp_path: Path, watched: list[int]) -> None:
    """Read to the end, read by another mapping, and read after a stop between the bad lines and the events."""
    place = a_place(tmp_path, DESK)
    a_log(place, 40)
    outcome = place.ingest()
    assert watched
    assert (outcome.records, outcome.events, outcome.quarantined) == (80, 40, 40)
    assert place.quarantine() == {"desk": 40}
    place.config.write_text(DESK.replace("staff:{user}", "role:{user}"))
    assert place.ingest().records == 80
    assert place.quarantine() == {"desk": 40}


def test_a_stop_between_bad_lines_and_events_loses_neither(
    tmp_path: Path, watched: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    place = a_place(tmp_path, DESK)
    a_log(place, 40)

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(room, "_seal", stopped)
        with pytest.raises(KeyboardInterrupt):
            place.ingest()
    assert watched
    assert place.quarantine() == {"desk": 40}
    assert place.sealed() == 0
    assert place.ingest().events == 40
    assert place.ids() == names(0, 40)
    assert place.quarantine() == {"desk": 40}
