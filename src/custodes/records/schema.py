"""Which Arrow columns do events and context have? The contract that logs, engine and detections share."""

from __future__ import annotations

from typing import Final

import pyarrow as pa

from custodes.records.event import AccessEvent

_TIME = pa.timestamp("us", tz="UTC")
_WORD = pa.dictionary(pa.int32(), pa.string())

EVENT_SCHEMA: Final = pa.schema(
    [
        pa.field("event_id", pa.string(), nullable=False),
        pa.field("time", _TIME, nullable=False),
        pa.field("recorded", _TIME, nullable=False),
        pa.field("actor", pa.string(), nullable=False),
        pa.field("behalf", pa.string()),
        pa.field("action", _WORD, nullable=False),
        pa.field("dataset", pa.string(), nullable=False),
        pa.field("object", pa.string()),
        pa.field("subject", pa.string()),
        pa.field("party", pa.string()),
        pa.field("fields", pa.list_(pa.string()), nullable=False),
        pa.field("records", pa.int64(), nullable=False),
        pa.field("tool", pa.string()),
        pa.field("client", pa.string()),
        pa.field("address", pa.string()),
        pa.field("agent", pa.string()),
        pa.field("case", pa.string()),
        pa.field("outcome", _WORD, nullable=False),
        pa.field("source", pa.string(), nullable=False),
    ]
)

# A sealed segment adds the index of the row's leaf in the ledger, so that a finding can cite its proof.
SEALED_SCHEMA: Final = EVENT_SCHEMA.append(pa.field("leaf", pa.int64(), nullable=False))

# What was true about people, cases, parties, keys and subjects when the snapshot was taken.
# `*_token` and `tokens` columns hold keyed tokens, never the identifier itself.
CONTEXT_SCHEMAS: Final = {
    "people": pa.schema(
        [
            pa.field("id", pa.string(), nullable=False),
            pa.field("team", pa.string()),
            pa.field("role", pa.string()),
            pa.field("site", pa.string()),
            pa.field("manager", pa.string()),
            pa.field("joined", _TIME),
            pa.field("left", _TIME),
            pa.field("household", pa.string()),
            pa.field("surname", pa.string()),
        ]
    ),
    "cases": pa.schema(
        [
            pa.field("id", pa.string(), nullable=False),
            pa.field("kind", pa.string()),
            pa.field("subject", pa.string()),
            pa.field("party", pa.string()),
            pa.field("assignee", pa.string()),
            pa.field("opened", _TIME),
            pa.field("closed", _TIME),
        ]
    ),
    "parties": pa.schema(
        [
            pa.field("id", pa.string(), nullable=False),
            pa.field("category", pa.string()),
            pa.field("status", pa.string()),
            pa.field("device", pa.string()),
            pa.field("bank", pa.string()),
            pa.field("address", pa.string()),
            pa.field("phone", pa.string()),
        ]
    ),
    "keys": pa.schema(
        [
            pa.field("key", pa.string(), nullable=False),
            pa.field("party", pa.string()),
            pa.field("developer", pa.string()),
            pa.field("scopes", pa.string()),
            pa.field("issued", _TIME),
        ]
    ),
    "subjects": pa.schema(
        [
            pa.field("id", pa.string(), nullable=False),
            pa.field("watched", pa.string()),  # vip, honey; null for everyone else
            pa.field("relations", pa.string()),  # tokens shared with a member of staff, space-separated
        ]
    ),
}

# Columns of context whose value would name a person or a home: always tokenised at the door.
CONTEXT_TOKENS: Final = {
    "people": ("household", "surname"),
    "parties": ("device", "bank", "address", "phone"),
    "subjects": ("relations",),
}


def events_table(events: list[AccessEvent]) -> pa.Table:
    """The events as one Arrow table of EVENT_SCHEMA, in the order given."""
    columns = [
        pa.array([getattr(event, field.name) for event in events], type=_plain(field.type)).cast(field.type)
        for field in EVENT_SCHEMA
    ]
    return pa.Table.from_arrays(columns, schema=EVENT_SCHEMA)


def _plain(kind: pa.DataType) -> pa.DataType:
    """Dictionary columns are built from plain strings first: pyarrow cannot infer them from Python lists."""
    return kind.value_type if pa.types.is_dictionary(kind) else kind
