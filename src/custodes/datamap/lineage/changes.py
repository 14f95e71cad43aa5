"""Which columns do UPDATE, MERGE and DELETE change, and from what?"""

from __future__ import annotations

from sqlglot import exp

from custodes.datamap.lineage import reads
from custodes.datamap.lineage.edges import STAR, Ref
from custodes.datamap.lineage.flow import EMPTY, Flow, Relation
from custodes.datamap.lineage.scope import Scope, Source
from custodes.datamap.lineage.work import Parts, Work, target_source
from custodes.datamap.lineage.writes import returning


def update(work: Work, node: exp.Expr, outer: Scope | None = None) -> Relation:
    """UPDATE with FROM, with joins (MySQL), over an alias of its FROM (T-SQL); gives what RETURNING gives."""
    scope = outer.inner() if outer is not None else work.scope()
    work.reader.with_ctes(node, scope)
    parts, target, rows = _target(work, node, scope)
    where = node.args.get("where")
    if where is not None:
        rows |= work.reader.flow(where, scope).all
    rows |= _rows_of_others(scope, target)
    written = _set(work, node.expressions, scope, parts, target, rows)
    _rows_unnamed(work, scope, target, written, rows)
    return returning(work, node, parts, scope)


def _target(work: Work, node: exp.Expr, scope: Scope) -> tuple[Parts, Source, frozenset[Ref]]:
    table = node.this
    start = node.args.get("from_")
    rows: frozenset[Ref] = frozenset()
    if start is not None:
        rows |= reads.add(start.this, scope, work.reader)
        same = _same_in_from(work, table, scope)
        if same is not None:
            return _parts_of(same), same, rows
    parts = work.parts(table)
    if isinstance(table, exp.Table) and work.names.alias(table.name) in scope.ctes and table.args.get("db") is None:
        # T-SQL writes through a CTE: the table beneath it is what changes.
        beneath = scope.ctes[work.names.alias(table.name)]
        source = Source(work.names.alias(table.name), beneath)
        scope.sources.append(source)
        return tuple(next(iter(sorted(beneath.tables)), "").split(".")), source, rows | beneath.rows
    if isinstance(table, exp.Table):
        source = target_source(scope, reads.dataset(parts, work.reader), table, work.names)
        for join in table.args.get("joins") or ():
            rows |= reads.join(join, scope, work.reader)
        return parts, source, rows
    empty = Source("", Relation())
    return parts, empty, rows


def _same_in_from(work: Work, table: exp.Expr, scope: Scope) -> Source | None:
    """The source that `UPDATE a … FROM t AS a` means, where the engine lets the target be an alias."""
    if not isinstance(table, exp.Table) or table.alias:
        return None
    wanted = tuple(part.casefold() for part in work.names.parts(table))
    if len(wanted) == 1:
        for source in scope.sources:
            if source.alias == work.names.alias(table.name) and source.parts:
                return source
    if work.names.dialect in {"tsql", "fabric", "redshift"}:
        for source in scope.sources:
            if source.parts and source.parts[-len(wanted) :] == wanted:
                return source
    return None


def _parts_of(source: Source) -> Parts:
    return tuple(next(iter(sorted(source.relation.tables)), "").split("."))


def _rows_of_others(scope: Scope, target: Source) -> frozenset[Ref]:
    return frozenset().union(*(source.relation.rows for source in scope.sources if source is not target))


def _rows_unnamed(work: Work, scope: Scope, target: Source, written: list[Ref], rows: frozenset[Ref]) -> None:
    """Tables that are joined without any column of theirs being named."""
    seen = {ref.table for ref in rows}
    for source in scope.sources:
        if source is not target:
            unnamed = source.relation.tables - seen
            extra = frozenset(Ref(table, STAR) for table in unnamed if not work.took_from(table))
            for ref in written if extra else ():
                work.emit(ref.table, ref.column, EMPTY, extra)


