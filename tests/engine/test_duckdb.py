"""Does the engine answer over the views, and only over the views?"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from custodes.engine.duckdb import ENGINE_FOLDER, DuckEngine
from custodes.engine.interface import Parameter, QuestionFailed
from custodes.errors import CouldNotRun
from custodes.records import AccessEvent
from custodes.records.schema import CONTEXT_SCHEMAS, SEALED_SCHEMA, events_table

START = datetime(2026, 3, 1, tzinfo=UTC)


def sealed(hours: range) -> pa.Table:
    """One read an hour, each of another customer; the leaf is the hour."""
    events = [
        AccessEvent(
            event_id=f"e{hour}",
            time=START + timedelta(hours=hour),
            recorded=START + timedelta(hours=hour),
            actor="staff:a",
            behalf=None,
            action="read",
            dataset="shop.main.customers",
            object=None,
            subject=f"customer:{hour}",
            party=None,
            fields=("email",),
            records=1,
            tool=None,
            client=None,
            address=None,
            agent=None,
            case=None,
            outcome="success",
            source="app",
        )
        for hour in hours
    ]
    leaves = pa.array(list(hours), pa.int64())
    return events_table(events).append_column(SEALED_SCHEMA.field("leaf"), leaves)


@pytest.fixture
def segments(tmp_path: Path) -> list[Path]:
    files = [tmp_path / "a.parquet", tmp_path / "it's b.parquet"]
    for file, hours in zip(files, (range(24), range(24, 48)), strict=True):
        pq.write_table(sealed(hours), file)
    return files


@pytest.fixture(params=["resident", "from files", "written once"])
def engine(request: pytest.FixtureRequest, segments: list[Path], tmp_path: Path) -> Iterator[DuckEngine]:
    rows = 1_000 if request.param == "resident" else 0
    scratch = tmp_path if request.param == "written once" else None
    with DuckEngine(segments, timeout=20, resident_rows=rows, scratch=scratch) as engine:
        yield engine
    assert not list(tmp_path.glob(f"{ENGINE_FOLDER}*"))


def test_events_are_seen_and_times_are_utc(engine: DuckEngine) -> None:
    """Every sealed row is in the view, with its leaf, and time carries UTC."""
    answer = engine.ask("select count(*) as n, max(leaf) as leaf, min(time) as first from event where action = 'read'")
    assert answer.to_pylist()[0]["n"] == 48
    assert answer.to_pylist()[0]["leaf"] == 47
    assert answer.schema.field("first").type == pa.timestamp("us", tz="UTC")


def test_questions_side_by_side_see_their_own_day(engine: DuckEngine) -> None:
    """Several threads may ask about different days; each answer is that of its day, and in UTC whoever answers it."""
    hours = [hour % 48 for hour in range(200)]
    count = "select count(*) as n, cast(max(time) as varchar) as last from event"

    def told(hour: int) -> tuple[int, str]:
        (row,) = engine.ask(count, until=START + timedelta(hours=hour)).to_pylist()
        return row["n"], row["last"]

    with ThreadPoolExecutor(4) as asking:
        answers = list(asking.map(told, hours))
    assert answers == [(hour + 1, f"{START + timedelta(hours=hour):%Y-%m-%d %H:%M:%S}+00") for hour in hours]


def test_until_hides_what_came_later(engine: DuckEngine) -> None:
    """A question about a past day sees nothing after it, and the next one sees all again."""
    count = "select count(*) as n from event"
    assert engine.ask(count, until=START + timedelta(hours=9)).to_pylist() == [{"n": 10}]
    assert engine.ask(count).to_pylist() == [{"n": 48}]


def test_parameters_have_names_and_kinds(engine: DuckEngine) -> None:
    """Texts, numbers, times and lists can be parameters; those a query does not use are no error."""
    values: dict[str, Parameter] = {
        "who": "staff:a",
        "floor": 3,
        "since": START,
        "leaves": [1, 2],
        "fields": ["email"],
        "unused": 1,
    }
    sql = (
        "select count(*) as n from event where actor = $who and leaf >= $floor - 2 and time > $since "
        "and list_contains($leaves, leaf) and list_has_any(fields, $fields)"
    )
    assert engine.ask(sql, values).to_pylist() == [{"n": 2}]
    with pytest.raises(QuestionFailed, match=r"the parameter \$\w+ has no value"):
        engine.ask(sql)


def test_views_without_rows_have_their_columns() -> None:
    """Before anything is configured every question binds and answers with nothing."""
    with DuckEngine([]) as engine:
        for name, schema in CONTEXT_SCHEMAS.items():
            assert engine.ask(f"select * from {name}").schema.names == schema.names
        assert engine.ask("select * from event").schema.names == SEALED_SCHEMA.names
        assert engine.ask("select category, sensitivity, vault from field").num_rows == 0


def test_context_of_a_past_day_knows_no_later_case() -> None:
    """A case opened later does not exist yet, and a closing made later has not happened."""
    cases = pa.Table.from_pylist(
        [
            {"id": "t1", "opened": START, "closed": START + timedelta(days=3)},
            {"id": "t2", "opened": START + timedelta(days=2), "closed": None},
        ],
        schema=CONTEXT_SCHEMAS["cases"],
    )
    with DuckEngine([], {"cases": cases}) as engine:
        then = engine.ask("select id, closed from cases", until=START + timedelta(days=1)).to_pylist()
        assert then == [{"id": "t1", "closed": None}]
        assert engine.ask("select id from cases where closed is not null").num_rows == 1


@pytest.mark.parametrize(
    "sql",
    [
        "select * from read_csv('{other}')",
        "select * from '{other}'",
        'with x as (select 1) select * from "{other}"',
        "select (select count(*) from read_text('{other}'))",
        "select * from glob('/*')",
        "copy (select 1) to '{folder}/out.csv'",
        "copy event to '{segment}'",
        "attach '{folder}/other.db'",
        "install httpfs",
        "load httpfs",
        "set memory_limit = '100GB'",
        "set enable_external_access = true",
        "set variable until = null",
        "reset all",
        "pragma database_list",
        "create table mine (a int)",
        "drop view event",
        "delete from sealed",
        "select * from sealed",
        "select * from all_cases",
        "select * from duckdb_settings()",
        "select * from information_schema.tables",
        "select * from main.event",
        "select * from query('select 1')",
        "select * from query_table('sealed')",
        "select current_setting('temp_directory')",
        "select getvariable('until')",
        "describe event",
        "summarize event",
        "explain select 1",
        "select 1; select 2",
        "select 1; drop view event",
        "",
        "selec 1",
        "select * from read_parquet('{segment}')",
        "select nothing from event",
        "from event pivot (count(*) for action in ('read'))",
        "call pragma_version()",
        "export database '{folder}'",
    ],
)
def test_only_questions_over_the_views(sql: str, engine: DuckEngine, segments: list[Path], tmp_path: Path) -> None:
    """No other file, statement, setting or catalogue can be reached, and the engine still answers afterwards."""
    other = tmp_path / "other.csv"
    other.write_text("a,b\n1,2\n")
    before = sorted(tmp_path.iterdir())
    with pytest.raises(QuestionFailed) as caught:
        engine.ask(sql.format(other=other, folder=tmp_path, segment=segments[0]))
    assert caught.value.reason
    assert caught.value.hint
    assert sorted(tmp_path.iterdir()) == before
    assert engine.ask("select count(*) as n from event").to_pylist() == [{"n": 48}]


def test_the_lock_holds_without_the_gate(engine: DuckEngine, tmp_path: Path) -> None:
    """Even SQL that slipped past the gate finds files, extensions and settings closed."""
    other = tmp_path / "other.csv"
    other.write_text("a,b\n1,2\n")
    for sql in (
        f"select * from read_csv('{other}')",
        f"copy (select 1) to '{tmp_path}/out.csv'",
        f"attach '{tmp_path}/other.db'",
        "install httpfs",
        "set enable_external_access = true",
        "set memory_limit = '100GB'",
        "set lock_configuration = false",
    ):
        asked = engine._free.get()
        engine._free.put(asked)
        for connection in (engine._connection, asked):
            with pytest.raises(Exception, match=r"(?i)permission|cannot change|disabled|locked"):
                connection.execute(sql)


def test_common_tables_and_unnest_are_welcome(engine: DuckEngine) -> None:
    """WITH, subqueries, joins, windows and unnest are part of the language."""
    sql = """
        with recursive n(i) as (select 1 union all select i + 1 from n where i < 3),
             touch as (select actor, unnest(fields) as field, row_number() over (order by time) as r from event)
        select field, count(*) as n from touch, (values (1)) v(x), range(2)
        where r <= (select max(i) from n) group by all;
    """
    assert engine.ask(sql).to_pylist() == [{"field": "email", "n": 6}]


@pytest.mark.parametrize(
    "sql",
    [
        "with x as (with sealed as (select 1 a) select * from sealed) select count(*) c from sealed",
        "with x as (with SQLITE_MASTER as (select 1 a) select 1) select * from sqlite_master",
        "with Sealed as (select 1 a) select * from sealed",
        "with all_cases as (select 1 a) select * from all_cases",
        "with Event as (select 1 a) select * from event",
        "with tables as (select 1 a) select * from tables",
        'with x as (with "{segment}" as (select 1 a) select 1) select * from "{segment}"',
        'with recursive "{segment}" as (select leaf from "{segment}" union all select 1) select * from "{segment}"',
        'with "{segment}" as (select * from "{segment}") select * from "{segment}"',
        'select (with "{segment}" as (select 1 a) select a from "{segment}"), leaf from "{segment}"',
        'with x as (select * from "{segment}"), "{segment}" as (select 1 a) select * from x',
    ],
)
def test_a_common_table_opens_nothing_else(sql: str, engine: DuckEngine, segments: list[Path]) -> None:
    """A name given to a common table counts only inside its scope, and cannot be that of a table or view there is."""
    with pytest.raises(QuestionFailed, match=r"not one of the views|is taken"):
        engine.ask(sql.format(segment=segments[0]))


@pytest.mark.parametrize(
    "sql",
    [
        "with a as (select 1 n), b as (select n + 1 as n from a) select n from A union all select n from b order by n",
        "with a as (select 1 n) select n from (from a union select 2) where n in (from a) or n = 2 order by n",
        "with recursive r(n) as (with a as (select 1 n) select n from a union select n + 1 from r where n < 2) from r",
        "with a as materialized (with b as (select unnest(range(1, 3)) n) select n from b) select n from a order by 1",
    ],
)
def test_common_tables_are_seen_in_their_scope(sql: str, engine: DuckEngine) -> None:
    """Earlier common tables, outer ones and a recursive one's own are all names a query may use."""
    assert [row["n"] for row in engine.ask(sql).to_pylist()] == [1, 2]


