"""Are the rows of a view in a file drawn from all over it, and is it said where they are not?"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from custodes.records import Dataset
from custodes.stores import chance
from custodes.stores.duckdb import open_duckdb
from custodes.stores.interface import Store, Unreadable
from custodes.stores.sqlite import open_sqlite

ROWS = 50_000
TABLE = "CREATE TABLE t (id INTEGER)"
VIEW = "CREATE VIEW v AS SELECT id FROM t ORDER BY id"


@pytest.fixture(params=["sqlite", "duckdb"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    opened: Store
    if request.param == "sqlite":
        with closing(sqlite3.connect(tmp_path / "a.db")) as made:
            made.execute(TABLE)
            made.executemany("INSERT INTO t VALUES (?)", ((number,) for number in range(ROWS)))
            made.execute(VIEW)
            made.commit()
        opened = open_sqlite("s", tmp_path / "a.db")
    else:
        with duckdb.connect(str(tmp_path / "a.duckdb")) as made:
            made.execute(f"{TABLE}; INSERT INTO t SELECT range FROM range({ROWS}); {VIEW}")
        opened = open_duckdb("s", tmp_path / "a.duckdb")
    yield opened
    opened.close()


def read(store: Store, max_rows: int, into: list[int]) -> None:
    (view,) = (one for one in store.datasets() if isinstance(one, Dataset) and one.kind == "view")
    for batch in store.read(view, max_rows=max_rows):
        into.extend(int(row["id"]) for row in batch.to_pylist())


def test_rows_are_drawn_from_all_over(store: Store) -> None:
    """About as many as are wanted, none twice; nothing is said of a fair sample."""
    found: list[int] = []
    read(store, 2_000, found)
    assert 1_500 < len(found) <= 2_000
    assert len(set(found)) == len(found)
    assert sum(number > ROWS // 2 for number in found) > 0.4 * len(found)


def test_a_view_that_fits_is_read_whole(store: Store) -> None:
    """Also where it has exactly as many rows as are wanted."""
    for wanted in (ROWS, ROWS + 1, 0):
        found: list[int] = []
        read(store, wanted, found)
        assert sorted(found) == list(range(ROWS))


def test_first_rows_are_said_to_be_those(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where counting takes too long there is no chance to draw by."""
    monkeypatch.setattr(chance, "SECONDS", -1.0)
    monkeypatch.setattr(type(store), "_counted", lambda *_: None)
    found: list[int] = []
    with pytest.raises(Unreadable, match="only its first 2,000 rows were read"):
        read(store, 2_000, found)
    assert len(found) == 2_000
