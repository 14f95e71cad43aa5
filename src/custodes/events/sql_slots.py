"""Which words of a SQL statement are values? Each becomes a numbered slot: statements of one shape are one text.

A value may be somebody's e-mail address: behind this file, SQL holds slots only, and what is kept of a statement
(its shape) cannot contain a value. Statements that differ in values alone are parsed once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from custodes.events.sql_dialects import POSTGRES, Dialect

_PARAMETER: Final = re.compile(r"\$(\d+) = (NULL|'((?:[^']|'')*)')")
_SLOT: Final = re.compile(r"~(\d+)~")
_RUN: Final = re.compile(r"M?!\d*")  # MariaDB and MySQL run what stands in `/*! ... */`


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


def slotted(sql: str, bound: Mapping[str, str | None], *, numbers: bool = True, dialect: Dialect = POSTGRES) -> Slotted:
    """The statement with slots for its values. numbers: take numbers too.

    bound: values of parameters by their names (`$1`, `:name`, `@name`); of nameless ones `?1`, `?2`, ...
    """
    values: list[str | None] = []
    pieces: list[str] = []
    at = nameless = 0

    def slot(value: str | None) -> None:
        pieces.append(f"'~{len(values)}~'")
        values.append(value)

    while (found := dialect.tokens.search(sql, at)) is not None:
        pieces.append(sql[at : found.start()])
        at = found.end()
        kind, text = found.lastgroup, found[0]
        if kind == "comment":
            inner = _RUN.match(sql, at) if dialect.runs else None
            end = _comment_end(sql, at, nests=dialect.nests)
            if inner is not None:
                # What stands in it is run: it is read like the rest, without the marks around it.
                sql = sql[: inner.end()] + sql[inner.end() : end].removesuffix("*/") + " " + sql[end:]
                end = inner.end()
            at = end
            pieces.append(" ")
        elif kind == "skip":
            pieces.append(text if text[0] == dialect.quote else " ")
        elif kind == "dollar":
            end = sql.find(text, at)
            slot(sql[at:end] if end >= 0 else None)
            at = end + len(text) if end >= 0 else len(sql)
        elif kind == "escape":
            slot(None if "\\" in text else text[2:-1].replace("''", "'"))
        elif kind == "text":
            slot(_inside(text, dialect))
        elif kind == "parameter":
            nameless += text == "?"
            slot(bound.get(f"?{nameless}" if text == "?" else text))
        elif kind == "number" and numbers:
            slot(text)
        else:
            pieces.append(text)
    pieces.append(sql[at:])
    return Slotted("".join(pieces), tuple(values))


def filled(text: str, values: tuple[str | None, ...]) -> str:
    """The text with its slots replaced by their values: only for what names accounts and roles."""
    return re.sub(r"'~(\d+)~'", lambda found: values[int(found[1])] or "?", text)


def slot_number(text: str) -> int | None:
    """The number of a slot, None for any other text."""
    found = _SLOT.fullmatch(text)
    return int(found[1]) if found else None


def _inside(text: str, dialect: Dialect) -> str | None:
    """What a quoted text holds; None where it is written with escapes."""
    if "\\" in text and dialect is not POSTGRES:
        return None
    opened = min(at for at in (text.find("'"), text.find('"')) if at >= 0)
    mark = text[opened]
    if text.startswith(mark * 3, opened) and dialect.quote == "`" and len(text) >= opened + 6:
        return text[opened + 3 : -3]
    return text[opened + 1 : -1].replace(mark * 2, mark)


def _comment_end(sql: str, at: int, *, nests: bool) -> int:
    depth = 1
    while depth:
        close = sql.find("*/", at)
        if close < 0:
            return len(sql)
        inner = sql.find("/*", at, close) if nests else -1
        if inner >= 0:
            depth, at = depth + 1, inner + 2
        else:
            depth, at = depth - 1, close + 2
    return at
