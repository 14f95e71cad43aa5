"""Which statements write what a query gives, and which edges are true of them?"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from custodes.company.queries.dialect import ENGINES, Engine, schema
from custodes.company.queries.relations import Maker
from custodes.company.queries.truth import Place, edges

Edges = frozenset[tuple[Place, Place]]


@dataclass(frozen=True, slots=True)
class Case:
    """A statement with its truth.

    schema: what the tracer is told. direct, indirect: ((table, column), (table, column)); the table of a bare SELECT's
    target is empty.
    """

    seed: int
    dialect: str
    kind: str
    sql: str
    schema: dict[str, list[str]]
    direct: Edges
    indirect: Edges


def cases(count: int, seed: int = 1, dialects: tuple[str, ...] = tuple(ENGINES)) -> Iterator[Case]:
    """So many cases, the dialects in turn; each is made from a seed of its own."""
    for place in range(count):
        number = seed * 1_000_003 + place
        engine = ENGINES[dialects[place % len(dialects)]]
        yield _case(number, engine)


def _case(seed: int, engine: Engine) -> Case:
    rng = random.Random(seed)  # noqa: S311 - made-up data, and the same for everybody
    tables = schema(rng)
    maker = Maker(engine, tables, rng)
    kinds: list[tuple[str, Callable[[Maker], _Written]]] = [
        ("select", _select),
        ("create table", _create),
        ("create view", _view),
        ("insert list", _insert_list),
        ("insert place", _insert_place),
        ("update", _update),
        ("delete", _delete),
    ]
    if engine.merge:
        kinds.append(("merge", _merge))
    kind, write = rng.choice(kinds)
    written = write(maker)
    return Case(
        seed,
        engine.name,
        kind,
        written.sql,
        {**tables, **written.schema},
        frozenset(written.direct),
        frozenset(written.indirect),
    )


@dataclass(frozen=True, slots=True)
class _Written:
    sql: str
    direct: set[tuple[Place, Place]]
    indirect: set[tuple[Place, Place]]
    schema: dict[str, list[str]]


def _select(maker: Maker) -> _Written:
    query = maker.query()
    direct, indirect = edges("", [column.name for column in query.rows.columns], query.rows)
    return _Written(query.sql, direct, indirect, {})


def _create(maker: Maker) -> _Written:
    query = maker.query()
    direct, indirect = edges("made.target", [column.name for column in query.rows.columns], query.rows)
    if maker.engine.into:
        if query.sql.startswith("WITH") or "UNION ALL" in query.sql or "EXCEPT" in query.sql:
            return _Written(
                f"INSERT INTO made.target {query.sql}" if not query.sql.startswith("WITH") else _hoisted(query.sql),
                direct,
                indirect,
                {},
            )
        listed, rest = _cut_at_from(query.sql)
        return _Written(f"{listed} INTO made.target {rest}", direct, indirect, {})
    tail = " WITH DATA" if maker.engine.name == "teradata" else ""
    body = f"({query.sql})" if maker.engine.name == "teradata" else query.sql
    return _Written(f"CREATE TABLE made.target AS {body}{tail}", direct, indirect, {})


def _hoisted(sql: str) -> str:
    """T-SQL writes WITH before INSERT."""
    depth = 0
    for place, sign in enumerate(sql):
        depth += (sign == "(") - (sign == ")")
        if depth == 0 and sql.startswith("SELECT", place):
            return f"{sql[:place]}INSERT INTO made.target {sql[place:]}"
    return sql


def _cut_at_from(sql: str) -> tuple[str, str]:
    depth = 0
    for place, sign in enumerate(sql):
        depth += (sign == "(") - (sign == ")")
        if depth == 0 and sql.startswith(" FROM ", place):
            return sql[:place], sql[place + 1 :]
    return sql, ""


def _view(maker: Maker) -> _Written:
    query = maker.query()
    names = [f"v{place}" for place in range(len(query.rows.columns))]
    direct, indirect = edges("made.shown", names, query.rows)
    return _Written(f"CREATE VIEW made.shown ({', '.join(names)}) AS {query.sql}", direct, indirect, {})


def _insert_list(maker: Maker) -> _Written:
    query = maker.query()
    names = [f"t{place}" for place in range(len(query.rows.columns))]
    maker.rng.shuffle(names)
    direct, indirect = edges("made.target", names, query.rows)
    sql = f"INSERT INTO made.target ({', '.join(names)}) {query.sql}"
    if query.sql.startswith("WITH") and maker.engine.name in {"tsql", "hive"}:
        sql = _hoisted(query.sql).replace("INSERT INTO made.target", f"INSERT INTO made.target ({', '.join(names)})")
    return _Written(sql, direct, indirect, {})


def _insert_place(maker: Maker) -> _Written:
    """Without a list of columns: by the places of the table, which the schema tells."""
    query = maker.query()
    names = [f"p{place}" for place in range(len(query.rows.columns))]
    direct, indirect = edges("made.target", names, query.rows)
    verb = (
        "INSERT OVERWRITE TABLE"
        if maker.engine.name in {"hive", "spark", "databricks"} and maker.rng.random() < 0.5
        else "INSERT INTO"
    )
    sql = f"{verb} made.target {query.sql}"
    if query.sql.startswith("WITH") and maker.engine.name in {"tsql", "hive"}:
        sql = _hoisted(query.sql).replace("INSERT INTO made.target", f"{verb} made.target")
    return _Written(sql, direct, indirect, {"made.target": names})


def _update(maker: Maker) -> _Written:
    """Each engine's own form of an UPDATE that takes from another table."""
    source = maker.base()
    taken = maker.rng.choice([column for column in source.rows.columns if column.name != "id"])
    ids = next(column.direct for column in source.rows.columns if column.name == "id")
    value, key = (f"{source.alias}.{maker.write.name(name)}" for name in (taken.name, "id"))
    target = ("made.target", "given")
    own = frozenset([("made.target", "id")])
    direct = {(place, target) for place in taken.direct}
    indirect = {(place, target) for place in ids | own}
    engine = maker.engine.name
    if engine == "mysql":
        sql = f"UPDATE made.target t JOIN {source.sql} ON t.id = {key} SET t.given = UPPER({value})"
    elif engine == "tsql":
        sql = f"UPDATE t SET t.given = UPPER({value}) FROM made.target AS t JOIN {source.sql} ON t.id = {key}"
    elif engine in {"postgres", "redshift", "snowflake", "duckdb", "sqlite", "bigquery", "ansi"}:
        sql = f"UPDATE made.target SET given = UPPER({value}) FROM {source.sql} WHERE target.id = {key}"
    else:
        sql = f"UPDATE made.target SET given = (SELECT MAX({value}) FROM {source.sql} WHERE {key} = target.id)"
    return _Written(sql, direct, indirect, {"made.target": ["id", "given", "kept"]})


