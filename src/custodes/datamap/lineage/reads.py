"""What does FROM read, and what do its joins decide?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from custodes.datamap.lineage import functions, pivots, stars
from custodes.datamap.lineage.edges import Ref
from custodes.datamap.lineage.flow import EMPTY, NOTHING, Flow, Output, Relation, open_output, union
from custodes.datamap.lineage.outside import is_path, shown_path
from custodes.datamap.lineage.scope import Scope, Source

if TYPE_CHECKING:
    from custodes.datamap.lineage.query import Reader

_FILE_FORMATS = frozenset(["parquet", "csv", "json", "orc", "avro", "delta", "text", "binaryfile", "iceberg", "hudi"])
_NESTED = frozenset(["bigquery", "redshift"])  # FROM t, t.items: the second is a column of the first


def add_all(node: exp.Expr, scope: Scope, reader: Reader) -> frozenset[Ref]:
    """Put everything in the FROM of a SELECT into its scope; gives the columns that the joins look at."""
    rows: set[Ref] = set()
    start = node.args.get("from_")
    if start is not None:
        rows |= add(start.this, scope, reader)
    for one in node.args.get("joins") or ():
        rows |= join(one, scope, reader)
    for lateral in node.args.get("laterals") or ():
        rows |= add(lateral, scope, reader)
    return frozenset(rows)


def add(node: exp.Expr, scope: Scope, reader: Reader) -> frozenset[Ref]:
    """Put one thing in FROM into the scope, with all that is joined to it inside parentheses."""
    rows: frozenset[Ref] = frozenset()
    if isinstance(node, exp.Subquery) and isinstance(node.this, exp.Table | exp.Subquery) and not node.alias:
        rows = add(node.this, scope, reader)
    elif isinstance(node, exp.Final | exp.Stream):
        rows = add(node.this.this if isinstance(node.this, exp.Subquery) else node.this, scope, reader)
    elif isinstance(node, exp.Alias | exp.Column):
        name = scope.names.column(node.args.get("alias") or node.this)
        scope.sources.append(
            Source(scope.names.alias(name), Relation([Output(name, reader.flow(node.unalias(), scope))]))
        )
    else:
        scope.sources.append(_source(node, scope, reader))
    return rows.union(*(join(one, scope, reader) for one in node.args.get("joins") or ())).union(
        *(add(lateral, scope, reader) for lateral in node.args.get("laterals") or ())
    )


def anonymous(relation: Relation) -> Source:
    """A source that has no name, such as the rows that ORDER BY of a UNION sees."""
    return Source("", relation)


def _source(node: exp.Expr, scope: Scope, reader: Reader) -> Source:
    alias = node.args.get("alias")
    name = alias.name if alias is not None else ""
    columns = [_column_name(column, scope) for column in (alias.args.get("columns") or ())] if alias is not None else []
    parts: tuple[str, ...] = ()
    stored = False
    if isinstance(node, exp.Table) and isinstance(node.this, exp.Identifier):
        parts = tuple(part.casefold() for part in scope.names.parts(node))
        stored = not node.args.get("pivots") and not (len(parts) == 1 and scope.names.alias(node.this) in scope.ctes)
        name = name or (parts[-1] if parts else "")
    relation = _relation(node, scope, reader)
    for pivot in node.args.get("pivots") or ():
        relation = pivots.pivoted(relation, pivot, scope, reader)
        name = pivot.alias or name
    if isinstance(node, exp.Unnest):
        columns = functions.unnest_columns(node, columns, scope)
    relation = relation.renamed(columns)
    return Source(scope.names.alias(name) if name else "", relation, parts, stored=stored)


def _column_name(column: exp.Expr, scope: Scope) -> str:
    return scope.names.column(column.this if isinstance(column, exp.ColumnDef) else column)


def _relation(node: exp.Expr, scope: Scope, reader: Reader) -> Relation:  # noqa: PLR0911 - one for each kind
    if isinstance(node, exp.Table):
        return _table(node, scope, reader)
    if isinstance(node, exp.Subquery | exp.Query):
        return reader.query(node, scope.beside())
    if isinstance(node, exp.Lateral):
        inside = node.this
        if isinstance(inside, exp.Subquery | exp.Query):
            return reader.query(inside, scope.inner())
        return functions.relation(inside, node.args.get("alias"), scope, reader)
    if isinstance(node, exp.Values):
        return reader.values(node, scope)
    if isinstance(node, exp.Pivot):  # DuckDB's PIVOT and UNPIVOT statements
        inner = scope.beside()
        add(node.this, inner, reader)
        return pivots.pivoted(stars.whole(inner), node, inner, reader)
    return functions.relation(node, node.args.get("alias"), scope, reader)


def _table(node: exp.Table, scope: Scope, reader: Reader) -> Relation:  # noqa: PLR0911 - one for each kind
    for one in node.args.get("rows_from") or ():
        return _table(one, scope, reader)
    inside = node.this
    if isinstance(inside, exp.Parameter):  # a table variable of T-SQL
        return dataset(("@" + inside.name.lower(),), reader)
    if isinstance(inside, exp.Literal | exp.Var):
        return Relation([open_output(shown_path(inside.name))], tables=frozenset([shown_path(inside.name)]))
    if isinstance(inside, exp.Dot) and all(isinstance(part, exp.Identifier) for part in inside.flatten()):
        return dataset(scope.names.full(scope.names.parts(node)), reader)
    if not isinstance(inside, exp.Identifier):
        return functions.relation(inside, node.args.get("alias"), scope, reader, _own_parts(node, scope))
    if node.args.get("db") is None:
        key = scope.names.alias(inside)
        named = scope.ctes.get(key) or scope.notes.records.get(key)
        if named is not None:
            return named
    elif scope.names.dialect in _NESTED:
        column = _nested_column(node, scope)
        if column is not None:
            return Relation([Output("*", column, open=True)])
    if is_path(inside.name) and node.args.get("db") is None:
        path = shown_path(inside.name)
        return Relation([open_output(path)], tables=frozenset([path]))
    database = node.args.get("db")
    if database is not None and database.name.lower() in _FILE_FORMATS and (inside.args.get("quoted")):
        path = shown_path(inside.name)
        return Relation([open_output(path)], tables=frozenset([path]))
    return dataset(scope.names.full(scope.names.parts(node)), reader)


def dataset(parts: tuple[str, ...], reader: Reader) -> Relation:
    """A table by its full name: its columns if they are known, else an open set of them."""
    if not parts:
        return Relation()
    function = reader.functions.get(parts)
    if function is not None:
        return function
    name = reader.knowledge.name(parts)
    columns = reader.knowledge.columns(parts)
    if columns is None:
        return Relation([open_output(name)], tables=frozenset([name]))
    outputs = [Output(column, Flow({Ref(name, column): NOTHING}, frozenset())) for column in columns]
    return Relation(outputs, tables=frozenset([name]))


def _own_parts(node: exp.Table, scope: Scope) -> tuple[str, ...]:
    database = node.args.get("db")
    return (scope.names.column(database),) if database is not None else ()


def _nested_column(node: exp.Table, scope: Scope) -> Flow | None:
    keys = [scope.names.alias(part) for part in node.parts]
    source = scope.source(keys[:1])
    if source is None or not source.alias:
        return None
    return scope.resolve_parts(node.parts)


def join(node: exp.Expr, scope: Scope, reader: Reader) -> frozenset[Ref]:
    """Put what a JOIN adds into the scope; gives the columns that it looks at."""
    before = list(scope.visible)
    rows = set(add(node.this, scope, reader))
    for pivot in node.args.get("pivots") or ():
        scope.sources[-1].relation = pivots.pivoted(scope.sources[-1].relation, pivot, scope, reader)
    added = scope.sources[-1]
    shared = [scope.names.column(one) for one in node.args.get("using") or ()]
    if node.args.get("method") == "NATURAL":
        shared = _common(before, added)
    for name in shared:
        flow = _merged(name, before, added, scope)
        scope.merged[name] = flow
        rows |= flow.all
    for condition in ("on", "match_condition"):
        if node.args.get(condition) is not None:
            rows |= reader.flow(node.args[condition], scope).all
    if (node.args.get("kind") or "").upper() in {"SEMI", "ANTI"} or (node.args.get("side") or "").upper() in {
        "SEMI",
        "ANTI",
    }:
        added.hidden = True
    return frozenset(rows)


def _common(before: list[Source], added: Source) -> list[str]:
    names = [output.name for output in added.relation.outputs if not output.open]
    return [name for name in names if any(source.relation.known(name) is not None for source in before)]


def _merged(name: str, before: list[Source], added: Source, scope: Scope) -> Flow:
    already = scope.merged.get(name)
    if already is not None:
        left = [already]
    else:
        left = [flow for source in before if (flow := source.relation.known(name)) is not None]
        left = left or [flow for source in before if (flow := source.relation.guessed(name)) is not None]
    right = added.relation.known(name) or added.relation.guessed(name) or EMPTY
    return union([*left, right])


def matched(match: exp.Expr, scope: Scope, reader: Reader) -> list[Output]:
    """The columns that MATCH_RECOGNIZE gives: those it partitions by and its measures."""
    outputs = [
        Output(scope.names.column(one.this) if isinstance(one, exp.Column) else "", reader.flow(one, scope))
        for one in match.args.get("partition_by") or ()
    ]
    pattern_variables = [define.alias for define in match.args.get("define") or ()]
    for variable in pattern_variables:  # `a.price` in a measure: a is a row of the pattern, not a table
        scope.sources.append(Source(scope.names.alias(variable), stars.whole(scope), hidden=True))
    for one in match.args.get("measures") or ():
        measure = one.this
        if isinstance(measure, exp.Alias):
            outputs.append(Output(scope.names.column(measure.args["alias"]), reader.flow(measure.this, scope)))
    return outputs
