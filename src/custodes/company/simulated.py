"""How does a simulation become evidence for questions at once, without writing logs and reading them?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from custodes.company import known, sealed
from custodes.company.campaigns import Published, Scheme
from custodes.company.simulation import Simulation
from custodes.company.size import Plan
from custodes.company.spelling import Spelling
from custodes.company.truth import Planted
from custodes.records import Tokeniser

_KEY = b"a made-up company has one key."  # tokens of nobody: no secret, so that equal seeds give equal tables


@dataclass(frozen=True, slots=True)
class Simulated:
    """A company as an engine wants it, with the truth beside it.

    events: records.schema.SEALED_SCHEMA, leaf by leaf from 0. context: by name (people, cases, parties, keys,
    subjects), CONTEXT_SCHEMAS. fields: the data map (store, dataset, field, category, sensitivity, vault).
    planted: the campaigns. campaign: of each leaf, the place in planted it belongs to, -1 for none. why: of each leaf,
    the place in `touches.WHY`.
    """

    events: pa.Table
    context: dict[str, pa.Table]
    fields: pa.Table
    planted: tuple[Planted, ...]
    campaign: NDArray[np.int16]
    why: NDArray[np.int8]

    def leaves(self, place: int) -> NDArray[np.int64]:
        """The sealed events that one campaign did, in order."""
        return np.flatnonzero(self.campaign == place)


def simulated(
    plan: Plan,
    schemes: Sequence[Scheme] = (),
    published: Published | None = None,
    *,
    tokeniser: Tokeniser | None = None,
) -> Simulated:
    """All of a company at once: some 300 bytes an event, so for millions of events rather than for hundreds.

    Raises BadInput as `Simulation` does.
    """
    simulation = Simulation(plan, schemes, published)
    spelling = Spelling(simulation.world)
    parts: list[pa.Table] = []
    campaign, why, cases = [], [], []
    leaf = 0
    for piece in simulation.pieces():
        parts.append(sealed.table(piece, spelling, leaf))
        leaf += len(piece.touches)
        campaign.append(piece.touches.campaign)
        why.append(piece.touches.why)
        cases.append(piece.cases)
    context = known.context(simulation.world, tokeniser or Tokeniser(_KEY))
    context["cases"] = known.cases(cases, simulation.world, spelling)
    return Simulated(
        pa.concat_tables(parts).unify_dictionaries(), context, known.data_map(simulation.world), simulation.planted(),
        np.concatenate(campaign), np.concatenate(why),
    )  # fmt: skip