def _delete(maker: Maker) -> _Written:
    inner = maker.base()
    ids = next(column.direct for column in inner.rows.columns if column.name == "id")
    whole = ("made.target", "*")
    sql = f"DELETE FROM made.target WHERE id IN (SELECT {inner.alias}.{maker.write.name('id')} FROM {inner.sql})"
    return _Written(
        sql, set(), {(place, whole) for place in ids | {("made.target", "id")}}, {"made.target": ["id", "given"]}
    )


def _merge(maker: Maker) -> _Written:
    query = maker.query(1)
    columns = query.rows.columns
    if any(column.name.lower() == "id" for column in columns[:1]):
        return _delete(maker)
    first, last = columns[0], columns[-1]
    if (
        sum(column.name == first.name for column in columns) > 1
        or sum(column.name == last.name for column in columns) > 1
    ):
        return _delete(maker)
    key, value = maker.write.name(first.name), maker.write.name(last.name)
    word = " " if maker.engine.name == "oracle" else " AS "
    on = f"(t.id = m.{key})" if maker.engine.name == "oracle" else f"t.id = m.{key}"
    sql = (
        f"MERGE INTO made.target{word}t USING ({query.sql}){word}m ON {on} "
        f"WHEN MATCHED THEN UPDATE SET given = m.{value} "
        f"WHEN NOT MATCHED THEN INSERT (id, given) VALUES (m.{key}, m.{value})"
    )
    deciding = query.rows.deciding | first.direct | first.indirect | {("made.target", "id")}
    direct = {(place, ("made.target", "given")) for place in last.direct}
    direct |= {(place, ("made.target", "id")) for place in first.direct}
    indirect = {(place, ("made.target", "given")) for place in last.indirect | deciding}
    indirect |= {(place, ("made.target", "id")) for place in first.indirect | deciding}
    return _Written(sql, direct, indirect, {"made.target": ["id", "given"]})
