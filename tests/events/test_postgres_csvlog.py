"""Does each way PostgreSQL can log a statement give the same single touch?"""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custodes.events.interface import Batch
from custodes.events.postgres_csvlog import PostgresLog
from tests.events.builders import TOKENS, clock, read_all, write

READ = "select email from customer where customer_id = 5"
BOUND = "select email from customer where customer_id = $1"
DETAIL = "parameters: $1 = '5'"


def a_line(message: str, number: int = 1, width: int = 26, **changes: str) -> list[str]:
    names = [
        *("time", "user", "database", "process", "from", "session", "number", "tag", "start", "virtual"),
        *("transaction", "severity", "state", "message", "detail", "hint", "internal", "internal_pos", "context"),
        *("query", "query_pos", "location", "application", "backend", "leader", "query_id"),
    ]
    values = {
        "time": "2026-03-01 09:30:00.250 UTC",
        "user": "dana",
        "database": "crm",
        "from": "192.0.2.7:50000",
        "session": "65f.1",
        "number": str(number),
        "tag": "SELECT",
        "severity": "LOG",
        "state": "00000",
        "message": message,
        "application": "support-desk",
    } | changes
    return [values.get(name, "") for name in names][:width]


def audit(text: str, statement: int = 1, relation: str = "", parameter: str = "<not logged>") -> str:
    target = io.StringIO()
    kind = "TABLE" if relation else ""
    csv.writer(target, lineterminator="").writerow(
        ["SESSION", statement, 1, "READ", "SELECT", kind, relation, text, parameter]
    )
    return f"AUDIT: {target.getvalue()}"


def log_of(lines: Sequence[Sequence[str]]) -> bytes:
    target = io.StringIO()
    csv.writer(target, lineterminator="\n").writerows(lines)
    return target.getvalue().encode()


def read(folder: Path, *lines: list[str], **changes: object) -> Batch:
    log = PostgresLog(
        "db-log",
        str(folder / "*.csv"),
        tokeniser=TOKENS,
        store="crm",
        clock=clock,
        **changes,
    )
    return read_all(log, write(folder / "log.csv", log_of(lines)))


@pytest.mark.parametrize(
    "lines",
    [
        [a_line(f"statement: {READ}")],
        [a_line(f"statement: {READ}"), a_line(audit(READ), 2)],
        [a_line(f"execute <unnamed>: {BOUND}", detail=DETAIL)],
        [a_line(audit(BOUND)), a_line(f"execute s1: {BOUND}", 2, detail=DETAIL)],
        [a_line(f"execute s1: {BOUND}", detail=DETAIL), a_line(audit(BOUND), 2)],
        [a_line(audit(BOUND, parameter="5"))],
        [a_line(audit(READ, relation="public.customer"))],
        [a_line(audit(READ)), a_line(audit("<previously logged>", relation="public.customer"), 2)],
        [a_line(f"duration: 0.25 ms  execute s1: {BOUND}", detail=DETAIL)],
        [a_line(f"execute s1: {BOUND}", detail=DETAIL), a_line(f"execute fetch from s1: {BOUND}", 2, detail=DETAIL)],
        [a_line("statement: EXECUTE one(5)", detail=f"prepare: PREPARE one(int) AS {BOUND}")],
        [a_line(f"statement: {READ}", width=23)],
        [a_line(f"statement: {READ}", width=24)],
        [a_line(f"statement: {READ};\n", time="2026-03-01 11:30:00.250 EET")],
    ],
)
def test_one_touch_however_it_is_logged(tmp_path: Path, lines: list[list[str]]) -> None:
    """log_statement, pgaudit, both in either order, durations, cursors and prepared statements agree."""
    batch = read(tmp_path, *lines, timezone="Europe/Tallinn")
    (event,) = batch.events
    assert (event.event_id, event.actor, event.action, event.dataset) == (
        "65f.1:1",
        "staff:dana",
        "read",
        "crm.public.customer",
    )
    assert (event.fields, event.subject, event.outcome) == (("email",), "customer:5", "success")
    assert (event.time.isoformat(), event.address) == ("2026-03-01T09:30:00.250000+00:00", "192.0.2.7")
    assert (batch.quarantined, batch.ignored) == ([], len(lines) - 1)


def test_the_same_statement_twice_is_two_touches(tmp_path: Path) -> None:
    """Repeating a look-up is not hidden by counting lines once."""
    lines = [
        a_line(f"statement: {READ}", 1),
        a_line(audit(READ, 1), 2),
        a_line(f"statement: {READ}", 3),
        a_line(audit(READ, 2), 4),
        a_line(audit(READ, 3), 5),
        a_line(f"statement: {READ}", 1, session="65f.2"),
    ]
    events = read(tmp_path, *lines).events
    assert [event.event_id for event in events] == ["65f.1:1", "65f.1:3", "65f.1:5", "65f.2:1"]


