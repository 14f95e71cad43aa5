"""Which column flows into which, statement by statement, in a script?"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import PurePath
from typing import Final

from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.tokens import Token, TokenType

from custodes.datamap.lineage import changes, definitions, exports, reads, writes
from custodes.datamap.lineage.bodies import Piece, pieces
from custodes.datamap.lineage.commands import HARMLESS, command, path_after
from custodes.datamap.lineage.edges import Lineage
from custodes.datamap.lineage.flow import EMPTY, Flow, Relation, union
from custodes.datamap.lineage.knowledge import Knowledge
from custodes.datamap.lineage.names import Names
from custodes.datamap.lineage.parse import Unparsed, expanded, parsed
from custodes.datamap.lineage.rewrites import like, rewritten, without_outfile
from custodes.datamap.lineage.routines import Routine, taken_apart, without_into
from custodes.datamap.lineage.scope import Notes, Scope
from custodes.datamap.lineage.script import TSQL, Statement, routine, statements, tokens_of
from custodes.datamap.lineage.words import SQL_STARTS, word
from custodes.datamap.lineage.work import Session, Work

_FRAMES: Final = 6_000  # our own frames for the deepest nesting that `parse` lets through
_DEPTH: Final = 8  # SQL in a text in SQL in a text …

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

    dialect: one of sqlglot's, as `dialects.dialect_of` gives it. schema: `{"table": ["column", ...]}`. default_schema: what
    unqualified tables are in. file: how edges name the script. Raises nothing on any text.
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
        self._depth = 0

    def script(self, text: str) -> Lineage:
        """Read a whole script, numbered from where the last one ended."""
        before = self.number
        with _deep():
            for statement in statements(text, self.dialect):
                self._statement(statement)
        return self.result(self.number - before)

    def learn(self, text: str) -> None:
        """Only take the columns of tables that the script defines by a list of columns."""
        for statement in statements(text, self.dialect):
            tokens = list(statement.tokens)
            words = {word(token) for token in tokens}
            if not tokens or word(tokens[0]) != "CREATE" or "TABLE" not in words or words & {"SELECT", "TEMP", "TEMPORARY"}:
                continue
            try:
                found = parsed(tokens, statement.text, self.dialect)
            except Unparsed:
                continue
            work = Work(self.session, 0)
            for node in found:
                if isinstance(node, exp.Create) and isinstance(node.this, exp.Schema):
                    parts = work.parts(node.this)
                    if parts:
                        self.session.knowledge.describe(parts, writes.defined(work, node.this))

    def result(self, count: int = 0) -> Lineage:
        """Everything found so far."""
        return Lineage(tuple(self.session.edges), tuple(self.session.uncovered), count)

    def _statement(self, statement: Statement) -> None:
        if statement.unreadable:
            self.number += 1
            Work(self.session, self.number).gap(f"{statement.unreadable}, from line {statement.line} on")
            return
        tokens = list(statement.tokens)
        if not tokens:
            return
        if routine(tokens[:12]):
            self.number += 1
            self._guarded(lambda: self._routine(tokens, statement.text, Notes()))
        elif self.dialect in TSQL:
            self._batch(tokens, statement.text)
        else:
            self.number += 1
            self._guarded(lambda: self._one(tokens, statement.text, Notes()))

    def _guarded(self, read: Callable[[], None]) -> None:
        """A mistake of ours costs one statement, and is told."""
        try:
            read()
        except RecursionError:
            Work(self.session, self.number).gap("it is nested too deep to follow")
        except Exception as mistake:  # noqa: BLE001 - hostile input must not take the other statements along
            place = mistake.__traceback__
            while place is not None and place.tb_next is not None:
                place = place.tb_next
            where = f" at {PurePath(place.tb_frame.f_code.co_filename).name}:{place.tb_lineno}" if place is not None else ""
            Work(self.session, self.number).gap(f"a mistake of ours ({type(mistake).__name__}{where})")

    def _batch(self, tokens: list[Token], text: str) -> None:
        notes = getattr(self, "_batch_notes", None) or Notes()
        self._batch_notes = notes  # variables live as long as the script; a batch end would clear them, a reader expects less
        for piece in pieces(tokens, self.dialect):
            self.number += 1
            self._guarded(lambda piece=piece: self._piece(piece, text, notes, in_body=False))  # type: ignore[misc]

    def _one(self, tokens: list[Token], text: str, notes: Notes) -> None:
        first = word(tokens[0])
        if first in SQL_STARTS or first == "(":
            self._sql(tokens, text, notes)
            return
        if first == "DO" and len(tokens) > 1:
            self._anonymous(tokens, notes)
            return
        if first in {"BEGIN", "DECLARE", "IF", "LOOP", "WHILE", "FOR", "REPEAT", "CASE", "EXECUTE", "EXEC", "CALL", "LET"} or (
            first == "SET" and any(word(token) == "SELECT" for token in tokens)
        ):
            for piece in pieces(tokens, self.dialect):
                self._piece(piece, text, notes, in_body=len(tokens) > 2 and first not in {"EXECUTE", "EXEC", "CALL"})
            return
        self._sql(tokens, text, notes)

    def _anonymous(self, tokens: list[Token], notes: Notes) -> None:
        for token in tokens[1:]:
            if token.token_type in {TokenType.HEREDOC_STRING, TokenType.STRING}:
                self._text_body(token.text, notes)
                return

    def _text_body(self, text: str, notes: Notes) -> None:
        work = Work(self.session, self.number)
        if self._depth >= _DEPTH:
            work.gap("it holds SQL in texts in texts, too deep to follow")
            return
        try:
            inside = tokens_of(text, self.dialect)
        except (SqlglotError, RecursionError, ValueError, IndexError):
            work.gap("the quotes, comments or signs of its body do not close")
            return
        self._depth += 1
        for piece in pieces(inside, self.dialect):
            self._piece(piece, text, notes, in_body=True)
        self._depth -= 1

    def _routine(self, tokens: list[Token], text: str, notes: Notes) -> None:
        found = taken_apart(tokens, text, self.dialect, self.session.names)
        parts = self.session.names.full(found.parts) if found.parts else ()
        self.session.procedures.add(tuple(part.casefold() for part in found.parts[-1:]))
        notes.variables.update(dict.fromkeys(found.parameters, EMPTY))
        if found.reason:
            Work(self.session, self.number).gap(found.reason)
        made = pieces(found.body, self.dialect) if found.body else []
        if found.gives and made:
            last = next((place for place in range(len(made) - 1, -1, -1) if made[place].form == "sql"), None)
            if last is not None:
                made[last] = Piece("returned", made[last].tokens)
        for piece in made:
            if piece.form == "returned":
                self._returned(piece, found, parts, notes)
            else:
                self._piece(piece, found.text or text, notes, in_body=True)

    def _returned(self, piece: Piece, found: Routine, parts: tuple[str, ...], notes: Notes) -> None:
        """The rows of a function are a dataset by the function's name."""
        work = Work(self.session, self.number, in_body=True, notes=notes)
        tokens = list(piece.tokens)
        try:
            query = parsed(tokens, found.text, self.dialect)
        except Unparsed as failure:
            work.gap(f"in its body: {failure}")
            return
        if not query or not isinstance(query[0], exp.Query | exp.Paren) or not parts:
            return
        if isinstance(query[0], exp.Paren) and not isinstance(query[0].this, exp.Query | exp.Subquery):
            return
        relation = work.reader.query(query[0], work.scope())
        names = [*found.columns, *(output.name for output in relation.outputs[len(found.columns) :])]
        work.emit_all(work.name(parts), names, relation.outputs, relation)
        work.knowledge.create(parts, None if relation.is_open else names)
        work.reader.functions[parts] = reads.dataset(parts, work.reader)
        self._told(work)

    def _piece(self, piece: Piece, text: str, notes: Notes, *, in_body: bool) -> None:
        work = Work(self.session, self.number, in_body=in_body, notes=notes)
        if piece.form == "sql":
            self._piece_sql(piece, text, notes, in_body=in_body)
        elif piece.form == "returned":
            self._sql(list(piece.tokens), text, notes, in_body=in_body)
        elif piece.form == "dynamic":
            self._dynamic(work, piece, notes)
        elif piece.form == "call":
            self._call(work, piece)
        elif piece.form == "assigned":
            self._assign(work, piece, text)
        elif piece.form == "head":
            nested = taken_apart(piece.tokens, "", self.dialect, work.names)
            self.session.procedures.add(tuple(part.casefold() for part in nested.parts[-1:]))
            notes.variables.update(dict.fromkeys(nested.parameters, EMPTY))
        elif piece.name:
            notes.variables.setdefault(work.names.alias(piece.name), EMPTY)
            if self.dialect in TSQL and "TABLE" in {word(token) for token in piece.tokens}:
                self._table_variable(work, piece)

    def _piece_sql(self, piece: Piece, text: str, notes: Notes, *, in_body: bool) -> None:
        tokens, into = (list(piece.tokens), []) if self.dialect in TSQL or not in_body else without_into(piece.tokens)
        if routine(tokens[:12]):
            self._routine(tokens, text, notes)
            return
        record = piece.name or (into[0] if len(into) == 1 else "")
        relation = self._sql(tokens, text, notes, in_body=in_body)
        if relation is None:
            return
        if record:
            notes.records[self.session.names.alias(record)] = relation
        for name, output in zip(into, relation.outputs, strict=False):
            key = self.session.names.alias(name)
            flow = Flow(output.flow.direct, output.flow.indirect | relation.rows)
            notes.variables[key] = union([notes.variables.get(key, EMPTY), flow])

    def _assign(self, work: Work, piece: Piece, text: str) -> None:
        tokens = list(piece.tokens)
        if not tokens:
            return
        head = like(tokens[0], TokenType.SELECT, "SELECT")
        try:
            found = parsed([head, *tokens], text, self.dialect)
        except Unparsed:
            if any(word(token) == "SELECT" for token in tokens):
                work.gap("a query that fills a variable does not parse")
            return
        if found and isinstance(found[0], exp.Select):
            relation = work.reader.query(found[0], work.scope())
            flows = [Flow(output.flow.direct, output.flow.indirect | relation.rows) for output in relation.outputs]
            key = work.names.alias(piece.name)
            work.notes.variables[key] = union([work.notes.variables.get(key, EMPTY), *flows])
            work.notes.gaps.clear()  # variables of the language itself are in no table

    def _table_variable(self, work: Work, piece: Piece) -> None:
        """DECLARE @t TABLE (a int, b text)"""
        texts = [token.text for token in piece.tokens]
        for place, token in enumerate(piece.tokens):
            if word(token) == "TABLE" and place + 1 < len(texts) and texts[place + 1] == "(":
                name = "".join(texts[1:place]).replace("AS", "").replace("as", "")
                made = Routine((), (), (), ())
                columns = taken_apart([*piece.tokens[:1], *piece.tokens[place + 1 :]], "", "postgres", work.names) if made else made
                work.knowledge.create((name.lower(),), columns.parameters or None)
                return

    def _dynamic(self, work: Work, piece: Piece, notes: Notes) -> None:
        tokens = [token for token in piece.tokens if token.token_type is not TokenType.SEMICOLON]
        if len(tokens) == 2 and tokens[1].token_type is TokenType.STRING and " " in tokens[1].text:
            rest = tokens[1].text
            head = rest.lstrip().upper()
            if head.startswith(("IMMEDIATE", "(", "'", "N'", "SP_EXECUTESQL")):
                try:
                    tokens = [tokens[0], *tokens_of(rest, self.dialect)]
                except (SqlglotError, RecursionError, ValueError, IndexError):
                    tokens = [tokens[0]]
        texts = [token for token in tokens if token.token_type in _LITERALS]
        joined = any(token.token_type in _JOINING for token in tokens) or any(
            word(token) in {"FORMAT", "CONCAT", "REPLACE", "STUFF", "QUOTENAME"} for token in tokens
        )
        variables = any(token.token_type is TokenType.PARAMETER for token in tokens[:3])
        if len(texts) >= 1 and not joined and not variables and " " in texts[0].text.strip():
            self._text_body(texts[0].text, notes)
            return
        work.gap("it runs SQL that is put together at run time")

    def _call(self, work: Work, piece: Piece) -> None:
        rest = piece.tokens[1:]
        written = piece.name or (rest[0].text if rest else "")
        if not piece.name and len(rest) == 1:
            written = rest[0].text.split("(")[0]
        name = written.replace("[", "").replace("]", "").replace('"', "").replace("`", "").split(".")[-1].strip().casefold()
        if len(rest) > 2 and rest[1].token_type is TokenType.DOT:
            name = rest[2].text.casefold()
        texts = [token.text for token in rest if token.token_type in _LITERALS]
        if name == "sp_rename" and len(texts) >= 2 and len(texts) < 3:
            old = work.names.full(tuple(part.lower() for part in texts[0].replace("[", "").replace("]", "").split(".")))
            definitions.rename(work, old, (*old[:-1], texts[1].lower()))
        elif (name,) not in self.session.procedures and name and not name.startswith(("sp_", "xp_")):
            work.gap(f"{CALLED}{name}, whose body is not in these files")

    def _sql(self, tokens: list[Token], text: str, notes: Notes, *, in_body: bool = False) -> Relation | None:
        """Run one statement; gives the rows of a query that a body keeps by a name."""
        work = Work(self.session, self.number, in_body=in_body, notes=notes)
        tokens = expanded(tokens, self.dialect)
        first = word(tokens[0])
        if first == "INSERT" and self._only_values(tokens):
            return None
        if first == "EXPLAIN":
            return None
        tokens, path = without_outfile(rewritten(tokens, self.dialect))
        kinds = {token.token_type for token in tokens}
        self.session.names.casts_keep_name = TokenType.DCOLON in kinds and not any(word(token) in _CASTS for token in tokens)
        if first in {"RENAME", "EXCHANGE", "UNLOAD"} and command(work, first, tokens, lambda inside: self._unloaded(work, tokens, inside)):
            return None
        try:
            found = parsed(tokens, text, self.dialect)
        except Unparsed as failure:
            if not command(work, first, tokens, lambda inside: self._unloaded(work, tokens, inside)):
                work.gap(f"in its body: {failure}" if in_body else str(failure))
            return None
        self._work = work
        relation = None
        for node in found:
            relation = self._node(work, node, first, tokens, path)
        self._told(work)
        return relation

    def _told(self, work: Work) -> None:
        for reason in dict.fromkeys(work.notes.gaps):
            work.gap(reason)
        work.notes.gaps.clear()

    def _node(self, work: Work, node: exp.Expr, first: str, tokens: list[Token], path: str) -> Relation | None:
        while isinstance(node, exp.LockingStatement):
            node = node.expression
        if isinstance(node, exp.Paren):
            node = node.this
        handler = _HANDLERS.get(type(node))
        if handler is not None:
            returned = handler(work, node)
            if isinstance(returned, Relation) and returned.outputs:
                work.emit_all("", [output.name for output in returned.outputs], returned.outputs, returned)
        elif isinstance(node, exp.Cache):
            if isinstance(node.args.get("expression"), exp.Query):
                writes.fill(work, work.parts(node.this), work.reader.query(node.args["expression"], work.scope()))
        elif isinstance(node, exp.Query | exp.Values):
            return self._query(work, node, path)
        elif isinstance(node, exp.Command):
            if not command(work, first, tokens, lambda inside: self._unloaded(work, tokens, inside)):
                work.gap(f"a statement that begins with {first or 'a sign'} is not followed")
        elif not isinstance(node, _WITHOUT_FLOW) and first not in HARMLESS:
            work.gap(f"a statement that begins with {first or 'a sign'} is not followed")
        return None

    def _query(self, work: Work, node: exp.Expr, path: str) -> Relation | None:
        if path:
            exports.out(work, work.reader.query(node, work.scope()), [path])
            return None
        if self.dialect in TSQL and isinstance(node, exp.Select):
            _variables(work, node)
        swapped = _swapped(node)
        if swapped is not None:
            definitions.moved(work, work.names.full((swapped[0],)), work.names.full((swapped[1],)))
            return None
        writes.select(work, node)
        return work.reader.query(node, work.scope()) if work.in_body and self.dialect not in TSQL else None

    def _unloaded(self, work: Work, tokens: list[Token], inside: str) -> None:
        path = path_after(tokens, "TO")
        queries = [token.text for token in tokens if token.token_type in _LITERALS and " " in token.text.strip()]
        text = queries[0] if queries and word(tokens[1]) == "(" and tokens[2].token_type in _LITERALS else ""
        try:
            if text:
                found = parsed(tokens_of(text, self.dialect), text, self.dialect)
            else:
                start = next(place for place, token in enumerate(tokens) if word(token) in {"SELECT", "WITH"})
                end = max(place for place, token in enumerate(tokens) if word(token) == "TO")
                found = parsed(tokens[start : end - 1], inside, self.dialect)
        except (SqlglotError, Unparsed, StopIteration, ValueError):
            work.gap("the query that it unloads does not parse")
            return
        for node in found:
            exports.out(work, work.reader.query(node, work.scope()), [path] if path else [])

    def _only_values(self, tokens: list[Token]) -> bool:
        """INSERT … VALUES of written-out values moves no column: no need to parse a million of them."""
        if len(tokens) < 2_000:
            return False
        return not any(word(token) in {"SELECT", "FROM", "WITH"} for token in tokens)

    def _written(self, node: exp.Expr, scope: Scope) -> Relation:
        """A statement that writes inside a WITH."""
        writers: dict[type, Callable[[Work, exp.Expr, Scope], Relation]] = {
            exp.Insert: writes.insert,
            exp.Update: changes.update,
            exp.Delete: changes.delete,
            exp.Merge: changes.merge,
        }
        return writers[type(node)](self._work, node, scope)


