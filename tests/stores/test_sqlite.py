"""What does a SQLite store say when the file is not as it should be?"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from custodes.errors import StoreRefused
from custodes.records import Dataset, Skipped
from custodes.stores.interface import Store, Unreadable
from custodes.stores.sqlite import open_sqlite
from tests.stores.rights import open_to_all, unprivileged


def a_database(file: Path, *statements: str) -> Path:
    with closing(sqlite3.connect(file)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()
    return file


def named(store: Store) -> dict[str, Dataset | Skipped]:
    return {found.dataset if isinstance(found, Skipped) else found.name: found for found in store.datasets()}


def rows_and_reason(store: Store, name: str, max_rows: int = 0) -> tuple[list[dict[str, str | None]], str]:
    """What was read before the reading ended, and why it ended early (empty when it did not)."""
    dataset = named(store)[name]
    assert isinstance(dataset, Dataset), dataset
    rows: list[dict[str, str | None]] = []
    try:
        for batch in store.read(dataset, max_rows=max_rows):
            rows += batch.to_pylist()
    except Unreadable as error:
        return rows, error.reason
    return rows, ""


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    """The refusal names the store and the path, and no file is created."""
    with pytest.raises(StoreRefused, match="no such file") as refusal:
        open_sqlite("shop", tmp_path / "none.db")
    assert refusal.value.hint
    assert not (tmp_path / "none.db").exists()


def test_a_file_without_the_right_to_read_is_refused() -> None:
    """The refusal says that the right is missing."""
    with open_to_all() as folder:
        file = a_database(folder / "shop.db", "CREATE TABLE t (a)")
        file.chmod(0)
        with unprivileged(), pytest.raises(StoreRefused, match="permission denied"):
            open_sqlite("shop", file)


@pytest.mark.parametrize("content", [b"id,name\n1,Ann\n" * 100, b"SQLite format 3\x00" + b"\xff" * 2000])
def test_what_is_no_database_is_refused(tmp_path: Path, content: bytes) -> None:
    """Another kind of file and one with only the header of a database are refused in words."""
    file = tmp_path / "shop.db"
    file.write_bytes(content)
    with pytest.raises(StoreRefused, match=r"no SQLite database|damaged"):
        open_sqlite("shop", file)


def test_a_locked_database_is_refused(tmp_path: Path) -> None:
    """Another program's exclusive lock is named as such."""
    file = a_database(tmp_path / "shop.db", "CREATE TABLE t (a)")
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreRefused, match="locked"):
            open_sqlite("shop", file)


def test_a_damaged_page_costs_only_its_table(tmp_path: Path) -> None:
    """One table breaks off with a reason, the other is read whole."""
    file = a_database(
        tmp_path / "shop.db",
        "CREATE TABLE hurt (a)",
        "CREATE TABLE sound (a)",
        "INSERT INTO sound VALUES ('one')",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) "
        "INSERT INTO hurt SELECT printf('row %04d ' || hex(zeroblob(50)), i) FROM n",
    )
    data = bytearray(file.read_bytes())
    data[-4096:] = b"\xff" * 4096
    file.write_bytes(data)
    store = open_sqlite("shop", file)
    found = named(store)
    assert rows_and_reason(store, "main.sound") == ([{"a": "one"}], "")
    hurt = found["main.hurt"]
    reason = hurt.reason if isinstance(hurt, Skipped) else rows_and_reason(store, "main.hurt")[1]
    assert "damaged" in reason
    store.close()


def test_a_view_that_fails_is_named(tmp_path: Path) -> None:
    """A view over a table that is gone is a Skipped that says which; a working view is read."""
    file = a_database(
        tmp_path / "shop.db",
        "CREATE TABLE t (a)",
        "INSERT INTO t VALUES ('x')",
        "CREATE VIEW good AS SELECT upper(a) AS b FROM t",
        "CREATE TABLE gone (a)",
        "CREATE VIEW bad AS SELECT * FROM gone",
        "DROP TABLE gone",
    )
    store = open_sqlite("shop", file)
    bad = named(store)["main.bad"]
    assert isinstance(bad, Skipped)
    assert "gone" in bad.reason
    assert rows_and_reason(store, "main.good") == ([{"b": "X"}], "")
    store.close()


def test_types_are_not_trusted(tmp_path: Path) -> None:
    """SQLite lets any value stand in any column: each arrives as text, a blob's text included."""
    file = a_database(
        tmp_path / "shop.db",
        "CREATE TABLE t (n INTEGER, b BLOB)",
        "INSERT INTO t VALUES (4111111111111111, x'616263'), ('ann@example.com', 1.5), (NULL, NULL)",
    )
    store = open_sqlite("shop", file)
    rows, reason = rows_and_reason(store, "main.t")
    assert rows == [
        {"n": "4111111111111111", "b": "abc"},
        {"n": "ann@example.com", "b": "1.5"},
        {"n": None, "b": None},
    ]
    assert not reason
    store.close()


