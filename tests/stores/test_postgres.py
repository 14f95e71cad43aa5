"""What does a PostgreSQL store say when the server, the role or a table is not as it should be?"""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from itertools import pairwise

import psycopg
import pytest

from custodes.errors import StoreRefused
from custodes.records import Dataset, Skipped
from custodes.stores.interface import Store, Unreadable
from custodes.stores.postgres import PostgresStore, open_postgres
from tests.postgres import Cluster

pytestmark = pytest.mark.postgres

PASSWORD = "right-Horse'99"
WRONG = "wrong-Horse'98"

SCHEMA = (
    "DROP ROLE IF EXISTS scanner",
    "DROP ROLE IF EXISTS outsider",
    f"CREATE ROLE scanner LOGIN PASSWORD '{PASSWORD.replace(chr(39), chr(39) * 2)}'",
    f"CREATE ROLE outsider LOGIN PASSWORD '{PASSWORD.replace(chr(39), chr(39) * 2)}'",
    "REVOKE CONNECT ON DATABASE shop FROM PUBLIC",
    "GRANT CONNECT ON DATABASE shop TO scanner",
    "CREATE TABLE customer (id int PRIMARY KEY, email text)",
    "INSERT INTO customer SELECT i, 'c' || i || '@example.com' FROM generate_series(1, 3000) i",
    "CREATE TABLE secret (id int, note text)",
    "INSERT INTO secret VALUES (1, 'x')",
    "CREATE TABLE part (id int, salary int, customer int REFERENCES customer (id))",
    "INSERT INTO part VALUES (1, 2, 3)",
    'CREATE TABLE "Order; DROP --" ("sélect ""x""" text)',
    """INSERT INTO "Order; DROP --" VALUES ('it''s')""",
    "CREATE VIEW addresses AS SELECT lower(email) AS mail FROM customer",
    "CREATE VIEW broken AS SELECT (email)::int AS number FROM customer",
    "CREATE VIEW endless AS SELECT pg_sleep(30)::text AS rest",
    "CREATE MATERIALIZED VIEW summary AS SELECT count(*) AS many FROM customer",
    "CREATE MATERIALIZED VIEW unfilled AS SELECT 1 AS one WITH NO DATA",
    "CREATE TABLE visit (at date, who text) PARTITION BY RANGE (at)",
    "CREATE TABLE visit_2025 PARTITION OF visit FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')",
    "CREATE TABLE visit_2026 PARTITION OF visit FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')",
    "INSERT INTO visit VALUES ('2025-05-05', 'a'), ('2026-05-05', 'b')",
    "CREATE TABLE mixed (tags text[], grid int[][], doc jsonb, raw bytea, far timestamptz, big numeric)",
    "INSERT INTO mixed VALUES ('{a,NULL}', '{{1,2},{3,4}}', '{\"k\": 1}', 'plain', 'infinity', 1e40)",
    "INSERT INTO mixed DEFAULT VALUES",
    "CREATE TABLE rows_apart (who text)",
    "INSERT INTO rows_apart VALUES ('scanner'), ('other')",
    "ALTER TABLE rows_apart ENABLE ROW LEVEL SECURITY",
    "CREATE POLICY own ON rows_apart USING (who = current_user)",
    "CREATE SCHEMA sales",
    "CREATE TABLE sales.lead (phone text)",
    "CREATE SCHEMA closed",
    "CREATE TABLE closed.salary (amount int)",
    "GRANT USAGE ON SCHEMA public, sales TO scanner",
    "GRANT SELECT ON ALL TABLES IN SCHEMA public, sales TO scanner",
    "REVOKE ALL ON secret, part FROM scanner",
    "GRANT SELECT (id, customer) ON part TO scanner",
    "ANALYZE",
)


@pytest.fixture(scope="module")
def shop(postgres: Cluster) -> Cluster:
    postgres.create_database("shop")
    postgres.run(*SCHEMA, database="shop")
    return postgres


@pytest.fixture
def store(shop: Cluster) -> Iterator[PostgresStore]:
    opened = open_postgres("shop", shop.url("shop", "scanner"), PASSWORD, timeout=2)
    yield opened
    opened.close()


def described(store: Store) -> dict[str, list[Dataset | Skipped]]:
    out: dict[str, list[Dataset | Skipped]] = {}
    for found in store.datasets():
        out.setdefault(found.dataset if isinstance(found, Skipped) else found.name, []).append(found)
    return out


def dataset(store: Store, name: str) -> Dataset:
    return next(found for found in described(store)[name] if isinstance(found, Dataset))


def reason(store: Store, name: str) -> str:
    return next(found.reason for found in described(store)[name] if isinstance(found, Skipped))


