"""What must be written otherwise before sqlglot can parse it, without a change to what flows?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlglot.tokenizer_core import Token, TokenType

from custodes.datamap.lineage.outside import path_after
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
_NAMES: Final = frozenset([TokenType.VAR, TokenType.IDENTIFIER, TokenType.DOT, TokenType.PARAMETER])


def rewritten(tokens: Sequence[Token], dialect: str) -> list[Token]:
    """The statement's tokens in a form that parses."""
    found = list(tokens)
    first = word(found[0]) if found else ""
    if first == "REPLACE" and len(found) > 1 and word(found[1]) in {"INTO", "LOW_PRIORITY", "DELAYED"}:
        found[0] = like(found[0], TokenType.INSERT, "INSERT")
    if dialect == "teradata":
        found = _without_phrases(found)
    if first in {"UPDATE", "MERGE", "WITH"}:
        found = _plain_assignments(found)
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
