"""Does a scan say the same with any number of workers, read nothing twice, and notice what drifted?"""

from __future__ import annotations

import gzip
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
import zipfile
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from custodes import config
from custodes.cli import show
from custodes.pipeline.progress import Silent
from custodes.pipeline.scan import ScanOutcome, drifted_findings, scan
from custodes.pipeline.workspace import create_or_open, prepare

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ROWS = 300


def mails(first: int) -> list[str]:
    return [f"person{number}@example.com" for number in range(first, first + ROWS)]


def a_database(file: Path) -> None:
    """Tables that reference each other, so that what one column holds depends on another table."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE account (mail TEXT PRIMARY KEY)")
        connection.executemany("INSERT INTO account VALUES (?)", ((mail,) for mail in mails(0)))
        for number in range(6):
            connection.execute(f"CREATE TABLE visit{number} (id INTEGER PRIMARY KEY, who REFERENCES account (mail))")
            connection.executemany(f"INSERT INTO visit{number} (who) VALUES (?)", ((mail,) for mail in mails(0)))
        connection.commit()


def some_files(folder: Path) -> None:
    folder.mkdir()
    for number in range(8):
        rows = [f"{place},{mail}\n" for place, mail in enumerate(mails(number * 10))]
        (folder / f"{number}.csv").write_text("id,mail\n" + "".join(rows))
    with gzip.open(folder / "log.jsonl.gz", "wt") as file:
        file.writelines(json.dumps({"who": {"mail": mail}}) + "\n" for mail in mails(50))
    pq.write_table(pa.table({"mail": mails(100)}), folder / "t.parquet")
    (folder / "broken.parquet").write_bytes(b"PAR1 nothing that can be read PAR1")
    with zipfile.ZipFile(folder / "z.zip", "w") as archive:
        archive.write(folder / "0.csv", "in/0.csv")
        archive.write(folder / "t.parquet", "t.parquet")


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    a_database(tmp_path / "shop.db")
    some_files(tmp_path / "exports")
    (tmp_path / "custodes.toml").write_text(
        'name = "x"\n[stores.e]\nkind = "files"\npath = "exports"\n[stores.db]\nkind = "sqlite"\npath = "shop.db"\n'
    )
    return tmp_path


def run(folder: Path, *, workers: int = 4, at: datetime = NOW, data: str = "custodes-data") -> ScanOutcome:
    text = (folder / "custodes.toml").read_text()
    file = folder / f"{data}.toml"
    file.write_text(f'data = "{data}"\n{text}')
    asked = config.load(file)
    prepare(asked)
    with closing(create_or_open(asked, clock=lambda: at, by="user:test")) as workspace:
        outcome = scan(workspace, Silent(), workers=workers)
        told = [(finding.id, finding.reason, finding.raised) for finding in drifted_findings(workspace)]
        assert len(told) == len(set(told))
        return outcome


def answer(outcome: ScanOutcome) -> str:
    return show.as_json(show.scan_plain(outcome, [], []))


def test_the_answer_is_the_same_with_any_number_of_workers(shop: Path) -> None:
    """Byte for byte: verdicts, reasons, copies, what was not read, and in which order."""
    one = answer(run(shop, workers=1, data="one"))
    for number in range(3):
        assert answer(run(shop, workers=4, data=f"four{number}")) == one
    told: dict[str, Any] = json.loads(one)
    assert {field["dataset"] for field in told["fields"]} >= {"main.visit5", "0.csv", "log.jsonl.gz", "z.zip/t.parquet"}
    assert told["copies"]
    assert [gap["dataset"] for gap in told["uncovered"]] == ["broken.parquet"]


def test_a_second_scan_reads_nothing(shop: Path) -> None:
    """And says the same."""
    first = run(shop)
    again = run(shop, at=NOW + timedelta(days=1))
    assert (first.read, again.read) == (19, 0)
    assert (again.rows, again.size, again.changed, again.drifts) == (0, 0, False, ())
    assert [one.verdicts for one in again.examined] == [one.verdicts for one in first.examined]


def test_what_drifted_is_told_for_thirty_days(shop: Path) -> None:
    """Fields and datasets that are new, gone or of another type; nothing on the first scan, nor of documents."""
    assert run(shop).drifts == ()
    with closing(sqlite3.connect(shop / "shop.db")) as connection:
        connection.executescript(
            "ALTER TABLE visit1 ADD COLUMN note TEXT; DROP TABLE visit2; CREATE TABLE fresh (mail TEXT);"
            "ALTER TABLE visit3 DROP COLUMN who; ALTER TABLE visit3 ADD COLUMN who BLOB;"
        )
    (shop / "exports" / "0.csv").write_text("id,mail,phone\n1,a@example.com,2\n2,b@example.com,3\n")
    with gzip.open(shop / "exports" / "log.jsonl.gz", "wt") as file:
        file.writelines(json.dumps({"whom": mail}) + "\n" for mail in mails(50))
    (shop / "exports" / "1.csv").unlink()
    later = NOW + timedelta(hours=1)
    drifted = run(shop, at=later)
    expected = {
        ("e", "0.csv", "phone", "new_field"),
        ("e", "1.csv", "", "gone_dataset"),
        ("db", "main.fresh", "", "new_dataset"),
        ("db", "main.visit1", "note", "new_field"),
        ("db", "main.visit2", "", "gone_dataset"),
        ("db", "main.visit3", "who", "retyped_field"),
    }
    assert {(one.store, one.dataset, one.field, one.what) for one in drifted.drifts} == expected
    assert {(one.since, one.until) for one in drifted.drifts} == {(later, NOW)}
    assert drifted.drifted
    assert drifted.changed
    after = run(shop, at=later + timedelta(days=29))
    assert after.drifts == drifted.drifts
    assert not after.drifted
    assert run(shop, at=later + timedelta(days=31)).drifts == ()


def test_what_could_not_be_read_once_does_not_come_as_new(shop: Path) -> None:
    """A store that refuses and a file that is damaged for a day are not gone, and not new the day after."""
    run(shop)
    whole = (shop / "shop.db").read_bytes()
    table = (shop / "exports" / "t.parquet").read_bytes()
    (shop / "shop.db").write_bytes(b"nothing")
    (shop / "exports" / "t.parquet").write_bytes(table[:100])
    (shop / "exports" / "z.zip").write_bytes((shop / "exports" / "z.zip").read_bytes()[:50])
    assert run(shop, at=NOW + timedelta(days=1)).drifts == ()
    (shop / "shop.db").write_bytes(whole)
    (shop / "exports" / "t.parquet").write_bytes(table)
    assert run(shop, at=NOW + timedelta(days=2)).drifts == ()


def started(folder: Path) -> subprocess.Popen[bytes]:
    # Behind whoever watches it, so that a busy machine does not let it end between two looks.
    command = [
        "nice",
        "-n",
        "19",
        sys.executable,
        "-m",
        "custodes",
        "--config",
        str(folder / "custodes.toml"),
        "scan",
        "--json",
    ]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def kept(folder: Path) -> int:
    """How many datasets a scan that is under way has kept by now."""
    file = folder / "custodes-data" / "state.db"
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as state:
            return int(state.execute("SELECT count(*) FROM dataset").fetchone()[0])
    except sqlite3.Error:
        return 0


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT], ids=["killed", "interrupted"])
def test_a_scan_that_was_stopped_goes_on(tmp_path: Path, how: signal.Signals) -> None:
    """A real process, in the middle: what it had read is not read again, and the answer is that of an unstopped one."""
    (tmp_path / "exports").mkdir()
    files = 120  # more than any machine reads between two looks at how far it is
    for number in range(files):
        rows = [f"{place},{mail},{'some words of a note ' * 20}\n" for place, mail in enumerate(mails(number) * 10)]
        (tmp_path / "exports" / f"{number:02}.csv").write_text("id,mail,note\n" + "".join(rows))
    (tmp_path / "custodes.toml").write_text(
        'name = "x"\nscan = { workers = 4 }\n[stores.e]\nkind = "files"\npath = "exports"\n'
    )
    process = started(tmp_path)
    deadline = time.monotonic() + 120
    while kept(tmp_path) < 5 and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.005)
    os.kill(process.pid, how)
    process.communicate(timeout=60)
    assert process.returncode == (-9 if how is signal.SIGKILL else 4)
    before = kept(tmp_path)
    assert 5 <= before < files
    second = started(tmp_path)
    out, _ = second.communicate(timeout=120)
    told = json.loads(out)
    assert told["read"]["datasets"] == files - before
    assert len(told["examined"]) == files
    (tmp_path / "custodes-data").rename(tmp_path / "stopped")
    whole, _ = started(tmp_path).communicate(timeout=120)
    undisturbed = json.loads(whole)
    assert {key: told[key] for key in ("fields", "copies", "examined", "uncovered")} == {
        key: undisturbed[key] for key in ("fields", "copies", "examined", "uncovered")
    }


def _fields(outcome: ScanOutcome) -> set[str]:
    return {f"{one.store}.{one.dataset}.{one.field}" for one in outcome.fields}


def test_what_cannot_be_read_today_stays_on_the_map(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that is away on the day of an upgrade, and a file that somebody damaged, have lost no data.

    Else whoever can close a file for a day takes what is known of it off the map, and begins its story anew.
    """
    before = _fields(run(shop))
    (shop / "shop.db").rename(shop / "away.db")
    whole = (shop / "exports" / "t.parquet").read_bytes()
    (shop / "exports" / "t.parquet").write_bytes(whole[:-20])
    (shop / "exports" / "1.csv").unlink()
    monkeypatch.setattr("custodes.pipeline.scan.__version__", "another")
    outcome = run(shop, at=NOW + timedelta(days=1))
    assert {("db", ""), ("e", "t.parquet")} <= {(gap.store, gap.dataset) for gap in outcome.skipped}
    assert _fields(outcome) == before - {"e.1.csv.mail"}
    (shop / "away.db").rename(shop / "shop.db")
    (shop / "exports" / "t.parquet").write_bytes(whole)
    toml = shop / "custodes.toml"
    toml.write_text(toml.read_text() + '[stores.db.skip]\n"main.visit0" = "nobody may read it"\n')
    outcome = run(shop, at=NOW + timedelta(days=2))
    assert _fields(outcome) == before - {"e.1.csv.mail", "db.main.visit0.who"}
    assert outcome.read > 0
