"""Does a question about a day see the context of that day?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest

from custodes.engine.duckdb import DuckEngine
from custodes.records.schema import CONTEXT_SCHEMAS

START = datetime(2026, 3, 1, tzinfo=UTC)


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def a_table(kind: str, *rows: dict[str, object]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=CONTEXT_SCHEMAS[kind])


def cases(*snapshots: tuple[float, list[dict[str, object]]]) -> list[dict[str, object]]:
    """Every state of the cases in these snapshots, as detections see them."""
    dated = [(day(number), a_table("cases", *rows)) for number, rows in snapshots]
    with DuckEngine([], {"cases": dated}) as engine:
        rows: list[dict[str, object]] = engine.ask(
            "select assignee, opened, closed from cases order by opened, assignee"
        ).to_pylist()
    return rows


def a_case(assignee: str = "staff:a", opened: float = 1.0, closed: float | None = None) -> dict[str, object]:
    ends = None if closed is None else day(closed)
    return {"id": "t1", "subject": "customer:c", "assignee": assignee, "opened": day(opened), "closed": ends}


def row(assignee: str, opened: float, closed: float | None) -> dict[str, object]:
    return {"assignee": assignee, "opened": day(opened), "closed": None if closed is None else day(closed)}


def test_people_are_those_of_the_day_that_is_asked_for() -> None:
    """Before the first snapshot, those of the first; whoever is gone from a later one is gone from then on."""
    told = [(3, "support"), (5, "support"), (7, "legal"), (9, None)]
    others: dict[str, object] = {"id": "staff:b"}
    dated = [
        (day(at), a_table("people", {"id": "staff:a", "role": role}, others) if role else a_table("people", others))
        for at, role in told
    ]
    with DuckEngine([], {"people": dated}) as engine:
        query = "select role from people where id = 'staff:a'"
        for at, roles in ((1, ["support"]), (4, ["support"]), (7, ["legal"]), (8, ["legal"]), (9, [])):
            assert engine.ask(query, until=day(at)).column("role").to_pylist() == roles, at
        assert engine.ask("select id from people").column("id").to_pylist() == ["staff:b"]
        assert engine.ask("select * from people").schema.names == CONTEXT_SCHEMAS["people"].names


def test_a_case_that_closed_is_one_case() -> None:
    """That a later snapshot says when it was closed makes no second state of it."""
    assert cases((2, [a_case()]), (4, [a_case()]), (6, [a_case(closed=5)])) == [row("staff:a", 1, 5)]


def test_who_takes_a_case_over_has_it_from_then_on() -> None:
    """From a day before the last snapshot that had it otherwise; the one before has it no longer than that."""
    assert cases((2, [a_case()]), (6, [a_case("staff:b")]), (9, [a_case("staff:b")])) == [
        row("staff:a", 1, 6),
        row("staff:b", 1, None),
    ]
    assert cases((2, [a_case()]), (4, [a_case()]), (6, [a_case("staff:b")])) == [
        row("staff:a", 1, 6),
        row("staff:b", 3, None),
    ]


def test_a_case_made_up_afterwards_explains_nothing_before() -> None:
    """It says that it was opened on the first day; snapshots of days four and six have not heard of it."""
    assert cases((4, []), (6, []), (8, [a_case()])) == [row("staff:a", 5, None)]


def test_a_case_that_is_gone_explained_what_it_explained() -> None:
    """An export of open cases alone forgets those that were closed."""
    assert cases((4, [a_case()]), (6, [])) == [row("staff:a", 1, 6)]
    assert cases((4, [a_case(closed=3)]), (6, [])) == [row("staff:a", 1, 3)]


@pytest.mark.parametrize("kind", list(CONTEXT_SCHEMAS))
def test_one_snapshot_is_seen_as_it_is(kind: str) -> None:
    """Dated or not, on any day after what it says."""
    key = CONTEXT_SCHEMAS[kind].names[0]
    table = a_table(kind, {key: "x"}, {key: "y"})
    for given in (table, [(day(3), table)]):
        with DuckEngine([], {kind: given}) as engine:
            for until in (day(1), day(9)):
                found = engine.ask(f"select * from {kind} order by all", until=until)
                assert found.to_pylist() == table.to_pylist()
