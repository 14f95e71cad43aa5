"""Which evidence is judged? That of a simulated company, sealed piece by piece: no more than one is in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from custodes.company import CAMPAIGN_NAMES, DEFAULT_END, SHAPES, Plan, Scheme, Simulation, known, sealed, sized
from custodes.company.spelling import Spelling
from custodes.events import segments
from custodes.records import Tokeniser
from custodes.records.schema import CONTEXT_SCHEMAS, SEALED_SCHEMA

_EACH: Final = 6_000  # events for each member of staff, over all days
_FEWEST: Final = 160
_SHAPE: Final = "support_centre"
_KEY: Final = b"a made-up company has one key."


@dataclass(frozen=True, slots=True)
class Marketplace:
    """files: sealed segments. context: by kind, a table or a file, as an engine is given it. end: of the last day."""

    files: list[Path]
    events: int
    staff: int
    context: Mapping[str, pa.Table | Path]
    fields: pa.Table
    end: datetime


def marketplace(count: int, folder: Path) -> Marketplace:
    """About so many events of a company in which every campaign is carried out once; 24 bytes an event on the disk."""
    kind = SHAPES[_SHAPE]
    staff = max(_FEWEST, count // _EACH)
    plan = Plan(1, DEFAULT_END, sized(kind, staff, events=count), kind)
    simulation = Simulation(plan, [Scheme(name) for name in CAMPAIGN_NAMES])
    spelling = Spelling(simulation.world)
    files: list[Path] = []
    cases = folder / "cases.parquet"
    leaf = 0
    with pq.ParquetWriter(cases, CONTEXT_SCHEMAS["cases"]) as writer:
        for place, piece in enumerate(simulation.pieces()):
            writer.write_table(known.cases([piece.cases], simulation.world, spelling))
            rows = sealed.table(piece, spelling, 0).drop_columns(["leaf"])
            for day, part in segments.segments(rows).items():
                leaves = pa.array(range(leaf, leaf + part.num_rows), pa.int64())
                leaf += part.num_rows
                files.append(folder / f"{day}-{place}.parquet")
                files[-1].write_bytes(segments.write(part.append_column(SEALED_SCHEMA.field("leaf"), leaves)))
    context = known.context(simulation.world, Tokeniser(_KEY)) | {"cases": cases}
    return Marketplace(files, leaf, staff, context, known.data_map(simulation.world), plan.end)
