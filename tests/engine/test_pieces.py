"""Is what explains a touch the same in however many pieces it is worked out, and is its cost bounded?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from duckdb import InterruptException
from hypothesis import given
from hypothesis import strategies as st

from custodes.engine import duckdb as engines
from custodes.engine.duckdb import DuckEngine
from custodes.engine.interface import QuestionFailed
from custodes.records.schema import CONTEXT_SCHEMAS, SEALED_SCHEMA

START = datetime(2026, 3, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)


def sealed(count: int, every: timedelta, first_leaf: int = 0, step: int = 1) -> pa.Table:
    """Touches by three people of seven customers, one after the other."""
    numbers = pa.array(range(count), pa.int64())
    micros = [int((START + number * every).timestamp() * 1_000_000) for number in range(count)]
    time = pa.array(micros, pa.timestamp("us", "UTC"))

    def named(prefix: str, modulus: int) -> pa.Array:
        rest = pc.subtract(numbers, pc.multiply(pc.divide(numbers, modulus), modulus))
        return pc.binary_join_element_wise(prefix, rest.cast(pa.string()), "")

    def same(word: str) -> pa.Array:
        return pa.repeat(word, count)

    columns: Mapping[str, pa.Array] = {
        "event_id": named("e", count), "time": time, "recorded": time, "actor": named("staff:a", 3),
        "action": same("read"), "dataset": same("shop.main.customers"), "subject": named("customer:", 7),
        "fields": pa.array([[]] * count, pa.list_(pa.string())), "records": pa.array([1] * count, pa.int64()),
        "outcome": same("success"), "source": same("app"),
        "leaf": pc.add(pc.multiply(numbers, step), first_leaf),
    }  # fmt: skip
    arrays = [
        columns[field.name].cast(field.type) if field.name in columns else pa.nulls(count, field.type)
        for field in SEALED_SCHEMA
    ]
    return pa.Table.from_arrays(arrays, schema=SEALED_SCHEMA)


def cases(count: int) -> pa.Table:
    """A case every five hours, open for two days."""
    rows = [
        {"id": f"t{number}", "subject": f"customer:{number % 7}", "assignee": f"staff:a{number % 4}",
         "opened": START + 5 * number * HOUR, "closed": START + (5 * number + 48) * HOUR}
        for number in range(count)
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=CONTEXT_SCHEMAS["cases"])


def answer(
    segments: pa.Table | list[Path],
    context: Mapping[str, pa.Table],
    *,
    resident_rows: int = 1_000_000,
    scratch: Path | None = None,
) -> pa.Table:
    with DuckEngine(segments, context, resident_rows=resident_rows, scratch=scratch) as engine:
        return engine.ask("select leaf, day, explained, tie, related, kind, grp from touch order by leaf")


@pytest.mark.parametrize("rows", [1, 50, 10_000])
def test_in_however_many_pieces(rows: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A case that spans two pieces explains in both; held in memory, read from files, or written to a table."""
    events, known = sealed(600, HOUR), {"cases": cases(120)}
    whole = answer(events, known)
    assert 0 < sum(whole["explained"].to_pylist()) < 600
    monkeypatch.setattr(engines, "PIECE_ROWS", rows)
    monkeypatch.setattr(engines, "_LEAVES_AT_ONCE", max(rows, 7))
    assert answer(events, known) == whole
    pq.write_table(events, tmp_path / "a.parquet")
    assert answer([tmp_path / "a.parquet"], known, resident_rows=1) == whole
    assert answer([tmp_path / "a.parquet"], known, resident_rows=1, scratch=tmp_path) == whole


@pytest.mark.parametrize(("first", "step"), [(0, 1), (65_530, 1), (3 << 40, 70_001)])
def test_leaves_wherever_they_lie(first: int, step: int) -> None:
    """In one part of the ledger, over the edge of two, or far apart: each touch has its own answer."""
    known = {"cases": cases(120)}
    near, far = answer(sealed(600, HOUR), known), answer(sealed(600, HOUR, first, step), known)
    assert near.drop_columns(["leaf"]) == far.drop_columns(["leaf"])


def test_many_touches_by_one_actor_in_little_memory(tmp_path: Path) -> None:
    """A job of its own that touches all day does not need more memory than it may have."""
    one = sealed(300_000, timedelta(milliseconds=250))
    one = one.set_column(3, SEALED_SCHEMA.field("actor"), pa.repeat("service:mailing", len(one)))
    for place in range(2):
        leaves = pa.array(range(place * len(one), (place + 1) * len(one)), pa.int64())
        part = one.set_column(one.num_columns - 1, SEALED_SCHEMA.field("leaf"), leaves)
        pq.write_table(part, tmp_path / f"{place}.parquet", row_group_size=20_000)
    with DuckEngine(
        sorted(tmp_path.glob("*.parquet")), {"cases": cases(50)}, memory_limit="150MB", temp=tmp_path, resident_rows=1
    ) as engine:
        (row,) = engine.ask(
            "select actor, kind, count(*) as n, count(distinct subject) as s from touch group by all"
        ).to_pylist()
    assert (row["kind"], row["n"], row["s"]) == ("service", 600_000, 7)


def test_what_cannot_be_worked_out_is_tried_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every question about touches is told at once that it has no answer; those about events have theirs."""
    with DuckEngine(sealed(20, HOUR), {"cases": cases(5)}) as engine:
        tried: list[int] = []

        def slow(_: object) -> None:
            tried.append(1)
            raise InterruptException("interrupted")

        monkeypatch.setattr(engine, "_put_together", slow)
        for _ in range(3):
            with pytest.raises(QuestionFailed, match="no answer within"):
                engine.ask("select count(*) from touch")
        assert len(tried) == 1
        assert engine.ask("select count(*) as n from event").to_pylist() == [{"n": 20}]


def test_whoever_is_not_in_the_register_or_twice() -> None:
    """An actor whom nobody knows is like others of its kind; two rows about one, two managers, are one person."""
    people = [
        {"id": "staff:a1", "team": "desk", "role": "support", "manager": "staff:m1"},
        {"id": "staff:a1", "team": "desk", "role": "support", "manager": "staff:m2"},
    ]
    context = {"people": pa.Table.from_pylist(people, schema=CONTEXT_SCHEMAS["people"])}
    told = answer(sealed(30, HOUR), context)
    assert told.num_rows == 30
    assert told["grp"].to_pylist()[:3] == ["staff", "desk/support", "staff"]


@given(st.lists(st.datetimes(datetime(1970, 1, 1), datetime(9000, 1, 1)), min_size=1, max_size=50))  # noqa: DTZ001 - UTC
def test_days_and_hours_by_division(moments: list[datetime]) -> None:
    """As the calendar has them, in UTC."""
    import duckdb

    from custodes.engine.derived import MACROS

    table = pa.table({"time": pa.array([moment.replace(tzinfo=UTC) for moment in moments], pa.timestamp("us", "UTC"))})
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        for macro in MACROS:
            connection.execute(macro)
        connection.register("moments", table)
        wrong = " or ".join(f"utc_{part}(time) <> date_trunc('{part}', time)" for part in ("hour", "day"))
        assert connection.sql(f"select time from moments where {wrong}").fetchall() == []
