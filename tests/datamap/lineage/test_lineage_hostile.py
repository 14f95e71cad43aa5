"""Does any text at all bring the tracer down?"""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custodes.company.queries import cases
from custodes.datamap.lineage.dialects import DIALECTS, dialect_of
from custodes.datamap.lineage.edges import Lineage
from custodes.datamap.lineage.trace import trace

WORDS = [
    "SELECT",
    "FROM",
    "WHERE",
    "(",
    ")",
    ",",
    ".",
    "*",
    "a",
    "b",
    "t",
    "'x'",
    "1",
    "AS",
    "WITH",
    "INSERT",
    "INTO",
    "VALUES",
    "UPDATE",
    "SET",
    "MERGE",
    "USING",
    "ON",
    "WHEN",
    "MATCHED",
    "THEN",
    "DELETE",
    "CREATE",
    "TABLE",
    "VIEW",
    "PROCEDURE",
    "BEGIN",
    "END",
    ";",
    "IF",
    "ELSE",
    "LOOP",
    "$$",
    '"',
    "[",
    "]",
    "`",
    "@",
    "#",
    ":=",
    "=",
    "--",
    "/*",
    "*/",
    "CASE",
    "UNION",
    "ALL",
    "EXCEPT",
    "JOIN",
    "LATERAL",
    "UNNEST",
    "PIVOT",
    "FOR",
    "IN",
    "OVER",
    "PARTITION",
    "BY",
    "ORDER",
    "GROUP",
    "EXECUTE",
    "EXEC",
    "CALL",
    "COPY",
    "UNLOAD",
    "TO",
    "RETURN",
    "QUERY",
    "DECLARE",
    "CURSOR",
    "FUNCTION",
    "LANGUAGE",
    "sql",
    "REPLACE",
    "RENAME",
    "ALTER",
    "SWAP",
    "DROP",
    "USE",
    "{",
    "}",
    "->",
    "=>",
    "::",
    "?",
    "$1",
    "%",
    "GO",
    "/",
    "TRIGGER",
    "FETCH",
    "OUTPUT",
    "ROW",
    "INTERVAL",
    "CAST",
    "EXISTS",
]
MADE = [case.sql for case in cases(60, seed=2)]


def _no_mistake(found: Lineage) -> None:
    assert not [gap for gap in found.uncovered if "a mistake of ours" in gap.reason]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join), st.sampled_from(DIALECTS))
def test_token_soup_is_survived(text: str, dialect: str) -> None:
    """Any row of words ends in edges or in a reason, never in an error of ours."""
    _no_mistake(trace(text, dialect=dialect_of(dialect)))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(MADE), st.integers(0, 400), st.sampled_from(DIALECTS))
def test_truncated_statements_are_survived(sql: str, length: int, dialect: str) -> None:
    """A log cuts statements where it likes."""
    _no_mistake(trace(sql[:length], dialect=dialect_of(dialect)))


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=120), st.sampled_from(DIALECTS))
def test_any_text_is_survived(text: str, dialect: str) -> None:
    """Files that are no SQL at all give reasons."""
    _no_mistake(trace(text, dialect=dialect_of(dialect)))


@pytest.mark.parametrize(
    "bomb",
    [
        "select " + "(" * 50_000 + "1" + ")" * 50_000,
        "select * from " + "(select * from " * 5_000 + "t" + ")" * 5_000,
        "select " + "case when a then " * 5_000 + "1" + " end" * 5_000,
        "select " + "not " * 50_000 + "a from t",
        "select a from t where " + " or ".join(["a = 1"] * 5_000),
        " union all ".join(["select a from t"] * 3_000),
        "begin " * 5_000,
        "$$" * 5_001,
        "insert into t values " + ",".join(["(1, 'x')"] * 30_000),
        "insert into s select a" + "[1]" * 5_000 + " from t",
        "insert into s select a" + "[b[1]]" * 5_000 + " from t",
    ],
    ids=[
        *("parentheses", "subqueries", "cases", "nots", "ors", "unions", "blocks", "quotes", "values", "subscripts"),
        "subscripts in subscripts",
    ],
)
def test_bombs_are_bounded(bomb: str) -> None:
    """Depth and length end in a reason or an answer, in bounded time."""
    begun = time.monotonic()
    _no_mistake(trace(bomb, dialect="postgres"))
    assert time.monotonic() - begun < 60


DOUBLING = "with a0 as (select * from t)" + "".join(
    f", a{n} as (select x.*, y.* from a{n - 1} x, a{n - 1} y)" for n in range(1, 60)
)
NESTED = "select a from t"
for level in range(14):
    NESTED = f"with recursive r{level} as (select a from t union all ({NESTED})) select * from r{level}, t"


@pytest.mark.parametrize(
    ("bomb", "dialect"),
    [
        (f"create view v as {DOUBLING} select * from a59", "postgres"),
        (f"create view v as {NESTED}", "postgres"),
        (
            f"select {','.join(f'c{n}' for n in range(8_000))} from {','.join(f'x{n}' for n in range(3_000))}",
            "postgres",
        ),
        ("create view v as select t0.c1 from t t0" + "".join(f" join t t{n}" for n in range(1, 200)), "mysql"),
        ("create view v as select * from t" + " left join t" * 40, "postgres"),
        ("create view v as select * from t" + " join t" * 4_000 + " on c1 = c2" * 4_000, "postgres"),
        ("create view v as select * from t x0 " + " ".join(f"natural join t x{n}" for n in range(3_000)), "postgres"),
    ],
    ids=[
        *("columns double", "recursion in recursion", "columns of many tables"),
        *("joins without on", "outer joins without on", "nested joins", "natural joins"),
    ],
)
def test_what_multiplies_columns_is_given_up(bomb: str, dialect: str) -> None:
    """With a reason, before time or memory runs out; the next statement is traced as ever."""
    begun = time.process_time()
    columns = {"t": [f"c{n}" for n in range(50)]}
    found = trace(f"{bomb}; insert into z select a from y", dialect=dialect, schema=columns)
    assert time.process_time() - begun < 60
    _no_mistake(found)
    assert "y.a -> z.a" in {f"{edge.source} -> {edge.target}" for edge in found.edges}


