"""What does a statement do that sqlglot keeps as plain text?"""

from __future__ import annotations

from typing import Final

from sqlglot.tokenizer_core import Token, TokenType

from custodes.datamap.lineage import definitions, exports
from custodes.datamap.lineage.words import word
from custodes.datamap.lineage.work import Parts, Work

#: These move no data from one column to another.
HARMLESS: Final = frozenset([
    "GRANT", "REVOKE", "DENY", "SHOW", "ANALYZE", "ANALYSE", "VACUUM", "SET", "RESET", "UNSET", "EXPLAIN",
    "COMMENT", "REFRESH", "MSCK", "OPTIMIZE", "ADD", "LIST", "USE", "BEGIN", "START", "COMMIT", "ROLLBACK",
    "SAVEPOINT", "RELEASE", "DECLARE", "PRINT", "RAISE", "RAISERROR", "THROW", "KILL", "CHECKPOINT", "CLUSTER",
    "REINDEX", "DISCARD", "LISTEN", "NOTIFY", "UNLISTEN", "LOCK", "UNLOCK", "UNCACHE", "CLEAR", "DESCRIBE", "DESC",
    "HELP", "PRAGMA", "VALIDATE", "INVALIDATE", "COMPUTE", "COLLECT", "DATABASE", "DROP", "TRUNCATE", "ABORT",
    "SIGNAL", "RESIGNAL", "LEAVE", "ITERATE", "CLOSE", "FETCH", "OPEN", "DEALLOCATE", "WAITFOR", "GOTO", "BREAK",
    "CONTINUE", "RETURN", "NULL", "EXIT", "QUIT", "PREPARE", "SECURITY", "REASSIGN", "IMPORT", "ATTACH", "DETACH",
    "SYSTEM", "CHECK", "REPAIR", "FLUSH", "PURGE", "INSTALL", "UNDROP", "SUSPEND", "RESUME", "ENABLE", "DISABLE",
    "PUT", "GET", "REMOVE", "RM", "LS", "LEAVE", "RAISE", "END", "DBCC", "BACKUP", "RESTORE", "RECONFIGURE",
    "REVERT", "OPEN", "AUDIT", "NOAUDIT", "ASSOCIATE", "MODIFY", "DIAGNOSTIC", "TAG", "FIX",
])  # fmt: skip


def command(work: Work, first: str, tokens: list[Token]) -> bool:  # noqa: PLR0911 - one way out for each command
    """Follow a statement by its tokens; False if it is not understood."""
    words = [word(token) for token in tokens]
    if first == "UNLOAD":
        return exports.unload(work, tokens)
    if first == "RENAME":
        return _rename(work, tokens, words)
    if first == "EXCHANGE":
        return _exchange(work, tokens, words)
    if first == "SET":
        return _set(work, tokens, words)
    if first == "CREATE":
        return _create(work, tokens, words)
    if first == "ALTER":
        return _alter(work, tokens, words)
    return first.split(" ", 1)[0] in HARMLESS


def _name(work: Work, tokens: list[Token], place: int) -> tuple[Parts, int]:
    """The full name of the table named at a place, and the place after it."""
    parts, after = work.names.read(tokens, place)
    return (work.names.full(parts) if parts else ()), after


def _rename(work: Work, tokens: list[Token], words: list[str]) -> bool:
    """RENAME TABLE a TO b, c TO d"""
    place = 2 if words[1:2] in (["TABLE"], ["TABLES"], ["VIEW"]) else 1
    found = False
    while place < len(tokens):
        old, place = _name(work, tokens, place)
        if place >= len(tokens) or words[place] not in {"TO", "AS"} or not old:
            return found
        new, place = _name(work, tokens, place + 1)
        if new:
            definitions.rename(work, old, new)
            found = True
        if place < len(tokens) and tokens[place].token_type is TokenType.COMMA:
            place += 1
        else:
            break
    return found


