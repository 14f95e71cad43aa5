"""Which column flows into which, statement by statement, in a script?"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import PurePath
from typing import Final

from sqlglot import exp
from sqlglot.tokenizer_core import Token, TokenType

from custodes.datamap.lineage import changes, definitions, exports, writes
from custodes.datamap.lineage.bodies import pieces
from custodes.datamap.lineage.commands import command
from custodes.datamap.lineage.edges import Lineage
from custodes.datamap.lineage.flow import Flow, Relation
from custodes.datamap.lineage.knowledge import Knowledge
from custodes.datamap.lineage.names import Names
from custodes.datamap.lineage.parse import Unparsed, expanded, parsed
from custodes.datamap.lineage.procedures import Bodies
from custodes.datamap.lineage.query import TooMuch
from custodes.datamap.lineage.rewrites import rewritten, without_outfile, without_output
from custodes.datamap.lineage.routines import listed
from custodes.datamap.lineage.scope import Notes, Scope
from custodes.datamap.lineage.script import TSQL, Statement, kind_of_routine, statements
from custodes.datamap.lineage.words import word
from custodes.datamap.lineage.work import Session, Work

_FRAMES: Final = 6_000  # our own frames for the deepest nesting that `parse` lets through
_LONG: Final = 2_000  # words and signs
_CASTS: Final = frozenset(["CAST", "TRY_CAST", "SAFE_CAST", "CONVERT"])
_NO_DEFINITION: Final = frozenset(["SELECT", "TEMP", "TEMPORARY"])
_BLOCKS: Final = frozenset([
    "BEGIN", "DECLARE", "IF", "LOOP", "WHILE", "FOR", "REPEAT", "CASE", "EXECUTE", "EXEC", "CALL", "LET",
])  # fmt: skip
_WITHOUT_FLOW: Final = (
    exp.Analyze, exp.Attach, exp.Command, exp.Comment, exp.Commit, exp.Declare, exp.Describe, exp.Detach, exp.Grant,
    exp.Kill, exp.Pragma, exp.Refresh, exp.Revoke, exp.Rollback, exp.Semicolon, exp.Set, exp.Show, exp.Summarize,
    exp.Transaction,    exp.TruncateTable, exp.Uncache,
)  # fmt: skip

Handler = Callable[[Work, exp.Expr], object]

_HANDLERS: Final[dict[type, Handler]] = {
    exp.Insert: writes.insert,
    exp.MultitableInserts: writes.several_inserts,
    exp.Create: writes.create,
    exp.Update: changes.update,
    exp.Delete: changes.delete,
    exp.Merge: changes.merge,
    exp.Copy: exports.copy,
    exp.Export: exports.export,
    exp.LoadData: exports.load,
    exp.Alter: definitions.alter,
    exp.Drop: definitions.drop,
    exp.Use: definitions.use,
    exp.Cache: writes.cache,
}
_WRITERS: Final[dict[type, Callable[[Work, exp.Expr, Scope], Relation]]] = {
    exp.Insert: writes.insert,
    exp.Update: changes.update,
    exp.Delete: changes.delete,
    exp.Merge: changes.merge,
}


def trace(
    text: str,
    *,
    dialect: str = "",
    schema: Mapping[str, Sequence[str]] | None = None,
    default_schema: str = "",
    file: str | PurePath = "",
) -> Lineage:
    """The lineage of one script.

    dialect: one of sqlglot's, as `dialects.dialect_of` gives it. schema: `{"table": ["column", ...]}`. default_schema:
    where unqualified tables are. file: how edges name the script. Raises nothing on any text.
    """
    names = Names(dialect, default_schema)
    return Tracer(str(file), names, Knowledge(names, schema)).script(text)


class Tracer:
    """Reads scripts one after the other; what one creates is known to the next statements of the same tracer."""

    def __init__(self, file: str, names: Names, knowledge: Knowledge) -> None:
        self.session = Session(file, names, knowledge)
        self.session.reader.written = self._written
        self.dialect = names.dialect
        self.number = 0
        self._work = Work(self.session, 0)
        self._bodies = Bodies(self.session, self._sql, lambda: self.number)
        self._batch_notes = Notes()  # T-SQL's variables; a reader expects them to live as long as the script

    def script(self, text: str) -> Lineage:
        """Read a whole script, numbered from where the last one ended."""
        before = self.number
        with _deep():
            for statement in statements(text, self.dialect):
                self._statement(statement)
        return Lineage(tuple(self.session.edges), tuple(self.session.uncovered), self.number - before)

    def learn(self, text: str) -> None:
        """Only take the columns of tables that the script defines by a list of columns."""
        for statement in statements(text, self.dialect):
            tokens = list(statement.tokens)
            words = {word(token) for token in tokens}
            if not tokens or word(tokens[0]) != "CREATE" or "TABLE" not in words or words & _NO_DEFINITION:
                continue
            try:
                found = parsed(tokens, statement.text, self.dialect)
            except Unparsed:
                continue
            work = Work(self.session, 0)
            for node in found:
                if isinstance(node, exp.Create) and isinstance(node.this, exp.Schema):
                    work.knowledge.describe(work.parts(node.this), writes.defined(work, node.this))

    def _statement(self, statement: Statement) -> None:
        if statement.unreadable:
            self.number += 1
            Work(self.session, self.number).gap(f"{statement.unreadable}, from line {statement.line} on")
            return
        tokens, text = list(statement.tokens), statement.text
        if kind_of_routine(tokens[:12]):
            self.number += 1
            self._guarded(lambda: self._bodies.routine(tokens, text, Notes()))
        elif self.dialect in TSQL:
            for piece in pieces(tokens, self.dialect):
                self.number += 1
                self._guarded(partial(self._bodies.piece, piece, text, self._batch_notes, in_body=False))
        elif tokens:
            self.number += 1
            self._guarded(lambda: self._one(tokens, text, Notes()))

    def _guarded(self, read: Callable[[], object]) -> None:
        """A mistake of ours costs one statement, and is told."""
        self.session.reader.begin()
        try:
            read()
        except TooMuch:
            Work(self.session, self.number).gap("it makes more columns of columns than can be followed")
        except RecursionError:
            Work(self.session, self.number).gap("it is nested too deep to follow")
        except Exception as mistake:  # noqa: BLE001 - hostile input must not take the other statements along
            place = mistake.__traceback__
            while place is not None and place.tb_next is not None:
                place = place.tb_next
            where = f"{PurePath(place.tb_frame.f_code.co_filename).name}:{place.tb_lineno}" if place is not None else ""
            Work(self.session, self.number).gap(f"a mistake of ours ({type(mistake).__name__} at {where})")

    def _one(self, tokens: list[Token], text: str, notes: Notes) -> None:
        first = word(tokens[0])
        if first in {"END", "/"}:  # of a block that a client's delimiter has cut
            return
        if first == "DO" and len(tokens) > 1:
            self._bodies.anonymous(tokens, notes)
        elif first in _BLOCKS or (first == "SET" and any(word(token) == "SELECT" for token in tokens)):
            in_body = len(tokens) > 2 and first not in {"EXECUTE", "EXEC", "CALL"}
            for piece in pieces(tokens, self.dialect):
                self._bodies.piece(piece, text, notes, in_body=in_body)
        else:
            self._sql(tokens, text, notes)

    def _sql(self, tokens: list[Token], text: str, notes: Notes, *, in_body: bool = False) -> Relation | None:
        """Run one statement; gives the rows of a query that a body keeps by a name."""
        work = Work(self.session, self.number, in_body=in_body, notes=notes)
        tokens = expanded(tokens, self.dialect)
        first = word(tokens[0])
        if first == "EXPLAIN" or (first == "INSERT" and _only_values(tokens)):
            return None
        tokens, path = without_outfile(rewritten(tokens, self.dialect))
        tokens, output = without_output(tokens) if self.dialect in TSQL else (tokens, [])
        work.names.casts_keep_name = _short_casts(tokens)
        if first in {"RENAME", "EXCHANGE", "UNLOAD", "SET"} and command(work, first, tokens):
            return None
        if first == "INSERT" and self.dialect in TSQL and _executes(tokens):
            work.gap("it inserts what a procedure returns")
            return None
        try:
            found = parsed(tokens, text, self.dialect)
        except Unparsed as failure:
            if not command(work, first, tokens):
                work.gap(f"in its body: {failure}" if in_body else str(failure))
            return None
        self._work = work
        relation = None
        for node in found:
            relation = self._node(work, node, path, output)
            if isinstance(node, exp.Command) and not command(work, first, tokens):
                work.gap(f"a statement that begins with {first or 'a sign'} is not followed")
        work.tell()
        return relation

    def _node(self, work: Work, node: exp.Expr, path: str, output: list[Token]) -> Relation | None:
        while isinstance(node, exp.LockingStatement):
            node = node.expression
        if isinstance(node, exp.Paren):
            node = node.this
        handler = _HANDLERS.get(type(node))
        if handler is not None:
            returned = handler(work, node)
            if isinstance(returned, Relation) and returned.outputs:
                _give(work, returned, output)
        elif isinstance(node, exp.Query | exp.Values | exp.Pivot):
            return self._query(work, node, path)
        elif not isinstance(node, _WITHOUT_FLOW):
            work.gap(f"a statement of the kind {type(node).__name__} is not followed")
        return None

    def _query(self, work: Work, node: exp.Expr, path: str) -> Relation | None:
        swapped = _swapped(node)
        if path:
            exports.out(work, work.reader.query(node, work.scope()), [path])
        elif swapped is not None:
            definitions.moved(work, work.names.full((swapped[0],)), work.names.full((swapped[1],)))
        else:
            if self.dialect in TSQL and isinstance(node, exp.Select) and _variables(work, node):
                return None
            relation = writes.select(work, node)
            if work.in_body and self.dialect not in TSQL:
                return relation
        return None

    def _written(self, node: exp.Expr, scope: Scope) -> Relation:
        """A statement that writes inside a WITH."""
        return _WRITERS[type(node)](self._work, node, scope)


def _give(work: Work, returned: Relation, output: list[Token]) -> None:
    """The rows of RETURNING go to the client, those of OUTPUT … INTO to a table."""
    names = [one.name for one in returned.outputs]
    table = ""
    if output:
        parts: tuple[str, ...]
        parts, after = work.names.read(output, 0)
        if output[0].token_type is TokenType.PARAMETER and len(output) > 1:  # a table variable
            parts, after = ("@" + output[1].text.casefold(),), 2
        parts = work.names.full(parts) if parts else ()
        table = work.name(parts)
        names = listed(output[after + 1 :], work.names) or list(work.knowledge.columns(parts) or names)
    work.emit_all(table, names, returned.outputs, returned)


def _only_values(tokens: list[Token]) -> bool:
    """INSERT … VALUES of written-out values moves no column: no need to parse a million of them."""
    return len(tokens) > _LONG and not any(word(token) in {"SELECT", "FROM", "WITH"} for token in tokens)


def _executes(tokens: list[Token]) -> bool:
    """T-SQL's INSERT INTO t EXEC procedure"""
    words = {word(token) for token in tokens}
    return bool(words & {"EXEC", "EXECUTE"}) and not words & {"SELECT", "VALUES"}


