"""What does a query give: which columns, made of what, and what decided its rows?"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlglot import exp

from custodes.datamap.lineage import functions, reads, stars
from custodes.datamap.lineage.edges import Ref
from custodes.datamap.lineage.expressions import flow_of
from custodes.datamap.lineage.flow import EMPTY, Flow, Output, Relation, merge, union
from custodes.datamap.lineage.knowledge import Knowledge
from custodes.datamap.lineage.names import Names
from custodes.datamap.lineage.outside import sent_by
from custodes.datamap.lineage.scope import Scope
from custodes.datamap.lineage.titles import title

_CLAUSES = (
    "prewhere", "where", "having", "qualify", "order", "sort", "cluster", "distribute", "connect", "limit", "match",
)  # fmt: skip
#: Columns looked at, and references between columns made, for one statement. Generous: a query with a thousand columns
#: of a thousand sources each. SQL can double its columns with every line (`SELECT x.*, y.* FROM a x, a y`).
MOST_STEPS = 1_000_000
_ROUNDS = 8  # a recursive CTE's columns may feed each other; each round lets them flow one step further


class TooMuch(Exception):
    """A statement would take more steps, or memory, than any that was written in earnest."""


class Reader:
    """Reads queries of one dialect against what is known of the tables.

    written: called for a statement that writes inside a WITH (PostgreSQL), gives the rows it returns.
    """

    def __init__(self, names: Names, knowledge: Knowledge, written: Callable[[exp.Expr, Scope], Relation]) -> None:
        self.names = names
        self.knowledge = knowledge
        self.written = written
        #: What functions defined in the same files return, by their full name.
        self.functions: dict[tuple[str, ...], Relation] = {}
        #: What functions of the statement at hand send away: where to, and made of what.
        self.sent: list[tuple[str, Flow]] = []
        self._spent = 0

    def begin(self) -> None:
        """Another statement begins, with all its steps before it."""
        self._spent = 0
        self.sent.clear()

    @property
    def spent(self) -> int:
        """The steps of the statement at hand so far."""
        return self._spent

    def spend(self, steps: int) -> None:
        """Count the steps of the statement at hand; raises TooMuch when there are too many."""
        self._spent += steps
        if self._spent > MOST_STEPS:
            raise TooMuch

    def query(self, node: exp.Expr, scope: Scope, *, named: bool = True) -> Relation:
        """Read any query inside `scope`. What is no query gives no columns. named: whether anybody asks their names."""
        relation = self._query(node, scope, named=named)
        self.spend(1 + len(scope.ctes) + len(relation.outputs) + len(relation.rows))
        return relation

    def _query(self, node: exp.Expr, scope: Scope, *, named: bool) -> Relation:  # noqa: PLR0911 - one for each kind
        if isinstance(node, exp.Subquery):
            return self._subquery(node, scope, named=named)
        if isinstance(node, exp.Select):
            return self._select(node, scope.inner(), named=named)
        if isinstance(node, exp.SetOperation):
            return self._set_operation(node, scope.inner())
        if isinstance(node, exp.Values):
            return self.values(node, scope)
        if isinstance(node, exp.Table):
            inner = scope.inner()
            reads.add(node, inner, self)
            return stars.whole(inner)
        if isinstance(node, exp.Pivot):
            inner = scope.inner()
            reads.add(node, inner, self)
            return stars.whole(inner)
        if isinstance(node, exp.Paren):
            return self.query(node.this, scope)
        if isinstance(node, exp.Insert | exp.Update | exp.Delete | exp.Merge):
            return self.written(node, scope)
        return Relation()

    def passes_to(self, node: exp.Anonymous, scope: Scope) -> Flow | None:
        """What a function that reads a dataset of its own gives (see `functions`)."""
        place = sent_by(node.name)
        if place and node.expressions:
            self.sent.append((place, union(self.flow(one, scope) for one in node.expressions)))
        return functions.dictionary(node, scope, self)

    def flow(self, node: exp.Expr, scope: Scope) -> Flow:
        """What flows into an expression."""
        return flow_of(node, scope, self)

    def with_ctes(self, node: exp.Expr, scope: Scope) -> None:
        """Read the named queries of a WITH into the scope."""
        clause = node.args.get("with_")
        if clause is None:
            return
        for cte in clause.expressions:
            alias = cte.args.get("alias")
            if alias is None or not alias.name:
                continue
            key = self.names.alias(alias.this)
            columns = [self.names.column(column) for column in alias.args.get("columns") or ()]
            if cte.args.get("scalar"):  # ClickHouse: WITH (SELECT …) AS name
                scope.aliases[self.names.column(alias.this)] = self.flow(cte.this, scope)
            elif clause.args.get("recursive") or self.names.dialect in _ALWAYS_RECURSIVE:
                scope.ctes[key] = self._recursive(cte, key, columns, scope)
            elif isinstance(cte.this, exp.Query | exp.DML):
                scope.ctes[key] = self.query(cte.this, scope.beside()).renamed(columns)
            else:  # ClickHouse: WITH expression AS name
                scope.aliases[self.names.column(alias.this)] = self.flow(cte.this, scope)

    def _recursive(self, cte: exp.Expr, key: str, columns: list[str], scope: Scope) -> Relation:
        body = cte.this
        while isinstance(body, exp.Subquery):
            body = body.this
        if not isinstance(body, exp.SetOperation) or not _mentions(body, key, self.names):
            return self.query(cte.this, scope.beside()).renamed(columns)
        inside = scope.beside()
        self.with_ctes(body, inside)
        inside.ctes.pop(key, None)
        found = self.query(_leftmost(body), inside).renamed(columns)
        for _ in range(_ROUNDS):
            inside.ctes[key] = found
            after = self.query(body, inside).renamed(columns)
            if after.outputs == found.outputs and after.rows == found.rows:
                break
            found = after
        return found

    def _subquery(self, node: exp.Subquery, scope: Scope, *, named: bool) -> Relation:
        inner = scope
        if node.args.get("with_"):
            inner = scope.inner()
            self.with_ctes(node, inner)
        relation = self.query(node.this, inner, named=named)
        filters = self._filters(node, self._over(relation, inner))
        return Relation(relation.outputs, relation.rows | filters, relation.tables) if filters else relation

    def _over(self, relation: Relation, scope: Scope) -> Scope:
        over = scope.inner()
        over.sources.append(reads.anonymous(relation))
        return over

    def _select(self, node: exp.Select, scope: Scope, *, named: bool) -> Relation:
        self.with_ctes(node, scope)
        return self.select_over(node, scope, named=named)

    def select_over(self, node: exp.Select, scope: Scope, *, named: bool = True) -> Relation:
        """A SELECT in a scope of its own, which may hold sources already."""
        rows: set[Ref] = set(reads.add_all(node, scope, self))
        for window in node.args.get("windows") or ():
            scope.windows[self.names.alias(window.this)] = window
        match = node.args.get("match")
        outputs = reads.matched(match, scope, self) if match else []
        outputs = self._project(node.expressions, scope, outputs, named=named)
        rows |= self._filters(node, scope, outputs)
        for source in scope.sources:
            rows |= source.relation.rows
        tables = frozenset().union(*(source.relation.tables for source in scope.sources))
        return Relation(outputs, frozenset(rows), tables)

    def _project(
        self, expressions: Sequence[exp.Expr], scope: Scope, matched: list[Output], *, named: bool
    ) -> list[Output]:
        outputs: list[Output] = []
        for node in expressions:
            if (node.is_star and not isinstance(node, exp.Alias)) or isinstance(node, exp.Columns):
                outputs.extend(matched or stars.expand(node, scope, self))
                continue
            if isinstance(node, exp.Aliases):
                flow = self.flow(node.this, scope)
                outputs.extend(Output(self.names.column(name), flow) for name in node.aliases)
                continue
            name = title(node, self.names) if named or isinstance(node, exp.Alias) else ""
            flow = self._measured(name, matched) or self.flow(node.unalias(), scope)
            outputs.append(Output(name, flow))
            if isinstance(node, exp.Alias):
                scope.aliases.setdefault(name, flow)
        return outputs

    def _measured(self, name: str, matched: list[Output]) -> Flow | None:
        return next((output.flow for output in matched if output.name == name), None)

    def _filters(self, node: exp.Expr, scope: Scope, outputs: Sequence[Output] = ()) -> frozenset[Ref]:
        """What decides the rows of a SELECT beyond its sources: conditions, groups, orders."""
        rows: set[Ref] = set()
        for clause in _CLAUSES:
            part = node.args.get(clause)
            if clause == "limit" and part is not None:  # only ClickHouse's LIMIT n BY looks at columns
                rows |= frozenset().union(*(self.flow(one, scope).all for one in part.args.get("expressions") or ()))
            elif part is not None and clause != "match":
                rows |= self._deciding(
                    part, scope, outputs, may_use_alias=clause not in ("where", "prewhere", "connect")
                )
        group = node.args.get("group")
        if group is not None:
            rows |= self._deciding(group, scope, outputs, may_use_alias=True)
        distinct = node.args.get("distinct")
        if isinstance(distinct, exp.Distinct) and distinct.args.get("on") is not None:
            rows |= self._deciding(distinct.args["on"], scope, outputs, may_use_alias=True)
        return frozenset(rows)

    def _deciding(
        self, part: exp.Expr, scope: Scope, outputs: Sequence[Output], *, may_use_alias: bool
    ) -> frozenset[Ref]:
        if not may_use_alias:
            return self.flow(part, scope).all
        # A bare name or number in GROUP BY and ORDER BY is an output of the list.
        seen = Scope(scope.names, scope.parent, scope.sources, scope.ctes, scope.merged, {}, scope.windows, scope.notes)
        seen.aliases = {output.name: output.flow for output in outputs if output.name and not output.open}
        aliased = _Aliased(seen, columns_first=isinstance(part, exp.Group))
        rows: set[Ref] = set()
        for one in part.args.get("expressions") or [part.args.get("expression") or part.this]:
            if not isinstance(one, exp.Expr):
                continue
            key = one.this if isinstance(one, exp.Ordered) else one
            rows |= aliased.flow(key, outputs, self)
        for extra in ("rollup", "cube", "grouping_sets"):
            for one in part.args.get(extra) or ():
                if isinstance(one, exp.Expr):
                    rows |= self.flow(one, seen).all
        return frozenset(rows)

    def _set_operation(self, node: exp.SetOperation, scope: Scope) -> Relation:
        self.with_ctes(node, scope)
        branches: list[tuple[exp.Expr, exp.Expr | None]] = []
        walk: exp.Expr = node
        while isinstance(walk, exp.SetOperation) and (walk is node or not walk.args.get("with_")):
            branches.append((walk.expression, walk))
            walk = walk.this
        relation = self.query(walk, scope)
        for branch, operation in reversed(branches):
            relation = _combined(relation, self.query(branch, scope), operation)
        filters = self._filters(node, self._over(relation, scope), relation.outputs)
        return Relation(relation.outputs, relation.rows | filters, relation.tables)

    def values(self, node: exp.Values, scope: Scope) -> Relation:
        """Rows written out; each column is made of what stands in its place."""
        columns: list[list[Flow]] = []
        for row in node.expressions:
            only = row.expressions[0] if isinstance(row, exp.Tuple) and len(row.expressions) == 1 else row
            kept = (
                scope.notes.records.get(self.names.alias(only.name))
                if isinstance(only, exp.Func | exp.Column)
                else None
            )
            if kept is not None:  # VALUES record: all that a procedure's record holds
                return kept
            cells = row.expressions if isinstance(row, exp.Tuple) else [row]
            for place, cell in enumerate(cells):
                if place == len(columns):
                    columns.append([])
                columns[place].append(EMPTY if isinstance(cell, exp.Literal) else self.flow(cell, scope))
        return Relation([Output(f"column{place}", union(flows)) for place, flows in enumerate(columns, 1)])


_ALWAYS_RECURSIVE = frozenset(["tsql", "oracle", "fabric"])


class _Aliased:
    """Reads the keys of GROUP BY and ORDER BY, where a name may be an output's; GROUP BY asks the tables first."""

    def __init__(self, scope: Scope, *, columns_first: bool) -> None:
        self._scope = scope
        self._columns_first = columns_first

    def _is_column(self, name: str) -> bool:
        return any(source.relation.known(name) is not None for source in self._scope.visible)

    def flow(self, key: exp.Expr, outputs: Sequence[Output], reader: Reader) -> frozenset[Ref]:
        if isinstance(key, exp.Literal) and key.is_int:
            place = int(key.name) - 1
            return outputs[place].flow.all if 0 <= place < len(outputs) else frozenset()
        is_name = isinstance(key, exp.Column) and len(key.parts) == 1 and not isinstance(key.this, exp.Star)
        if is_name and not (self._columns_first and self._is_column(reader.names.column(key.this))):
            named = self._scope.aliases.get(reader.names.column(key.this))
            if named is not None:
                return named.all
        return reader.flow(key, self._scope).all


