"""Does PostgreSQL give every type and every kind of table, from all over it, and say when one is unchanged?"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest

from custodes.records import Dataset
from custodes.stores.interface import Unreadable
from custodes.stores.postgres import PostgresStore, open_postgres
from tests.postgres import Cluster

pytestmark = pytest.mark.postgres

SCHEMA = (
    "CREATE EXTENSION hstore",
    "CREATE EXTENSION postgres_fdw",
    "CREATE TYPE mood AS ENUM ('well', 'ill')",
    "CREATE TYPE place AS (street text, town text)",
    "CREATE DOMAIN mail AS text CHECK (VALUE LIKE '%@%')",
    "CREATE DOMAIN mails AS mail[]",
    "CREATE DOMAIN photo AS bytea",
    "CREATE DOMAIN small_photo AS photo",
    (
        "CREATE TABLE mixed (m mood, p place, d mail, ds mails, ph small_photo, r int4range, mr datemultirange, "
        "h hstore, j jsonb, x xml, u uuid, i inet, iv interval, pt point, b bit(3), mo mood[], t tsvector, mny money)"
    ),
    (
        "INSERT INTO mixed VALUES ('well', ROW('Main St 1', 'Bern'), 'a@example.com', '{a@example.com,b@example.com}', "
        "'plain', '[1,5)', '{[2024-01-01,2024-02-01)}', 'k=>v', '{\"k\": [1]}', '<a>b</a>', "
        "'123e4567-e89b-12d3-a456-426655440000', '192.0.2.1', '1 day', '(1,2)', B'101', '{well,ill}', 'word', 12.5)"
    ),
    "INSERT INTO mixed DEFAULT VALUES",
    "CREATE TABLE huge (id int, doc text, tags text[])",
    (
        "INSERT INTO huge SELECT i, (SELECT string_agg(md5((i * 100000 + n)::text), '') FROM generate_series(1, 40000) "
        "n), '{a,b}' FROM generate_series(1, 12) i"
    ),
    "CREATE TABLE big (id int, filler text)",
    "INSERT INTO big SELECT i, repeat('x', 60) FROM generate_series(1, 60000) i",
    "CREATE TABLE visit (id int, at date) PARTITION BY RANGE (at)",
    "CREATE TABLE visit_1 PARTITION OF visit FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')",
    "CREATE TABLE visit_2 PARTITION OF visit FOR VALUES FROM ('2026-01-01') TO ('2027-01-01') PARTITION BY HASH (id)",
    "CREATE TABLE visit_2a PARTITION OF visit_2 FOR VALUES WITH (MODULUS 2, REMAINDER 0)",
    "CREATE TABLE visit_2b PARTITION OF visit_2 FOR VALUES WITH (MODULUS 2, REMAINDER 1)",
    "INSERT INTO visit SELECT i, date '2025-06-01' + (i % 400) FROM generate_series(1, 200000) i",
    "CREATE VIEW visits AS SELECT id, at FROM visit",
    # The planner takes a function that makes rows to make ten of them.
    "CREATE FUNCTION many() RETURNS SETOF int LANGUAGE sql ROWS 10 AS 'SELECT generate_series(1, 5000)'",
    "CREATE VIEW surprise AS SELECT * FROM many() AS made (id) OFFSET 0",
    "CREATE VIEW slow AS SELECT id, pg_sleep(0.01)::text AS rest FROM big",
    "CREATE TABLE parent (id int)",
    "CREATE TABLE heir (more text) INHERITS (parent)",
    "INSERT INTO heir VALUES (1, 'x')",
    "CREATE MATERIALIZED VIEW summary AS SELECT id FROM big WHERE id < 10",
    'CREATE SCHEMA "größer"',
    'CREATE TABLE "größer"."Tab ""x""" ("Spalte ü" text)',
    'INSERT INTO "größer"."Tab ""x""" VALUES (\'ja\')',
    "CREATE TABLE watched (id int)",
    "INSERT INTO watched VALUES (1)",
    "ANALYZE",
)


@pytest.fixture(scope="module")
def shop(postgres: Cluster) -> Cluster:
    postgres.create_database("reading")
    postgres.run(*SCHEMA, database="reading")
    postgres.run(
        "CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw "
        f"OPTIONS (host '127.0.0.1', port '{postgres.port}', dbname 'reading')",
        f"CREATE USER MAPPING FOR postgres SERVER far OPTIONS (user 'postgres', password '{postgres.password}')",
        "CREATE FOREIGN TABLE elsewhere (id int) SERVER far OPTIONS (table_name 'heir')",
        "CREATE FOREIGN TABLE far_big (id int) SERVER far OPTIONS (table_name 'big', use_remote_estimate 'true')",
        database="reading",
    )
    return postgres


@pytest.fixture
def store(shop: Cluster) -> Iterator[PostgresStore]:
    with closing(open_postgres("crm", shop.url("reading"), shop.password)) as opened:
        yield opened


def dataset(store: PostgresStore, name: str) -> Dataset:
    return next(one for one in store.datasets() if isinstance(one, Dataset) and one.name == name)


def read(store: PostgresStore, name: str, max_rows: int = 0) -> list[dict[str, object]]:
    return [row for batch in store.read(dataset(store, name), max_rows=max_rows) for row in batch.to_pylist()]


