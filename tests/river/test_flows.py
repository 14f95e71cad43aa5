"""Does the scan follow data: from where a field comes, what nobody could read, what leaves, and what it cannot tell?"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import duckdb
import pytest

from custodes import config
from custodes.cli.flows import flowing_text
from custodes.pipeline.explain import explain
from custodes.pipeline.flowing import flow_findings
from custodes.pipeline.progress import Silent
from custodes.pipeline.scan import ScanOutcome, scan
from custodes.pipeline.workspace import Workspace, create_or_open, prepare
from custodes.records import FlowEdge
from tests.mariadb import MariaDB
from tests.postgres import STATEMENTS, Cluster

SECRET = "jane.roe.secret@example.com"
PEOPLE = [(n, f"person{n}@example.com", f"+372 5{n:07}") for n in range(1, 61)]


@contextmanager
def workspace(folder: Path, toml: str) -> Iterator[Workspace]:
    (folder / "custodes.toml").write_text(f'name = "flows"\n{toml}')
    loaded = config.load(folder / "custodes.toml")
    prepare(loaded)
    opened = create_or_open(loaded, by="test")
    try:
        yield opened
    finally:
        opened.close()


def scanned(folder: Path, toml: str) -> ScanOutcome:
    with workspace(folder, toml) as opened:
        return scan(opened, Silent())


def told(edges: tuple[FlowEdge, ...], kind: str = "direct") -> set[str]:
    return {f"{edge.source} -> {edge.target} by {edge.said_by}" for edge in edges if edge.kind == kind}


def reasons(outcome: ScanOutcome, store: str = "shop") -> list[str]:
    return [f"{gap.dataset}: {gap.reason}" for gap in outcome.skipped if gap.store == store]


@pytest.fixture
def shop(tmp_path: Path) -> Callable[..., str]:
    def make(*statements: str) -> str:
        with closing(sqlite3.connect(tmp_path / "shop.db")) as database:
            database.execute("create table customers (id integer primary key, email text, phone text)")
            database.executemany("insert into customers values (?, ?, ?)", PEOPLE)
            for statement in statements:
                database.execute(statement)
            database.commit()
        return '[stores.shop]\nkind = "sqlite"\npath = "shop.db"\n'

    return make


def test_a_view_tells_where_its_fields_come_from(shop: Callable[..., str], tmp_path: Path) -> None:
    """The edge is kept, and the verdict says by what."""
    toml = shop("create view mailing as select id, lower(email) as address from customers")
    outcome = scanned(tmp_path, toml)
    assert told(outcome.flows) >= {"shop.main.customers.email -> shop.main.mailing.address by view main.mailing"}
    (verdict,) = [one for one in outcome.fields if one.dataset == "main.mailing" and one.field == "address"]
    assert verdict.category == "email"
    assert "for: comes from shop.main.customers.email through lower by view main.mailing" in verdict.reasons


def test_a_second_scan_changes_nothing_and_a_dropped_view_goes(shop: Callable[..., str], tmp_path: Path) -> None:
    toml = shop("create view mailing as select id, email from customers")
    assert scanned(tmp_path, toml).changed
    again = scanned(tmp_path, toml)
    assert not again.changed
    assert again.flows[0].first_seen != again.flows[0].last_seen
    with closing(sqlite3.connect(tmp_path / "shop.db")) as database:
        database.execute("drop view mailing")
    gone = scanned(tmp_path, toml)
    assert gone.changed
    assert gone.flows == ()


def test_triggers_of_sqlite_are_followed(shop: Callable[..., str], tmp_path: Path) -> None:
    toml = shop(
        "create table audit (old_mail text)",
        "create trigger keep after update on customers begin insert into audit select old.email; end",
    )
    edges = told(scanned(tmp_path, toml).flows)
    assert "shop.main.customers.email -> shop.main.audit.old_mail by trigger main.customers.keep" in edges


def test_a_text_in_a_names_quotes_does_not_reach_the_state(shop: Callable[..., str], tmp_path: Path) -> None:
    """SQLite takes "text" for a text where no column has that name."""
    toml = shop(
        f"create view v as select email from customers where email <> \"{SECRET}\" and phone <> '{SECRET}'",
        f"create view w as select email || '{SECRET}' from customers",
    )
    outcome = scanned(tmp_path, toml)
    assert outcome.flows
    assert SECRET not in repr(outcome.flows) + repr(outcome.skipped) + repr(outcome.told)
    assert SECRET.encode() not in (tmp_path / "custodes-data" / "state.db").read_bytes()


def test_views_of_duckdb_are_followed(tmp_path: Path) -> None:
    with closing(duckdb.connect(str(tmp_path / "lake.duckdb"))) as lake:
        lake.execute("create schema raw")
        lake.execute("create table raw.customers (id integer, email varchar)")
        lake.executemany("insert into raw.customers values (?, ?)", [row[:2] for row in PEOPLE])
        lake.execute("create view mailing as select * from raw.customers")
    outcome = scanned(tmp_path, '[stores.lake]\nkind = "duckdb"\npath = "lake.duckdb"\n')
    assert "lake.raw.customers.email -> lake.main.mailing.email by view main.mailing" in told(outcome.flows)


@pytest.mark.parametrize(
    "hostile",
    [
        "create view bad as select " + "+".join(["1"] * 900) + " as a from customers",
        "create view bad as select " + "(" * 40 + "email" + ")" * 40 + " as a from customers",
        "create view bad as with "
        "a0 as (select email as x from customers)"
        + "".join(f", a{n} as (select x.*, y.* from a{n - 1} x, a{n - 1} y)" for n in range(1, 12))
        + " select x from a11",
        "create view bad (x) as select '" + "x" * 1_100_000 + "'",
        f"create view bad as select email from customers where email = '{SECRET}' and json(email) ->> '$.x' glob 'a'",
    ],
    ids=["long", "deep", "doubling", "megabytes", "odd"],
)
def test_a_hostile_view_costs_only_itself(hostile: str, shop: Callable[..., str], tmp_path: Path) -> None:
    toml = shop("create view good as select email from customers", hostile)
    begun = time.process_time()
    outcome = scanned(tmp_path, toml)
    assert time.process_time() - begun < 60
    assert "shop.main.customers.email -> shop.main.good.email by view main.good" in told(outcome.flows)
    assert SECRET not in repr(outcome.skipped)
    if "x" * 1_000_000 in hostile:
        assert any("longer than" in reason for reason in reasons(outcome) if reason.startswith("main.bad"))


def test_sql_that_is_not_understood_is_counted_and_not_repeated(shop: Callable[..., str], tmp_path: Path) -> None:
    toml = shop() + '[flows.nightly]\npaths = ["etl"]\nstore = "shop"\n'
    (tmp_path / "etl").mkdir()
    (tmp_path / "etl" / "load.sql").write_text(
        f"insert into copies select email from customers;\nselect '{SECRET}' frm (;\nselect '{SECRET}' frm (;"
    )
    (tmp_path / "etl" / "broken.json").write_text('{"metadata": "getdbt.com/dbt/manifest", "nodes": [')
    outcome = scanned(tmp_path, toml)
    found = reasons(outcome, "flows.nightly")
    assert any(one.startswith("load.sql: where data flows is not known: 2 statements") for one in found)
    assert any(one.startswith("broken.json: ") for one in found)
    assert SECRET not in repr(outcome.skipped)
    assert "shop.main.customers.email -> shop.main.copies.email by script load.sql, statement 1" in told(outcome.flows)


def test_a_field_that_nobody_read_is_inferred_and_never_passed_off_as_seen(
    shop: Callable[..., str], tmp_path: Path
) -> None:
    toml = shop("create table partners (contact text)").replace(
        'path = "shop.db"\n', 'path = "shop.db"\n[stores.shop.skip]\n"main.partners" = "too large"\n'
    )
    toml += '[flows.nightly]\npaths = ["load.sql"]\nstore = "shop"\n'
    (tmp_path / "load.sql").write_text("insert into partners (contact) select email from customers")
    outcome = scanned(tmp_path, toml)
    assert not [one for one in outcome.fields if one.dataset == "main.partners"]
    (one,) = [one for one in outcome.told.inferred if one.field == "contact"]
    (seen,) = [one for one in outcome.fields if one.field == "email"]
    assert (one.category, one.matched, one.scanned) == ("email", 0, 0)
    assert one.confidence < seen.confidence
    assert one.reasons[0].startswith("inferred by lineage")


def test_a_list_of_towns_alone_contradicts_nobody(shop: Callable[..., str], tmp_path: Path) -> None:
    """A town counts only beside other personal data: a count by town holds none, and nothing is wrong with that."""
    toml = shop(
        "alter table customers add column city text",
        "update customers set city = case id % 3 when 0 then 'Tallinn' when 1 then 'Berlin' else 'Tartu' end",
        "create view per_city as select city, count(*) as n from customers group by city",
    )
    outcome = scanned(tmp_path, toml)
    assert "city" in {one.category for one in outcome.fields if one.dataset == "main.customers"}
    assert outcome.told.disagreements == ()


def test_an_empty_table_is_inferred_and_told_to_be_empty(shop: Callable[..., str], tmp_path: Path) -> None:
    """It was read, and held nothing: the reason must not say that nobody read it."""
    (tmp_path / "etl").mkdir()
    (tmp_path / "etl" / "a.sql").write_text("insert into archive select email from customers;")
    toml = shop("create table archive (mail text)") + '[flows.a]\npaths = ["etl"]\nstore = "shop"\n'
    (one,) = scanned(tmp_path, toml).told.inferred
    assert (one.dataset, one.category) == ("main.archive", "email")
    assert one.reasons[0] == "inferred by lineage: its dataset has no rows"


def test_a_folder_without_any_sql_is_no_silence(shop: Callable[..., str], tmp_path: Path) -> None:
    """A flow that was declared and tells nothing is told, and so is one folder among others."""
    for name in ("etl", "jobs"):
        (tmp_path / name).mkdir()
    (tmp_path / "jobs" / "a.sql").write_text("insert into archive select email from customers;")
    toml = shop() + '[flows.a]\npaths = ["etl", "jobs"]\nstore = "shop"\n[flows.b]\npaths = ["etl"]\n'
    outcome = scanned(tmp_path, toml)
    (reason,) = reasons(outcome, "flows.a")
    assert reason.startswith("etl: the folder holds no SQL script")
    assert reasons(outcome, "flows.b") == [": no file of it holds SQL, events or a manifest"]


def test_what_was_cut_short_disagrees_with_its_lineage(shop: Callable[..., str], tmp_path: Path) -> None:
    toml = shop("create view domains as select substr(email, instr(email, '@') + 1, 3) as part from customers")
    with workspace(tmp_path, toml) as opened:
        outcome = scan(opened, Silent())
        found = flow_findings(opened)
    (one,) = outcome.told.disagreements
    assert (one.kind, str(one.place), one.category) == ("missing", "shop.main.domains.part", "email")
    (finding,) = found
    assert finding.check == "lineage_disagrees"
    assert "cut short or masked" in finding.reason


def test_a_mask_that_does_not_mask_is_found(shop: Callable[..., str], tmp_path: Path) -> None:
    """Lineage says that only tokens come there; the cells hold addresses."""
    toml = shop("create table tokens (token text)", "insert into tokens select email from customers")
    toml += '[flows.nightly]\npaths = ["load.sql"]\nstore = "shop"\n[scan]\nanonymisers = ["our_token"]\n'
    (tmp_path / "load.sql").write_text("insert into tokens (token) select our_token(email) from customers")
    outcome = scanned(tmp_path, toml)
    (one,) = outcome.told.disagreements
    assert (one.kind, str(one.place), one.through) == ("unexpected", "shop.main.tokens.token", ("our_token",))


def test_a_constant_of_a_view_that_holds_addresses_is_found(shop: Callable[..., str], tmp_path: Path) -> None:
    toml = shop("create view v as select id, 'nobody@example.org' as sender from customers")
    outcome = scanned(tmp_path, toml)
    assert [(one.kind, one.place.field) for one in outcome.told.disagreements] == [("unexpected", "sender")]
    assert "nobody@" not in repr(outcome.told)


def test_what_leaves_is_a_finding_with_its_statement(shop: Callable[..., str], tmp_path: Path) -> None:
    toml = shop() + '[flows.jobs]\npaths = ["jobs"]\ndialect = "postgres"\nstore = "shop"\n'
    (tmp_path / "jobs").mkdir()
    (tmp_path / "jobs" / "out.sql").write_text(
        "select 1;\ncopy (select email, phone from customers) to '/mnt/share/partner.csv';"
        "unload ('select email from customers') to 's3://partner/list?X-Signature=abc';"
        f"select send_mail('{SECRET}', email) from customers"
    )
    with workspace(tmp_path, toml) as opened:
        outcome = scan(opened, Silent())
        found = flow_findings(opened)
    assert {one.edge.target.dataset for one in outcome.told.leaving} == {
        "file:/mnt/share/partner.csv",
        "s3://partner/list",
        "mail:send_mail",
    }
    assert {one.check for one in found} == {"export_to_outside"}
    (file,) = [one for one in found if "partner.csv" in one.title]
    assert "e-mail address" in file.reason
    assert "script out.sql, statement 2" in file.reason
    assert SECRET not in repr(found) + repr(outcome.flows)


def test_a_file_of_a_configured_store_is_not_outside(shop: Callable[..., str], tmp_path: Path) -> None:
    (tmp_path / "share").mkdir()
    toml = shop() + '[stores.share]\nkind = "files"\npath = "share"\n'
    toml += '[flows.jobs]\npaths = ["out.sql"]\ndialect = "postgres"\nstore = "shop"\n'
    (tmp_path / "out.sql").write_text(f"copy (select email from customers) to '{tmp_path.resolve()}/share/list.csv'")
    outcome = scanned(tmp_path, toml)
    assert told(outcome.flows) == {"shop.main.customers.email -> share.list.csv.email by script out.sql, statement 1"}
    assert outcome.told.leaving == ()
    assert [(one.store, one.dataset, one.field) for one in outcome.told.inferred] == [("share", "list.csv", "email")]


def test_a_plan_of_flows_that_is_not_there_is_told(shop: Callable[..., str], tmp_path: Path) -> None:
    outcome = scanned(tmp_path, shop() + '[flows.jobs]\npaths = ["nowhere"]\n')
    assert any("no such file or folder" in reason for reason in reasons(outcome, "flows.jobs"))


def test_one_path_that_is_not_there_costs_only_itself(shop: Callable[..., str], tmp_path: Path) -> None:
    """The other paths of the flow are read, and the one that is missing is told by its name."""
    (tmp_path / "load.sql").write_text("insert into archive select email from customers;")
    toml = shop("create table archive (mail text)")
    toml += '[flows.jobs]\npaths = ["nowhere", "load.sql", "no/such.sql"]\nstore = "shop"\n'
    outcome = scanned(tmp_path, toml)
    assert told(outcome.flows) == {
        "shop.main.customers.email -> shop.main.archive.mail by script load.sql, statement 1"
    }
    assert reasons(outcome, "flows.jobs") == ["nowhere: no such file or folder", "no/such.sql: no such file or folder"]
    hints = {gap.hint for gap in outcome.skipped if gap.store == "flows.jobs"}
    assert hints == {"correct flows.jobs.paths"}


def test_a_dropped_table_is_not_inferred_any_more(shop: Callable[..., str], tmp_path: Path) -> None:
    """The flow stays known, what it brought is nowhere now: that is said, and no field of it is."""
    (tmp_path / "load.sql").write_text("insert into archive (mail) select email from customers;")
    toml = shop("create table archive (mail text)") + '[flows.a]\npaths = ["load.sql"]\nstore = "shop"\n'
    assert [one.dataset for one in scanned(tmp_path, toml).told.inferred] == ["main.archive"]
    with closing(sqlite3.connect(tmp_path / "shop.db")) as database:
        database.execute("drop table archive")
    outcome = scanned(tmp_path, toml)
    line = "absent: shop.main.archive: flows lead there, and there is no such dataset now"
    assert line in flowing_text(outcome, [])
    assert outcome.told.inferred == ()
    assert outcome.told.absent == (("shop", "main.archive"),)
    assert {str(edge.target) for edge in outcome.flows if edge.kind == "direct"} == {"shop.main.archive.mail"}
    with closing(sqlite3.connect(tmp_path / "shop.db")) as database:
        database.execute("create table archive (mail text)")
    assert [one.dataset for one in scanned(tmp_path, toml).told.inferred] == ["main.archive"]


def test_a_file_that_was_removed_is_not_inferred_any_more(shop: Callable[..., str], tmp_path: Path) -> None:
    """A folder has no catalogue: a file is gone that an earlier scan has met."""
    (tmp_path / "share").mkdir()
    toml = shop() + '[stores.share]\nkind = "files"\npath = "share"\n'
    toml += '[flows.jobs]\npaths = ["out.sql"]\ndialect = "postgres"\nstore = "shop"\n'
    (tmp_path / "out.sql").write_text(f"copy (select email from customers) to '{tmp_path.resolve()}/share/list.csv'")
    (tmp_path / "share" / "list.csv").write_text("email\nann@example.com\n")
    assert scanned(tmp_path, toml).told.inferred == ()
    (tmp_path / "share" / "list.csv").unlink()
    for _ in range(2):
        outcome = scanned(tmp_path, toml)
        assert outcome.told.inferred == ()
        assert outcome.told.absent == (("share", "list.csv"),)


def test_events_manifests_and_query_logs_are_followed(shop: Callable[..., str], tmp_path: Path) -> None:
    toml = shop() + '[flows.tools]\npaths = ["tools"]\nstore = "shop"\n'
    folder = tmp_path / "tools"
    folder.mkdir()
    facet = {"fields": {"mail": {"inputFields": [{"namespace": "x", "name": "main.customers", "field": "email"}]}}}
    event = {
        "eventTime": "2026-03-01T00:00:00Z",
        "job": {"namespace": "x", "name": "j"},
        "inputs": [],
        "outputs": [{"namespace": "x", "name": "main.ol", "facets": {"columnLineage": facet}}],
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json",
    }
    (folder / "events.jsonl").write_text(json.dumps(event))
    (folder / "queries.csv").write_text("user,query_text\na,insert into logged select phone from customers\n")
    node = {
        "resource_type": "model",
        "original_file_path": "models/m.sql",
        "compiled_code": "select email from main.customers",
        "relation_name": "main.m",
        "config": {"materialized": "table"},
    }
    manifest = {"metadata": {"dbt_schema_version": "https://schemas.getdbt.com/dbt/manifest/v12.json"}}
    (folder / "manifest.json").write_text(json.dumps({**manifest, "nodes": {"m": node}}))
    assert told(scanned(tmp_path, toml).flows) == {
        "shop.main.customers.email -> shop.main.ol.mail by openlineage events.jsonl, statement 1",
        "shop.main.customers.phone -> shop.main.logged.phone by log queries.csv, statement 1",
        "shop.main.customers.email -> shop.main.m.email by dbt models/m.sql, statement 1",
    }


def an_audit_line(query: int, sql: str, code: int = 0, database: str = "main") -> str:
    text = sql.replace("\\", "\\\\").replace("'", "\\'")
    return f"20260301 10:00:00,srv,app,localhost,5,{query},QUERY,{database},'{text}',{code}\n"


def test_statements_of_a_mariadb_audit_log_are_followed(shop: Callable[..., str], tmp_path: Path) -> None:
    """In the dialect and the schema of the log; what failed moved nothing, and a second scan reads on."""
    toml = shop("create table archive (mail text)") + '[logs.audit]\nkind = "mariadb_audit"\npath = "audit.log"\n'
    toml += 'store = "shop"\n'
    lines = [
        an_audit_line(1, f"INSERT INTO `archive` (mail) SELECT email FROM customers WHERE email <> '{SECRET}'"),
        an_audit_line(2, "INSERT INTO archive (mail) SELECT phone FROM customers", code=1142),
        an_audit_line(3, f"SELECT email FROM customers WHERE email = '{SECRET}'"),
        an_audit_line(4, "SELECT phone FROM customers INTO OUTFILE '/mnt/share/phones.csv'"),
        "no line of such a log\n",
    ]
    (tmp_path / "audit.log").write_text("".join(lines))
    outcome = scanned(tmp_path, toml)
    assert {(str(edge.source), edge.target.dataset) for edge in outcome.flows if edge.kind == "direct"} == {
        ("shop.main.customers.email", "main.archive"),
        ("shop.main.customers.phone", "file:/mnt/share/phones.csv"),
    }
    assert any("1 records are no lines of such a log" in reason for reason in reasons(outcome, "logs.audit"))
    assert SECRET not in repr(outcome.flows) + repr(outcome.skipped)
    with (tmp_path / "audit.log").open("a") as log:
        log.write(an_audit_line(9, "INSERT INTO archive (mail) SELECT phone FROM customers"))
    again = scanned(tmp_path, toml)
    assert "shop.main.customers.phone" in {
        str(edge.source) for edge in again.flows if edge.target.dataset == "main.archive" and edge.kind == "direct"
    }
    assert len(again.flows) > len(outcome.flows)


def test_statements_of_snowflake_are_followed(shop: Callable[..., str], tmp_path: Path) -> None:
    """A warehouse is no store: its tables are named by the log, as its touches are; a row without text is counted."""
    (tmp_path / "lake").mkdir()
    toml = shop() + '[stores.lake]\nkind = "files"\npath = "lake"\n'
    toml += '[logs.wh]\nkind = "snowflake"\npath = "history.jsonl"\n'
    row = {"QUERY_ID": "1", "USER_NAME": "ANN", "QUERY_START_TIME": "2026-03-01T10:00:00Z"}
    here = {**row, "DATABASE_NAME": "CRM", "SCHEMA_NAME": "PUBLIC"}
    rows = [
        {**here, "QUERY_TEXT": f"INSERT INTO mart.mailing (mail) SELECT email FROM customers WHERE a <> '{SECRET}'"},
        {**here, "QUERY_TEXT": "INSERT INTO gone SELECT phone FROM customers", "EXECUTION_STATUS": "FAIL"},
        {**here, "QUERY_TEXT": "COPY INTO 's3://partner/list/' FROM (SELECT email FROM customers)"},
        row,
    ]
    (tmp_path / "history.jsonl").write_text("".join(json.dumps(one) + "\n" for one in rows))
    outcome = scanned(tmp_path, toml)
    edges = {(str(edge.source), edge.target.dataset) for edge in outcome.flows if edge.kind == "direct"}
    assert edges == {
        ("wh.crm.public.customers.email", "crm.mart.mailing"),
        ("wh.crm.public.customers.email", "s3://partner/list/"),
    }
    for _ in range(2):
        assert reasons(outcome, "logs.wh") == [
            "history.jsonl: where data flows is not known: the log does not tell the text of the statement"
        ]
        outcome = scanned(tmp_path, toml)
    assert SECRET not in repr(outcome.flows) + repr(outcome.skipped)


def test_jobs_of_bigquery_are_followed(shop: Callable[..., str], tmp_path: Path) -> None:
    """Also those whose text does not name where the answer goes, and those that have no text."""
    toml = shop() + '[logs.bq]\nkind = "bigquery"\npath = "audit.jsonl"\n'
    table = "projects/p/datasets/{}/tables/{}".format

    def job(number: int, config: dict[str, object], code: int = 0) -> str:
        status = {"errorResult": {"code": code}} if code else {}
        told_of = {"jobName": f"projects/p/jobs/{number}", "jobConfig": config, "jobStatus": status}
        payload = {
            "methodName": "google.cloud.bigquery.v2.JobService.InsertJob",
            "metadata": {"jobChange": {"after": "DONE", "job": told_of}},
        }
        return (
            json.dumps({"insertId": str(number), "timestamp": "2026-03-01T10:00:00Z", "protoPayload": payload}) + "\n"
        )

    query = {"query": "SELECT email FROM crm.customers", "statementType": "SELECT"}
    (tmp_path / "audit.jsonl").write_text(
        job(1, {"queryConfig": {**query, "destinationTable": table("mart", "mailing")}})
        + job(2, {"queryConfig": {**query, "destinationTable": table("_abc", "anon1")}})
        + job(3, {"queryConfig": {"query": "INSERT INTO mart.x (y) SELECT phone FROM crm.customers"}})
        + job(4, {"queryConfig": {"query": "INSERT INTO mart.x (y) SELECT name FROM crm.customers"}}, code=7)
        + job(5, {"extractConfig": {"sourceTable": table("crm", "customers"), "destinationUris": ["gs://out/a.csv"]}})
        + job(6, {"tableCopyConfig": {
            "sourceTables": [table("crm", "customers")], "destinationTable": table("old", "customers")}})
    )  # fmt: skip
    outcome = scanned(tmp_path, toml)
    edges = {(str(edge.source), edge.target.dataset) for edge in outcome.flows if edge.kind == "direct"}
    assert edges == {
        ("bq.p.crm.customers.email", "p.mart.mailing"),
        ("bq.p.crm.customers.phone", "p.mart.x"),
        ("bq.p.crm.customers.*", "gs://out/a.csv"),
        ("bq.p.crm.customers.*", "p.old.customers"),
    }
    assert reasons(outcome, "logs.bq") == []


# --- real servers -----------------------------------------------------------------------------------------------


@pytest.fixture
def crm(postgres: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database with one of everything, and a role that may read."""
    postgres.create_database("crm")
    postgres.run(
        "DO $$ BEGIN CREATE ROLE reader LOGIN PASSWORD 'made up'; EXCEPTION WHEN duplicate_object THEN NULL; END $$",
        "CREATE TABLE customers (id int PRIMARY KEY, email text, phone text)",
        "INSERT INTO customers SELECT n, 'person' || n || '@example.com', '+372 5' || lpad(n::text, 7, '0') "
        "FROM generate_series(1, 60) AS n",
        "CREATE SCHEMA mart",
        "CREATE VIEW mart.mailing AS SELECT id, email AS address FROM customers",
        "CREATE MATERIALIZED VIEW mart.cached AS SELECT address FROM mart.mailing",
        "CREATE TABLE audit (mail text)",
        "CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "INSERT INTO audit SELECT OLD.email; RETURN NEW; END $$",
        "CREATE TRIGGER keeps AFTER UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION keep()",
        "CREATE TABLE leads (contact text)",
        "CREATE PROCEDURE fill() LANGUAGE sql AS $$ INSERT INTO leads SELECT phone FROM customers $$",
        "CREATE TABLE secret (whose text)",
        "GRANT USAGE ON SCHEMA mart TO reader",
        "GRANT SELECT ON customers, mart.mailing, mart.cached, audit, leads TO reader",
        database="crm",
    )
    monkeypatch.setenv("CRM", "made up")
    url = postgres.url("crm", "reader")
    return f'[stores.crm]\nkind = "postgres"\nurl = "{url}"\npassword_env = "CRM"\n'


