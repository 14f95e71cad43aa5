"""Which rows does every kind of store hold in the conformance suite? The same ones, with what is awkward in them."""

from __future__ import annotations

import csv
import gzip
import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
from psycopg import sql

from custodes.stores.files import open_files
from custodes.stores.interface import Store
from custodes.stores.sqlite import open_sqlite
from tests.postgres import Cluster

COLUMNS = ("id", "näme", 'e "mail"')
ROWS: tuple[tuple[str | None, ...], ...] = (
    ("1", "Åsa Öberg", "asa@example.com"),
    ("2", "comma, quote \" and 'apostrophe'", None),
    ("3", "two\nlines", "li@example.com"),
    ("4", "王小明", "wang@example.com"),
    *((str(number), f"person {number}", f"p{number}@example.com") for number in range(5, 41)),
)


@dataclass(frozen=True)
class Sample:
    """A store that holds ROWS in one dataset. files: what must not change by reading it."""

    store: Store
    dataset: str
    files: tuple[Path, ...]
    reopen: Callable[[], Store]


def in_sqlite(folder: Path) -> Sample:
    file = folder / "shop.db"
    with sqlite3.connect(file) as connection:
        connection.execute('''CREATE TABLE "kündinnen" (id INTEGER PRIMARY KEY, "näme" TEXT, "e ""mail""" TEXT)''')
        connection.executemany('INSERT INTO "kündinnen" VALUES (?, ?, ?)', ROWS)
    connection.close()
    return Sample(open_sqlite("shop", file), "main.kündinnen", (file,), lambda: open_sqlite("shop", file))


def in_csv(folder: Path) -> Sample:
    with (folder / "kündinnen.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerows([COLUMNS, *ROWS])
    return _in_files(folder, "kündinnen.csv")


def in_gzipped_csv(folder: Path) -> Sample:
    in_csv(folder)
    plain = folder / "kündinnen.csv"
    (folder / "kündinnen.csv.gz").write_bytes(gzip.compress(plain.read_bytes()))
    plain.unlink()
    return _in_files(folder, "kündinnen.csv.gz")


def in_json_lines(folder: Path) -> Sample:
    with (folder / "kündinnen.jsonl").open("w", encoding="utf-8") as file:
        for row in ROWS:
            file.write(json.dumps(dict(zip(COLUMNS, row, strict=True)), ensure_ascii=False) + "\n")
    return _in_files(folder, "kündinnen.jsonl")


def in_parquet(folder: Path) -> Sample:
    columns = [pa.array([int(row[0] or 0) for row in ROWS]), *(pa.array([row[at] for row in ROWS]) for at in (1, 2))]
    pq.write_table(pa.table(columns, names=list(COLUMNS)), folder / "kündinnen.parquet")
    return _in_files(folder, "kündinnen.parquet")


def in_postgres(cluster: Cluster) -> Sample:
    from custodes.stores.postgres import open_postgres

    cluster.create_database("conformance")
    table, name, mail = sql.Identifier("kündinnen"), sql.Identifier("näme"), sql.Identifier('e "mail"')
    with psycopg.connect(cluster.dsn("conformance"), autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE TABLE {} (id int PRIMARY KEY, {} text, {} varchar(80))").format(table, name, mail)
        )
        with connection.cursor() as cursor:
            cursor.executemany(sql.SQL("INSERT INTO {} VALUES (%s::int, %s, %s)").format(table), ROWS)
        connection.execute(sql.SQL("ANALYZE {}").format(table))
    password = cluster.password
    return Sample(
        open_postgres("shop", cluster.url("conformance"), password),
        "public.kündinnen",
        (),
        lambda: open_postgres("shop", cluster.url("conformance"), password),
    )


def _in_files(folder: Path, dataset: str) -> Sample:
    return Sample(open_files("shop", folder), dataset, (folder / dataset,), lambda: open_files("shop", folder))


ON_DISK: dict[str, Callable[[Path], Sample]] = {
    "sqlite": in_sqlite,
    "csv": in_csv,
    "csv.gz": in_gzipped_csv,
    "jsonl": in_json_lines,
    "parquet": in_parquet,
}
