"""What if the system itself refuses, or kills us? Real system calls, disturbed from outside."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from custodes.ledger import fsck
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


def disturbed(folder: Path, *how: str) -> subprocess.CompletedProcess[str]:
    """One batch in a process of its own, under strace."""
    program = [sys.executable, "-m", "tests.ledger.sqlite_seals", str(folder)]
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
