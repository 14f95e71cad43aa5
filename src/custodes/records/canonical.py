"""Which bytes does the ledger hash for an event or a receipt? The same ones in every implementation, for ever.

Version 1, all integers big-endian:
    event    0x01, then the columns of AccessEvent in order
    receipt  0x02, then JSON with sorted keys, no blanks, UTF-8 (RFC 8785 for the flat values a receipt may hold)
    file     0x03, then its kind (`events`, or the kind of a snapshot of context) as text, then its SHA-256
    index    0x03, then `index` as text, then the SHA-256 of its directory
    text     0x01, uint32 length in bytes, UTF-8; an absent optional text is the single byte 0x00
    time     int64, microseconds since 1970-01-01T00:00:00Z
    list     uint32 count, then each text
    integer  int64
"""

from __future__ import annotations

import json
import struct
from datetime import UTC, datetime, timedelta
from typing import Final

from custodes.records.event import EVENT_COLUMNS, AccessEvent
from custodes.records.receipt import Receipt

EVENT: Final = b"\x01"
RECEIPT: Final = b"\x02"
FILE: Final = b"\x03"
LEAF_LIMIT: Final = 65_535  # C2SP tlog-tiles: an entry's length is a uint16

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def event_bytes(event: AccessEvent) -> bytes:
    """The canonical bytes of one event. Raises ValueError when they do not fit one leaf."""
    parts = [EVENT]
    for value in (getattr(event, name) for name in EVENT_COLUMNS):
        if value is None:
            parts.append(b"\x00")
        elif isinstance(value, str):
            parts.append(_text(value))
        elif isinstance(value, datetime):
            parts.append(struct.pack(">q", _microseconds(value)))
        elif isinstance(value, int):
            parts.append(struct.pack(">q", value))
        elif isinstance(value, (list, tuple)):
            parts.append(struct.pack(">I", len(value)))
            parts.extend(_text(str(item)) for item in value)
        else:
            raise TypeError(f"no canonical form for {type(value).__name__}")
    leaf = b"".join(parts)
    if len(leaf) > LEAF_LIMIT:
        raise ValueError(f"an event of {len(leaf)} bytes does not fit a leaf of {LEAF_LIMIT}")
    return leaf


def read_event(leaf: bytes) -> dict[str, object]:
    """What a leaf says, by column: the way back from `event_bytes`. Raises ValueError when it is no event."""
    if leaf[:1] != EVENT:
        raise ValueError("the leaf is no event")
    said: dict[str, object] = {}
    place = 1

    def take(size: int) -> bytes:
        nonlocal place
        if place + size > len(leaf):
            raise ValueError("the leaf is cut off")
        place += size
        return leaf[place - size : place]

    def text() -> str | None:
        if take(1) == b"\x00":
            return None
        return take(int.from_bytes(take(4), "big")).decode()

    for name in EVENT_COLUMNS:
        if name in {"time", "recorded"}:
            said[name] = _EPOCH + timedelta(microseconds=int.from_bytes(take(8), "big", signed=True))
        elif name == "records":
            said[name] = int.from_bytes(take(8), "big", signed=True)
        elif name == "fields":
            said[name] = tuple(text() for _ in range(int.from_bytes(take(4), "big")))
        else:
            said[name] = text()
    if place != len(leaf):
        raise ValueError("the leaf goes on after the event")
    return said


def receipt_bytes(receipt: Receipt) -> bytes:
    """The canonical bytes of one receipt. Raises ValueError when they do not fit one leaf."""
    fields = {
        "by": receipt.by,
        "detail": receipt.detail,
        "kind": receipt.kind,
        "time": receipt.time.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"),
    }
    text = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    leaf = RECEIPT + text.encode()
    if len(leaf) > LEAF_LIMIT:
        raise ValueError(f"a receipt of {len(leaf)} bytes does not fit a leaf of {LEAF_LIMIT}")
    return leaf


def file_bytes(kind: str, digest: bytes) -> bytes:
    """The canonical bytes of a sealed file itself: a segment of events or a snapshot of context."""
    return FILE + _text(kind) + digest


def _text(value: str) -> bytes:
    data = value.encode()
    return b"\x01" + struct.pack(">I", len(data)) + data


def _microseconds(value: datetime) -> int:
    # Integer arithmetic: timestamp() goes through a float and loses the last microsecond.
    delta = value - _EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds
