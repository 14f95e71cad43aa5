"""Which rows does every kind of store hold in the conformance suite? The same ones, with what is awkward in them."""

from __future__ import annotations

import bz2
import csv
import gzip
import json
import lzma
import sqlite3
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from xml.etree import ElementTree as ET

import duckdb
import fastavro
import openpyxl
import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
from psycopg import sql
from pyarrow import feather, orc

from custodes.stores.duckdb import open_duckdb
from custodes.stores.files import open_files
from custodes.stores.interface import Store
from custodes.stores.sqlite import open_sqlite
from tests.buckets import Storage
from tests.mariadb import MariaDB
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
    columns: tuple[str, ...] = COLUMNS
    settles: bool = False  # whether a fingerprint comes only some time after a change


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


def in_wide_tsv(folder: Path) -> Sample:
    """UTF-16 without a mark, tabs, and a name that says nothing."""
    with (folder / "kündinnen.txt").open("w", encoding="utf-16-le", newline="") as file:
        csv.writer(file, delimiter="\t", lineterminator="\n").writerows([COLUMNS, *ROWS])
    return _in_files(folder, "kündinnen.txt")


def _packed(pack: Callable[[bytes], bytes], name: str) -> Callable[[Path], Sample]:
    def made(folder: Path) -> Sample:
        in_csv(folder)
        plain = folder / "kündinnen.csv"
        (folder / name).write_bytes(pack(plain.read_bytes()))
        plain.unlink()
        return _in_files(folder, name)

    return made


def in_zip(folder: Path) -> Sample:
    in_csv(folder)
    plain = folder / "kündinnen.csv"
    with zipfile.ZipFile(folder / "a.zip", "w", zipfile.ZIP_DEFLATED) as file:
        file.write(plain, "inner/kündinnen.csv")
    plain.unlink()
    return _in_files(folder, "a.zip/inner/kündinnen.csv", "a.zip")


def in_tar(folder: Path) -> Sample:
    in_parquet(folder)
    plain = folder / "kündinnen.parquet"
    with tarfile.open(folder / "a.tgz", "w:gz") as file:
        file.add(plain, "kündinnen.parquet")
    plain.unlink()
    return _in_files(folder, "a.tgz/kündinnen.parquet", "a.tgz")


def in_json_document(folder: Path) -> Sample:
    records = [dict(zip(COLUMNS, row, strict=True)) for row in ROWS]
    (folder / "kündinnen.json").write_text(json.dumps(records, ensure_ascii=False, indent=2), encoding="utf-8")
    return _in_files(folder, "kündinnen.json")


def in_avro(folder: Path) -> Sample:
    fields = [{"name": name, "type": ["null", "string"]} for name in ("id", "name", "mail")]
    schema = {"type": "record", "name": "customer", "fields": fields}
    rows = [dict(zip(("id", "name", "mail"), row, strict=True)) for row in ROWS]
    with (folder / "kündinnen.avro").open("wb") as file:
        fastavro.writer(file, fastavro.parse_schema(schema), rows, codec="deflate")
    return replace(_in_files(folder, "kündinnen.avro"), columns=("id", "name", "mail"))


def in_workbook(folder: Path) -> Sample:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Blätter"
    for row in (COLUMNS, *((int(row[0] or 0), *row[1:]) for row in ROWS)):
        sheet.append(row)
    book.save(folder / "kündinnen.xlsx")
    return _in_files(folder, "kündinnen.xlsx/Blätter", "kündinnen.xlsx")


def in_xml(folder: Path) -> Sample:
    root = ET.Element("shop")
    for row in ROWS:
        one = ET.SubElement(root, "customer", {"id": row[0] or ""})
        for name, cell in zip(("näme", "mail"), row[1:], strict=True):
            if cell is not None:
                ET.SubElement(one, name).text = cell
    ET.ElementTree(root).write(folder / "kündinnen.xml", encoding="iso-8859-1", xml_declaration=True)
    return replace(_in_files(folder, "kündinnen.xml"), columns=("@id", "näme", "mail"))


def _table() -> pa.Table:
    return pa.table({name: [row[at] for row in ROWS] for at, name in enumerate(COLUMNS)})


def in_orc(folder: Path) -> Sample:
    orc.write_table(_table(), folder / "kündinnen.orc")
    return _in_files(folder, "kündinnen.orc")


def in_feather(folder: Path) -> Sample:
    feather.write_feather(_table(), folder / "kündinnen.feather", compression="zstd")
    return _in_files(folder, "kündinnen.feather")


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
        settles=True,
    )


def in_mariadb(server: MariaDB) -> Sample:
    from custodes.stores.mysql import open_mysql

    server.create_database("conformance")
    server.run(
        """CREATE TABLE `kündinnen` (id int PRIMARY KEY, `näme` text, `e "mail"` varchar(80)) ENGINE=InnoDB""",
        database="conformance",
    )
    server.fill("conformance", "INSERT INTO `kündinnen` VALUES (%s, %s, %s)", list(ROWS))
    server.role("scan", "SELECT ON conformance.*")

    def opened() -> Store:
        return open_mysql("shop", server.url("conformance"), server.password)

    return Sample(opened(), "conformance.kündinnen", (), opened, settles=True)


def in_duckdb(folder: Path) -> Sample:
    file = folder / "shop.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute('''CREATE TABLE "kündinnen" (id INTEGER PRIMARY KEY, "näme" TEXT, "e ""mail""" TEXT)''')
        connection.executemany('INSERT INTO "kündinnen" VALUES (?, ?, ?)', ROWS)
    return Sample(open_duckdb("shop", file), "main.kündinnen", (file,), lambda: open_duckdb("shop", file))


def in_bucket(storage: Storage, folder: Path) -> Sample:
    from custodes.stores.bucket import open_bucket

    in_parquet(folder)
    storage.empty()
    storage.put("exports/kündinnen.parquet", (folder / "kündinnen.parquet").read_bytes())

    def opened() -> Store:
        where = "s3://shop/exports"
        return open_bucket("shop", where, endpoint=storage.endpoint, key=storage.key, secret=storage.secret)

    return Sample(opened(), "kündinnen.parquet", (), opened, settles=True)


def _in_files(folder: Path, dataset: str, file: str = "") -> Sample:
    return Sample(
        open_files("shop", folder), dataset, (folder / (file or dataset),), lambda: open_files("shop", folder)
    )


ON_DISK: dict[str, Callable[[Path], Sample]] = {
    "sqlite": in_sqlite,
    "duckdb": in_duckdb,
    "csv": in_csv,
    "csv.gz": in_gzipped_csv,
    "jsonl": in_json_lines,
    "parquet": in_parquet,
    "tsv in utf-16": in_wide_tsv,
    "csv.bz2": _packed(bz2.compress, "kündinnen.csv.bz2"),
    "csv.xz": _packed(lzma.compress, "kündinnen.csv.xz"),
    "csv.zst": _packed(lambda data: pa.compress(data, codec="zstd", asbytes=True), "kündinnen.csv.zst"),
    "gzip twice": _packed(lambda data: gzip.compress(gzip.compress(data)), "kündinnen"),
    "zip": in_zip,
    "tar": in_tar,
    "json": in_json_document,
    "avro": in_avro,
    "xlsx": in_workbook,
    "xml": in_xml,
    "orc": in_orc,
    "feather": in_feather,
}
