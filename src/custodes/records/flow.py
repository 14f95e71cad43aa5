"""Which field flows into which, and who says so?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

#: Who tells of a flow: a definition in a store, the statements its server has run, or a source the owner declared.
Origin = Literal[
    "view", "materialized view", "function", "procedure", "trigger", "event", "statements", "script", "dbt",
    "openlineage", "log",
]  # fmt: skip


class Place(NamedTuple):
    """One end of a flow. field: `*` stands for any field of the dataset, where no single one can be named.

    store: as configured; empty for what no configured store holds. Then dataset is a path, an address, `stdout` (the
    client), `program`, or a name that no store knows.
    """

    store: str
    dataset: str
    field: str

    @property
    def full_dataset(self) -> str:
        """`store.dataset`, or what stands for it outside."""
        return f"{self.store}.{self.dataset}" if self.store else self.dataset

    def __str__(self) -> str:
        """`store.dataset.field`, as every command names a field."""
        return f"{self.full_dataset}.{self.field}"


@dataclass(frozen=True, slots=True, order=True)
class FlowEdge:
    """One field flows into another, as one definition, script or log says.

    kind: `direct` when the value itself flows, through whatever expression; `indirect` when it only decides which rows
    there are. through: the functions that every way of the value passes, in lower case. origin: who says so.
    by: the store whose definition or statement it is, or the declared source. place: the name of the view or routine
    there, or the file. statement: the first one of the place that says so, from 1; 0 where the place is one statement.
    leaves: the target is outside of what the statement's engine keeps: a file, a bucket, a mail, the client, a program.
    first_seen, last_seen: by scans; None before it is kept.
    """

    source: Place
    target: Place
    kind: str
    through: tuple[str, ...]
    origin: Origin
    by: str
    place: str
    statement: int
    leaves: bool = False
    first_seen: datetime | None = None
    last_seen: datetime | None = None

    @property
    def said_by(self) -> str:
        """For people: `view public.mailing` or `script etl/load.sql, statement 3`."""
        where = f", statement {self.statement}" if self.statement else ""
        return f"{self.origin} {self.place}{where}"
