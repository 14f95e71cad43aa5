"""How does a simulated company come to lie in a folder: its logs day by day, its registers, stores and the truth?"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO, Final, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from custodes.company import known
from custodes.company.cases import Cases
from custodes.company.databases import write_databases
from custodes.company.exports import write_files
from custodes.company.lines import WRITERS
from custodes.company.settings_simulated import TOML
from custodes.company.simulation import Piece, Simulation
from custodes.company.size import DAY
from custodes.company.spelling import Spelling, rows_of
from custodes.company.touches import LOGS, NONE
from custodes.company.truth import FILE_NAME, Misplaced, moment
from custodes.errors import BadInput

# Where each log lies, and how its files end; `{day}` is the day it learnt of the touches on.
FILES: Final = {
    "desk": "logs/desk/desk-{day}.jsonl", "admin": "logs/admin/admin-{day}.jsonl", "api": "logs/nginx/access-{day}.log",
    "database": "logs/postgresql/postgresql-{day}.csv", "cloud": "logs/cloudtrail/cloudtrail-{day}.json",
}  # fmt: skip
MARKS: Final = "truth-touches.parquet"
_MARKS: Final = pa.schema([("source", pa.string()), ("event_id", pa.string()), ("campaign", pa.string())])
# What the desk's program says when it starts, every so many days: not every line of a log is an event.
_CHATTY: Final = 20
_CHATTER: Final = b"INFO desk gateway ready, log level info\n"


@dataclass(frozen=True, slots=True)
class Written:
    """What lies in the folder now. events: lines by log. broken: lines that are no event. seconds: it took."""

    events: dict[str, int]
    broken: dict[str, int]
    misplaced: tuple[Misplaced, ...]
    seconds: float

    @property
    def total(self) -> int:
        """Events in all logs."""
        return sum(self.events.values())


def write(folder: Path, simulation: Simulation, told: Callable[[str, int], None] | None = None) -> Written:
    """Write the company into an empty folder, piece by piece: no more of it is in memory than its stores and a piece.

    told: is told the day that was reached, and how many events there are so far. Raises BadInput for a folder in use.
    """
    _prepare(folder)
    begun = time.monotonic()
    world = simulation.world
    spelling = Spelling(world)
    broken = dict.fromkeys(LOGS, 0)
    events = dict.fromkeys(LOGS, 0)

    def put(piece: Piece) -> None:
        for log, lines, days in _lines(piece, spelling):
            events[log] += len(lines)
            broken[log] += _append(folder, log, lines, days)
        cases.add(piece.cases)
        marks.add(piece)
        last = int(piece.touches.time[-1]) if len(piece.touches) else world.plan.start_ms
        if told is not None:
            told(moment(last).date().isoformat(), sum(events.values()))

    # One piece is written while the next is made: numpy and Arrow both let go of the interpreter's lock.
    ahead: Future[None] | None = None
    with (
        _CaseFile(folder, simulation, spelling) as cases,
        _MarkFile(folder, simulation, spelling) as marks,
        ThreadPoolExecutor(max_workers=1) as writer,
    ):
        for piece in simulation.pieces():
            if ahead is not None:
                ahead.result()
            ahead = writer.submit(put, piece)
        if ahead is not None:
            ahead.result()
    write_databases(folder, world, None)
    misplaced = write_files(folder, world)
    (folder / "custodes.toml").write_text(TOML, encoding="utf-8")
    done = Written(events, broken, misplaced, time.monotonic() - begun)
    (folder / FILE_NAME).write_text(_truth(simulation, done), encoding="utf-8")
    return done


def _prepare(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BadInput("the folder is not empty", where=str(folder), hint="name a new folder")
    for path in FILES.values():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / "support").mkdir()


def _lines(piece: Piece, spelling: Spelling) -> Iterator[tuple[str, pa.Array, NDArray[np.int64]]]:
    for log, write_lines in WRITERS.items():
        touches, number = rows_of(piece, log)
        if len(touches):
            yield log, write_lines(touches, number, spelling), (touches.time + touches.late) // DAY


def _append(folder: Path, log: str, lines: pa.Array, days: NDArray[np.int64]) -> int:
    """Put each day's lines at the end of its file; how many lines that are no event were put there too."""
    broken = 0
    for day in range(int(days[0]), int(days[-1]) + 1):
        first, end = np.searchsorted(days, [day, day + 1]).tolist()
        file = folder / FILES[log].format(day=str(np.datetime64(day, "D")))
        fresh = log == "desk" and day % _CHATTY == 0 and not file.exists()
        with file.open("ab") as sink:
            if fresh:
                sink.write(_CHATTER)
                broken += 1
            _put(sink, lines.slice(first, end - first))
    return broken


def _put(sink: BinaryIO, lines: pa.Array) -> None:
    """Lines with their ends, straight from Arrow's buffer."""
    whole = pc.binary_join_element_wise(lines, "\n", "")
    _, offsets, data = whole.buffers()
    places = np.frombuffer(offsets, np.int32)[whole.offset : whole.offset + len(whole) + 1]
    sink.write(memoryview(data)[places[0] : places[-1]])


class _CaseFile:
    """support/cases.parquet, a row group at a time."""

    def __init__(self, folder: Path, simulation: Simulation, spelling: Spelling) -> None:
        self._file = folder / "support" / "cases.parquet"
        self._world, self._spelling = simulation.world, spelling
        self._writer: pq.ParquetWriter | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._writer is not None:
            self._writer.close()

    def add(self, cases: Cases) -> None:
        """Cases as the support system stores them: internal numbers, no word about anyone."""
        table = known.cases([cases], self._world, self._spelling)
        plain = pa.table({
            "id": table["id"], "kind": table["kind"], "customer_id": _number(table["subject"]),
            "seller_id": _number(table["party"]), "assignee": table["assignee"], "opened": table["opened"],
            "closed": table["closed"],
        })  # fmt: skip
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._file, plain.schema, compression="zstd")
        self._writer.write_table(plain)


class _MarkFile:
    """Which lines are whose doing: source, event_id and campaign of every touch that is part of one."""

    def __init__(self, folder: Path, simulation: Simulation, spelling: Spelling) -> None:
        self._writer = pq.ParquetWriter(folder / MARKS, _MARKS, compression="zstd")
        self._spelling = spelling
        self._names = pa.array([one.id for one in simulation.planted()], pa.string())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._writer.close()

    def add(self, piece: Piece) -> None:
        """Those of one piece."""
        rows = np.flatnonzero(piece.touches.campaign != NONE)
        if not len(rows):
            return
        few = Piece(piece.touches.rows(rows), piece.number[rows], piece.cases)
        self._writer.write_table(pa.table({
            "source": pa.array(LOGS).take(pa.array(few.log)), "event_id": self._spelling.event_ids(few),
            "campaign": self._names.take(pa.array(few.touches.campaign)),
        }, schema=_MARKS))  # fmt: skip


def _number(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.replace_substring_regex(texts, "^[a-z]+:", "").cast(pa.int64())


def _truth(simulation: Simulation, done: Written) -> str:
    """As JSON, without any personal value."""
    plan = simulation.plan
    document = {
        "seed": plan.seed,
        "shape": plan.shape.name,
        "end": moment(plan.end_ms).isoformat(),
        "size": asdict(plan.size),
        "campaigns": [asdict(one) for one in simulation.planted()],
        "misplaced": [asdict(one) for one in done.misplaced],
        "events": done.events,
        "broken": done.broken,
    }
    return json.dumps(document, indent=2, default=lambda value: value.isoformat()) + "\n"