@pytest.mark.parametrize(
    "sql",
    [
        "select repeat('x', 3000000000)",
        "select Main.RePeat([1], 300000000)",
        "select ('x').lpad(300000000, 'y')",
        "select rpad('x', 300000000, 'y') from event",
        "select list_resize([1], 300000000)",
        "select array_resize([1], 300000000)",
        "select printf('%600000000d', 1)",
        "select format('{:>600000000}', 1)",
        "select bitstring('1', 600000000)",
        "select levenshtein(a.s, a.s) from (select string_agg('x', '') s from range(100000)) a",
        "select jaro_similarity(a.s, a.s) from (select string_agg('x', '') s from range(100000)) a",
        "select len(range(500000000))",
        "select * from unnest(generate_series(1, 500000000::bigint))",
    ],
)
def test_functions_that_no_deadline_can_stop_are_refused(sql: str, engine: DuckEngine) -> None:
    """A running scalar function does not hear the deadline, so those that one call can keep busy are not allowed."""
    with pytest.raises(QuestionFailed, match="is not allowed"):
        engine.ask(sql)


def test_a_slow_question_is_stopped(segments: list[Path]) -> None:
    """Time runs out, the reason says so, and the next question is answered."""
    with DuckEngine(segments, timeout=0.3) as engine:
        with pytest.raises(QuestionFailed, match=r"within 0\.3 seconds"):
            engine.ask("select sum(a.range * b.range * c.range) from range(100000) a, range(100000) b, range(1000) c")
        assert engine.ask("select 1 as one").to_pylist() == [{"one": 1}]


