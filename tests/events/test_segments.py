"""Do segments hold each touch once, in an order and in bytes that depend on nothing but the touches?"""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custodes.errors import LedgerBroken
from custodes.events import segments
from custodes.records import AccessEvent
from custodes.records.schema import SEALED_SCHEMA, events_table
from tests.records.test_canonical import an_event

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def sealed(table: pa.Table) -> pa.Table:
    return table.append_column("leaf", pa.array(range(table.num_rows), pa.int64()))


def saved(folder: Path, table: pa.Table, name: str = "a.parquet") -> Path:
    path = folder / "day=2026-03-01" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(segments.write(sealed(table)))
    return path


def some_events() -> list[AccessEvent]:
    return [
        an_event(
            event_id=f"r{number}", time=NOON + timedelta(hours=number % 30), subject=subject, fields=("email", "é")
        )
        for number in range(50)
        for subject in (f"customer:c{number % 7}", None)
    ]


def test_days_are_utc_and_sorted_by_subject_then_time() -> None:
    """Each event is in the segment of its day, where a subject's rows lie together."""
    days = segments.segments(some_events())
    assert list(days) == [date(2026, 3, 1), date(2026, 3, 2)]
    assert sum(table.num_rows for table in days.values()) == 100
    for day, table in days.items():
        rows = [(row["subject"] or "~", row["time"]) for row in table.to_pylist()]
        assert rows == sorted(rows)
        assert {time.date() for _, time in rows} == {day}


@settings(max_examples=20, deadline=None)
@given(st.permutations(some_events()))
def test_order_changes_no_byte(shuffled: list[AccessEvent]) -> None:
    """The same touches in another order are the same file."""
    (first, *_), (again, *_) = (list(segments.segments(events).values()) for events in (some_events(), shuffled))
    assert segments.write(sealed(first)) == segments.write(sealed(again))


def test_a_segment_comes_back_as_it_was_written(tmp_path: Path) -> None:
    """Schema, rows and statistics survive, also under a folder named like a column."""
    (table, *_) = segments.segments(some_events()).values()
    path = saved(tmp_path, table)
    assert segments.read(path).equals(sealed(table).cast(SEALED_SCHEMA))
    column = pq.ParquetFile(path).metadata.row_group(0).column(SEALED_SCHEMA.get_field_index("subject"))
    assert (column.compression, column.statistics.min) == ("ZSTD", "customer:c0")


def test_a_damaged_segment_is_named(tmp_path: Path) -> None:
    """Reading a broken file is an error that says which one."""
    path = tmp_path / "broken.parquet"
    path.write_bytes(b"PAR1 no")
    with pytest.raises(LedgerBroken, match="broken"):
        segments.read(path)
    with pytest.raises(LedgerBroken):
        segments.known(events_table(some_events()), [path])


def test_the_same_touch_is_kept_once() -> None:
    """Repeats within one batch are dropped; another dataset, subject, object or log is another touch."""
    events = [an_event(), an_event(), an_event(subject=None), an_event(subject=None), an_event(object="o")]
    events += [an_event(dataset="x"), an_event(source="y"), an_event(event_id="z")]
    (table,) = segments.segments(events).values()
    assert table.num_rows == 6


def test_overlapping_exports_add_nothing_twice(tmp_path: Path) -> None:
    """Rows that a sealed segment holds are removed, the others stay in order."""
    before = some_events()
    paths = [saved(tmp_path, table, f"{day}.parquet") for day, table in segments.segments(before).items()]
    fresh = [an_event(event_id=f"n{number}", time=NOON) for number in range(3)]
    table = events_table([fresh[0], *before, *fresh[1:]])
    assert segments.known(table, paths).column("event_id").to_pylist() == ["n0", "n1", "n2"]
    assert segments.known(table, []) is table
    assert segments.known(events_table(before), paths).num_rows == 0


def test_no_events_are_no_segments() -> None:
    """Nothing in, nothing out."""
    assert segments.segments([]) == {}
