"""Which tables, columns and customers does a SQL text touch?

Works on statements whose values are slots (`sql_slots`). Understood with sqlglot's PostgreSQL dialect; statements it
does not know are told by their first words.
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

from custodes.events.sql_nouns import NOT_UNDERSTOOD, Plan, Touch
from custodes.events.sql_subjects import Subjects, wanted
from custodes.events.sql_touches import touches
from custodes.events.sql_words import by_words, name
from custodes.events.unfit import Unfit

# It prints each statement it half understands; we decide ourselves what becomes of those.
logging.getLogger("sqlglot").setLevel(logging.ERROR)

TOO_DEEP: Final = "statement nested too deeply"

_STATEMENT: Final = re.compile(r'(?:[^";]+|"(?:[^"]|"")*")+')
_FIRST: Final = re.compile(r"[\s(]*([A-Za-z]+)")
_NO_TOUCH: Final = frozenset(
    {
        *("abort", "analyze", "begin", "checkpoint", "close", "cluster", "comment", "commit", "deallocate", "discard"),
        *("end", "fetch", "listen", "load", "lock", "move", "notify", "prepare", "reassign", "reindex", "release"),
        *("reset", "rollback", "savepoint", "security", "show", "start", "unlisten", "vacuum"),
    }
)
_COPY_QUERY: Final = re.compile(r"\s*copy\s*\((.*)\)\s*to\b", re.IGNORECASE | re.DOTALL)
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

    def __init__(self, subjects: Subjects, columns: Mapping[str, Sequence[str]]) -> None:
        self._subjects = subjects
        self._columns = {name.lower(): tuple(of) for name, of in columns.items()}

    def plans(self, sql: str) -> tuple[Plan, ...]:
        """One plan per statement in the text. Raises Unfit when one is not understood."""
        if _too_deep(sql):
            raise Unfit(TOO_DEEP)
        try:
            return tuple(self._plan(text) for text in _STATEMENT.findall(sql) if text.strip())
        except RecursionError as error:
            raise Unfit(TOO_DEEP) from error

    def _plan(self, text: str) -> Plan:
        word = _FIRST.match(text)
        first = word[1].lower() if word else ""
        if first in _NO_TOUCH:
            return Plan()
        if first == "set":
            role = _SET_ROLE.match(text)
            return Plan((Touch("login_as", "", object=f"role {name(role[1])}"),)) if role else Plan()
        return self._wrapped(first, text) or by_words(first, text) or self._parsed(text)

    def _wrapped(self, first: str, text: str) -> Plan | None:
        """The plan of the query inside EXPLAIN, DECLARE CURSOR or COPY; None for anything else."""
        if first == "explain" and (explained := _EXPLAIN.match(text)):
            # Only ANALYZE runs the query.
            return self._plan(explained[2]) if "analyze" in explained[1].lower() else Plan()
        if first == "declare" and (cursor := _CURSOR.match(text)):
            return self._plan(cursor[1])
        if first == "copy" and (copied := _COPY_QUERY.match(text)):
            inner = self._plan(copied[1])
            taken = (replace(touch, action="export") if touch.action == "read" else touch for touch in inner.touches)
            return replace(inner, touches=tuple(taken))
        return None

    def _parsed(self, text: str) -> Plan:
        try:
            known = _PASSED_OVER.sub(lambda found: found[1] or "", text)
            tree = sqlglot.parse_one(known, dialect="postgres")
            if isinstance(tree, (exp.Command, exp.Alias)):
                raise Unfit(NOT_UNDERSTOOD)
            touched = touches(tree, self._columns)
            shape = _shape(tree)
            subjects = wanted(tree, self._subjects)
        except (SqlglotError, ValueError, TypeError, AttributeError, KeyError) as error:
            # The parser promises SqlglotError; on hostile text it has raised the others too.
            raise Unfit(NOT_UNDERSTOOD) from error
        return Plan(touched, subjects, shape)


def _shape(tree: exp.Expr) -> str | None:
    """The first condition with a question mark for each value."""
    where = tree.find(exp.Where)
    if where is None:
        return None
    copy = where.this.copy()
    hidden = copy.transform(lambda node: exp.Var(this="?") if isinstance(node, (exp.Literal, exp.Parameter)) else node)
    text = re.sub(r"\?(?:, \?)+", "?, ...", hidden.sql(dialect="postgres"))
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
