"""Which columns does an INSERT, a CREATE or a SELECT INTO fill?"""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from custodes.datamap.lineage import reads, stars
from custodes.datamap.lineage.edges import STAR, Ref
from custodes.datamap.lineage.flow import EMPTY, NOTHING, Flow, Output, Relation, union
from custodes.datamap.lineage.outside import shown_path
from custodes.datamap.lineage.scope import Scope, Source
from custodes.datamap.lineage.work import Parts, Work

_MADE = frozenset(["TABLE", "VIEW"])


def select(work: Work, node: exp.Expr) -> Relation:
    """A query by itself: its rows go to whoever ran it, or with INTO to a table; gives the rows."""
    into = _take_into(node)
    scope = work.scope()
    relation = work.reader.query(node, scope)
    if into is None or (work.in_body and work.names.dialect not in {"tsql", "fabric"}):
        columns = [output.name for output in relation.outputs]
        work.emit_all("", columns, relation.outputs, relation)
    else:
        fill(work, work.parts(into), relation)
    return relation


def _take_into(node: exp.Expr) -> exp.Expr | None:
    first = node
    while isinstance(first, exp.SetOperation | exp.Subquery):
        first = first.this
    into = first.args.get("into") if isinstance(first, exp.Select) else None
    return into.this if into is not None else None


def cache(work: Work, node: exp.Expr) -> None:
    """Spark's CACHE TABLE name AS query: the name can be read like a table."""
    query = node.args.get("expression")
    if isinstance(query, exp.Query):
        fill(work, work.parts(node.this), work.reader.query(query, work.scope()))


def fill(work: Work, parts: Parts, relation: Relation, columns: Sequence[str] = ()) -> None:
    """A new table is made of a query's rows; later statements know its columns."""
    if not parts:
        return
    names = [*columns, *(output.name for output in relation.outputs[len(columns) :])]
    work.emit_all(work.name(parts), names, relation.outputs, relation)
    work.knowledge.create(parts, None if relation.is_open else names)


def insert(work: Work, node: exp.Expr, outer: Scope | None = None) -> Relation:
    """INSERT in all its forms; gives the rows that RETURNING gives."""
    scope = outer.inner() if outer is not None else work.scope()
    work.reader.with_ctes(node, scope)
    target = node.this
    if isinstance(target, exp.Directory):
        path = shown_path(target.this.name)
        relation = work.reader.query(node.expression, scope)
        work.emit_all(path, [output.name for output in relation.outputs], relation.outputs, relation)
        return Relation()
    if not isinstance(target, exp.Schema | exp.Table) or not isinstance(
        target.this if isinstance(target, exp.Table) else exp.Identifier(), exp.Identifier | exp.Parameter
    ):
        _into_function(work, node, scope)
        return Relation()
    parts = work.parts(target)
    listed = _listed(work, target)
    relation = Relation()
    if isinstance(node.expression, exp.Expr):
        relation = work.reader.query(node.expression, scope)
        if node.args.get("source") and not relation.outputs:
            relation = Relation()
    columns = target_columns(work, parts, listed, relation, node)
    work.emit_all(work.name(parts), columns, _spread(relation.outputs, columns), relation)
    _conflict(work, node, parts, columns, relation, scope)
    return returning(work, node, parts, scope)


def _listed(work: Work, target: exp.Expr) -> list[str]:
    if not isinstance(target, exp.Schema):
        return []
    return [
        work.names.column(one.this if isinstance(one, exp.ColumnDef | exp.Column) else one)
        for one in target.expressions
    ]


