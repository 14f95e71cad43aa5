"""What does the definition of a procedure, function or trigger hold: its name, its parameters, its body?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token, TokenType

from custodes.datamap.lineage.names import Names
from custodes.datamap.lineage.script import TSQL, tokens_of
from custodes.datamap.lineage.words import LITERALS, ROUTINES, SQL_STARTS, word

_SQL_LANGUAGES: Final = frozenset(["", "sql", "plpgsql", "plsql", "tsql", "spl", "nzplsql", "sqlscript"])
_RUNS: Final = frozenset(["EXECUTE", "EXEC"])
_RUN: Final = frozenset(["FUNCTION", "PROCEDURE"])
_MODES: Final = frozenset(["IN", "OUT", "INOUT", "VARIADIC", "DEFAULT"])
_NOT_NAMES: Final = frozenset(["IF", "NOT", "EXISTS", "OR", "REPLACE", "ALTER", "BODY", "CONSTRAINT"])


@dataclass(frozen=True, slots=True)
class Routine:
    """A definition taken apart.

    parts: its name as written, catalogue first. parameters: their names as compared. columns: those that RETURNS TABLE
    declares. body: its tokens; empty where reason says why it is not read. gives: its last query is its result. text:
    what the body's tokens were cut from. trigger_of: the table of a trigger, runs: the function that it runs;
    is_trigger: a function for triggers.
    """

    parts: tuple[str, ...]
    parameters: tuple[str, ...]
    columns: tuple[str, ...]
    body: Sequence[Token]
    reason: str = ""
    gives: bool = False
    text: str = ""
    trigger_of: tuple[str, ...] = ()
    runs: tuple[str, ...] = ()
    is_trigger: bool = False


def taken_apart(tokens: Sequence[Token], text: str, dialect: str, names: Names) -> Routine:
    """Read a definition; raises nothing."""
    place = next((p for p, token in enumerate(tokens[:12]) if word(token) in ROUTINES), 0) + 1
    while place < len(tokens) and word(tokens[place]) in _NOT_NAMES:
        place += 1
    parts, place = names.read(tokens, place)
    parameters, place = _parameters(tokens, place, names, dialect)
    columns = _columns(tokens, place, names)
    body, inside, reason, gives = _body(tokens, place, text, dialect)
    if next((word(token) for token in tokens[:12] if word(token) in ROUTINES), "") == "TRIGGER":
        words = [word(token) for token in tokens]
        table = names.read(tokens, words.index("ON") + 1)[0] if "ON" in words else ()
        run = next((p + 2 for p, two in enumerate(pairwise(words)) if two[0] in _RUNS and two[1] in _RUN), None)
        runs = names.read(tokens, run)[0] if run is not None else ()
        return Routine(parts, (), (), () if runs else body, reason, False, inside, table, runs)
    returns = [word(token) for token in tokens[place : place + 6]]
    is_trigger = "RETURNS" in returns and "TRIGGER" in returns
    return Routine(parts, parameters, columns, body, reason, gives, inside, is_trigger=is_trigger)


def _parameters(tokens: Sequence[Token], place: int, names: Names, dialect: str) -> tuple[tuple[str, ...], int]:
    found: list[str] = []
    if place < len(tokens) and tokens[place].token_type is TokenType.L_PAREN:
        end = closing(tokens, place)
        found = listed(tokens[place + 1 : end], names)
        return tuple(found), end + 1
    if dialect in TSQL:  # CREATE PROCEDURE p @a int, @b text AS
        for at in range(place, len(tokens) - 1):
            if word(tokens[at]) in {"AS", "BEGIN"}:
                break
            if tokens[at].token_type is TokenType.PARAMETER:
                found.append("@" + tokens[at + 1].text.casefold())
    return tuple(found), place


def listed(tokens: Sequence[Token], names: Names) -> list[str]:
    """The names that begin each part between commas."""
    found: list[str] = []
    depth, fresh = 0, True
    for place, token in enumerate(tokens):
        if token.token_type in {TokenType.L_PAREN, TokenType.LT}:
            depth += 1
        elif token.token_type in {TokenType.R_PAREN, TokenType.GT}:
            depth -= 1
        elif token.token_type is TokenType.COMMA and depth <= 0:
            fresh = True
        elif fresh and word(token) not in _MODES:
            sign = token.token_type is TokenType.PARAMETER and place + 1 < len(tokens)
            found.append("@" + tokens[place + 1].text.casefold() if sign else names.alias(token.text))
            fresh = False
    return found


def closing(tokens: Sequence[Token], place: int) -> int:
    """The place of the parenthesis that closes the one at `place`."""
    depth = 0
    for at in range(place, len(tokens)):
        depth += (tokens[at].token_type is TokenType.L_PAREN) - (tokens[at].token_type is TokenType.R_PAREN)
        if depth == 0:
            return at
    return len(tokens) - 1


def _columns(tokens: Sequence[Token], place: int, names: Names) -> tuple[str, ...]:
    for at in range(place, min(len(tokens) - 2, place + 8)):
        if word(tokens[at]) in {"RETURNS", "RETURN"} and word(tokens[at + 1]) == "TABLE":
            if tokens[at + 2].token_type in {TokenType.L_PAREN, TokenType.LT}:
                return tuple(listed(tokens[at + 3 : closing(tokens, at + 2)], names))
            return ()
    return ()


def _language(tokens: Sequence[Token]) -> str:
    before = ""
    for place, token in enumerate(tokens[:-1]):
        # A table may have the name: `ON public.language FOR EACH ROW`.
        if word(token) == "LANGUAGE" and before not in {".", "ON"}:
            return tokens[place + 1].text.lower()
        before = word(token) or token.text
    return ""


def _body(tokens: Sequence[Token], place: int, text: str, dialect: str) -> tuple[Sequence[Token], str, str, bool]:
    language = _language(tokens[place:])
    if language not in _SQL_LANGUAGES:
        return (), "", f"its body is written in {language}, which is not read", False
    start = _start(tokens, place, dialect)
    if start is None or start >= len(tokens):
        return (), "", "", False
    first = tokens[start]
    if first.token_type in LITERALS:
        if dialect in {"spark", "databricks", "hive"} and not language:
            return (), "", "its body is a program, which is not read", False
        inside = first.text
        try:
            return tokens_of(inside, dialect), inside, "", language == "sql" and dialect != "snowflake"
        except (SqlglotError, RecursionError, ValueError, IndexError):
            return (), "", "the quotes, comments or signs of its body do not close", False
    return tokens[start:], text, "", word(first) in {"SELECT", "WITH", "(", "TABLE"}


def _start(tokens: Sequence[Token], place: int, dialect: str) -> int | None:
    """The first token of the body."""
    depth = 0
    is_trigger = any(word(token) == "TRIGGER" for token in tokens[:6])
    for at in range(place, len(tokens)):
        token = tokens[at]
        text = word(token)
        depth += (token.token_type is TokenType.L_PAREN) - (token.token_type is TokenType.R_PAREN)
        if depth > 0:
            continue
        before = word(tokens[at - 1])
        if text in {"AS", "IS"} and before not in {"EXECUTE", "EXEC", "OLD", "NEW", "ROW"} and at + 1 < len(tokens):
            if is_trigger and word(tokens[at + 1]) in {"OLD", "NEW"}:
                continue
            return at + 1
        if text in {"BEGIN", "DECLARE", "RETURN"} or (text == "DO" and before != "CONFLICT"):
            return at if text != "DO" else at + 1
        if is_trigger and text == "ROW" and before == "EACH":
            return at + 1
        if (
            not is_trigger
            and text in SQL_STARTS
            and dialect not in TSQL
            and (at > place or tokens[at - 1].token_type is TokenType.R_PAREN)
            and text not in {"WITH", "LOAD", "FROM"}
        ):
            return at
    return None


def without_into(tokens: Sequence[Token]) -> tuple[list[Token], list[str]]:
    """A SELECT of a body without its INTO, and the names of the variables that it fills."""
    depth, start = 0, None
    if not tokens or word(tokens[0]) not in {"SELECT", "WITH", "SEL"}:
        return list(tokens), []
    for place, token in enumerate(tokens):
        depth += (token.token_type is TokenType.L_PAREN) - (token.token_type is TokenType.R_PAREN)
        if depth == 0 and word(token) == "INSERT":
            return list(tokens), []
        if depth == 0 and word(token) in {"INTO", "BULK COLLECT INTO"}:
            start = place
            break
    if start is None:
        return list(tokens), []
    end = start + 1
    found: list[str] = []
    while end < len(tokens):
        text = word(tokens[end])
        if text in {"FROM", "WHERE", "GROUP", "ORDER", "LIMIT", "UNION", "HAVING", "FOR"} or _ends_targets(
            tokens, start, end
        ):
            break
        if text not in {"STRICT", ",", "BULK", "COLLECT"} and tokens[end].token_type is not TokenType.COMMA:
            found.append(tokens[end].text)
        end += 1
    before = start - 2 if start > 2 and word(tokens[start - 1]) == "COLLECT" else start  # BULK COLLECT INTO
    return [*tokens[:before], *tokens[end:]], found


def _ends_targets(tokens: Sequence[Token], start: int, place: int) -> bool:
    """Whether the list of variables is over: `SELECT INTO v count(*) FROM t` has the select list behind it."""
    if start != 1 or place == start + 1:
        return False
    before = tokens[place - 1]
    return (
        before.token_type not in {TokenType.COMMA, TokenType.DOT}
        and word(before) != "STRICT"
        and tokens[place].token_type
        not in {
            TokenType.COMMA,
            TokenType.DOT,
        }
    )
