"""Does everything leave that was asked for, sealed before it is out, whole or not at all?"""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from custodes.errors import CouldNotRun, LedgerBroken
from custodes.events.ocsf import OcsfLog
from custodes.ocsf.event import event_document
from custodes.pipeline import exemptions, outgoing
from custodes.pipeline.outgoing import Form, Sent, What, Window, send
from custodes.pipeline.prune import prune
from custodes.pipeline.receipts import sealed_receipts
from custodes.records import Scope
from tests.events.builders import TOKENS, read_all
from tests.ocsf.test_documents import must_hold, row, without_nulls
from tests.pipeline.night import Night


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = Night(tmp_path_factory.mktemp("night"))
    place.export("e1", "e2", day=2)
    place.export("e3", times=1, day=5)
    place.detect()
    return place.folder


@pytest.fixture
def night(made: Path, tmp_path: Path) -> Night:
    return Night.copied(made, tmp_path / "night")


def sent(
    place: Night, what: What, form: Form = "jsonl", window: Window | None = None, out: Path | None = None
) -> tuple[Sent, bytes]:
    to = io.BytesIO()
    with place.opened() as workspace:
        done = send(workspace, what, form, window or Window(), out, to)
        told = sealed_receipts(workspace, "export")
    data = out.read_bytes() if out else to.getvalue()
    assert told
    assert told[-1]["sha256"] == hashlib.sha256(data).hexdigest()
    assert told[-1]["documents"] == done.documents
    return done, data


def lines(data: bytes) -> list[Any]:
    return [json.loads(line) for line in data.splitlines()]


@pytest.mark.parametrize("what", ["events", "findings", "incidents"])
def test_lines_and_columns_say_the_same_and_both_are_valid(night: Night, what: What, tmp_path: Path) -> None:
    done, data = sent(night, what)
    documents = lines(data)
    assert len(documents) == done.documents > 0
    for one in documents:
        must_hold(one)
    _, columns = sent(night, what, "parquet", out=tmp_path / "out.parquet")
    assert without_nulls(pq.read_table(pa.BufferReader(columns)).to_pylist()) == documents
    assert (tmp_path / "out.parquet").stat().st_mode & 0o777 == 0o600


def test_a_window_is_of_event_times_and_of_when_findings_were_raised(night: Night) -> None:
    fifth, later = datetime(2026, 3, 5, 2, tzinfo=UTC), datetime(2026, 3, 5, 3, tzinfo=UTC)
    assert [one["unmapped"]["actor"] for one in lines(sent(night, "events", window=Window(fifth, later))[1])] == [
        "staff:e3"
    ]
    assert sent(night, "events", window=Window(None, fifth))[0].documents == 8
    assert sent(night, "findings", window=Window(later, None))[0].documents == 1
    assert sent(night, "findings", window=Window(None, fifth))[0].documents == 2


def test_an_excepted_finding_leaves_as_suppressed(night: Night) -> None:
    with night.opened() as workspace:
        exemptions.add(workspace, Scope("night_export", ("staff:e1",)), "a restore drill", night.day(30))
    told = {one["evidences"][0]["actor"]["user"]["uid"]: one["status"] for one in lines(sent(night, "findings")[1])}
    assert told["staff:e1"] == "Suppressed"
    assert told["staff:e2"] == "New"


def test_what_leaves_can_be_read_as_a_log_again(night: Night, tmp_path: Path) -> None:
    """Who did what to which dataset and when comes back; a mapping takes the rest out of `unmapped`."""
    (tmp_path / "back.jsonl").write_bytes(sent(night, "events")[1])
    log = OcsfLog("back", str(tmp_path / "back.jsonl"), tokeniser=TOKENS, store="x")
    got = read_all(log, tmp_path / "back.jsonl").events
    assert {(one.actor, one.action, one.dataset) for one in got} == {
        (f"staff:e{number}", "export", "x.shop.main.customers") for number in (1, 2, 3)
    }


