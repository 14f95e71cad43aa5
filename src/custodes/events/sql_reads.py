"""Which columns of which tables does a query show?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlglot import exp


@dataclass(slots=True)
class Sources:
    """What a query reads from. tables: alias to table. derived: aliases of subqueries and common table expressions."""

    tables: dict[str, exp.Table] = field(default_factory=dict)
    derived: set[str] = field(default_factory=set)


def sources(query: exp.Expr, made: set[str]) -> Sources:
    """The sources of this query itself, not of those inside it. made: names of common table expressions."""
    found = Sources()
    start = query.args.get("from_")
    nodes = [start.this] if start is not None else []
    nodes += [join.this for join in query.args.get("joins") or ()]
    nodes += query.args.get("laterals") or ()
    while nodes:
        node = nodes.pop(0)
        nodes += [join.this for join in node.args.get("joins") or ()]
        alias = node.alias_or_name.lower()
        if isinstance(node, exp.Table) and not (alias in made or (node.name.lower() in made and not node.db)):
            found.tables[alias] = node
        elif isinstance(node, exp.Paren):
            nodes.append(node.this)
        elif isinstance(node, exp.Subquery) and isinstance(node.this, exp.Table):
            nodes.append(node.this)  # brackets around a join
        else:
            found.derived.add(alias)
    return found


def read_fields(
    named: Sources, shown: Sequence[exp.Expr], columns: Mapping[str, Sequence[str]]
) -> Iterator[tuple[exp.Table, list[str]]]:
    """Each table with the columns of it that are shown; a column that may belong to several counts for each.

    A star is `*` unless columns names the table's. Subqueries in `shown` are queries of their own.
    """
    fields: dict[str, dict[str, None]] = {alias: {} for alias in named.tables}
    for node in shown:
        if isinstance(node, exp.Star):
            for seen in fields.values():
                seen["*"] = None
            continue
        for column in _columns(node):
            qualifier, name = column.table.lower(), column.name
            if isinstance(column.this, exp.Star):
                name = "*"
            elif not qualifier and name.lower() in fields:
                qualifier, name = name.lower(), "*"  # the row as a whole: `select c from customer c`
            for alias in _owners(qualifier, name, named, columns):
                fields[alias][name] = None
    for alias, table in named.tables.items():
        known = _known(table, columns)
        names = list(fields[alias])
        if "*" in names and known:
            names = list(dict.fromkeys([*known, *(name for name in names if name != "*")]))
        yield table, names


def _columns(node: exp.Expr) -> Iterator[exp.Column]:
    """The columns in an expression, without those of queries inside it."""
    for found in node.walk(prune=lambda inner: isinstance(inner, exp.Query)):
        if isinstance(found, exp.Column):
            yield found


def _owners(qualifier: str, name: str, named: Sources, columns: Mapping[str, Sequence[str]]) -> Sequence[str]:
    if qualifier:
        return [qualifier] if qualifier in named.tables else []
    known = {alias: _known(table, columns) for alias, table in named.tables.items()}
    sure = [alias for alias, of in known.items() if name in of]
    return sure or [alias for alias, of in known.items() if not of]


def _known(table: exp.Table, columns: Mapping[str, Sequence[str]]) -> Sequence[str]:
    name = table.name.lower()
    return columns.get(f"{table.db.lower() or 'public'}.{name}") or columns.get(name) or ()
