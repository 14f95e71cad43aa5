"""Is context taken by a query of the owner's, and is what was known at a time found again?"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import duckdb
import pytest

from custodes.cli.app import Choice
from custodes.cli.context import context
from custodes.errors import BadInput
from custodes.pipeline.context import snapshot
from custodes.pipeline.progress import Silent
from custodes.pipeline.then import Then, then
from custodes.records import Skipped
from tests.pipeline import workspaces
from tests.pipeline.workspaces import Place, a_place

CONFIG = """
name = "made up"
[stores.hr]
kind = "{kind}"
path = "hr.db"
[context.people]
store = "hr"
query = "select p.id, t.name as team, p.joined from person p join team t on t.id = p.team where p.id <> 'robot'"
map = {{ id = "staff:{{id}}" }}
"""
TABLES = (
    "create table team(id int, name text)",
    "create table person(id text, team int, joined text)",
    "insert into team values (1, 'support'), (2, 'legal')",
    "insert into person values ('e1', 1, '2024-05-01'), ('robot', 1, null)",
)


def _run(kind: str, file: Path, *statements: str) -> None:
    if kind == "sqlite":
        with sqlite3.connect(file) as connection:
            for statement in statements:
                connection.execute(statement)
        return
    with duckdb.connect(str(file)) as database:
        for statement in statements:
            database.execute(statement)


def _snapshot(place: Place) -> tuple[Skipped, ...]:
    with place.opened() as workspace:
        return snapshot(workspace, Silent())[1]


def _then(place: Place, at: str) -> Then:
    with place.opened() as workspace:
        return then(workspace, "people", at)


@pytest.mark.parametrize("kind", ["sqlite", "duckdb"])
def test_what_was_true_then(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each time gets the snapshot that was the newest then, and none before the first."""
    place = a_place(tmp_path, CONFIG.format(kind=kind))
    _run(kind, tmp_path / "hr.db", *TABLES)
    assert _snapshot(place) == ()
    _run(kind, tmp_path / "hr.db", "update person set team = 2 where id = 'e1'")
    monkeypatch.setattr(workspaces, "NOW", datetime(2026, 3, 20, tzinfo=UTC))
    assert _snapshot(place) == ()
    assert _then(place, "2026-03-01").sealed is None
    for at, team in (("2026-03-11", "support"), ("2026-03-20T00:00:00Z", "legal"), ("2027-01-01", "legal")):
        (row,) = _then(place, at).rows
        assert (row["id"], row["team"], row["joined"]) == ("staff:e1", team, datetime(2024, 5, 1, tzinfo=UTC))
    with pytest.raises(BadInput, match="no kind of context"):
        _other(place)


