"""Does a real MariaDB's audit log show each customer that a session reads?"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pymysql
import pytest

from custodes.events.mariadb_audit import MariaDbAudit
from custodes.records import AccessEvent
from tests.events.builders import TOKENS
from tests.mariadb import MariaDB

pytestmark = pytest.mark.mariadb

PLUGIN = Path("/usr/lib/mysql/plugin/server_audit.so")


@pytest.fixture(scope="module")
def events(mariadb: MariaDB) -> Iterator[list[AccessEvent]]:
    """What the plugin writes of two sessions: a clerk's, and one of somebody without any right."""
    if not PLUGIN.exists():
        pytest.skip("the package has no audit plugin")
    file = mariadb.socket.parent / "audit.log"
    mariadb.create_database("shop")
    mariadb.run(
        "create table customers(customer_id int, email varchar(50), note text)",
        "insert into customers values (5, 'one@example.com', 'x'), (6, 'two@example.com', 'y')",
        "create view reachable as select customer_id, email from customers",
        database="shop",
    )
    mariadb.role("clerk", "select, update, insert, file on *.*")
    mariadb.role("nosy")
    mariadb.run(
        "install soname 'server_audit'",
        f"set global server_audit_file_path = '{file}'",
        "set global server_audit_events = ''",
        "set global server_audit_logging = on",
    )
    try:
        _work(mariadb)
        yield _settled(file)
    finally:
        mariadb.run("set global server_audit_logging = off", "uninstall soname 'server_audit'")


def _work(server: MariaDB) -> None:
    def session(user: str, password: str) -> pymysql.Connection:
        return pymysql.connect(host=server.host, port=server.port, user=user, password=password, database=None)

    with closing(session("clerk", server.password)) as connection, connection.cursor() as cursor:
        cursor.execute("use shop")
        cursor.execute("select email from customers where customer_id = %s", (5,))
        cursor.execute("select `email` /*!40001 , note */ from shop.customers where customer_id in (5, 6) # both")
        cursor.execute("update customers set note = %s where customer_id = 6", ("it's \\ two\nlines",))
        cursor.execute("select * from reachable where email = %s", ("one@example.com",))
        cursor.execute("prepare one from 'select email from customers where customer_id = ?'")
        cursor.execute("set @a = 5")
        cursor.execute("execute one using @a")
        cursor.execute(f"select email from customers into outfile '{server.socket.parent}/out.csv'")
        cursor.execute("insert into customers (customer_id, email) values (7, 'three@example.com')")
        connection.commit()
    with closing(session("nosy", server.password)) as connection, connection.cursor() as cursor:
        _refused(cursor)
    with pytest.raises(pymysql.Error):
        session("nosy", "wrong")


def _refused(cursor: pymysql.cursors.Cursor) -> None:
    with pytest.raises(pymysql.Error):
        cursor.execute("select * from shop.customers where customer_id = 5")


def _settled(file: Path) -> list[AccessEvent]:
    deadline = time.monotonic() + 20
    while True:
        log = MariaDbAudit("log", str(file), tokeniser=TOKENS, store="crm", timezone="UTC")
        batches = list(log.read(file, None)) if file.exists() else []
        assert [entry.reason for batch in batches for entry in batch.quarantined] == []
        found = [event for batch in batches for event in batch.events]
        if [event.outcome for event in found if event.actor == "staff:nosy" and event.action == "login"] == [
            "success",
            "denied",
        ]:
            return found
        assert time.monotonic() < deadline, "the log has no line about the refused login"
        time.sleep(0.1)


def by(events: list[AccessEvent], action: str) -> list[tuple[str, tuple[str, ...], str | None]]:
    return [
        (event.dataset, event.fields, event.subject or event.object)
        for event in events
        if event.actor == "staff:clerk" and event.action == action
    ]


def test_each_read_is_told_once_with_fields_and_subject(events: list[AccessEvent]) -> None:
    """Lines about tables and about statements are one touch; a table behind a view is told too."""
    table = "crm.shop.customers"
    assert by(events, "read") == [
        (table, ("email",), "customer:5"),
        (table, ("email", "note"), "customer:5"),
        (table, ("email", "note"), "customer:6"),
        (table, (), None),  # behind the view
        ("crm.shop.reachable", ("*",), "reachable where email = ?"),
        (table, ("email",), "customers where customer_id = ?"),  # its parameter is not in the log
    ]


def test_changes_and_exports_are_told_apart(events: list[AccessEvent]) -> None:
    """An update, an insert with its customer, and a file written by the server."""
    assert by(events, "update") == [("crm.shop.customers", ("note",), "customer:6")]
    assert by(events, "create") == [("crm.shop.customers", ("customer_id", "email"), "customer:7")]
    assert by(events, "export") == [("crm.shop.customers", ("email",), None)]


def test_what_was_refused_is_denied(events: list[AccessEvent]) -> None:
    """A read without the right, and a wrong password."""
    nosy = [(event.action, event.subject, event.outcome) for event in events if event.actor == "staff:nosy"]
    assert nosy == [("login", None, "success"), ("read", "customer:5", "denied"), ("login", None, "denied")]


def test_no_value_is_kept(events: list[AccessEvent]) -> None:
    """Neither an address nor a text of a statement."""
    assert not [word for word in ("example.com", "it's", "lines") if word in repr(events)]
