"""What must be written otherwise before sqlglot can parse it, without a change to what flows?"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import Final

from sqlglot.tokenizer_core import Token, TokenType

from custodes.datamap.lineage.outside import path_after
from custodes.datamap.lineage.routines import closing
from custodes.datamap.lineage.script import TSQL
from custodes.datamap.lineage.words import word

_TERADATA_PHRASES: Final = frozenset(["TITLE", "FORMAT", "NAMED", "CASESPECIFIC", "UPPERCASE"])
_OPERATORS: Final = frozenset(
    [
        TokenType.PLUS,
        TokenType.DASH,
        TokenType.STAR,
        TokenType.SLASH,
        TokenType.MOD,
        TokenType.PIPE,
        TokenType.AMP,
        TokenType.CARET,
    ]
)
_ROWS: Final = frozenset(["NEW", "OLD", "PARENT"])
_NAMES: Final = frozenset([TokenType.VAR, TokenType.IDENTIFIER, TokenType.DOT, TokenType.PARAMETER])


def rewritten(tokens: Sequence[Token], dialect: str) -> list[Token]:
    """The statement's tokens in a form that parses."""
    found = list(tokens)
    first = word(found[0]) if found else ""
    if first == "REPLACE" and len(found) > 1 and word(found[1]) in {"INTO", "LOW_PRIORITY", "DELAYED"}:
        found[0] = like(found[0], TokenType.INSERT, "INSERT")
    if first == "CREATE" and any(
        word(token) == "PIPE" for token in found[1:6]
    ):  # Snowflake: a COPY that runs by itself
        found = found[next((place for place, token in enumerate(found) if word(token) == "COPY"), 0) :]
    if dialect in TSQL and first == "INSERT" and len(found) > 5 and word(found[1]) == "TOP":
        found = [found[0], *found[closing(found, 2) + 1 :]]
    if dialect == "databricks" and first == "CREATE":  # CREATE OR REFRESH LIVE TABLE
        found = [token for place, token in enumerate(found) if place > 6 or word(token) != "LIVE"]
    if dialect == "oracle":  # :new.column of a trigger
        found = [
            t for t, after in zip_longest(found, found[1:]) if not (t.text == ":" and after and word(after) in _ROWS)
        ]
    if dialect == "postgres" and first == "COPY":
        found = _without_options(found)
    if first == "MERGE" and any(word(token) == "WHERE" for token in found):
        found = _conditions_before(found)
    if dialect == "teradata":
        found = _without_phrases(found)
    if first in {"UPDATE", "MERGE", "WITH"}:
        found = _plain_assignments(found)
    return found


def _without_options(found: list[Token]) -> list[Token]:
    """PostgreSQL's COPY up to where it goes to or comes from: options may follow with WITH or without."""
    depth = 0
    for place, token in enumerate(found):
        depth += (token.token_type is TokenType.L_PAREN) - (token.token_type is TokenType.R_PAREN)
        if not depth and word(token) in {"TO", "FROM"} and place + 1 < len(found):
            last = place + 1 + (word(found[place + 1]) == "PROGRAM")
            return found[: last + 1]
    return found


def like(token: Token, kind: TokenType, text: str) -> Token:
    """A token in the place of another."""
    return Token(kind, text, token.line, token.col, token.start, token.end)


def without_outfile(tokens: list[Token]) -> tuple[list[Token], str]:
    """MySQL's SELECT … INTO OUTFILE 'path' [options]: the query without it, and the path."""
    for place in range(len(tokens) - 2):
        if word(tokens[place]) == "INTO" and word(tokens[place + 1]) in {"OUTFILE", "DUMPFILE"}:
            path = path_after(tokens[place:], word(tokens[place + 1]))
            end = next((p for p in range(place + 3, len(tokens)) if word(tokens[p]) == "FROM"), None)
            return [*tokens[:place], *(tokens[end:] if end is not None else [])], path
    return tokens, ""


