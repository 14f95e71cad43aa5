"""Small builders for logs, rules and readers; every value is made up."""

import gzip
import json
import os
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from custodes.events.interface import Batch, LogReader, Position
from custodes.records import AccessEvent, Rule, Tokeniser

TOKENS = Tokeniser(b"k" * 32)
NOW = datetime(2026, 3, 2, tzinfo=UTC)
RULES = {
    "event_id": Rule(path="id"),
    "time": Rule(path="at"),
    "actor": Rule(template="staff:{user.id}"),
    "action": Rule(path="verb", values={"view": "read"}),
    "dataset": Rule(const="shop.main.customers"),
    "subject": Rule(template="customer:{customer}"),
    "fields": Rule(path="fields"),
}


def clock() -> datetime:
    return NOW


def a_record(**changes: object) -> dict[str, object]:
    record: dict[str, object] = {
        "id": "r1",
        "at": "2026-03-01T09:30:00Z",
        "user": {"id": "e1"},
        "verb": "view",
        "customer": "c1",
        "fields": ["email"],
    }
    return record | changes


def json_lines(records: Iterable[object]) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def write(file: Path, data: bytes, *, old: bool = False) -> Path:
    """Writes the file; an old one is no longer being written to."""
    file.write_bytes(data)
    if old:
        os.utime(file, (1_770_000_000, 1_770_000_000))
    return file


def packed(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)


def read_all(reader: LogReader, file: Path, since: Position | None = None) -> Batch:
    """Everything the reader gives, as one batch with the last position."""
    batches = list(reader.read(file, since))
    if not batches:
        assert since is not None
        return Batch(since)
    return Batch(
        position=batches[-1].position,
        events=[event for batch in batches for event in batch.events],
        quarantined=[entry for batch in batches for entry in batch.quarantined],
        ignored=sum(batch.ignored for batch in batches),
    )


def ids(events: Iterable[AccessEvent]) -> list[str]:
    return [event.event_id for event in events]
