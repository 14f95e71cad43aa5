"""Does the river run on data that others wrote: Chinook, Sakila on PostgreSQL, CloudTrail, a real server's log?"""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import psycopg
import pytest

from custodes.records import Field
from tests.datamap.truth import score
from tests.demonstration import Answer, custodes
from tests.postgres import Cluster


@pytest.fixture(scope="module")
def cloudtrail(data_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace over the CloudTrail files, run once."""
    files = data_folder / "cloudtrail"
    if not files.is_dir():
        pytest.skip(f"the CloudTrail sample is not at {files}")
    folder = tmp_path_factory.mktemp("cloudtrail")
    (folder / "custodes.toml").write_text(
        f'name = "aws"\n[logs.aws]\nkind = "cloudtrail"\npath = {json.dumps(str(files / "*.json.gz"))}\n'
    )
    answer = custodes("run", "--json", cwd=folder)
    assert answer.code == 1, answer.err
    assert answer.json["ingest"]["events"] + answer.json["ingest"]["quarantined"] == 2_900
    assert answer.json["ledger"]["verified"] is True
    return folder


def test_the_attack_on_the_account_is_found_and_explained(cloudtrail: Path) -> None:
    """Bulk reads and permission changes are findings that name the actor, with numbers in their reasons."""
    findings = custodes("detect", "--json", cwd=cloudtrail).json["findings"]
    for check in ("secret_harvest", "permission_change"):
        found = [one for one in findings if one["check"] == check]
        assert found, check
        assert any("staff:bert-jan" in one["actors"] for one in found)
        assert all(re.search(r"\d", one["reason"]) for one in found)
        assert all(one["evidence"] for one in found)
    assert len(findings) <= 10
    assert not any("staff:benjamin" in one["actors"] for one in findings)


def test_what_needs_context_says_that_it_has_none(cloudtrail: Path) -> None:
    """Detections that need people or cases are told as not asked, not as silent."""
    told = custodes("detect", "--json", cwd=cloudtrail).json["uncovered"]
    assert {"watched_lookup"} <= {one["dataset"] for one in told}


def _fields(answer: Answer, store: str) -> list[Field]:
    return [
        Field(**{**one, "reasons": tuple(one["reasons"])}) for one in answer.json["fields"] if one["store"] == store
    ]


def test_chinook_and_sakila_are_mapped_as_labelled(data_folder: Path, sakila: Cluster, tmp_path: Path) -> None:
    """Every labelled column is on the map with its category and nothing else is, through the command line."""
    chinook = data_folder / "chinook" / "Chinook_Sqlite.sqlite"
    if not chinook.is_file():
        pytest.skip(f"the Chinook sample is not at {chinook}")
    sakila.run(
        "do $$ begin create role mapper login password 'made-up-3'; exception when duplicate_object then null; end $$;"
        "grant usage on schema public to mapper; grant select on all tables in schema public to mapper;",
        database="sakila",
    )
    (tmp_path / "custodes.toml").write_text(
        'name = "samples"\n'
        f'[stores.chinook]\nkind = "sqlite"\npath = {json.dumps(str(chinook))}\n'
        f'[stores.sakila]\nkind = "postgres"\nurl = "postgresql://mapper@{sakila.host}:{sakila.port}/sakila"\n'
        'password_env = "SAKILA_PASSWORD"\n'
    )
    answer = custodes("scan", "--json", cwd=tmp_path, env={"SAKILA_PASSWORD": "made-up-3"})
    # One function of Sakila puts its SQL together at run time: where that takes data is not known, and it is said.
    assert [one["dataset"] for one in answer.json["uncovered"]] == ["public.rewards_report"]
    for store in ("chinook", "sakila"):
        told = score(_fields(answer, store), store)
        print(store, told)
        assert (told.precision, told.recall) == (1.0, 1.0), str(told)
        assert len(told.right) >= 20
    refused = custodes("scan", "--json", cwd=tmp_path, env={"SAKILA_PASSWORD": "wrong"})
    assert "made-up" not in refused.out + refused.err
    assert any(one["store"] == "sakila" and "password" in one["reason"] for one in refused.json["uncovered"])
    assert len(_fields(refused, "chinook")) == len(_fields(answer, "chinook"))


def test_a_session_that_reads_customers_one_by_one_shows_event_by_event(sakila: Cluster, tmp_path: Path) -> None:
    """The server's own CSV log becomes touches with dataset, fields and subject, and `who` tells them."""
    sakila.run(
        "do $$ begin create role curious login password 'made-up-4'; exception when duplicate_object then null; end $$;"
        "grant usage on schema public to curious; grant select on customer to curious;",
        database="sakila",
    )
    with psycopg.connect(sakila.dsn("sakila", "curious", "made-up-4"), autocommit=True) as session:
        for number in range(301, 311):
            session.execute(f"select first_name, email from customer where customer_id = {number}")
        session.execute("select email from customer where customer_id = %s", (305,))
    (tmp_path / "custodes.toml").write_text(
        'name = "server"\n[stores.sakila]\nkind = "postgres"\n'
        f'url = "postgresql://curious@{sakila.host}:{sakila.port}/sakila"\n'
        f'[logs.db]\nkind = "postgres_csvlog"\npath = {json.dumps(str(sakila.logs / "*.csv"))}\n'
        'store = "sakila"\nsubjects = { customer_id = "customer" }\n'
    )
    for _ in range(20):  # the server's log collector writes a little later
        custodes("ingest", cwd=tmp_path)
        if len(custodes("who", "305", "--json", cwd=tmp_path).json["touches"]) == 2:
            break
        time.sleep(0.3)
    for number in (301, 310):
        touches = custodes("who", f"customer:{number}", "--json", cwd=tmp_path).json["touches"]
        mine = [touch for touch in touches if touch["actor"] == "staff:curious"]
        assert len(mine) == 1
        assert mine[0]["dataset"] == "sakila.public.customer"
        assert set(mine[0]["fields"]) >= {"first_name", "email"}
    assert len(custodes("who", "305", "--json", cwd=tmp_path).json["touches"]) == 2
