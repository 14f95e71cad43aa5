"""May this SQL be run? One query over the named views, and nothing that reaches past them.

The locked engine already refuses files, network and settings. This gate refuses earlier and in words: it reads DuckDB's
own syntax tree (`json_serialize_sql`), so that no second parser can disagree with the one that will run the query.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

import duckdb

from custodes.engine.interface import QuestionFailed

VIEWS: Final = ("event", "people", "cases", "parties", "keys", "subjects", "field")

# Table functions that make rows from their arguments alone.
_TABLE_FUNCTIONS: Final = frozenset({"unnest", "range", "generate_series"})
_FORBIDDEN_FUNCTIONS: Final = frozenset({"current_setting", "getvariable", "getenv", "write_log"})
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
    _check(list(_parts(tree["statements"])))
    return frozenset(statements[0].named_parameters)


def _check(parts: list[dict[str, Any]]) -> None:
    named = set(VIEWS)
    for part in parts:
        named.update(entry["key"].lower() for entry in part.get("cte_map", {}).get("map", ()))
        if part.get("type") == "RECURSIVE_CTE_NODE":
            named.add(part["cte_name"].lower())
    for part in parts:
        kind = part.get("type")
        if kind in _FORBIDDEN_PARTS:
            raise QuestionFailed(f"{_FORBIDDEN_PARTS[kind]} is not allowed in a question", _HINT)
        if kind == "BASE_TABLE" and (
            part["catalog_name"] or part["schema_name"] or part["table_name"].lower() not in named
        ):
            raise QuestionFailed(f'"{part["table_name"]}" is not one of the views', _HINT)
        if kind == "TABLE_FUNCTION" and part["function"]["function_name"].lower() not in _TABLE_FUNCTIONS:
            raise QuestionFailed(f"the table function {part['function']['function_name']} is not allowed", _HINT)
        if kind == "FUNCTION" and part["function_name"].lower() in _FORBIDDEN_FUNCTIONS:
            raise QuestionFailed(f"the function {part['function_name']} is not allowed", _HINT)


def _parts(tree: object) -> Iterator[dict[str, Any]]:
    """Every node of the tree, without recursion: a hostile query can be nested deeper than Python's stack."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            # A constant's node carries the description of its SQL type under the same key: not a part of the query.
            if isinstance(node.get("type", ""), str):
                yield node
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)


def _first_line(error: duckdb.Error) -> str:
    return str(error).splitlines()[0].rstrip(".") if str(error) else type(error).__name__
