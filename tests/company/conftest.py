"""One made-up company for all tests of this room, and its logs as anyone would read them."""

from __future__ import annotations

import csv
import gzip
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from custodes.company import CAMPAIGNS, Truth, make


@dataclass(frozen=True)
class Line:
    """One event of any of the three logs."""

    log: str
    time: datetime
    actor: str
    client: str
    verb: str
    thing: str
    customer: int | None
    seller: int | None
    case: str | None
    ok: bool


@dataclass(frozen=True)
class Case:
    """One row of the support system."""

    kind: str
    customer: int | None
    assignee: str
    opened: datetime
    closed: datetime | None


@dataclass(frozen=True)
class Company:
    """The company's folder, its truth, and what was read back from the folder."""

    folder: Path
    truth: Truth
    lines: list[Line]
    broken: dict[str, int]
    cases: dict[str, Case]


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Company:
    """With every campaign there is."""
    folder = tmp_path_factory.mktemp("company") / "made-up"
    truth = make(folder, seed=7, campaigns=tuple(CAMPAIGNS))
    lines: list[Line] = []
    broken: dict[str, int] = {}
    for log, read in (("desk", _desk), ("admin", _admin), ("api", _api)):
        broken[log] = 0
        for line in read(folder / "logs"):
            if line is None:
                broken[log] += 1
            else:
                lines.append(line)
    return Company(folder, truth, lines, broken, _cases(folder))


def _json(text: str) -> dict[str, Any] | None:
    try:
        record = json.loads(text)
    except ValueError:
        return None
    return record if isinstance(record, dict) else None


def _zoned(text: str) -> datetime | None:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else None


def _desk(folder: Path) -> Iterator[Line | None]:
    texts = gzip.decompress((folder / "support-desk.1.jsonl.gz").read_bytes()).decode().splitlines()
    for text in texts + (folder / "support-desk.jsonl").read_text().splitlines():
        record = _json(text)
        moment = _zoned(record["ts"]) if record else None
        if record is None or moment is None or "user" not in record:
            yield None
            continue
        user = record["user"]
        yield Line(
            "desk", moment, f"staff:{user['id']}", user["device"], record["op"], record["on"], record.get("customer"),
            record.get("seller"), record.get("ticket"), ok=True,
        )  # fmt: skip


def _admin(folder: Path) -> Iterator[Line | None]:
    for text in (folder / "admin.jsonl").read_text().splitlines():
        record = _json(text)
        moment = _zoned(record["at"]) if record else None
        if record is None or moment is None:
            yield None
            continue
        yield Line(
            "admin", moment, record["who"], record["from"]["host"], record["did"], record["what"],
            record.get("customer_id"), record.get("seller_id"), record.get("reference"), ok=record["result"] == "ok",
        )  # fmt: skip


def _api(folder: Path) -> Iterator[Line | None]:
    with (folder / "api.csv").open(newline="") as handle:
        header, *rows = csv.reader(handle)
    for row in rows:
        if len(row) != len(header):
            yield None
            continue
        record = dict(zip(header, row, strict=True))
        moment = datetime.fromisoformat(record["time"])
        customer = int(record["buyer"]) if record["buyer"] else None
        yield Line(
            "api", moment, f"key:{record['key']}", record["client"], record["method"], record["route"], customer,
            int(record["seller"]), None, ok=record["status"] == "200",
        )  # fmt: skip


def _cases(folder: Path) -> dict[str, Case]:
    database = sqlite3.connect(folder / "support.db")
    try:
        rows = database.execute("SELECT id, kind, customer_id, assignee, opened, closed FROM cases").fetchall()
    finally:
        database.close()
    return {
        number: Case(
            kind, customer, assignee, datetime.fromisoformat(opened), datetime.fromisoformat(closed) if closed else None
        )
        for number, kind, customer, assignee, opened, closed in rows
    }
