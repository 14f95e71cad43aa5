"""Does the view `touch` know which case explains what, and only what was known by then?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from custodes.engine.duckdb import DuckEngine
from custodes.records.schema import CONTEXT_SCHEMAS, SEALED_SCHEMA

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)  # a Monday
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
Row = Mapping[str, object]


def touches(*rows: Row) -> pa.Table:
    """Touches of customer:1 by staff:a at noon, but for what each row says."""
    usual: dict[str, object] = {
        "actor": "staff:a", "action": "read", "dataset": "shop.main.customers", "subject": "customer:1", "fields": [],
        "records": 1, "outcome": "success", "source": "app", "time": NOON,
    }  # fmt: skip
    full = [{**usual, "event_id": f"e{leaf}", "leaf": leaf, **row} for leaf, row in enumerate(rows)]
    for row in full:
        row.setdefault("recorded", row["time"])
    plain = [
        pa.field(field.name, pa.string() if pa.types.is_dictionary(field.type) else field.type)
        for field in SEALED_SCHEMA
    ]
    return pa.Table.from_pylist(full, schema=pa.schema(plain)).cast(SEALED_SCHEMA)


def case(**row: object) -> Row:
    """A case that was opened two hours before noon and is open still."""
    return {"id": "t1", "opened": NOON - 2 * HOUR, **row}


@contextmanager
def over(events: pa.Table, *cases: Row, people: tuple[Row, ...] = (), **more: object) -> Iterator[DuckEngine]:
    context = {
        "cases": pa.Table.from_pylist(list(cases), schema=CONTEXT_SCHEMAS["cases"]),
        "people": pa.Table.from_pylist(list(people), schema=CONTEXT_SCHEMAS["people"]),
    }
    with DuckEngine(events, context, **more) as engine:  # type: ignore[arg-type]  # a test's own words
        yield engine


def ties(engine: DuckEngine, until: datetime | None = None) -> list[str | None]:
    """How each touch is tied, in their order; `explained` says the same."""
    rows = engine.ask("select explained, tie from touch order by leaf", until=until).to_pylist()
    assert [row["explained"] for row in rows] == [row["tie"] is not None for row in rows]
    return [row["tie"] for row in rows]


@pytest.mark.parametrize(
    ("touch", "work", "tie"),
    [
        pytest.param({}, {"subject": "customer:1", "assignee": "staff:a"}, "assigned", id="assigned"),
        pytest.param({}, {"subject": "customer:2", "assignee": "staff:a"}, None, id="about another customer"),
        pytest.param({}, {"subject": "customer:1", "assignee": "staff:b"}, None, id="a colleague's, not named"),
        pytest.param({"case": "t1"}, {"subject": "customer:1", "assignee": "staff:b"}, "named", id="named"),
        pytest.param({"case": "t1"}, {"subject": "customer:1"}, "named", id="named, held by nobody"),
        pytest.param({"case": "t1"}, {"subject": "customer:2", "assignee": "staff:a"}, None, id="named, of another"),
        pytest.param({"case": "t9"}, {"subject": "customer:1", "assignee": "staff:b"}, None, id="no such case"),
        pytest.param({"case": "t1"}, {"assignee": "staff:a"}, "record", id="one's own change record"),
        pytest.param({"case": "t1"}, {}, "record", id="a change record of nobody in particular"),
        pytest.param({"case": "t1"}, {"assignee": "staff:b"}, None, id="a colleague's change record"),
        pytest.param({}, {"assignee": "staff:a"}, None, id="a change record that is not named"),
        pytest.param(
            {"subject": None, "party": "party:1"}, {"party": "party:1", "assignee": "staff:a"}, "party", id="a party"
        ),
        pytest.param(
            {"party": "party:1"}, {"party": "party:1", "assignee": "staff:a"}, "party", id="a customer of the party"
        ),
        pytest.param(
            {"party": "party:1"},
            {"party": "party:1", "subject": "customer:2", "assignee": "staff:a"},
            None,
            id="a case about a party and another customer",
        ),
        pytest.param(
            {"party": "party:2"}, {"party": "party:1", "assignee": "staff:a"}, None, id="a case about another party"
        ),
        pytest.param({"subject": None}, {"subject": "customer:1", "assignee": "staff:a"}, None, id="nobody's data"),
        pytest.param({}, {"subject": "customer:1", "assignee": "staff:a", "opened": None}, None, id="never opened"),
    ],
)
def test_each_tie(touch: Row, work: Row, tie: str | None) -> None:
    """A case explains what its holder, or whoever names it, does to whom it is about, and nothing else."""
    with over(touches(touch), case(**work)) as engine:
        assert ties(engine) == [tie]


@pytest.mark.parametrize(
    ("opened", "closed", "explained"),
    [
        (4 * HOUR, None, True),  # written down afterwards, just in time
        (4 * HOUR + timedelta(seconds=1), None, False),
        (-3 * DAY, -DAY, True),  # its last notes
        (-3 * DAY, -DAY - timedelta(seconds=1), False),
        (-300 * DAY, None, True),
        (2 * HOUR, -2 * HOUR, True),  # closed before it was opened: both are near enough
    ],
)
def test_a_case_explains_for_a_time(opened: timedelta, closed: timedelta | None, explained: bool) -> None:
    """From four hours before it was written down until a day after it was closed."""
    work = case(
        subject="customer:1",
        assignee="staff:a",
        opened=NOON + opened,
        closed=None if closed is None else NOON + closed,
    )
    with over(touches({}), work) as engine:
        assert ties(engine) == ["assigned" if explained else None]


def test_a_touch_is_told_when_its_day_is_over() -> None:
    """Before that, a case that explains it may still be missing; from then on the answer stands."""
    late = case(subject="customer:1", assignee="staff:a", opened=NOON + 4 * HOUR)
    midnight = NOON.replace(hour=0) + DAY
    with over(touches({}, {"time": NOON.replace(hour=21)}), late) as engine:
        assert ties(engine, NOON + HOUR) == []
        assert ties(engine, midnight - timedelta(seconds=1)) == []
        assert ties(engine, midnight) == ["assigned"]
        assert ties(engine, midnight + DAY) == ["assigned", "assigned"]
        assert ties(engine) == ["assigned", "assigned"]


def test_of_several_ties_the_closest_is_told() -> None:
    """One's own case is told before one that somebody else holds."""
    named = case(id="t1", subject="customer:1", assignee="staff:b")
    own = case(id="t2", subject="customer:1", assignee="staff:a")
    with over(touches({"case": "t1"}), named, own) as engine:
        assert ties(engine) == ["assigned"]