def test_postgres_tells_its_views_routines_and_triggers(crm: str, tmp_path: Path) -> None:
    outcome = scanned(tmp_path, crm)
    assert told(outcome.flows) >= {
        "crm.public.customers.email -> crm.mart.mailing.address by view mart.mailing",
        "crm.mart.mailing.address -> crm.mart.cached.address by materialized view mart.cached",
        "crm.public.customers.email -> crm.public.audit.mail by trigger public.customers.keeps",
        "crm.public.customers.phone -> crm.public.leads.contact by procedure public.fill",
    }
    assert not [one for one in reasons(outcome, "crm") if "pg_stat_statements" in one]
    assert not [one for one in reasons(outcome, "crm") if "trigger runs the function" in one]


@pytest.mark.skipif(not STATEMENTS.exists(), reason="the contrib module is not installed")
def test_postgres_tells_the_statements_that_were_run(crm: str, postgres: Cluster, tmp_path: Path) -> None:
    """Only what the role may see; of the rest how much it is."""
    postgres.run(
        "CREATE EXTENSION pg_stat_statements",
        "SELECT pg_stat_statements_reset()",
        f"INSERT INTO secret SELECT email FROM customers WHERE email <> '{SECRET}'",
        f"COPY (SELECT email FROM customers WHERE email <> '{SECRET}') TO PROGRAM 'cat > /dev/null'",
        "GRANT SELECT ON pg_stat_statements TO reader",
        database="crm",
    )
    blind = scanned(tmp_path, crm)
    assert any("statements of other roles" in one for one in reasons(blind, "crm"))
    postgres.run("GRANT pg_read_all_stats TO reader")
    try:
        outcome = scanned(tmp_path, crm)
    finally:
        postgres.run("REVOKE pg_read_all_stats FROM reader")
    run = {(str(edge.source), str(edge.target)) for edge in outcome.flows if edge.origin == "statements"}
    assert ("crm.public.customers.email", "crm.public.secret.whose") in run
    assert ("crm.public.customers.email", "program.email") in run
    assert ("crm", "public.secret", "whose") in {(o.store, o.dataset, o.field) for o in outcome.told.inferred}
    assert "program" in {one.edge.target.dataset for one in outcome.told.leaving}
    assert not [one for one in outcome.told.leaving if one.edge.target.dataset == "stdout"]
    everything = repr(outcome.flows) + repr(outcome.skipped) + repr(outcome.told)
    assert SECRET not in everything
    assert SECRET.encode() not in (tmp_path / "custodes-data" / "state.db").read_bytes()


