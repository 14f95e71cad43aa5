"""What does a command load that it does not need? Each part below costs an answer a tenth of a second or more."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from custodes.cli.app import UNCOVERED
from tests.pipeline.workspaces import Place, a_line, a_place

HEAVY = (
    "alembic",
    "charset_normalizer",
    "custodes.datamap",
    "custodes.engine.duckdb",
    "custodes.pipeline.scan",
    "custodes.stores",
    "datasketches",
    "duckdb",
    "fastapi",
    "jinja2",
    "phonenumbers",
    "psycopg",
    "pydantic",
    "rich",
    "sqlglot",
    "typst",
    "yaml",
)
RUN = """
import sys
from custodes.cli import main
sys.argv = ["custodes", *sys.argv[1:]]
try:
    main()
finally:
    print("loaded", *sys.modules, file=sys.stderr)
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    folder = tmp_path_factory.mktemp("place")
    (folder / "desk.jsonl").write_text(a_line(1) + a_line(2))
    made = a_place(folder)
    made.ingest()
    return made


def ran(place: Place, *words: str) -> tuple[int, list[str]]:
    """The exit code of a command, and which heavy parts it loaded."""
    command = [sys.executable, "-c", RUN, "--config", str(place.config), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=place.folder, env=os.environ)
    loaded = set(done.stderr.splitlines()[-1].removeprefix("loaded ").split())
    assert "sqlalchemy" in loaded  # what every workspace needs: the list is there
    return done.returncode, [name for name in HEAVY if name in loaded]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["who", "c1"], UNCOVERED),
        (["who", "--subject", "customer:c1", "--since", "2026-03-01", "--json"], UNCOVERED),
        (["context", "people"], UNCOVERED),
        (["ledger", "prove", "r000001"], 0),
        (["ledger", "prune", "--before", "2026-03-01"], 0),
    ],
    ids=lambda one: " ".join(one) if isinstance(one, list) else "",
)
def test_a_question_loads_only_what_it_asks(place: Place, words: list[str], code: int) -> None:
    """No engine, no SQL parser, no store, no rules of the data map, nothing of the console or the memo."""
    # The last one's day is read by typer itself.
    allowed = ["pydantic"] if "prune" in words else []
    assert ran(place, *words) == (code, allowed)


@pytest.mark.parametrize("words", [["ledger", "verify"], ["who", "--actor", "e1"]], ids=" ".join)
def test_no_look_at_evidence_loads_the_stores(place: Place, words: list[str]) -> None:
    """The engine, or a bar of progress, at most."""
    _, heavy = ran(place, *words)
    assert set(heavy) <= {"custodes.engine.duckdb", "duckdb", "rich"}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["who", "c1", "--since", "soon"], '"soon" is no day'),
        (["serve", "--port", "many"], "Invalid value for '--port'"),
        (["ledger", "prove"], "Missing argument 'event'"),
        (["ledger", "check-proof", "none", "none", "none"], "cannot read a file"),
    ],
    ids=lambda one: " ".join(one) if isinstance(one, list) else "",
)
def test_words_that_fit_nothing_are_refused_as_before(place: Place, words: list[str], told: str) -> None:
    """Plain words are taken unchecked; the others are not."""
    command = [sys.executable, "-m", "custodes", "--config", str(place.config), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=place.folder)
    assert done.returncode == 2
    assert told in done.stderr


def test_a_configuration_that_may_not_be_read_is_refused(place: Place, tmp_path: Path) -> None:
    """Whether typer's words say so or ours."""
    for config in (tmp_path, tmp_path / "none.toml"):
        command = [sys.executable, "-m", "custodes", "--config", str(config), "who", "c1"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 2
        assert str(config) in done.stderr
