"""Which sealed evidence is asked? That of a made-up marketplace: staff, keys of sellers, ten million customers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from custodes.config import load
from custodes.pipeline.evidence import EVENTS, event_files, numbered
from custodes.pipeline.workspace import Workspace, create_or_open, prepare
from custodes.records.schema import EVENT_SCHEMA

START: Final = datetime(2026, 1, 5, tzinfo=UTC)
DAYS: Final = 90
NOW: Final = START + timedelta(days=DAYS + 1)
STAFF: Final = 8_000
KEYS: Final = 2_000
CUSTOMERS: Final = 10_000_000

CONFIG: Final = """
name = "made up"
[logs.desk]
kind = "jsonl"
path = "desk.jsonl"
[logs.desk.map]
event_id = "id"
time = "at"
actor = "staff:{user}"
action = "verb"
dataset = { const = "shop.main.customers" }
[logs.api]
kind = "jsonl"
path = "api.jsonl"
[logs.api.map]
event_id = "id"
time = "at"
actor = "key:{key}"
action = "verb"
dataset = { const = "shop.api.orders" }
"""

_HOUR: Final = 3_600_000_000  # microseconds


def workspace(folder: Path, count: int) -> Workspace:
    """A workspace with so many sealed events, one segment a day, and no index yet."""
    (folder / "custodes.toml").write_text(CONFIG)
    config = load(folder / "custodes.toml")
    prepare(config)
    made = create_or_open(config, clock=lambda: NOW, by="user:bench")
    for day, rows in days(count):
        with made.ledger.begin() as batch:
            for data, leaves in event_files(numbered([rows], batch.first)):
                batch.add(f"{EVENTS}/day={day.date().isoformat()}", ".parquet", data, leaves)
            batch.commit(NOW)
    return made


def days(count: int) -> Iterator[tuple[datetime, pa.Table]]:
    """Day by day, the events as a segment has them: by subject, then time."""
    each, desk = count // DAYS, 0
    for number in range(DAYS):
        rows = _day(number, each if number < DAYS - 1 else count - each * (DAYS - 1), desk)
        desk += pc.sum(pc.equal(rows.column("source"), "desk")).as_py()
        yield START + timedelta(days=number), rows


def _day(day: int, count: int, before: int) -> pa.Table:
    """before: how many records the desk has written by then: it numbers them, the other log does not."""
    draw = np.random.default_rng(day)
    micros = np.sort(draw.integers(0, 24 * _HOUR, count)) + int(START.timestamp()) * 1_000_000 + day * 24 * _HOUR
    who = draw.integers(0, STAFF * 10 // 7, count)  # three of ten touches are by keys
    who = np.where(who < STAFF, who, STAFF + who % KEYS)
    by_key = who >= STAFF
    subject = np.where(draw.random(count) < 0.05, CUSTOMERS, draw.integers(0, CUSTOMERS, count))
    numbers = before + np.cumsum(~by_key)
    order = np.lexsort((micros, subject))
    micros, who, by_key = micros[order], who[order], by_key[order]
    subject, numbers = subject[order], numbers[order]
    number = pa.array(numbers).cast(pa.string())
    ends = pa.array(np.where(by_key, "x", "")).cast(pa.string())
    digits = pa.array(np.where(by_key, draw.integers(1 << 40, 1 << 50, count), 10**9 + numbers)).cast(pa.string())
    none = pa.nulls(count, pa.string())
    columns = {
        "event_id": pc.binary_join_element_wise("r", digits, ends, ""),
        "time": pa.array(micros, pa.timestamp("us", tz="UTC")),
        "recorded": pa.array(micros // _HOUR * _HOUR + _HOUR, pa.timestamp("us", tz="UTC")),  # read once an hour
        "actor": _ACTORS.take(pa.array(who)),
        "behalf": _SELLERS.take(pa.array(who)),
        "action": _often(draw, count, ["read", "search", "update", "export"], [0.8, 0.15, 0.045, 0.005]),
        "dataset": _DATASETS.take(pa.array(np.where(by_key, 2, draw.integers(0, 2, count)))),
        "subject": pc.if_else(
            pa.array(subject == CUSTOMERS),
            none,
            pc.binary_join_element_wise("customer:", pa.array(10**8 + subject).cast(pa.string()), ""),
        ),
        "party": _SELLERS.take(pa.array(who)),
        "fields": pa.array([["email", "phone"], ["address"]]).take(pa.array(draw.integers(0, 2, count))),
        "records": pa.array(np.ones(count, np.int64)),
        "tool": pa.array(["support-desk", "orders-api"]).take(pa.array(by_key.astype(int))),
        "client": _CLIENTS.take(pa.array(who)),
        "address": _ADDRESSES.take(pa.array(who % 250)),
        "case": pc.if_else(pa.array(by_key), none, pc.binary_join_element_wise("t", number, "")),
        "outcome": _often(draw, count, ["success", "denied"], [0.995, 0.005]),
        "source": pa.array(["desk", "api"]).take(pa.array(by_key.astype(int))),
    }
    arrays = [
        columns[field.name].cast(field.type) if field.name in columns else pa.nulls(count, field.type)
        for field in EVENT_SCHEMA
    ]
    return pa.Table.from_arrays(arrays, schema=EVENT_SCHEMA)


def _often(draw: np.random.Generator, count: int, words: list[str], shares: list[float]) -> pa.Array:
    return pa.array(words).take(pa.array(np.searchsorted(np.cumsum(shares)[:-1], draw.random(count))))


_ACTORS: Final = pa.array([f"staff:e{one:05}" for one in range(STAFF)] + [f"key:k{one:05}" for one in range(KEYS)])
_SELLERS: Final = pa.array([None] * STAFF + [f"seller:{one % 1_500:05}" for one in range(KEYS)])
_CLIENTS: Final = pa.array(
    [f"laptop-{one:05}" for one in range(STAFF)] + [f"tls-{one % 400:04}" for one in range(KEYS)]
)
_ADDRESSES: Final = pa.array([f"198.51.100.{one}" for one in range(250)])
_DATASETS: Final = pa.array(["shop.main.customers", "shop.main.orders", "shop.api.orders"])