def test_a_table_behind_a_view_is_a_row_of_the_same_event(tmp_path: Path) -> None:
    """pgaudit tells what a view reads from."""
    sql = "select name from customer_list"
    lines = [
        a_line(f"statement: {sql}", 1),
        a_line(audit(sql, relation="public.customer_list"), 2),
        a_line(audit(sql, relation="public.customer"), 3),
    ]
    events = read(tmp_path, *lines).events
    assert [(event.event_id, event.dataset) for event in events] == [
        ("65f.1:1", "crm.public.customer_list"),
        ("65f.1:1", "crm.public.customer"),
    ]


def test_parameters_that_come_late_complete_what_pgaudit_told(tmp_path: Path) -> None:
    """pgaudit's line comes first and without values; the rows of both subjects and the base table all remain."""
    sql = "select name from customer_list where customer_id = any($1)"
    lines = [
        a_line(audit(sql, relation="public.customer_list"), 1),
        a_line(audit(sql, relation="public.customer"), 2),
        a_line(f"execute s1: {sql}", 3, detail="parameters: $1 = '{1,2}'"),
        a_line("canceling statement", 4, severity="ERROR", state="57014", query=sql),
    ]
    batch = read(tmp_path, *lines)
    assert sorted((event.dataset, event.subject or "") for event in batch.events) == [
        ("crm.public.customer", ""),
        ("crm.public.customer_list", "customer:1"),
        ("crm.public.customer_list", "customer:2"),
    ]
    assert {(event.event_id, event.outcome) for event in batch.events} == {("65f.1:1", "failure")}


def test_several_statements_in_one_text_are_several_operations(tmp_path: Path) -> None:
    """Reading and then changing a customer in one message is both."""
    events = read(
        tmp_path, a_line(f"statement: begin; {READ}; delete from customer where customer_id = 5; commit")
    ).events
    assert [(event.event_id, event.action) for event in events] == [("65f.1:1", "read"), ("65f.1:1.2", "delete")]


def test_errors_amend_what_was_told_before(tmp_path: Path) -> None:
    """A refused statement is denied, a cancelled one a failure, and neither is counted twice."""
    lines = [
        a_line(f"statement: {READ}", 1),
        a_line("permission denied", 2, severity="ERROR", state="42501", query=READ),
        a_line("permission denied", 3, severity="ERROR", state="42501", query=READ, session="65f.9"),
        a_line(f"statement: {READ}", 4),
        a_line("canceling statement", 5, severity="ERROR", state="57014", query=READ),
        a_line("syntax error", 6, severity="ERROR", state="42601", query="selec"),
    ]
    batch = read(tmp_path, *lines)
    assert [event.outcome for event in batch.events] == ["denied", "denied", "failure"]
    assert (batch.quarantined, batch.ignored) == ([], 3)


def test_logins_and_chatter(tmp_path: Path) -> None:
    """Sessions that begin or are refused are events; what the server says to itself is counted as ignored."""
    lines = [
        a_line("connection received: host=192.0.2.7 port=50000", 1, user=""),
        a_line("connection authorized: user=dana database=crm", 2, tag="authentication"),
        a_line("password authentication failed", 1, tag="authentication", severity="FATAL", state="28P01"),
        a_line("too many connections", 1, tag="startup", severity="FATAL", state="53300"),
        a_line("checkpoint starting: time", 9, user=""),
        a_line("statement: set search_path = crm", 10),
    ]
    batch = read(tmp_path, *lines)
    assert [(event.action, event.dataset, event.outcome) for event in batch.events] == [
        ("login", "crm", "success"),
        ("login", "crm", "denied"),
        ("login", "crm", "failure"),
    ]
    assert batch.ignored == 3


def test_what_cannot_be_read_is_quarantined(tmp_path: Path) -> None:
    """Too few cells, a statement that is not understood, a time that cannot be placed."""
    lines = [
        a_line(f"statement: {READ}")[:7],
        a_line("statement: do $$ begin end $$"),
        a_line(f"statement: {READ}", time="2026-03-01 09:30:00 CEST"),
        a_line("AUDIT: SESSION,1"),
    ]
    batch = read(tmp_path, *lines)
    assert [(entry.line, entry.reason) for entry in batch.quarantined] == [
        (1, "the row has 7 cells, a PostgreSQL log 23, 24 or 26"),
        (2, "statement not understood"),
        (3, "time has no zone"),
        (4, "the pgaudit line is not whole"),
    ]


def test_an_identifier_in_a_statement_is_a_token(tmp_path: Path) -> None:
    """A customer who is known by an address is joined on its token."""
    sql = "select * from customer where login = 'ada@example.com'"
    (event,) = read(tmp_path, a_line(f"statement: {sql}"), subjects={"login": "customer"}).events
    assert event.subject == f"customer:{TOKENS.token('ada@example.com')}"


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(["statement: ", "execute s: ", "AUDIT: ", READ, "1,2", "'", ";", '"', "\n"]), max_size=6)
)
def test_any_message_is_accounted_for(tmp_path_factory: pytest.TempPathFactory, parts: list[str]) -> None:
    """Every line is an event, quarantined or ignored."""
    batch = read(tmp_path_factory.mktemp("any"), a_line("".join(parts), 1), a_line(f"statement: {READ}", 2))
    operations = {event.event_id.split(".2")[0] for event in batch.events}
    assert len(operations) + len(batch.quarantined) + batch.ignored == batch.position.line == 2