def target_columns(work: Work, parts: Parts, listed: list[str], relation: Relation, node: exp.Expr) -> list[str]:
    """The names of the columns that the outputs of a query go to, by place."""
    if listed:
        return [work.column(parts, name) for name in listed]
    outputs = relation.outputs
    names = [output.name for output in outputs]
    if isinstance(node.expression, exp.Values) and node.expression.expressions:
        first = node.expression.expressions[0]
        cells = first.expressions if isinstance(first, exp.Tuple) else [first]
        names = [
            work.names.column(cell.this) if isinstance(cell, exp.Column) else name
            for cell, name in zip(cells, names, strict=False)
        ]
    fixed, dynamic = _partition(work, node)
    known = work.knowledge.columns(parts)
    if known is None or relation.is_open or node.args.get("by_name"):
        if dynamic and not relation.is_open and len(outputs) > len(dynamic):
            names[-len(dynamic) :] = dynamic
        return [work.column(parts, name) for name in names]
    places = [column for column in known if column.casefold() not in fixed]
    return [*places[: len(outputs)], *names[len(places) :]]


def _partition(work: Work, node: exp.Expr) -> tuple[frozenset[str], list[str]]:
    """The columns that PARTITION (a='x', b) sets itself, and those the last outputs go to."""
    fixed: set[str] = set()
    dynamic: list[str] = []
    partition = node.args.get("partition")
    for one in partition.expressions if isinstance(partition, exp.Partition) else ():
        if isinstance(one, exp.EQ | exp.PropertyEQ):
            fixed.add(work.names.column(one.this.this if isinstance(one.this, exp.Column) else one.this).casefold())
        elif isinstance(one, exp.Column | exp.Identifier):
            dynamic.append(work.names.column(one.this if isinstance(one, exp.Column) else one))
    return frozenset(fixed), dynamic


def _spread(outputs: Sequence[Output], columns: Sequence[str]) -> list[Output]:
    """The outputs place by place: an open one stands for as many columns as are left over."""
    if len(outputs) >= len(columns) or not any(output.open for output in outputs):
        return list(outputs)
    spread: list[Output] = []
    missing = len(columns) - len(outputs)
    for output in outputs:
        spread.append(output)
        if output.open and missing:
            spread.extend([output] * missing)
            missing = 0
    return spread


def _into_function(work: Work, node: exp.Expr, scope: Scope) -> None:
    """ClickHouse: INSERT INTO FUNCTION s3('address', ...) SELECT …"""
    relation = work.reader.query(node.expression, scope) if isinstance(node.expression, exp.Expr) else Relation()
    place = node.this.this if isinstance(node.this, exp.Schema | exp.Table) else node.this
    addresses = [literal.name for literal in place.find_all(exp.Literal, bfs=False) if literal.is_string]
    if not addresses:
        work.gap("it writes to a function whose place is not written out")
        return
    work.emit_all(shown_path(addresses[0]), [output.name for output in relation.outputs], relation.outputs, relation)


def _conflict(
    work: Work, node: exp.Expr, parts: Parts, columns: Sequence[str], relation: Relation, scope: Scope
) -> None:
    """ON CONFLICT DO UPDATE and ON DUPLICATE KEY UPDATE: `excluded` is the row that was to be inserted."""
    conflict = node.args.get("conflict")
    if conflict is None or not conflict.expressions:
        return
    offered = [output._replace(name=name, open=False) for name, output in zip(columns, relation.outputs, strict=False)]
    inside = scope.inner()
    inside.sources.append(Source("excluded", Relation(offered), hidden=True))
    inside.sources.append(Source("new", Relation(offered), hidden=True))
    if isinstance(node.expression, exp.Select) and conflict.args.get(
        "duplicate"
    ):  # MySQL lets it name the SELECT's tables
        reads.add_all(node.expression, inside, work.reader)
    alias = node.expression.alias if isinstance(node.expression, exp.Values) else ""
    if alias:
        inside.sources.append(Source(work.names.alias(alias), Relation(offered), hidden=True))
    existing = reads.dataset(parts, work.reader)
    table = node.this.this if isinstance(node.this, exp.Schema) else node.this
    inside.sources.append(
        Source(work.names.alias(table.alias or parts[-1]), existing, tuple(part.casefold() for part in parts))
    )
    by_name = {output.name.casefold(): output.flow for output in offered}
    deciding = (
        work.reader.flow(conflict.args["where"], inside).all if conflict.args.get("where") is not None else frozenset()
    )
    for one in conflict.expressions:
        if isinstance(one, exp.EQ) and isinstance(one.this, exp.Column):
            flow = _offered_values(one.expression, by_name) or work.reader.flow(one.expression, inside)
            column = work.column(parts, work.names.column(one.this.this))
            work.emit(work.name(parts), column, flow, deciding)


