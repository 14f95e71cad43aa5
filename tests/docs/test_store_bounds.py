"""Are the bounds that the page on stores tells those of the code?"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from custodes.config import ScanConfig, StoreConfig
from custodes.datamap import enough, room
from custodes.pipeline.site import at_once
from custodes.stores import arrow_blocks, chance, filing, format_json, ranges, reading, source, unpack

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "add-a-store.md").read_text()
MIB = 1 << 20


def said(pattern: str) -> list[int]:
    """The numbers that the page gives where the pattern has its one group; every place counts."""
    return [int(number.replace(",", "")) for number in re.findall(pattern, PAGE)]


@pytest.mark.parametrize(
    ("pattern", "bound"),
    [
        (r"swells past (\d+) GiB", unpack._FREE // (1 << 30)),
        (r"more than (\d+) times its size", unpack._MOST_RATIO),
        (r"a workbook\) may have (\d+) MiB", source.HELD // MIB),
        (r"batch of an Arrow file (\d+) GiB", arrow_blocks._MOST // (1 << 30)),
        (r"one document up to (\d+) MiB", format_json._LARGEST_ITEM // MIB),
        (r"first ([\d,]+) characters", reading.LONGEST_TEXT),
        (r"first ([\d,]+) bytes", reading.LONGEST_BINARY),
        (r"`scan\.max_rows` \(([\d,]+)\)", ScanConfig().max_rows),
        (r"after `scan\.timeout` seconds \((\d+)\)", ScanConfig().timeout),
        (r"; (\d+) rows or so in each place", ranges._EACH),
        (r"so (\d+) rows count as one", enough.ALIKE),
        (r"counted for at most (\d+) seconds", int(chance.SECONDS)),
        (r"holds more than ([\d,]+) MiB", room.FULL // MIB),
    ],
)
def test_a_bound_is_told_as_it_is(pattern: str, bound: int) -> None:
    """Wherever it is told."""
    page = said(pattern)
    assert page
    assert set(page) == {bound}


def test_archives_are_as_deep_as_told() -> None:
    """And files may be packed as often."""
    assert filing._DEEPEST == unpack._DEEPEST == 4
    assert "archives in archives up to four deep" in PAGE
    assert "unpacked while read, up to four times over" in PAGE


def test_a_database_has_one_reader() -> None:
    """As the page says; files have as many as there are workers."""
    assert "a database server one table at a time" in PAGE
    assert at_once(StoreConfig("a", "postgres"), 8) == at_once(StoreConfig("a", "mysql"), 8) == 1
    assert at_once(StoreConfig("a", "files"), 8) == 8
    assert at_once(StoreConfig("a", "postgres", at_once=3), 8) == 3
    assert at_once(StoreConfig("a", "postgres", at_once=3), 2) == 2