def test_the_day_ends_when_its_late_cases_are_written() -> None:
    """What happens from 20:00 UTC on is judged with the next day, by whose end every case that explains is known."""
    evening = NOON.replace(hour=20)
    with over(touches({"time": evening - timedelta(seconds=1)}, {"time": evening})) as engine:
        days = engine.ask("select day from touch order by leaf").column("day").to_pylist()
    assert days == [NOON.replace(hour=0), NOON.replace(hour=0) + DAY]


@pytest.mark.parametrize(
    ("opened", "closed", "related"),
    [
        (-WEEK, -WEEK, True),
        (-2 * WEEK, -2 * WEEK, True),
        (-4 * WEEK, -4 * WEEK, False),
        (-5 * WEEK, -WEEK, True),  # worked on until lately
        (-4 * WEEK, None, False),  # left open and forgotten
        (3 * HOUR, None, True),
        (5 * HOUR, None, False),
    ],
)
def test_a_colleagues_case_makes_a_look_no_surprise_for_weeks(
    opened: timedelta, closed: timedelta | None, related: bool
) -> None:
    """Somebody had a case about this customer in the weeks before: it ties nobody else, and is told."""
    work = case(
        subject="customer:1",
        assignee="staff:b",
        opened=NOON + opened,
        closed=None if closed is None else NOON + closed,
    )
    with over(touches({}, {"subject": "customer:2"}), work) as engine:
        rows = engine.ask("select explained, related from touch order by leaf").to_pylist()
        assert rows == [{"explained": False, "related": related}, {"explained": False, "related": False}]


def test_whom_an_actor_is_like() -> None:
    """Team and role where the owner tells them, else the kind of actor; two entries of one person are one touch."""
    people: tuple[Row, ...] = (
        {"id": "staff:a", "team": "support", "role": "agent"},
        {"id": "staff:a", "team": "support", "role": "agent", "manager": "staff:z"},
        {"id": "staff:b", "team": "fraud"},
        {"id": "staff:c"},
    )
    actors = ["staff:a", "staff:b", "staff:c", "key:k1", "anonymous"]
    with over(touches(*({"actor": actor} for actor in actors)), people=people) as engine:
        rows = engine.ask("select kind, grp from touch order by leaf").to_pylist()
    assert [(row["kind"], row["grp"]) for row in rows] == [
        ("staff", "support/agent"),
        ("staff", "fraud"),
        ("staff", "staff"),
        ("key", "key"),
        ("anonymous", "anonymous"),
    ]


