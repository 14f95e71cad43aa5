"""What does one statement add to the lineage?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlglot import exp

from custodes.datamap.lineage.edges import STAR, Edge, Ref, Uncovered
from custodes.datamap.lineage.flow import EMPTY, Flow, Output, Relation
from custodes.datamap.lineage.knowledge import Knowledge
from custodes.datamap.lineage.names import Names
from custodes.datamap.lineage.query import Reader
from custodes.datamap.lineage.routines import Routine
from custodes.datamap.lineage.scope import Notes, Scope, Source

#: Beyond so many indirect edges of one write the row as a whole is named instead of each column.
_MOST: Final = 100_000
Parts = tuple[str, ...]


class Session:
    """What the statements of one file share: names, what is known of tables, what procedures keep."""

    def __init__(self, file: str, names: Names, knowledge: Knowledge) -> None:
        self.file = file
        self.names = names
        self.knowledge = knowledge
        self.reader = Reader(names, knowledge, lambda _node, _scope: Relation())
        self.procedures: set[Parts] = set()
        #: Functions that a trigger may run, by the last part of their name.
        self.trigger_functions: dict[Parts, Routine] = {}
        #: Gaps of functions that no trigger seemed to run, and one was found to.
        self.attached: set[str] = set()
        self.edges: dict[Edge, None] = {}
        #: Tables that anything was put into, and those that the statement of this number took something from: asking
        #: the edges for them would make a script of many statements take the square of its length.
        self.written: set[str] = set()
        self.sources: tuple[int, set[str]] = (0, set())
        self.uncovered: dict[Uncovered, None] = {}


class Work:
    """One statement (or one statement of a body) at work.

    in_body: a procedure's variables are in reach, and INTO names a variable. returns: the function whose rows a
    RETURN gives, with the columns it declares.
    """

    def __init__(self, session: Session, number: int, *, in_body: bool = False, notes: Notes | None = None) -> None:
        self.session = session
        self.number = number
        self.in_body = in_body
        self.notes = notes if notes is not None else Notes()
        self.names = session.names
        self.knowledge = session.knowledge
        self.reader = session.reader

    def scope(self) -> Scope:
        """A scope in which nothing is read yet."""
        return Scope(self.names, notes=self.notes)

    def gap(self, reason: str) -> None:
        """Say what is not known of this statement."""
        self.session.uncovered[Uncovered(self.session.file, self.number, reason)] = None

    def tell(self) -> None:
        """Tell the gaps that the scopes noted, each once, and what its functions send away."""
        for place, flow in self.reader.sent:
            self.emit(place, STAR, flow)
        self.reader.sent.clear()
        for reason in dict.fromkeys(self.notes.gaps):
            self.gap(reason)
        self.notes.gaps.clear()

    def parts(self, table: exp.Expr) -> Parts:
        """The full name of a table that is written to, empty if it has none."""
        if isinstance(table, exp.Schema):
            return self.parts(table.this)
        if not isinstance(table, exp.Table):
            return ()
        if isinstance(table.this, exp.Parameter):
            return ("@" + table.this.name.lower(),)
        return self.names.full(self.names.parts(table))

    def name(self, parts: Parts) -> str:
        """The dataset's name as shown."""
        return self.knowledge.name(parts)

    def column(self, parts: Parts, name: str) -> str:
        """A column of a target as shown: as the schema spells it, if it does."""
        for known in self.knowledge.columns(parts) or ():
            if known == name or known.casefold() == name.casefold():
                return known
        return name

    def is_written(self, parts: Parts) -> bool:
        """Whether an earlier statement put anything into the table."""
        return self.name(parts) in self.session.written

    def took_from(self, table: str) -> bool:
        """Whether the statement at hand already took something from the table."""
        number, tables = self.session.sources
        return number == self.number and table in tables

    def emit(self, table: str, column: str, flow: Flow, rows: frozenset[Ref] = frozenset()) -> None:
        """Edges into one column; what decides its rows decides it too."""
        target = Ref(table, column)
        if self.session.sources[0] != self.number:
            self.session.sources = (self.number, set())
        taken = self.session.sources[1]
        if flow.direct or flow.indirect or rows:
            self.session.written.add(table)
        file, number, edges = self.session.file, self.number, self.session.edges
        self.reader.spend(1 + len(flow.direct) + len(flow.indirect) + len(rows))
        for ref, through in sorted(flow.direct.items()) if len(flow.direct) > 1 else flow.direct.items():
            edges[Edge(file, number, ref, target, "direct", through)] = None
            taken.add(ref.table)
        for ref in sorted(flow.indirect | rows):
            edges[Edge(file, number, ref, target, "indirect")] = None
            taken.add(ref.table)

    def emit_all(self, table: str, columns: Sequence[str], outputs: Sequence[Output], relation: Relation) -> None:
        """Edges from the outputs of a query into the columns of the same places."""
        rows = relation.rows | unmentioned(relation, relation.tables)
        if len(rows) * len(outputs) > _MOST:
            self.emit(table, STAR, EMPTY, rows)
            rows = frozenset()
        for column, output in zip(columns, outputs, strict=False):
            self.emit(table, column, output.flow, rows)


def unmentioned(relation: Relation, tables: frozenset[str]) -> frozenset[Ref]:
    """The tables that are read without any of their columns being named: they still decide how many rows there are."""
    named = {ref.table for output in relation.outputs for ref in output.flow.all}
    named.update(ref.table for ref in relation.rows)
    return frozenset(Ref(table, STAR) for table in tables if table not in named)


def target_source(scope: Scope, relation: Relation, table: exp.Table, names: Names) -> Source:
    """The written table as something its own expressions can name."""
    parts = tuple(part.casefold() for part in names.parts(table))
    alias = table.alias or (parts[-1] if parts else "")
    source = Source(names.alias(alias), relation, parts, stored=True)
    scope.sources.append(source)
    return source
