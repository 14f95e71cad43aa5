"""What does PIVOT or UNPIVOT make of the columns it is put over?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from custodes.datamap.lineage.edges import Ref
from custodes.datamap.lineage.flow import EMPTY, Flow, Output, Relation, union
from custodes.datamap.lineage.scope import Scope, Source

if TYPE_CHECKING:
    from custodes.datamap.lineage.query import Reader


def pivoted(relation: Relation, pivot: exp.Expr, scope: Scope, reader: Reader) -> Relation:
    """The rows after the pivot. Aggregates flow into the new columns; what the pivot spreads by only decides."""
    over = scope.beside()
    over.sources.append(Source("", relation))
    made = _unpivot(pivot, over, reader) if pivot.args.get("unpivot") else _pivot(pivot, over, reader)
    outputs, used = made
    kept = [
        output._replace(without=output.without | used) if output.open else output
        for output in relation.outputs
        if output.open or output.name.casefold() not in used
    ]
    if pivot.args.get("group") is not None:
        wanted = [
            reader.names.column(one.this) for one in pivot.args["group"].expressions if isinstance(one, exp.Column)
        ]
        kept = [Output(name, relation.known(name) or relation.guessed(name) or EMPTY) for name in wanted]
    elif isinstance(pivot.this, exp.Expr) and not pivot.args.get("unpivot") and pivot.args.get("using"):
        kept = [output for output in kept if not output.open] or kept
    alias = pivot.args.get("alias")
    names = [reader.names.column(column) for column in alias.args.get("columns") or ()] if alias is not None else []
    return Relation([*kept, *outputs], relation.rows, relation.tables).renamed(names)


def _pivot(pivot: exp.Expr, over: Scope, reader: Reader) -> tuple[list[Output], frozenset[str]]:
    simple = bool(pivot.args.get("using"))  # DuckDB: PIVOT t ON k USING sum(x)
    aggregates = pivot.args["using"] if simple else pivot.expressions
    spread = pivot.expressions if simple else [field.this for field in pivot.args.get("fields") or ()]
    deciding: frozenset[Ref] = frozenset().union(*(reader.flow(one, over).all for one in spread))
    used: set[str] = set()
    flows: list[Flow] = []
    for aggregate in aggregates:
        flow = reader.flow(aggregate.unalias(), over)
        flows.append(Flow(flow.direct, flow.indirect | deciding))
        used |= {
            reader.names.column(one.this).casefold()
            for one in aggregate.find_all(exp.Column)
            if isinstance(one.this, exp.Identifier)
        }
    for one in spread:
        used |= {
            reader.names.column(column.this).casefold()
            for column in one.find_all(exp.Column)
            if isinstance(column.this, exp.Identifier)
        }
    columns = pivot.args.get("columns") or []
    if not columns:
        return [Output("*", union(flows), open=True)], frozenset(used)
    outputs = [
        Output(_plain(column, reader), flows[place % len(flows)] if flows else EMPTY)
        for place, column in enumerate(columns)
    ]
    return outputs, frozenset(used)


def _plain(column: exp.Expr, reader: Reader) -> str:
    return reader.names.column(column)


def _unpivot(pivot: exp.Expr, over: Scope, reader: Reader) -> tuple[list[Output], frozenset[str]]:
    used: set[str] = set()
    outputs: list[Output] = []
    values = [
        one for part in pivot.expressions for one in (part.expressions if isinstance(part, exp.Tuple) else [part])
    ]
    flows: list[list[Flow]] = [[] for _ in values]
    for field in pivot.args.get("fields") or ():
        if isinstance(field, exp.In):
            outputs.append(
                Output(
                    reader.names.column(field.this.this if isinstance(field.this, exp.Column) else field.this), EMPTY
                )
            )
            for one in field.expressions:
                bare = one.this if isinstance(one, exp.PivotAlias) else one
                parts = bare.expressions if isinstance(bare, exp.Tuple) else [bare]
                for place, part in enumerate(parts):
                    column = (
                        part
                        if isinstance(part, exp.Column)
                        else exp.column(part.copy())
                        if isinstance(part, exp.Identifier)
                        else part
                    )
                    if flows:
                        flows[place % len(flows)].append(reader.flow(column, over))
                    used.add(reader.names.column(column.this if isinstance(column, exp.Column) else column).casefold())
    for value, into in zip(values, flows, strict=True):
        named = value.this if isinstance(value, exp.Column) else value
        outputs.append(Output(reader.names.column(named), union(into)))
    return outputs, frozenset(used)
