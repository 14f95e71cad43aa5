"""How fast is an answer about one customer, actor, key or dataset among many events, and about what is missing?"""

from __future__ import annotations

import itertools
import os
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import duckdb

from bench import evidence
from bench.line import Line, wall
from custodes.config import load
from custodes.pipeline.coverage import coverage
from custodes.pipeline.index import make_index
from custodes.pipeline.progress import Silent
from custodes.pipeline.who import who
from custodes.pipeline.workspace import Workspace, open_workspace
from custodes.records.answer import Question

_COUNT = 1_000_000


def run(size: str = "") -> list[Line]:
    """Seconds of wall time. size: how many events, or a folder in which an earlier measurement left them."""
    if size and not size.isdecimal():
        return measured(Path(size))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        count = int(size or _COUNT)
        start = time.perf_counter()
        made = evidence.workspace(folder, count)
        sealed = time.perf_counter()
        make_index(made, Silent())
        indexed = time.perf_counter()
        made.close()
        what = f"who, {count:,} events"
        return [
            Line(what, "made up and sealed", count / (sealed - start), "events/s"),
            Line(what, "indexed, afterwards", count / (indexed - sealed), "events/s"),
            *measured(folder),
        ]


def measured(folder: Path) -> list[Line]:
    """What answers over the workspace in a folder cost: in this process, as a whole command, and in plain DuckDB."""
    clock = iter(evidence.NOW + timedelta(seconds=number) for number in itertools.count(1))
    opened = open_workspace(load(folder / "custodes.toml"), clock=lambda: next(clock), by="user:bench")
    try:
        return _lines(folder, opened)
    finally:
        opened.close()


def _lines(folder: Path, opened: Workspace) -> list[Line]:
    files = opened.segments()
    count = sum(seal.count - 1 for seal in opened.seals.list() if seal.path.startswith("events/"))
    what = f"who, {count:,} events"
    day = evidence.START + timedelta(days=2)
    morning = day + timedelta(hours=9)
    questions = {
        "one customer": Question("subject", "customer:100000042"),
        "one actor": Question("actor", "staff:e00042"),
        "one actor, one day": Question("actor", "staff:e00042", since=day, until=day + timedelta(days=1)),
        "one key": Question("key", "key:k00042"),
        "a key that is nowhere": Question("key", "key:none"),
        "one seller": Question("party", "seller:00042"),
        "one dataset, one hour": Question(
            "dataset", "shop.main.orders", since=morning, until=morning + timedelta(hours=1)
        ),
    }
    lines = [
        Line(what, "segments", len(files), "files"),
        Line(what, "bytes an event, segments", _size(opened.data / "events") / count, "bytes"),
        Line(what, "bytes an event, indexes", _size(opened.data / "index") / count, "bytes"),
    ]
    for label, question in questions.items():
        answers: list[int] = []

        def ask(question: Question = question, answers: list[int] = answers) -> None:
            answers.append(len(who(opened, question).touches))

        seconds = wall(ask)
        lines.append(Line(what, f"{label} ({answers[0]:,} touches)", seconds, "s"))
    lines.append(Line(what, "coverage of everything", wall(lambda: coverage(opened, None, None)), "s"))
    lines.append(Line(what, "coverage of a day", wall(lambda: coverage(opened, day, day + timedelta(days=1))), "s"))
    for label, arguments in {
        "one customer": ["customer:100000042"],
        "one actor": ["--actor", "staff:e00042"],
        "one key": ["--key", "key:k00042"],
    }.items():
        seconds, processor, memory = _command(folder, arguments)
        lines.append(Line(what, f"the command, {label}", seconds, "s"))
        lines.append(Line(what, f"the command, {label}, processor", processor, "s"))
        lines.append(Line(what, f"the command, {label}, peak memory", memory, "MB"))
    for column, value in (("subject", "customer:100000042"), ("actor", "staff:e00042")):
        lines.append(Line(what, f"peer: DuckDB reads all for one {column}", wall(_plain(files, column, value)), "s"))
    lines.append(Line(what, "peer: DuckDB counts records by hour", wall(_by_hour(files)), "s"))
    return lines


def _command(folder: Path, arguments: list[str]) -> tuple[float, float, float]:
    """Seconds on the clock and of the processor, and megabytes of `custodes who` as a process: the best of three.

    The first may compile our sources, as the first command after an installation does; where Python was told to keep
    none of what it compiles, it is told otherwise here, or every command would compile everything again.
    """
    seconds, processor, memory = float("inf"), float("inf"), 0.0
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    words = [sys.executable, "-m", "custodes", "--config", str(folder / "custodes.toml"), "who", *arguments]
    with Path(os.devnull).open("wb") as nowhere:
        for _ in range(3):
            start = time.perf_counter()
            child = os.posix_spawn(
                sys.executable, words, environment, file_actions=[(os.POSIX_SPAWN_DUP2, nowhere.fileno(), 1)]
            )
            _, status, used = os.wait4(child, 0)
            if os.waitstatus_to_exitcode(status) not in {0, 3}:
                raise RuntimeError("the command failed")
            seconds = min(seconds, time.perf_counter() - start)
            processor = min(processor, used.ru_utime + used.ru_stime)
            memory = max(memory, used.ru_maxrss / 1e3)
    return seconds, processor, memory


def _plain(files: list[Path], column: str, value: str) -> Callable[[], object]:
    def ask() -> None:
        # Without statistics: the column is no column any more, so that no row group can be skipped.
        query = f"select * from read_parquet($1) where {column} || '' = $2"  # noqa: S608 - a name of ours
        with duckdb.connect() as connection:
            connection.execute(query, [[str(file) for file in files], value]).to_arrow_table()

    return ask


def _by_hour(files: list[Path]) -> Callable[[], object]:
    def ask() -> None:
        query = "select source, date_trunc('hour', time), count(*) from read_parquet($1) group by all"
        with duckdb.connect() as connection:
            connection.execute(query, [[str(file) for file in files]]).to_arrow_table()

    return ask


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