def test_removed_days_are_told(night: Night) -> None:
    with night.opened() as workspace:
        prune(workspace, datetime(2026, 3, 3, tzinfo=UTC).date(), sure=True)
    done, _ = sent(night, "events")
    assert done.documents == 1
    assert "2026-03-02 were removed on purpose" in done.uncovered[0].reason
    assert sent(night, "events", window=Window(datetime(2026, 3, 4, tzinfo=UTC)))[0].uncovered == ()


def test_nothing_leaves_of_evidence_that_cannot_be_read(night: Night, tmp_path: Path) -> None:
    with night.opened() as workspace:
        workspace.segments()[-1].write_bytes(b"no segment")
        before, to = workspace.ledger.size, io.BytesIO()
        for out in (None, tmp_path / "out.jsonl"):
            with pytest.raises(LedgerBroken):
                send(workspace, "events", "jsonl", Window(), out, to)
        assert (to.getvalue(), workspace.ledger.size) == (b"", before)
    assert list(tmp_path.glob("*out.jsonl*")) == []


def test_a_segment_that_is_not_what_was_sealed_does_not_leave_as_evidence(night: Night) -> None:
    """Though it can be read as well as any other."""
    with night.opened() as workspace:
        first, last = workspace.segments()
        last.write_bytes(first.read_bytes())
        before, to = workspace.ledger.size, io.BytesIO()
        with pytest.raises(LedgerBroken, match="not what was sealed") as refused:
            send(workspace, "events", "jsonl", Window(), None, to)
        assert refused.value.where == str(last)
        assert (to.getvalue(), workspace.ledger.size) == (b"", before)


def test_a_folder_is_refused_before_a_receipt_is_sealed(night: Night, tmp_path: Path) -> None:
    with night.opened() as workspace:
        before = workspace.ledger.size
        with pytest.raises(CouldNotRun, match="folder"):
            send(workspace, "findings", "jsonl", Window(), tmp_path, io.BytesIO())
        assert workspace.ledger.size == before


def test_what_a_killed_export_left_goes_with_the_next_one_to_the_same_name(night: Night, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    script = f"""
import os
from pathlib import Path
from custodes.pipeline import outgoing
with outgoing._spool(Path({str(tmp_path)!r}), Path({str(out)!r})) as (file, _):
    file.write(b"half")
    file.flush()
    os.kill(os.getpid(), 9)
"""
    subprocess.run([sys.executable, "-c", script], check=False)
    (left,) = tmp_path.glob(".out.jsonl.*")
    others = [tmp_path / ".out.jsonl.20260301", tmp_path / left.name.replace("out.jsonl", "out.jsonl.more")]
    for one in others:
        one.write_bytes(b"somebody else's")
    with outgoing._spool(tmp_path, out) as (file, deliver):
        under_way = tmp_path / str(file.name)
        with outgoing._spool(tmp_path, out) as (second, _):
            assert second.name != file.name
        assert under_way.exists()
        deliver(io.BytesIO())
    assert not left.exists()
    assert all(one.exists() for one in others)
    assert sent(night, "findings", out=out)[0].documents == 3


def test_a_file_that_cannot_be_written_is_refused_with_a_hint(night: Night, tmp_path: Path) -> None:
    with night.opened() as workspace, pytest.raises(CouldNotRun) as refused:
        send(workspace, "events", "jsonl", Window(), tmp_path / "nowhere/out.jsonl", io.BytesIO())
    assert refused.value.hint


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_memory_does_not_grow_with_what_leaves(
    night: Night, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: Form
) -> None:
    """Sixteen pieces take as much as four."""

    def most(pieces: int) -> int:
        def made(_workspace: object, _window: object) -> Iterator[dict[str, object]]:
            return (event_document(row(leaf=number), "0") for number in range(pieces * 512))

        monkeypatch.setattr(outgoing, "_events", made)
        tracemalloc.start()
        with night.opened() as workspace:
            assert send(workspace, "events", form, Window(), tmp_path / "out", io.BytesIO()).documents == pieces * 512
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    monkeypatch.setattr(outgoing, "_AT_ONCE", 512)
    most(1)
    assert most(16) < most(4) * 1.3