def read(store: Store, name: str, max_rows: int = 0) -> list[dict[str, object]]:
    return [row for batch in store.read(dataset(store, name), max_rows=max_rows) for row in batch.to_pylist()]


def everything_said(error: BaseException) -> str:
    """The error with all errors chained to it, as a log would show them."""
    return "".join(traceback.format_exception(error)) + repr(error) + repr(getattr(error, "__dict__", ""))


def test_a_wrong_password_is_refused_and_not_repeated(shop: Cluster) -> None:
    """The refusal says where to look; the password is in no part of it."""
    with pytest.raises(StoreRefused, match="password authentication failed") as refusal:
        open_postgres("shop", shop.url("shop", "scanner"), WRONG)
    assert WRONG not in everything_said(refusal.value)
    assert "password_env" in refusal.value.hint


def test_the_password_is_in_no_repr(store: PostgresStore) -> None:
    """Neither the store nor what the reader knows of its connections shows it."""
    shown = repr(store) + repr(store._duck.execute("SELECT * FROM duckdb_databases()").fetchall())
    shown += repr(store._duck.execute("SELECT * FROM duckdb_secrets()").fetchall())
    assert PASSWORD not in shown
    assert PASSWORD.replace("'", "''") not in shown


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("postgresql://scanner@127.0.0.1:1/shop", "host and port"),
        ("postgresql://scanner@no-such-host.invalid/shop", "host's name"),
        ("postgresql://scanner@[broken/shop", "postgresql://ROLE@HOST"),
    ],
)
def test_a_server_that_is_not_there_is_refused(url: str, says: str) -> None:
    """A closed port, an unknown host and an address nobody understands each say what to check."""
    with pytest.raises(StoreRefused) as refusal:
        open_postgres("shop", url, PASSWORD)
    assert says in refusal.value.hint
    assert PASSWORD not in everything_said(refusal.value)


def test_a_role_without_connect_is_refused(shop: Cluster) -> None:
    """The least grant that is missing is named."""
    with pytest.raises(StoreRefused) as refusal:
        open_postgres("shop", shop.url("shop", "outsider"), PASSWORD)
    assert "GRANT CONNECT" in refusal.value.hint


def test_what_the_role_may_not_read_is_named(store: PostgresStore) -> None:
    """A table without SELECT, a schema without USAGE, and single columns: each is said, the rest is read."""
    assert reason(store, "public.secret") == "the role lacks SELECT"
    assert "USAGE on schema closed" in reason(store, "closed.salary")
    assert "SELECT on 1 of 3 columns" in reason(store, "public.part")
    assert read(store, "public.part") == [{"id": "1", "customer": "3"}]
    assert len(read(store, "public.customer")) == 3000


def test_rows_hidden_by_a_policy_are_said(store: PostgresStore) -> None:
    """Row-level security hides rows without an error; silence would look like coverage."""
    assert "row-level security" in reason(store, "public.rows_apart")
    assert read(store, "public.rows_apart") == [{"who": "scanner"}]


def test_a_view_that_fails_says_so_without_a_value(store: PostgresStore) -> None:
    """The server's error quotes a customer's address; ours does not."""
    with pytest.raises(Unreadable) as broken:
        read(store, "public.broken")
    assert "invalid input syntax" in broken.value.reason
    assert "example.com" not in everything_said(broken.value)


def test_a_statement_that_takes_too_long_is_ended(store: PostgresStore) -> None:
    """The time-out ends one dataset; the next is read."""
    with pytest.raises(Unreadable, match="time-out"):
        read(store, "public.endless")
    assert len(read(store, "public.addresses")) == 3000


def test_views_and_partitions(store: PostgresStore) -> None:
    """Views and materialised views are read, a partitioned table once and whole, an unfilled view is named."""
    found = described(store)
    assert dataset(store, "public.addresses").kind == "view"
    assert read(store, "public.summary") == [{"many": "3000"}]
    assert "never been filled" in reason(store, "public.unfilled")
    assert [row["who"] for row in read(store, "public.visit")] == ["a", "b"]
    assert not any(name.startswith("public.visit_") for name in found)


def test_awkward_names_are_quoted(store: PostgresStore) -> None:
    """A name that would be SQL is a name."""
    assert read(store, "public.Order; DROP --") == [{'sélect "x"': "it's"}]


def test_every_type_has_a_text_form(store: PostgresStore) -> None:
    """Arrays become lists, of any dimensions; what no Arrow type could hold arrives as the server writes it."""
    full, empty = read(store, "public.mixed")
    assert full == {
        "tags": ["a", None],
        "grid": ["1", "2", "3", "4"],
        "doc": '{"k": 1}',
        "raw": "plain",
        "far": "infinity",
        "big": "1" + "0" * 40,
    }
    assert set(empty.values()) == {None}


