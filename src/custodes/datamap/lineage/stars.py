"""Which columns does `*` stand for?"""

from __future__ import annotations

from typing import Protocol

from sqlglot import exp

from custodes.datamap.lineage.edges import STAR
from custodes.datamap.lineage.flow import EMPTY, Flow, Output, Relation, union
from custodes.datamap.lineage.names import Names
from custodes.datamap.lineage.scope import Scope, Source


class Flows(Protocol):
    """Who reads an expression."""

    names: Names

    def flow(self, node: exp.Expr, scope: Scope) -> Flow:
        """What flows into it."""

    def spend(self, steps: int) -> None:
        """Count steps; raises where a statement takes too many."""


def expand(node: exp.Expr, scope: Scope, reader: Flows) -> list[Output]:
    """The outputs of `*` or `a.*`, with EXCEPT, REPLACE and RENAME obeyed."""
    reader.spend(sum(len(source.relation.outputs) for source in scope.visible))
    if isinstance(node, exp.Dot):  # (expression).*
        outputs = [Output(STAR, reader.flow(node.this, scope), open=True)]
        return _shaped(outputs, node.expression, scope, reader) if isinstance(node.expression, exp.Star) else outputs
    if isinstance(node, exp.Columns):  # DuckDB's COLUMNS(…): which of them its pattern takes is not followed
        return whole(scope).outputs
    if not isinstance(node, exp.Star | exp.Column):
        return [Output(STAR, reader.flow(node, scope), open=True)]
    star = node if isinstance(node, exp.Star) else node.this
    qualifier = [] if isinstance(node, exp.Star) else [part for part in node.parts if not isinstance(part, exp.Star)]
    if not qualifier:
        outputs = whole(scope).outputs
    else:
        source = scope.source([scope.names.alias(part) for part in qualifier])
        if source is None:  # `struct.*`: the fields of a column
            flow = scope.resolve_parts(qualifier)
            outputs = [Output(STAR, flow, open=True)]
        else:
            outputs = source.relation.outputs
    return _shaped(outputs, star, scope, reader) if isinstance(star, exp.Star) else list(outputs)


def whole(scope: Scope) -> Relation:
    """Every column of every source, those that a join merged once and first."""
    outputs: list[Output] = [Output(name, flow) for name, flow in scope.merged.items()]
    for source in scope.visible:
        outputs.extend(_unmerged(source, scope))
    tables = frozenset().union(*(source.relation.tables for source in scope.sources))
    rows = frozenset().union(*(source.relation.rows for source in scope.sources))
    return Relation(outputs, rows, tables)


def _unmerged(source: Source, scope: Scope) -> list[Output]:
    if not scope.merged:
        return source.relation.outputs
    gone = frozenset(name.casefold() for name in scope.merged)
    return [
        output._replace(without=output.without | gone) if output.open else output
        for output in source.relation.outputs
        if output.open or output.name.casefold() not in gone
    ]


def _shaped(outputs: list[Output], star: exp.Star, scope: Scope, reader: Flows) -> list[Output]:
    # A name of several parts in EXCEPT takes a field out of a struct: the column stays.
    without = frozenset(
        reader.names.column(_last(one)).casefold()
        for one in star.args.get("except_") or ()
        if len(getattr(one, "parts", ())) < 2
    )
    replaced = {
        reader.names.column(one.args["alias"]): reader.flow(one.unalias(), scope)
        for one in star.args.get("replace") or ()
        if isinstance(one, exp.Alias)
    }
    renamed = {
        reader.names.column(
            one.this if isinstance(one.this, exp.Identifier) else one.unalias().this
        ): reader.names.column(one.args["alias"])
        for one in star.args.get("rename") or ()
        if isinstance(one, exp.Alias)
    }
    if not (without or replaced or renamed):
        return list(outputs)
    found: list[Output] = []
    for output in outputs:
        if output.open:
            found.extend(Output(new, output.named(old)) for old, new in renamed.items() if not _names(outputs, old))
            found.extend(Output(name, flow) for name, flow in replaced.items() if not _names(outputs, name))
            gone = without | {name.casefold() for name in (*replaced, *renamed)}
            found.append(output._replace(without=output.without | gone))
        elif output.name.casefold() not in without:
            flow = replaced.get(output.name, output.flow)
            found.append(output._replace(name=renamed.get(output.name, output.name), flow=flow))
    return found


def _names(outputs: list[Output], name: str) -> bool:
    return any(not output.open and output.name == name for output in outputs)


def _last(node: exp.Expr) -> exp.Expr:
    return node.this if isinstance(node, exp.Column) else node


def everything(outputs: list[Output]) -> Flow:
    """All columns as one value."""
    return union(output.flow for output in outputs) if outputs else EMPTY
