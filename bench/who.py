"""How fast is one customer, one actor or one key found among many events?"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import duckdb

from bench import made
from bench.line import Line, wall
from custodes.engine.duckdb import DuckEngine
from custodes.pipeline.who import find
from custodes.records.answer import Question

_COUNT = 1_000_000


def run(size: str = "") -> list[Line]:
    """Milliseconds of wall time, the engine's opening left out unless it is named. size: how many events."""
    count = int(size or _COUNT)
    what = f"who, {count:,} events"
    with tempfile.TemporaryDirectory() as name:
        files = made.sealed(count, Path(name))
        day = made.START.replace(day=made.START.day + 7)
        questions = {
            "one customer": (Question("subject", "customer:42"), ["customer:42", "tok_1", "tok_2", "customer:tok_2"]),
            "a key that is nowhere": (Question("key", "key:none"), ["key:none", "none", "tok_1", "key:tok_2"]),
            "one actor, one day": (
                Question("actor", "staff:e7", since=day, until=day.replace(day=day.day + 1)),
                ["staff:e7", "tok_1", "tok_2", "staff:tok_2"],
            ),
        }
        lines = [Line(what, "bytes an event on disk", sum(file.stat().st_size for file in files) / count, "bytes")]

        def opened_first() -> None:
            with DuckEngine(files, resident_rows=0) as engine:
                find(engine, *questions["one customer"])

        def asked(engine: DuckEngine, question: Question, names: list[str]) -> Callable[[], object]:
            return lambda: find(engine, question, names)

        def plain() -> None:
            query = (
                "select count(*), max(actor), max(dataset) from read_parquet($1) where subject || '' = 'customer:42'"
            )
            with duckdb.connect() as connection:
                connection.execute(query, [[str(file) for file in files]]).fetchall()

        with DuckEngine(files, resident_rows=0) as engine:
            for label, (question, names) in questions.items():
                lines.append(Line(what, label, wall(asked(engine, question, names)) * 1e3, "ms"))
        lines.append(Line(what, "one customer, engine opened first", wall(opened_first) * 1e3, "ms"))
        lines.append(Line(what, "peer: DuckDB reads two columns, unpruned", wall(plain) * 1e3, "ms"))
    return lines
