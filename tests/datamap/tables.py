"""Small tables for the tests of the data map, as a store would hand them over."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import pyarrow as pa
import pytest

from custodes.datamap.category import load_categories
from custodes.datamap.classify import Classifier
from custodes.records import Column, Dataset, Field

DATA = Path(os.environ.get("CUSTODES_DATA", Path(__file__).parents[3] / "shared" / "data"))


def data(path: str) -> Path:
    """A file of the shared data; the test is skipped by name where it is absent."""
    if not (DATA / path).exists():
        pytest.skip(f"shared data is absent: {path} (CUSTODES_DATA names its folder)")
    return DATA / path


@cache
def classifier() -> Classifier:
    return Classifier(load_categories())


def verdicts(
    columns: Mapping[str, Sequence[str | None]], name: str = "main.t", keys: Sequence[str] = ()
) -> tuple[Field, ...]:
    dataset = Dataset("crm", name, tuple(Column(column, "text", primary_key=column in keys) for column in columns))
    tally = classifier().tally(dataset)
    tally.add(pa.RecordBatch.from_pydict({column: pa.array(cells, pa.string()) for column, cells in columns.items()}))
    return tally.verdicts()


def held(columns: Mapping[str, Sequence[str | None]], name: str = "main.t", keys: Sequence[str] = ()) -> dict[str, str]:
    """Column to its surest category."""
    found = sorted(verdicts(columns, name, keys), key=lambda field: field.confidence)
    return {field.field: field.category for field in found}


def sqlite_verdicts(connection: sqlite3.Connection, tables: Sequence[str]) -> list[Field]:
    """Every table and view read whole, each column as text."""
    found: list[Field] = []
    for table in tables:
        cursor = connection.execute(f'select * from "{table}"')
        names = [column[0] for column in cursor.description]
        rows = cursor.fetchall()
        foreign = {
            row[3]: f"main.{row[2]}.{row[4]}" for row in connection.execute(f'pragma foreign_key_list("{table}")')
        }
        declared = {row[1]: row for row in connection.execute(f'pragma table_info("{table}")')}
        columns = [
            Column(name, str(declared[name][2]).lower(), bool(declared[name][5]), foreign.get(name)) for name in names
        ]
        tally = classifier().tally(Dataset("sample", f"main.{table}", tuple(columns)))
        for start in range(0, len(rows), 2048):
            cells = zip(*rows[start : start + 2048], strict=True)
            arrays = [
                pa.array([None if cell is None else str(cell) for cell in column], pa.string()) for column in cells
            ]
            tally.add(pa.RecordBatch.from_arrays(arrays, names=names))
        found += tally.verdicts()
    return found