def _exchange(work: Work, tokens: list[Token], words: list[str]) -> bool:
    """ClickHouse: EXCHANGE TABLES a AND b"""
    if words[1:2] != ["TABLES"]:
        return False
    one, place = _name(work, tokens, 2)
    if place >= len(tokens) or words[place] != "AND":
        return False
    other, _ = _name(work, tokens, place + 1)
    definitions.swap(work, one, other)
    return True


def _alter(work: Work, tokens: list[Token], words: list[str]) -> bool:  # noqa: PLR0911 - one for each engine's form
    """Hive's and Oracle's EXCHANGE PARTITION, T-SQL's SWITCH TO, ClickHouse's REPLACE PARTITION and the like."""
    if words[1:2] != ["TABLE"]:
        return True
    place = 4 if words[2:4] == ["IF", "EXISTS"] else 2
    target, place = _name(work, tokens, place)
    rest = words[place:]
    if "RENAME" in rest[:1] and "TO" in rest[:2]:
        new, _ = _name(work, tokens, place + 2)
        definitions.rename(work, target, new)
        return True
    if rest[:2] == ["SWAP", "WITH"] or rest[:3] == ["SWAP", "WITH", "TABLE"]:
        other, _ = _name(work, tokens, place + rest.index("WITH") + 1 + (rest[2:3] == ["TABLE"]))
        definitions.swap(work, target, other)
        return True
    if rest[:1] == ["EXCHANGE"] and "TABLE" in rest:
        other, _ = _name(work, tokens, place + rest.index("TABLE") + 1)
        definitions.moved(work, other, target)
        return True
    if rest[:1] == ["SWITCH"] and "TO" in rest:
        other, _ = _name(work, tokens, place + rest.index("TO") + 1)
        definitions.moved(work, target, other)
        return True
    if "FROM" in rest and rest[:1] in (["REPLACE"], ["ATTACH"]) and "PARTITION" in rest:  # ClickHouse
        other, _ = _name(work, tokens, place + rest.index("FROM") + 1)
        definitions.moved(work, other, target)
        return True
    if rest[:1] == ["MOVE"] and "TABLE" in rest:
        other, _ = _name(work, tokens, place + rest.index("TABLE") + 1)
        definitions.moved(work, target, other)
        return True
    return not {"SELECT", "APPEND", "UPDATE"} & set(rest) or _append(work, tokens, words, target, place)


def _append(work: Work, tokens: list[Token], words: list[str], target: Parts, place: int) -> bool:
    """Redshift: ALTER TABLE a APPEND FROM b"""
    if words[place : place + 2] != ["APPEND", "FROM"]:
        return words[place : place + 1] in (["ADD"], ["UPDATE"]) or "SELECT" not in words[place:]
    other, _ = _name(work, tokens, place + 2)
    definitions.moved(work, other, target)
    return True


def _create(work: Work, tokens: list[Token], words: list[str]) -> bool:
    """CREATE STREAM s ON TABLE t and CREATE SYNONYM s FOR t give a table's rows another name; others make no rows."""
    kind = next((place for place, text in enumerate(words[:8]) if text in {"STREAM", "SYNONYM", "ALIAS"}), None)
    if kind is None:
        return not set(words) & {"SELECT", "INSERT", "COPY", "MERGE"}
    made, place = _name(work, tokens, kind + 1 + 3 * (words[kind + 1 : kind + 2] == ["IF"]))
    if words[place : place + 1] in (["ON"], ["FOR"]):
        skip = 2 if words[place + 1 : place + 2] in (["TABLE"], ["VIEW"]) else 1
        source, _ = _name(work, tokens, place + skip)
        if made and source:
            definitions.moved(work, source, made)
            work.knowledge.create(made, work.knowledge.columns(source))
    return True


def _set(work: Work, tokens: list[Token], words: list[str]) -> bool:
    """PostgreSQL's SET search_path: the first schema is where unqualified tables are. Other settings move no data."""
    place = next((place for place, text in enumerate(words[:4]) if text in {"SEARCH_PATH", "CURRENT_SCHEMA"}), None)
    if place is not None and place + 2 < len(tokens):
        name = tokens[place + 2].text.strip("'\"")
        if name and name != "$user":
            work.names.default = (*work.names.default[:-1], name)
    return True
