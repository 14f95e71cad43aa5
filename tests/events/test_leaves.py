"""Does the quick way over columns give the bytes that the definition gives?"""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import get_args

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custodes.events.leaves import leaf_hashes, leaves
from custodes.records import AccessEvent, Action, Outcome
from custodes.records.canonical import LEAF_LIMIT, event_bytes
from custodes.records.schema import SEALED_SCHEMA, events_table
from tests.records.test_canonical import an_event

TEXTS = st.text(max_size=12)
ABSENT = st.none() | TEXTS
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOMENTS = st.timedeltas(timedelta(days=-700_000), timedelta(days=2_900_000)).map(EPOCH.__add__)
EVENTS = st.builds(
    AccessEvent,
    event_id=TEXTS,
    time=MOMENTS,
    recorded=MOMENTS,
    actor=TEXTS,
    behalf=ABSENT,
    action=st.sampled_from(get_args(Action)),
    dataset=TEXTS,
    object=ABSENT,
    subject=ABSENT,
    party=ABSENT,
    fields=st.lists(TEXTS, max_size=3).map(tuple),
    records=st.integers(1, 2**63 - 1),
    tool=ABSENT,
    client=ABSENT,
    address=ABSENT,
    agent=ABSENT,
    case=ABSENT,
    outcome=st.sampled_from(get_args(Outcome)),
    source=TEXTS,
)


@settings(max_examples=60, deadline=None)
@given(st.lists(EVENTS, max_size=6), st.data())
def test_a_tables_leaves_are_the_canonical_bytes_of_its_rows(events: list[AccessEvent], data: st.DataObject) -> None:
    """Whatever is absent, empty or no Latin letter, and wherever the table was cut or put together."""
    expected = [event_bytes(event) for event in events]
    table = events_table(events)
    cut = data.draw(st.integers(0, len(events)))
    assert list(leaves(table)) == expected
    assert leaf_hashes(table) == b"".join(hashlib.sha256(b"\x00" + leaf).digest() for leaf in expected)
    assert list(leaves(table.slice(cut))) == expected[cut:]
    assert list(leaves(pa.concat_tables([table.slice(cut), table.slice(0, cut)]))) == expected[cut:] + expected[:cut]


def test_the_index_in_the_ledger_is_no_part_of_the_leaf() -> None:
    """A sealed segment's own column of indexes changes nothing."""
    event = an_event()
    sealed = events_table([event]).append_column(SEALED_SCHEMA.field("leaf"), pa.array([7], pa.int64()))
    assert list(leaves(sealed)) == [event_bytes(event)]


def test_more_rows_than_are_encoded_at_once() -> None:
    """Every row has its leaf, in order, across the pieces in which they are made."""
    events = [an_event(event_id=str(number)) for number in range(20_000)]
    assert [leaf[6:11] for leaf in leaves(events_table(events))][::4_999] == [
        event_bytes(event)[6:11] for event in events
    ][::4_999]


@pytest.mark.parametrize("column", ["agent", "fields", "action"])
def test_a_row_too_long_for_a_leaf_is_refused(column: str) -> None:
    """Nothing is cut silently."""
    table = events_table([an_event()])
    place = table.schema.get_field_index(column)
    text = "x" * LEAF_LIMIT
    value = pa.array([[text]] if column == "fields" else [text]).cast(table.schema.field(column).type)
    long = table.set_column(place, table.schema.field(column), value)
    for way in (leaf_hashes, lambda rows: list(leaves(rows))):
        with pytest.raises(ValueError, match="does not fit"):
            way(long)


def test_a_table_of_many_bytes_is_taken_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pieces are cut until they are small enough, and none is lost."""
    events = [an_event(event_id=str(number)) for number in range(100)]
    monkeypatch.setattr("custodes.events.leaves._MOST_BYTES", 500)
    assert list(leaves(events_table(events))) == [event_bytes(event) for event in events]


def test_a_list_with_an_absent_item_is_refused() -> None:
    """The canonical form has no byte for it."""
    table = events_table([an_event()])
    place = table.schema.get_field_index("fields")
    value = pa.array([["email", None]], pa.list_(pa.string()))
    with pytest.raises(ValueError, match="absent"):
        list(leaves(table.set_column(place, table.schema.field("fields"), value)))
