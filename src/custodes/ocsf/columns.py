"""Which columns has a Parquet file of OCSF documents? OCSF's names, objects as structs, nulls where JSON has none."""

from __future__ import annotations

from typing import Final

import pyarrow as pa

_TEXT: Final = pa.string()
_NUMBER: Final = pa.int64()
_TEXTS: Final = pa.list_(pa.string())
_NUMBERS: Final = pa.list_(pa.int64())


def _object(*texts: str, **others: pa.DataType) -> pa.DataType:
    return pa.struct([*((name, _TEXT) for name in texts), *others.items()])


_USER: Final = _object("name", "uid", "type", type_id=_NUMBER)
_ENDPOINT: Final = _object("ip", "name", "uid")
_RESOURCES: Final = pa.list_(_object("uid", "name", "type"))
_FINDING: Final = _object(
    *("uid", "title", "desc"),
    types=_TEXTS,
    analytic=_object("uid", "name", "type", type_id=_NUMBER),
    created_time=_NUMBER,
    first_seen_time=_NUMBER,
    last_seen_time=_NUMBER,
    related_events_count=_NUMBER,
)
_HEAD: Final = {
    **dict.fromkeys(("category_uid", "class_uid", "activity_id", "type_uid", "time", "severity_id"), _NUMBER),
    **dict.fromkeys(("category_name", "class_name", "activity_name", "type_name", "severity"), _TEXT),
    "metadata": _object(
        *("version", "uid", "original_event_uid", "log_name"),
        logged_time=_NUMBER,
        sequence=_NUMBER,
        product=_object("name", "vendor_name", "version"),
    ),
    "status_id": _NUMBER,
    "status": _TEXT,
}
_SPAN: Final = {"message": _TEXT, "start_time": _NUMBER, "end_time": _NUMBER}

COLUMNS: Final = {
    "events": pa.schema(
        {
            **_HEAD,
            "status_detail": _TEXT,
            "count": _NUMBER,
            "actor": _object(user=_USER),
            "user": _USER,
            "src_endpoint": _ENDPOINT,
            "http_request": _object("user_agent"),
            "database": _object("name", type_id=_NUMBER),
            "table": _object("name", "uid"),
            "api": _object("operation", service=_object("name")),
            "resources": _RESOURCES,
            "service": _object("name"),
            "account_switch_type_id": _NUMBER,
            "account_switch_type": _TEXT,
            "unmapped": _object(
                *("actor", "behalf", "action", "dataset", "object", "subject", "party", "tool", "client", "agent"),
                *("case", "outcome"),
                fields=_TEXTS,
                leaf=_NUMBER,
            ),
        }
    ),
    "findings": pa.schema(
        {
            **_HEAD,
            **_SPAN,
            "status_detail": _TEXT,
            "count": _NUMBER,
            "finding_info": _FINDING,
            "confidence_id": _NUMBER,
            "confidence": _TEXT,
            "confidence_score": _NUMBER,
            "resources": _RESOURCES,
            "data_security": _object("detection_system", data_lifecycle_state_id=_NUMBER, detection_system_id=_NUMBER),
            "actor": _object(user=_USER),
            "remediation": _object("desc"),
            "evidences": pa.list_(_object(actor=_object(user=_USER), src_endpoint=_ENDPOINT)),
            "unmapped": _object(
                "tip",
                **dict.fromkeys(("subjects", "touches", "actors", "parties", "clients", "keys"), _NUMBER),
                leaves=_NUMBERS,
                blind_spots=_TEXTS,
                exceptions=_TEXTS,
            ),
        }
    ),
    "incidents": pa.schema(
        {
            **_HEAD,
            **_SPAN,
            "desc": _TEXT,
            "verdict_id": _NUMBER,
            "verdict": _TEXT,
            "finding_info_list": pa.list_(_FINDING),
            "assignee": _USER,
            "assignee_group": _object("name"),
            "unmapped": _object(
                "case",
                score=pa.float64(),
                subjects=_NUMBER,
                findings=_NUMBER,
                **dict.fromkeys(("actors", "parties", "clients"), _TEXTS),
            ),
        }
    ),
}