def _set(
    work: Work, assignments: list[exp.Expr], scope: Scope, parts: Parts, target: Source, rows: frozenset[Ref]
) -> list[Ref]:
    written: list[Ref] = []
    for one in assignments:
        if not isinstance(one, exp.EQ | exp.PropertyEQ):
            continue
        left = one.this
        if isinstance(left, exp.Tuple | exp.Paren):
            written.extend(_set_tuple(work, left, one.expression, scope, parts, rows))
            continue
        if isinstance(left, exp.Parameter):
            work.notes.variables["@" + left.name.casefold()] = work.reader.flow(one.expression, scope)
            continue
        table, column = _assigned(work, left, scope, parts, target)
        if column:
            work.emit(table, column, work.reader.flow(one.expression, scope), rows)
            written.append(Ref(table, column))
    return written


def _set_tuple(
    work: Work, left: exp.Expr, right: exp.Expr, scope: Scope, parts: Parts, rows: frozenset[Ref]
) -> list[Ref]:
    """SET (a, b) = (SELECT x, y …) or (1, z)."""
    names = [work.column(parts, work.names.column(_bare(one))) for one in (left.expressions or [left.this])]
    flows: list[Flow]
    if isinstance(right, exp.Subquery | exp.Query):
        relation = work.reader.query(right, scope)
        flows = [Flow(output.flow.direct, output.flow.indirect | relation.rows) for output in relation.outputs]
    else:
        flows = [work.reader.flow(one, scope) for one in (right.expressions or [right])]
    table = work.name(parts)
    for name, flow in zip(names, flows, strict=False):
        work.emit(table, name, flow, rows)
    return [Ref(table, name) for name in names]


def _bare(node: exp.Expr) -> exp.Expr:
    return node.this if isinstance(node, exp.Column) and isinstance(node.this, exp.Expr) else node


def _assigned(work: Work, left: exp.Expr, scope: Scope, parts: Parts, target: Source) -> tuple[str, str]:
    """The dataset and column that the left side of SET names; a field of a struct counts as its column."""
    while isinstance(left, exp.Dot | exp.Bracket | exp.Paren):
        left = left.this
    if isinstance(left, exp.Identifier):
        return work.name(parts), work.column(parts, work.names.column(left))
    if not isinstance(left, exp.Column):
        return "", ""
    names = left.parts
    if len(names) > 1:
        source = scope.source([work.names.alias(part) for part in names[:-1]])
        if source is not None and source is not target and source.parts and not source.hidden:
            other = _parts_of(source)
            return work.name(other), work.column(other, work.names.column(names[-1]))
        if source is None and target.alias != work.names.alias(names[0]):
            return work.name(parts), work.column(parts, work.names.column(names[0]))
    return work.name(parts), work.column(parts, work.names.column(names[-1]))


def delete(work: Work, node: exp.Expr, outer: Scope | None = None) -> Relation:
    """DELETE moves nothing; what its conditions look at decides which whole rows remain."""
    scope = outer.inner() if outer is not None else work.scope()
    work.reader.with_ctes(node, scope)
    rows: frozenset[Ref] = frozenset()
    table = node.this
    named = node.args.get("tables") or []
    for other in node.args.get("using") or ():
        rows |= reads.add(other, scope, work.reader)
    if isinstance(table, exp.Table):
        rows |= reads.add(table, scope, work.reader)
    where = node.args.get("where")
    if where is not None:
        rows |= work.reader.flow(where, scope).all
    rows |= frozenset().union(*(source.relation.rows for source in scope.sources))
    targets: list[Parts] = []
    for one in named or ([table] if isinstance(table, exp.Table) else []):
        source = scope.source([work.names.alias(one.name)])
        targets.append(_parts_of(source) if source is not None and source.parts else work.parts(one))
    for parts in targets:
        work.emit(work.name(parts), STAR, EMPTY, rows)
    return returning(work, node, targets[0], scope) if targets else Relation()


