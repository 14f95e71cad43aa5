"""Which words open, close and steer the blocks of procedural SQL?"""

from __future__ import annotations

from typing import Final

from sqlglot.tokenizer_core import Token, TokenType

#: Texts: their content is data, or SQL that something runs.
LITERALS: Final = frozenset(
    [TokenType.STRING, TokenType.HEREDOC_STRING, TokenType.NATIONAL_STRING, TokenType.RAW_STRING]
)

_NO_WORDS: Final = LITERALS | {TokenType.IDENTIFIER}

ROUTINES: Final = frozenset(["PROCEDURE", "PROC", "FUNCTION", "TRIGGER", "PACKAGE", "EVENT", "TASK", "MACRO"])
#: After these words another statement begins.
END_OF: Final = frozenset(["THEN", "ELSE", "LOOP", "DO", "BEGIN", "REPEAT", "TRY", "CATCH", "ATOMIC"])
#: A statement that moves or makes data begins with one of these.
SQL_STARTS: Final = frozenset([
    "SELECT", "SEL", "INSERT", "INS", "UPDATE", "UPD", "DELETE", "DEL", "MERGE", "WITH", "CREATE", "DROP", "ALTER",
    "TRUNCATE", "REPLACE", "COPY", "UNLOAD", "FROM", "RENAME", "EXPORT", "LOAD", "EXCHANGE", "CACHE", "LOCK",
    "LOCKING", "EXPLAIN",
])  # fmt: skip
#: In T-SQL, where statements need no semicolon, these words begin the next one.
TSQL_STARTS: Final = frozenset([
    "SELECT", "INSERT", "UPDATE", "DELETE", "MERGE", "WITH", "CREATE", "DROP", "ALTER", "TRUNCATE", "EXEC",
    "EXECUTE", "DECLARE", "SET", "IF", "ELSE", "WHILE", "BEGIN", "END", "PRINT", "RETURN", "USE", "RAISERROR",
    "THROW", "COMMIT", "ROLLBACK", "SAVE", "FETCH", "OPEN", "CLOSE", "DEALLOCATE", "GRANT", "REVOKE", "DENY",
    "GOTO", "BREAK", "CONTINUE", "WAITFOR", "COPY", "BULK",
])  # fmt: skip


def word(token: Token) -> str:
    """The token as an upper-case word; nothing for a text or a quoted name."""
    return "" if token.token_type in _NO_WORDS else token.text.upper()