def _offered_values(node: exp.Expr, by_name: dict[str, Flow]) -> Flow | None:
    """MySQL's VALUES(column) alone on the right side."""
    if isinstance(node, exp.Anonymous) and node.name.upper() == "VALUES" and len(node.expressions) == 1:
        return by_name.get(node.expressions[0].name.casefold(), EMPTY)
    return None


def returning(work: Work, node: exp.Expr, parts: Parts, scope: Scope) -> Relation:
    """The rows that a writing statement gives back."""
    clause = node.args.get("returning")
    if clause is None or not parts:
        return Relation()
    inside = scope.inner()
    inside.sources = [*scope.sources]
    if not any(source.parts and source.parts[-1] == parts[-1].casefold() for source in inside.sources):
        inside.sources.append(
            Source(work.names.alias(parts[-1]), reads.dataset(parts, work.reader), tuple(p.casefold() for p in parts))
        )
    for name in ("inserted", "deleted", "new", "old"):  # T-SQL's OUTPUT and others' names for the row after and before
        inside.sources.append(Source(name, reads.dataset(parts, work.reader), hidden=True))
    outputs: list[Output] = []
    for one in clause.expressions:
        if one.is_star:
            outputs.extend(stars.expand(one, inside, work.reader))
        else:
            name = work.names.column(one.args["alias"]) if isinstance(one, exp.Alias) else one.output_name
            outputs.append(Output(work.names.column(name), work.reader.flow(one.unalias(), inside)))
    place = clause.args.get("into")
    if isinstance(place, exp.Expr):  # into a variable of the procedure
        key = work.names.alias(place.name)
        work.notes.variables[key] = union([work.notes.variables.get(key, EMPTY), *(output.flow for output in outputs)])
        return Relation()
    return Relation(outputs)


def several_inserts(work: Work, node: exp.Expr) -> None:
    """Hive's FROM x INSERT … INSERT …, and Oracle's and Snowflake's INSERT ALL: one source, many targets."""
    scope = work.scope()
    work.reader.with_ctes(node, scope)
    source = node.args["source"]
    if isinstance(source, exp.Query) and node.args.get("kind"):
        relation = work.reader.query(source, scope)
        scope.sources.append(Source("", relation))
        rows = relation.rows
    else:
        rows = reads.add(source, scope, work.reader)
    tried: frozenset[Ref] = frozenset()
    for one in node.expressions:
        conditions = rows
        each = one
        if isinstance(one, exp.ConditionalInsert):
            each = one.this
            if one.args.get("expression") is not None:
                tried |= work.reader.flow(one.args["expression"], scope).all
            conditions = rows | tried
        _one_of_several(work, each, scope, conditions)


def _one_of_several(work: Work, node: exp.Expr, scope: Scope, rows: frozenset[Ref]) -> None:
    inside = scope.inner()
    query = node.expression
    if isinstance(query, exp.Select) and query.args.get("from_") is None:
        inside.sources = list(scope.sources)
        inside.parent = scope.parent
        query = query.copy()
        relation = _select_over(work, query, inside)
    elif isinstance(query, exp.Expr):
        relation = work.reader.query(query, scope)
    else:
        relation = stars.whole(scope)
    relation = Relation(relation.outputs, relation.rows | rows, relation.tables)
    target = node.this
    if isinstance(target, exp.Directory):
        work.emit_all(shown_path(target.this.name), [o.name for o in relation.outputs], relation.outputs, relation)
        return
    parts = work.parts(target)
    columns = target_columns(work, parts, _listed(work, target), relation, node)
    work.emit_all(work.name(parts), columns, _spread(relation.outputs, columns), relation)


