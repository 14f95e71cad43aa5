"""Which events are measured? Made-up ones, shaped like a support desk's log: few actors, many customers, some weeks."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from custodes.events import segments
from custodes.records.schema import EVENT_SCHEMA, SEALED_SCHEMA

START = datetime(2026, 1, 5, tzinfo=UTC)
DAYS = 28
ACTORS = 400


def table(count: int) -> pa.Table:
    """So many events of EVENT_SCHEMA, in order of time."""
    draw = np.random.default_rng(1)
    micros = np.sort(draw.integers(0, DAYS * 86_400_000_000, count)) + int(START.timestamp()) * 1_000_000
    time = pa.array(micros, pa.timestamp("us", tz="UTC"))
    actor = draw.integers(0, ACTORS, count)
    customers = max(count // 10, 100)
    subject = (actor * 7_919 + draw.integers(0, customers // 20, count)) % customers

    def named(prefix: str, numbers: np.ndarray) -> pa.Array:
        return pc.binary_join_element_wise(prefix, pa.array(numbers).cast(pa.string()), "")

    def often(words: list[str | None], shares: list[float]) -> pa.Array:
        return pa.array(words).take(pa.array(draw.choice(len(words), count, p=shares)))

    columns = {
        "event_id": named("r", np.arange(count)),
        "time": time,
        "recorded": time,
        "actor": named("staff:e", actor),
        "action": often(["read", "search", "update", "export"], [0.8, 0.15, 0.045, 0.005]),
        "dataset": often(["shop.main.customers", "shop.main.orders"], [0.6, 0.4]),
        "subject": named("customer:", subject),
        "fields": pa.array([["email", "phone"], ["address"]]).take(pa.array(draw.integers(0, 2, count))),
        "records": pa.array(np.ones(count, np.int64)),
        "tool": often(["support-desk"], [1.0]),
        "client": named("laptop-", actor),
        "address": named("198.51.100.", actor % 250),
        "case": named("t", np.arange(count)),
        "outcome": often(["success", "denied"], [0.995, 0.005]),
        "source": often(["desk"], [1.0]),
    }
    arrays = [
        columns[field.name].cast(field.type) if field.name in columns else pa.nulls(count, field.type)
        for field in EVENT_SCHEMA
    ]
    return pa.Table.from_arrays(arrays, schema=EVENT_SCHEMA)


def sealed(count: int, folder: Path) -> list[Path]:
    """The events as one sealed segment a day."""
    files = []
    first = 0
    for day, rows in segments.segments(table(count)).items():
        leaf = pa.array(range(first, first + rows.num_rows), pa.int64())
        file = folder / f"{day}.parquet"
        file.write_bytes(segments.write(rows.append_column(SEALED_SCHEMA.field("leaf"), leaf)))
        files.append(file)
        first += rows.num_rows
    return files


def lines(count: int) -> Iterator[str]:
    """As many lines of JSON, as an application would log them."""
    rng = random.Random(1)
    for number in range(count):
        yield json.dumps(
            {
                "id": f"r{number}",
                "ts": (START + timedelta(seconds=number)).isoformat().replace("+00:00", "Z"),
                "user": {"id": f"e{rng.randint(1, ACTORS)}", "device": f"laptop-{rng.randint(1, ACTORS)}"},
                "op": rng.choice(["view", "view", "search", "edit"]),
                "on": rng.choice(["customer", "order"]),
                "customer": rng.randint(1, count),
                "fields": ["email", "phone"],
                "ticket": f"t{number // 3}",
            }
        )
