"""Does a real PostgreSQL's own log show each customer that a session reads?"""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from custodes.events.postgres_csvlog import PostgresLog
from custodes.events.postgres_jsonlog import PostgresJsonLog
from custodes.records import AccessEvent
from tests.events.builders import TOKENS
from tests.postgres import Cluster, available, load_sakila, running

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def sakila(data_folder: Path) -> Iterator[Cluster]:
    """A cluster of its own: the log of the shared one tells what every other test asked."""
    folder = data_folder / "sakila"
    if not available() or not folder.is_dir():
        pytest.skip("Debian's postgresql-15 or the Sakila sample is missing")
    with running() as cluster:
        load_sakila(cluster, folder)
        yield cluster


@pytest.fixture(scope="module")
def events(sakila: Cluster) -> list[AccessEvent]:
    """What the log says of two sessions: a clerk who reads one by one, and somebody without any right."""
    sakila.run(
        "create role clerk login password 'made-up-1'",
        "create role nosy login password 'made-up-2'",
        "grant select, update on customer, address, payment to clerk",
        database="sakila",
    )
    dsn = sakila.dsn("sakila", "clerk", "made-up-1")
    with psycopg.connect(dsn, autocommit=True, application_name="support-desk") as session:
        for number in (1, 2, 3):
            session.execute(f"select first_name, email from customer where customer_id = {number}".encode())
        for number in (4, 5, 6):
            session.execute("select * from customer where customer_id = %s", (number,))
        for number in (7, 8, 9):
            session.execute("select email from customer where customer_id = %s", (number,), prepare=True)
        session.execute("prepare one(int) as select email from customer where customer_id = $1")
        session.execute("execute one(10)")
        session.execute(
            "select c.email, a.phone from customer c join address a using (address_id) where c.last_name = %s",
            ("SMITH",),
        )
        session.execute("update customer set email = %s where customer_id = %s", ("someone@example.com", 11))
        with session.cursor().copy("copy (select customer_id, email from customer) to stdout") as rows:
            assert sum(1 for _ in rows) > 100
        with session.transaction():
            named = session.cursor("several")
            named.execute("select amount from payment where customer_id = any(%s)", ([12, 13],))
            named.fetchmany(2)
    with (
        psycopg.connect(sakila.dsn("sakila", "nosy", "made-up-2"), autocommit=True) as session,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        session.execute("select * from customer where customer_id = 3")
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(sakila.dsn("sakila", "nosy", "wrong"))
    return _settled(sakila)


def _settled(cluster: Cluster) -> list[AccessEvent]:
    """The events once the collector has written the last line (the refused login)."""
    deadline = time.monotonic() + 20
    while True:
        log = PostgresLog("crm-log", str(cluster.logs / "*.csv"), tokeniser=TOKENS, store="crm")
        batches = [batch for file in log.files() for batch in log.read(file, None)]
        assert [entry.reason for batch in batches for entry in batch.quarantined] == []
        events = [event for batch in batches for event in batch.events]
        if any(
            event.actor == "staff:nosy" and event.action == "login" and event.outcome == "denied" for event in events
        ):
            return events
        assert time.monotonic() < deadline, "the log has no line about the refused login"
        time.sleep(0.1)


def test_the_json_log_says_what_the_csv_log_says(sakila: Cluster, events: list[AccessEvent]) -> None:
    """The same server writes both; each touch is told the same, once."""
    deadline = time.monotonic() + 20
    while True:
        log = PostgresJsonLog("crm-log", str(sakila.logs / "*.json"), tokeniser=TOKENS, store="crm")
        batches = [batch for file in log.files() for batch in log.read(file, None)]
        assert [entry.reason for batch in batches for entry in batch.quarantined] == []
        told = [event for batch in batches for event in batch.events]
        if len(told) >= len(events) or time.monotonic() > deadline:
            break
        time.sleep(0.1)
    assert [replace(event, recorded=event.time) for event in told] == [
        replace(event, recorded=event.time) for event in events
    ]


def by(events: list[AccessEvent], actor: str, action: str) -> list[AccessEvent]:
    return [event for event in events if event.actor == actor and event.action == action]


def test_each_read_is_one_event_with_dataset_fields_and_subject(events: list[AccessEvent]) -> None:
    """Simple, extended and prepared statements alike show who was looked at, once each."""
    reads = [event for event in by(events, "staff:clerk", "read") if event.dataset == "crm.public.customer"]
    told = [(event.subject, event.fields) for event in reads if event.subject]
    assert told == (
        [(f"customer:{number}", ("first_name", "email")) for number in (1, 2, 3)]
        + [(f"customer:{number}", ("*",)) for number in (4, 5, 6)]
        + [(f"customer:{number}", ("email",)) for number in (7, 8, 9, 10)]
    )
    assert {event.tool for event in reads} == {"support-desk"}
    assert {event.address for event in reads} == {"127.0.0.1"}
    assert len({event.event_id for event in reads}) == len(reads)


def test_a_search_is_told_by_its_shape(events: list[AccessEvent]) -> None:
    """A join gives a row per table under one event, and the value searched for is not kept."""
    searched = [event for event in by(events, "staff:clerk", "read") if event.object]
    assert [(event.dataset, event.fields, event.object) for event in searched] == [
        ("crm.public.customer", ("email",), "customer where c.last_name = ?"),
        ("crm.public.address", ("phone",), "address where c.last_name = ?"),
    ]
    assert len({event.event_id for event in searched}) == 1


def test_changes_exports_and_cursors_are_told_apart(events: list[AccessEvent]) -> None:
    """Each statement gets the action it is."""
    update, export = by(events, "staff:clerk", "update"), by(events, "staff:clerk", "export")
    assert [(event.subject, event.fields) for event in update] == [("customer:11", ("email",))]
    assert [(event.dataset, event.fields) for event in export] == [("crm.public.customer", ("customer_id", "email"))]
    cursor = [event for event in by(events, "staff:clerk", "read") if event.dataset == "crm.public.payment"]
    assert [event.subject for event in cursor] == ["customer:12", "customer:13"]


def test_what_was_refused_is_not_told_as_done(events: list[AccessEvent]) -> None:
    """A read without the right and a login with a wrong password are denied."""
    assert [(event.subject, event.outcome) for event in by(events, "staff:nosy", "read")] == [("customer:3", "denied")]
    assert [event.outcome for event in by(events, "staff:nosy", "login")] == ["success", "denied"]


def test_grants_are_seen(events: list[AccessEvent]) -> None:
    """Who may read what is a touch too."""
    granted = [event for event in events if event.action == "grant" and event.object == "select, update to clerk"]
    assert sorted({event.dataset for event in granted}) == [
        "crm.public.address",
        "crm.public.customer",
        "crm.public.payment",
    ]


def test_no_value_of_a_statement_is_kept(events: list[AccessEvent]) -> None:
    """Neither the new address, nor the name searched for, nor a password."""
    kept = repr(events)
    assert not [word for word in ("someone@example.com", "SMITH", "made-up") if word in kept]


def test_the_log_was_really_written_twice(sakila: Cluster, events: list[AccessEvent]) -> None:
    """Where pgaudit is installed both it and log_statement tell, and each statement still counts once."""
    if not sakila.audited:
        pytest.skip("pgaudit is not installed")
    lines = b"".join(Path(file).read_bytes() for file in sakila.csv_logs())
    assert lines.count(b"AUDIT: ") > 10
    assert len(by(events, "staff:clerk", "update")) == 1
