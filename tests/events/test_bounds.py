"""What may one record cost, whoever wrote it? An insider writes SQL, and anybody at all asks a web server."""

from __future__ import annotations

import io
import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from custodes.events.access_routes import route
from custodes.events.interface import LogReader
from custodes.events.readers import Settings, open_log
from custodes.events.reading import EVENTS
from custodes.records import Rule, Tokeniser

_MANY = "the record tells of more than 100,000 touches at once"
_RULES = {
    "time": Rule(path="t"),
    "actor": Rule(path="a"),
    "action": Rule(const="read"),
    "dataset": Rule(const="d"),
    "subject": Rule(path="s"),
}


def _reader(folder: Path, kind: str, data: bytes, settings: Settings) -> tuple[LogReader, Path]:
    file = folder / ("log.parquet" if kind == "parquet" else "log")
    file.write_bytes(data)
    os.utime(file, (1, 1))
    reader = open_log(
        kind,
        "log",
        str(file),
        tokeniser=Tokeniser(b"k" * 32),
        settings=settings,
        clock=lambda: datetime(2026, 11, 30, tzinfo=UTC),
        root=folder,
    )
    return reader, file


def _counts(folder: Path, kind: str, data: bytes, settings: Settings) -> tuple[int, list[str]]:
    reader, file = _reader(folder, kind, data, settings)
    events, reasons = 0, []
    for batch in reader.bulk(file, None):
        assert len(batch.events) < 2 * EVENTS
        events += len(batch.events) + (batch.table.num_rows if batch.table is not None else 0)
        reasons += [one.reason for one in batch.quarantined]
    return events, reasons


def _request(uri: str) -> bytes:
    return f'10.0.0.1 - - [10/Oct/2026:13:55:36 +0000] "GET {uri} HTTP/1.1" 200 12 "-" "x"\n'.encode()


def test_a_request_of_many_parameters_is_a_touch_like_others(tmp_path: Path) -> None:
    """Anybody can send one: it must neither end the reading nor hide the touch."""
    uri = f"/api/orders/7?{'&'.join(['a=1'] * 1_001)}&x=2"
    settings = Settings(routes={"/api/orders/{object}": {"dataset": "shop.orders"}})
    assert _counts(tmp_path, "access", _request(uri) + _request("/api/orders/8"), settings) == (2, [])


def test_a_line_of_brackets_takes_time_in_proportion(tmp_path: Path) -> None:
    settings = Settings(routes={"/api/{object}": {"dataset": "d"}})
    began = time.monotonic()
    events, reasons = _counts(tmp_path, "access", b"10.0.0.1 - " + b" [" * 60_000 + b"\n", settings)
    assert (events, len(reasons)) == (0, 1)
    assert time.monotonic() - began < 5


def test_a_route_with_several_names_in_a_part_takes_time_in_proportion() -> None:
    several = route("/api/{object}-{subject}-{case}x", {"dataset": "d"})
    began = time.monotonic()
    assert several.fit("GET", f"/api/{'-' * 20_000}", {}) is None
    assert time.monotonic() - began < 5
    found = several.fit("GET", "/api/a-b-c-dx", {})
    assert found is not None
    assert (found["object"], found["subject"], found["case"]) == ("a-b", "c", "d")
    rest = route("/files/{object*}/of/{subject}.json", {"dataset": "d"}).fit("GET", "/files/a/of/b/of/7.json", {})
    assert rest is not None
    assert (rest["object"], rest["subject"]) == ("a/of/b", "7")


@pytest.mark.parametrize("kind", ["mariadb_audit", "snowflake", "postgres_csvlog"])
def test_a_statement_that_names_everybody_in_every_table_is_refused_and_told(tmp_path: Path, kind: str) -> None:
    """A few kilobytes would become a million events, and a longer one more than any memory holds."""
    tables, people = [f"t{number}" for number in range(200)], ",".join(map(str, range(1_000)))
    sql = f"select * from {','.join(tables)} where customer_id in ({people})"
    row = {"QUERY_ID": "q", "USER_NAME": "u", "QUERY_START_TIME": "2026-01-01T00:00:00Z", "QUERY_TEXT": sql}
    touched = {"DIRECT_OBJECTS_ACCESSED": [{"objectName": name} for name in tables]}
    data = {
        "mariadb_audit": f"20260101 10:00:00,s,u,h,1,2,QUERY,d,'{sql}',0\n",
        "snowflake": json.dumps(row | touched) + "\n",
        "postgres_csvlog": f'2026-01-01 10:00:00.000 UTC,"u","d",1,"h:1",s.1,1,"SELECT",2026-01-01 10:00:00 UTC,1/1,0,'
        f'LOG,00000,"statement: {sql}",,,,,,,,,"psql","client backend",,0\n',
    }[kind]
    settings = Settings(timezone="UTC" if kind != "snowflake" else None, subjects={"customer_id": "customer"})
    assert _counts(tmp_path, kind, data.encode(), settings) == (0, [_MANY])


def test_two_lists_in_one_template_are_bounded(tmp_path: Path) -> None:
    names = [str(number) for number in range(1_000)]
    record = {"t": "2026-01-01T00:00:00Z", "a": "x", "s": names, "u": names}
    settings = Settings(rules={**_RULES, "subject": Rule(template="{s}:{u}")})
    assert _counts(tmp_path, "jsonl", json.dumps(record).encode() + b"\n", settings) == (0, [_MANY])


def test_records_of_many_subjects_come_in_batches_of_bounded_size(tmp_path: Path) -> None:
    record = {"t": "2026-01-01T00:00:00Z", "a": "x", "s": [str(number) for number in range(50_000)]}
    data = b"".join(json.dumps({**record, "a": f"x{number}"}).encode() + b"\n" for number in range(5))
    assert _counts(tmp_path, "jsonl", data, Settings(rules=_RULES)) == (250_000, [])


def _parquet(table: pa.Table) -> bytes:
    data = io.BytesIO()
    pq.write_table(table, data)
    return data.getvalue()


def test_a_cell_of_parquet_without_a_value_costs_its_own_row(tmp_path: Path) -> None:
    """A time beyond the year 9999 ended the whole ingest."""
    when = pa.array([1_767_225_600_000_000, 2**62, 1_767_225_600_000_001], pa.timestamp("us", "UTC"))
    data = _parquet(pa.table({"t": when, "a": ["x", "y", "z"]}))
    rules = {name: rule for name, rule in _RULES.items() if name != "subject"}
    events, reasons = _counts(tmp_path, "parquet", data, Settings(rules=rules))
    assert (events, reasons) == (2, ["a cell cannot be read (OverflowError)"])


def test_a_text_repeated_in_parquet_is_no_bomb(tmp_path: Path) -> None:
    """Fifty kilobytes of file are a hundred megabytes of rows."""
    repeated = pa.DictionaryArray.from_arrays(pa.array([0] * 100, pa.int8()), ["x" * 1_100_000])
    data = _parquet(pa.table({"t": ["2026-01-01T00:00:00Z"] * 100, "a": repeated}))
    events, reasons = _counts(tmp_path, "parquet", data, Settings(rules=_RULES))
    assert (events, set(reasons)) == (0, {"the record is longer than 1 MiB"})