def _short_casts(tokens: list[Token]) -> bool:
    """Whether the statement casts, and always as `column::type`."""
    return any(token.token_type is TokenType.DCOLON for token in tokens) and not any(
        word(token) in _CASTS for token in tokens
    )


def _variables(work: Work, node: exp.Select) -> bool:
    """T-SQL's SELECT @x = column FROM t: the value is kept, nothing goes to the client. False for another SELECT."""
    kept = [one for one in node.expressions if isinstance(one, exp.EQ) and isinstance(one.this, exp.Parameter)]
    if not kept:
        return False
    inner = node.copy()
    inner.set("expressions", [exp.alias_(one.expression.copy(), "kept") for one in kept])
    relation = work.reader.query(inner, work.scope())
    for one, output in zip(kept, relation.outputs, strict=False):
        work.notes.variables["@" + one.this.name.casefold()] = Flow(
            output.flow.direct, output.flow.indirect | relation.rows
        )
    return True


def _swapped(node: exp.Expr) -> tuple[str, str] | None:
    """Vertica: SELECT swap_partitions_between_tables('from', 'low', 'high', 'into')"""
    call = node.expressions[0] if isinstance(node, exp.Select) and len(node.expressions) == 1 else None
    if (
        isinstance(call, exp.Anonymous)
        and call.name.lower() == "swap_partitions_between_tables"
        and len(call.expressions) == 4
    ):
        return call.expressions[0].name.lower(), call.expressions[3].name.lower()
    return None


@contextmanager
def _deep() -> Iterator[None]:
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, _FRAMES))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
