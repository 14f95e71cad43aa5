"""Which statements does a procedure, function or block hold?

No grammar of any procedural language is followed: conditions, loops and handlers are passed over, and whatever moves
data is taken out in the order it is written. Branches are all taken, loops once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from sqlglot.tokenizer_core import Token, TokenType

from custodes.datamap.lineage.script import TSQL
from custodes.datamap.lineage.words import SQL_STARTS, TSQL_STARTS, word

Form = Literal["sql", "dynamic", "call", "returned", "assigned", "head", "cursor", "other"]


@dataclass(frozen=True, slots=True)
class Piece:
    """One statement of a body.

    form: `sql`; `dynamic` is SQL put together at run time; `call` runs a procedure; `returned` is the query that a
    function gives; `assigned` keeps a value in a variable; `head` names a nested procedure and its parameters;
    `cursor` gives the rows of a cursor another name; `other` moves no data. name: of the variable, record or procedure.
    """

    form: Form
    tokens: Sequence[Token]
    name: str = ""


_ALONE: Final = frozenset([
    ";", "ELSE", "LOOP", "REPEAT", "THEN", "DO", "ATOMIC", "EXCEPTION", "TRY", "CATCH", "AS", "IS", "NOT",
    "DELIMITER", "/",
])  # fmt: skip
_CONDITIONS: Final = frozenset(["IF", "ELSIF", "ELSEIF", "WHEN", "WHILE", "UNTIL", "CASE"])
_WRITES: Final = frozenset(["SELECT", "INSERT", "UPDATE", "DELETE", "MERGE"])
_AFTER_CONDITION: Final = frozenset(["THEN", "LOOP", "DO"])
_AFTER_END: Final = frozenset(["IF", "LOOP", "WHILE", "CASE", "REPEAT", "FOR", "TRY", "CATCH", "CONVERSATION"])


def pieces(tokens: Sequence[Token], dialect: str) -> list[Piece]:
    """The statements of a body in order; raises nothing."""
    return _Body(tokens, dialect).read()


class _Body:
    def __init__(self, tokens: Sequence[Token], dialect: str) -> None:
        self.tokens = tokens
        self.tsql = dialect in TSQL
        self.place = 0
        self.found: list[Piece] = []

    def word(self, ahead: int = 0) -> str:
        place = self.place + ahead
        return word(self.tokens[place]) if 0 <= place < len(self.tokens) else ""

    def read(self) -> list[Piece]:
        while self.place < len(self.tokens):
            before = self.place
            self._one()
            if self.place <= before:
                self.place = before + 1
        return self.found

    def _one(self) -> None:
        if self._pass_sign():
            return
        text = self.word()
        step = _STEPS.get(text)
        if step is not None and not (text == "FOR" and self.tsql):
            step(self)
        elif self.word(1) == "CURSOR":
            self.declare()
        elif text in SQL_STARTS and self.word(1) not in {":=", "="}:
            self._take("sql", self.place)
        else:
            self._other()

    def _pass_sign(self) -> bool:
        """Pass what stands between statements: semicolons, labels, words that only open a branch."""
        text = self.word()
        alone = text in _ALONE or self.tokens[self.place].token_type is TokenType.SEMICOLON
        if alone or (text == "(" and self._holds_statements()):
            self.place += 1
        elif self.word(1) == ":" and self.word(2) != "=":
            self.place += 2  # label:
        elif text in {"<<", "<"}:
            self._label()
        else:
            return False
        return True

    def begin(self) -> None:
        self.place += 2 if self.word(1) in {"TRANSACTION", "TRAN", "WORK", "TRY", "CATCH"} else 1

    def close(self) -> None:
        self.place += 2 if self.word(1) in _AFTER_END else 1
        if not self.tsql and self.word() not in {";", ""} and self.word(1) in {";", ""}:
            self.place += 1  # END name;

    def perform(self) -> None:
        self._take("sql", self.place + 1, as_select=True)

    def open(self) -> None:
        """OPEN cursor FOR query"""
        if self.word(2) == "FOR":
            self._take("sql" if self.word(3) in SQL_STARTS else "dynamic", self.place + 3)
        else:
            self._other()

    def _label(self) -> None:
        """<<label>>"""
        while self.place < len(self.tokens) and self.word() not in {">>", ">", ";"}:
            self.place += 1
        while self.word() in {">>", ">"}:
            self.place += 1

    def _holds_statements(self) -> bool:
        """Teradata writes a macro's statements in parentheses."""
        depth = 0
        for place in range(self.place, len(self.tokens)):
            token = self.tokens[place]
            depth += (token.token_type is TokenType.L_PAREN) - (token.token_type is TokenType.R_PAREN)
            if depth == 0:
                return self.tokens[place - 1].token_type is TokenType.SEMICOLON
        return False

    def _end(self, start: int) -> int:
        """The place after a statement's last token."""
        depth, cases = 0, 0
        for place in range(start, len(self.tokens)):
            token = self.tokens[place]
            if token.token_type is TokenType.SEMICOLON and depth <= 0:
                return place
            if token.token_type is TokenType.L_PAREN:
                depth += 1
            elif token.token_type is TokenType.R_PAREN:
                depth -= 1
            elif self.tsql and depth == 0:
                text = word(token)
                if text == "CASE":
                    cases += 1
                elif text == "END" and cases:
                    cases -= 1
                elif place > start and not cases and text in TSQL_STARTS and self._begins(start, place, text):
                    return place
        return len(self.tokens)

    def _begins(self, start: int, place: int, text: str) -> bool:  # noqa: PLR0911 - one for each word
        """Whether the word begins another T-SQL statement, or goes on with the one begun at `start`."""
        first = word(self.tokens[start])
        last = word(self.tokens[place - 1])
        following = word(self.tokens[place + 1]) if place + 1 < len(self.tokens) else ""
        outside = self._outside(start, place)
        if text == "WITH":
            return (
                following not in {"(", ""}
                and first not in {"CREATE", "ALTER", "BULK", "COPY", "EXEC", "EXECUTE"}
                and last != "AS"
            )
        if last in {"THEN", "UNION", "ALL", "EXCEPT", "INTERSECT", "AS", "EXISTS", "ON", "AFTER", "FOR", "OF", ","}:
            return text in {"BEGIN", "DECLARE"} and last == "AS"
        if text in {"SELECT", "EXEC", "EXECUTE"} and first == "INSERT":
            return bool(outside & {"SELECT", "VALUES", "EXEC", "EXECUTE"})
        if text == "SELECT" and first in {"CREATE", "ALTER"}:
            return "AS" not in outside or "SELECT" in outside
        if text in _WRITES and first == "WITH":
            # The first after the named queries is what they are for; a SELECT may still be what that one inserts.
            return bool(outside & _WRITES) and not (
                text == "SELECT" and "INSERT" in outside and not outside & {"SELECT", "VALUES"}
            )
        if text == "SET":
            return not (first in {"UPDATE", "MERGE", "WITH", "ALTER"} and "SET" not in outside) and last != "UPDATE"
        if text == "IF":
            return following != "EXISTS" or first not in {"DROP", "CREATE", "ALTER"}
        return not (
            text in {"UPDATE", "DELETE", "INSERT"}
            and first in {"MERGE", "GRANT", "REVOKE", "DENY", "CREATE"}
            and last != ")"
        )

    def _outside(self, start: int, place: int) -> frozenset[str]:
        """The words of the statement so far that stand in no parentheses."""
        depth = 0
        found: set[str] = set()
        for token in self.tokens[start:place]:
            if token.token_type is TokenType.L_PAREN:
                depth += 1
            elif token.token_type is TokenType.R_PAREN:
                depth -= 1
            elif depth == 0:
                found.add(word(token))
        return frozenset(found)

    def _take(self, form: Form, start: int, name: str = "", *, as_select: bool = False) -> None:
        end = self._end(start)
        taken = list(self.tokens[start:end])
        if as_select and taken:
            first = self.tokens[start - 1]
            taken.insert(0, Token(TokenType.SELECT, "SELECT", first.line, first.col, first.start, first.end))
        if taken:
            self.found.append(Piece(form, taken, name))
        self.place = max(end, start)

    def condition(self) -> None:
        """Pass over a condition; in T-SQL it ends where a statement begins."""
        depth, cases = 0, 0
        if self.word() == "CASE":
            self.place += 1
        for place in range(self.place + 1, len(self.tokens)):
            token = self.tokens[place]
            text = word(token)
            if token.token_type is TokenType.L_PAREN:
                depth += 1
            elif token.token_type is TokenType.R_PAREN:
                depth -= 1
            elif depth > 0:
                continue
            elif text == "CASE":
                cases += 1
            elif text == "END" and cases:
                cases -= 1
            elif not cases and (
                text in _AFTER_CONDITION
                or token.token_type is TokenType.SEMICOLON
                or (self.tsql and text in TSQL_STARTS)
            ):
                self.place = place
                return
        self.place = len(self.tokens)

    def loop(self) -> None:
        """FOR record IN query LOOP: the query's rows go by the record's name."""
        end = next(
            (p for p in range(self.place, len(self.tokens)) if word(self.tokens[p]) in {"LOOP", "DO"}), len(self.tokens)
        )
        words = [word(token) for token in self.tokens[self.place : end]]
        name = self.tokens[self.place + 1].text if len(words) > 1 else ""
        query = next((p for p, text in enumerate(words) if text in {"SELECT", "WITH"}), None)
        if "EXECUTE" in words:
            self.found.append(Piece("dynamic", self.tokens[self.place : end], name))
        elif query is not None:
            taken = list(self.tokens[self.place + query : end])
            if query and words[query - 1] == "(" and taken and taken[-1].token_type is TokenType.R_PAREN:
                taken.pop()
            self.found.append(Piece("sql", taken, name))
        elif len(words) > 3 and self.tokens[self.place + 3].token_type is not TokenType.NUMBER:
            self.found.append(Piece("cursor", self.tokens[self.place + 3 : end], name))
        self.place = end

    def forall(self) -> None:
        """Oracle: FORALL i IN 1..n INSERT …"""
        while self.place < len(self.tokens) and self.word() not in SQL_STARTS and self.word() != ";":
            self.place += 1

    def nested(self) -> None:
        """The head of a procedure inside a package or another procedure; its body follows as ours."""
        depth, start = 0, self.place
        for place in range(start, len(self.tokens)):
            token = self.tokens[place]
            depth += (token.token_type is TokenType.L_PAREN) - (token.token_type is TokenType.R_PAREN)
            if depth == 0 and (word(token) in {"IS", "AS", "BEGIN"} or token.token_type is TokenType.SEMICOLON):
                self.place = place
                break
        else:
            self.place = len(self.tokens)
        self.found.append(Piece("head", self.tokens[start : self.place]))

    def declare(self) -> None:
        end = self._end(self.place)
        words = [word(token) for token in self.tokens[self.place : end]]
        query = next((p for p, text in enumerate(words) if text in {"SELECT", "WITH"}), None)
        name = (
            self.tokens[self.place + (0 if words[0] not in {"DECLARE", "CURSOR", "LET"} else 1)].text
            if len(words) > 1
            else ""
        )
        if query is not None and "HANDLER" not in words:
            taken = list(self.tokens[self.place + query : end])
            while taken and _open(taken) < 0 and taken[-1].token_type is TokenType.R_PAREN:
                taken.pop()
            if "CURSOR" in words[:query]:
                self.found.append(Piece("head", self.tokens[self.place : self.place + query]))
            self.found.append(Piece("sql", taken, name))
        elif words[0] == "LET" and ":=" in words:
            self.found.append(Piece("assigned", self.tokens[self.place + words.index(":=") + 1 : end], name))
        elif len(words) > 3 and words[1:3] == ["CURSOR", "FOR"]:  # Snowflake: over the rows of a result set
            self.found.append(Piece("cursor", self.tokens[self.place + 3 : end], name))
        elif "HANDLER" in words:  # DECLARE EXIT HANDLER FOR condition BEGIN … END
            begin = next((p for p, text in enumerate(words) if text in {"BEGIN", *SQL_STARTS}), len(words))
            self.place += max(begin, 1)
            return
        elif words[0] == "DECLARE" and len(words) > 1 and not self.tsql and words[1] in SQL_STARTS:
            self.place += 1
            return
        else:
            self.found.append(Piece("other", self.tokens[self.place : end], name))
        self.place = end

    def run(self) -> None:
        end = self._end(self.place)
        taken = self.tokens[self.place : end]
        text = word(taken[0])
        arguments = taken[1:]
        # The tokenizer may hand over the rest of the line as one text.
        rest = arguments[0].text.strip() if arguments else ""
        first = word(arguments[0]) if arguments else ""
        is_name = rest[:1].isalpha() or rest[:1] in '[_"`' or first == "["
        dynamic = (
            first in {"IMMEDIATE", "(", "@"}
            or rest.upper().startswith(("IMMEDIATE", "(", "'", "N'", "@", "FORMAT"))
            or not is_name
        )
        if text == "EXECUTE" and not self.tsql:
            dynamic = True  # of a prepared statement or a text
        if text == "CALL":
            dynamic = False
        if "sp_executesql" in rest.lower() or any("sp_executesql" in token.text.lower() for token in arguments[:4]):
            dynamic = True
        if text == "EXECUTE" and not self.tsql and first in {"FUNCTION", "PROCEDURE"}:
            self.place = end
            return
        self.found.append(
            Piece(
                "dynamic" if dynamic else "call",
                taken,
                rest.split("(")[0].split()[0] if rest.split("(")[0].split() else "",
            )
        )
        self.place = max(end, self.place + 1)

    def give(self) -> None:
        start = self.place + 1
        if self.word(1) == "QUERY":
            start += 1
            if self.word(2) == "EXECUTE":
                self._take("dynamic", start)
                return
        if start < len(self.tokens) and word(self.tokens[start]) in {"SELECT", "WITH", "("}:
            self._take("returned", start)
            return
        self.place = self._end(self.place)

    def _other(self) -> None:
        """An assignment or something that moves no data."""
        end = self._end(self.place)
        taken = self.tokens[self.place : end]
        words = [word(token) for token in taken]
        sign = next((p for p, text in enumerate(words[:6]) if text in {":=", "="}), None)
        if sign is None and ":" in words[:6]:
            colon = words.index(":")
            sign = colon + 1 if words[colon + 1 : colon + 2] == ["="] else None
        if sign is not None and sign + 1 < len(taken):
            skip = 1 if words[0] == "SET" else 0
            self.found.append(Piece("assigned", taken[sign + 1 :], "".join(token.text for token in taken[skip:sign])))
        else:
            self.found.append(Piece("other", taken, taken[0].text if len(taken) > 1 else ""))
        self.place = max(end, self.place + 1)


def _open(tokens: Sequence[Token]) -> int:
    return sum((t.token_type is TokenType.L_PAREN) - (t.token_type is TokenType.R_PAREN) for t in tokens)


_STEPS: Final[dict[str, Callable[[_Body], None]]] = {
    "BEGIN": _Body.begin,
    "END": _Body.close,
    "FOR": _Body.loop,
    "FORALL": _Body.forall,
    "PROCEDURE": _Body.nested,
    "FUNCTION": _Body.nested,
    "DECLARE": _Body.declare,
    "CURSOR": _Body.declare,
    "LET": _Body.declare,
    "EXECUTE": _Body.run,
    "EXEC": _Body.run,
    "CALL": _Body.run,
    "RETURN": _Body.give,
    "PERFORM": _Body.perform,
    "OPEN": _Body.open,
    **dict.fromkeys(_CONDITIONS, _Body.condition),
}