@pytest.mark.parametrize(("kind", "ending"), [("postgres_csvlog", "csv"), ("postgres_jsonlog", "json")])
def test_the_statements_of_a_configured_postgres_log_are_followed(
    crm: str, postgres: Cluster, tmp_path: Path, kind: str, ending: str
) -> None:
    postgres.run(f"INSERT INTO leads SELECT email FROM customers WHERE email <> '{SECRET}'", database="crm")
    time.sleep(0.5)
    written = b"".join(file.read_bytes() for file in sorted(postgres.logs.glob(f"*.{ending}")))
    (tmp_path / f"pg.{ending}").write_bytes(written)
    toml = crm + f'[logs.pg]\nkind = "{kind}"\npath = "pg.{ending}"\nstore = "crm"\n'
    first = scanned(tmp_path, toml)
    edges = {(str(edge.source), str(edge.target), edge.place) for edge in first.flows if edge.by == "logs.pg"}
    assert ("crm.public.customers.email", "crm.public.leads.contact", f"pg.{ending}") in edges
    again = scanned(tmp_path, toml)
    assert {edge.target for edge in again.flows if edge.by == "logs.pg"} == {
        edge.target for edge in first.flows if edge.by == "logs.pg"
    }
    assert reasons(again, "logs.pg") == reasons(first, "logs.pg")
    assert SECRET not in repr(first.flows) + repr(first.skipped)


