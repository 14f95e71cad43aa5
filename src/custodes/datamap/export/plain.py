"""How is the map told to programs? As one JSON document; its schema is docs/reference/schemas/datamap-export.json."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Final

from custodes.datamap.export.told import MapTold
from custodes.records import Examined, Field
from custodes.records.processing import NOT_STATED, Processing

VERSION: Final = 1  # of the form; a change that breaks readers raises it


def document(told: MapTold) -> bytes:
    """The document in UTF-8, indented."""
    return (json.dumps(plain(told), indent=2, ensure_ascii=False) + "\n").encode()


def plain(told: MapTold) -> dict[str, object]:
    """The document. What the owner has not stated is the text `not stated`, and listed under `not_stated`."""
    return {
        "version": VERSION,
        "name": told.name,
        "made": _when(told.made),
        "controller": {
            **{key: getattr(told.controller, key) or NOT_STATED for key in _CONTROLLER},
            "joint": list(told.controller.joint) or NOT_STATED,
        },
        "stores": [
            {
                "store": one.store,
                "kind": one.kind,
                "owner": one.owner or NOT_STATED,
                "security": list(one.security) or NOT_STATED,
                "country": one.country or NOT_STATED,
            }
            for one in told.stores
        ],
        "processing": [_processing(one) for one in told.processing],
        "datasets": [_dataset(told, one) for one in told.examined],
        "flows": [
            {
                "source": edge.source._asdict(),
                "target": edge.target._asdict(),
                "kind": edge.kind,
                "through": list(edge.through),
                "said_by": edge.said_by,
                "by": edge.by,
                "leaves": edge.leaves,
            }
            for edge in told.flows
        ],
        "copies": [asdict(one) for one in told.copies],
        "suppressed": [
            {
                **_field(told, one.verdict),
                "store": one.verdict.store,
                "dataset": one.verdict.dataset,
                "by": one.ruling.by,
                "why": one.ruling.why,
                "until": _when(one.ruling.until) if one.ruling.until else None,
            }
            for one in told.suppressed
        ],
        "uncovered": [
            {"store": one.store, "dataset": one.dataset, "reason": one.reason, "hint": one.hint} for one in told.gaps
        ],
        "not_stated": [{"of": of, "what": what} for of, what in told.missing()],
    }


_CONTROLLER: Final = ("name", "contact", "representative", "officer")


def _processing(one: Processing) -> dict[str, object]:
    return {
        "name": one.name,
        "title": one.title,
        "datasets": list(one.datasets),
        "purposes": list(one.purposes) or NOT_STATED,
        "basis": one.basis or NOT_STATED,
        "subjects": list(one.subjects) or NOT_STATED,
        "recipients": NOT_STATED if one.recipients is None else list(one.recipients),
        "transfers": NOT_STATED
        if one.transfers is None
        else [{key: value or NOT_STATED for key, value in asdict(each).items()} for each in one.transfers],
        "retention": one.retention or NOT_STATED,
        "security": list(one.security) or NOT_STATED,
        "owner": one.owner or NOT_STATED,
    }


def _dataset(told: MapTold, one: Examined) -> dict[str, object]:
    activities = told.activities(one.store, one.dataset)
    first = told.first_seen.get((one.store, one.dataset))
    owners = sorted({told.owner(one, each) for each in activities or (None,)} - {""})
    return {
        "store": one.store,
        "dataset": one.dataset,
        "kind": one.kind,
        "columns": one.columns,
        "rows_read": one.rows_read,
        "rows_total": one.rows_total,
        "sampled": one.sampled,
        "vault": told.vault(one.store, one.dataset),
        "owners": owners or NOT_STATED,
        "processing": [each.name for each in activities] or NOT_STATED,
        "first_told": _when(first) if first else None,
        "fields": [_field(told, verdict) for verdict in one.verdicts],
    }


def _field(told: MapTold, verdict: Field) -> dict[str, object]:
    category = told.category(verdict)
    return {
        "field": verdict.field,
        "category": verdict.category,
        "title": category.title,
        "fides": category.fides,
        "sensitivity": category.sensitivity,
        "flags": sorted(category.flags),
        "confidence": round(verdict.confidence, 4),
        "matched": verdict.matched,
        "scanned": verdict.scanned,
        "reasons": list(verdict.reasons),
    }


def _when(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
