"""Which evidence is judged? That of a simulated company, sealed piece by piece, so that no more than one is in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import pyarrow as pa

from custodes.company import CAMPAIGN_NAMES, DEFAULT_END, SHAPES, Plan, Scheme, Simulation, known, sealed, sized
from custodes.company.spelling import Spelling
from custodes.events import segments
from custodes.records import Tokeniser
from custodes.records.schema import SEALED_SCHEMA

_EACH: Final = 6_000  # events for each member of staff, over all days
_FEWEST: Final = 160
_KEY: Final = b"a made-up company has one key."


@dataclass(frozen=True, slots=True)
class Marketplace:
    """files: sealed segments. context, fields: what an engine is given beside them. end: the end of the last day."""

    files: list[Path]
    events: int
    staff: int
    context: Mapping[str, pa.Table]
    fields: pa.Table
    end: datetime


def marketplace(count: int, folder: Path, shape: str = "support_centre") -> Marketplace:
    """About so many events of a company in which every campaign is carried out once."""
    kind = SHAPES[shape]
    staff = max(_FEWEST, count // _EACH)
    plan = Plan(1, DEFAULT_END, sized(kind, staff, events=count), kind)
    simulation = Simulation(plan, [Scheme(name) for name in CAMPAIGN_NAMES])
    spelling = Spelling(simulation.world)
    files: list[Path] = []
    cases = []
    leaf = 0
    for place, piece in enumerate(simulation.pieces()):
        cases.append(piece.cases)
        for day, rows in segments.segments(sealed.table(piece, spelling, 0).drop_columns(["leaf"])).items():
            leaves = pa.array(range(leaf, leaf + rows.num_rows), pa.int64())
            leaf += rows.num_rows
            files.append(folder / f"{day}-{place}.parquet")
            files[-1].write_bytes(segments.write(rows.append_column(SEALED_SCHEMA.field("leaf"), leaves)))
    context = known.context(simulation.world, Tokeniser(_KEY))
    context["cases"] = known.cases(cases, simulation.world, spelling)
    return Marketplace(files, leaf, staff, context, known.data_map(simulation.world), plan.end)
