"""What do ALTER, RENAME, SWAP, DROP and USE change about the names that later statements use?

A rename moves a table's rows to another name, a swap exchanges them: both are direct edges, column by column as far as
the columns are known.
"""

from __future__ import annotations

from sqlglot import exp

from custodes.datamap.lineage.edges import STAR, Ref
from custodes.datamap.lineage.flow import NOTHING, Flow
from custodes.datamap.lineage.work import Parts, Work

#: Engines in which USE names the schema; in the others it names the database.
_USES_SCHEMA = frozenset(
    [
        "mysql",
        "hive",
        "spark",
        "databricks",
        "clickhouse",
        "doris",
        "starrocks",
        "singlestore",
        "trino",
        "presto",
        "athena",
        "teradata",
    ]
) | {""}


def alter(work: Work, node: exp.Expr) -> None:
    """ALTER TABLE: renames, swaps, columns that come, go and get another name."""
    parts = work.parts(node.this)
    if not parts or (node.args.get("kind") or "TABLE").upper() not in {"TABLE", "VIEW"}:
        return
    for action in node.args.get("actions") or ():
        if isinstance(action, exp.AlterRename) and isinstance(action.this, exp.Table):
            rename(work, parts, _sibling(work, parts, action.this))
        elif isinstance(action, exp.SwapTable) and isinstance(action.this, exp.Table):
            swap(work, parts, work.parts(action.this))
        elif isinstance(action, exp.RenameColumn):
            _rename_column(work, parts, action)
        elif isinstance(action, exp.ColumnDef | exp.Drop):
            _columns(work, parts, action)


def _sibling(work: Work, old: Parts, new: exp.Table) -> Parts:
    """RENAME TO keeps the schema unless it names another."""
    written = work.names.parts(new)
    return (*old[: -len(written)], *written) if len(written) < len(old) else written


def moved(work: Work, source: Parts, target: Parts) -> None:
    """All rows of one table are now found under the name of another."""
    for column in work.knowledge.columns(source) or (STAR,):
        work.emit(work.name(target), column, Flow({Ref(work.name(source), column): NOTHING}, frozenset()))


def rename(work: Work, old: Parts, new: Parts) -> None:
    """A table gets another name. Of one that nothing is known of there is nothing to move: that is told."""
    if work.knowledge.columns(old) is not None or work.is_written(old):
        moved(work, old, new)
    else:
        work.gap(f"it renames {work.name(old)} to {work.name(new)}, and no statement or schema tells what that holds")
    work.knowledge.rename(old, new)


def swap(work: Work, one: Parts, other: Parts) -> None:
    """Two tables exchange their names."""
    moved(work, other, one)
    moved(work, one, other)
    work.knowledge.swap(one, other)


def _rename_column(work: Work, parts: Parts, action: exp.Expr) -> None:
    old = work.column(
        parts, work.names.column(action.this.this if isinstance(action.this, exp.Column) else action.this)
    )
    new = work.names.column(action.args["to"].this if isinstance(action.args["to"], exp.Column) else action.args["to"])
    table = work.name(parts)
    work.emit(table, new, Flow({Ref(table, old): NOTHING}, frozenset()))
    known = work.knowledge.columns(parts)
    if known is not None:
        work.knowledge.create(parts, [new if column == old else column for column in known])


def _columns(work: Work, parts: Parts, action: exp.Expr) -> None:
    known = work.knowledge.columns(parts)
    if known is None:
        return
    if isinstance(action, exp.ColumnDef):
        work.knowledge.create(parts, [*known, work.names.column(action.this)])
    elif (action.args.get("kind") or "").upper() == "COLUMN":
        gone = {
            work.names.column(column.this)
            for column in action.find_all(exp.Column)
            if isinstance(column.this, exp.Identifier)
        }
        work.knowledge.create(parts, [column for column in known if column not in gone])


def drop(work: Work, node: exp.Expr) -> None:
    """DROP TABLE and VIEW: the name means nothing known any more."""
    if (node.args.get("kind") or "").upper() in {"TABLE", "VIEW"}:
        tables = node.args.get("tables") or ([node.this] if isinstance(node.args.get("this"), exp.Expr) else [])
        for table in tables:
            parts = work.parts(table)
            if parts:
                work.knowledge.drop(parts)


def use(work: Work, node: exp.Expr) -> None:
    """USE: unqualified tables are elsewhere from here on."""
    named = node.this
    if not isinstance(named, exp.Table):
        return
    parts = work.names.parts(named)
    kind = node.args.get("kind")
    word = kind.name.upper() if isinstance(kind, exp.Expr) else ""
    if word in {"WAREHOUSE", "ROLE", "SECONDARY ROLES"} or not parts:
        return
    if word == "DATABASE" or (not word and len(parts) == 1 and work.names.dialect not in _USES_SCHEMA):
        schema = work.names.default[-1:] if len(work.names.default) > 1 else ()
        work.names.default = (*parts, *schema) if schema else work.names.default
    else:
        keep = work.names.default[: max(len(work.names.default) - len(parts), 0)]
        work.names.default = (*keep, *parts)
