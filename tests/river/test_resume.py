"""Does a scan that was killed go on where it was, and lose nothing by it?"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from custodes import config
from custodes.pipeline.progress import Silent
from custodes.pipeline.scan import ScanOutcome, scan
from custodes.pipeline.workspace import create_or_open, prepare
from custodes.records import Dataset
from custodes.stores.files import FilesStore

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
FILES = ("a.csv", "b.csv", "c.csv", "d.csv")


class Killed(BaseException):
    """What a signal is to a process, as far as a test can be one."""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / "exports").mkdir()
    for name in FILES:
        with (tmp_path / "exports" / name).open("w", newline="") as file:
            rows = [(number, f"p{number}@example.com") for number in range(200)]
            csv.writer(file).writerows([("id", "mail"), *rows])
    # One worker, so that it is certain which files were read when the process dies.
    (tmp_path / "custodes.toml").write_text(
        'name = "x"\nscan = { workers = 1 }\n[stores.e]\nkind = "files"\npath = "exports"\n'
    )
    return tmp_path


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the datasets that are read; a reading of "killed" kills."""
    names: list[str] = []
    really = FilesStore.read

    def reading(self: FilesStore, dataset: Dataset, *, max_rows: int) -> Iterator[pa.RecordBatch]:
        names.append(dataset.name)
        if dataset.name == "c.csv" and names.count("c.csv") == 1:
            raise Killed
        yield from really(self, dataset, max_rows=max_rows)

    monkeypatch.setattr(FilesStore, "read", reading)
    return names


def run(folder: Path, at: datetime = NOW) -> ScanOutcome:
    asked = config.load(folder / "custodes.toml")
    prepare(asked)
    with closing(create_or_open(asked, clock=lambda: at, by="user:test")) as workspace:
        return scan(workspace, Silent())


def test_what_was_read_is_not_read_again(shop: Path, read: list[str]) -> None:
    """The verdicts and the copies are those of a scan that was not stopped, and the outcome is news."""
    with pytest.raises(Killed):
        run(shop)
    outcome = run(shop)
    assert read == ["a.csv", "b.csv", "c.csv", "c.csv", "d.csv"]
    assert [one.dataset for one in outcome.examined] == list(FILES)
    assert all(one.verdicts for one in outcome.examined)
    assert len(outcome.copies) == 6
    assert outcome.changed
    assert not run(shop).changed
    assert len(read) == 5


def test_what_changed_meanwhile_is_read_again(shop: Path, read: list[str]) -> None:
    """Its fingerprint is another one."""
    with pytest.raises(Killed):
        run(shop)
    (shop / "exports" / "a.csv").write_text("id,mail\n1,ann@example.com\n")
    run(shop)
    assert read == ["a.csv", "b.csv", "c.csv", "a.csv", "c.csv", "d.csv"]


@pytest.mark.parametrize(("later", "again"), [(timedelta(minutes=1), 0), (timedelta(days=2), 2)])
def test_a_store_that_promises_nothing(
    shop: Path, read: list[str], later: timedelta, again: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Within the same scan its datasets are not read again; a scan of days ago does not count."""
    really = FilesStore.datasets

    def unproven(self: FilesStore) -> Iterator[object]:
        for one in really(self):
            yield Dataset(one.store, one.name, one.columns, "file", one.rows) if isinstance(one, Dataset) else one

    monkeypatch.setattr(FilesStore, "datasets", unproven)
    with pytest.raises(Killed):
        run(shop)
    run(shop, NOW + later)
    assert len(read) == 5 + again