def _combined(left: Relation, right: Relation, operation: exp.Expr | None) -> Relation:
    tables = left.tables | right.tables
    rows = left.rows | right.rows
    if isinstance(operation, exp.Except):
        # No value of the right side gets out; it only takes rows away.
        taken = frozenset().union(*(output.flow.all for output in right.outputs)) if right.outputs else frozenset()
        return Relation(left.outputs, rows | taken, tables)
    by_name = bool(operation is not None and operation.args.get("by_name"))
    if left.is_open or right.is_open or by_name:
        return Relation(_by_name(left, right, by_name=by_name), rows, tables)
    outputs = [
        output._replace(flow=union([output.flow, right.outputs[place].flow])) if place < len(right.outputs) else output
        for place, output in enumerate(left.outputs)
    ]
    if not left.outputs:
        outputs = list(right.outputs)
    return Relation(outputs, rows, tables)


def _by_name(left: Relation, right: Relation, *, by_name: bool) -> list[Output]:
    found: list[Output] = []
    # The first query says which columns there are: if it is known, what the other one has besides has no place.
    opened = [output for output in (*left.outputs, *right.outputs) if output.open] if left.is_open or by_name else []
    names: set[str] = set()
    for output in left.outputs:
        if not output.open:
            other = right.known(output.name) or right.guessed(output.name) or EMPTY
            found.append(output._replace(flow=union([output.flow, other])))
            names.add(output.name)
    if opened:
        found.extend(
            output._replace(flow=union([output.flow, left.guessed(output.name) or EMPTY]))
            for output in right.outputs
            if not output.open and output.name not in names
        )
        direct: dict[Ref, frozenset[str]] = {}
        for output in opened:
            merge(direct, output.flow.direct)
        indirect = frozenset().union(*(output.flow.indirect for output in opened))
        tables = frozenset().union(*(output.tables for output in opened))
        without = frozenset.intersection(*(output.without for output in opened))
        found.append(Output("*", Flow(direct, indirect), open=True, tables=tables, without=without))
    return found


def _leftmost(node: exp.Expr) -> exp.Expr:
    while isinstance(node, exp.SetOperation):
        node = node.this
    return node


def _mentions(body: exp.Expr, key: str, names: Names) -> bool:
    return any(not table.args.get("db") and names.alias(table.name) == key for table in body.find_all(exp.Table))
