"""What does a DuckDB store say when the file or a table is not as it should be, and what can it not be made to do?"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from custodes.errors import StoreRefused
from custodes.records import Dataset, Skipped
from custodes.stores.duckdb import DuckDbStore, open_duckdb
from custodes.stores.interface import Unreadable

SCHEMA = """
CREATE TABLE customer (id INTEGER PRIMARY KEY, mail TEXT);
INSERT INTO customer SELECT range, 'c' || range || '@example.com' FROM range(60000);
CREATE TABLE orders (customer INTEGER REFERENCES customer (id), no INTEGER);
CREATE TABLE mixed (s STRUCT(a INT, b VARCHAR[]), m MAP(VARCHAR, INT), e ENUM('x', 'y'), u UNION(n INT, t VARCHAR),
    raw BLOB, "at" TIMESTAMPTZ, huge HUGEINT, i INTERVAL, bits BIT, d DECIMAL(10,2), j JSON, deep STRUCT(i INTERVAL)[]);
INSERT INTO mixed VALUES ({a: 1, b: ['q', 'r']}, MAP {'k': 1}, 'x', 'told', 'plain\\xFF'::BLOB,
    '2024-01-01 10:00:00+00', 170141183460469231731687303715884105727, INTERVAL 1 DAY, '101',
    1.5, '{"a": 1}', [{i: INTERVAL 1 DAY}]);
INSERT INTO mixed (e) VALUES (NULL);
CREATE VIEW mails AS SELECT mail FROM customer;
CREATE VIEW outside AS SELECT * FROM read_text('/etc/hostname');
CREATE SCHEMA two;
CREATE TABLE two."a.b ""c" ("sélect" TEXT);
INSERT INTO two."a.b ""c" VALUES ('it''s');
CREATE TABLE long AS SELECT repeat('é', 2000000) AS doc;
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "shop.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(SCHEMA)
    return path


@pytest.fixture
def store(file: Path) -> Iterator[DuckDbStore]:
    opened = open_duckdb("shop", file)
    yield opened
    opened.close()


def read(store: DuckDbStore, name: str, max_rows: int = 0) -> list[dict[str, object]]:
    dataset = next(one for one in store.datasets() if isinstance(one, Dataset) and one.name == name)
    return [row for batch in store.read(dataset, max_rows=max_rows) for row in batch.to_pylist()]


def test_nested_types_have_dotted_paths(store: DuckDbStore) -> None:
    """Structs, lists and maps become paths; every type has a text form; words of an enumeration are in no type."""
    first, second = read(store, "main.mixed")
    assert first == {
        "s.a": "1",
        "s.b": ["q", "r"],
        "m.{key}": ["k"],
        "m.*": ["1"],
        "e": "x",
        "u": "told",
        "raw": "plain\ufffd",
        "at": first["at"],
        "huge": "170141183460469231731687303715884105727",
        "i": "1 day",
        "bits": "101",
        "d": "1.50",
        "j": '{"a": 1}',
        "deep": "[{'i': 1 day}]",
    }
    assert not any(second.values())
    (mixed,) = (one for one in store.datasets() if isinstance(one, Dataset) and one.name == "main.mixed")
    assert all("'" not in column.type for column in mixed.columns)


def test_keys_views_and_awkward_names(store: DuckDbStore) -> None:
    """Foreign keys are told, views read, names quoted, and of a huge text the beginning is read."""
    orders = next(one for one in store.datasets() if isinstance(one, Dataset) and one.name == "main.orders")
    assert orders.columns[0].references == "main.customer.id"
    assert len(read(store, "main.mails")) == 60_000
    assert read(store, 'two.a.b "c') == [{"sélect": "it's"}]
    assert len(str(read(store, "main.long")[0]["doc"])) == 100_000


def test_nothing_outside_the_file_is_reached(store: DuckDbStore) -> None:
    """A view that reads another file is named, and its connection cannot be opened up."""
    (skipped,) = (one for one in store.datasets() if isinstance(one, Skipped))
    assert skipped.dataset == "main.outside"
    assert "files beside the database" in skipped.reason
    for statement in ("SET enable_external_access = true", "INSTALL httpfs", "CREATE TABLE x (i INT)"):
        with pytest.raises(duckdb.Error):
            store._duck.execute(statement)


def test_a_sample_is_from_all_over_the_table(store: DuckDbStore) -> None:
    """Each row once, in random order of ranges."""
    found = [int(str(row["id"])) for row in read(store, "main.customer", max_rows=10**6)]
    assert sorted(found) == list(range(60_000))
    assert found != sorted(found)


def test_a_file_that_cannot_be_opened_is_refused(file: Path, tmp_path: Path) -> None:
    """Missing, of another kind, damaged, or locked by a writer."""
    (tmp_path / "text").write_text("no database at all")
    (tmp_path / "cut").write_bytes(file.read_bytes()[:3_000])
    for path, says in (
        (tmp_path / "none", "cannot be read"),
        (tmp_path / "text", "no DuckDB"),
        (tmp_path / "cut", "damaged"),
    ):
        with pytest.raises(StoreRefused, match=says):
            open_duckdb("shop", path)
    program = f"import duckdb, sys; c = duckdb.connect({str(file)!r}); print('held', flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"held\n"
        with pytest.raises(StoreRefused, match="locked"):
            open_duckdb("shop", file)
        writer.communicate()


def test_a_view_without_an_end(file: Path) -> None:
    """It is given up after the time-out and named; a view that ends is read whole."""
    with duckdb.connect(str(file)) as connection:
        connection.execute(
            "CREATE VIEW endless AS WITH RECURSIVE up (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up) "
            "SELECT count(*) AS n FROM up"
        )
    store = open_duckdb("shop", file, timeout=1)
    with pytest.raises(Unreadable, match="longer than the time-out"):
        read(store, "main.endless")
    assert len(read(store, "main.mails")) == 60_000
    store.close()


def test_macros_that_are_called_as_functions_of_duckdb_change_nothing(file: Path) -> None:
    """Whoever wrote the file may name a macro `duckdb_tables` or `left`: what is there is told and read as always."""
    plain = open_duckdb("shop", file)
    expected = [one.name for one in plain.datasets() if isinstance(one, Dataset)]
    plain.close()
    with duckdb.connect(str(file)) as connection:
        for macro in ("left\"(a, b) AS 'hidden'", 'random"() AS 5.0', 'min"(a) AS 0', 'max"(a) AS 0', 'count"(a) AS 0'):
            connection.execute(f'CREATE MACRO "{macro}')
        connection.execute("CREATE MACRO count_star() AS 0")
        connection.execute("CREATE MACRO list(a) AS ['nothing']")
        for listing in ("tables", "views", "columns", "constraints"):
            connection.execute(f"CREATE MACRO duckdb_{listing}() AS TABLE SELECT 1 AS one WHERE false")
    shadowed = open_duckdb("shop", file)
    assert [one.name for one in shadowed.datasets() if isinstance(one, Dataset)] == expected
    assert 20 < len(read(shadowed, "main.mails", 100)) <= 100
    assert all("@example.com" in str(row["mail"]) for row in read(shadowed, "main.customer", 30_000))
    assert "main.mails" in shadowed.definitions().columns
    shadowed.close()
