"""May this SQL be run? One query over the named views, and nothing that reaches past them.

The locked engine already refuses files, network and settings. This gate refuses earlier and in words: it reads DuckDB's
own syntax tree (`json_serialize_sql`), so that no second parser can disagree with the one that will run the query.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

import duckdb

from custodes.engine import derived
from custodes.engine.interface import QuestionFailed

# A common table may bear the name of a derived view: questions were written before these were there.
_GIVEN: Final = ("event", "people", "cases", "parties", "keys", "subjects", "field")
VIEWS: Final = (*_GIVEN, *derived.VIEWS)

# Table functions that make rows from their arguments alone.
_TABLE_FUNCTIONS: Final = frozenset({"unnest", "range", "generate_series"})
_FORBIDDEN_FUNCTIONS: Final = frozenset({"current_setting", "getvariable", "getenv", "write_log"})

# DuckDB looks at its interrupt between chunks of rows, never within a call: one call to these, with a small argument or
# two long texts, outlasts any deadline.
_UNSTOPPABLE: Final = frozenset(
    {
        "array_resize",
        "bitstring",
        "damerau_levenshtein",
        "editdist3",
        "format",
        "jaro_similarity",
        "jaro_winkler_similarity",
        "levenshtein",
        "list_resize",
        "lpad",
        "printf",
        "repeat",
        "rpad",
    }
)
_SERIES: Final = frozenset({"range", "generate_series"})
_SERIES_MOST: Final = 1_000_000  # as a table the same functions give rows by the chunk, and may be asked for more

_HINT: Final = f"write one SELECT (or WITH ... SELECT) over the views {', '.join(VIEWS)}"

_REMEMBERED: Final = 1_000

# Parts of a query that show the catalogue or change shape with the data.
_FORBIDDEN_PARTS: Final = {"SHOW_REF": "DESCRIBE or SUMMARIZE", "PIVOT": "PIVOT"}


class Gate:
    """Remembers the texts it let in: a replay asks the same question once for every day. Safe in several threads."""

    def __init__(self) -> None:
        self._admitted: dict[str, frozenset[str]] = {}

    def admit(self, connection: duckdb.DuckDBPyConnection, sql: str) -> frozenset[str]:
        """The names of the `$parameters` the query uses. Raises QuestionFailed when it is not one plain query."""
        names = self._admitted.get(sql)
        if names is None:
            names = _admit(connection, sql)
            if len(self._admitted) >= _REMEMBERED:
                self._admitted.clear()
            self._admitted[sql] = names
        return names


def _admit(connection: duckdb.DuckDBPyConnection, sql: str) -> frozenset[str]:
    try:
        statements = connection.extract_statements(sql)
    except duckdb.Error as error:
        raise QuestionFailed(f"the SQL cannot be parsed: {_first_line(error)}", "correct the query") from error
    if len(statements) != 1:
        raise QuestionFailed(f"{len(statements)} statements were given where one is allowed", _HINT)
    if statements[0].type != duckdb.StatementType.SELECT:
        raise QuestionFailed(f"a {statements[0].type.name} statement is not a question", _HINT)
    row = connection.execute("select json_serialize_sql($1)", [sql]).fetchone()
    try:
        tree = json.loads(row[0]) if row else {"error": True}
    except RecursionError as error:
        raise QuestionFailed("the SQL is nested too deep", "write it with fewer levels") from error
    if tree["error"]:
        raise QuestionFailed("this form of SQL is not a plain query", _HINT)
    _check(tree["statements"], _taken(connection))
    return frozenset(statements[0].named_parameters)


def _taken(connection: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """Names of all tables and views there are, ours and the catalogue's."""
    names = connection.execute(
        "select lower(table_name) from duckdb_tables() union select lower(view_name) from duckdb_views()"
    ).fetchall()
    return frozenset(_GIVEN).union(name for (name,) in names).difference(derived.VIEWS)


def _check(statements: object, taken: frozenset[str]) -> None:
    for part, named in _parts(statements, frozenset(VIEWS)):
        kind = part.get("type")
        for entry in _common_tables(part):
            if entry["key"].lower() in taken:
                raise QuestionFailed(f'the name "{entry["key"]}" is taken', "give the common table another name")
        if kind in _FORBIDDEN_PARTS:
            raise QuestionFailed(f"{_FORBIDDEN_PARTS[kind]} is not allowed in a question", _HINT)
        if kind == "BASE_TABLE" and (
            part["catalog_name"] or part["schema_name"] or part["table_name"].lower() not in named
        ):
            raise QuestionFailed(f'"{part["table_name"]}" is not one of the views', _HINT)
        if kind == "TABLE_FUNCTION" and part["function"]["function_name"].lower() not in _TABLE_FUNCTIONS:
            raise QuestionFailed(f"the table function {part['function']['function_name']} is not allowed", _HINT)
        if kind == "FUNCTION":
            _check_function(part)


def _check_function(part: dict[str, Any]) -> None:
    name = part["function_name"].lower()
    if name in _FORBIDDEN_FUNCTIONS:
        raise QuestionFailed(f"the function {name} is not allowed", _HINT)
    if name in _UNSTOPPABLE:
        raise QuestionFailed(f"the function {name} is not allowed: no deadline can stop it", "do without it")
    if name in _SERIES and any(_is_large(argument) for argument, _ in _parts(part["children"], frozenset())):
        raise QuestionFailed(f"a list as long as this {name} is not allowed", f"write from {name}(...), as a table")


def _is_large(part: dict[str, Any]) -> bool:
    value = part["value"].get("value") if part.get("type") == "VALUE_CONSTANT" else None
    # Numbers too wide for 64 bits are written as an object of two halves.
    return "upper" in value if isinstance(value, dict) else isinstance(value, int) and abs(value) > _SERIES_MOST


def _common_tables(part: dict[str, Any]) -> list[Any]:
    found: list[Any] = part.get("cte_map", {}).get("map", [])
    return found


def _parts(tree: object, named: frozenset[str]) -> Iterator[tuple[dict[str, Any], frozenset[str]]]:
    """Every node of the tree with the table names in its scope; `named`: those at the top.

    Without recursion: a hostile query can be nested deeper than Python's stack.
    """
    waiting = [(tree, named)]
    while waiting:
        node, named = waiting.pop()
        if isinstance(node, list):
            waiting.extend((child, named) for child in node)
        elif isinstance(node, dict):
            # A constant's node carries the description of its SQL type under the same key: not a part of the query.
            if isinstance(node.get("type", ""), str):
                yield node, named
            # A common table is seen by those after it and by the query it heads, never by what lies around that query.
            for entry in _common_tables(node):
                waiting.append((entry["value"], named))
                named |= {entry["key"].lower()}
            for key, child in node.items():
                if key == "cte_map":
                    continue
                if key == "function" and node.get("type") == "TABLE_FUNCTION":
                    waiting.append((child["children"], named))
                elif key == "right" and node.get("type") == "RECURSIVE_CTE_NODE":
                    waiting.append((child, named | {node["cte_name"].lower()}))
                else:
                    waiting.append((child, named))


def _first_line(error: duckdb.Error) -> str:
    return str(error).splitlines()[0].rstrip(".") if str(error) else type(error).__name__
