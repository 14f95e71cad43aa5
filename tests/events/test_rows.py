"""Are events made of columns those that are made row by row?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custodes.events.rows import events_of, values
from custodes.records import EVENT_COLUMNS, AccessEvent
from custodes.records.schema import EVENT_SCHEMA, events_table

TEXT = st.text(max_size=5)
TIME = st.datetimes(timezones=st.just(UTC))
EVENT = st.builds(
    AccessEvent,
    event_id=TEXT,
    time=TIME,
    recorded=TIME,
    actor=TEXT,
    behalf=st.none() | TEXT,
    action=st.sampled_from(["read", "update"]),
    dataset=TEXT,
    subject=st.none() | TEXT,
    fields=st.lists(TEXT, max_size=3).map(tuple),
    records=st.integers(1, 2**62),
    outcome=st.sampled_from(["success", "denied"]),
    source=TEXT,
)


@given(st.lists(EVENT, max_size=6), st.integers(0, 6))
def test_they_are_those_that_were_sealed(events: list[AccessEvent], cut: int) -> None:
    """Whatever is in them, and however the rows lie in chunks."""
    table = events_table(events)
    rows = pa.concat_tables([table.slice(0, cut), table.slice(cut)]) if events else EVENT_SCHEMA.empty_table()
    assert events_of(rows) == events
    assert events_of(rows) == [
        AccessEvent(**{**{name: row[name] for name in EVENT_COLUMNS}, "fields": tuple(row["fields"])})
        for row in rows.to_pylist()
    ]


ENDS = [
    datetime(1, 1, 1, tzinfo=UTC),
    datetime(1969, 12, 31, 23, 59, 59, 999_999, UTC),
    datetime(9999, 12, 31, 23, 59, 59, 999_999, UTC),
]


@pytest.mark.parametrize("moment", ENDS)
def test_the_ends_of_time_are_told(moment: datetime) -> None:
    """Programs that know no time write its first or its last moment."""
    column = pa.chunked_array([[moment]], pa.timestamp("us", tz="UTC"))
    assert values(column) == [moment]
    assert values(column)[0].utcoffset() == timedelta(0)
