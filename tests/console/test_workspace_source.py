"""Does the console over a real workspace record every look, and does it notice what changes under it?"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from custodes.config import Config, load
from custodes.console import workspace_source
from custodes.console.workspace_source import TRUSTED_FOR, WorkspaceSource
from custodes.errors import CouldNotRun, LedgerBroken
from custodes.ledger.check_proof import check_proof, read_trusted
from custodes.pipeline.lock import only_writer
from custodes.pipeline.progress import Silent
from custodes.pipeline.rulings import decide
from custodes.pipeline.run import run
from custodes.pipeline.verify import verify
from custodes.pipeline.workspace import create_or_open, prepare
from custodes.records import FlowEdge, Place
from custodes.records.answer import Question


class AClock:
    """The time now, or as far ahead of it as the test says: a ledger refuses to be sealed in its past."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


def write_events(folder: Path, first: int, last: int) -> None:
    """Appends look-ups of customers to the workspace's only log."""
    with (folder / "app.jsonl").open("a") as log:
        for n in range(first, last):
            log.write(
                json.dumps({"id": f"r{n}", "at": f"2026-03-01T09:{n:02}:00Z", "user": "e1", "customer": n}) + "\n"
            )


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace of one SQLite store and one log after its first run; tests take a copy."""
    folder = tmp_path_factory.mktemp("finished")
    with sqlite3.connect(folder / "shop.db") as shop:
        shop.execute("create table customers (id integer primary key, email text)")
        shop.executemany("insert into customers values (?, ?)", [(n, f"person{n}@example.com") for n in range(40)])
    shop.close()
    write_events(folder, 1, 21)
    (folder / "custodes.toml").write_text(
        'name = "small"\n[stores.shop]\nkind = "sqlite"\npath = "shop.db"\n[logs.app]\nkind = "jsonl"\n'
        'path = "app.jsonl"\n[logs.app.map]\nevent_id = "id"\ntime = "at"\nactor = "staff:{user}"\n'
        'action = { const = "read" }\ndataset = { const = "shop.main.customers" }\nsubject = "customer:{customer}"\n'
    )
    run_river(load(folder / "custodes.toml"))
    return folder


@pytest.fixture
def config(finished: Path, tmp_path: Path) -> Config:
    """That workspace, to do with as one likes."""
    shutil.copytree(finished, tmp_path / "own")
    (tmp_path / "own/custodes-data/ledger/home").unlink()  # a copy signs nothing otherwise
    return load(tmp_path / "own" / "custodes.toml")


def run_river(config: Config) -> None:
    """What `custodes run` does."""
    prepare(config)
    with only_writer(config.data):
        workspace = create_or_open(config, by="user:test")
        try:
            run(workspace, Silent())
        finally:
            workspace.close()


def looks(config: Config) -> list[dict[str, object]]:
    """The sealed receipts of looks, in the order of their time."""
    lines = [line for file in (config.data / "ledger/receipts").rglob("*.jsonl") for line in file.open()]
    found = [json.loads(line) for line in lines]
    return sorted((one for one in found if one["kind"] == "look"), key=lambda one: str(one["time"]))


def test_a_look_is_a_leaf(config: Config) -> None:
    """Each look is sealed with page, what was shown and who looked, and the ledger still verifies with all of them."""
    source = WorkspaceSource(config, by="user:ada", clock=AClock())
    known = source.overview()
    assert known.ledger.verified
    assert known.events == 20
    source.look("overview", "")
    source.look("incident", "I-0123456789ab")
    assert [(one["by"], one["detail"]) for one in looks(config)] == [
        ("user:ada", {"console": "overview", "shown": ""}),
        ("user:ada", {"console": "incident", "shown": "I-0123456789ab"}),
    ]
    status = verify(config.data, Silent())
    assert status.verified
    assert status.size == known.ledger.size + 2


def test_an_answer_and_a_proof_are_looks_too(config: Config, tmp_path: Path) -> None:
    """Each is sealed, verifies nothing anew, and the proof holds against the log's key."""
    source = WorkspaceSource(config, by="user:ada", clock=AClock())
    known = source.overview()
    answer = source.who(Question("actor", "staff:e1"))
    assert len(answer.touches) == 20
    leaf = answer.touches[0].leaf
    proof = source.proof(leaf)
    assert proof is not None
    index, _ = check_proof(proof.proof.encode(), proof.leaf, read_trusted(source.key().decode()))
    assert index == leaf
    assert source.proof(10**9) is None
    assert [one["detail"] for one in looks(config)] == [
        {"console": "who", "question": "who", "actor": "staff:e1"},
        {"console": "proof", "shown": str(leaf)},
    ]
    assert source.overview() is known
    assert [one.source for one in source.coverage().sources] == ["app"]
    assert source.witnessed().named == ()


