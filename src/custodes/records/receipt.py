"""What did Custodes itself do? Every scan, run, decision, memo and look at evidence is a leaf of the ledger too."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

ReceiptKind = Literal[
    "scan",
    "ingest",
    "detect",
    "decision",
    "memo",
    "look",
    "run",
    "context",
    "ruling",
    "export",
    "prune",
    "adopt",
    "exemption",
    "notice",
]
Detail = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Receipt:
    """One act of ours. by: `user:<login name>` or `custodes`. detail: flat, with no person's value."""

    kind: ReceiptKind
    time: datetime
    by: str
    detail: dict[str, Detail] = field(default_factory=dict)
