"""Can a statement be parsed, and as what?

sqlglot is asked in the statement's own dialect first, after a few rewritings of what it does not know; then in related
ones, because engines borrow each other's syntax faster than parsers learn it.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Final

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import ErrorLevel, ParseError, SqlglotError
from sqlglot.tokenizer_core import Token, TokenType

from custodes.datamap.lineage.script import tokens_of
from custodes.datamap.lineage.words import word

#: Deeper nesting than any statement written in earnest; the parser is recursive and must not run out of stack.
MOST_NESTED: Final = 120
MOST_TOKENS: Final = 400_000
_OPENING: Final = frozenset([TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE])
_CLOSING: Final = frozenset([TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.R_BRACE])
_JOINS: Final = frozenset([TokenType.JOIN, TokenType.STRAIGHT_JOIN])
_ALONE: Final = frozenset([TokenType.CROSS, TokenType.NATURAL])
_OUTER: Final = frozenset([
    TokenType.LEFT, TokenType.RIGHT, TokenType.FULL, TokenType.OUTER, TokenType.SEMI, TokenType.ANTI, TokenType.ASOF,
    TokenType.GLOBAL, TokenType.ANY, TokenType.ALL, TokenType.ARRAY,
])  # fmt: skip
_SAYS_ON: Final = frozenset([TokenType.ON, TokenType.USING])
_ENDS_FROM: Final = frozenset([
    TokenType.WHERE, TokenType.GROUP_BY, TokenType.ORDER_BY, TokenType.HAVING, TokenType.UNION, TokenType.EXCEPT,
    TokenType.INTERSECT, TokenType.SELECT, TokenType.SEMICOLON, TokenType.SET, TokenType.LIMIT, TokenType.QUALIFY,
])  # fmt: skip
_MOST_OUTER_ALONE: Final = 8
_MOST_NESTED_JOINS: Final = 60  # `a JOIN b JOIN c ON … ON …`
_FEW_ALONE: Final = 3
_RELATED: Final = {
    "redshift": ("postgres",),
    "postgres": ("redshift",),
    "databricks": ("spark", "snowflake"),
    "spark": ("databricks", "hive"),
    "hive": ("spark",),
    "teradata": ("postgres",),
    "oracle": ("postgres",),
    "athena": ("trino", "hive"),
    "trino": ("presto",),
    "fabric": ("tsql",),
    "bigquery": ("databricks",),
}
_OTHERS: Final = ("", "postgres", "mysql", "snowflake", "tsql")
_UNDERSTOOD: Final = (exp.Query, exp.DML, exp.Create, exp.Alter, exp.Drop, exp.Copy, exp.MultitableInserts)

# sqlglot repeats the SQL of statements it falls back on in its log: that may hold people's data.
logging.getLogger("sqlglot").addHandler(logging.NullHandler())


class Unparsed(Exception):
    """No dialect could make anything of a statement; says why without repeating it."""


def parsed(tokens: Sequence[Token], text: str, dialect: str) -> list[exp.Expr]:
    """The statement as expressions; raises Unparsed."""
    _bounded(tokens)
    logger = logging.getLogger("sqlglot")
    level, logger.level = logger.level, logging.CRITICAL + 1
    try:
        return _parsed(tokens, text, dialect)
    finally:
        logger.level = level


def _parsed(tokens: Sequence[Token], text: str, dialect: str) -> list[exp.Expr]:
    try:
        found = _once(tokens, text, dialect)
        if not any(isinstance(one, exp.Command) for one in found):
            return found
        first_failure: ParseError | None = None
    except ParseError as failure:
        first_failure = failure
        found = []
    piece = text[tokens[0].start : tokens[-1].end + 1]
    for other in (*_RELATED.get(dialect, ()), *_OTHERS):
        if other == dialect:
            continue
        try:
            again = _once(tokens_of(piece, other), piece, other)
        except (SqlglotError, RecursionError, ValueError, IndexError):
            continue
        if again and all(isinstance(one, _UNDERSTOOD) and not isinstance(one, exp.Command) for one in again):
            return again
    if first_failure is not None:
        raise Unparsed(_where(first_failure, dialect)) from None
    return found


def _once(tokens: Sequence[Token], text: str, dialect: str) -> list[exp.Expr]:
    tokens = _crossed(tokens)
    parser = Dialect.get_or_raise(dialect or None).parser(error_level=ErrorLevel.IMMEDIATE)
    try:
        return [one for one in parser.parse(list(tokens), text) if one is not None]
    except ParseError:
        raise
    except RecursionError:
        raise ParseError("too deep") from None
    except Exception as mistake:  # noqa: BLE001 - a parser's own mistake on odd input is one more statement not parsed
        raise ParseError(type(mistake).__name__) from None


class _Joins:
    """The joins of a statement by their places. alone: those that say on what nowhere. nested: how many in a row say it
    only after the last of them.
    """

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.alone: list[int] = []
        self.nested = 0
        self._run = 0
        self._waiting: list[list[int]] = [[]]
        for place, token in enumerate(tokens):
            kind = token.token_type
            if kind in _JOINS:
                if place == 0 or tokens[place - 1].token_type not in _ALONE:
                    self._waiting[-1].append(place)
                self._run = 0
            elif kind in _SAYS_ON:
                self._said()
            elif kind in _OPENING:
                self._waiting.append([])
            elif kind in _CLOSING:
                self._closed()
            elif kind in _ENDS_FROM:
                self._ended()
        while self._waiting:
            self.alone += self._waiting.pop()

    def _said(self) -> None:
        self._run += 1
        self.nested = max(self.nested, self._run)
        if self._waiting[-1]:
            self._waiting[-1].pop()

    def _closed(self) -> None:
        if len(self._waiting) > 1:
            self.alone += self._waiting.pop()

    def _ended(self) -> None:
        self.alone += self._waiting[-1]
        self._waiting[-1] = []


def _crossed(tokens: Sequence[Token]) -> Sequence[Token]:
    """Joins that never say on what as CROSS JOIN, which they are.

    At each of them the parser looks ahead whether the next ones are nested in it, and forgets what it saw: n of them
    cost it 2 to the power of n steps. Raises ParseError where joins that cannot be written so are too many.
    """
    joins = _Joins(tokens)
    outer = sum(_kept(tokens, place) for place in joins.alone)
    if joins.nested > _MOST_NESTED_JOINS or outer > _MOST_OUTER_ALONE:
        raise ParseError("joins nested too deep")
    if len(joins.alone) <= _FEW_ALONE:
        return tokens
    changed = {place for place in joins.alone if not _kept(tokens, place)}
    found: list[Token] = []
    for place, token in enumerate(tokens):
        if place in changed:
            if found and found[-1].token_type is TokenType.INNER:
                found.pop()
            found.append(Token(TokenType.CROSS, "CROSS", token.line, token.col, token.start, token.end))
            found.append(Token(TokenType.JOIN, "JOIN", token.line, token.col, token.start, token.end))
        else:
            found.append(token)
    return found


def _kept(tokens: Sequence[Token], place: int) -> bool:
    """Whether the join at a place says that it is an outer one or the like."""
    return place > 0 and tokens[place - 1].token_type in _OUTER


def _where(failure: ParseError, dialect: str) -> str:
    as_what = dialect or "ANSI SQL"
    if failure.errors and failure.errors[0].get("line"):
        first = failure.errors[0]
        return f"it does not parse as {as_what} (line {first['line']}, column {first['col']})"
    return f"it does not parse as {as_what}"


def _bounded(tokens: Sequence[Token]) -> None:
    if len(tokens) > MOST_TOKENS:
        raise Unparsed(f"it is longer than {MOST_TOKENS} words and signs")
    depth = deepest = cases = same = 0
    before: TokenType | None = None
    subscripts: dict[int, int] = {}  # by depth, how many follow one another: a[1][1] is an element of an element
    for token in tokens:
        kind = token.token_type
        if kind is TokenType.L_BRACKET:
            subscripts[depth] = subscripts.get(depth, 0) + 1 if before is TokenType.R_BRACKET else 0
        if kind in _OPENING:
            depth += 1
        elif kind in _CLOSING:
            depth -= 1
        elif kind is TokenType.CASE:
            cases += 1
        elif kind is TokenType.END and cases:
            cases -= 1
        deepest = max(deepest, depth + cases)
        same = same + 1 if kind is before and kind not in (TokenType.SEMICOLON, TokenType.R_PAREN) else 0
        if max(same, deepest, subscripts.get(depth - 1, 0)) > MOST_NESTED:
            raise Unparsed(f"it is nested deeper than {MOST_NESTED} levels")
        before = kind


def expanded(tokens: Sequence[Token], dialect: str) -> list[Token]:
    """The tokens of a statement whose rest the tokenizer kept as one text (EXEC, CALL, UNLOAD, RENAME …)."""
    if len(tokens) == 2 and tokens[1].token_type is TokenType.STRING and word(tokens[0]) in _KEEP_REST:
        try:
            return [tokens[0], *tokens_of(tokens[1].text, dialect)]
        except (SqlglotError, RecursionError, ValueError, IndexError):
            return list(tokens)
    return list(tokens)


_KEEP_REST: Final = frozenset(["UNLOAD", "RENAME", "REPLACE", "EXCHANGE", "CALL", "ALTER", "REFRESH", "OPTIMIZE"])
