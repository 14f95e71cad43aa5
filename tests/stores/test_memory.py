"""Does a scan stay small, however large the cells and the files are?"""

from __future__ import annotations

import gzip
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

MOST = 700  # megabytes, of which Python with Arrow and DuckDB takes some 150

# Not getrusage: the most memory that it tells begins with that of the process which started this one.
PEAK = """
def peak():
    lines = open("/proc/self/status").read().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
"""
PROGRAM = (
    PEAK
    + """
import sys
from pathlib import Path
from custodes.datamap.category import load_categories
from custodes.datamap.classify import Classifier
from custodes.datamap.scan import scan
from custodes.stores.files import open_files
from custodes.stores.sqlite import open_sqlite
path = Path(sys.argv[1])
store = open_sqlite("s", path) if path.suffix == ".db" else open_files("s", path)
found = scan(store, Classifier(load_categories()), max_rows=0, known={}, skip={})
rows = sum(getattr(one, "rows_read", 0) for one in found)
print(rows, peak() // 1024)
"""
)
ROWS = 250
CELL = "word " * 200_000  # a megabyte


def as_csv(folder: Path) -> Path:
    with (folder / "a.csv").open("w") as file:
        file.write("id,first,second\n")
        file.writelines(f"{number},{CELL},{CELL}\n" for number in range(ROWS))
    return folder / "a.csv"


def as_gzip(folder: Path) -> Path:
    with gzip.open(folder / "a.csv.gz", "wt", compresslevel=1) as file:
        file.write("id,first,second\n")
        file.writelines(f"{number},{CELL},{CELL}\n" for number in range(ROWS))
    return folder / "a.csv.gz"


def as_json(folder: Path) -> Path:
    with (folder / "a.jsonl").open("w") as file:
        file.writelines(json.dumps({"id": number, "first": CELL, "second": CELL}) + "\n" for number in range(ROWS))
    return folder / "a.jsonl"


def as_sqlite(folder: Path) -> Path:
    with closing(sqlite3.connect(folder / "a.db")) as connection:
        connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, first TEXT, second TEXT)")
        connection.executemany("INSERT INTO t VALUES (?, ?, ?)", ((number, CELL, CELL) for number in range(ROWS)))
        connection.commit()
    return folder / "a.db"


@pytest.mark.slow
@pytest.mark.parametrize("make", [as_csv, as_gzip, as_json, as_sqlite], ids=["csv", "csv.gz", "jsonl", "sqlite"])
def test_half_a_gigabyte_of_megabyte_cells(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    """Every row is read, and the process never takes as much as the data."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, make(tmp_path)], capture_output=True, text=True, check=True, timeout=250
    )
    rows, peak = map(int, done.stdout.split())
    assert rows == ROWS
    assert peak < MOST
    print(f"\n{make.__name__}: {peak} MB")


GROUPS = (
    PEAK
    + """
import sys
from pathlib import Path
from custodes.records import Dataset
from custodes.stores.files import open_files
store = open_files("s", Path(sys.argv[1]))
(found,) = [one for one in store.datasets() if isinstance(one, Dataset)]
before = peak()
rows = 0
for batch in store.read(found, max_rows=10**6):
    rows += batch.num_rows
    if rows > 40_000:
        break
print((peak() - before) // 1024)
"""
)


@pytest.mark.slow
def test_large_row_groups_are_read_piece_by_piece(tmp_path: Path) -> None:
    """By turns from many of them, and none is taken into memory whole."""
    schema = pa.schema([("id", pa.string()), ("note", pa.string())])
    with pq.ParquetWriter(tmp_path / "a.parquet", schema, compression="none", use_dictionary=False) as file:
        for _ in range(12):
            notes = [os.urandom(400).hex() for _ in range(40_000)]
            file.write_table(pa.table([list(map(str, range(40_000))), notes], schema=schema), row_group_size=40_000)
    done = subprocess.run(
        [sys.executable, "-c", GROUPS, tmp_path / "a.parquet"], capture_output=True, text=True, check=True, timeout=250
    )
    assert int(done.stdout) < 200


PARALLEL = (
    PEAK
    + """
import json, sys
from contextlib import closing
from pathlib import Path
from custodes import config
from custodes.pipeline.progress import Silent
from custodes.pipeline.scan import scan
from custodes.pipeline.workspace import create_or_open, prepare
asked = config.load(Path(sys.argv[1]))
prepare(asked)
with closing(create_or_open(asked, by="user:test")) as workspace:
    outcome = scan(workspace, Silent(), workers=8)
rows = {one.dataset: one.rows_read for one in outcome.examined}
print(json.dumps([rows, peak() // 1024]))
"""
)


@pytest.mark.slow
def test_many_workers_take_no_more_than_they_may(tmp_path: Path) -> None:
    """Eight at once over files of megabyte cells and large JSON documents: every row, and under 2 GB."""
    files = tmp_path / "files"
    for number in range(3):
        (files / f"{number}").mkdir(parents=True)
        for make in (as_csv, as_gzip, as_json):
            make(files / f"{number}")
        records = [{"id": place, "text": CELL[:50_000]} for place in range(ROWS)]
        (files / f"{number}" / "document.json").write_text(json.dumps({"all": records}))
    as_sqlite(tmp_path)
    (tmp_path / "custodes.toml").write_text(
        'name = "x"\n[stores.f]\nkind = "files"\npath = "files"\n[stores.d]\nkind = "sqlite"\npath = "a.db"\n'
    )
    done = subprocess.run(
        [sys.executable, "-c", PARALLEL, tmp_path / "custodes.toml"],
        capture_output=True,
        text=True,
        check=True,
        timeout=900,
    )
    rows, peak = json.loads(done.stdout)
    assert sorted(rows.values()) == [1] * 3 + [ROWS] * 10
    assert peak < 2_000
    print(f"\neight workers: {peak} MB")
