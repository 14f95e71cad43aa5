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
from custodes.pipeline.evidence import EVENTS, event_files
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
            for data, leaves in event_files([rows], batch.first):
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
    by_key = draw.random(count) < 0.3
    staff = draw.integers(0, STAFF, count)
    key = draw.integers(0, KEYS, count)
    subject = draw.integers(0, CUSTOMERS, count)
    nobody = draw.random(count) < 0.05
    order = np.lexsort((micros, np.where(nobody, CUSTOMERS, subject)))
    numbers = before + np.cumsum(~by_key)
    digest = draw.integers(0, 1 << 62, count)
    micros, by_key, staff, key = micros[order], by_key[order], staff[order], key[order]
    subject, nobody, numbers = subject[order], nobody[order], numbers[order]
    digests = pc.binary_join_element_wise("q", pa.array(digest).cast(pa.string()), "x", "")
    time = pa.array(micros, pa.timestamp("us", tz="UTC"))
    recorded = pa.array(micros // _HOUR * _HOUR + _HOUR, pa.timestamp("us", tz="UTC"))  # read once an hour

    def named(prefix: str, number: np.ndarray, digits: int) -> pa.Array:
        padded = pc.utf8_lpad(pa.array(number).cast(pa.string()), digits, "0")
        return pc.binary_join_element_wise(prefix, padded, "")

    def often(words: list[str | None], shares: list[float]) -> pa.Array:
        return pa.array(words).take(pa.array(draw.choice(len(words), count, p=shares)))

    keyed, none = pa.array(by_key), pa.scalar(None, pa.string())
    seller = named("seller:", key % 1_500, 5)
    columns = {
        "event_id": pc.if_else(keyed, digests, named("r", numbers, 9)),
        "time": time,
        "recorded": recorded,
        "actor": pc.if_else(keyed, named("key:k", key, 5), named("staff:e", staff, 5)),
        "behalf": pc.if_else(keyed, seller, none),
        "action": often(["read", "search", "update", "export"], [0.8, 0.15, 0.045, 0.005]),
        "dataset": pc.if_else(keyed, "shop.api.orders", often(["shop.main.customers", "shop.main.orders"], [0.6, 0.4])),
        "subject": pc.if_else(pa.array(nobody), none, named("customer:", subject, 8)),
        "party": pc.if_else(keyed, seller, none),
        "fields": pa.array([["email", "phone"], ["address"]]).take(pa.array(draw.integers(0, 2, count))),
        "records": pa.array(np.ones(count, np.int64)),
        "tool": pc.if_else(keyed, "orders-api", "support-desk"),
        "client": pc.if_else(keyed, named("tls-", key % 400, 4), named("laptop-", staff, 5)),
        "address": named("198.51.100.", staff % 250, 1),
        "case": pc.if_else(keyed, none, named("t", numbers, 9)),
        "outcome": often(["success", "denied"], [0.995, 0.005]),
        "source": pc.if_else(keyed, "api", "desk"),
    }
    arrays = [
        columns[field.name].cast(field.type) if field.name in columns else pa.nulls(count, field.type)
        for field in EVENT_SCHEMA
    ]
    return pa.Table.from_arrays(arrays, schema=EVENT_SCHEMA)
