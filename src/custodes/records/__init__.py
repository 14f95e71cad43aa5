"""Which words do the rooms share? A noun enters only when two rooms need it. Arrow schemas are in `records.schema`."""

from custodes.records.category import Category, Flag
from custodes.records.copy import Copy
from custodes.records.drift import DRIFTS, Drift, Drifted
from custodes.records.event import ACTIONS, EVENT_COLUMNS, OUTCOMES, AccessEvent, Action, Outcome
from custodes.records.exemption import Excepted, Exemption, Scope, covering
from custodes.records.field import Column, Dataset, Examined, Field
from custodes.records.finding import (
    EVIDENCE_LIMIT,
    SEVERITIES,
    SEVERITY_NAMES,
    Evidence,
    Finding,
    Incident,
    finding_id,
    incident_id,
)
from custodes.records.flow import FlowEdge, Origin, Place
from custodes.records.log_source import LogSource
from custodes.records.misplaced import Misplaced, MisplacedField, Toucher, Touches
from custodes.records.overview import LedgerStatus, LogCoverage, Overview
from custodes.records.receipt import Detail, Receipt, ReceiptKind
from custodes.records.rule import Rule
from custodes.records.ruling import Decided, Ruling, Suppressed
from custodes.records.skipped import Skipped
from custodes.records.token import Tokeniser

__all__ = [
    "ACTIONS",
    "DRIFTS",
    "EVENT_COLUMNS",
    "EVIDENCE_LIMIT",
    "OUTCOMES",
    "SEVERITIES",
    "SEVERITY_NAMES",
    "AccessEvent",
    "Action",
    "Category",
    "Column",
    "Copy",
    "Dataset",
    "Decided",
    "Detail",
    "Drift",
    "Drifted",
    "Evidence",
    "Examined",
    "Excepted",
    "Exemption",
    "Field",
    "Finding",
    "Flag",
    "FlowEdge",
    "Incident",
    "LedgerStatus",
    "LogCoverage",
    "LogSource",
    "Misplaced",
    "MisplacedField",
    "Origin",
    "Outcome",
    "Overview",
    "Place",
    "Receipt",
    "ReceiptKind",
    "Rule",
    "Ruling",
    "Scope",
    "Skipped",
    "Suppressed",
    "Tokeniser",
    "Toucher",
    "Touches",
    "covering",
    "finding_id",
    "incident_id",
]
