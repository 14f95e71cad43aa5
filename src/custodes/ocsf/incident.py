"""How is an incident told in OCSF? As 2005 Incident Finding, with its findings, and what was decided about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from custodes.cases.casework import Case
from custodes.ocsf.envelope import Document, begin, millis, there, user
from custodes.ocsf.finding import finding_info
from custodes.records import Finding, Incident

_MOST: Final = 100
_STATES: Final = {
    "new": (1, "New", 0, "Unknown"),
    "confirmed": (2, "In Progress", 2, "True Positive"),
    "benign": (4, "Resolved", 5, "Benign"),
    "inconclusive": (3, "On Hold", 7, "Insufficient Data"),
    "closed": (5, "Closed", 0, "Unknown"),
}


def incident_document(
    one: Incident, findings: Sequence[Finding], case: Case | None, release: str, *, grown: bool = False
) -> Document:
    """One incident. findings: its own, the gravest first. case: what was decided. grown: it was told before."""
    activity, called = (2, "Update") if grown else (1, "Create")
    told = begin(2005, activity, called, one.raised, severity=one.severity, uid=one.id, release=release)
    number, status, verdict, meant = _STATES[case.state if case else "new"]
    told |= {
        "message": one.title,
        "desc": one.reason,
        "status_id": number,
        "status": status,
        "verdict_id": verdict,
        "verdict": meant,
        "start_time": None if one.first is None else millis(one.first),
        "end_time": None if one.last is None else millis(one.last),
        "finding_info_list": [finding_info(each) for each in findings[:_MOST]] or [{"uid": one.id, "title": one.title}],
        **_assigned(case),
        "unmapped": there(
            {
                "score": one.score,
                "case": case.id if case else None,
                "subjects": one.subjects,
                "actors": list(one.actors[:_MOST]),
                "parties": list(one.parties[:_MOST]),
                "clients": list(one.clients[:_MOST]),
                "findings": len(one.findings),
            }
        ),
    }
    return there(told)


def _assigned(case: Case | None) -> Document:
    """OCSF requires one of the two: nobody has an incident whose case nobody has decided on."""
    last = case.history[-1].by if case and case.history else "custodes"
    if last == "custodes":
        return {"assignee_group": {"name": "unassigned"}}
    return {"assignee": user(last)}
