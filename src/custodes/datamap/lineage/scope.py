"""Which column does a name in an expression mean?

The order: a column that a source of this SELECT is known to have; an alias given earlier in the same SELECT, where the
engine allows that; a column that an enclosing query is known to have; then whatever source is not described. Where
several undescribed sources could have it, all of them are taken and the gap is told: naming too many columns is the
safe side when people's data is traced.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sqlglot import exp

from custodes.datamap.lineage.edges import Ref
from custodes.datamap.lineage.flow import EMPTY, NOTHING, Flow, Relation, union
from custodes.datamap.lineage.names import Names

#: Engines in which an alias of the select list is not visible beside it.
NO_LATERAL_ALIAS = frozenset([
    "athena", "bigquery", "doris", "drill", "fabric", "hive", "mysql", "oracle", "postgres", "presto", "risingwave",
    "sqlite", "starrocks", "trino", "tsql",
])  # fmt: skip
#: Words that look like columns and are none.
_PSEUDO = frozenset([
    "rownum", "rowid", "level", "sysdate", "systimestamp", "current_date", "current_time", "current_timestamp",
    "current_user", "session_user", "localtime", "localtimestamp", "nextval", "currval", "connect_by_isleaf",
    "connect_by_iscycle", "default",
])  # fmt: skip
_PSEUDO_OF = {
    "oracle": frozenset(["user", "uid"]),
    "teradata": frozenset(["user", "date", "time", "session"]),
    "postgres": frozenset(["tg_op", "tg_name", "found", "user"]),
    "redshift": frozenset(["user"]),
}


@dataclass(slots=True)
class Notes:
    """What the scopes of one statement share.

    gaps: what could not be told for certain. variables and records: what a procedure keeps, by name as compared.
    """

    gaps: list[str] = field(default_factory=list)
    variables: dict[str, Flow] = field(default_factory=dict)
    records: dict[str, Relation] = field(default_factory=dict)


@dataclass(slots=True)
class Source:
    """Something in FROM.

    parts: a table's or CTE's name as compared. hidden: it only filters (semi and anti joins). stored: it is a table of
    the database, which may have columns that the schema has not heard of.
    """

    alias: str
    relation: Relation
    parts: tuple[str, ...] = ()
    hidden: bool = False
    stored: bool = False


@dataclass(slots=True)
class Scope:
    """What the expressions of one SELECT can see.

    merged: columns that a join made one of two. ctes: the named queries in reach. aliases: what the select list has
    named so far.
    """

    names: Names
    parent: Scope | None = None
    sources: list[Source] = field(default_factory=list)
    ctes: dict[str, Relation] = field(default_factory=dict)
    merged: dict[str, Flow] = field(default_factory=dict)
    aliases: dict[str, Flow] = field(default_factory=dict)
    windows: dict[str, exp.Expr] = field(default_factory=dict)
    notes: Notes = field(default_factory=Notes)

    def inner(self) -> Scope:
        """A scope for a query inside this one, which sees everything of this one."""
        return Scope(self.names, self, ctes=dict(self.ctes), notes=self.notes)

    def beside(self) -> Scope:
        """A scope for a query in FROM: it sees what encloses this SELECT, but not its siblings."""
        return Scope(self.names, self.parent, ctes=dict(self.ctes), notes=self.notes)

    @property
    def visible(self) -> list[Source]:
        """The sources that `*` stands for."""
        return [source for source in self.sources if not source.hidden]

    def _outward(self) -> Iterator[Scope]:
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.parent

    def source(self, qualifier: Sequence[str]) -> Source | None:
        """The nearest source that `a.` or `schema.table.` means."""
        wanted = tuple(qualifier)
        for scope in self._outward():
            if len(wanted) == 1:
                for source in scope.sources:
                    if source.alias == wanted[0]:
                        return source
            for source in scope.sources:
                if source.parts[-len(wanted) :] == wanted:
                    return source
        return None

    def resolve(self, column: exp.Column) -> Flow:
        """What flows into a column reference."""
        parts = column.parts
        if len(parts) == 1:
            return self._unqualified(parts[0])
        keys = [self.names.alias(part) for part in parts]
        for cut in range(len(parts) - 1, 0, -1):
            source = self.source(keys[:cut])
            if source is not None:
                return self._member(source, parts[cut:])
        return self._field_of(parts)

    def _member(self, source: Source, parts: Sequence[exp.Expr]) -> Flow:
        relation = source.relation
        name = self.names.column(parts[0])
        if len(parts) > 1:  # a field of a struct that the schema describes by its path
            path = ".".join([name, *(self.names.column(part) for part in parts[1:])])
            deep = relation.known(path)
            if deep is not None:
                return deep
        flow = relation.known(name)
        if flow is None:
            flow = relation.guessed(name)
        if flow is not None:
            return flow
        # The schema describes the table and lacks the column: the SQL is newer than the schema.
        if source.stored and len(relation.tables) == 1 and name not in _PSEUDO:
            return Flow({Ref(next(iter(relation.tables)), name): NOTHING}, frozenset())
        return EMPTY

    def resolve_parts(self, parts: Sequence[exp.Expr]) -> Flow:
        """The same for a name in parts, outermost first."""
        names = [part.copy() for part in reversed(parts[:4])]
        args = dict(zip(("this", "table", "db", "catalog"), names, strict=False))
        return self.resolve(exp.Column(**args))

    def _field_of(self, parts: Sequence[exp.Expr]) -> Flow:
        if parts[-1].name.casefold() in _PSEUDO:
            return EMPTY  # a sequence's next value
        record = self.notes.records.get(self.names.alias(parts[-2]))
        if record is not None:
            field_name = self.names.column(parts[-1])
            return record.known(field_name) or record.guessed(field_name) or EMPTY
        kept = self.notes.variables.get(self.names.alias(parts[-2]))
        if kept is not None:
            return kept
        name = self.names.column(parts[0])
        path = ".".join(self.names.column(part) for part in parts)
        for scope in self._outward():
            for wanted in (path, name):
                found = [flow for s in scope.visible if (flow := s.relation.known(wanted)) is not None]
                if found:
                    return union(found)
        single = [source for source in self.visible if source.relation.is_open]
        if len(single) == 1 and len(self.visible) == 1 and self.names.dialect in _STRUCTS:
            return single[0].relation.guessed(name) or EMPTY
        self.notes.gaps.append(
            f"no table or alias {self.names.told(parts[-2])} is in reach of the column {self.names.told(parts[-1])}"
        )
        return EMPTY

    def _unqualified(self, part: exp.Expr) -> Flow:
        name = self.names.column(part)
        if not part.args.get("quoted") and self._is_pseudo(name):
            return EMPTY
        here = self.certain(name)
        if here is not None:
            return here
        scope = self.parent
        while scope is not None:
            flow = scope.certain(name)
            if flow is not None:
                return flow
            scope = scope.parent
        kept = self.notes.variables.get(self.names.alias(part))
        if kept is not None:
            return kept
        if self.names.dialect == "sqlite" and part.args.get("quoted") and not self._is_open():
            return EMPTY  # SQLite takes "a text" for a text where no column is called so
        return self._likely(name, self.names.told(part))

    def _is_open(self) -> bool:
        return any(source.relation.is_open for scope in self._outward() for source in scope.visible)

    def _is_pseudo(self, name: str) -> bool:
        word = name.lower()
        return word in _PSEUDO or word in _PSEUDO_OF.get(self.names.dialect, ())

    def certain(self, name: str) -> Flow | None:
        """What flows into a name that this SELECT alone is known to have, not what encloses it."""
        merged = self.merged.get(name)
        if merged is not None:
            return merged
        if self.names.dialect == "clickhouse" and name in self.aliases:
            return self.aliases[name]
        found = [flow for source in self.visible if (flow := source.relation.known(name)) is not None]
        if found:
            return found[0] if len(found) == 1 else union(found)
        if self.names.dialect not in NO_LATERAL_ALIAS:
            return self.aliases.get(name)
        return None

    def _likely(self, name: str, told: str) -> Flow:
        key = self.names.alias(name)
        for scope in self._outward():
            rows = [source for source in scope.visible if source.alias == key]
            if rows:  # the alias of a table used as a value: the whole row
                return union(output.flow for output in rows[0].relation.outputs)
            guesses = [source for source in scope.visible if source.relation.is_open]
            tables = [source for source in guesses if source.relation.tables]  # rather than an unknown function's rows
            found = [flow for one in tables or guesses if (flow := one.relation.guessed(name)) is not None]
            if len(found) > 1:
                self.notes.gaps.append(
                    f"the column {told} may be of {len(found)} tables: give their columns with --schema"
                )
            if found:
                return union(found)
        for scope in self._outward():
            stored = [next(iter(source.relation.tables), "") for source in scope.visible if source.stored]
            if len(stored) == 1 and len(scope.visible) == 1 and stored[0]:
                return Flow({Ref(stored[0], name): NOTHING}, frozenset())
        if any(scope.sources for scope in self._outward()):
            self.notes.gaps.append(f"no table in reach has a column {told}")
        return EMPTY


_STRUCTS = frozenset(
    [
        "athena",
        "bigquery",
        "clickhouse",
        "databricks",
        "drill",
        "duckdb",
        "hive",
        "presto",
        "spark",
        "spark2",
        "trino",
        "redshift",
        "snowflake",
    ]
) | {""}
