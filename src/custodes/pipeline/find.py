"""Where do the touches of a name lie? In few parts of the indexes, or in the segments that have none."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from custodes.engine.interface import Engine, Parameter
from custodes.errors import BadInput
from custodes.events.pack import Pack, PackDamaged
from custodes.events.segments import rows_about
from custodes.ledger.segments import Seal
from custodes.pipeline.index import Held, files
from custodes.pipeline.open_engine import open_engine
from custodes.pipeline.workspace import Workspace
from custodes.records.answer import By, Question
from custodes.records.schema import SEALED_SCHEMA

MOST: Final = 100_000  # touches in one answer: more are narrowed by time first, or nobody could read or hold them

COLUMNS: Final[dict[By, tuple[str, ...]]] = {
    "subject": ("subject",),
    "actor": ("actor", "behalf"),
    "key": ("actor", "client"),
    "party": ("party", "behalf"),
    "dataset": ("dataset",),
}

# Segments lie in order of the subject, and hold few datasets: these are asked there.
_INDEXED: Final[tuple[By, ...]] = ("actor", "key", "party")
# A name that is in so many parts of an index is found faster by the engine, which reads the column it is in alone.
_TOO_MANY: Final = 0.4
_THREADS: Final = min(os.cpu_count() or 1, 4)

_FIRST: Final = datetime.min.replace(tzinfo=UTC)
_LAST: Final = datetime(9999, 12, 30, tzinfo=UTC)


def find(workspace: Workspace, evidence: Held, asked: Question, names: Sequence[str]) -> pa.Table:
    """The rows (SEALED_SCHEMA) that any of these names names, in order of time. evidence: of the window's days.

    An index that turns out to be damaged is doubted in `evidence`, and its segments are read.
    Raises BadInput for more than MOST rows, CouldNotRun or LedgerBroken when a segment cannot be read.
    """
    found: list[pa.Table] = []
    whole = [one for seal in evidence.packs for one in evidence.segments_of(seal)]
    if asked.by in _INDEXED:
        found, whole = _in_packs(evidence, asked, names)
    whole += evidence.rest
    if asked.by == "subject":
        found = _in_segments(files(workspace, whole), asked, names)
    elif whole:
        with open_engine(workspace, only=files(workspace, whole)) as engine:
            found.append(ask(engine, asked, names).select(SEALED_SCHEMA.names).cast(SEALED_SCHEMA))
    if sum(table.num_rows for table in found) > MOST:
        raise _too_many(asked)
    rows = pa.concat_tables([SEALED_SCHEMA.empty_table(), *found])
    time, leaf = rows.column("time").cast(pa.int64()).to_numpy(), rows.column("leaf").to_numpy()
    order = np.lexsort((leaf, time))
    fresh = np.r_[True, np.diff(leaf[order]) != 0][: len(order)]  # an actor may act on his own behalf
    return rows.take(pa.array(order[fresh]))


def _in_packs(evidence: Held, asked: Question, names: Sequence[str]) -> tuple[list[pa.Table], list[Seal]]:
    """The rows that indexes have, and the segments of those in which the name is in too many places."""
    columns = COLUMNS[asked.by]
    reading: list[tuple[Seal, Pack, list[int]]] = []
    whole: list[Seal] = []
    for seal, pack in evidence.packs.items():
        parts = sorted({part for column in columns for part in pack.holding(column, names)})
        if len(parts) > max(_TOO_MANY * (pack.directory.num_rows - 1), 2):
            whole += evidence.segments_of(seal)
        elif parts:
            reading.append((seal, pack, parts))

    def read(one: tuple[Seal, Pack, list[int]]) -> tuple[Seal, list[pa.Table] | PackDamaged]:
        seal, pack, parts = one
        try:
            return seal, list(_within(pack.rows(columns, names, parts), asked))
        except PackDamaged as damaged:
            return seal, damaged

    found: list[pa.Table] = []
    count = 0
    with ThreadPoolExecutor(_THREADS) as pool:
        # Not all at once: the rows of an answer that is refused are not to fill the memory.
        for start in range(0, len(reading), _THREADS * 4):
            for seal, tables in pool.map(read, reading[start : start + _THREADS * 4]):
                if isinstance(tables, PackDamaged):
                    evidence.doubt(seal, str(tables))
                    continue
                found += tables
                count += sum(table.num_rows for table in tables)
            if count > MOST:
                raise _too_many(asked)
    return found, whole


def _in_segments(segments: Sequence[Path], asked: Question, names: Sequence[str]) -> list[pa.Table]:
    """The rows about these subjects. The engine would do the same, once for each name, at three times the cost."""

    def read(file: Path) -> list[pa.Table]:
        return list(_within(rows_about(file, names), asked))

    found: list[pa.Table] = []
    with ThreadPoolExecutor(_THREADS) as pool:
        for start in range(0, len(segments), _THREADS * 16):
            for tables in pool.map(read, segments[start : start + _THREADS * 16]):
                found += tables
            if sum(table.num_rows for table in found) > MOST:
                raise _too_many(asked)
    return found


def _within(tables: Iterator[pa.Table], asked: Question) -> Iterator[pa.Table]:
    for table in tables:
        time = table.column("time")
        taken = table
        if asked.since is not None:
            taken = taken.filter(pc.greater_equal(time, pa.scalar(asked.since, time.type)))
        if asked.until is not None:
            taken = taken.filter(pc.less(taken.column("time"), pa.scalar(asked.until, time.type)))
        if taken.num_rows:
            yield taken


def ask(engine: Engine, asked: Question, names: Sequence[str]) -> pa.Table:
    """The rows of the view `event` that any of these names names.

    One query by equality for each name and column: by it the engine skips row groups by their statistics, which it
    does not for a list of names or for an `or`. Raises BadInput for more than MOST rows.
    """
    parameters: dict[str, Parameter] = {f"name{place}": name for place, name in enumerate(names)}
    if asked.by == "dataset":
        where = [f"(e.dataset = ${name} or starts_with(e.dataset, concat(${name}, '.')))" for name in parameters]
    else:
        where = [f"e.{column} = ${name}" for column in COLUMNS[asked.by] for name in parameters]
    more = " and e.time >= cast($since as timestamptz) and e.time < cast($until as timestamptz)"
    if asked.field is not None:
        more += " and (len(e.fields) = 0 or list_has_any(e.fields, $fields))"
        parameters["fields"] = sorted(spelt(asked.field))
    parameters |= {"since": _text(asked.since or _FIRST), "until": _text(asked.until or _LAST), "most": MOST + 1}
    if asked.by == "dataset":
        # Counted first, over the columns that decide: most rows of a dataset are more than anybody reads.
        count = " + ".join(f"(select count(*) from event e where {one}{more})" for one in where)  # noqa: S608 - our own words
        if engine.ask(f"select {count} as touches", parameters).column("touches")[0].as_py() > MOST:
            raise _too_many(asked)
    each = " union all ".join(f"select e.* from event e where {one}{more}" for one in where)  # noqa: S608 - the same
    return engine.ask(f"select * from ({each}) found limit $most", parameters)  # noqa: S608 - the same


def spelt(field: str) -> set[str]:
    """How a log may name a field: as the data map does, or by its column alone."""
    return {field, field.split(".", 1)[0].removesuffix("[]")}


def _too_many(asked: Question) -> BadInput:
    return BadInput(f"more than {MOST:,} touches", where=asked.by, hint="narrow the window: --since, --until")


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()
