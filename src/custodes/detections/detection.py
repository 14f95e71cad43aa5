"""What is a detection? A question in SQL with its severity, its words, what it misses, and scenarios that prove it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from custodes.engine.interface import Parameter

# Who or what a row accuses: singular column, plural column.
PARTICIPANTS: Final = (("actor", "actors"), ("party", "parties"), ("client", "clients"), ("key", "keys"))

# How an expectation compares a number: `>= 0.7`, or the number alone.
COMPARISON: Final = re.compile(r"^(>=|<=|>|<|==)?\s*(\d+(?:\.\d+)?|\.\d+)$", re.ASCII)


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a scenario must find: these participants exactly, confidence and subjects as compared (`>= 0.9`)."""

    participants: Mapping[str, tuple[str, ...]]  # by plural column
    confidence: str | None = None
    subjects: str | None = None


@dataclass(frozen=True, slots=True)
class Scenario:
    """A small made-up course of events. tables: CSV text by view name. generate: the shorthand of `scenario`.

    finds: one expectation per finding; empty where any finding will do (fires) or none may be (quiet).
    """

    name: str
    tables: tuple[tuple[str, str], ...]
    generate: tuple[Mapping[str, object], ...]
    finds: tuple[Expectation, ...] = ()


@dataclass(frozen=True, slots=True)
class Detection:
    """One detection, validated. severity: OCSF 1-5. needs: views that must have rows for the question to make sense.

    confidence: SQL over the query's columns. reason: sentences with `{column}` parts. identity: columns that tell one
    finding of this check from another. columns: what the query returns, in order. leaves: evidence is ledger indexes
    (otherwise event ids). source: the file it came from. digest: of all it says. shipped: whether it is ours.
    """

    id: str
    title: str
    question: str
    why: str
    severity: int
    needs: tuple[str, ...]
    parameters: Mapping[str, Parameter]
    query: str
    confidence: str
    reason: tuple[str, ...]
    identity: tuple[str, ...]
    triage: tuple[str, ...]
    blind_spots: tuple[str, ...]
    references: tuple[str, ...]
    fires: tuple[Scenario, ...]
    quiet: tuple[Scenario, ...]
    columns: tuple[str, ...]
    leaves: bool
    source: str
    digest: str
    shipped: bool
