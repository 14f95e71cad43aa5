"""Which queries can be asked of a schema? Random trees of the relational algebra, with their truth."""

from __future__ import annotations

import random
from dataclasses import dataclass

from custodes.company.queries.dialect import Engine, Writer
from custodes.company.queries.truth import NONE, Made, Places, Query, Rows

_DEPTH = 3


@dataclass(frozen=True, slots=True)
class _Source:
    """Something in FROM, and how its columns are named in expressions."""

    sql: str
    alias: str
    rows: Rows


@dataclass(frozen=True, slots=True)
class _Value:
    sql: str
    direct: Places = NONE
    indirect: Places = NONE


class Maker:
    """Makes queries over one schema in one dialect; the same seed makes the same queries."""

    def __init__(self, engine: Engine, schema: dict[str, list[str]], rng: random.Random) -> None:
        self.engine = engine
        self.schema = schema
        self.rng = rng
        self.write = Writer(engine, rng)
        self._aliases = 0
        self._names = 0

    def query(self, depth: int = 0) -> Query:
        """A query, with CTEs at the top at times."""
        if depth == 0 and self.rng.random() < 0.3:
            return self._with_ctes()
        dice = self.rng.random()
        if depth < _DEPTH and dice < 0.12:
            return self._union(depth)
        if depth < _DEPTH and dice < 0.16 and self.engine.name not in {"hive", "mysql"}:
            return self._minus(depth)
        return self._select(depth)

    def alias(self) -> str:
        """A name that no other source has."""
        self._aliases += 1
        return f"s{self._aliases}"

    def fresh(self) -> str:
        """A name that no other column has."""
        self._names += 1
        return f"c{self._names}"

    def base(self) -> _Source:
        """A table of the schema under an alias."""
        table = self.rng.choice(sorted(self.schema))
        alias = self.alias()
        rows = Rows(
            tuple(Made(name, frozenset([(table, name)])) for name in self.schema[table]), NONE, frozenset([table])
        )
        word = " " if self.engine.name == "oracle" or self.rng.random() < 0.5 else " AS "
        return _Source(f"{self.write.table(table)}{word}{alias}", alias, rows)

    def _derived(self, depth: int) -> _Source:
        query = self.query(depth + 1)
        alias = self.alias()
        word = " " if self.engine.name == "oracle" else " AS "
        return _Source(f"({query.sql}){word}{alias}", alias, query.rows)

    def _source(self, depth: int, ctes: dict[str, Rows]) -> _Source:
        if ctes and self.rng.random() < 0.7:
            name = self.rng.choice(sorted(ctes))
            alias = self.alias()
            return _Source(f"{name} {alias}", alias, ctes[name])
        if depth < _DEPTH and self.rng.random() < 0.35:
            return self._derived(depth)
        return self.base()

    def _with_ctes(self) -> Query:
        ctes: dict[str, Rows] = {}
        parts: list[str] = []
        for place in range(self.rng.randint(1, 3)):
            inner = self._select(1, dict(ctes)) if ctes and self.rng.random() < 0.6 else self.query(1)
            name = f"w{place}"
            ctes[name] = inner.rows
            parts.append(f"{name} AS ({inner.sql})")
        outer = self._select(1, ctes)
        return Query(f"WITH {', '.join(parts)} {outer.sql}", outer.rows)

    def _union(self, depth: int) -> Query:
        width = self.rng.randint(1, 3)
        left, right = self._select(depth + 1, width=width), self._select(depth + 1, width=width)
        columns = tuple(
            Made(a.name, a.direct | b.direct, a.indirect | b.indirect)
            for a, b in zip(left.rows.columns, right.rows.columns, strict=True)
        )
        rows = Rows(columns, left.rows.deciding | right.rows.deciding, left.rows.tables | right.rows.tables)
        return Query(f"{left.sql} UNION ALL {right.sql}", rows)

    def _minus(self, depth: int) -> Query:
        width = self.rng.randint(1, 2)
        left, right = self._select(depth + 1, width=width), self._select(depth + 1, width=width)
        taken = frozenset().union(*(column.direct | column.indirect for column in right.rows.columns))
        rows = Rows(
            left.rows.columns, left.rows.deciding | right.rows.deciding | taken, left.rows.tables | right.rows.tables
        )
        return Query(f"{left.sql} {self.engine.minus} {right.sql}", rows)

    def _select(self, depth: int, ctes: dict[str, Rows] | None = None, *, width: int = 0) -> Query:
        sources = [self._source(depth, ctes or {})]
        text, deciding = sources[0].sql, set(sources[0].rows.deciding)
        for _ in range(self.rng.choice([0, 0, 1, 1, 2])):
            added = self._source(depth, ctes or {})
            text, more = self._joined(text, sources, added)
            sources.append(added)
            deciding |= more | added.rows.deciding
        if self.engine.unnest and not width and self.rng.random() < 0.1:
            text, unnested = self._unnested(text, sources)
            sources.append(unnested)
        where = ""
        if self.rng.random() < 0.5:
            condition = self._condition(sources)
            where = f" WHERE {condition.sql}"
            deciding |= condition.direct | condition.indirect
        tables = frozenset().union(*(source.rows.tables for source in sources))
        if self.rng.random() < 0.25:
            listed, columns, tail, more = self._grouped(sources, width, tables)
        else:
            listed, columns, tail, more = self._plain(sources, width, depth)
        rows = Rows(tuple(columns), frozenset(deciding | more), tables)
        return Query(f"SELECT {listed} FROM {text}{where}{tail}", rows)

    def _joined(self, text: str, sources: list[_Source], added: _Source) -> tuple[str, set[tuple[str, str]]]:
        if self.rng.random() < 0.15:
            return f"{text} CROSS JOIN {added.sql}", set()
        if self.engine.using and len(sources) == 1 and self.rng.random() < 0.2:
            ids = [_id(one) for one in (sources[0], added)]
            if all(ids):
                return f"{text} JOIN {added.sql} USING ({self.write.name('id')})", set().union(*ids)
        left, right = self._any(sources), self._any([added])
        kind = self.rng.choice(["JOIN", "INNER JOIN", "LEFT JOIN", "LEFT OUTER JOIN"])
        return f"{text} {kind} {added.sql} ON {left.sql} = {right.sql}", {
            *left.direct,
            *left.indirect,
            *right.direct,
            *right.indirect,
        }

    def _unnested(self, text: str, sources: list[_Source]) -> tuple[str, _Source]:
        array = self._any(sources)
        alias, column = self.alias(), self.fresh()
        more = self.engine.unnest.format(array=array.sql, alias=alias, column=column)
        # BigQuery names the element itself, without an alias before it.
        name = "" if self.engine.name == "bigquery" else alias
        return f"{text} {more}", _Source("", name, Rows((Made(column, array.direct, array.indirect),)))

    def _any(self, sources: list[_Source], *, bare: bool = False) -> _Value:
        """A column of one of the sources; `bare` may leave its alias out where no other source has the name."""
        source = self.rng.choice([source for source in sources if source.rows.columns])
        column = self.rng.choice(source.rows.columns)
        others = [one for one in sources if one is not source and any(c.name == column.name for c in one.rows.columns)]
        repeated = sum(c.name == column.name for c in source.rows.columns) > 1
        bare = not source.alias or (bare and not others and not repeated and self.rng.random() < 0.5)
        name = self.write.name(column.name)
        if repeated:
            return self._any(sources, bare=bare)
        return _Value(name if bare else f"{source.alias}.{name}", column.direct, column.indirect)

    def _condition(self, sources: list[_Source]) -> _Value:
        value = self._any(sources)
        dice = self.rng.random()
        if dice < 0.2:
            inner = self.base()
            found = self._any([inner])
            sql = f"{value.sql} IN (SELECT {found.sql} FROM {inner.sql})"
            return _Value(sql, value.direct | found.direct, value.indirect | found.indirect)
        if dice < 0.35:
            inner = self.base()
            found = self._any([inner])
            sql = f"EXISTS (SELECT 1 FROM {inner.sql} WHERE {inner.alias}.{self.write.name('id')} = {value.sql})"
            ids = next(column.direct for column in inner.rows.columns if column.name == "id")
            return _Value(sql, value.direct, value.indirect | ids)
        other = self._any(sources)
        sign = self.rng.choice(["=", "<>", ">", "<="])
        if dice < 0.6:
            return _Value(f"{value.sql} {sign} 7", value.direct, value.indirect)
        return _Value(
            f"({value.sql} {sign} {other.sql} OR {other.sql} IS NULL)",
            value.direct | other.direct,
            value.indirect | other.indirect,
        )

    def _grouped(
        self, sources: list[_Source], width: int, tables: frozenset[str]
    ) -> tuple[str, list[Made], str, set[tuple[str, str]]]:
        keys = [self._any(sources) for _ in range(1 if width else self.rng.randint(1, 2))]
        names = [self.fresh() for _ in keys]
        listed = [f"{key.sql} AS {name}" for key, name in zip(keys, names, strict=True)]
        columns = [Made(name, key.direct, key.indirect) for key, name in zip(keys, names, strict=True)]
        deciding = {place for key in keys for place in key.direct | key.indirect}
        for _ in range(width - 1 if width else self.rng.randint(1, 2)):
            name = self.fresh()
            if self.rng.random() < 0.25:
                listed.append(f"COUNT(*) AS {name}")
                columns.append(Made(name, NONE, frozenset((table, "*") for table in tables)))
                continue
            value = self._any(sources, bare=True)
            function = self.rng.choice(["MAX", "MIN", "SUM", "COUNT", "AVG"])
            listed.append(f"{function}({value.sql}) AS {name}")
            columns.append(Made(name, value.direct, value.indirect))
        tail = f" GROUP BY {', '.join(key.sql for key in keys)}"
        if self.rng.random() < 0.3:
            value = self._any(sources)
            tail += f" HAVING MAX({value.sql}) > 3"
            deciding |= value.direct | value.indirect
        return ", ".join(listed), columns, tail, deciding

    def _plain(
        self, sources: list[_Source], width: int, depth: int
    ) -> tuple[str, list[Made], str, set[tuple[str, str]]]:
        listed: list[str] = []
        columns: list[Made] = []
        if not width and self.rng.random() < 0.2:
            star = self._star(sources)
            if star is not None:
                return star[0], star[1], "", set()
        for _ in range(width or self.rng.randint(1, 4)):
            value, name = self._expression(sources), self.fresh()
            listed.append(f"{value.sql} AS {name}")
            columns.append(Made(name, value.direct, value.indirect))
        tail, deciding = "", set[tuple[str, str]]()
        if self.engine.qualify and not width and self.rng.random() < 0.1:
            part, by = self._any(sources), self._any(sources)
            tail = f" QUALIFY ROW_NUMBER() OVER (PARTITION BY {part.sql} ORDER BY {by.sql}) = 1"
            deciding = {*part.direct, *part.indirect, *by.direct, *by.indirect}
        elif depth == 0 and not width and self.rng.random() < 0.2:
            by = self._any(sources)
            tail = f" ORDER BY {by.sql}{' LIMIT 5' if self.engine.limit and self.rng.random() < 0.5 else ''}"
            deciding = {*by.direct, *by.indirect}
        return ", ".join(listed), columns, tail, deciding

    def _star(self, sources: list[_Source]) -> tuple[str, list[Made]] | None:
        named = [source for source in sources if source.alias and source.sql]
        chosen = sources if self.rng.random() < 0.5 and len(named) == len(sources) else [self.rng.choice(named)]
        columns = [column for source in chosen for column in source.rows.columns]
        if len({column.name for column in columns}) < len(columns):
            return None
        word = "*" if chosen is sources else f"{chosen[0].alias}.*"
        if self.engine.star and len(columns) > 1 and self.rng.random() < 0.4:
            gone = self.rng.choice(columns)
            return f"{word} {self.engine.star} ({self.write.name(gone.name)})", [c for c in columns if c is not gone]
        return word, columns

    def _expression(self, sources: list[_Source]) -> _Value:  # noqa: PLR0911 - one for each form
        value = self._any(sources, bare=True)
        dice = self.rng.random()
        if dice < 0.3:
            return value
        if dice < 0.45:
            return _Value(f"{self.rng.choice(['UPPER', 'LOWER', 'TRIM'])}({value.sql})", value.direct, value.indirect)
        other = self._any(sources, bare=True)
        both = (value.direct | other.direct, value.indirect | other.indirect)
        if dice < 0.6:
            return _Value(
                self.rng.choice(["COALESCE({0}, {1})", "({0} + {1})", "NULLIF({0}, {1})"]).format(value.sql, other.sql),
                *both,
            )
        if dice < 0.65:
            return _Value("'fixed'")
        if dice < 0.78:
            result = self._any(sources)
            deciding = value.direct | value.indirect | result.indirect | other.indirect
            sql = f"CASE WHEN {value.sql} > 1 THEN {result.sql} ELSE {other.sql} END"
            return _Value(sql, result.direct | other.direct, deciding)
        if dice < 0.9:
            part = self._any(sources)
            sql = f"MAX({value.sql}) OVER (PARTITION BY {part.sql} ORDER BY {other.sql})"
            return _Value(
                sql, value.direct, value.indirect | part.direct | part.indirect | other.direct | other.indirect
            )
        if self.engine.name in {"hive", "spark"}:  # a scalar subquery that looks outside is not allowed everywhere
            return _Value(f"CAST({value.sql} AS INT)", value.direct, value.indirect)
        value, inner = self._any(sources), self.base()
        found = self._any([inner])
        ids = next(column.direct for column in inner.rows.columns if column.name == "id")
        sql = f"(SELECT MAX({found.sql}) FROM {inner.sql} WHERE {inner.alias}.{self.write.name('id')} = {value.sql})"
        return _Value(sql, found.direct, found.indirect | ids | value.direct | value.indirect)


def _id(source: _Source) -> Places:
    """What the one column `id` of a source is made of; nothing if it has none or several."""
    found = [column for column in source.rows.columns if column.name == "id"]
    return found[0].direct | found[0].indirect if len(found) == 1 else NONE
