"""Does the same database give the same verdicts, whatever kind of store it lies in?"""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from psycopg import sql

from custodes.datamap.category import load_categories
from custodes.datamap.classify import Classifier
from custodes.datamap.scan import scan
from custodes.records import Examined, Field, Skipped
from custodes.stores.duckdb import open_duckdb
from custodes.stores.files import open_files
from custodes.stores.interface import Store
from custodes.stores.mysql import open_mysql
from custodes.stores.postgres import open_postgres
from custodes.stores.sqlite import open_sqlite
from tests.mariadb import MariaDB
from tests.postgres import Cluster

Tables = dict[str, tuple[list[str], list[tuple[str | None, ...]]]]  # name to columns and rows, every cell as text


@pytest.fixture(scope="module")
def chinook(data_folder: Path) -> Tables:
    file = data_folder / "chinook" / "Chinook_Sqlite.sqlite"
    if not file.is_file():
        pytest.skip(f"the Chinook sample is not at {file}")
    return dict(_of_sqlite(file))


@pytest.fixture(scope="module")
def sakila_tables(sakila: Cluster) -> Tables:
    found: Tables = {}
    with psycopg.connect(sakila.dsn("sakila")) as connection:
        names = connection.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace "
            "AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY relname"
        ).fetchall()
        for (name,) in names:
            cursor = connection.execute(sql.SQL("SELECT * FROM {} LIMIT 5000").format(sql.Identifier(name)))
            columns = [column.name for column in cursor.description or ()]
            # Columns that only PostgreSQL has a type for are left out.
            kept = [at for at, one in enumerate(cursor.description or ()) if one.type_code not in {3614, 17, 1009}]
            rows = [tuple(None if row[at] is None else str(row[at]) for at in kept) for row in cursor.fetchall()]
            found[name] = ([columns[at] for at in kept], rows)
    return found


def _of_sqlite(file: Path) -> Iterator[tuple[str, tuple[list[str], list[tuple[str | None, ...]]]]]:
    with closing(sqlite3.connect(file)) as connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
        for (name,) in names:
            if not name.startswith("sqlite_"):
                cursor = connection.execute(f'SELECT * FROM "{name}" LIMIT 5000')
                columns = [column[0] for column in cursor.description]
                yield name, (columns, [tuple(None if c is None else str(c) for c in row) for row in cursor])


def in_sqlite(tables: Tables, folder: Path) -> Store:
    with closing(sqlite3.connect(folder / "a.db")) as connection:
        for name, (columns, rows) in tables.items():
            parts = ", ".join(f'"{one}" TEXT' for one in columns)
            connection.execute(f'CREATE TABLE "{name}" ({parts})')
            marks = ", ".join("?" * len(columns))
            connection.executemany(f'INSERT INTO "{name}" VALUES ({marks})', rows)
        connection.commit()
    return open_sqlite("s", folder / "a.db")


def in_duckdb(tables: Tables, folder: Path) -> Store:
    import duckdb

    with duckdb.connect(str(folder / "a.duckdb")) as connection:
        for name, (columns, rows) in tables.items():
            table = _arrow(columns, rows)
            connection.register("given", table)
            connection.execute(f'CREATE TABLE "{name}" AS SELECT * FROM given')
            connection.unregister("given")
    return open_duckdb("s", folder / "a.duckdb")


def in_csv(tables: Tables, folder: Path) -> Store:
    for name, (columns, rows) in tables.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([columns, *rows])
    return open_files("s", folder)


def in_parquet(tables: Tables, folder: Path) -> Store:
    for name, (columns, rows) in tables.items():
        pq.write_table(_arrow(columns, rows), folder / f"{name}.parquet")
    return open_files("s", folder)


def _arrow(columns: list[str], rows: list[tuple[str | None, ...]]) -> pa.Table:
    return pa.table({name: pa.array([row[at] for row in rows], pa.string()) for at, name in enumerate(columns)})


def in_postgres(tables: Tables, cluster: Cluster) -> Store:
    cluster.create_database("same")
    with psycopg.connect(cluster.dsn("same")) as connection:
        for name, (columns, rows) in tables.items():
            parts = sql.SQL(", ").join(sql.SQL("{} text").format(sql.Identifier(one)) for one in columns)
            connection.execute(sql.SQL("CREATE TABLE {} ({})").format(sql.Identifier(name), parts))
            with connection.cursor().copy(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(name))) as copy:
                for row in rows:
                    copy.write_row(row)
    return open_postgres("s", cluster.url("same"), cluster.password)


def in_mariadb(tables: Tables, server: MariaDB) -> Store:
    server.create_database("same")
    for name, (columns, rows) in tables.items():
        server.run(f"CREATE TABLE `{name}` ({', '.join(f'`{one}` text' for one in columns)})", database="same")
        if rows:
            marks = ", ".join(["%s"] * len(columns))
            server.fill("same", f"INSERT INTO `{name}` VALUES ({marks})", list(rows))
    server.role("same", "SELECT ON same.*")
    return open_mysql("s", server.url("same", role="same"), server.password)


def verdicts(store: Store, *, in_files: bool) -> set[tuple[str, str, str, int]]:
    """Table, field, category and matching cells of every verdict."""
    found = list(scan(store, Classifier(load_categories()), max_rows=0, known={}, skip={}))
    store.close()
    assert not [one for one in found if isinstance(one, Skipped)]
    return {
        (one.dataset.rpartition(".")[0] if in_files else one.dataset.partition(".")[2], *_told(field))
        for one in found
        if isinstance(one, Examined)
        for field in one.verdicts
    }


def _told(field: Field) -> tuple[str, str, int]:
    return field.field, field.category, field.matched


@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.mariadb
@pytest.mark.parametrize("sample", ["chinook", "sakila_tables"])
def test_the_same_verdicts_in_every_store(
    sample: str, request: pytest.FixtureRequest, postgres: Cluster, mariadb: MariaDB, tmp_path: Path
) -> None:
    """SQLite, DuckDB, PostgreSQL, MariaDB, and folders of CSV and Parquet, with the counts of cells that match."""
    tables: Tables = request.getfixturevalue(sample)
    made: dict[str, Callable[[], Store]] = {"postgres": lambda: in_postgres(tables, postgres)}
    made["mariadb"] = lambda: in_mariadb(tables, mariadb)
    for kind, make in (("sqlite", in_sqlite), ("duckdb", in_duckdb), ("csv", in_csv), ("parquet", in_parquet)):
        folder = tmp_path / kind
        folder.mkdir()
        made[kind] = lambda make=make, folder=folder: make(tables, folder)  # type: ignore[misc]  # binds the loop's values
    found = {}
    for kind, opened in made.items():
        found[kind] = verdicts(opened(), in_files=kind in {"csv", "parquet"})
    assert found["sqlite"]
    for kind, told in found.items():
        assert told == found["sqlite"], kind