def _select_over(work: Work, query: exp.Select, scope: Scope) -> Relation:
    found = work.reader.select_over(query, scope)
    return Relation(found.outputs, found.rows, frozenset().union(*(source.relation.tables for source in scope.sources)))


def create(work: Work, node: exp.Expr) -> None:
    """CREATE TABLE, VIEW and the like, AS a query, LIKE or CLONE of another table, or from a list of columns."""
    kind = (node.args.get("kind") or "").upper()
    if kind not in _MADE:
        return
    scope = work.scope()
    work.reader.with_ctes(node, scope)
    target = node.this
    parts = work.parts(target)
    if not parts:
        return
    listed = defined(work, target)
    query = node.args.get("expression")
    properties = node.args.get("properties")
    if isinstance(query, exp.Query | exp.Table | exp.Values | exp.Paren | exp.Pivot):
        relation = work.reader.query(query, scope)
        redirected = properties.find(exp.ToTableProperty) if properties is not None else None
        if redirected is not None:  # ClickHouse: a materialised view that writes into a table
            work.knowledge.create(parts, None if relation.is_open else [output.name for output in relation.outputs])
            parts = work.parts(redirected.this)
            work.emit_all(
                work.name(parts), [work.column(parts, o.name) for o in relation.outputs], relation.outputs, relation
            )
            return
        fill(work, parts, relation, listed if not relation.is_open else ())
        return
    model = node.args.get("clone") or _like(node)
    if model is not None:
        _copy(work, parts, work.parts(model.this), data=isinstance(model, exp.Clone))
        return
    work.knowledge.create(parts, listed or None)
    _computed(work, target, parts)
    location = properties.find(exp.LocationProperty) if isinstance(properties, exp.Properties) else None
    if location is not None and isinstance(properties, exp.Properties) and properties.find(exp.ExternalProperty):
        path = shown_path(location.this.name)
        for column in listed or [STAR]:
            work.emit(work.name(parts), column, Flow({Ref(path, column): NOTHING}, frozenset()))


def defined(work: Work, target: exp.Expr) -> list[str]:
    """The columns that a CREATE lists."""
    if not isinstance(target, exp.Schema):
        return []
    return [
        work.names.column(one.this if isinstance(one, exp.ColumnDef) else one)
        for one in target.expressions
        if isinstance(one, exp.ColumnDef | exp.Identifier)
    ]


def _like(node: exp.Expr) -> exp.Expr | None:
    if isinstance(node.this, exp.Schema):
        for one in node.this.expressions:
            if isinstance(one, exp.LikeProperty):
                return one
    properties = node.args.get("properties")
    return properties.find(exp.LikeProperty) if properties is not None else None


def _copy(work: Work, parts: Parts, model: Parts, *, data: bool) -> None:
    """CLONE takes the data along; LIKE only the shape, which is an indirect edge of the whole rows."""
    if not model:
        return
    columns = work.knowledge.columns(model)
    work.knowledge.create(parts, columns)
    source, target = work.name(model), work.name(parts)
    if not data:
        work.emit(target, STAR, EMPTY, frozenset([Ref(source, STAR)]))
        return
    for column in columns or (STAR,):
        work.emit(target, column, Flow({Ref(source, column): NOTHING}, frozenset()))


def _computed(work: Work, target: exp.Expr, parts: Parts) -> None:
    """GENERATED ALWAYS AS (expression): a column made of others of the same row."""
    for column in target.expressions if isinstance(target, exp.Schema) else ():
        for constraint in column.find_all(exp.ComputedColumnConstraint, exp.GeneratedAsIdentityColumnConstraint):
            made_of = constraint.args.get("expression") or constraint.this
            if isinstance(made_of, exp.Expr):
                scope = work.scope()
                scope.sources.append(Source("", reads.dataset(parts, work.reader), parts, stored=True))
                work.emit(work.name(parts), work.names.column(column.this), work.reader.flow(made_of, scope))