def test_the_command_tells_it_and_seals_the_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Rows as JSON, nothing (exit 3) before the first snapshot."""
    place = a_place(tmp_path, CONFIG.format(kind="sqlite"))
    _run("sqlite", tmp_path / "hr.db", *TABLES)
    _snapshot(place)
    monkeypatch.setattr(Choice, "config", place.config)
    with place.opened() as workspace:
        before = len(workspace.seals.list())
    for at, code in (("2026-04-01", 0), ("2026-01-01", 3)):
        with pytest.raises(SystemExit) as ended:
            context("people", at=at, json=True)
        assert ended.value.code == code
        assert len(json.loads(capsys.readouterr().out)["rows"]) == (code == 0)
    with place.opened() as workspace:
        assert len(workspace.seals.list()) == before + 2


def _other(place: Place) -> None:
    with place.opened() as workspace:
        then(workspace, "pets")


SERVED = """
name = "made up"
[stores.hr]
kind = "{kind}"
url = "{url}"
password_env = "MADE_UP_PASSWORD"
[context.people]
store = "hr"
query = "{query}"
map = {{ id = "staff:{{id}}" }}
[context.cases]
store = "hr"
query = "select id, subject, assignee, opened, closed from ticket"
map = {{ subject = "customer:{{subject}}", assignee = "staff:{{assignee}}" }}
timezone = "UTC"
"""
JOINED = "select p.id, t.name as team, p.joined from person p join team t on t.id = p.team where p.id <> 'robot'"
TICKETS = (
    "create table ticket(id int, subject int, assignee varchar(20), opened timestamp null, closed timestamp null)",
    "insert into ticket values (7, 81723, 'e1', '2026-03-01 08:00:00', null)",
)
REFUSED = {
    "select nothing from nowhere": "refused",
    "delete from person": "refused",
    "select id, id from person": "does not name its columns",
    "with gone as (delete from person returning id) select id from gone": "refused",
}


@dataclass(frozen=True)
class Served:
    """A real server with the tables. run: as an owner who may write; so may the role: the session alone forbids it."""

    kind: str
    url: str
    password: str
    run: Callable[..., None]


@pytest.fixture(params=[pytest.param(kind, marks=getattr(pytest.mark, kind)) for kind in ("postgres", "mariadb")])
def served(request: pytest.FixtureRequest) -> Served:
    """PostgreSQL and MariaDB, with people, teams and tickets."""
    server = request.getfixturevalue(request.param)
    tables = [text.replace("id text", "id varchar(20)").replace("joined text", "joined date") for text in TABLES]
    if request.param == "postgres":
        server.create_database("hr")
        run = partial(server.run, database="hr")
        found = Served("postgres", server.url("hr"), server.password, run)
    else:
        server.create_database("hr")
        server.role("context", "SELECT, DELETE ON hr.*")
        run = partial(server.run, database="hr")
        found = Served("mysql", server.url("hr", "context"), server.password, run)
    run(*tables, *TICKETS)
    return found


def test_what_was_true_then_in_a_server(tmp_path: Path, served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """A query that joins tables is taken from PostgreSQL and MariaDB as from a file, dates and times with it."""
    monkeypatch.setenv("MADE_UP_PASSWORD", served.password)
    place = a_place(tmp_path, SERVED.format(kind=served.kind, url=served.url, query=JOINED))
    assert _snapshot(place) == ()
    served.run("update person set team = 2 where id = 'e1'")
    monkeypatch.setattr(workspaces, "NOW", datetime(2026, 3, 20, tzinfo=UTC))
    assert _snapshot(place) == ()
    for at, team in (("2026-03-11", "support"), ("2026-03-20T00:00:00Z", "legal")):
        (row,) = _then(place, at).rows
        assert (row["id"], row["team"], row["joined"]) == ("staff:e1", team, datetime(2024, 5, 1, tzinfo=UTC))
    with place.opened() as workspace:
        (case,) = then(workspace, "cases").rows
    assert (case["id"], case["subject"], case["assignee"]) == ("7", "customer:81723", "staff:e1")
    assert (case["opened"], case["closed"]) == (datetime(2026, 3, 1, 8, tzinfo=UTC), None)


@pytest.mark.parametrize("query", list(REFUSED))
def test_a_server_refuses_and_nothing_is_written(
    tmp_path: Path, served: Served, query: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the role may write: the session is read-only, and the refusal holds no value of a row."""
    monkeypatch.setenv("MADE_UP_PASSWORD", served.password)
    place = a_place(tmp_path, SERVED.format(kind=served.kind, url=served.url, query=query))
    (missing,) = _snapshot(place)
    assert (missing.store, REFUSED[query] in missing.reason) == ("people", True)
    place.config.write_text(SERVED.format(kind=served.kind, url=served.url, query="select id from person"))
    assert _snapshot(place) == ()
    assert len(_then(place, "2026-04-01").rows) == 2


@pytest.mark.parametrize("query", ["select nothing from nowhere", "delete from person", "select id, id from person"])
def test_a_query_that_is_refused_is_told(tmp_path: Path, query: str) -> None:
    """A writing one too; the snapshot before stays what is known."""
    config = CONFIG.format(kind="sqlite")
    place = a_place(tmp_path, config)
    _run("sqlite", tmp_path / "hr.db", *TABLES)
    _snapshot(place)
    start = config.index('query = "')
    place.config.write_text(config[:start] + f'query = "{query}"\n' + config[config.index("map = ") :])
    (missing,) = _snapshot(place)
    assert missing.store == "people"
    assert "query" in missing.reason
    assert len(_then(place, "2026-04-01").rows) == 1
    with sqlite3.connect(tmp_path / "hr.db") as connection:
        assert connection.execute("select count(*) from person").fetchone() == (2,)