def test_mariadb_tells_its_views_routines_and_triggers(
    mariadb: MariaDB, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mariadb.create_database("crm")
    mariadb.run(
        "CREATE TABLE customers (id int PRIMARY KEY, email varchar(100), phone varchar(30))",
        "CREATE TABLE audit (mail text)",
        "CREATE TABLE leads (contact text)",
        "CREATE VIEW mailing AS SELECT id, lower(email) AS address FROM customers",
        "CREATE TRIGGER keeps AFTER UPDATE ON customers FOR EACH ROW INSERT INTO audit SELECT OLD.email",
        "CREATE PROCEDURE fill() INSERT INTO leads SELECT phone FROM customers",
        database="crm",
    )
    mariadb.fill("crm", "INSERT INTO customers VALUES (%s, %s, %s)", list(PEOPLE))
    mariadb.role("scan", "SELECT ON crm.*")
    monkeypatch.setenv("CRM", mariadb.password)
    toml = f'[stores.crm]\nkind = "mysql"\nurl = "{mariadb.url("crm")}"\npassword_env = "CRM"\n'
    blind = scanned(tmp_path, toml)
    assert any(one.startswith("crm.mailing: ") for one in reasons(blind, "crm"))
    mariadb.role("scan", "SELECT, SHOW VIEW, TRIGGER, EXECUTE ON crm.*", "SELECT ON mysql.proc")
    outcome = scanned(tmp_path, toml)
    assert told(outcome.flows) >= {
        "crm.crm.customers.email -> crm.crm.mailing.address by view crm.mailing",
        "crm.crm.customers.email -> crm.crm.audit.mail by trigger crm.customers.keeps",
        "crm.crm.customers.phone -> crm.crm.leads.contact by procedure crm.fill",
    }


def test_a_field_is_explained_with_its_flows(shop: Callable[..., str], tmp_path: Path) -> None:
    toml = shop("create view mailing as select id, email as address from customers")
    with workspace(tmp_path, toml) as opened:
        scan(opened, Silent())
        found = explain(opened, "shop.main.customers.email", Silent())
        other = explain(opened, "shop.main.mailing.address", Silent())
    assert [(str(edge.target), edge.said_by) for edge in found.flows_to] == [
        ("shop.main.mailing.address", "view main.mailing")
    ]
    assert [str(edge.source) for edge in other.comes_from] == ["shop.main.customers.email"]
