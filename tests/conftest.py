"""What do several rooms' tests share? Real data beside the project, one private PostgreSQL, one run of the demo."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests import buckets
from tests import mariadb as mariadb_server
from tests import postgres as server
from tests.demonstration import Demo, custodes

# The same inputs at every run, so that a change is judged by what it changed; `make explore` looks for new ones.
settings.register_profile("steady", derandomize=True, deadline=None)
settings.register_profile("random", derandomize=False, deadline=None)
settings.load_profile(os.environ.get("CUSTODES_INPUTS", "steady"))


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
def mariadb() -> Iterator[mariadb_server.MariaDB]:
    """A private MariaDB."""
    if not mariadb_server.available():
        pytest.skip("Debian's mariadb-server is not installed (make test installs it)")
    with mariadb_server.running() as server_:
        yield server_


@pytest.fixture(scope="session")
def storage() -> Iterator[buckets.Storage]:
    """S3-compatible storage with one bucket."""
    with buckets.running() as running:
        yield running


@pytest.fixture(scope="session")
def sakila(postgres: server.Cluster, data_folder: Path) -> server.Cluster:
    """The same cluster, with the Sakila sample in its database `sakila`."""
    folder = data_folder / "sakila"
    if not folder.is_dir():
        pytest.skip(f"the Sakila sample is not at {folder}")
    server.load_sakila(postgres, folder)
    return postgres


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The demonstration as `make demo` runs it. Tests must not change it: use `own_demo` for that."""
    parent = tmp_path_factory.mktemp("river")
    answer = custodes("demo", "demo", cwd=parent)
    assert answer.code == 0, f"{answer.out}\n{answer.err}"
    return Demo(parent / "demo", answer)


@pytest.fixture
def own_demo(demo: Demo, tmp_path: Path) -> Demo:
    """A copy of the finished demonstration, to be spoilt."""
    folder = tmp_path / "demo"
    shutil.copytree(demo.folder, folder, symlinks=True)
    (folder / "custodes-data/ledger/home").unlink()  # a copy signs nothing otherwise
    return Demo(folder, demo.answer)
