"""Where does each statement of a script begin and end?

A statement ends at a semicolon; a routine or block ends where its END is; in T-SQL a batch ends at GO and a statement
may end without any sign. Statements are numbered from 1; what is only a comment is none.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token, TokenType

from custodes.datamap.lineage.words import END_OF, LITERALS, ROUTINES, SQL_STARTS, word

TSQL: Final = frozenset(["tsql", "fabric"])
_GO = re.compile(r"^[ \t]*GO(?:[ \t]+\d+)?[ \t]*;?[ \t]*(?:--[^\n]*)?$", re.IGNORECASE | re.MULTILINE)
_SLASH = re.compile(r"^[ \t]*/[ \t]*$", re.MULTILINE)
#: Commands of the client program, one to a line: psql's backslash, BTEQ's dot, MySQL's DELIMITER, SQL*Plus' SET.
_CLIENT = re.compile(
    r"^[ \t]*(?:\\[a-z!?][^\n]*|\.[a-z]+[^\n]*|DELIMITER[ \t]+\S+|"
    r"SET[ \t]+(?:SERVEROUTPUT|ECHO|FEEDBACK|DEFINE)[^\n;]*|WHENEVER[ \t][^\n;]*)$",
    re.IGNORECASE | re.MULTILINE,
)
_ODD_DELIMITER = re.compile(r"^[ \t]*DELIMITER[ \t]+(\S+)[ \t]*$", re.IGNORECASE | re.MULTILINE)
_DELIMITERS: Final = 8  # that one script sets; each costs a walk over its text
_TRANSACTION: Final = frozenset(
    ["TRANSACTION", "WORK", "TRAN", "ISOLATION", "READ", "DEFERRED", "IMMEDIATE", "EXCLUSIVE", "CONCURRENT"]
)
_DECIDING: Final = frozenset(["BEGIN", "INSERT", "UPDATE", "DELETE", "MERGE", "CREATE", "DROP"])
_SWALLOWS: Final = frozenset(
    ["BEGIN", "END", "IF", "ELSE", "ELSEIF", "WHILE", "LOOP", "FOR", "REPEAT", "DECLARE", "DO"]
)
_ROUGH = re.compile(
    r"""--[^\n]*|/\*.*?(?:\*/|\Z)|'(?:[^']|'')*(?:'|\Z)|"[^"]*(?:"|\Z)|`[^`]*(?:`|\Z)|(\$\w*\$).*?(?:\1|\Z)|;|[^;'"`$/-]+|.""",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement as tokens, or the reason why it has none. routine: its body holds statements of its own."""

    tokens: Sequence[Token]
    text: str
    unreadable: str = ""
    line: int = 1


def statements(text: str, dialect: str) -> Iterator[Statement]:
    """The statements of a script in order; raises nothing."""
    for batch, line in _batches(text, dialect):
        yield from _batch(batch, dialect, line)


def tokens_of(text: str, dialect: str) -> list[Token]:
    """The tokens of a text; raises SqlglotError where a quote is left open and the like."""
    return _opened(list(Dialect.get_or_raise(dialect or None).tokenize(text)), text, dialect)


def _opened(tokens: list[Token], text: str, dialect: str) -> list[Token]:
    """Some tokenizers keep what follows BEGIN as one text, up to the semicolon: it is taken apart again."""
    if not any(word(before) in _SWALLOWS and _swallowed(token, text) for before, token in pairwise(tokens)):
        return tokens
    found = tokens[:1]
    for before, token in pairwise(tokens):
        if word(before) in _SWALLOWS and _swallowed(token, text):
            rest, start = token.text, token.end + 1 - len(token.text)
            try:
                inside = tokens_of(rest, dialect)
            except (SqlglotError, RecursionError, ValueError, IndexError):
                inside = []
            found.extend(
                Token(one.token_type, one.text, token.line + one.line - 1, one.col, one.start + start, one.end + start)
                for one in inside
            )
        else:
            found.append(token)
    return found


def _swallowed(token: Token, text: str) -> bool:
    # A text in quotes ends with the quote, so that its content is not what stands before its end.
    return (
        token.token_type is TokenType.STRING
        and token.text != ""
        and text[token.end + 1 - len(token.text) : token.end + 1] == token.text
    )


def _batches(text: str, dialect: str) -> Iterator[tuple[str, int]]:
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\x00", " ")
    odd = dict.fromkeys(found[1] for found in _ODD_DELIMITER.finditer(text))
    for delimiter in [one for one in odd if one != ";"][:_DELIMITERS]:
        text = text.replace(delimiter, ";")
    text = _CLIENT.sub(lambda line: f"{line[0].strip()[1:]};" if line[0].strip().startswith("\\copy") else "", text)
    cut = _GO if dialect in TSQL else _SLASH if dialect in {"oracle", "exasol"} else None
    start, line = 0, 1
    if cut is not None:
        for mark in cut.finditer(text):
            yield text[start : mark.start()], line
            line += text.count("\n", start, mark.end())
            start = mark.end()
    yield text[start:], line


def _batch(text: str, dialect: str, line: int) -> Iterator[Statement]:
    try:
        tokens = tokens_of(text, dialect)
    except (SqlglotError, RecursionError, ValueError, IndexError):
        yield from _piecewise(text, dialect, line)
        return
    for chunk in _chunks(tokens, dialect):
        yield Statement(chunk, text, line=line - 1 + chunk[0].line)


def _piecewise(text: str, dialect: str, line: int) -> Iterator[Statement]:
    """The same for a batch of which some part is no SQL: only that part is lost."""
    for piece, begun in _rough(text):
        try:
            tokens = tokens_of(piece, dialect)
        except (SqlglotError, RecursionError, ValueError, IndexError):
            yield Statement((), piece, "its quotes, comments or signs do not close", line - 1 + begun)
            continue
        for chunk in _chunks(tokens, dialect):
            yield Statement(chunk, piece, line=line - 1 + begun)


def _rough(text: str) -> Iterator[tuple[str, int]]:
    start, line = 0, 1
    for part in _ROUGH.finditer(text):
        if part[0] == ";":
            if text[start : part.start()].strip():
                yield text[start : part.start()], line
            line += text.count("\n", start, part.end())
            start = part.end()
    if text[start:].strip():
        yield text[start:], line


def _chunks(tokens: list[Token], dialect: str) -> Iterator[list[Token]]:
    start, place = 0, 0
    blocks = _Blocks(tokens)
    while place < len(tokens):
        if tokens[place].token_type is TokenType.SEMICOLON:
            place += 1
            start = place
            continue
        end = len(tokens) if _fills_batch(tokens, start, dialect) else _end(tokens, start, dialect, blocks)
        yield tokens[start:end]
        start = place = end


def _fills_batch(tokens: Sequence[Token], start: int, dialect: str) -> bool:
    kind = kind_of_routine(tokens[start : start + 12])
    return kind == "PACKAGE" or (dialect in TSQL and kind != "")


def kind_of_routine(tokens: Sequence[Token]) -> str:
    """PROCEDURE, FUNCTION and the like if the statement defines one, else nothing."""
    if not tokens or word(tokens[0]) not in {"CREATE", "ALTER", "REPLACE"}:
        return ""
    for token in tokens[1:12]:
        text = word(token)
        if text in ROUTINES:
            return "PROCEDURE" if text == "PROC" else text
        if text in {"TABLE", "VIEW", "AS", "INDEX", "SCHEMA", "DATABASE", "("}:
            return ""
    return ""


class _Blocks:
    """Where the next word stands that opens a block or begins a statement, found once for all declarations."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._places: list[int] | None = None

    def follow(self, start: int, dialect: str) -> bool:
        """Whether a BEGIN that opens a block comes after a place before another statement could have begun."""
        if dialect in {"bigquery", "mysql", *TSQL}:
            return False
        if self._places is None:
            self._places = [place for place, token in enumerate(self._tokens) if word(token) in _DECIDING]
        found = bisect_right(self._places, start)
        if found == len(self._places) or word(self._tokens[self._places[found]]) != "BEGIN":
            return False
        after = self._places[found] + 1
        return after < len(self._tokens) and word(self._tokens[after]) not in _TRANSACTION


def _end(tokens: Sequence[Token], start: int, dialect: str, blocks: _Blocks) -> int:
    """The place after the last token of the statement that begins at `start`."""
    is_routine = kind_of_routine(tokens[start : start + 12]) != ""
    first = word(tokens[start])
    if not is_routine and (first in SQL_STARTS or first == "("):  # holds no block: the next semicolon ends it
        return next((p for p in range(start, len(tokens)) if tokens[p].token_type is TokenType.SEMICOLON), len(tokens))
    waits = (is_routine and _declares(tokens, start, dialect, blocks)) or (
        first == "DECLARE" and blocks.follow(start, dialect)
    )
    depth, inside, place, at_start = 0, 0, start, True
    while place < len(tokens):
        token = tokens[place]
        text = word(token)
        inside += (token.token_type is TokenType.L_PAREN) - (token.token_type is TokenType.R_PAREN)
        if token.token_type is TokenType.SEMICOLON and inside <= 0:
            if depth <= 0 and not waits:
                return place
            at_start = True
            place += 1
            continue
        step, change, opens = _block_step(tokens, place, at_start, dialect, is_routine or first in {"BEGIN", "DECLARE"})
        depth += change
        waits = waits and not opens
        at_start = text in END_OF or (text == "BEGIN" and change > 0)
        place += step
    return len(tokens)


def _block_step(
    tokens: Sequence[Token], place: int, at_start: bool, dialect: str, is_routine: bool
) -> tuple[int, int, bool]:
    """How many tokens to pass, how the nesting of blocks changes, and whether a BEGIN was met."""
    if dialect in TSQL:  # its blocks are taken apart statement by statement
        return 1, 0, False
    text = word(tokens[place])
    after = word(tokens[place + 1]) if place + 1 < len(tokens) else ""
    if text == "END":
        return (2 if after in {"IF", "LOOP", "WHILE", "CASE", "REPEAT", "FOR", "TRY", "CATCH"} else 1), -1, False
    if text == "BEGIN":
        transaction = after in _TRANSACTION or after in {"", ";"} or (not at_start and not is_routine)
        return 1, 0 if transaction else 1, not transaction
    if text == "CASE":
        return 1, 1, False
    if not (at_start or text in {"LOOP", "DO"}):
        return 1, 0, False
    opens_block = (
        (text == "IF" and after != "EXISTS")
        or (text == "LOOP")
        or (text == "REPEAT" and after != "(")
        or (
            text == "DO"
            and not at_start
            and tokens[place + 1 : place + 2] != []
            and not _is_string(tokens[place + 1])
            and _loops(tokens, place)
        )
    )
    return 1, 1 if opens_block else 0, False


def _loops(tokens: Sequence[Token], place: int) -> bool:
    """Whether this DO belongs to a WHILE or FOR, and is not ON CONFLICT DO."""
    for token in reversed(tokens[max(0, place - 60) : place]):
        text = word(token)
        if text in {"WHILE", "FOR"}:
            return True
        if text in {"CONFLICT", ";"}:
            return False
    return False


def _is_string(token: Token) -> bool:
    return token.token_type in LITERALS


def _declares(tokens: Sequence[Token], start: int, dialect: str, blocks: _Blocks) -> bool:
    """Whether declarations with semicolons stand between the head of a routine and its BEGIN."""
    for place in range(start, len(tokens)):
        if tokens[place].token_type is TokenType.SEMICOLON:
            return False
        if word(tokens[place]) in {"AS", "IS"} and place + 1 < len(tokens):
            follows = tokens[place + 1]
            if _is_string(follows):
                return False
            text = word(follows)
            if text in {
                "BEGIN",
                "SELECT",
                "WITH",
                "RETURN",
                "(",
                "OBJECT",
                "TABLE",
                "INSERT",
                "UPDATE",
                "DELETE",
                "MERGE",
                "OWNER",
                "CALLER",
                "IMPLICIT",
            }:
                continue
            return dialect in {"oracle", "exasol", "snowflake", ""} and blocks.follow(place, dialect)
        if word(tokens[place]) == "BEGIN":
            return False
    return False