@pytest.mark.parametrize(
    ("text", "dialect"),
    [
        ("declare x; " * 8_000, "postgres"),
        ("select 1\ngo\n" * 10_000, "tsql"),
        ("".join(f"DELIMITER x{n}\n" for n in range(20_000)), "mysql"),
        (";".join(f"update t{n} set a = u.b from u where u.c = 1" for n in range(4_000)), "postgres"),
        (
            ";".join(f"insert into t{n} select * from u; alter table t{n} rename to s{n}" for n in range(3_000)),
            "postgres",
        ),
    ],
    ids=["declarations", "batches", "delimiters", "updates", "renames"],
)
def test_a_long_script_does_not_cost_the_square_of_its_length(text: str, dialect: str) -> None:
    """Each of these took minutes when every statement looked at all others."""
    begun = time.process_time()
    _no_mistake(trace(text, dialect=dialect))
    assert time.process_time() - begun < 60


def test_joins_that_never_say_on_what_are_followed() -> None:
    """MySQL's views are full of them. The parser alone would take twice as long for each one more."""
    joins = " ".join(f"{'inner ' * (n % 2)}join t{n}" for n in range(40))
    found = trace(f"insert into z select t39.a, s.b from s {joins} join u on u.x = s.x", dialect="mysql")
    assert {(str(edge.source), str(edge.target)) for edge in found.edges if edge.kind == "direct"} == {
        ("t39.a", "z.a"),
        ("s.b", "z.b"),
    }
    assert {"u.x", "t7.*"} <= {str(edge.source) for edge in found.edges}


def test_a_routine_of_one_statement_is_followed() -> None:
    """A body in SQL that writes, and one without BEGIN."""
    for dialect, sql in (
        ("postgres", "create procedure p() language sql as $$ insert into a select x from b $$"),
        ("postgres", "create function p() returns void language sql as $$ insert into a select x from b $$"),
        ("mysql", "create procedure p() insert into a select x from b"),
    ):
        found = trace(sql, dialect=dialect)
        assert {f"{edge.source} -> {edge.target}" for edge in found.edges} == {"b.x -> a.x"}, sql


def test_a_text_of_sqlite_in_a_names_quotes_is_no_column() -> None:
    """SQLite takes it for a text where the table has no such column."""
    sql = 'create view v as select m from people where n = \'x\' and m <> "Jane Roe" and p = "secret"'
    found = trace(sql, dialect="sqlite", schema={"people": ["m", "n", "p"]})
    told = repr(found)
    assert found.edges
    assert "Jane" not in told
    assert "secret" not in told


def test_a_reason_does_not_repeat_what_stands_in_a_names_quotes() -> None:
    """Read as another dialect, it may be somebody's name."""
    found = trace('insert into a select b.x from b where "Jane Roe"."of 12 High Street" = 1', schema={"b": ["x"]})
    assert found.uncovered
    assert not [gap for gap in found.uncovered if "Jane" in gap.reason or "High Street" in gap.reason]


def test_a_person_in_a_path_is_not_repeated() -> None:
    """An address or a long number in a path may be somebody's; names and signatures in it are credentials."""
    paths = "'/mnt/jane.roe@example.com/4111111111111111.csv'", "'s3://key:word@bucket/372-555000111222.csv?sig=abc'"
    for path in paths:
        found = trace(f"copy (select x from b) to {path}", dialect="postgres")
        assert found.edges
        assert not [word for word in ("jane", "4111", "word", "555000", "sig") if word in repr(found)]


def test_a_broken_statement_costs_only_itself() -> None:
    """The others around it are traced, and the reason names its place, not its content."""
    found = trace("insert into a select x from b; select 'secret@example.com' frm (; insert into c select y from d")
    assert {str(edge.target) for edge in found.edges} == {"a.x", "c.y"}
    assert [gap.statement for gap in found.uncovered] == [2]
    assert "secret" not in found.uncovered[0].reason


def test_an_open_quote_costs_only_its_statement() -> None:
    """Where the text cannot even be cut into words, what stands before the open quote is still traced."""
    found = trace("insert into a select x from b; select 'open from t", dialect="postgres")
    assert {str(edge.target) for edge in found.edges} == {"a.x"}
    assert [gap.statement for gap in found.uncovered] == [2]


def test_a_text_in_a_names_quotes_is_not_repeated() -> None:
    """MySQL's texts, read as ANSI SQL, look like names: what could be somebody's is not shown."""
    found = trace('insert into a select x from b where m = "jane.roe@example.com" or n = "4111111111111111"')
    told = [str(edge.source) for edge in found.edges] + [gap.reason for gap in found.uncovered]
    assert told
    assert not [one for one in told if "jane" in one or "4111" in one]


def test_long_literals_do_not_become_names() -> None:
    """An expression without an alias is called by its text, but never by somebody's data in it."""
    found = trace("insert into a select case when m = 'jane.roe@example.com' then 4111111111111111 else x end from b")
    assert found.edges
    assert not [edge for edge in found.edges if "jane" in str(edge.target) or "4111" in str(edge.target)]
