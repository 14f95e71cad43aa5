"""How does each engine write the same thing?"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Final

_WORDS: Final = [
    "mail", "phone", "city", "amount", "status", "born", "note", "code", "rate", "label", "score", "region",
    "birth_date", "full_name", "iban", "tier", "größe", "顧客", "prénom", "order", "user",
]  # fmt: skip
_TABLES: Final = [
    "people", "orders", "carts", "visits", "reviews", "sellers", "payouts", "tickets", "keys_used", "refunds",
    "ledger_rows", "items",
]  # fmt: skip
#: Words that have to be quoted wherever they stand.
_RESERVED: Final = frozenset(["order", "user", "größe", "顧客", "prénom"])


@dataclass(frozen=True, slots=True)
class Engine:
    """One dialect.

    quotes: around names. star: its word for leaving columns out of `*`, if it has one. minus: for EXCEPT. into: a
    table is made by SELECT INTO. unnest: how an array's elements are put beside their row.
    """

    name: str
    quotes: str
    star: str = ""
    qualify: bool = False
    using: bool = True
    minus: str = "EXCEPT"
    into: bool = False
    limit: bool = True
    unnest: str = ""
    merge: bool = True


ENGINES: Final = {
    engine.name: engine
    for engine in (
        Engine("ansi", '""'),
        Engine("postgres", '""', unnest="CROSS JOIN UNNEST({array}) AS {alias}({column})"),
        Engine("redshift", '""', star="EXCLUDE", qualify=True),
        Engine("snowflake", '""', star="EXCLUDE", qualify=True, minus="MINUS"),
        Engine(
            "bigquery",
            "``",
            star="EXCEPT",
            qualify=True,
            minus="EXCEPT DISTINCT",
            unnest="CROSS JOIN UNNEST({array}) AS {column}",
        ),
        Engine(
            "databricks", "``", star="EXCEPT", qualify=True, unnest="LATERAL VIEW explode({array}) {alias} AS {column}"
        ),
        Engine("spark", "``", unnest="LATERAL VIEW explode({array}) {alias} AS {column}"),
        Engine("hive", "``", using=False, unnest="LATERAL VIEW explode({array}) {alias} AS {column}"),
        Engine("duckdb", '""', star="EXCLUDE", qualify=True),
        Engine("mysql", "``", merge=False),
        Engine("tsql", "[]", using=False, into=True, limit=False),
        Engine("oracle", '""', minus="MINUS", limit=False),
        Engine("teradata", '""', qualify=True, minus="MINUS", using=False, limit=False),
        Engine("trino", '""', unnest="CROSS JOIN UNNEST({array}) AS {alias}({column})"),
        Engine("clickhouse", "``", merge=False, using=True),
        Engine("sqlite", '""', merge=False),
    )
}


class Writer:
    """Writes names the way a person at that engine might: quoted or not, in any case where case does not count."""

    def __init__(self, engine: Engine, rng: random.Random) -> None:
        self.engine = engine
        self._rng = rng
        self._fixed = engine.name in {"clickhouse", "bigquery", "ansi"}

    def name(self, name: str) -> str:
        """One name as it stands in the SQL."""
        if name in _RESERVED:
            return (
                f"{self.engine.quotes[0]}{name}{self.engine.quotes[1]}"
                if self.engine.name not in {"snowflake", "oracle"}
                else f'"{name}"'
            )
        dice = self._rng.random()
        if dice < 0.08 and self.engine.name not in {"snowflake", "oracle"}:
            return f"{self.engine.quotes[0]}{name}{self.engine.quotes[1]}"
        if dice < 0.16 and not self._fixed:
            return name.upper()
        return name

    def table(self, name: str) -> str:
        """A table's name, part by part."""
        return ".".join(self.name(part) for part in name.split("."))


def schema(rng: random.Random) -> dict[str, list[str]]:
    """Four to six tables; some column names occur in several of them."""
    tables = rng.sample(_TABLES, rng.randint(4, 6))
    found: dict[str, list[str]] = {}
    for place, table in enumerate(tables):
        words = rng.sample(_WORDS, rng.randint(3, 6))
        own = [word if rng.random() < 0.4 or not word.isascii() else f"{word}_{place}" for word in words]
        found[f"shop.{table}" if rng.random() < 0.7 else table] = ["id", *own]
    return found
