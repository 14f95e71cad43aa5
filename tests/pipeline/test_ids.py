"""Is an event found by its id without reading everything, and can nobody hide one from that?"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from custodes import _native
from custodes.config import load
from custodes.engine.duckdb import DuckEngine
from custodes.errors import BadInput
from custodes.ledger.durable import Disk
from custodes.pipeline import ids, prove
from custodes.pipeline.evidence import event_files, numbered
from custodes.pipeline.open_engine import open_engine
from custodes.pipeline.progress import Silent
from custodes.pipeline.prune import prune
from custodes.pipeline.verify import verify
from custodes.pipeline.workspace import Workspace, create_or_open, prepare
from custodes.records.schema import events_table
from tests.records.test_canonical import an_event

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
MANY = 5_000  # enough that one read of a part of the index must do


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """Two days of events with ids of their own, and one id that stands in three rows of both days."""
    (tmp_path / "custodes.toml").write_text('name = "ids"\n')
    config = load(tmp_path / "custodes.toml")
    prepare(config)
    made = create_or_open(config, clock=lambda: NOW, by="user:test")
    for day in (1, 2):
        start = datetime(2026, 3, day, tzinfo=UTC)
        events = [
            an_event(event_id=f"r{day}-{n}", time=start + timedelta(seconds=n), subject=f"customer:c{n}")
            for n in range(MANY)
        ]
        events += [an_event(event_id="often", time=start, subject=f"customer:o{n}") for n in range(3 - day)]
        with made.ledger.begin() as batch:
            for data, leaves in event_files(numbered([events_table(events)], batch.first)):
                batch.add(f"events/day=2026-03-{day:02}", ".parquet", data, leaves)
            batch.commit(NOW)
    yield made
    made.close()


def told(workspace: Workspace, event: str) -> list[int]:
    return [int(str(row["leaf"])) for row in ids.find(workspace.data, workspace.segments(), event)]


def test_every_id_is_found_at_its_rows(workspace: Workspace) -> None:
    """One read in each index is enough, wherever the id stands."""
    kept = workspace.segments()
    assert told(workspace, "r1-0") == []  # there is no index yet
    ids.complete(workspace.data, kept)
    for day, first in ((1, 0), (2, MANY + 3)):
        assert [told(workspace, f"r{day}-{n}") for n in range(0, MANY, 997)] == [
            [first + n] for n in range(0, MANY, 997)
        ]
    assert told(workspace, "often") == [MANY, MANY + 1, 2 * MANY + 3]
    assert told(workspace, "r3-0") == []


def test_a_proof_is_given_without_searching(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With an index nothing is asked of the engine; an id that it does not name is searched for everywhere."""
    before = prove.prove(workspace, "r2-77", tmp_path / "a")
    ids.complete(workspace.data, workspace.segments())
    asked: list[Workspace] = []

    def searching(one: Workspace) -> AbstractContextManager[DuckEngine]:
        asked.append(one)
        return open_engine(one)

    monkeypatch.setattr(prove, "open_engine", searching)
    after = prove.prove(workspace, "r2-77", tmp_path / "b")
    assert [one.leaf for one in after] == [one.leaf for one in before] == [MANY + 3 + 77]
    assert after[0].leaf_file.read_bytes() == before[0].leaf_file.read_bytes()
    assert not asked
    with pytest.raises(BadInput):
        prove.prove(workspace, "nobody", tmp_path / "c")
    assert asked


def test_a_hidden_entry_hides_nothing(workspace: Workspace, tmp_path: Path) -> None:
    """Who takes an entry out of an index is named by verification; the event is proven all the same."""
    ids.complete(workspace.data, workspace.segments())
    assert verify(workspace.data, Silent()).verified
    index = ids.place_of(workspace.data, workspace.segments()[0])
    entries = [index.read_bytes()[at : at + 8] for at in range(0, index.stat().st_size, 8)]
    key = _native.id_key(b"r1-5").to_bytes(4, "little")
    rest = [one for one in entries if one[4:] != key]
    assert len(rest) == len(entries) - 1
    index.write_bytes(b"".join(rest + rest[-1:]))
    assert [one.leaf for one in prove.prove(workspace, "r1-5", tmp_path)] == [5]
    status = verify(workspace.data, Silent())
    assert not status.verified
    assert [problem.partition(":")[0] for problem in status.problems] == [f"ids/{index.name}"]
    index.unlink()
    assert verify(workspace.data, Silent()).verified
    ids.complete(workspace.data, workspace.segments())
    assert told(workspace, "r1-5") == [5]


@pytest.mark.parametrize("content", [b"", b"x", bytes(16), b"\xff" * 8], ids=["empty", "torn", "zeros", "beyond"])
def test_an_index_that_makes_no_sense_does_no_harm(workspace: Workspace, tmp_path: Path, content: bytes) -> None:
    """It names nothing, or rows that are none: then all is searched."""
    ids.complete(workspace.data, workspace.segments())
    for segment in workspace.segments():
        ids.place_of(workspace.data, segment).write_bytes(content)
    assert [one.leaf for one in prove.prove(workspace, "r1-5", tmp_path)] == [5]


def test_it_goes_with_its_segment(workspace: Workspace) -> None:
    """What was pruned is not named any more."""
    ids.complete(workspace.data, workspace.segments())
    prune(workspace, date(2026, 3, 2), sure=True)
    assert len(list((workspace.data / "ids").iterdir())) == 1
    assert told(workspace, "r1-0") == []
    assert told(workspace, "r2-0") == [MANY + 3]
    assert verify(workspace.data, Silent()).verified


def test_an_index_larger_than_memory_does_no_harm(workspace: Workspace, tmp_path: Path) -> None:
    """A file with holes costs nobody anything to make: it is not read, and verification comes to its end."""
    ids.complete(workspace.data, workspace.segments())
    index = ids.place_of(workspace.data, workspace.segments()[0])
    os.truncate(index, 1 << 43)
    assert [one.leaf for one in prove.prove(workspace, "r1-5", tmp_path)] == [5]
    assert [problem.partition(":")[0] for problem in verify(workspace.data, Silent()).problems] == [f"ids/{index.name}"]


def test_what_a_crash_leaves_is_taken_over(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was begun and has no name yet is begun again under the same."""
    with monkeypatch.context() as broken:
        broken.setattr(Disk, "rename", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        for process in (1, 2):
            broken.setattr(os, "getpid", lambda process=process: process)
            with pytest.raises(KeyboardInterrupt):
                ids.complete(workspace.data, workspace.segments())
    ids.complete(workspace.data, workspace.segments())
    assert {file.suffix for file in (workspace.data / "ids").iterdir()} == {".ids"}