def without_output(tokens: list[Token]) -> tuple[list[Token], list[Token]]:
    """T-SQL's OUTPUT columns INTO table (columns): the statement without INTO, and the tokens of that table."""
    output = next((place for place, token in enumerate(tokens) if word(token) == "OUTPUT"), None)
    if output is None:
        return tokens, []
    for place in range(output + 1, len(tokens) - 1):
        text = word(tokens[place])
        if text in {"SELECT", "VALUES", "FROM", "WHERE", "WITH"}:
            break
        if text == "INTO":
            end = place + 2
            while end < len(tokens) and (
                tokens[end].token_type is TokenType.DOT
                or tokens[end - 1].token_type in {TokenType.DOT, TokenType.PARAMETER}
            ):
                end += 1
            if end < len(tokens) and tokens[end].token_type is TokenType.L_PAREN:
                end = closing(tokens, end) + 1
            return [*tokens[:place], *tokens[end:]], tokens[place + 1 : end]
    return tokens, []


def _without_phrases(tokens: list[Token]) -> list[Token]:
    """Teradata: `column (TITLE 'Shown')` and `(FORMAT '…')` say only how it is printed; `(NAMED x)` is an alias."""
    found: list[Token] = []
    place = 0
    while place < len(tokens):
        if (
            tokens[place].token_type is TokenType.L_PAREN
            and place + 2 < len(tokens)
            and word(tokens[place + 1]) in _TERADATA_PHRASES
        ):
            end = place + 1
            while end < len(tokens) and tokens[end].token_type is not TokenType.R_PAREN:
                if word(tokens[end]) == "NAMED" and end + 1 < len(tokens):
                    found.extend([like(tokens[end], TokenType.ALIAS, "AS"), tokens[end + 1]])
                end += 1
            place = end + 1
            continue
        found.append(tokens[place])
        place += 1
    return found


def _plain_assignments(tokens: list[Token]) -> list[Token]:
    """T-SQL: SET a += b is SET a = a + b."""
    found: list[Token] = []
    for place, token in enumerate(tokens):
        following = tokens[place + 1] if place + 1 < len(tokens) else None
        if (
            token.token_type in _OPERATORS
            and following is not None
            and following.token_type is TokenType.EQ
            and following.start == token.end + 1
        ):
            name: list[Token] = []
            for before in reversed(found):
                if before.token_type not in _NAMES:
                    break
                name.insert(0, before)
            if name:
                found.extend([like(token, TokenType.EQ, "="), *name, token])
                continue
        if (
            token.token_type is TokenType.EQ
            and place
            and tokens[place - 1].token_type in _OPERATORS
            and found
            and found[-1] is tokens[place - 1]
        ):
            continue
        found.append(token)
    return found


def _conditions_before(tokens: list[Token]) -> list[Token]:
    """Oracle: WHEN MATCHED THEN UPDATE SET … WHERE condition is WHEN MATCHED AND (condition) THEN UPDATE SET …"""
    starts = [place for place, token, depth in _with_depth(tokens) if depth == 0 and word(token) == "WHEN"]
    if not starts:
        return tokens
    found = tokens[: starts[0]]
    for start, end in zip(starts, [*starts[1:], len(tokens)], strict=True):
        arm = tokens[start:end]
        marks = {word(token): place for place, token, depth in reversed(list(_with_depth(arm))) if depth == 0}
        then, where = marks.get("THEN"), marks.get("WHERE")
        if then is None or where is None:
            found.extend(arm)
            continue
        delete = next((p for p, t, d in _with_depth(arm) if p > where and d == 0 and word(t) == "DELETE"), len(arm))
        condition = arm[where + 1 : delete]
        found.extend(arm[:then])
        found.extend([like(arm[where], TokenType.AND, "AND"), like(arm[where], TokenType.L_PAREN, "(")])
        found.extend([*condition, like(arm[where], TokenType.R_PAREN, ")"), *arm[then:where]])
    return found


def _with_depth(tokens: Sequence[Token]) -> list[tuple[int, Token, int]]:
    depth = 0
    found: list[tuple[int, Token, int]] = []
    for place, token in enumerate(tokens):
        depth -= token.token_type is TokenType.R_PAREN
        found.append((place, token, depth))
        depth += token.token_type is TokenType.L_PAREN
    return found
