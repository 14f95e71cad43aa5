"""Which words of a SQL statement are values? Each becomes a numbered slot: statements of one shape are one text.

A value may be somebody's e-mail address: behind this file, SQL holds slots only, and what is kept of a statement
(its shape) cannot contain a value. Statements that differ in values alone are parsed once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

# PostgreSQL's lexical rules (SQL Syntax, chapter 4.1): what must be passed over comes first.
_TOKENS: Final = re.compile(
    r"""
      (?P<skip>--[^\n]*|"(?:[^"]|"")*")
    | (?P<comment>/\*)
    | (?P<dollar>\$(?:[A-Za-z_\x80-\uffff][\w\x80-\uffff]*)?\$)
    | (?P<escape>[eE]'(?:[^'\\]|\\.|'')*')
    | (?P<text>(?:[bBxXnN]|[uU]&)?'(?:[^']|'')*')
    | (?P<parameter>\$\d+)
    | (?P<word>[A-Za-z_\x80-\uffff][\w$\x80-\uffff]*)
    | (?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)
    """,
    re.VERBOSE | re.DOTALL,
)
_PARAMETER: Final = re.compile(r"\$(\d+) = (NULL|'((?:[^']|'')*)')")
_SLOT: Final = re.compile(r"~(\d+)~")


@dataclass(frozen=True, slots=True)
class Slotted:
    """sql: the statement with `'~n~'` for its n-th value. values: in order; None where it is NULL or not logged."""

    sql: str
    values: tuple[str | None, ...]


def parameters(detail: str) -> dict[str, str | None]:
    """The values in `parameters: $1 = '5', $2 = NULL`, by `$1`."""
    return {
        f"${number}": None if quoted == "NULL" else text.replace("''", "'")
        for number, quoted, text in _PARAMETER.findall(detail)
    }


def slotted(sql: str, bound: Mapping[str, str | None], *, numbers: bool = True) -> Slotted:
    """The statement with slots for its values. bound: values of `$1`, `$2`, ... numbers: take numbers too."""
    values: list[str | None] = []
    pieces: list[str] = []
    at = 0

    def slot(value: str | None) -> None:
        pieces.append(f"'~{len(values)}~'")
        values.append(value)

    while (found := _TOKENS.search(sql, at)) is not None:
        pieces.append(sql[at : found.start()])
        at = found.end()
        kind, text = found.lastgroup, found[0]
        if kind == "comment":
            at = _comment_end(sql, at)
            pieces.append(" ")
        elif kind == "skip":
            pieces.append(" " if text.startswith("--") else text)
        elif kind == "dollar":
            end = sql.find(text, at)
            slot(sql[at:end] if end >= 0 else None)
            at = end + len(text) if end >= 0 else len(sql)
        elif kind == "escape":
            slot(None if "\\" in text else text[2:-1].replace("''", "'"))
        elif kind == "text":
            slot(text[text.index("'") + 1 : -1].replace("''", "'"))
        elif kind == "parameter":
            slot(bound.get(text))
        elif kind == "number" and numbers:
            slot(text)
        else:
            pieces.append(text)
    pieces.append(sql[at:])
    return Slotted("".join(pieces), tuple(values))


def slot_number(text: str) -> int | None:
    """The number of a slot, None for any other text."""
    found = _SLOT.fullmatch(text)
    return int(found[1]) if found else None


def _comment_end(sql: str, at: int) -> int:
    """PostgreSQL nests comments."""
    depth = 1
    while depth:
        close = sql.find("*/", at)
        if close < 0:
            return len(sql)
        inner = sql.find("/*", at, close)
        if inner >= 0:
            depth, at = depth + 1, inner + 2
        else:
            depth, at = depth - 1, close + 2
    return at
