"""Are all the forms read in which a company keeps its SQL?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from custodes.datamap.lineage.edges import Lineage
from custodes.datamap.lineage.follow import follow, read_schema
from custodes.datamap.lineage.stored import follow_stored
from custodes.errors import BadInput
from custodes.stores.definitions import Definition, Definitions


def told(found: Lineage) -> list[str]:
    """The edges as text, indirect ones in brackets."""
    return [
        f"{e.file}:{e.statement} {e.source} -> {e.target}" if e.kind == "direct" else f"[{e.source} -> {e.target}]"
        for e in found.edges
    ]


def test_a_folder_is_read_by_name_and_definitions_are_known_everywhere(tmp_path: Path) -> None:
    """A view in a.sql knows the table that z.sql defines; a later file knows what an earlier one made."""
    (tmp_path / "a.sql").write_text("create view v as select * from people;")
    (tmp_path / "b.sql").write_text("insert into copies select * from v;")
    (tmp_path / "z.sql").write_text("create table people (id int, email text);")
    (tmp_path / "notes.md").write_text("select nothing")
    assert told(follow([tmp_path], dialect="postgres")) == [
        "a.sql:1 people.id -> v.id",
        "a.sql:1 people.email -> v.email",
        "b.sql:1 v.id -> copies.id",
        "b.sql:1 v.email -> copies.email",
    ]


def test_a_procedure_of_another_file_is_no_gap(tmp_path: Path) -> None:
    """A call is covered when any of the files holds the procedure; otherwise it is told."""
    (tmp_path / "a.sql").write_text("call refresh(1); call elsewhere(2);")
    (tmp_path / "b.sql").write_text(
        "create procedure refresh(n int) language plpgsql as $$ begin insert into x select email from people; end $$"
    )
    found = follow([tmp_path], dialect="postgres")
    assert told(found) == ["b.sql:1 people.email -> x.email"]
    assert [gap.reason for gap in found.uncovered] == [
        "it calls the procedure elsewhere, whose body is not in these files"
    ]


def _manifest(folder: Path) -> Path:
    models = {
        "model.shop.top": {
            "resource_type": "model",
            "original_file_path": "models/top.sql",
            "relation_name": '"db"."mart"."top"',
            "compiled_code": 'select * from "db"."mart"."base"',
            "depends_on": {"nodes": ["model.shop.base"]},
            "config": {"materialized": "table"},
        },
        "model.shop.base": {
            "resource_type": "model",
            "original_file_path": "models/base.sql",
            "relation_name": '"db"."mart"."base"',
            "compiled_code": "with s as (select * from db.raw.people) select id, lower(email) as mail from s",
            "depends_on": {"nodes": ["source.shop.raw.people"]},
            "config": {"materialized": "view"},
        },
        "model.shop.later": {
            "resource_type": "model",
            "original_file_path": "models/later.sql",
            "raw_code": "select * from {{ ref('top') }}",
            "depends_on": {"nodes": ["model.shop.top"]},
            "config": {"materialized": "view"},
        },
        "test.shop.unique": {"resource_type": "test", "compiled_code": "select 1"},
    }
    target = folder / "target"
    target.mkdir()
    path = target / "manifest.json"
    metadata = {"dbt_schema_version": "https://schemas.getdbt.com/dbt/manifest/v12.json", "adapter_type": "postgres"}
    path.write_text(json.dumps({"metadata": metadata, "nodes": models}))
    return path


def test_dbt_models_are_traced_in_the_order_of_their_use(tmp_path: Path) -> None:
    """Compiled code goes into the relation that the model becomes; a model that is not compiled is a gap."""
    found = follow([_manifest(tmp_path)])
    assert told(found) == [
        "models/base.sql:1 db.raw.people.id -> db.mart.base.id",
        "models/base.sql:1 db.raw.people.email -> db.mart.base.mail",
        "models/top.sql:1 db.mart.base.id -> db.mart.top.id",
        "models/top.sql:1 db.mart.base.mail -> db.mart.top.mail",
    ]
    assert [(gap.file, gap.reason) for gap in found.uncovered] == [
        ("models/later.sql", "the model is not compiled: run dbt compile first")
    ]


def test_dbt_catalogue_tells_the_columns_of_sources(tmp_path: Path) -> None:
    """`SELECT *` from a source is expanded when catalog.json lies beside the manifest."""
    path = _manifest(tmp_path)
    manifest = json.loads(path.read_text())
    manifest["nodes"]["model.shop.base"]["compiled_code"] = "select * from db.raw.people"
    path.write_text(json.dumps(manifest))
    columns = {"email": {"name": "email", "index": 2}, "id": {"name": "id", "index": 1}}
    source = {"metadata": {"database": "db", "schema": "raw", "name": "people"}, "columns": columns}
    path.with_name("catalog.json").write_text(json.dumps({"nodes": {}, "sources": {"source.shop.raw.people": source}}))
    assert told(follow([path]))[:2] == [
        "models/base.sql:1 db.raw.people.id -> db.mart.base.id",
        "models/base.sql:1 db.raw.people.email -> db.mart.base.email",
    ]


def test_a_manifest_makes_templates_and_compiled_copies_superfluous(tmp_path: Path) -> None:
    """A dbt project as a folder is traced once, from its manifest."""
    _manifest(tmp_path)
    for name in ("models/base.sql", "target/compiled/shop/models/base.sql"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("select {{ x }} from y")
    assert {gap.file for gap in follow([tmp_path]).uncovered} == {"models/later.sql"}


def test_a_template_without_manifest_is_a_gap(tmp_path: Path) -> None:
    """Jinja is not guessed at."""
    (tmp_path / "m.sql").write_text("select a from {{ ref('x') }}")
    found = follow([tmp_path])
    assert not found.edges
    assert [gap.reason for gap in found.uncovered] == ["it is a template: give the compiled SQL or dbt's manifest.json"]


def _event(output: Mapping[str, object], **more: object) -> dict[str, object]:
    return {
        "eventType": "COMPLETE",
        "eventTime": "2026-01-01T00:00:00Z",
        "job": {"name": "j"},
        "outputs": [output],
        **more,
    }


def test_openlineage_in_the_newer_form(tmp_path: Path) -> None:
    """Transformations tell the kind; what the facet says of the dataset holds for each of its columns."""
    source = {"namespace": "postgres://h:5432", "name": "db.public.people", "field": "email"}
    fields = {
        "mail": {"inputFields": [source | {"transformations": [{"type": "DIRECT", "subtype": "IDENTITY"}]}]},
        "region": {"inputFields": [source | {"transformations": [{"type": "INDIRECT", "subtype": "CONDITIONAL"}]}]},
    }
    whole = [source | {"field": "id", "transformations": [{"type": "INDIRECT", "subtype": "FILTER"}]}]
    output = {
        "namespace": "s3://lake",
        "name": "out/people",
        "facets": {"columnLineage": {"fields": fields, "dataset": whole}},
    }
    path = tmp_path / "events.jsonl"
    path.write_text(json.dumps(_event(output)) + "\nno json\n")
    found = follow([path])
    assert told(found) == [
        f"{path}:1 db.public.people.email -> s3://lake/out/people.mail",
        "[db.public.people.email -> s3://lake/out/people.region]",
        "[db.public.people.id -> s3://lake/out/people.mail]",
        "[db.public.people.id -> s3://lake/out/people.region]",
    ]
    assert [(gap.statement, gap.reason) for gap in found.uncovered] == [(2, "the line is no JSON object")]


def test_openlineage_in_the_older_form(tmp_path: Path) -> None:
    """Without transformations a field is direct; MASKED is kept for propagation."""
    source = {"namespace": "n", "name": "people", "field": "email"}
    fields = {
        "a": {"inputFields": [source], "transformationDescription": "", "transformationType": "IDENTITY"},
        "b": {"inputFields": [source], "transformationType": "MASKED"},
    }
    path = tmp_path / "events.json"
    path.write_text(
        json.dumps([_event({"namespace": "n", "name": "x", "facets": {"columnLineage": {"fields": fields}}})])
    )
    found = follow([path])
    assert told(found) == [f"{path}:1 people.email -> x.a", f"{path}:1 people.email -> x.b"]
    assert [sorted(edge.through) for edge in found.edges] == [[], ["openlineage:masking"]]


def test_an_openlineage_event_without_columns_is_traced_from_its_sql(tmp_path: Path) -> None:
    """Many integrations send the SQL and no columns."""
    event = _event({"namespace": "n", "name": "x"}, inputs=[{"namespace": "n", "name": "people"}])
    event["job"] = {"name": "j", "facets": {"sql": {"query": "insert into x select email from people"}}}
    path = tmp_path / "events.json"
    path.write_text(json.dumps(event))
    assert told(follow([path])) == [f"{path}:1 people.email -> x.email"]


def test_rows_of_a_query_log_are_statements(tmp_path: Path) -> None:
    """Each row counts as one statement, its own schema is where its tables are, `$1` stands for a value."""
    path = tmp_path / "history.csv"
    path.write_text(
        "QUERY_ID,DATABASE_NAME,SCHEMA_NAME,QUERY_TEXT\n"
        '1,DB,S,"insert into a select email from people\nwhere id = $1"\n'
        '2,DB,S,"select broken ("\n'
    )
    found = follow([path], dialect="postgres")
    assert told(found) == [f"{path}:1 DB.S.people.email -> DB.S.a.email", "[DB.S.people.id -> DB.S.a.email]"]
    assert [gap.statement for gap in found.uncovered] == [2]


def test_json_lines_of_queries(tmp_path: Path) -> None:
    """The same as objects."""
    path = tmp_path / "log.jsonl"
    path.write_text('{"query": "insert into a select email from people"}\n{"other": 1}\n')
    found = follow([path])
    assert told(found) == [f"{path}:1 people.email -> a.email"]
    assert [gap.reason for gap in found.uncovered] == ["the row has no column of SQL"]


def test_pg_stat_statements_as_psql_prints_it(tmp_path: Path) -> None:
    """A query over several lines and a bar inside a query are put together rightly."""
    path = tmp_path / "statements.txt"
    path.write_text(
        " queryid |               query                | calls \n"
        "---------+------------------------------------+-------\n"
        "       1 | insert into a                     +|     3\n"
        "         |  select email from p where b || $1 |      \n"
        "       2 | select count(*) from people        |     1\n"
        "(2 rows)\n"
    )
    assert told(follow([path], dialect="postgres")) == [
        f"{path}:1 p.email -> a.email",
        "[p.b -> a.email]",
        "[people.* -> .count(*)]",
    ]


@pytest.mark.parametrize("text", ["[1]", "{", '{"t": "a"}', '{"t": [1]}'])
def test_a_broken_schema_is_refused_with_its_place(tmp_path: Path, text: str) -> None:
    """The schema decides what `*` means: half of one is not taken."""
    path = tmp_path / "s.json"
    path.write_text(text)
    with pytest.raises(BadInput) as refused:
        read_schema(path)
    assert str(path) in refused.value.where
    assert refused.value.hint


def test_a_missing_file_and_an_unknown_dialect_are_refused(tmp_path: Path) -> None:
    """Absence never looks like an empty lineage."""
    with pytest.raises(BadInput):
        follow([tmp_path / "none.sql"])
    with pytest.raises(BadInput):
        follow([tmp_path], dialect="klingon")


def test_a_repeated_statement_is_read_anew_when_a_table_has_changed(tmp_path: Path) -> None:
    """What a log repeats is remembered, but not beyond a statement that changes what its names mean."""
    path = tmp_path / "log.csv"
    same = '"insert into b select * from a"\n'
    path.write_text(f'query\n{same}{same}"create table a as select x from s"\n{same}')
    assert told(follow([path])) == [
        f"{path}:1 a.* -> b.*",
        f"{path}:2 a.* -> b.*",
        f"{path}:3 s.x -> a.x",
        f"{path}:4 a.x -> b.x",
    ]


def test_what_postgres_has_run_is_read_with_its_constants_as_it_writes_them() -> None:
    """`$1` stands for a constant behind `date`, beside another sign and in a text that is none; our own COPY parses."""
    ran = (
        "INSERT INTO b (x, at) SELECT a.mail, date $1+n*$2 FROM a, generate_series($3,$4) n WHERE '$5' <> a.mail",
        'COPY (SELECT "mail" FROM a) TO STDOUT (FORMAT "binary")',
        "CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO b SELECT OLD.mail; END $$",
    )
    trigger = Definition(
        "trigger", "public.a.t", "CREATE TRIGGER t AFTER UPDATE ON a EXECUTE FUNCTION public.keep()", "public"
    )
    made = Definition("function", "public.keep", ran[2].replace("keep()", "public.keep()"), "public")
    found = (made, trigger, *(Definition("statements", f"query {n}", sql, "public") for n, sql in enumerate(ran)))
    columns = {"public.a": ("mail",), "public.b": ("x", "at")}
    told = [
        one for one in follow_stored(Definitions("postgres", found, columns)) if one.definition.kind == "statements"
    ]
    assert ("public.a.mail", "public.b.x") in {(str(edge.source), str(edge.target)) for edge in told[0].edges}
    assert [one.gaps for one in told] == [(), (), ()]
