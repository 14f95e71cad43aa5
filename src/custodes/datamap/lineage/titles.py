"""How is a column of a query called when the SQL gives it no alias?"""

from __future__ import annotations

import re

from sqlglot import exp

from custodes.datamap.lineage.names import Names

#: These engines call a cast column by the column's own name.
_CAST_KEEPS_NAME = frozenset(["postgres", "redshift", "materialize", "risingwave", "duckdb"])
_SHORT = 4  # longer literals may be somebody's data and are not repeated
_LITERAL = re.compile(r"'(?:[^']|'')*'")
_NUMBER = re.compile(r"\d{5,}")


def title(node: exp.Expr, names: Names) -> str:
    """The alias or the column's own name; else the expression as text, in lower case, without its longer literals."""
    if isinstance(node, exp.Alias):
        return names.column(node.args["alias"])
    bare = node
    while isinstance(bare, exp.Paren) and isinstance(bare.this, exp.Column):
        bare = bare.this
    if isinstance(bare, exp.Cast) and (names.casts_keep_name or names.dialect in _CAST_KEEPS_NAME):
        while isinstance(bare, exp.Cast | exp.Paren):
            bare = bare.this
    if isinstance(bare, exp.Column) and not isinstance(bare.this, exp.Star):
        return names.column(bare.this)
    if isinstance(bare, exp.Dot):
        return names.column(bare.expression)
    if isinstance(bare, exp.Subquery) and isinstance(bare.this, exp.Select) and len(bare.this.expressions) == 1:
        return title(bare.this.expressions[0], names)
    return _text(node, names)


def _text(node: exp.Expr, names: Names) -> str:
    try:
        text = node.sql(dialect=names.dialect or None, comments=False, normalize_functions=False)
    except Exception:  # noqa: BLE001 - a generator may refuse what its parser took; the name is only for people
        return type(node).__name__.lower()
    text = _LITERAL.sub(lambda found: found[0] if len(found[0]) <= _SHORT + 2 else "'…'", text)
    return _NUMBER.sub("…", text).lower()
