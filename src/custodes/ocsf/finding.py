"""How is a finding told in OCSF? 2006 where data lies or flows wrongly, 2004 where conduct looks wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from custodes.ocsf.envelope import Document, begin, millis, there, user
from custodes.records import Exemption, Finding

# What is claimed about data itself, where it lies and flows, whoever touches it.
OF_DATA: Final = frozenset({"misplaced_data", "schema_drift", "export_to_outside", "lineage_disagrees"})

_MOST: Final = 100  # actors, resources and leaves named in one document; `unmapped` has the counts
_SURE: Final = ((0.67, 3, "High"), (0.34, 2, "Medium"), (0.0, 1, "Low"))


def finding_document(one: Finding, release: str, excepted: Sequence[Exemption] = ()) -> Document:
    """One finding. excepted: the exceptions that cover it; its status is then Suppressed."""
    kind = 2006 if one.check in OF_DATA else 2004
    told = begin(kind, 1, "Create", one.raised, severity=one.severity, uid=one.id, release=release)
    told |= {
        "message": one.title,
        "finding_info": finding_info(one),
        **_sure(one.confidence),
        **_status(excepted),
        "resources": _resources(one),
        "count": max(one.touches, 1),
        "start_time": None if one.first is None else millis(one.first),
        "end_time": None if one.last is None else millis(one.last),
    }
    if kind == 2006:
        told["data_security"] = {
            "data_lifecycle_state_id": 2 if one.check == "export_to_outside" else 1,
            "detection_system_id": 4,
            "detection_system": "Data Discovery & Classification",
        }
        if one.actors:
            told["actor"] = {"user": user(one.actors[0])}
    else:
        told["remediation"] = {"desc": one.tip}
        told["evidences"] = _evidences(one)
    told["unmapped"] = there(
        {
            "tip": one.tip,
            "subjects": one.subjects,
            "touches": one.touches,
            "actors": len(one.actors),
            "parties": len(one.parties),
            "clients": len(one.clients),
            "keys": len(one.keys),
            "leaves": [each.leaf for each in one.evidence[:_MOST]],
            "blind_spots": list(one.blind_spots),
            "exceptions": [each.id for each in excepted],
        }
    )
    return there(told)


def finding_info(one: Finding) -> Document:
    """What OCSF calls the finding itself."""
    return there(
        {
            "uid": one.id,
            "title": one.title,
            "desc": one.reason,
            "types": [one.check],
            "analytic": {"uid": one.check, "name": one.title, "type_id": 1, "type": "Rule"},
            "created_time": millis(one.raised),
            "first_seen_time": None if one.first is None else millis(one.first),
            "last_seen_time": None if one.last is None else millis(one.last),
            "related_events_count": one.touches,
        }
    )


def _sure(confidence: float) -> Document:
    number, called = next((number, called) for least, number, called in _SURE if confidence >= least)
    return {"confidence_id": number, "confidence": called, "confidence_score": round(100 * confidence)}


def _status(excepted: Sequence[Exemption]) -> Document:
    if not excepted:
        return {"status_id": 1, "status": "New"}
    told = "; ".join(f"excepted by {one.id} until {one.until:%Y-%m-%d}: {one.why}" for one in excepted)
    return {"status_id": 3, "status": "Suppressed", "status_detail": told}


def _resources(one: Finding) -> list[Document]:
    named = [*(("dataset", name) for name in one.datasets), *(("party", name) for name in one.parties)]
    return [{"uid": name, "name": name, "type": kind} for kind, name in named[:_MOST]]


def _evidences(one: Finding) -> list[Document]:
    who: list[Document] = [{"actor": {"user": user(name)}} for name in one.actors]
    who += [{"actor": {"user": user(name)}} for name in one.keys if name not in one.actors]
    who += [{"src_endpoint": {"uid": name}} for name in one.clients]
    return who[:_MOST]
