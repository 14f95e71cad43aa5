"""Can nobody move the time at which context was known? The state is asked of old snapshots only."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from custodes.errors import LedgerBroken
from custodes.pipeline import context
from custodes.pipeline.context import snapshot
from custodes.pipeline.dated import Origin, Snapshot, dated
from custodes.pipeline.detect import detect
from custodes.pipeline.progress import Silent
from custodes.pipeline.then import then
from custodes.pipeline.verify import verify
from custodes.pipeline.who import who
from custodes.pipeline.workspace import Workspace
from custodes.records.answer import Question
from custodes.records.canonical import file_bytes
from tests.pipeline import workspaces
from tests.pipeline.workspaces import DESK, Place, a_line, a_place

HEADER = "id,kind,subject,assignee,opened,closed\n"
OURS = HEADER + "t1,call,customer:c1,staff:e1,2026-02-28T08:00:00Z,\n"
NONE = HEADER + "t2,call,customer:c2,staff:e2,2026-02-20T08:00:00Z,\n"
EARLY, LATE = datetime(2026, 2, 27, tzinfo=UTC), datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture
def desk(tmp_path: Path) -> Place:
    """A look on the first of March."""
    (tmp_path / "desk.jsonl").write_text(a_line(1))
    return a_place(tmp_path, DESK + '[context.cases]\npath = "cases.csv"\n')


def take(place: Place, cases: str, at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    (place.folder / "cases.csv").write_text(cases)
    monkeypatch.setattr(workspaces, "NOW", at)
    with place.opened() as workspace:
        snapshot(workspace, Silent())


def known(place: Place) -> list[Snapshot]:
    with place.opened() as workspace:
        return dated(workspace)


def verdict(place: Place, trial: str = "1") -> bool:
    """Whether the look is explained by what was known then."""
    with place.opened() as workspace:
        (touch,) = who(workspace, Question("subject", "customer:c1"), trial=trial).touches
    return touch.reason is not None and not touch.reason.later


def problems(place: Place) -> tuple[str, ...]:
    return verify(place.folder / "custodes-data", Silent()).problems


def altered(place: Place, statement: str, *values: str) -> None:
    with sqlite3.connect(place.folder / "custodes-data/state.db") as database:
        assert database.execute(statement, values).rowcount > 0


def without_receipts(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """As earlier releases have sealed snapshots."""

    def seal(workspace: Workspace, fresh: list[tuple[str, bytes, Origin]], now: datetime) -> None:
        with workspace.ledger.begin() as batch:
            for kind, data, _ in fresh:
                leaf = file_bytes(kind, hashlib.sha256(data).digest())
                batch.add(f"context/{kind}", ".parquet", data, [leaf])
            batch.commit(now)

    before = context._seal
    monkeypatch.setattr(context, "_seal", seal)
    return lambda: monkeypatch.setattr(context, "_seal", before)


def test_a_date_that_is_moved_in_the_state_moves_nothing(desk: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """A case made up after the look must not become one that was known before it; the state is named."""
    take(desk, NONE, EARLY, monkeypatch)
    take(desk, OURS, LATE, monkeypatch)
    desk.ingest()
    assert problems(desk) == ()
    assert [(one.taken, one.sealed) for one in known(desk)] == [(EARLY, True), (LATE, True)]
    assert not verdict(desk)
    altered(desk, "update seal set sealed_at = '2026-02-28T00:00:00+00:00' where path like 'context/%' and first > 0")
    assert not verdict(desk, "2")
    assert [one.taken for one in known(desk)] == [EARLY, LATE]
    assert any("state.db" in one and "context/cases" in one for one in problems(desk))


def test_a_snapshot_is_named_by_what_it_holds(desk: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another file in its place is not read, even where the state says its hash."""
    take(desk, OURS, EARLY, monkeypatch)
    (one,) = known(desk)
    one.file.write_bytes(one.file.read_bytes()[:-1] + b"x")
    with desk.opened() as workspace, pytest.raises(LedgerBroken, match="it was altered"):
        then(workspace, "cases")


