"""Verdicts on data written by others, against labels made by hand."""

from __future__ import annotations

import sqlite3
import tomllib

import pytest

from tests.datamap.tables import data, sqlite_verdicts
from tests.datamap.truth import LABELS, score


def test_chinook_is_mapped_without_a_miss_and_without_a_false_identifier(capsys: pytest.CaptureFixture[str]) -> None:
    """Every personal column of Chinook is on the map; order ids, prices, lengths and titles are not."""
    file = data("chinook/Chinook_Sqlite.sqlite")
    tables = tomllib.loads((LABELS / "chinook.toml").read_text(encoding="utf-8"))["tables"]["all"]
    connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    try:
        result = score(sqlite_verdicts(connection, tables), "chinook")
    finally:
        connection.close()
    with capsys.disabled():
        print(f"\nchinook: {result}")
    assert not result.missed
    assert not result.false
    assert not result.other
