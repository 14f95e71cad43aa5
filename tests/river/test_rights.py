"""Can others read what a workspace keeps? Not by the umask, not by an older release, and not unsaid."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from custodes.cli.app import Choice
from custodes.cli.evidence import verify as command
from custodes.config import load
from custodes.pipeline.ids import complete
from custodes.pipeline.workspace import open_workspace
from tests.river.test_prune import NOW, a_workspace
from tests.river.test_tampering import seal, seal_indexes


@pytest.fixture(params=[0o000, 0o022, 0o077])
def made(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A workspace made under this umask, with every kind of file."""
    before = os.umask(request.param)
    try:
        workspace = a_workspace(tmp_path)
        seal_indexes(workspace)
        seal(workspace, "rights", 300)
        complete(workspace.data, workspace.segments())
        workspace.close()
    finally:
        os.umask(before)
    return tmp_path / "custodes-data"


def odd(data: Path) -> list[str]:
    """What is not its owner's alone."""
    found = []
    for path in (data, *data.rglob("*")):
        wanted = 0o700 if path.is_dir() else 0o600
        if stat.S_IMODE(path.stat().st_mode) != wanted:
            found.append(f"{path.relative_to(data)} {stat.filemode(path.stat().st_mode)}")
    return found


def test_everything_is_its_owners_alone(made: Path) -> None:
    assert odd(made) == []


def test_an_older_workspace_is_closed_to_others(made: Path) -> None:
    """Folders that an earlier release made as the umask said, and the state."""
    for name in ("events", "ledger"):
        (made / name).chmod(0o755)
    (made / "state.db").chmod(0o644)
    open_workspace(load(made.parent / "custodes.toml"), clock=lambda: NOW, by="user:test").close()
    assert odd(made) == []


def test_a_folder_that_others_may_enter_is_told(
    made: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It may be meant so, as for a group: it is said, with what closes it."""
    monkeypatch.setattr(Choice, "config", made.parent / "custodes.toml")
    for mode, told in ((0o750, True), (0o701, True), (0o700, False)):
        made.chmod(mode)
        with pytest.raises(SystemExit):
            command(json=True)
        assert ("others may enter the workspace" in capsys.readouterr().err) == told
