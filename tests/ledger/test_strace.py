"""What if the system itself refuses, or kills us? Real system calls, disturbed from outside."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from custodes.ledger import fsck
from custodes.ledger.file_system import syncs_as_one
from custodes.ledger.log import Ledger
from tests.ledger.sqlite_seals import COUNT, SqliteSeals, main
from tests.ledger.world import ORIGIN, leaves_of


def can_trace() -> bool:
    program = shutil.which("strace")
    if program is None:
        return False
    return subprocess.run([program, "-o", os.devnull, "true"], check=False, capture_output=True).returncode == 0


pytestmark = pytest.mark.skipif(not can_trace(), reason="strace is not here, or may not trace")

CASES = [
    *[("fsync", "error=EIO", when, {4}) for when in (1, 2, 4, 6, 9)],
    *[("rename", "error=ENOSPC", when, {4}) for when in (1, 2, 4)],
    *[("rename", "signal=KILL", when, {-9}) for when in (1, 2, 3, 5)],
    *[("unlink", "signal=KILL", when, {-9, 0}) for when in (1, 2)],
]


def disturbed(folder: Path, *how: str, many: bool = False) -> subprocess.CompletedProcess[str]:
    """One batch in a process of its own, under strace. many: as if its files were many."""
    program = [sys.executable, "-m", "tests.ledger.sqlite_seals", str(folder), *(["many"] if many else [])]
    return subprocess.run(
        ["strace", "-f", "-o", os.devnull, *how, *program],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("call", "what", "when", "ends"), CASES, ids=[f"{call} {what} {when}" for call, what, when, _ in CASES]
)
def test_a_disturbed_batch_is_whole_or_absent(tmp_path: Path, call: str, what: str, when: int, ends: set[int]) -> None:
    """Whatever the call answers: a clear error or none, the next process carries on, and everything verifies."""
    seals = SqliteSeals(tmp_path / "state.db")
    Ledger.create(tmp_path / "data", ORIGIN, tmp_path / "ledger.key", seals)
    assert main(tmp_path) == 0
    done = disturbed(tmp_path, "-e", f"trace={call}", "-e", f"inject={call}:{what}:when={when}")
    assert done.returncode in ends, done.stderr
    assert ("hint: " in done.stderr) == (done.returncode == 4)
    size = Ledger.open(tmp_path / "data", tmp_path / "ledger.key", seals).size
    assert size in {COUNT, 2 * COUNT}
    assert size == 2 * COUNT or done.returncode != 0
    assert main(tmp_path) == 0
    ledger = Ledger.open(tmp_path / "data", tmp_path / "ledger.key", seals)
    report = fsck.verify(tmp_path / "data", seals, ledger.verifier, leaves_of)
    assert report.problems == ()
    assert report.leaves == size + COUNT


# What changes a disk, and what each can be made to do: the process dies at it, or the system refuses it.
SWEEP = {
    "openat": ("signal=KILL",),
    "write": ("signal=KILL", "error=EIO", "error=ENOSPC"),
    "pwrite64": ("signal=KILL", "error=EIO", "error=ENOSPC"),
    "fsync": ("signal=KILL", "error=EIO", "error=ENOSPC"),
    "fdatasync": ("signal=KILL", "error=EIO", "error=ENOSPC"),
    "rename": ("signal=KILL", "error=EIO", "error=ENOSPC"),
    "unlink": ("signal=KILL", "error=EIO"),
    "mkdir": ("signal=KILL", "error=ENOSPC"),
    "rmdir": ("signal=KILL",),
    "ftruncate": ("signal=KILL", "error=EIO"),
    # These once more for a batch of many files, which are synced with one call.
    "syncfs": ("signal=KILL", "error=EIO", "error=ENOSPC"),
    "openat of many": ("signal=KILL", "error=EIO", "error=ENOSPC"),
    "write of many": ("signal=KILL", "error=EIO", "error=ENOSPC"),
    "rename of many": ("signal=KILL", "error=EIO", "error=ENOSPC"),
}


def touching(folder: Path, call: str, *, many: bool) -> list[int]:
    """Which calls of that name a whole batch makes to files below the folder: their numbers among all such calls."""
    log = folder.parent / "calls"
    program = [sys.executable, "-m", "tests.ledger.sqlite_seals", str(folder), *(["many"] if many else [])]
    subprocess.run(
        ["strace", "-f", "-y", "-s", "4096", "-o", str(log), "-e", f"trace={call}", *program],
        cwd=Path(__file__).parents[2],
        check=True,
    )
    lines = [line for line in log.read_text(errors="replace").splitlines() if f"{call}(" in line]
    return [number for number, line in enumerate(lines, 1) if str(folder) in line]


@pytest.mark.slow
@pytest.mark.parametrize("swept", SWEEP)
def test_every_call_of_a_seal_may_be_the_last(tmp_path: Path, swept: str) -> None:
    """Killed or refused at each call in turn: nothing acknowledged is missing, nothing is there by half."""
    call = swept.partition(" ")[0]
    many = call == "syncfs" or swept != call
    if many and not _synced_at_once(tmp_path):
        pytest.skip("this file system is not trusted with one call for many files")
    made = tmp_path / "made"
    seals = SqliteSeals(_below(made) / "state.db")
    Ledger.create(made / "data", ORIGIN, made / "ledger.key", seals)
    seals.connection.close()
    assert main(made) == 0
    for what in SWEEP[swept]:
        calls = touching(_again(made, tmp_path / "counted"), call, many=many)
        assert calls or swept not in {"syncfs", "rename of many"}
        for when in calls:
            folder = _again(made, tmp_path / "trial")
            done = disturbed(folder, "-e", f"trace={call}", "-e", f"inject={call}:{what}:when={when}", many=many)
            again = SqliteSeals(folder / "state.db")
            ledger = Ledger.open(folder / "data", folder / "ledger.key", again)
            assert ledger.size in {COUNT, 2 * COUNT}, (what, when)
            assert ledger.size == 2 * COUNT or done.returncode != 0, (what, when)
            assert main(folder) == 0
            report = fsck.verify(folder / "data", again, ledger.verifier, leaves_of)
            assert (report.problems, report.leaves) == ((), ledger.size + COUNT), (what, when)
            again.connection.close()


def _synced_at_once(folder: Path) -> bool:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        return syncs_as_one(descriptor)
    finally:
        os.close(descriptor)


def _below(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _copy(source: Path, target: Path) -> Path:
    shutil.copytree(source, target)
    (target / "data/ledger/home").unlink()  # a copy signs nothing otherwise
    return target


def _again(source: Path, target: Path) -> Path:
    shutil.rmtree(target, ignore_errors=True)
    return _copy(source, target)


def test_a_full_file_system_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    """ENOSPC from write: "disk full", exit code 4, the folder as it was, and the next run carries on."""
    seals = SqliteSeals(tmp_path / "state.db")
    Ledger.create(tmp_path / "data", ORIGIN, tmp_path / "ledger.key", seals)
    before = sorted(path for path in (tmp_path / "data").rglob("*"))
    pending = tmp_path / "data" / "ledger" / "pending" / "0.segment"
    done = disturbed(tmp_path, "-P", str(pending), "-e", "trace=write", "-e", "inject=write:error=ENOSPC")
    assert done.returncode == 4
    assert done.stderr.startswith("disk full, ")
    assert sorted(path for path in (tmp_path / "data").rglob("*") if path != pending) == before
    assert main(tmp_path) == 0
    ledger = Ledger.open(tmp_path / "data", tmp_path / "ledger.key", seals)
    assert fsck.verify(tmp_path / "data", seals, ledger.verifier, leaves_of).clean
