"""In what does one database's SQL differ from another's, as far as a log of statements needs to know?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_NUMBER: Final = r"(?:0[xX][0-9A-Fa-f]+|(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)"
_WORD: Final = r"[A-Za-z_\x80-\uffff][\w$\x80-\uffff]*"
# PostgreSQL: statements that touch no data.
_POSTGRES_QUIET: Final = frozenset(
    {
        *("abort", "analyze", "begin", "checkpoint", "close", "cluster", "comment", "commit", "deallocate", "discard"),
        *("end", "fetch", "listen", "load", "lock", "move", "notify", "prepare", "reassign", "reindex", "release"),
        *("reset", "rollback", "savepoint", "security", "show", "start", "unlisten", "vacuum"),
    }
)
_MYSQL_QUIET: Final = frozenset(
    {
        *("analyze", "begin", "binlog", "cache", "change", "check", "checksum", "commit", "deallocate", "desc"),
        *("describe", "flush", "get", "help", "install", "kill", "lock", "optimize", "prepare", "purge", "release"),
        *("repair", "reset", "resignal", "rollback", "savepoint", "show", "shutdown", "signal", "start", "stop"),
        *("uninstall", "unlock", "use", "xa"),
    }
)
_SNOWFLAKE_QUIET: Final = frozenset(
    {"begin", "comment", "commit", "desc", "describe", "list", "ls", "rollback", "show", "start", "unset", "use"}
)
_BIGQUERY_QUIET: Final = frozenset({"assert", "begin", "commit", "declare", "rollback"})


@dataclass(frozen=True, slots=True)
class Dialect:
    """What the readers of statements ask about a database.

    name: sqlglot's. tokens: its lexical rules, with the groups skip, comment, dollar, escape, text, parameter, word and
    number; what must be passed over comes first. quote: what stands around names. schema: where a table lies that names
    none. folds: unquoted names are one, whatever their case. catalogues: a name may have three parts. system: schemas
    that hold no customers' data. telling: tables in them that do. own: how functions of the database's own begin.
    quiet: first words of statements that touch no data. nests: comments do. runs: `/*! ... */` is run.
    """

    name: str
    tokens: re.Pattern[str]
    quiet: frozenset[str]
    quote: str = '"'
    schema: str = "public"
    folds: bool = True
    catalogues: bool = False
    system: frozenset[str] = frozenset({"information_schema"})
    telling: frozenset[str] = frozenset()
    own: tuple[str, ...] = ()
    nests: bool = False
    runs: bool = False

    @property
    def statement(self) -> re.Pattern[str]:
        """One statement of a text in which no value is left."""
        mark = self.quote
        return _STATEMENTS[mark]


_STATEMENTS: Final = {
    '"': re.compile(r'(?:[^";]+|"(?:[^"]|"")*")+'),
    "`": re.compile(r"(?:[^`;]+|`(?:[^`]|``)*`)+"),
}

# SQL Syntax, chapter 4.1 of PostgreSQL's documentation.
POSTGRES: Final = Dialect(
    "postgres",
    re.compile(
        rf"""
          (?P<skip>--[^\n]*|"(?:[^"]|"")*")
        | (?P<comment>/\*)
        | (?P<dollar>\$(?:[A-Za-z_\x80-\uffff][\w\x80-\uffff]*)?\$)
        | (?P<escape>[eE]'(?:[^'\\]|\\.|'')*')
        | (?P<text>(?:[bBxXnN]|[uU]&)?'(?:[^']|'')*')
        | (?P<parameter>\$\d+)
        | (?P<word>{_WORD})
        | (?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)
        """,
        re.VERBOSE | re.DOTALL,
    ),
    _POSTGRES_QUIET,
    system=frozenset({"pg_catalog", "information_schema", "pg_toast"}),
    # System tables that hold customer values or credentials; every other one is about the database itself.
    telling=frozenset(
        {
            *("pg_authid", "pg_shadow", "pg_user_mapping", "pg_user_mappings", "pg_statistic", "pg_stats"),
            *("pg_statistic_ext_data", "pg_largeobject", "pg_stat_activity", "pg_stat_statements"),
        }
    ),
    own=("pg_", "json", "regexp_", "string_", "ts_", "xml", "generate_", "aclexplode", "unnest"),
    nests=True,
)

# Language Structure in MariaDB's documentation; double quotes hold a text (unless sql_mode has ANSI_QUOTES).
MYSQL: Final = Dialect(
    "mysql",
    re.compile(
        rf"""
          (?P<skip>--(?=\s|$)[^\n]*|\#[^\n]*|`(?:[^`]|``)*`)
        | (?P<comment>/\*)
        | (?P<dollar>(?!))
        | (?P<escape>(?!))
        | (?P<text>(?:[bBxXnN])?'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*")
        | (?P<parameter>\?)
        | (?P<word>@{{0,2}}{_WORD})
        | (?P<number>{_NUMBER})
        """,
        re.VERBOSE | re.DOTALL,
    ),
    _MYSQL_QUIET,
    quote="`",
    schema="",
    folds=False,
    system=frozenset({"information_schema", "performance_schema", "sys", "mysql"}),
    telling=frozenset({"user", "global_priv", "processlist", "slow_log", "general_log", "column_stats"}),
    runs=True,
)

SNOWFLAKE: Final = Dialect(
    "snowflake",
    re.compile(
        rf"""
          (?P<skip>--[^\n]*|//[^\n]*|"(?:[^"]|"")*")
        | (?P<comment>/\*)
        | (?P<dollar>\$\$)
        | (?P<escape>(?!))
        | (?P<text>'(?:[^'\\]|\\.|'')*')
        | (?P<parameter>\?|(?<![\w:)\]"]):(?:\d+|{_WORD}))
        | (?P<word>@?{_WORD})
        | (?P<number>{_NUMBER})
        """,
        re.VERBOSE | re.DOTALL,
    ),
    _SNOWFLAKE_QUIET,
    catalogues=True,
)

# Lexical structure and syntax in BigQuery's documentation: texts in either quote, also in three.
BIGQUERY: Final = Dialect(
    "bigquery",
    re.compile(
        rf"""
          (?P<skip>--[^\n]*|\#[^\n]*|`[^`]*`)
        | (?P<comment>/\*)
        | (?P<dollar>(?!))
        | (?P<escape>(?!))
        | (?P<text>[rRbB]{{0,2}}(?:'''.*?'''|\"\"\".*?\"\"\"|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"))
        | (?P<parameter>\?|(?<!@)@{_WORD})
        | (?P<word>@@{_WORD}|{_WORD})
        | (?P<number>{_NUMBER})
        """,
        re.VERBOSE | re.DOTALL,
    ),
    _BIGQUERY_QUIET,
    quote="`",
    schema="",
    folds=False,
    catalogues=True,
    system=frozenset({"information_schema"}),
)
