"""What do procedures, blocks and their variables do?"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final, Protocol

from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token, TokenType

from custodes.datamap.lineage import definitions, exports, reads
from custodes.datamap.lineage.bodies import Piece, pieces
from custodes.datamap.lineage.flow import EMPTY, Flow, Relation, union
from custodes.datamap.lineage.outside import sent_by
from custodes.datamap.lineage.parse import Unparsed, expanded, parsed
from custodes.datamap.lineage.rewrites import like
from custodes.datamap.lineage.routines import Routine, closing, listed, taken_apart, without_into
from custodes.datamap.lineage.scope import Notes
from custodes.datamap.lineage.script import TSQL, kind_of_routine, tokens_of
from custodes.datamap.lineage.words import LITERALS, word
from custodes.datamap.lineage.work import Session, Work

#: How the gap of a call begins; the procedure's name and a comma follow.
CALLED: Final = "it calls the procedure "
#: How the gap of a trigger's function begins whose trigger no statement defines.
UNATTACHED: Final = "no statement says which table's trigger runs the function "
_CHANGED_ROWS: Final = ("new", "old", "inserted", "deleted")
_JOINING: Final = frozenset([TokenType.DPIPE, TokenType.PLUS])
_MAKES_TEXT: Final = frozenset(["FORMAT", "CONCAT", "REPLACE", "STUFF", "QUOTENAME"])
_TEXT_FOLLOWS: Final = ("IMMEDIATE", "(", "'", "N'", "SP_EXECUTESQL")
_QUERY: Final = re.compile(r"\s*(?:select|with)\s", re.IGNORECASE)
_NAME: Final = re.compile(r"[\w$.\[\]\"`]+")
_QUOTES: Final = re.compile(r"[\[\]\"`]")
_UNCLOSED: Final = (SqlglotError, RecursionError, ValueError, IndexError)
_DEPTH: Final = 8  # SQL in a text in SQL in a text …


class Runs(Protocol):
    """Who runs one statement of SQL."""

    def __call__(self, tokens: list[Token], text: str, notes: Notes, *, in_body: bool = False) -> Relation | None:
        """Gives the rows of a query that a body keeps by a name."""


class Bodies:
    """Follows what routines and blocks hold.

    run: for the statements in them. number: of the statement at hand; what is found counts as that.
    """

    def __init__(self, session: Session, run: Runs, number: Callable[[], int]) -> None:
        self.session = session
        self.dialect = session.names.dialect
        self._run = run
        self._number = number
        self._depth = 0

    def routine(self, tokens: list[Token], text: str, notes: Notes) -> None:
        """Follow a definition; the rows that it returns are a dataset by its name."""
        found = taken_apart(tokens, text, self.dialect, self.session.names)
        parts = self.session.names.full(found.parts) if found.parts else ()
        self.session.procedures.add(tuple(part.casefold() for part in found.parts[-1:]))
        notes.variables.update(dict.fromkeys(found.parameters, EMPTY))
        if found.trigger_of:
            table = reads.dataset(self.session.names.full(found.trigger_of), self.session.reader)
            notes.records.update(dict.fromkeys(_CHANGED_ROWS, table))
            self._attached(found, table)
        elif found.is_trigger:
            self.session.trigger_functions[found.parts[-1:]] = found
            notes.records.update(dict.fromkeys(_CHANGED_ROWS, Relation()))
            Work(self.session, self._number()).gap(f"{UNATTACHED}{'.'.join(found.parts)}")
        if found.reason:
            Work(self.session, self._number()).gap(found.reason)
        made = pieces(found.body, self.dialect) if found.body else []
        if found.gives and made:
            last = next((place for place in range(len(made) - 1, -1, -1) if made[place].form == "sql"), None)
            if last is not None:
                made[last] = Piece("returned", made[last].tokens)
        for piece in made:
            if piece.form == "returned":
                self._returned(piece, found, parts, notes)
            else:
                self.piece(piece, found.text or text, notes, in_body=True)

    def _attached(self, trigger: Routine, table: Relation) -> None:
        """CREATE TRIGGER … EXECUTE FUNCTION f(): what f does, it does with this table's rows."""
        function = self.session.trigger_functions.get(trigger.runs[-1:])
        if function is None:
            return
        notes = Notes(records=dict.fromkeys(_CHANGED_ROWS, table))
        for piece in pieces(function.body, self.dialect):
            self.piece(piece, function.text, notes, in_body=True)
        reason = f"{UNATTACHED}{'.'.join(function.parts)}"
        self.session.attached.add(reason)
        for gap in [gap for gap in self.session.uncovered if gap.reason == reason]:
            del self.session.uncovered[gap]

    def _returned(self, piece: Piece, found: Routine, parts: tuple[str, ...], notes: Notes) -> None:
        """The rows of a function are a dataset by the function's name."""
        work = Work(self.session, self._number(), in_body=True, notes=notes)
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
        work.tell()

    def anonymous(self, tokens: list[Token], notes: Notes) -> None:
        """DO with a body in a text."""
        for token in tokens[1:]:
            if token.token_type in {TokenType.HEREDOC_STRING, TokenType.STRING}:
                self._text_body(token.text, notes)
                return

    def _text_body(self, text: str, notes: Notes, record: str = "") -> None:
        work = Work(self.session, self._number())
        if self._depth >= _DEPTH:
            work.gap("it holds SQL in texts in texts, too deep to follow")
            return
        try:
            inside = tokens_of(text, self.dialect)
        except _UNCLOSED:
            work.gap("the quotes, comments or signs of its body do not close")
            return
        self._depth += 1
        for piece in pieces(inside, self.dialect):
            named = replace(piece, name=record) if piece.form == "sql" and record else piece
            self.piece(named, text, notes, in_body=True)
        self._depth -= 1

    def piece(self, piece: Piece, text: str, notes: Notes, *, in_body: bool) -> None:
        """Follow one statement of a body."""
        work = Work(self.session, self._number(), in_body=in_body, notes=notes)
        if piece.form == "sql":
            self._piece_sql(piece, text, notes, in_body=in_body)
        elif piece.form == "returned":
            self._run(list(piece.tokens), text, notes, in_body=in_body)
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
        elif piece.form == "cursor":
            cursor = notes.records.get(work.names.alias(piece.tokens[0].text))
            if cursor is not None:
                notes.records[work.names.alias(piece.name)] = cursor
        elif word(piece.tokens[0]) == "FETCH":
            self._fetch(work, piece)
        elif piece.name:
            notes.variables.setdefault(work.names.alias(piece.name), EMPTY)
            if self.dialect in TSQL and "TABLE" in {word(token) for token in piece.tokens}:
                self._table_variable(work, piece)

    def _piece_sql(self, piece: Piece, text: str, notes: Notes, *, in_body: bool) -> None:
        tokens, into = (list(piece.tokens), []) if self.dialect in TSQL or not in_body else without_into(piece.tokens)
        if kind_of_routine(tokens[:12]):
            self.routine(tokens, text, notes)
            return
        record = piece.name or (into[0] if len(into) == 1 else "")
        relation = self._run(tokens, text, notes, in_body=in_body)
        if relation is None:
            return
        if record:
            notes.records[self.session.names.alias(record)] = relation
            if piece.name and len(relation.outputs) == 1:  # DECLARE x … := (SELECT …)
                value = Flow(relation.outputs[0].flow.direct, relation.outputs[0].flow.indirect | relation.rows)
                notes.variables[self.session.names.alias(record)] = value
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
        for place, token in enumerate(piece.tokens[:-1]):
            if word(token) == "TABLE" and piece.tokens[place + 1].token_type is TokenType.L_PAREN:
                end = place - 1 if word(piece.tokens[place - 1]) == "AS" else place
                name = "".join(one.text for one in piece.tokens[max(end - 2, 0) : end]).casefold()
                inside = piece.tokens[place + 2 : closing(piece.tokens, place + 1)]
                work.knowledge.create((name,), listed(inside, work.names))

    def _fetch(self, work: Work, piece: Piece) -> None:
        """FETCH NEXT FROM cursor INTO a, b: the cursor's columns are kept in variables."""
        words = [word(token) for token in piece.tokens]
        if "INTO" not in words:
            return
        into = words.index("INTO")
        cursor = work.notes.records.get(work.names.alias(piece.tokens[into - 1].text))
        texts = "".join(token.text for token in piece.tokens[into + 1 :]).split(",")
        for name, output in zip(texts, cursor.outputs if cursor is not None else (), strict=False):
            work.notes.variables[work.names.alias(name)] = Flow(
                output.flow.direct, output.flow.indirect | cursor.rows if cursor else output.flow.indirect
            )

    def _dynamic(self, work: Work, piece: Piece, notes: Notes) -> None:
        """SQL in a text is followed if the text stands there whole; what is put together at run time is told."""
        tokens = [token for token in piece.tokens if token.token_type is not TokenType.SEMICOLON]
        if len(tokens) == 2 and tokens[1].text.lstrip().upper().startswith(_TEXT_FOLLOWS):
            try:
                tokens = [tokens[0], *tokens_of(tokens[1].text, self.dialect)]
            except _UNCLOSED:
                tokens = tokens[:1]
        texts = [token.text for token in tokens if token.token_type in LITERALS]
        put_together = (
            any(token.token_type in _JOINING for token in tokens)
            or any(word(token) in _MAKES_TEXT for token in tokens)
            or any(token.token_type is TokenType.PARAMETER for token in tokens[:3])
        )
        if texts and not put_together and " " in texts[0].strip():
            self._text_body(texts[0], notes, piece.name if word(piece.tokens[0]) == "FOR" else "")
        else:
            notes.variables.setdefault(work.names.alias(piece.name), EMPTY)
            work.gap("it runs SQL that is put together at run time")

    def _sends(self, work: Work, piece: Piece, place: str) -> None:
        """A procedure that mails or posts: the rows of a query in a text (T-SQL's @query), or its arguments."""
        tokens = expanded(piece.tokens, self.dialect)
        rest = [token for token in tokens[1:] if token.token_type is not TokenType.SEMICOLON]
        queries = [token.text for token in rest if token.token_type in LITERALS and _QUERY.match(token.text)]
        try:
            for text in queries:
                for node in parsed(tokens_of(text, self.dialect), text, self.dialect):
                    exports.out(work, work.reader.query(node, work.scope()), [place])
            if not queries:
                head = like(rest[0], TokenType.SELECT, "SELECT")
                for node in parsed([head, *rest], "", self.dialect):
                    work.reader.query(node, work.scope())
                    work.tell()
        except (Unparsed, *_UNCLOSED):
            work.gap(f"what it sends by {place} does not parse")

    def _call(self, work: Work, piece: Piece) -> None:
        rest = piece.tokens[1:]
        written = piece.name
        place = 0
        while place + 2 < len(rest) and rest[place + 1].token_type is TokenType.DOT:
            place += 2
            written = rest[place].text
        if not written and rest:
            written = rest[0].text.split("(")[0]  # some tokenizers keep all that follows CALL as one text
            if rest[0].token_type in LITERALS and not _NAME.fullmatch(written.strip()):
                written = ""
        name = _QUOTES.sub("", written).split(".")[-1].strip().casefold()
        texts = [token.text for token in rest if token.token_type in LITERALS]
        if name == "sysexecsql":  # Teradata's EXECUTE IMMEDIATE
            self._dynamic(work, piece, work.notes)
        elif name == "sp_rename" and len(texts) == 2:
            old = work.names.full(tuple(part.lower() for part in _QUOTES.sub("", texts[0]).split(".")))
            definitions.rename(work, old, (*old[:-1], texts[1].lower()))
        elif (sent := sent_by(name)) != "":
            self._sends(work, piece, sent)
        elif name and (name,) not in self.session.procedures and not name.startswith(("sp_", "xp_")):
            work.gap(f"{CALLED}{name}, whose body is not in these files")
