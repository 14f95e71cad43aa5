"""Which bytes are hashed for an event? These never change."""

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custodes.records import EVENT_COLUMNS, AccessEvent, Receipt, Tokeniser
from custodes.records.canonical import LEAF_LIMIT, event_bytes, read_event, receipt_bytes
from custodes.records.schema import EVENT_SCHEMA, events_table


def an_event(**changes: object) -> AccessEvent:
    values: dict[str, object] = {
        "event_id": "r1",
        "time": datetime(2026, 3, 1, 9, 30, 0, 123457, tzinfo=UTC),
        "recorded": datetime(2026, 3, 1, 9, 31, tzinfo=UTC),
        "actor": "staff:e1",
        "behalf": None,
        "action": "read",
        "dataset": "shop.main.customers",
        "object": None,
        "subject": "customer:c1",
        "party": None,
        "fields": ("email",),
        "records": 1,
        "tool": "support-desk",
        "client": None,
        "address": None,
        "agent": None,
        "case": "t1",
        "outcome": "success",
        "source": "app",
    }
    return AccessEvent(**(values | changes))  # type: ignore[arg-type]  # a builder for tests: any column by name


def test_an_event_has_one_documented_form() -> None:
    """The first bytes are those the table in the module describes."""
    data = event_bytes(an_event())
    assert data[:8] == b"\x01\x01\x00\x00\x00\x02r1"
    assert int.from_bytes(data[8:16], "big", signed=True) % 1_000_000 == 123457


def test_absent_and_empty_differ() -> None:
    """No case and an empty case are different claims, so they are different leaves."""
    assert event_bytes(an_event(case=None)) != event_bytes(an_event(case=""))


@given(st.text(max_size=40), st.text(max_size=40))
def test_two_events_never_share_a_form(first: str, second: str) -> None:
    """Moving a letter from one column to the next changes the bytes."""
    if (first, second) != (second, first):
        assert event_bytes(an_event(tool=first, client=second)) != event_bytes(an_event(tool=second, client=first))


def test_an_event_too_long_for_a_leaf_is_refused() -> None:
    """A leaf's length is a uint16; nothing is cut silently."""
    with pytest.raises(ValueError, match="does not fit"):
        event_bytes(an_event(agent="x" * LEAF_LIMIT))


@given(st.text(max_size=20), st.lists(st.text(max_size=5), max_size=4), st.integers(1, 2**40), st.datetimes())
def test_what_was_written_can_be_read_back(name: str, fields: list[str], records: int, moment: datetime) -> None:
    """A leaf says exactly what its event said."""
    event = an_event(actor=name, fields=tuple(fields), records=records, time=moment.replace(tzinfo=UTC))
    said = read_event(event_bytes(event))
    assert said == {column: getattr(event, column) for column in EVENT_COLUMNS}


@given(st.binary(max_size=60))
def test_bytes_that_are_no_event_are_refused(data: bytes) -> None:
    """Whatever stands in a leaf file: an answer or a ValueError, nothing else."""
    for leaf in (data, b"\x01" + data):
        with suppress(ValueError, OverflowError):
            read_event(leaf)


def test_receipts_are_canonical_json() -> None:
    """Key order does not change a receipt's leaf."""
    now = datetime(2026, 3, 1, tzinfo=UTC)
    one = Receipt("scan", now, "custodes", {"a": 1, "b": "x"})
    two = Receipt("scan", now, "custodes", {"b": "x", "a": 1})
    assert receipt_bytes(one) == receipt_bytes(two)


def test_events_become_one_arrow_table() -> None:
    """The Arrow table has exactly the agreed columns."""
    table = events_table([an_event(), an_event(subject=None, fields=())])
    assert table.schema == EVENT_SCHEMA
    assert table.column("subject").to_pylist() == ["customer:c1", None]


def test_tokens_join_but_do_not_tell() -> None:
    """The same identifier gives the same token in one workspace and another elsewhere."""
    here, there = Tokeniser(b"k" * 32), Tokeniser(b"l" * 32)
    assert here.token(" Someone@Example.com ") == here.token("someone@example.com")
    assert here.token("someone@example.com") != there.token("someone@example.com")
    assert here.token(here.token("x")) == here.token("x")