_CASTS: Final = frozenset(["CAST", "TRY_CAST", "SAFE_CAST", "CONVERT"])
CALLED: Final = "it calls the procedure "
_LITERALS: Final = frozenset([TokenType.STRING, TokenType.HEREDOC_STRING, TokenType.RAW_STRING, TokenType.NATIONAL_STRING])
_JOINING: Final = frozenset([TokenType.DPIPE, TokenType.PLUS])
_WITHOUT_FLOW: Final = (
    exp.Set,
    exp.Declare,
    exp.Transaction,
    exp.Commit,
    exp.Rollback,
    exp.Describe,
    exp.Show,
    exp.Comment,
    exp.TruncateTable,
    exp.Grant,
    exp.Revoke,
    exp.Analyze,
    exp.Pragma,
    exp.Uncache,
    exp.Refresh,
    exp.Kill,
    exp.Attach,
    exp.Detach,
    exp.Semicolon,
)


def _variables(work: Work, node: exp.Select) -> None:
    """T-SQL's SELECT @x = column FROM t: the value is kept, nothing goes to the client."""
    kept = [one for one in node.expressions if isinstance(one, exp.EQ) and isinstance(one.this, exp.Parameter)]
    if not kept:
        return
    inner = node.copy()
    inner.set("expressions", [exp.alias_(one.expression.copy(), "kept") for one in kept])
    relation = work.reader.query(inner, work.scope())
    for one, output in zip(kept, relation.outputs, strict=False):
        work.notes.variables["@" + one.this.name.casefold()] = Flow(output.flow.direct, output.flow.indirect | relation.rows)


def _swapped(node: exp.Expr) -> tuple[str, str] | None:
    """Vertica: SELECT swap_partitions_between_tables('from', 'low', 'high', 'into')"""
    call = node.expressions[0] if isinstance(node, exp.Select) and len(node.expressions) == 1 else None
    if isinstance(call, exp.Anonymous) and call.name.lower() == "swap_partitions_between_tables" and len(call.expressions) == 4:
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
