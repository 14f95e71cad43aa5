"""Which SQL does a store itself keep: views, routines, triggers, and the statements its server has run?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol, runtime_checkable

from custodes.records import Origin, Skipped

#: Characters of one definition or statement; a longer one is told, not taken in.
LONGEST: Final = 1_000_000
MOST: Final = 20_000  # definitions, or statements, of one store


@dataclass(frozen=True, slots=True)
class Definition:
    """Some SQL that the store keeps. It may hold literals: it is traced in memory, and never kept, logged or told.

    kind: what keeps it. place: `schema.name` of it, or `query ID` of a statement that was run. default_schema: where
    its unqualified tables are; catalogue: that schema's, where names have three parts. ours: run by the role that
    scans.
    """

    kind: Origin
    place: str
    sql: str
    default_schema: str = ""
    ours: bool = False
    catalogue: str = ""


@dataclass(frozen=True, slots=True)
class Definitions:
    """dialect: of the SQL, as lineage calls it. found: in the order in which they are to be read.

    columns: of every dataset that the catalogue names, in order, `schema.table` first. skipped: what is not known.
    """

    dialect: str
    found: tuple[Definition, ...]
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    skipped: tuple[Skipped, ...] = ()


@runtime_checkable
class Defining(Protocol):
    """A store that keeps SQL of its own."""

    name: str

    def definitions(self) -> Definitions:
        """Everything it keeps and this role may see; raises StoreRefused when its catalogue cannot be read."""
        ...


def fitting(store: str, found: Iterable[Definition]) -> tuple[tuple[Definition, ...], tuple[Skipped, ...]]:
    """Those that are taken in, and a Skipped for each that is too long and for those that are too many."""
    kept: list[Definition] = []
    skipped: list[Skipped] = []
    passed = 0
    for one in found:
        if len(one.sql) > LONGEST:
            reason = f"where its data flows is not known: its definition is longer than {LONGEST:,} characters"
            skipped.append(Skipped("scan", store, one.place, reason, "look at it yourself: nobody wrote it by hand"))
        elif len(kept) >= MOST:
            passed += 1
        else:
            kept.append(one)
    if passed:
        reason = f"{passed:,} definitions or statements beyond the first {MOST:,} were not followed"
        skipped.append(Skipped("scan", store, "", reason, "name fewer schemas for this store"))
    return tuple(kept), tuple(skipped)