def test_every_type_has_a_text_form(store: PostgresStore) -> None:
    """Enumerations, composites, domains over domains and arrays, ranges, hstore, XML and bits; nulls stay."""
    first, second = read(store, "public.mixed")
    assert first == {
        "m": "well",
        "p": '("Main St 1",Bern)',
        "d": "a@example.com",
        "ds": ["a@example.com", "b@example.com"],
        "ph": "plain",
        "r": "[1,5)",
        "mr": "{[2024-01-01,2024-02-01)}",
        "h": '"k"=>"v"',
        "j": '{"k": [1]}',
        "x": "<a>b</a>",
        "u": "123e4567-e89b-12d3-a456-426655440000",
        "i": "192.0.2.1/32",
        "iv": "1 day",
        "pt": "(1,2)",
        "b": "101",
        "mo": ["well", "ill"],
        "t": "'word'",
        "mny": "$12.50",
    }
    assert not any(second.values())


def test_megabyte_cells_come_few_at_a_time(store: PostgresStore) -> None:
    """Of each the first 100,000 characters; lists beside them stay lists."""
    batches = list(store.read(dataset(store, "public.huge"), max_rows=0))
    rows = [row for batch in batches for row in batch.to_pylist()]
    assert sorted(int(row["id"]) for row in rows) == list(range(1, 13))
    assert all(len(row["doc"]) == 100_000 and row["tags"] == ["a", "b"] for row in rows)
    assert all(batch.nbytes < 1 << 25 for batch in batches)


@pytest.mark.parametrize(("name", "count"), [("public.big", 60_000), ("public.visit", 200_000)])
def test_a_large_table_is_read_from_anywhere(store: PostgresStore, name: str, count: int) -> None:
    """By ranges of blocks in random order, over all partitions, each row once."""
    one = dataset(store, name)
    assert one.scattered
    assert one.rows is not None
    assert 0.8 * count < one.rows < 1.2 * count
    found = [int(str(row["id"])) for row in read(store, name, max_rows=10**6)]
    assert sorted(found) == list(range(1, count + 1))
    assert found != sorted(found)
    assert max(found[:5_000]) - min(found[:5_000]) > 5_000


@pytest.mark.parametrize(("name", "count"), [("public.visits", 200_000), ("public.far_big", 60_000)])
def test_rows_of_views_and_foreign_tables_are_drawn(store: PostgresStore, name: str, count: int) -> None:
    """By chance and from all over, where there are more than are wanted; nothing is said, for it is a fair sample."""
    found = [int(str(row["id"])) for row in read(store, name, max_rows=5_000)]
    assert 4_000 < len(found) <= 5_000
    assert len(set(found)) == len(found)
    assert sum(number > count // 2 for number in found) > 0.4 * len(found)
    assert max(found) > 0.95 * count


def test_where_only_first_rows_can_be_read_it_is_said(shop: Cluster, store: PostgresStore) -> None:
    """The planner was wrong, or drawing by chance takes longer than a statement may."""
    with pytest.raises(Unreadable, match="only its first 100 rows were read"):
        read(store, "public.surprise", max_rows=100)
    with (
        closing(open_postgres("crm", shop.url("reading"), shop.password, timeout=2)) as hasty,
        pytest.raises(Unreadable, match="time-out"),
    ):
        read(hasty, "public.slow", max_rows=2_000)


def test_every_kind_of_table_is_read(store: PostgresStore) -> None:
    """Foreign tables, heirs, materialised views and other schemas with odd names."""
    assert read(store, "public.elsewhere") == [{"id": "1"}]
    assert read(store, "public.parent") == [{"id": "1"}]
    assert read(store, "public.heir") == [{"id": "1", "more": "x"}]
    assert len(read(store, "public.summary")) == 9
    assert read(store, 'größer.Tab "x"') == [{"Spalte ü": "ja"}]


def test_a_locked_table_is_not_waited_for(shop: Cluster, store: PostgresStore) -> None:
    """It is named, and the others are read."""
    one = dataset(store, "public.watched")
    with psycopg.connect(shop.dsn("reading")) as other:
        other.execute("LOCK TABLE watched IN ACCESS EXCLUSIVE MODE")
        started = time.monotonic()
        with pytest.raises(Unreadable, match="locked"):
            list(store.read(one, max_rows=0))
        assert time.monotonic() - started < 20
        other.rollback()


def test_unchanged_is_proven(shop: Cluster) -> None:
    """The mark stays while nothing is written, and changes with each write, a TRUNCATE and a reset of the counts."""

    def mark(name: str = "public.watched") -> str | None:
        with closing(open_postgres("crm", shop.url("reading"), shop.password)) as store:
            return dataset(store, name).fingerprint

    def changed(before: str | None) -> str | None:
        for _ in range(100):
            if (now := mark()) != before:
                return now
            time.sleep(0.1)
        raise AssertionError("no other mark")

    assert mark("public.elsewhere") is None
    time.sleep(1.5)
    before = mark()
    assert before is not None
    assert mark() == before
    for statement in (
        *("INSERT INTO watched VALUES (2)", "UPDATE watched SET id = 3", "DELETE FROM watched", "TRUNCATE watched"),
        "SELECT pg_stat_reset()",
    ):
        shop.run(statement, database="reading")
        before = changed(before)
    visits = mark("public.visit")
    shop.run("UPDATE visit_2b SET id = id", database="reading")
    for _ in range(100):
        if mark("public.visit") != visits:
            return
        time.sleep(0.1)
    raise AssertionError("a change in a partition was not seen")