def test_keys_are_told(store: PostgresStore) -> None:
    """A foreign key names schema, table and column."""
    columns = {column.name: column for column in dataset(store, "public.part").columns}
    assert columns["customer"].references == "public.customer.id"
    assert dataset(store, "public.customer").columns[0].primary_key


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
def test_other_encodings(postgres: Cluster, encoding: str) -> None:
    """A database in another encoding is read; one that declares none and holds broken text says so."""
    postgres.run(
        "DROP DATABASE IF EXISTS old",
        f"CREATE DATABASE old ENCODING '{encoding}' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0",
    )
    postgres.run(
        "CREATE TABLE t (name text)",
        rf"INSERT INTO t VALUES (convert_from('M\374ller'::bytea, '{encoding}'))",
        database="old",
    )
    store = open_postgres("old", postgres.url("old"), postgres.password)
    if encoding == "LATIN1":
        assert read(store, "public.t") == [{"name": "Müller"}]
    else:
        with pytest.raises(Unreadable, match="no UTF-8"):
            read(store, "public.t")
    store.close()


def test_only_the_schemas_asked_for(shop: Cluster) -> None:
    """With schemas given nothing else is listed, and one that does not exist is said."""
    store = open_postgres("shop", shop.url("shop", "scanner"), PASSWORD, schemas=("sales", "saels"))
    assert set(described(store)) == {"sales.lead", "saels"}
    assert reason(store, "saels") == "no such schema"
    store.close()


def test_a_sample_is_spread_over_the_table(store: PostgresStore) -> None:
    """With max_rows pages from all over the table are read."""
    numbers = sorted(int(str(row["id"])) for row in read(store, "public.customer", max_rows=1500))
    assert 500 <= len(numbers) <= 1500
    assert max(after - before for before, after in pairwise(numbers)) > 100
    assert numbers[-1] > 2_000


def test_the_session_cannot_write(store: PostgresStore) -> None:
    """Even where the role had more rights, the session is read-only."""
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        store._catalogue.execute("CREATE TABLE mark (a int)")


def test_a_server_that_goes_away_costs_no_traceback(shop: Cluster, store: PostgresStore) -> None:
    """A session that the server ends is a reason for the dataset, and the store can say so again."""
    found = dataset(store, "public.customer")
    shop.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'scanner'", database="postgres")
    try:
        rows = sum(batch.num_rows for batch in store.read(found, max_rows=0))
    except Unreadable as error:
        assert "session" in error.reason or "connection" in error.reason  # noqa: PT017 - either outcome is right
    else:
        assert rows == 3000  # the reader opened a new session
    with pytest.raises(StoreRefused):
        list(store.datasets())


def test_functions_that_are_called_as_the_servers_own_are_never_ours(shop: Cluster) -> None:
    """A schema that stands before the server's own on the path of the database: nothing of it is called."""
    shop.run(
        "CREATE SCHEMA evil",
        'CREATE FUNCTION evil."left"(text, int) RETURNS text LANGUAGE sql AS $$ SELECT $q$hidden$q$ $$',
        "CREATE VIEW evil.pg_class AS SELECT * FROM pg_catalog.pg_class WHERE false",
        "CREATE FUNCTION evil.has_column_privilege(oid, smallint, text) RETURNS bool LANGUAGE sql AS 'SELECT false'",
        "GRANT USAGE ON SCHEMA evil TO PUBLIC",
        "GRANT SELECT ON evil.pg_class TO PUBLIC",
        "ALTER DATABASE shop SET search_path = evil, pg_catalog, public",
        "ALTER ROLE scanner SET search_path = evil, pg_catalog, public",
        database="shop",
    )
    try:
        opened = open_postgres("shop", shop.url("shop", "scanner"), PASSWORD, timeout=2)
        try:
            rows = read(opened, "public.customer")
            assert len(rows) == 3000
            assert all("@example.com" in str(row["email"]) for row in rows)
            assert "public.visit" in opened.definitions().columns
            mixed = next(one for one in opened.datasets() if one_of(one) == "public.mixed")
            assert isinstance(mixed, Dataset)
            assert mixed.columns[0].type == "text[]"
        finally:
            opened.close()
    finally:
        shop.run(
            "ALTER DATABASE shop RESET search_path",
            "ALTER ROLE scanner RESET search_path",
            "DROP SCHEMA evil CASCADE",
            database="shop",
        )


def one_of(found: Dataset | Skipped) -> str:
    return found.name if isinstance(found, Dataset) else found.dataset