def test_a_big_question_is_refused(segments: list[Path]) -> None:
    """An answer that does not fit in memory is a refusal, not the end of the process."""
    with DuckEngine(segments, memory_limit="60MB") as engine, pytest.raises(QuestionFailed) as caught:
        engine.ask("select list(range) from range(50000000)")
    assert "memory" in caught.value.reason


def test_a_failing_cast_does_not_tell_the_value(engine: DuckEngine) -> None:
    """Errors met on data are told without the data."""
    with pytest.raises(QuestionFailed) as caught:
        engine.ask("select cast(subject as integer) from event")
    assert "customer" not in caught.value.reason


def test_a_broken_segment_is_named(segments: list[Path]) -> None:
    """A segment that is no Parquet any more stops the set-up with its name and the next step."""
    segments[1].write_bytes(b"PAR1 not really")
    with pytest.raises(CouldNotRun, match=r"it's b\.parquet") as caught:
        DuckEngine(segments)
    assert "verify" in caught.value.hint


def test_context_from_a_file_and_a_bad_one(tmp_path: Path) -> None:
    """Context may be a snapshot file; one without its columns is refused by name."""
    good, bad = tmp_path / "people.parquet", tmp_path / "bad.parquet"
    pq.write_table(pa.Table.from_pylist([{"id": "staff:a"}], schema=CONTEXT_SCHEMAS["people"]), good)
    with DuckEngine([], {"people": good}) as engine:
        assert engine.ask("select id from people").to_pylist() == [{"id": "staff:a"}]
    bad.write_bytes(b"no")
    with pytest.raises(CouldNotRun, match="people"):
        DuckEngine([], {"people": bad})
