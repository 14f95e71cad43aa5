"""Which dialect does a word mean? sqlglot's own names, and what other tools and people call them."""

from __future__ import annotations

from typing import Final

from custodes.errors import BadInput

#: The dialects that are read. The empty one is ANSI SQL with what most engines share.
DIALECTS: Final = [
    "ansi", "athena", "bigquery", "clickhouse", "databricks", "doris", "dremio", "drill", "druid", "duckdb", "dune",
    "exasol", "fabric", "hive", "materialize", "mysql", "oracle", "postgres", "presto", "redshift", "risingwave",
    "singlestore", "snowflake", "spark", "spark2", "sqlite", "starrocks", "tableau", "teradata", "trino", "tsql",
]  # fmt: skip
_ALSO: Final = {
    "": "",
    "ansi": "",
    "generic": "",
    "non-validating": "",
    "sql": "",
    "db2": "",
    "informix": "",
    "soql": "",
    "alloydb": "postgres",
    "cockroachdb": "postgres",
    "crdb": "postgres",
    "flink": "spark",
    "greenplum": "postgres",
    "hplsql": "hive",
    "impala": "hive",
    "mariadb": "mysql",
    "memsql": "singlestore",
    "mssql": "tsql",
    "netezza": "postgres",
    "pg": "postgres",
    "postgresql": "postgres",
    "sparksql": "spark",
    "spark-sql": "spark",
    "sqlserver": "tsql",
    "synapse": "tsql",
    "tidb": "mysql",
    "timescaledb": "postgres",
    "unity-catalog": "databricks",
    "vertica": "postgres",
    "yellowbrick": "postgres",
}


def dialect_of(word: str) -> str:
    """sqlglot's name of a dialect, empty for ANSI SQL; raises BadInput for a word that means none."""
    wanted = word.strip().lower().replace("_", "-")
    if wanted in _ALSO:
        return _ALSO[wanted]
    if wanted in DIALECTS:
        return wanted
    raise BadInput(f'no SQL dialect "{word}"', where="--dialect", hint=f"one of {', '.join(DIALECTS)}")
