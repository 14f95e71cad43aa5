"""What is asked of a kind of input? Its scripts, or edges that another tool has found already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from custodes.datamap.lineage.edges import Edge, Uncovered


@dataclass(frozen=True, slots=True)
class Script:
    """Some SQL to trace.

    file: how its edges name it. number: the statement that all of it counts as (a row of a log), 0 to count its own.
    default_schema: where its unqualified tables are, if the input says so. dialect: the same for its dialect.
    """

    file: str
    text: str
    number: int = 0
    default_schema: str = ""
    dialect: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """What a file holds. schema: columns of tables that it tells; covers: other files that it makes superfluous."""

    scripts: Sequence[Script] = ()
    edges: Sequence[Edge] = ()
    uncovered: Sequence[Uncovered] = ()
    schema: Mapping[str, Sequence[str]] = field(default_factory=dict)
    covers: frozenset[str] = frozenset()


class Input(Protocol):
    """One kind of input; a module of this folder."""

    def recognises(self, path: Path, head: str) -> bool:
        """Whether the file, of which the first 64 KiB are given, is of this kind."""

    def read(self, path: Path, name: str) -> Given:
        """What it holds; raises BadInput for a file of this kind that is broken."""
