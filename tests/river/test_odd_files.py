"""What does somebody gain who puts a pipe, a device, a socket or a link in the place of a stored file?"""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from custodes.config import load
from custodes.errors import CustodesError
from custodes.pipeline.ids import complete, find
from custodes.pipeline.lock import only_writer
from custodes.pipeline.progress import Silent
from custodes.pipeline.verify import verify
from custodes.pipeline.who import who
from custodes.pipeline.workspace import open_workspace
from custodes.records.answer import Question
from tests.river.test_prune import NOW, a_workspace
from tests.river.test_tampering import ACTOR, seal, seal_indexes
from tests.test_kept import put

# Each stored file, and whether an answer does without it.
FILES = {
    "events/day=2026-03-02/*.parquet": False,
    "index/day=2026-03-02/*.pack": True,
    "ids/*.ids": True,
    "context/people/*.parquet": True,
    "ledger/receipts/*.jsonl": True,
    "ledger/tile/0/000": False,
    "ledger/tile/0/001.p/*": False,
    "ledger/checkpoint": False,
    "state.db": False,
    "keys/ledger.key": False,
    "keys/ledger.vkey": False,
    "keys/token.key": False,
    "workspace": False,
}
KINDS = ("pipe", "socket", "device", "link")


def answered(folder: Path) -> int:
    """How many touches an answer has."""
    workspace = open_workspace(load(folder / "custodes.toml"), clock=lambda: NOW, by="user:test")
    try:
        find(workspace.data, workspace.segments(), "r1-1")
        return len(who(workspace, Question("actor", ACTOR)).touches)
    finally:
        workspace.close()


@contextmanager
def within(seconds: int) -> Iterator[None]:
    """A pipe that is waited for fails the test instead of holding it."""

    def late(_signal: int, _frame: object) -> None:
        raise TimeoutError("it waits for what nobody writes")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with every kind of file."""
    folder = tmp_path_factory.mktemp("odd")
    workspace = a_workspace(folder)
    seal_indexes(workspace)
    seal(workspace, "odd", 300)
    complete(workspace.data, workspace.segments())
    workspace.close()
    return folder


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("pattern", list(FILES))
def test_what_is_no_file_is_named_and_never_waited_for(made: Path, tmp_path: Path, pattern: str, kind: str) -> None:
    """By `ledger verify`; and an answer does without the file where it can, or ends with its name."""

    own = tmp_path / "own"
    shutil.copytree(made, own)
    data = own / "custodes-data"
    file = max(data.glob(pattern))
    path = file.relative_to(data).as_posix()
    file.unlink()
    (data / "ledger/home").unlink()  # a copy may not sign the receipt of a look
    with put(kind, file), within(240):
        try:
            told = list(verify(data, Silent()).problems)
        except CustodesError as error:
            told = [str(error)]
        try:
            found, refusal = answered(own), ""
        except CustodesError as error:
            found, refusal = 0, str(error)
    assert any(path in one for one in (*told, refusal)), told
    if FILES[pattern]:
        assert (found, refusal) == (30, "")
    else:
        assert found == 30 or path in refusal


def look(folder: Path) -> None:
    """A start, and a receipt."""
    with only_writer(folder / "custodes-data"):
        workspace = open_workspace(load(folder / "custodes.toml"), clock=lambda: NOW, by="user:test")
        try:
            workspace.seal_receipts([workspace.receipt("look", question="x")])
        finally:
            workspace.close()


@pytest.mark.parametrize("name", ["state.db-wal", "state.db-journal", "lock", "ledger/lock", "ledger/home"])
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_written_through_a_link_or_into_a_pipe(made: Path, tmp_path: Path, name: str, kind: str) -> None:
    """Files that every start writes."""

    own = tmp_path / "own"
    shutil.copytree(made, own)
    data = own / "custodes-data"
    (data / name).unlink(missing_ok=True)
    with put(kind, data / name), within(240), pytest.raises(CustodesError, match=name):
        look(own)
    if kind == "link":
        elsewhere = (data / name).parent.parent / f"{Path(name).name}.elsewhere"
        assert elsewhere.read_bytes() == b"somebody else's"


def test_a_start_removes_nothing_through_a_link(made: Path, tmp_path: Path) -> None:
    """What is pending is removed by every start that finds a reason to."""

    own, other = tmp_path / "own", tmp_path / "other"
    shutil.copytree(made, own)
    pending = own / "custodes-data/ledger/pending"
    shutil.rmtree(pending)
    other.mkdir()
    (other / "letter").write_text("kept")
    pending.symlink_to(other)
    with pytest.raises(CustodesError, match="pending"):
        open_workspace(load(own / "custodes.toml"), clock=lambda: NOW, by="user:test").close()
    assert (other / "letter").exists()


def test_a_folder_of_evidence_is_no_link(made: Path, tmp_path: Path) -> None:
    """What it leads to could be exchanged without a trace."""

    own = tmp_path / "own"
    shutil.copytree(made, own)
    day = own / "custodes-data/events/day=2026-03-02"
    shutil.move(day, tmp_path / "moved")
    day.symlink_to(tmp_path / "moved")
    with pytest.raises(CustodesError, match="day=2026-03-02"):
        open_workspace(load(own / "custodes.toml"), clock=lambda: NOW, by="user:test").close()
    assert any("symbolic link" in one for one in verify(own / "custodes-data", Silent()).problems)
    assert os.path.islink(day)  # noqa: PTH114 - nothing was moved
