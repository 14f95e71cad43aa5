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
    ],
    ids=["parentheses", "subqueries", "cases", "nots", "ors", "unions", "blocks", "quotes", "values"],
)
def test_bombs_are_bounded(bomb: str) -> None:
    """Depth and length end in a reason or an answer, in bounded time."""
    begun = time.monotonic()
    _no_mistake(trace(bomb, dialect="postgres"))
    assert time.monotonic() - begun < 60


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
