"""Which tables, columns and customers does a SQL text touch?

Works on statements whose values are slots (`sql_slots`). Understood with sqlglot in the dialect of the log's database;
statements it does not know are told by their first words.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from custodes.events.sql_dialects import POSTGRES, Dialect
from custodes.events.sql_nouns import NOT_UNDERSTOOD, Plan, Touch
from custodes.events.sql_subjects import Subjects, wanted
from custodes.events.sql_touches import touches
from custodes.events.sql_words import by_words, name
from custodes.events.unfit import Unfit

# It prints each statement it half understands; we decide ourselves what becomes of those.
logging.getLogger("sqlglot").setLevel(logging.ERROR)

TOO_DEEP: Final = "statement nested too deeply"

_FIRST: Final = re.compile(r"[\s(]*([A-Za-z]+)")
_COPY_QUERY: Final = re.compile(r"\s*copy\s*\((.*)\)\s*to\b", re.IGNORECASE | re.DOTALL)
# What leaves the database: MariaDB's INTO OUTFILE, BigQuery's EXPORT DATA, Snowflake's COPY INTO a stage or bucket.
_OUTFILE: Final = re.compile(
    r"\binto\s+(?:outfile|dumpfile)\s+'~\d+~'.{0,500}?(?=\bfrom\b|$)", re.IGNORECASE | re.DOTALL
)
_REPLACE: Final = re.compile(r"\breplace\b(?:\s+(?:low_priority|delayed)\b)?", re.IGNORECASE)
_EXPORT: Final = re.compile(r"\s*export\s+data\b.{0,2000}?\bas\b(.*)", re.IGNORECASE | re.DOTALL)
_UNLOAD: Final = re.compile(
    r"\s*copy\s+into\s+(?:@\S+|'~\d+~')\s+from\s+(?:\((.*)\)|([\w.$\"]{1,300}))", re.IGNORECASE | re.DOTALL
)
_LOAD: Final = re.compile(
    r"\s*(?:load\s+data\b.{0,2000}?\binto\s+(?:table\s+)?|copy\s+into\s+)([\w.$`\"]{1,300})", re.IGNORECASE | re.DOTALL
)
_TRANSACTION: Final = re.compile(r"\s*begin\s*(?:transaction|work|tran)?\s*$", re.IGNORECASE)
_CURSOR: Final = re.compile(r"\s*declare\b.{0,200}?\bcursor\b.{0,200}?\bfor\b(.*)", re.IGNORECASE | re.DOTALL)
_EXPLAIN: Final = re.compile(r"\s*explain\b(\s*\([^)]*\)|(?:\s+(?:analyze|verbose)\b)*)(.*)", re.IGNORECASE | re.DOTALL)
_SET_ROLE: Final = re.compile(
    r"\s*set\s+(?:session\s+|local\s+)?(?:role|(?:session\s+)?authorization)\s+(\S+)", re.IGNORECASE
)
# What the parser does not know and what changes nothing about what is touched. A quoted name is passed over whole.
_PASSED_OVER: Final = re.compile(
    r'("(?:[^"]|"")*")|\btablesample\s+\w{1,63}\s*\([^()"]{0,200}\)(?:\s*repeatable\s*\([^()"]{0,200}\))?'
    r"|\bwith\s+(?:no\s+)?data\s*$",
    re.IGNORECASE,
)
_NESTING: Final = re.compile(r"[()]|\b(?:join|on|using|cross|natural|select)\b", re.IGNORECASE)
_DEPTH: Final = 150  # of brackets; deeper ones are refused before the parser's own stack is in danger
_OPEN_JOINS: Final = 14  # in a row without their condition; the parser's time doubles with each
_SHAPE_LIMIT: Final = 300  # characters


class Planner:
    """Understands statements of one log.

    subjects: column (or `table.column`) to kind of subject. columns: `schema.table` or `table` to column names.
    """

    def __init__(self, subjects: Subjects, columns: Mapping[str, Sequence[str]], dialect: Dialect = POSTGRES) -> None:
        self._subjects = subjects
        self._columns = {name.lower(): tuple(of) for name, of in columns.items()}
        self._dialect = dialect

    def plans(self, sql: str, schema: str | None = None) -> tuple[Plan, ...]:
        """One plan per statement in the text. Raises Unfit when one is not understood.

        schema: where tables lie that name none (the dialect's own unless given).
        """
        if _too_deep(sql):
            raise Unfit(TOO_DEEP)
        within = self._dialect.schema if schema is None else schema
        try:
            return tuple(self._plan(text, within) for text in self._dialect.statement.findall(sql) if text.strip())
        except RecursionError as error:
            raise Unfit(TOO_DEEP) from error

    def _plan(self, text: str, schema: str) -> Plan:
        word = _FIRST.match(text)
        first = word[1].lower() if word else ""
        if first in self._dialect.quiet and (first != "begin" or _TRANSACTION.match(text)):
            return Plan()
        if first == "set":
            role = _SET_ROLE.match(text)
            return Plan((Touch("login_as", "", object=f"role {name(role[1])}"),)) if role else Plan()
        return (
            self._wrapped(first, text, schema)
            or self._moved(first, text, schema)
            or by_words(first, text, schema)
            or self._parsed(_REPLACE.sub("insert", text, count=1) if first == "replace" else text, schema)
        )

    def _wrapped(self, first: str, text: str, schema: str) -> Plan | None:
        """The plan of the query inside EXPLAIN, DECLARE CURSOR or COPY; None for anything else."""
        if first == "explain" and (explained := _EXPLAIN.match(text)):
            # Only ANALYZE runs the query.
            return self._plan(explained[2], schema) if "analyze" in explained[1].lower() else Plan()
        if first == "declare" and (cursor := _CURSOR.match(text)):
            return self._plan(cursor[1], schema)
        if first == "copy" and (copied := _COPY_QUERY.match(text)):
            return _exported(self._plan(copied[1], schema))
        return None

    def _moved(self, first: str, text: str, schema: str) -> Plan | None:
        """What leaves or enters by files, in the words of other databases than PostgreSQL; None for anything else."""
        if self._dialect is POSTGRES:
            return None
        if first in {"select", "with"} and (out := _OUTFILE.search(text)):
            return _exported(self._plan(text[: out.start()] + text[out.end() :], schema))
        if first == "export" and (export := _EXPORT.match(text)):
            return _exported(self._plan(export[1], schema))
        if first == "copy" and (unload := _UNLOAD.match(text)):
            return _exported(self._plan(unload[1] or f"select * from {unload[2]}", schema))  # noqa: S608 - it is parsed, never run
        if first in {"copy", "load"} and (load := _LOAD.match(text)):
            inner = self._parsed(f"select 1 from {load[1]}", schema)  # noqa: S608 - it is parsed, never run
            return Plan(tuple(replace(touch, action="create", fields=("*",)) for touch in inner.touches))
        return None

    def _parsed(self, text: str, schema: str) -> Plan:
        try:
            known = _PASSED_OVER.sub(lambda found: found[1] or "", text) if self._dialect is POSTGRES else text
            tree = sqlglot.parse_one(known, dialect=self._dialect.name)
            if isinstance(tree, (exp.Command, exp.Alias)):
                raise Unfit(NOT_UNDERSTOOD)
            touched = touches(tree, self._columns, self._dialect, schema)
            shape = _shape(tree, self._dialect)
            subjects = wanted(tree, self._subjects)
        except (SqlglotError, ValueError, TypeError, AttributeError, KeyError) as error:
            # The parser promises SqlglotError; on hostile text it has raised the others too.
            raise Unfit(NOT_UNDERSTOOD) from error
        return Plan(touched, subjects, shape)


def _exported(inner: Plan) -> Plan:
    taken = (replace(touch, action="export") if touch.action == "read" else touch for touch in inner.touches)
    return replace(inner, touches=tuple(taken))


def _shape(tree: exp.Expr, dialect: Dialect) -> str | None:
    """The first condition with a question mark for each value."""
    where = tree.find(exp.Where)
    if where is None:
        return None
    copy = where.this.copy()
    hidden = copy.transform(lambda node: exp.Var(this="?") if isinstance(node, (exp.Literal, exp.Parameter)) else node)
    text = re.sub(r"\?(?:, \?)+", "?, ...", hidden.sql(dialect=dialect.name))
    return text if len(text) <= _SHAPE_LIMIT else text[: _SHAPE_LIMIT - 3] + "..."


def _too_deep(sql: str) -> bool:
    depth = joins = 0
    for mark in _NESTING.findall(sql):
        if mark in "()":
            depth += 1 if mark == "(" else -1
        else:
            joins = joins + 1 if mark.lower() == "join" else 0
        if depth > _DEPTH or joins > _OPEN_JOINS:
            return True
    return False
