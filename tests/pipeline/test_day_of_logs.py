"""Do the counts of a day add up exactly: six formats at once, shuffled, repeated, broken, killed in the middle?"""

from __future__ import annotations

import csv
import gzip
import io
import json
import random
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.pipeline.workspaces import Place, a_place

CONFIG = """
name = "made up"
[logs.jsonl]
kind = "jsonl"
path = "jsonl-*"
[logs.jsonl.map]
event_id = "id"
time = "at"
actor = "staff:{who}"
action = "verb"
dataset = { const = "shop.main.customers" }
subject = "customer:{customer}"
[logs.csv]
kind = "csv"
path = "csv-*"
timezone = "UTC"
[logs.csv.map]
event_id = "id"
time = "at"
actor = "staff:{who}"
action = "verb"
dataset = { const = "shop.main.orders" }
[logs.parquet]
kind = "parquet"
path = "parquet-*"
[logs.parquet.map]
event_id = "id"
time = "at"
actor = "staff:{who}"
action = "verb"
dataset = { const = "shop.main.orders" }
[logs.aws]
kind = "cloudtrail"
path = "aws-*"
[logs.db]
kind = "postgres_csvlog"
path = "db-*"
[logs.web]
kind = "access"
path = "web-*"
[logs.web.map]
event_id = "route.object"
[logs.web.routes]
"/api/orders/{object}?buyer={subject}" = "shop.main.orders"
"""
EACH = 150
BAD = {
    "jsonl": '{"id": "x", "verb": "frobnicate"}',
    "csv": "one,cell",
    "aws": '{"eventID": "no more than this"}',
    "db": "three,cells,only",
    "web": "no request at all",
    "parquet": "",  # a row whose action is no word
}


def _time(number: int) -> str:
    return f"2026-03-01T{number // 60 % 24:02}:{number % 60:02}:00"


def _record(log: str, number: int) -> str:
    name, time = f"{log}-{number:04}", _time(number)
    if log in {"jsonl", "parquet"}:
        return json.dumps(
            {"id": name, "at": f"{time}Z", "who": f"e{number % 7}", "verb": "read", "customer": f"c{number}"}
        )
    if log == "csv":
        return f'{name},{time},e{number % 7},read,"a note,\nin two lines"'
    if log == "aws":
        call = {"eventID": name, "eventTime": f"{time}Z", "eventSource": "s3.amazonaws.com", "eventName": "GetObject"}
        return json.dumps({**call, "requestParameters": {"bucketName": "b", "key": f"k{number}"}})
    if log == "db":
        row = [""] * 26
        row[0], row[1], row[5], row[6] = f"{time.replace('T', ' ')}.000 UTC", "e1", f"s{number % 9}", str(number)
        row[11], row[13] = "LOG", f"statement: select email from customers where customer_id = {number}"
        sink = io.StringIO()
        csv.writer(sink).writerow(row)
        return sink.getvalue().rstrip("\r\n")
    hour = f"01/Mar/2026:{time[11:]} +0000"
    return f'192.0.2.1 - e1 [{hour}] "GET /api/orders/{name}?buyer=c{number} HTTP/1.1" 200 1 "-" "-"'


@dataclass
class Day:
    """What was written: records in all, and how many of them are bad."""

    records: int = 0
    bad: dict[str, int] = field(default_factory=dict)


def _write(folder: Path, log: str, part: int, records: list[str]) -> None:
    file = folder / f"{log}-{part}"
    if log == "parquet":
        rows = [
            json.loads(one) if one else {"id": f"bad-{at}", "at": "", "who": "e1", "verb": "?"}
            for at, one in enumerate(records)
        ]
        pq.write_table(pa.Table.from_pylist(rows), file, row_group_size=40)
        return
    header = "id,at,who,verb,note\n" if log == "csv" else ""
    text = (
        '{"Records": [' + ",".join(records) + "]}" if log == "aws" else header + "".join(f"{one}\n" for one in records)
    )
    file.write_bytes(gzip.compress(text.encode()) if part == 1 else text.encode())


def a_day(folder: Path, seed: int) -> Day:
    """Three files per log: shuffled, each with bad lines, the second and third repeating part of the others."""
    chance = random.Random(seed)
    day = Day()
    for log, bad in BAD.items():
        numbers = list(range(EACH))
        chance.shuffle(numbers)
        parts = [numbers[:60], numbers[40:110], numbers[100:] + numbers[:10]]
        for part, chosen in enumerate(parts):
            records = [_record(log, number) for number in chosen]
            broken = chance.randint(1, 5)
            for _ in range(broken):
                records.insert(chance.randint(0, len(records)), bad)
            _write(folder, log, part, records)
            day.records += len(records)
            day.bad[log] = day.bad.get(log, 0) + broken
    return day


def expected() -> list[str]:
    """Ids of everything that happened. PostgreSQL's are session and line."""
    ids = [f"{log}-{number:04}" for log in BAD if log != "db" for number in range(EACH)]
    return sorted(ids + [f"s{number % 9}:{number}" for number in range(EACH)])


def test_the_counts_add_up(tmp_path: Path) -> None:
    """Records read = events + duplicates + quarantined, and each event is sealed once."""
    place = a_place(tmp_path, CONFIG)
    day = a_day(tmp_path, 1)
    outcome = place.ingest()
    assert outcome.records == day.records == outcome.events + outcome.duplicates + outcome.quarantined
    assert (outcome.events, outcome.quarantined) == (len(BAD) * EACH, sum(day.bad.values()))
    assert place.ids() == expected()
    assert place.quarantine() == day.bad
    again = place.ingest()
    assert (again.records, again.events, again.quarantined) == (0, 0, 0)


# Stops at the moments that matter: while a seal is made, and after it, before the place is remembered. Few events are
# sealed at once, so that there are many such moments.
_KILLED = """
import os, signal, sys
from pathlib import Path
from custodes.pipeline import ingest as room
from custodes.state import intake
from tests.pipeline.workspaces import Place
room._SEAL_AT = 100
point, left = sys.argv[2], int(sys.argv[3])
owner, name = {"seal": (room.segments, "write"), "place": (intake.Intake, "advance")}[point]
real = getattr(owner, name)
def dying(*a, **k):
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*a, **k)
setattr(owner, name, dying)
Place(Path(sys.argv[1])).ingest()
"""


@pytest.mark.slow
@pytest.mark.parametrize(("point", "after"), [("seal", 3), ("place", 2)])
def test_a_kill_in_the_middle_loses_and_repeats_nothing(tmp_path: Path, point: str, after: int) -> None:
    """SIGKILL, twice, then a run to the end: the same events and the same quarantine as without."""
    place = a_place(tmp_path, CONFIG)
    day = a_day(tmp_path, 2)
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", _KILLED, str(tmp_path), point, str(after)],
            cwd=Path(__file__).parents[2],
            check=False,
            capture_output=True,
        )
        assert done.returncode == -signal.SIGKILL, done.stderr.decode()[-1_000:]
    outcome = Place(tmp_path).ingest()
    assert outcome.events < len(BAD) * EACH, "something was sealed before the kill"
    assert outcome.records == outcome.events + outcome.duplicates + outcome.quarantined
    assert place.ids() == expected()
    assert place.quarantine() == day.bad
