"""Do the published rules find in our engine what they find by the reference backend?"""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path

import pytest

from custodes.sigma.folder import load
from tests.sigma.made import records
from tests.sigma.oracle import Record, converted, ours, theirs


@pytest.fixture(scope="module")
def folder(data_folder: Path) -> Path:
    rules = data_folder / "sigma" / "rules"
    if not rules.is_dir():
        pytest.skip("the published rules are not here (set CUSTODES_DATA)")
    return rules


@pytest.mark.slow
def test_the_published_rules_find_what_the_reference_finds(folder: Path, data_folder: Path) -> None:
    """All 348 convert; on records made from their own values, and on logged ones, every count is the reference's."""
    known = load([folder])
    assert known.refused == ()
    assert len(known.rules) == 348
    queries, failed = converted(sorted(folder.rglob("*.yml")))
    assert failed == {}
    chance = random.Random(20261130)
    made = [record for rule in known.rules for record in records(rule, chance, 25)]
    mine = ours(known.rules, made)
    assert mine == theirs(queries, made)
    assert sum(count > 0 for count in mine.values()) >= 330
    logged = _logged(data_folder)
    assert ours(known.rules, logged) == theirs(queries, logged)


def _logged(data_folder: Path) -> list[Record]:
    """Records that an account logged, from the sample of CloudTrail."""
    found: list[Record] = []
    for file in sorted((data_folder / "cloudtrail").glob("*.json.gz")):
        found += json.loads(gzip.decompress(file.read_bytes()))["Records"]
    assert found
    return found