@pytest.mark.parametrize("how", ["gone", "altered", "another path in the state"])
def test_a_receipt_that_is_hidden_does_not_free_the_date(
    desk: Place, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without its receipt the snapshot would fall back on the state: it is refused, or it is told."""
    take(desk, OURS, LATE, monkeypatch)
    (file,) = (desk.folder / "custodes-data/ledger/receipts").glob("*.jsonl")
    if how == "gone":
        file.unlink()
    elif how == "altered":
        file.write_bytes(file.read_bytes().replace(b"2026-03-10", b"2026-02-10"))
    else:
        altered(desk, "update seal set path = replace(path, 'ledger/receipts/', 'index/day=2026-03-01/')")
    with desk.opened() as workspace:
        if how.startswith("another"):
            assert not then(workspace, "cases").dated
        else:
            with pytest.raises(LedgerBroken, match="ledger/receipts"):
                then(workspace, "cases")
    assert problems(desk) != ()


def test_what_was_true_before_may_be_true_again(desk: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same content has two dates, and its file is there once."""
    between = datetime(2026, 3, 5, tzinfo=UTC)
    for cases, at in ((OURS, EARLY), (NONE, between), (OURS, LATE)):
        take(desk, cases, at, monkeypatch)
    first, second, third = known(desk)
    assert first.sha256 == third.sha256 != second.sha256
    assert [one.taken for one in (first, second, third)] == [EARLY, between, LATE]
    with desk.opened() as workspace:
        assert [then(workspace, "cases", at).rows[0]["id"] for at in ("2026-03-01", "2026-03-06", "2026-03-11")] == [
            "t1",
            "t2",
            "t1",
        ]
    assert problems(desk) == ()


def test_old_workspaces_are_read_and_told(desk: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """What an earlier release sealed has the state's date, which is said; the next snapshot seals it."""
    as_now = without_receipts(monkeypatch)
    take(desk, OURS, EARLY, monkeypatch)
    as_now()
    monkeypatch.setattr(workspaces, "NOW", LATE)
    desk.ingest()
    assert [(one.taken, one.by) for one in known(desk)] == [(EARLY, "state")]
    with desk.opened() as workspace:
        (touch,) = who(workspace, Question("subject", "customer:c1")).touches
        assert touch.reason is not None
        assert (touch.reason.later, touch.reason.dated) == (False, False)
        assert any(
            "date not sealed of 1 snapshots of cases" in one.reason for one in detect(workspace, Silent()).skipped
        )
    take(desk, OURS, LATE, monkeypatch)
    assert [(one.taken, one.by, one.sealed) for one in known(desk)] == [(EARLY, "later receipt", False)]
    assert problems(desk) == ()
    altered(desk, "update seal set sealed_at = '2026-02-01T00:00:00+00:00' where path like 'context/%'")
    assert [one.taken for one in known(desk)] == [EARLY]
    assert any("state.db" in one for one in problems(desk))


def test_times_that_go_back_are_named(desk: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of any seal: the ledger's order is that of time."""
    take(desk, OURS, EARLY, monkeypatch)
    monkeypatch.setattr(workspaces, "NOW", LATE)
    desk.ingest()
    altered(desk, "update seal set sealed_at = '2020-01-01T00:00:00+00:00' where path like 'events/%'")
    assert any("state.db" in one and "events/" in one for one in problems(desk))


def remapped(place: Place, rule: str) -> None:
    file = place.folder / "custodes.toml"
    before = file.read_text().partition("\n[context.cases.map]")[0]
    file.write_text(f"{before}\n[context.cases.map]\nsubject = {rule}\n")


def test_a_mapping_that_was_mended_speaks_for_the_rows_it_was_wrong_about(
    desk: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A typing error of the first day must not judge all that lies before it; what was read then is read anew."""
    remapped(desk, '"no_such_column"')
    take(desk, OURS, EARLY, monkeypatch)
    monkeypatch.setattr(workspaces, "NOW", LATE)
    desk.ingest()
    assert not verdict(desk)
    remapped(desk, '"subject"')
    take(desk, OURS, LATE, monkeypatch)
    assert [one.taken for one in known(desk)] == [EARLY, LATE]
    assert verdict(desk, "2")
    with desk.opened() as workspace:
        told = then(workspace, "cases", "2026-02-28")
        assert told.rows[0]["subject"] == "customer:c1"
        assert told.mended == LATE
    assert problems(desk) == ()


def test_other_rows_do_not_speak_for_an_earlier_time(desk: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """With new rules came new rows as well: they were not known before."""
    remapped(desk, '"no_such_column"')
    take(desk, NONE, EARLY, monkeypatch)
    remapped(desk, '"subject"')
    take(desk, OURS, LATE, monkeypatch)
    desk.ingest()
    assert not verdict(desk)
