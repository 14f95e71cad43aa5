"""Builders for the ledger's tests."""

import os
from pathlib import Path

import pytest

from tests.ledger.world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.fixture(scope="session")
def vectors() -> Path:
    """Facts from public test suites; not part of this repository."""
    data = Path(os.environ.get("CUSTODES_DATA", Path(__file__).parents[3] / "shared" / "data")) / "ledger-vectors"
    if not data.is_dir():
        pytest.skip("ledger-vectors are not here (set CUSTODES_DATA)")
    return data
