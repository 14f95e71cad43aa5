"""Which tables does one parsed statement write, and which does it read?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlglot import exp

from custodes.events.sql_dialects import POSTGRES, Dialect
from custodes.events.sql_nouns import Touch
from custodes.events.sql_reads import Sources, read_fields, sources
from custodes.records import Action


def touches(
    tree: exp.Expr, columns: Mapping[str, tuple[str, ...]], dialect: Dialect = POSTGRES, schema: str = "public"
) -> tuple[Touch, ...]:
    """What the statement touches, writes first.

    columns: `schema.table` or `table` to its columns, for a star. schema: where a table lies that names none.
    """
    return _Touches(tree, columns, dialect, schema).found()


class _Touches:
    """Collects the touches of one parsed statement: a dataset it writes and reads is one touch, the write."""

    def __init__(self, tree: exp.Expr, columns: Mapping[str, tuple[str, ...]], dialect: Dialect, schema: str) -> None:
        self._tree = tree
        self._dialect = dialect
        self._schema = schema
        self._columns = columns
        self._found: dict[str, tuple[Action, dict[str, None]]] = {}
        self._made = {cte.alias.lower() for cte in tree.find_all(exp.CTE)}

    def found(self) -> tuple[Touch, ...]:
        self._changes()
        self._definitions()
        if not (isinstance(self._tree, exp.Create) and self._tree.args.get("kind") == "VIEW"):
            for select in self._tree.find_all(exp.Select):
                self._reads(sources(select, self._made), select.expressions)
        return tuple(Touch(action, dataset, tuple(fields)) for dataset, (action, fields) in self._found.items())

    def _changes(self) -> None:
        tree = self._tree
        for into in tree.find_all(exp.Into):
            self._add(into.this, "create", ["*"])
        for insert in tree.find_all(exp.Insert):
            table, fields = _target(insert.this)
            self._add(table, "create", [*fields, *_returning(insert)])
        for update in tree.find_all(exp.Update):
            if update.this is None:
                continue  # the arm of a MERGE
            named = sources(update, self._made)
            changed = [item.this.name for item in update.expressions if isinstance(item, exp.EQ)]
            self._add(update.this, "update", [*changed, *_returning(update)])
            for join in update.this.args.get("joins") or ():
                self._add(join.this, "read", [])  # MariaDB: UPDATE a JOIN b
            self._reads(named, [item.expression for item in update.expressions if isinstance(item, exp.EQ)])
        for delete in tree.find_all(exp.Delete):
            self._add(delete.this, "delete", ["*"])
            for table in delete.args.get("using") or ():
                self._add(table, "read", [])
        for merge in tree.find_all(exp.Merge):
            changed = [item.this.name for update in merge.find_all(exp.Update) for item in update.expressions]
            self._add(merge.this, "update", changed)
            self._add(merge.args.get("using"), "read", [])

    def _definitions(self) -> None:
        tree = self._tree
        if isinstance(tree, exp.Copy):
            table, fields = _target(tree.this)
            self._add(table, "create" if tree.args.get("kind") else "export", fields)
        elif isinstance(tree, exp.Create) and tree.args.get("kind") in {"TABLE", "VIEW"}:
            table, fields = _target(tree.this)
            self._add(table, "create", fields)
        elif isinstance(tree, (exp.Drop, exp.TruncateTable)):
            for table in tree.find_all(exp.Table):
                self._add(table, "delete", ["*"])

    def _reads(self, named: Sources, seen: Sequence[exp.Expr]) -> None:
        for table, fields in read_fields(named, seen, self._columns):
            self._add(table, "read", fields)

    def _add(self, table: exp.Expr | None, action: Action, fields: Sequence[str]) -> None:
        if not isinstance(table, exp.Table) or (not table.db and table.name.lower() in self._made):
            return
        dataset = self._dataset(table)
        if dataset is None or self._about_itself(dataset):
            return
        # The first action stays: writes are collected before reads.
        _, seen = self._found.setdefault(dataset, (action, {}))
        seen.update(dict.fromkeys(fields))

    def _about_itself(self, dataset: str) -> bool:
        """Whether it is one of the database's own tables, and none of those that hold values."""
        *within, name = dataset.lower().split(".")
        schemas = self._dialect.system
        own = bool(schemas.intersection(within)) or (self._dialect is POSTGRES and name.startswith("pg_"))
        return own and name not in self._dialect.telling

    def _dataset(self, table: exp.Table) -> str | None:
        """`schema.table`, with the catalogue before it where the database has such names.

        A function in the place of a table is named like one; None for the database's own, as far as they are known.
        """
        name = table.this
        dialect = self._dialect
        schema = table.args.get("db")
        within = self._folded(schema) if schema else self._schema
        if isinstance(name, exp.Func):
            if not isinstance(name, exp.Anonymous) or (schema is None and name.name.lower().startswith(dialect.own)):
                return None
            return ".".join(filter(None, (within, name.name.lower())))
        if not table.name:
            return None
        if schema is None and dialect is POSTGRES and table.name.lower() in dialect.telling:
            within = "pg_catalog"
        catalogue = table.args.get("catalog") if dialect.catalogues else None
        parts = (self._folded(catalogue) if catalogue else "", within, self._folded(name))
        return ".".join(filter(None, parts))

    def _folded(self, identifier: exp.Expr) -> str:
        """As the database compares it. Snowflake's own case is the upper one: told in lower case like the others."""
        text = identifier.name
        if not self._dialect.folds:
            return text
        quoted = identifier.args.get("quoted") and not (self._dialect.catalogues and text.isupper())
        return text if quoted else text.lower()


def _target(node: exp.Expr) -> tuple[exp.Expr, list[str]]:
    """The table a statement writes and the columns it names; all of them when it names none."""
    if isinstance(node, exp.Schema):
        return node.this, [column.name for column in node.expressions]
    return node, ["*"]


def _returning(node: exp.Expr) -> list[str]:
    returning = node.args.get("returning")
    return [item.name or "*" for item in returning.expressions] if returning is not None else []