def test_text_that_is_not_utf8_is_read_and_counted(tmp_path: Path) -> None:
    """A broken text late in a table neither loses the table nor doubles the rows before it."""
    file = a_database(
        tmp_path / "shop.db",
        "CREATE TABLE t (i INTEGER, a)",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) "
        "INSERT INTO t SELECT i, i FROM n",
        "INSERT INTO t VALUES (20001, CAST(x'c5ff41' AS TEXT)), (20002, 'last')",
    )
    store = open_sqlite("shop", file)
    rows, reason = rows_and_reason(store, "main.t")
    assert [row["i"] for row in rows] == [str(number) for number in range(1, 20003)]
    assert rows[-2]["a"] is not None
    assert rows[-2]["a"].endswith("A")
    assert "not valid UTF-8: 1" in reason
    store.close()


def test_keys_are_told(tmp_path: Path) -> None:
    """Primary and foreign keys, without a named column too, are part of a column's description."""
    file = a_database(
        tmp_path / "shop.db",
        "CREATE TABLE customer (id INTEGER PRIMARY KEY)",
        "CREATE TABLE orders (no TEXT, customer REFERENCES customer, PRIMARY KEY (no)) WITHOUT ROWID",
    )
    store = open_sqlite("shop", file)
    orders = named(store)["main.orders"]
    assert isinstance(orders, Dataset)
    assert [(c.name, c.primary_key, c.references) for c in orders.columns] == [
        ("no", True, None),
        ("customer", False, "main.customer.id"),
    ]
    store.close()


@pytest.fixture
def live(tmp_path: Path) -> Iterator[tuple[Path, sqlite3.Connection]]:
    file = tmp_path / "live.db"
    with closing(sqlite3.connect(file)) as writer:
        writer.execute("PRAGMA journal_mode = WAL")
        writer.execute("PRAGMA wal_autocheckpoint = 0")
        writer.execute("CREATE TABLE t (a)")
        writer.execute("INSERT INTO t VALUES ('one')")
        writer.commit()
        yield file, writer


def test_a_commit_that_is_only_in_the_log_counts(live: tuple[Path, sqlite3.Connection]) -> None:
    """Rows in the write-ahead log are read, and a commit to it alone changes the fingerprint."""
    file, writer = live
    store = open_sqlite("shop", file)
    before = named(store)["main.t"]
    assert rows_and_reason(store, "main.t")[0] == [{"a": "one"}]
    writer.execute("INSERT INTO t VALUES ('two')")
    writer.commit()
    after = named(store)["main.t"]
    assert isinstance(before, Dataset)
    assert isinstance(after, Dataset)
    assert before.fingerprint != after.fingerprint
    assert [row["a"] for row in rows_and_reason(store, "main.t")[0]] == ["one", "two"]
    store.close()


def test_a_sample_is_spread_over_the_table(tmp_path: Path) -> None:
    """With max_rows the rows come from all over the table, not from its beginning."""
    file = a_database(
        tmp_path / "shop.db",
        "CREATE TABLE t (i INTEGER)",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000) INSERT INTO t SELECT i FROM n",
    )
    store = open_sqlite("shop", file)
    numbers = [int(row["i"] or 0) for row in rows_and_reason(store, "main.t", max_rows=500)[0]]
    assert 300 <= len(numbers) <= 500
    assert min(numbers) < 1000
    assert max(numbers) > 9000
    store.close()


@pytest.mark.timeout(20)
def test_a_pipe_is_refused(tmp_path: Path) -> None:
    """A path that is a pipe is refused at once instead of waited for."""
    os.mkfifo(tmp_path / "shop.db")
    with pytest.raises(StoreRefused, match="no regular file"):
        open_sqlite("shop", tmp_path / "shop.db")


ENDLESS = "WITH RECURSIVE up (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up) SELECT count(*) AS n FROM up"


def test_a_view_without_an_end(tmp_path: Path) -> None:
    """It is given up after the time-out and named; what lies beside it is read."""
    a_database(
        tmp_path / "a.db",
        "CREATE TABLE t (a TEXT)",
        "INSERT INTO t VALUES ('one')",
        f"CREATE VIEW v AS {ENDLESS}",
        "CREATE VIEW w AS SELECT a FROM t",
    )
    store = open_sqlite("shop", tmp_path / "a.db", timeout=1)
    assert rows_and_reason(store, "main.v") == ([], "it takes longer than the time-out")
    assert rows_and_reason(store, "main.w") == ([{"a": "one"}], "")
    store.close()


def test_views_of_a_file_are_not_trusted(tmp_path: Path) -> None:
    """A view that calls what may do harm is refused by itself; the tables beside it are read."""
    path = tmp_path / "a.db"
    with closing(sqlite3.connect(path)) as database:
        database.execute("create table t (a text)")
        database.execute("insert into t values ('ann@example.com')")
        database.execute("create view v as select load_extension(a) as b from t")
        database.commit()
    with closing(open_sqlite("s", path)) as store:
        found = {one.name if isinstance(one, Dataset) else one.dataset: one for one in store.datasets()}
        table = found["main.t"]
        assert isinstance(table, Dataset)
        rows = [row for batch in store.read(table, max_rows=0) for row in batch.to_pylist()]
        assert rows == [{"a": "ann@example.com"}]
        view = found["main.v"]
        if isinstance(view, Dataset):
            with pytest.raises(Unreadable):
                list(store.read(view, max_rows=0))
        assert store._catalogue.execute("pragma trusted_schema").fetchone() == (0,)
