"""When are two names the same, and how is a name shown?

Shown names are in lower case unless the SQL keeps their case: a quoted name where the engine compares quoted names
exactly, any name in ClickHouse, a table's in BigQuery, and a name that the schema spells otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect, NormalizationStrategy
from sqlglot.tokenizer_core import Token, TokenType


class _Rule(Enum):
    EXACT = "exact"
    FOLDED = "folded"
    LOWER = "quoted names keep their case, others are lower"
    UPPER = "quoted names keep their case, others are upper"


#: Whose strategy differs from what sqlglot says of it: MySQL's columns, like everybody's, are compared without case.
_COLUMNS_ELSE = {"mysql": _Rule.FOLDED, "doris": _Rule.FOLDED, "starrocks": _Rule.FOLDED, "singlestore": _Rule.FOLDED}
_TABLES_ELSE = {**_COLUMNS_ELSE, "bigquery": _Rule.EXACT}
_STRATEGIES = {
    NormalizationStrategy.LOWERCASE: _Rule.LOWER,
    NormalizationStrategy.UPPERCASE: _Rule.UPPER,
    NormalizationStrategy.CASE_SENSITIVE: _Rule.EXACT,
}
_REASONABLE_PARTS = 6
_LONGEST = 100
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z_$]*[0-9]{0,4}")


class Names:
    """The rules of one dialect, and the schema that unqualified tables are in.

    default: `schema` or `db.schema`, may be empty.
    """

    def __init__(self, dialect: str, default: str = "") -> None:
        self.dialect = dialect
        strategy = Dialect.get_or_raise(dialect or None).normalization_strategy
        rule = _STRATEGIES.get(strategy, _Rule.FOLDED)
        self._columns = _COLUMNS_ELSE.get(dialect, rule)
        self._tables = _TABLES_ELSE.get(dialect, rule)
        #: Set for a statement whose casts are all written `column::type`: they are called by the column.
        self.casts_keep_name = False
        self.default: tuple[str, ...] = tuple(part for part in default.split(".") if part)

    def column(self, name: exp.Expr | str) -> str:
        """A column's name as it is compared and shown."""
        if not isinstance(name, str) and name.args.get("quoted") and _SOMEBODYS.fullmatch(name.name):
            return "…"
        return _fold(name, self._columns)

    def told(self, name: exp.Expr) -> str:
        """A name in a reason. In another dialect than the one named, a text may come in a name's quotes."""
        return "…" if name.args.get("quoted") and not _PLAIN.fullmatch(name.name) else name.name[:_LONGEST]

    def alias(self, name: exp.Expr | str) -> str:
        """The name of a table's alias or of a CTE, only for comparing."""
        text = name if isinstance(name, str) else name.name
        return text if self._columns is _Rule.EXACT else text.casefold()

    def parts(self, table: exp.Table) -> tuple[str, ...]:
        """A table's name in parts, catalogue first, as written: without the default schema."""
        found: list[str] = []
        for part in table.parts:
            if isinstance(part, exp.Identifier) and self.dialect == "bigquery":
                found.extend(part.name.split("."))  # `project.dataset.table` may be quoted as one
            else:
                found.append(_sign(part) + _fold(part, self._tables))
        if self.dialect == "bigquery" and found:
            found[-1] = found[-1].split("$", 1)[0] or found[-1]  # table$20240101 is a partition of the table
        return tuple(part for part in found[-_REASONABLE_PARTS:] if part)

    def read(self, tokens: Sequence[Token], place: int) -> tuple[tuple[str, ...], int]:
        """The parts of a table's name that stands in the tokens at a place, and the place after it."""
        found: list[exp.Expr] = []
        while place < len(tokens):
            token = tokens[place]
            if token.token_type is not TokenType.DOT:
                if found and tokens[place - 1].token_type is not TokenType.DOT:
                    break
                found.insert(0, exp.to_identifier(token.text, quoted=token.token_type is TokenType.IDENTIFIER))
            place += 1
        if not found:
            return (), place
        above = [*found[1:3], None, None]
        return self.parts(exp.Table(this=found[0], db=above[0], catalog=above[1])), place

    def full(self, parts: tuple[str, ...]) -> tuple[str, ...]:
        """The same with the default schema in front, as far as parts are missing; temporary `#tables` have none."""
        missing = len(self.default) + 1 - len(parts)
        if missing <= 0 or parts[-1].startswith(("#", "@")):
            return parts
        return self.default[:missing] + parts


def _sign(part: exp.Expr) -> str:
    """T-SQL's mark of a temporary table, which the parser keeps apart from its name."""
    return "##" if part.args.get("global_") else "#" if part.args.get("temporary") else ""


#: In another dialect than the one named, a text may come in a name's quotes: such a name is not repeated.
_SOMEBODYS = re.compile(r"\s*[^@\s]+@[^@\s]+\s*|[\d +()/-]{8,}")


def _fold(name: exp.Expr | str, rule: _Rule) -> str:
    if isinstance(name, str):
        text, quoted = name, False
    else:
        text, quoted = name.name, bool(name.args.get("quoted"))
    if rule is _Rule.EXACT:
        return text
    if quoted and (rule is _Rule.LOWER or (rule is _Rule.UPPER and text.upper() != text)):
        return text
    return text.lower()
