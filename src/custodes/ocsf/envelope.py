"""What does every OCSF document begin with? Its class, its time, how grave it is, and who says it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

VERSION: Final = "1.8.0"  # of the schema; tests hold every document against it

Document = dict[str, object]

_CATEGORIES: Final = {2: "Findings", 3: "Identity & Access Management", 6: "Application Activity"}
CLASSES: Final = {
    2004: "Detection Finding",
    2005: "Incident Finding",
    2006: "Data Security Finding",
    3001: "Account Change",
    3002: "Authentication",
    6003: "API Activity",
    6005: "Datastore Activity",
}
_SEVERITIES: Final = {1: "Informational", 2: "Low", 3: "Medium", 4: "High", 5: "Critical"}
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
_KINDS_OF_USER: Final = {
    "staff": (1, "User"),
    "service": (4, "Service"),
    "key": (99, "Key"),
    "customer": (99, "Customer"),
}


def begin(kind: int, activity: int, called: str, time: datetime, *, severity: int, uid: str, release: str) -> Document:
    """The attributes that every class requires. called: the activity's name. release: of Custodes."""
    return {
        "category_uid": kind // 1000,
        "category_name": _CATEGORIES[kind // 1000],
        "class_uid": kind,
        "class_name": CLASSES[kind],
        "activity_id": activity,
        "activity_name": called,
        "type_uid": kind * 100 + activity,
        "type_name": f"{CLASSES[kind]}: {called}",
        "time": millis(time),
        "severity_id": severity,
        "severity": _SEVERITIES[severity],
        "metadata": {
            "version": VERSION,
            "uid": uid,
            "product": {"name": "Custodes", "vendor_name": "Custodes", "version": release},
        },
    }


def millis(moment: datetime) -> int:
    """OCSF's timestamp: milliseconds since 1970, in UTC; what is finer is cut off."""
    return (moment - _EPOCH) // _MILLISECOND


def user(name: str) -> Document:
    """OCSF's user of an actor, a key or a customer. uid: as Custodes names it, name: without its kind."""
    kind, _, rest = name.partition(":")
    number, called = _KINDS_OF_USER.get(kind if rest else "", (0, "Unknown"))
    return {"name": rest or name, "uid": name, "type_id": number, "type": called}


def there(document: Document) -> Document:
    """Without what is not known: an attribute that is null is not OCSF."""
    return {name: value for name, value in document.items() if value not in (None, (), [])}
