"""What does a MariaDB store say when the server, the user or a table is not as it should be?"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing

import pymysql
import pytest

from custodes.errors import StoreRefused
from custodes.records import Dataset, Skipped
from custodes.stores import ranges
from custodes.stores.interface import Unreadable
from custodes.stores.mysql import MySqlStore, open_mysql
from tests.mariadb import MariaDB

pytestmark = pytest.mark.mariadb

SCHEMA = (
    "CREATE TABLE customer (id int PRIMARY KEY, email varchar(80))",
    "INSERT INTO customer SELECT seq, concat('c', seq, '@example.com') FROM seq_1_to_3000",
    "CREATE TABLE secret (id int)",
    "CREATE TABLE visitor (customer int, FOREIGN KEY (customer) REFERENCES customer (id))",
    "CREATE TABLE part (id int PRIMARY KEY, salary int, customer int, FOREIGN KEY (customer) REFERENCES customer (id))",
    "INSERT INTO part VALUES (1, 2, 3)",
    'CREATE TABLE `Order``; DROP --` (`sélect "x"` text)',
    "INSERT INTO `Order``; DROP --` VALUES ('it''s')",
    "CREATE VIEW addresses AS SELECT lower(email) AS mail FROM customer",
    "CREATE TABLE gone (id int)",
    "CREATE VIEW broken AS SELECT id FROM gone",
    "DROP TABLE gone",
    "CREATE VIEW endless AS SELECT sleep(30) AS rest",
    "CREATE SEQUENCE numbers",
    (
        "CREATE TABLE visit (at date, who text) PARTITION BY RANGE (year(at)) "
        "(PARTITION a VALUES LESS THAN (2026), PARTITION b VALUES LESS THAN MAXVALUE)"
    ),
    "INSERT INTO visit VALUES ('2025-05-05', 'a'), ('2026-05-05', 'b')",
    (
        "CREATE TABLE mixed (e enum('x','y'), s set('a','b'), j json, raw blob, at date, dt datetime, b bit(3), "
        "g point, n decimal(20,2), low int AS (7 + 1) STORED, latin varchar(20) CHARACTER SET latin1, u uuid, "
        "t time, y year)"
    ),
    (
        "INSERT INTO mixed (e, s, j, raw, at, dt, b, g, n, latin, u, t, y) VALUES ('x', 'a,b', '{\"k\": 1}', "
        "X'706c61696eff', '0000-00-00', '2024-01-01 10:00:00', 5, ST_PointFromText('POINT(1 2)'), "
        "123456789012345678.9, 'Jürgen', '123e4567-e89b-12d3-a456-426655440000', '-10:00:01', 2024)"
    ),
    "INSERT INTO mixed (e) VALUES (NULL)",
    "CREATE TABLE huge (id int PRIMARY KEY, doc longtext)",
    "INSERT INTO huge VALUES (1, repeat('é', 2000000)), (2, 'short')",
    "CREATE TABLE wide (code varchar(20) PRIMARY KEY, n int)",
    "INSERT INTO wide SELECT concat('k', seq), seq FROM seq_1_to_30000",
    "CREATE VIEW widened AS SELECT code, n FROM wide",
    "CREATE VIEW slow AS SELECT n, sleep(0.01) AS rest FROM wide",
    "CREATE TABLE big (id bigint PRIMARY KEY, n int)",
    "INSERT INTO big SELECT seq * 3, seq FROM seq_1_to_60000",
    "ANALYZE TABLE wide, big, customer",
)
READABLE = (
    "customer",
    "visitor",
    "Order``; DROP --",
    "addresses",
    "broken",
    "endless",
    "visit",
    "mixed",
    "huge",
    "wide",
    "widened",
    "slow",
    "big",
)


@pytest.fixture(scope="module")
def shop(mariadb: MariaDB) -> MariaDB:
    mariadb.create_database("shop")
    mariadb.create_database("hr")
    mariadb.run(*SCHEMA, database="shop")
    mariadb.run("CREATE TABLE person (id int)", database="hr")
    mariadb.role(
        "scanner",
        *(f"SELECT ON shop.`{table}`" for table in READABLE),
        "SELECT (id, customer), INSERT (salary) ON shop.part",
        "INSERT ON shop.secret",
        "SELECT ON hr.*",
    )
    return mariadb


@pytest.fixture
def store(shop: MariaDB) -> Iterator[MySqlStore]:
    opened = open_mysql("crm", shop.url(role="scanner"), shop.password, timeout=2)
    yield opened
    opened.close()


def dataset(store: MySqlStore, name: str) -> Dataset:
    return next(one for one in store.datasets() if isinstance(one, Dataset) and one.name == name)


def read(store: MySqlStore, name: str, max_rows: int = 0) -> list[dict[str, str | None]]:
    return [row for batch in store.read(dataset(store, name), max_rows=max_rows) for row in batch.to_pylist()]


def test_refusals_say_what_to_do_and_no_password(shop: MariaDB) -> None:
    """A wrong password, an unknown host and an address that is none."""
    for url, says in (
        (shop.url(role="scanner"), "password is wrong"),
        (shop.url(role="nobody"), "password is wrong"),
        ("mysql://scanner@127.0.0.1:1/", "cannot be reached"),
        ("mysql://127.0.0.1:port/", "cannot be understood"),
    ):
        with pytest.raises(StoreRefused, match=says) as refusal:
            open_mysql("crm", url, "wrong-Horse'98")
        assert "Horse" not in repr(refusal.value)
        assert refusal.value.hint
        assert refusal.value.__cause__ is None


def test_what_there_is_and_what_may_not_be_read(store: MySqlStore) -> None:
    """Tables of every schema the user has a right on; what they may not read is named, sequences are no data."""
    found = list(store.datasets())
    names = {one.name for one in found if isinstance(one, Dataset)}
    readable = {f"shop.{name.replace('``', '`')}" for name in READABLE} - {"shop.broken"}
    assert names == readable | {"shop.part", "hr.person"}
    reasons = {one.dataset: one.reason for one in found if isinstance(one, Skipped)}
    assert set(reasons) == {"shop.secret", "shop.part", "shop.broken"}
    assert "what is gone" in reasons["shop.broken"]
    assert "1 of 3 columns" in reasons["shop.part"]
    part = dataset(store, "shop.part")
    assert [(one.name, one.primary_key, one.references) for one in part.columns] == [
        ("id", True, None),
        ("customer", False, None),  # a foreign key is shown only to who may read the whole table
    ]
    assert dataset(store, "shop.visitor").columns[0].references == "shop.customer.id"


def test_a_schema_that_is_not_there(shop: MariaDB) -> None:
    """It is named."""
    with closing(open_mysql("crm", shop.url(role="scanner"), shop.password, ["shop", "none"])) as store:
        assert "none" in {one.dataset for one in store.datasets() if isinstance(one, Skipped)}


def test_what_takes_too_long_is_ended(store: MySqlStore) -> None:
    """Their reason is told without a value."""
    with pytest.raises(Unreadable, match="time-out"):
        read(store, "shop.endless")
    assert read(store, "shop.addresses")[0] == {"mail": "c1@example.com"}


def test_partitions_and_awkward_names(store: MySqlStore) -> None:
    """One dataset of all partitions; names are quoted."""
    assert sorted(str(row["who"]) for row in read(store, "shop.visit")) == ["a", "b"]
    assert read(store, "shop.Order`; DROP --") == [{'sélect "x"': "it's"}]


def test_every_type_has_a_text_form(store: MySqlStore) -> None:
    """Zero dates, bits, shapes, blobs, generated columns and other character sets; nulls stay."""
    first, second = read(store, "shop.mixed")
    assert first == {
        "e": "x",
        "s": "a,b",
        "j": '{"k": 1}',
        "raw": "plain\ufffd",
        "at": "0000-00-00",
        "dt": "2024-01-01 10:00:00",
        "b": "5",
        "g": "POINT(1 2)",
        "n": "123456789012345678.90",
        "low": "8",
        "latin": "Jürgen",
        "t": "-10:00:01",
        "u": "123e4567-e89b-12d3-a456-426655440000",
        "y": "2024",
    }
    assert {key: value for key, value in second.items() if value is not None} == {"low": "8"}
    assert "x" not in {column.type for column in dataset(store, "shop.mixed").columns}
    assert not any("(" in column.type for column in dataset(store, "shop.mixed").columns)


def test_megabyte_cells(store: MySqlStore) -> None:
    """Of a huge cell the first 100,000 characters."""
    rows = read(store, "shop.huge")
    assert [len(str(row["doc"])) for row in rows] == [100_000, 5]


def test_a_sample_is_from_all_over_the_table(store: MySqlStore) -> None:
    """By ranges of a whole-number key in random order, each row once; by chance where the key is no number."""
    assert dataset(store, "shop.big").scattered
    found = [int(str(row["id"])) for row in read(store, "shop.big", max_rows=10**6)]
    assert sorted(found) == [number * 3 for number in range(1, 60_001)]
    assert found[:10_000] != sorted(found)[:10_000]
    assert max(found[:10_000]) - min(found[:10_000]) > 60_000 or ranges.LARGE > 60_000
    for name in ("shop.wide", "shop.widened"):
        some = [int(str(row["n"])) for row in read(store, name, max_rows=1_000)]
        assert 500 < len(some) <= 1_000
        assert max(some) > 20_000


def test_dice_that_take_too_long_are_told(store: MySqlStore) -> None:
    """The server goes through every row for them, no longer than a statement may take; what came before counts."""
    with pytest.raises(Unreadable, match="time-out"):
        read(store, "shop.slow", max_rows=500)


def test_reading_may_be_given_up(store: MySqlStore) -> None:
    """The server is told to stop, and the store can be read again."""
    reading = store.read(dataset(store, "shop.wide"), max_rows=0)
    next(reading)
    started = time.monotonic()
    reading.close()  # type: ignore[attr-defined]  # a generator
    assert time.monotonic() - started < 5
    assert len(read(store, "shop.customer")) == 3_000


def test_the_session_cannot_write(shop: MariaDB) -> None:
    """Even a user that may."""
    shop.role("writer", "ALL ON shop.*")
    with closing(open_mysql("crm", shop.url(role="writer"), shop.password)) as store:
        connection = store._connect()
        with closing(connection), connection.cursor() as cursor, pytest.raises(pymysql.Error):
            cursor.execute("INSERT INTO shop.secret VALUES (1)")


def test_unchanged_is_proven(shop: MariaDB) -> None:
    """The fingerprint stays while nothing is written, and changes with a write; right after a write there is none."""
    shop.run(
        "CREATE OR REPLACE TABLE shop.watched (id int PRIMARY KEY, n int)", "INSERT INTO shop.watched VALUES (1, 1)"
    )
    shop.role("watcher", "SELECT ON shop.watched")

    def fingerprint() -> str | None:
        with closing(open_mysql("crm", shop.url(role="watcher"), shop.password)) as store:
            return dataset(store, "shop.watched").fingerprint

    def settled() -> str:
        for _ in range(60):
            if (found := fingerprint()) is not None:
                return found
            time.sleep(0.2)
        raise AssertionError("no fingerprint")

    first = settled()
    assert fingerprint() == first
    time.sleep(1.1)
    shop.run("UPDATE shop.watched SET n = 2")
    second = settled()
    assert second != first
    shop.run("FLUSH TABLES")
    assert settled() == fingerprint()


def test_the_servers_own_mode_changes_nothing(shop: MariaDB) -> None:
    """Under ANSI_QUOTES a text in double quotes is a name: definitions are told and rows read as always."""
    shop.role("viewer", "SELECT, SHOW VIEW ON shop.*")
    shop.run("SET GLOBAL sql_mode = 'ANSI_QUOTES,PIPES_AS_CONCAT,NO_BACKSLASH_ESCAPES'")
    try:
        with closing(open_mysql("shop", shop.url("shop", "viewer"), shop.password)) as opened:
            view = next(one for one in opened.definitions().found if one.place == "shop.addresses")
            assert "`email`" in view.sql
            assert '"email"' not in view.sql
    finally:
        shop.run("SET GLOBAL sql_mode = DEFAULT")
