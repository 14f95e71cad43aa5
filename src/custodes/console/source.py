"""What does the console need to know of the workspace behind it?"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Protocol

from custodes.pipeline.prove import Proof
from custodes.pipeline.witnesses import Witnessed
from custodes.records import FlowEdge, Overview, Ruling
from custodes.records.answer import Answer, Coverage, Question
from custodes.records.history import Change
from custodes.risk.register import Risk


class Source(Protocol):
    """Where the pages' content comes from. The console calls it from several threads, but never two at a time.

    Every method may raise CustodesError: the page then says what, where and the next step, and shows nothing else.
    """

    def overview(self) -> Overview:
        """What is known now. It may be kept between calls as long as it is still true."""
        ...

    def verified_at(self) -> datetime:
        """When the ledger of the last `overview()` was verified, in UTC."""
        ...

    def risks(self) -> tuple[Risk, ...]:
        """The register for the last `overview()`, the highest score first."""
        ...

    def flows(self) -> tuple[FlowEdge, ...]:
        """The flows between fields that were known at the last `overview()`."""
        ...

    def story(self, store: str, dataset: str, field: str) -> tuple[tuple[Change, ...], tuple[Ruling, ...]]:
        """How a field's verdicts changed from scan to scan, the newest first, and every ruling, the first one first.

        Empty where nothing was noted or ruled.
        """
        ...

    def who(self, asked: Question) -> Answer:
        """Every touch that the question is about; the look is sealed when this returns. Raises as `pipeline.who`."""
        ...

    def coverage(self) -> Coverage:
        """What each log gave and where it has gaps, over all time, at the last `overview()`."""
        ...

    def witnessed(self) -> Witnessed:
        """Who outside vouches for the ledger, at the last `overview()`."""
        ...

    def proof(self, leaf: int) -> Proof | None:
        """What proves the event at a ledger index, None where no event is; the look is sealed when this returns."""
        ...

    def key(self) -> bytes:
        """The log's public key, as its file holds it."""
        ...

    def look(self, page: str, subject_of_look: str) -> None:
        """Record in the ledger that somebody looks at evidence; it is durable when this returns.

        page: `overview`, `findings`, `finding`, `incident`, `ledger` or `memo`. subject_of_look: the id, index or file
        shown, or empty.
        Raises CouldNotRun when it cannot be recorded; the console then does not show the evidence.
        """
        ...

    def memo_file(self) -> Path | None:
        """The newest memo, or None where none has been written yet."""
        ...