def merge(work: Work, node: exp.Expr, outer: Scope | None = None) -> Relation:
    """MERGE: every arm, with UPDATE *, INSERT * and INSERT ROW by name."""
    scope = outer.inner() if outer is not None else work.scope()
    work.reader.with_ctes(node, scope)
    table = node.this
    if not isinstance(table, exp.Table):
        work.gap("the target of its MERGE is no table")
        return Relation()
    parts = work.parts(table)
    if node.args.get("using") is not None:
        reads.add(node.args["using"], scope, work.reader)
    source = scope.sources[0] if scope.sources else Source("", Relation())
    target = target_source(scope, reads.dataset(parts, work.reader), table, work.names)
    target.hidden = True  # what an arm takes without saying from where is the source's
    rows = source.relation.rows
    if node.args.get("on") is not None:
        target.hidden = False
        rows |= work.reader.flow(node.args["on"], scope).all
        target.hidden = True
    for one in node.args.get("using_cond") or ():
        name = work.names.column(one)
        rows |= (source.relation.known(name) or source.relation.guessed(name) or EMPTY).all
    whens = node.args.get("whens")
    for when in whens.expressions if whens is not None else ():
        _arm(work, when, scope, parts, source, target, rows)
    return Relation()


def _arm(
    work: Work, when: exp.Expr, scope: Scope, parts: Parts, source: Source, target: Source, rows: frozenset[Ref]
) -> None:
    condition = when.args.get("condition")
    if condition is not None:
        rows = rows | work.reader.flow(condition, scope).all
    then = when.args.get("then")
    table = work.name(parts)
    if isinstance(then, exp.Update):
        if any(isinstance(one, exp.Star) for one in then.expressions) or not then.expressions:
            _all_by_name(work, parts, source, rows)
        else:
            target.hidden = False
            _set(work, then.expressions, scope, parts, target, rows)
            target.hidden = True
    elif isinstance(then, exp.Insert):
        _insert_arm(work, then, scope, parts, source, rows)
    else:  # DELETE
        work.emit(table, STAR, EMPTY, rows)


def _insert_arm(work: Work, then: exp.Expr, scope: Scope, parts: Parts, source: Source, rows: frozenset[Ref]) -> None:
    values = then.args.get("expression")
    if not isinstance(values, exp.Expr):
        _all_by_name(work, parts, source, rows, by_place=isinstance(then.this, exp.Var))
        return
    given = (
        values.expressions
        if isinstance(values, exp.Tuple)
        else [values.this if isinstance(values, exp.Paren) else values]
    )
    if isinstance(values, exp.Values):
        given = [
            cell for row in values.expressions for cell in (row.expressions if isinstance(row, exp.Tuple) else [row])
        ]
    listed = then.this
    if isinstance(listed, exp.Tuple | exp.Schema):
        names = [work.names.column(_bare(one)) for one in listed.expressions]
    elif isinstance(listed, exp.Paren):
        names = [work.names.column(_bare(listed.this))]
    else:
        known = work.knowledge.columns(parts)
        names = list(known) if known else [one.output_name or STAR for one in given]
    for name, value in zip(names, given, strict=False):
        work.emit(work.name(parts), work.column(parts, name), work.reader.flow(value, scope), rows)


def _all_by_name(work: Work, parts: Parts, source: Source, rows: frozenset[Ref], *, by_place: bool = False) -> None:
    known = work.knowledge.columns(parts)
    outputs = source.relation.outputs
    if by_place and known and not source.relation.is_open:
        for name, output in zip(known, outputs, strict=False):
            work.emit(work.name(parts), name, output.flow, rows)
        return
    if source.relation.is_open and known:
        for name in known:
            flow = source.relation.known(name) or source.relation.guessed(name)
            if flow is not None:
                work.emit(work.name(parts), name, flow, rows)
        return
    wanted = {name.casefold() for name in known} if known else None
    for output in outputs:
        if wanted is None or output.name.casefold() in wanted:
            work.emit(work.name(parts), work.column(parts, output.name), output.flow, rows)
