"""Do the published vectors say what we encode? Run as a program, it prints them anew."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from custodes.events.leaves import leaf_hashes
from custodes.ledger.tree import EMPTY, append
from custodes.records import AccessEvent, Receipt
from custodes.records.canonical import event_bytes, file_bytes, read_event, receipt_bytes
from custodes.records.schema import events_table

FILE = Path(__file__).parents[2] / "docs" / "reference" / "encoding-vectors.json"
_PLAIN: dict[str, Any] = {
    "event_id": "r1",
    "time": "2026-03-01T09:30:00.123457+00:00",
    "recorded": "2026-03-01T09:31:00+00:00",
    "actor": "staff:e1",
    "behalf": None,
    "action": "read",
    "dataset": "shop.main.customers",
    "object": None,
    "subject": "customer:c1",
    "party": None,
    "fields": ["email", "phone"],
    "records": 1,
    "tool": "support-desk",
    "client": None,
    "address": None,
    "agent": None,
    "case": "t1",
    "outcome": "success",
    "source": "desk",
}
_EVENTS: list[tuple[str, dict[str, Any]]] = [
    ("an event as most are", {}),
    ("everything absent that may be", {"subject": None, "tool": None, "case": None, "fields": []}),
    ("a text that is empty is not absent", {"case": "", "fields": [""]}),
    ("before 1970, and the most records", {"time": "1969-12-31T23:59:59.999999+00:00", "records": 2**63 - 1}),
    ("texts that are no Latin letters", {"actor": "staff:\u00e9\u4e2d\U0001f600", "agent": "\u0000\n"}),
]
_REFUSED = [("", "no first byte"), ("02", "a receipt"), ("01", "cut off"), ("04", "an unknown version")]


def _event(columns: dict[str, Any]) -> AccessEvent:
    values = dict(columns)
    for name in ("time", "recorded"):
        values[name] = datetime.fromisoformat(values[name])
    return AccessEvent(**(values | {"fields": tuple(values["fields"])}))


def _vector(what: str, of: dict[str, Any], leaf: bytes) -> dict[str, Any]:
    return {"what": what, **of, "leaf": leaf.hex(), "hash": hashlib.sha256(b"\x00" + leaf).hexdigest()}


def vectors() -> dict[str, Any]:
    """The document, from the encoder in Python."""
    found = [_vector(what, {"event": _PLAIN | some}, event_bytes(_event(_PLAIN | some))) for what, some in _EVENTS]
    receipt = {
        "kind": "run",
        "time": "2026-03-01T10:00:00+00:00",
        "by": "owner",
        "detail": {"events": 5, "note": "\u00e9"},
    }
    made = Receipt(receipt["kind"], datetime.fromisoformat(str(receipt["time"])), "owner", receipt["detail"])  # type: ignore[arg-type]  # plain values
    found.append(_vector("a receipt", {"receipt": receipt}, receipt_bytes(made)))
    digest = hashlib.sha256(b"made up").digest()
    found.append(_vector("a file", {"file": {"kind": "events", "sha256": digest.hex()}}, file_bytes("events", digest)))
    root = append(EMPTY, bytes.fromhex("".join(one["hash"] for one in found)))[0].root
    refused = [{"leaf": leaf, "why": why} for leaf, why in _REFUSED]
    return {"encoding": "custodes leaf, version 1", "vectors": found, "root": root.hex(), "refused": refused}


def test_the_published_vectors_are_ours() -> None:
    """The file is what the encoder in Python gives; a change of it is a change of every sealed leaf."""
    assert json.loads(FILE.read_text()) == vectors()


def test_the_native_encoder_hashes_the_same_bytes() -> None:
    """Leaf for leaf."""
    told = [one for one in vectors()["vectors"] if "event" in one]
    assert leaf_hashes(events_table([_event(one["event"]) for one in told])).hex() == "".join(
        one["hash"] for one in told
    )


def test_leaves_are_read_back_and_what_is_none_is_refused() -> None:
    """An event's leaf tells its columns; other bytes, and an event cut anywhere, are refused."""
    for one in vectors()["vectors"]:
        if "event" in one:
            leaf = bytes.fromhex(one["leaf"])
            assert event_bytes(AccessEvent(**read_event(leaf))) == leaf  # type: ignore[arg-type]  # columns by name
            for cut in range(len(leaf)):
                with pytest.raises(ValueError, match=r"leaf|unpack|codec"):
                    read_event(leaf[:cut])
    for one in vectors()["refused"]:
        with pytest.raises(ValueError, match="leaf"):
            read_event(bytes.fromhex(one["leaf"]))


if __name__ == "__main__":
    print(json.dumps(vectors(), indent=1))
