"""Is old evidence removed so that all the rest still proves what it proved?"""

from __future__ import annotations

import json
import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from custodes.config import load
from custodes.errors import BadInput, CouldNotRun
from custodes.ledger.check_proof import check_proof, read_key
from custodes.ledger.tree import check_consistency
from custodes.pipeline.evidence import event_files, numbered
from custodes.pipeline.ingest import ingest
from custodes.pipeline.progress import Silent
from custodes.pipeline.prove import prove
from custodes.pipeline.prune import prune
from custodes.pipeline.verify import verify
from custodes.pipeline.workspace import Workspace, create_or_open, prepare
from custodes.records import AccessEvent
from custodes.records.canonical import event_bytes
from custodes.records.schema import events_table
from tests.records.test_canonical import an_event

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


def a_workspace(folder: Path) -> Workspace:
    """Three days, ten events each, one batch a day."""
    (folder / "custodes.toml").write_text('name = "prune"\n')
    config = load(folder / "custodes.toml")
    prepare(config)
    workspace = create_or_open(config, clock=lambda: NOW, by="user:test")
    for day in (1, 2, 3):
        with workspace.ledger.begin() as batch:
            for data, leaves in event_files(numbered([events_table(events(day))], batch.first)):
                batch.add(f"events/day=2026-03-{day:02}", ".parquet", data, leaves)
            batch.commit(NOW)
    return workspace


def events(day: int) -> list[AccessEvent]:
    start = datetime(2026, 3, day, tzinfo=UTC)
    return [
        an_event(event_id=f"r{day}-{n}", time=start + timedelta(hours=n), subject=f"customer:c{n}") for n in range(10)
    ]


def problems(workspace: Workspace) -> tuple[str, ...]:
    return verify(workspace.data, Silent()).problems


def test_old_days_go_and_the_rest_still_verifies(tmp_path: Path) -> None:
    """The receipt comes first; tree, later proofs, proofs given before and the chain of checkpoints hold."""
    workspace = a_workspace(tmp_path)
    key = read_key((workspace.data / "keys/ledger.vkey").read_text().strip())
    size, root = workspace.ledger.size, workspace.ledger.root
    before = workspace.ledger.prove(0)
    old = events(1)[0]
    told = prune(workspace, date(2026, 3, 3), sure=False)
    assert (len(told.files), told.leaves, told.done) == (2, 22, False)
    assert workspace.ledger.size == size
    assert prune(workspace, date(2026, 3, 3), sure=True).files == told.files
    assert [path.parent.name for path in workspace.segments()] == ["day=2026-03-03"]
    assert workspace.ledger.size == size + 2
    assert problems(workspace) == ()
    assert check_proof(before.encode(), event_bytes(old), key) == (0, size)
    assert check_proof(workspace.ledger.prove(0).encode(), event_bytes(old), key)[0] == 0
    check_consistency(size, size + 2, workspace.ledger.consistency(size, root), root, workspace.ledger.root)
    proof = prove(workspace, "r3-4", tmp_path / "out")[0]
    assert check_proof(proof.proof.read_bytes(), proof.leaf_file.read_bytes(), key)[0] == proof.leaf
    assert prove(workspace, str(proof.leaf), tmp_path / "out")[0].leaf == proof.leaf
    assert proof.leaf_file.stat().st_mode & 0o077 == 0  # it says who touched whose data
    with pytest.raises(BadInput, match="no longer kept"):
        prove(workspace, "0", tmp_path / "out")
    assert prune(workspace, date(2026, 3, 3), sure=True).files == ()
    assert workspace.ledger.size == size + 2
    workspace.close()


def test_a_file_that_is_missing_without_a_receipt_is_still_named(tmp_path: Path) -> None:
    """And the tree of pruned segments is still compared: an altered tile does not hide behind a receipt."""
    workspace = a_workspace(tmp_path)
    prune(workspace, date(2026, 3, 2), sure=True)
    gone = workspace.segments()[0]
    data = gone.read_bytes()
    gone.unlink()
    assert [one.partition(":")[0] for one in problems(workspace)] == [gone.relative_to(workspace.data).as_posix()]
    gone.write_bytes(data)
    tile = next((workspace.data / "ledger/tile/0/000.p").glob("35"), None) or max(
        (workspace.data / "ledger/tile/0/000.p").iterdir(), key=lambda path: int(path.name)
    )
    good = tile.read_bytes()
    tile.write_bytes(bytes([good[0] ^ 1]) + good[1:])
    assert any(f"ledger/tile/0/000.p/{tile.name}" in one for one in problems(workspace))
    workspace.close()


def test_a_crash_between_receipt_and_removal_is_finished_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next call removes the files, and seals no second receipt."""
    workspace = a_workspace(tmp_path)

    def fails(self: Path, missing_ok: bool = False) -> None:
        raise PermissionError(13, "no")

    with monkeypatch.context() as broken:
        broken.setattr(Path, "unlink", fails)
        with pytest.raises(CouldNotRun, match="cannot be removed"):
            prune(workspace, date(2026, 3, 2), sure=True)
    size = workspace.ledger.size
    assert problems(workspace) == ()
    assert len(prune(workspace, date(2026, 3, 2), sure=True).files) == 1
    assert workspace.ledger.size == size
    assert problems(workspace) == ()
    workspace.close()


def test_today_is_kept(tmp_path: Path) -> None:
    """A day that is not over cannot be named."""
    workspace = a_workspace(tmp_path)
    with pytest.raises(BadInput, match="not over"):
        prune(workspace, date(2026, 3, 11), sure=True)
    workspace.close()


def test_a_changed_mapping_brings_no_pruned_day_back(tmp_path: Path) -> None:
    """The log may still be there, and is read anew; what was removed stays so, and that is told."""
    rows = [{"t": f"2026-03-0{1 + n % 3}T10:00:0{n}Z", "a": "x", "id": str(n)} for n in range(9)]
    (tmp_path / "app.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    os.utime(tmp_path / "app.jsonl", (1, 1))

    def opened(more: str) -> Workspace:
        (tmp_path / "custodes.toml").write_text(
            f'name = "x"\n[logs.app]\nkind = "jsonl"\npath = "app.jsonl"\n{more}[logs.app.map]\nevent_id = "id"\n'
            'time = "t"\nactor = "a"\naction = { const = "read" }\ndataset = { const = "d" }\n'
        )
        config = load(tmp_path / "custodes.toml")
        prepare(config)
        return create_or_open(config, clock=lambda: NOW, by="user:test")

    workspace = opened("")
    assert ingest(workspace, Silent()).events == 9
    prune(workspace, date(2026, 3, 3), sure=True)
    workspace.close()
    workspace = opened('timezone = "UTC"\n')
    outcome = ingest(workspace, Silent())
    assert (outcome.events, outcome.duplicates, outcome.kept["app"]) == (0, 9, 9)
    assert [path.parent.name for path in workspace.segments()] == ["day=2026-03-03"]
    workspace.close()