def test_our_own_looks_do_not_verify_everything_again(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was verified is kept through our looks, renewed after a run, and renewed when it has grown old."""
    verified = 0

    def counting(data: Path, progress: Silent) -> object:
        nonlocal verified
        verified += 1
        return verify(data, progress)

    monkeypatch.setattr(workspace_source, "verify", counting)
    clock = AClock()
    source = WorkspaceSource(config, by="user:ada", clock=clock)
    for _ in range(3):
        source.overview()
        source.look("overview", "")
    assert verified == 1
    write_events(config.root, 21, 31)
    run_river(config)
    assert source.overview().events == 30
    assert verified == 2
    before = source.verified_at()
    clock.ahead = TRUSTED_FOR + timedelta(hours=1)
    source.overview()
    assert verified == 3
    assert source.verified_at() > before


def test_altered_evidence_is_told(config: Config) -> None:
    """Evidence altered under an open console is named once the last verification is old, readable or not."""
    clock = AClock()
    source = WorkspaceSource(config, by="user:ada", clock=clock)
    assert source.overview().ledger.verified
    segment = next((config.data / "events").rglob("*.parquet"))
    content = bytearray(segment.read_bytes())
    content[content.rindex(b"parquet-cpp")] ^= 1  # the writer's name: the file can still be read
    segment.chmod(0o600)
    segment.write_bytes(content)
    clock.ahead = TRUSTED_FOR + timedelta(hours=1)
    status = source.overview().ledger
    assert not status.verified
    assert any(segment.name in problem for problem in status.problems)
    segment.write_bytes(content[:100])
    clock.ahead *= 2
    with pytest.raises(LedgerBroken, match=segment.name):
        source.overview()


def test_a_run_at_work_is_waited_for_and_then_named(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    """While another process holds the workspace nothing is recorded, so the look is refused with the next step."""
    monkeypatch.setattr(workspace_source, "PATIENCE", 0.1)
    source = WorkspaceSource(config, by="user:ada", clock=AClock())
    source.overview()
    with only_writer(config.data), pytest.raises(CouldNotRun, match="another run is at work here") as refused:
        source.look("overview", "")
    assert "unrecorded" in refused.value.hint
    assert looks(config) == []
    source.look("overview", "")
    assert len(looks(config)) == 1


def test_nothing_run_yet_says_what_to_do(config: Config) -> None:
    """A workspace that does not exist is not made by looking at it."""
    shutil.rmtree(config.data)
    source = WorkspaceSource(config, by="user:ada")
    for ask in (source.overview, source.risks, source.verified_at, lambda: source.look("overview", "")):
        with pytest.raises(CouldNotRun) as refused:
            ask()
        assert "custodes run" in refused.value.hint
    assert not config.data.exists()


def test_the_command_serves_until_it_is_stopped(config: Config) -> None:
    """`custodes serve` prints a link that lets one reader in, and Ctrl-C is a clean end."""
    command = [sys.executable, "-m", "custodes", "--config", str(config.file), "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as console:
        assert console.stdout is not None
        link = re.search(r"http://127\.0\.0\.1:\d+/enter\?token=\S+", console.stdout.readline())
        assert link is not None
        with httpx.Client(follow_redirects=True, timeout=30) as reader:
            answer = reader.get(link[0])
            assert answer.status_code == 200
            assert "small" in answer.text
            assert httpx.get(link[0]).status_code == 401
        os.kill(console.pid, signal.SIGINT)
        out, err = console.communicate(timeout=30)
    assert console.returncode == 0, err
    assert "token" not in out + err
    assert [one["detail"] for one in looks(config)] == [{"console": "overview", "shown": ""}]


def test_a_fields_story_comes_from_the_workspace(config: Config) -> None:
    """What the scans noted of it, the flows that are known, and the rulings made; of another field nothing."""
    edge = FlowEdge(
        Place("shop", "main.customers", "email"), Place("", "out.csv", "*"), "direct", (), "script", "shop", "a.sql", 1
    )
    with only_writer(config.data):
        workspace = create_or_open(config, by="user:test")
        workspace.flows.save("shop", [edge], now=datetime.now(UTC))
        decide(workspace, "shop.main.customers.email", "email", "confirmed", "they are real", None)
        workspace.close()
    source = WorkspaceSource(config, by="user:test")
    changes, rulings = source.story("shop", "main.customers", "email")
    assert [(one.category, one.turn) for one in changes] == [("email", "told")]
    assert [one.why for one in rulings] == ["they are real"]
    assert [one.target.dataset for one in source.flows()] == ["out.csv"]
    assert source.story("shop", "main.customers", "nosuch") == ((), ())
