"""What do several rooms' tests share? Real data that lies beside the project, and one private PostgreSQL."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import postgres as server


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder with other people's sample data: CUSTODES_DATA, or data/ beside the project's own shared folder."""
    named = os.environ.get("CUSTODES_DATA")
    return Path(named) if named else Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def postgres() -> Iterator[server.Cluster]:
    """A private PostgreSQL 15 with CSV log, log_statement=all and, where installed, pgaudit."""
    if not server.available():
        pytest.skip("Debian's postgresql-15 is not installed (make test installs it)")
    with server.running() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def sakila(postgres: server.Cluster, data_folder: Path) -> server.Cluster:
    """The same cluster, with the Sakila sample in its database `sakila`."""
    folder = data_folder / "sakila"
    if not folder.is_dir():
        pytest.skip(f"the Sakila sample is not at {folder}")
    server.load_sakila(postgres, folder)
    return postgres
