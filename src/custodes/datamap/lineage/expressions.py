"""Which columns flow into an expression, and which only decide what it gives?

Direct: through operators, functions, aggregates, casts, both sides of a comparison whose truth is the value, the
results of CASE and IF. Indirect: the conditions of CASE and IF, PARTITION BY and ORDER BY of a window or aggregate,
FILTER, EXISTS, and the rows behind `count(*)`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

from sqlglot import exp

from custodes.datamap.lineage.edges import STAR, Ref
from custodes.datamap.lineage.flow import EMPTY, NOTHING, Flow, Relation, Through, merge
from custodes.datamap.lineage.scope import Scope

_DATE_UNITS: Final = frozenset([
    "year", "yy", "yyyy", "quarter", "qq", "q", "month", "mm", "m", "week", "wk", "ww", "isowk", "iso_week",
    "isoweek", "weekday", "dw", "dayofyear", "dy", "y", "day", "dd", "d", "hour", "hh", "minute", "mi", "n",
    "second", "ss", "s", "millisecond", "ms", "microsecond", "mcs", "nanosecond", "ns", "epoch", "dow", "doy",
    "isodow", "century", "decade", "millennium",
])  # fmt: skip


class Queries(Protocol):
    """Who reads a query inside an expression."""

    def query(self, node: exp.Expr, scope: Scope, *, named: bool = True) -> Relation:
        """What the query gives."""

    def spend(self, steps: int) -> None:
        """Count steps; raises where a statement takes too many."""

    def passes_to(self, node: exp.Anonymous, scope: Scope) -> Flow | None:
        """What a function that reads a dataset of its own gives, None for any other function."""


Step = tuple[exp.Expr, bool, Through]


class _Walk:
    """One walk over an expression, without recursion: SQL made by machines nests deep."""

    def __init__(self, scope: Scope, queries: Queries) -> None:
        self.scope = scope
        self.queries = queries
        self.direct: dict[Ref, Through] = {}
        self.indirect: set[Ref] = set()
        self.todo: list[Step] = []
        #: Nodes that name a parameter of a lambda, not a column.
        self.passed_over: set[int] = set()

    def take(self, flow: Flow, as_value: bool, through: Through) -> None:
        self.queries.spend(1 + len(flow.direct) + len(flow.indirect))
        if as_value:
            merge(self.direct, flow.direct, through)
        else:
            self.indirect.update(flow.direct)
        self.indirect |= flow.indirect

    def push(self, node: object, as_value: bool, through: Through) -> None:
        if isinstance(node, exp.Expr):
            self.todo.append((node, as_value, through))
        elif isinstance(node, list):
            for one in node:
                self.push(one, as_value, through)

    def run(self, node: exp.Expr) -> Flow:
        self.todo.append((node, True, NOTHING))
        while self.todo:
            self._step(*self.todo.pop())
        return Flow(self.direct, frozenset(self.indirect)) if self.direct or self.indirect else EMPTY

    def _step(self, node: exp.Expr, as_value: bool, through: Through) -> None:
        handler = _HANDLERS.get(type(node))
        if handler is not None:
            handler(self, node, as_value, through)
        elif isinstance(node, exp.Query):
            _query(self, node, as_value, through)
        else:
            if isinstance(node, exp.Func):
                through = through | {_name_of(node)}
            for child in node.args.values():
                if child.__class__ is not str and child:
                    self.push(child, as_value, through)


Handler = Callable[[_Walk, exp.Expr, bool, Through], None]


def flow_of(node: exp.Expr, scope: Scope, queries: Queries) -> Flow:
    """What flows into the value of an expression; raises nothing."""
    queries.spend(1 + len(scope.sources))
    if type(node) is exp.Column and not isinstance(node.this, exp.Star):
        flow = scope.resolve(node)
        queries.spend(len(flow.direct) + len(flow.indirect))
        return flow
    return _Walk(scope, queries).run(node)


def _name_of(node: exp.Func) -> str:
    return node.name.lower() if isinstance(node, exp.Anonymous | exp.AnonymousAggFunc) else node.sql_name().lower()


def _column(walk: _Walk, node: exp.Expr, as_value: bool, through: Through) -> None:
    if isinstance(node.this, exp.Star):
        _star(walk, node, as_value, through)
    elif isinstance(node, exp.Column) and id(node) not in walk.passed_over:
        walk.queries.spend(len(walk.scope.sources))
        walk.take(walk.scope.resolve(node), as_value, through)


def _star(walk: _Walk, node: exp.Expr, as_value: bool, through: Through) -> None:
    table = node.args.get("table")
    source = walk.scope.source([walk.scope.names.alias(table)]) if table else None
    sources = [source] if source else walk.scope.visible
    if through & {"count", "count_big"}:
        # `count(*)`: no value flows, but there is one row for every row of these tables.
        for one in sources:
            walk.indirect.update(Ref(name, STAR) for name in one.relation.tables)
        return
    for one in sources:
        for output in one.relation.outputs:
            walk.take(output.flow, as_value, through)


def _query(walk: _Walk, node: exp.Expr, as_value: bool, through: Through) -> None:
    relation = walk.queries.query(node, walk.scope, named=False)
    for output in relation.outputs:
        walk.take(output.flow, as_value, through)
    walk.indirect |= relation.rows
    if not any(output.flow.all for output in relation.outputs) and not relation.rows:
        walk.indirect.update(Ref(name, STAR) for name in relation.tables)


def _exists(walk: _Walk, node: exp.Expr, _as_value: bool, through: Through) -> None:
    if isinstance(node.this, exp.Query):
        _query(walk, node.this, False, through)
    else:  # exists(array, x -> ...) is a function
        walk.push(list(node.args.values()), True, through)


def _case(walk: _Walk, node: exp.Expr, as_value: bool, through: Through) -> None:
    walk.push(node.this, False, through)
    for one in node.args.get("ifs") or ():
        walk.push(one.this, False, through)
        walk.push(one.args.get("true"), as_value, through)
    walk.push(node.args.get("default"), as_value, through)


def _if(walk: _Walk, node: exp.Expr, as_value: bool, through: Through) -> None:
    walk.push(node.this, False, through)
    walk.push(node.args.get("true"), as_value, through)
    walk.push(node.args.get("false"), as_value, through)


def _decode(walk: _Walk, node: exp.Expr, as_value: bool, through: Through) -> None:
    # DECODE(x, 1, a, 2, b, c): x and the values it is compared with only choose.
    arguments = node.args.get("expressions") or []
    last = len(arguments) - 1
    for place, one in enumerate(arguments):
        is_result = place >= 2 and (place % 2 == 0 or place == last)
        walk.push(one, as_value and is_result, through)


def _window(walk: _Walk, node: exp.Expr, as_value: bool, through: Through) -> None:
    walk.push(node.this, as_value, through)
    walk.push([node.args.get("partition_by"), node.args.get("order"), node.args.get("spec")], False, through)
    named = node.args.get("alias")
    if named is not None:
        known = walk.scope.windows.get(walk.scope.names.alias(named))
        if known is not None and known is not node:
            walk.push([known.args.get("partition_by"), known.args.get("order")], False, through)


def _filter(walk: _Walk, node: exp.Expr, as_value: bool, through: Through) -> None:
    walk.push(node.this, as_value, through)
    walk.push(node.args.get("expression"), False, through)


def _within_group(walk: _Walk, node: exp.Expr, as_value: bool, through: Through) -> None:
    # percentile_cont(0.5) WITHIN GROUP (ORDER BY x) gives an x; listagg(x) WITHIN GROUP (ORDER BY y) gives x.
    function = node.this
    gives_its_own = any(True for _ in function.find_all(exp.Column))
    walk.push(function, as_value, through)
    order = node.args.get("expression")
    if isinstance(order, exp.Order) and not gives_its_own:
        walk.push(
            order.expressions, as_value, through | {_name_of(function)} if isinstance(function, exp.Func) else through
        )
    else:
        walk.push(order, False, through)


def _order(walk: _Walk, node: exp.Expr, as_value: bool, through: Through) -> None:
    # Inside an aggregate: array_agg(x ORDER BY y). Of a window or query it is indirect already.
    walk.push(node.this, as_value, through)
    walk.push(node.expressions, False, through)


def _having_max(walk: _Walk, node: exp.Expr, as_value: bool, through: Through) -> None:
    walk.push(node.this, as_value, through)
    walk.push(node.args.get("expression"), False, through)


def _arg_max(walk: _Walk, node: exp.Expr, as_value: bool, through: Through) -> None:
    through = through | {_name_of(node)} if isinstance(node, exp.Func) else through
    walk.push(node.this, as_value, through)
    walk.push(node.args.get("expression"), False, through)


def _anonymous(walk: _Walk, node: exp.Expr, as_value: bool, through: Through) -> None:
    if isinstance(node, exp.Anonymous):
        own = walk.queries.passes_to(node, walk.scope)
        if own is not None:
            walk.take(own, as_value, through | {node.name.lower()})
            return
    arguments = list(node.expressions)
    if arguments and _is_unit(arguments[0]) and node.name.lower().startswith(("date", "time", "trunc", "last_day")):
        arguments = arguments[1:]
    walk.push(arguments, as_value, through | {node.name.lower()})


def _is_unit(node: exp.Expr) -> bool:
    return isinstance(node, exp.Column) and not node.args.get("table") and node.name.lower() in _DATE_UNITS


def _lambda(walk: _Walk, node: exp.Expr, as_value: bool, through: Through) -> None:
    # The parameters are no columns: `x` and `x.field` in the body are what the array holds, which flows already.
    taken = {part.name.lower() for part in node.expressions}
    for one in node.this.find_all(exp.Column, exp.Dot):
        first = one.parts[0] if isinstance(one, exp.Column) else _leftmost(one)
        if first.name.lower() in taken:
            walk.passed_over.add(id(one))
    walk.push(node.this, as_value, through)


def _leftmost(node: exp.Expr) -> exp.Expr:
    while isinstance(node, exp.Dot):
        node = node.this
    return node


def _parameter(walk: _Walk, node: exp.Expr, as_value: bool, through: Through) -> None:
    sign = "@" if isinstance(node, exp.Parameter) else ""  # Snowflake's :variable is a placeholder
    kept = walk.scope.notes.variables.get(sign + node.name.casefold())
    if kept is not None:
        walk.take(kept, as_value, through)


def _comprehension(walk: _Walk, node: exp.Expr, as_value: bool, through: Through) -> None:
    # [f(x) FOR x IN list IF …]: x is an element of the list.
    own = {node.expression.name.lower()} if isinstance(node.expression, exp.Expr) else set()
    walk.push(node.args.get("iterator"), as_value, through)
    for column in node.this.find_all(exp.Column):
        if column.parts[0].name.lower() not in own:
            walk.push(column, as_value, through)


def _dot(walk: _Walk, node: exp.Expr, as_value: bool, through: Through) -> None:
    # `alias.column.method()` of T-SQL comes without a column: its first names are put together again.
    if id(node) in walk.passed_over:
        return
    parts: list[exp.Expr] = []
    left = node
    while isinstance(left, exp.Dot):
        if isinstance(left.expression, exp.Anonymous):
            walk.queries.passes_to(left.expression, walk.scope)
        if isinstance(left.expression, exp.Func):
            walk.push(list(left.expression.args.values()), as_value, through)
        parts.append(left.expression)
        left = left.this
    if isinstance(left, exp.Paren) and isinstance(left.this, exp.Column) and len(left.this.parts) == 1:
        row = left.this.parts[0]  # PostgreSQL: (alias).column
        if walk.scope.source([walk.scope.names.alias(row)]) is not None:
            left = row
    if not isinstance(left, exp.Identifier):
        walk.push(left, as_value, through)
        return
    names = [left, *(part for part in reversed(parts) if isinstance(part, exp.Identifier))][:4]
    if len(names) == 1 and walk.scope.names.dialect in _SCHEMA_BEFORE_CALL:
        return  # `schema.function(…)`: a column has no methods there
    walk.take(walk.scope.resolve_parts(names), as_value, through)


_SCHEMA_BEFORE_CALL: Final = {"postgres", "redshift", "mysql", "duckdb", "snowflake", "bigquery"}


def _nothing(_walk: _Walk, _node: exp.Expr, _as_value: bool, _through: Through) -> None:
    return


def _in(walk: _Walk, node: exp.Expr, as_value: bool, through: Through) -> None:
    walk.push(node.this, as_value, through)
    walk.push(node.args.get("expressions"), as_value, through)
    query, unnest = node.args.get("query"), node.args.get("unnest")
    walk.push(query, as_value, through)
    walk.push(unnest, as_value, through)


_HANDLERS: Final[dict[type, Handler]] = {
    exp.Column: _column,
    exp.Star: _star,
    exp.Subquery: _query,
    exp.Exists: _exists,
    exp.Case: _case,
    exp.If: _if,
    exp.Nvl2: _if,
    exp.DecodeCase: _decode,
    exp.Window: _window,
    exp.Filter: _filter,
    exp.WithinGroup: _within_group,
    exp.Order: _order,
    exp.HavingMax: _having_max,
    exp.ArgMax: _arg_max,
    exp.ArgMin: _arg_max,
    exp.Anonymous: _anonymous,
    exp.Lambda: _lambda,
    exp.In: _in,
    exp.DataType: _nothing,
    exp.Literal: _nothing,
    exp.Identifier: _nothing,
    exp.Var: _nothing,
    exp.Parameter: _parameter,
    exp.Comprehension: _comprehension,
    exp.Dot: _dot,
    exp.Placeholder: _parameter,
    exp.Table: _nothing,
    exp.JSONPath: _nothing,
}
