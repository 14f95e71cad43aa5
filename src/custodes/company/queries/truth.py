"""What is true of a made-up query: which columns it gives, made of what, and what decides its rows?"""

from __future__ import annotations

from dataclasses import dataclass

#: A column of a table: (table, column); `*` for the column where only the table's rows count.
Place = tuple[str, str]
Places = frozenset[Place]
NONE: Places = frozenset()


@dataclass(frozen=True, slots=True)
class Made:
    """One column: the places its value comes from, and those that only decide it."""

    name: str
    direct: Places = NONE
    indirect: Places = NONE


@dataclass(frozen=True, slots=True)
class Rows:
    """What a query gives. deciding: the places that decide which rows; tables: those it reads."""

    columns: tuple[Made, ...]
    deciding: Places = NONE
    tables: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Query:
    """SQL and its truth."""

    sql: str
    rows: Rows


def edges(target: str, names: list[str], rows: Rows) -> tuple[set[tuple[Place, Place]], set[tuple[Place, Place]]]:
    """The direct and the indirect edges of writing the rows into a target's columns."""
    mentioned = {table for column in rows.columns for table, _ in column.direct | column.indirect}
    mentioned |= {table for table, _ in rows.deciding}
    deciding = rows.deciding | {(table, "*") for table in rows.tables if table not in mentioned}
    direct = {
        (place, (target, name)) for name, column in zip(names, rows.columns, strict=True) for place in column.direct
    }
    indirect = {
        (place, (target, name))
        for name, column in zip(names, rows.columns, strict=True)
        for place in column.indirect | deciding
    }
    return direct, indirect
