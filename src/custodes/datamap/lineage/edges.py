"""Which words does lineage speak? A column flows into a column; a statement we could not follow says why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

Kind = Literal["direct", "indirect"]

#: Stands for every column of a dataset, or for a whole row, where no single column can be named.
STAR = "*"


class Ref(NamedTuple):
    """A column of a dataset.

    table: `schema.table` as the SQL and the default schema name it, a path or address outside the database, or empty
    where the value goes to whoever ran a bare SELECT. column: its name, or `*`.
    """

    table: str
    column: str

    def __str__(self) -> str:
        """`schema.table.column`: how an edge is shown."""
        return f"{self.table}.{self.column}"


@dataclass(frozen=True, slots=True, order=True)
class Edge:
    """What one statement makes flow from one column into another.

    statement: its place in the file, counted from 1; what a procedure's body does counts as the statement that
    defines it. kind: `direct` when the value itself flows, through whatever expression; `indirect` when it only decides
    which rows there are, in which order or group, or which value is taken. through: the functions that every way of the
    value passes, in lower case; empty for an indirect edge.
    """

    file: str
    statement: int
    source: Ref
    target: Ref
    kind: Kind
    through: frozenset[str] = frozenset()

    def as_row(self) -> dict[str, str | int]:
        """The edge in the JSON of `custodes lineage`."""
        return {
            "file": self.file,
            "statement": self.statement,
            "source": str(self.source),
            "target": str(self.target),
            "kind": self.kind,
        }


@dataclass(frozen=True, slots=True, order=True)
class Uncovered:
    """A statement whose flows are not, or not all, known. The reason quotes no literal of the SQL."""

    file: str
    statement: int
    reason: str

    def as_row(self) -> dict[str, str | int]:
        """The gap in the JSON of `custodes lineage`."""
        return {"file": self.file, "statement": self.statement, "reason": self.reason}


@dataclass(frozen=True, slots=True)
class Lineage:
    """Everything that was found in some files: edges and gaps, each in the order of files and statements."""

    edges: tuple[Edge, ...] = ()
    uncovered: tuple[Uncovered, ...] = ()
    statements: int = 0

    @staticmethod
    def joined(parts: Iterable[Lineage]) -> Lineage:
        """Several results as one."""
        all_parts = list(parts)
        return Lineage(
            tuple(edge for part in all_parts for edge in part.edges),
            tuple(gap for part in all_parts for gap in part.uncovered),
            sum(part.statements for part in all_parts),
        )