def test_who_is_alone_in_a_team_is_like_those_of_the_role_elsewhere() -> None:
    """Six teams of five agents and a leader each: agents are like their team, leaders like each other."""
    people: tuple[Row, ...] = tuple(
        {"id": f"staff:{team}{number}", "team": f"desk-{team}", "role": "leader" if number == 0 else "agent"}
        for team in "abcdef"
        for number in range(6)
    )
    with over(touches({"actor": "staff:a0"}, {"actor": "staff:a1"}), people=people) as engine:
        assert engine.ask("select grp from touch order by leaf").column("grp").to_pylist() == ["leader", "desk-a/agent"]


@pytest.mark.parametrize(
    ("explains", "told"),
    [
        (None, ["assigned", "assigned"]),
        ({"call": ["read"]}, ["assigned", None]),
        ({"call": []}, [None, None]),
        ({"audit": ["read"]}, ["assigned", "assigned"]),  # a kind that is not named explains any
    ],
)
def test_a_kind_of_case_explains_what_the_owner_says(
    explains: Mapping[str, list[str]] | None, told: list[str | None]
) -> None:
    """A call explains a look and no change of the address, where the owner says so, and nothing without actions.

    A kind that is not named explains any.
    """
    work = case(kind="call", subject="customer:1", assignee="staff:a")
    with over(touches({}, {"action": "update"}), work, explains=explains) as engine:
        assert ties(engine) == told


def test_a_case_without_a_kind_explains_any() -> None:
    """What has no kind is not named."""
    work = case(subject="customer:1", assignee="staff:a")
    with over(touches({}), work, explains={"call": []}) as engine:
        assert ties(engine) == ["assigned"]


@pytest.mark.parametrize(
    "sql",
    [
        "with touch as (select leaf from event) select count(*) as n from touch",
        "with near as (select leaf from event), touch as (select * from near) select count(*) as n from touch",
        "with Touch as (select leaf from touch) select count(*) as n from touch",
        "select count(*) as n from TOUCH",
    ],
)
def test_older_questions_may_call_their_own_tables_so(sql: str) -> None:
    """The names were free before the view was there, and a question of that time is still answered."""
    with over(touches({}, {})) as engine:
        assert engine.ask(sql).to_pylist() == [{"n": 2}]


@pytest.mark.parametrize("name", ["derived_work", "derived_span", "derived_touch", "derived_explaining"])
def test_what_lies_behind_the_view_is_not_asked(name: str) -> None:
    """Only the view hides what came later."""
    from custodes.engine.interface import QuestionFailed

    with over(touches({})) as engine:
        for sql in (f"select * from {name}", f"with {name} as (select 1 as a) select * from {name}"):
            with pytest.raises(QuestionFailed, match=r"not one of the views|is taken"):
                engine.ask(sql)


def test_held_in_memory_or_not_the_answer_is_the_same(tmp_path: Path) -> None:
    """Every column, for every day: of a table, resident, read from files each time, or written once."""
    rows: list[Row] = []
    cases: list[Row] = []
    for number in range(300):
        moment = NOON + number * timedelta(hours=1, minutes=7)
        rows.append({"subject": f"customer:{number % 23}", "actor": f"staff:{'abc'[number % 3]}", "time": moment,
                     "party": f"party:{number % 5}", "case": None if number % 2 else f"t{number % 23}"})  # fmt: skip
    for number in range(40):
        opened = NOON + number * timedelta(hours=8)
        cases.append({"id": f"t{number}", "subject": f"customer:{number % 23}" if number % 7 else None,
                      "assignee": f"staff:{'abcd'[number % 4]}" if number % 5 else None, "opened": opened,
                      "party": f"party:{number % 5}" if number % 14 == 0 else None,
                      "closed": opened + DAY if number % 3 else None})  # fmt: skip
    events = touches(*rows)
    files = [tmp_path / f"{name}.parquet" for name in "ab"]
    pq.write_table(events.slice(0, 150), files[0])
    pq.write_table(events.slice(150), files[1])
    answers = []
    for segments, resident, scratch in (
        (events, 0, None),
        (files, 1_000, None),
        (files, 0, None),
        (files, 0, tmp_path),
    ):
        with over(segments, *cases, resident_rows=resident, scratch=scratch) as engine:
            answers.append([
                engine.ask("select * from touch order by leaf", until=NOON + day * DAY).to_pylist() for day in range(16)
            ])  # fmt: skip
    assert answers[0] == answers[1] == answers[2] == answers[3]
    last = answers[0][-1]
    assert {row["tie"] for row in last} == {None, "assigned", "named", "record", "party"}
    assert {row["related"] for row in last} == {True, False}
