"""Which risks are there, and by which formula is each scored? One YAML file per risk; the file name is its id."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import pairwise
from typing import Any, Final

import yaml

from custodes.errors import BadInput
from custodes.risk.measures import MEASURES
from custodes.risk.scales import FACTORS, LEVELS, FactorName

OTHER_CHECKS: Final = "*"  # every check that no risk names
ANY_CHECK: Final = "any"

_KEYS: Final = {"title", "question", "failures", "known_from", "checks", "waits_for", "treatments", "blind_spots"}
_FACTOR_KEYS: Final = {"raised_by", "base", "why", "inputs"}
_FAILURE: Final = re.compile(r"S([1-9]|1[0-3])|unseen")


@dataclass(frozen=True, slots=True)
class Input:
    """One measure and the value at which it lifts the factor to each level: ((level, value), ...), both rising."""

    measure: str
    at: tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True)
class Formula:
    """A factor is the highest of its base and of the levels that its inputs reach.

    why: the sentence that holds when the base decides. raised_by: what lifts it, in words.
    """

    base: int
    why: str
    raised_by: str
    inputs: tuple[Input, ...]


@dataclass(frozen=True, slots=True)
class RiskRule:
    """One risk as it ships: what it asks, which failures of the published cases it answers, and its formula.

    checks: ids of detections whose findings show it; `*` and `any` as above.
    waits_for: why its likelihood cannot be measured in this version; empty when it can.
    """

    id: str
    title: str
    question: str
    failures: tuple[str, ...]
    known_from: str
    checks: tuple[str, ...]
    waits_for: str
    impact: Formula
    likelihood: Formula
    control: Formula
    treatments: tuple[str, ...]
    blind_spots: tuple[str, ...]

    def formula(self, factor: FactorName) -> Formula:
        """The formula of one factor."""
        return {"impact": self.impact, "likelihood": self.likelihood, "control": self.control}[factor]


@cache
def shipped() -> tuple[RiskRule, ...]:
    """The risks that ship with Custodes, in order of id. Raises BadInput when a file is not as it should be."""
    folder = files("custodes.risk") / "risks"
    found = sorted((file for file in folder.iterdir() if file.name.endswith(".yml")), key=lambda file: file.name)
    return tuple(read(file) for file in found)


def read(file: Traversable) -> RiskRule:
    """One risk from its file. Raises BadInput with file and key."""
    where = file.name
    try:
        document = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BadInput("cannot read a risk", where=where, hint="it must be a YAML file in UTF-8") from error
    if not isinstance(document, dict):
        raise _wrong(where, "expected a table of keys", "compare it with a risk that ships")
    if unknown := sorted(str(key) for key in set(document) - _KEYS - set(FACTORS)):
        raise _wrong(f"{where}: {unknown[0]}", "no such key", f"keys are {', '.join(sorted(_KEYS | set(FACTORS)))}")
    failures = _texts(document, "failures", where)
    if not failures or not all(_FAILURE.fullmatch(failure) for failure in failures):
        raise _wrong(f"{where}: failures", "expected S1 to S13, or unseen", "write failures: [S1]")
    return RiskRule(
        id=file.name.removesuffix(".yml"),
        title=_text(document, "title", where),
        question=_text(document, "question", where),
        failures=failures,
        known_from=_text(document, "known_from", where),
        checks=_texts(document, "checks", where),
        waits_for=_text(document, "waits_for", where) if "waits_for" in document else "",
        impact=_formula(document, "impact", where),
        likelihood=_formula(document, "likelihood", where),
        control=_formula(document, "control", where),
        treatments=_texts(document, "treatments", where),
        blind_spots=_texts(document, "blind_spots", where),
    )


def _formula(document: dict[str, Any], factor: FactorName, where: str) -> Formula:
    where = f"{where}: {factor}"
    table = document.get(factor)
    if not isinstance(table, dict) or set(table) != _FACTOR_KEYS:
        raise _wrong(where, "expected a table", f"its keys are {', '.join(sorted(_FACTOR_KEYS))}")
    base = table["base"]
    if base not in LEVELS:
        raise _wrong(f"{where}.base", "expected a level from 1 to 5", "the levels are defined in scales.py")
    if not isinstance(table["inputs"], list):
        raise _wrong(f"{where}.inputs", "expected a list", "write inputs: [] when nothing lifts it")
    inputs = tuple(_input(one, f"{where}.inputs") for one in table["inputs"])
    return Formula(base, _text(table, "why", where), _text(table, "raised_by", where), inputs)


def _input(table: object, where: str) -> Input:
    if not isinstance(table, dict) or set(table) != {"measure", "at"} or not isinstance(table["at"], dict):
        raise _wrong(where, "expected a measure and its levels", "write {measure: findings, at: {4: 1, 5: 3}}")
    if table["measure"] not in MEASURES:
        raise _wrong(where, "no such measure", f"measures are {', '.join(sorted(MEASURES))}")
    at = tuple(table["at"].items())
    numbers = all(level in LEVELS and isinstance(value, int | float) for level, value in at)
    # Falling thresholds would let more evidence of harm lower a score.
    if not at or not numbers or any(a[0] >= b[0] or a[1] >= b[1] for a, b in pairwise(at)):
        raise _wrong(where, "levels and values must both rise", "write at: {3: 1, 4: 5}")
    return Input(table["measure"], at)


def _text(table: dict[str, Any], key: str, where: str) -> str:
    value = table.get(key)
    if not isinstance(value, str) or not value.strip():
        raise _wrong(f"{where}: {key}", "expected a sentence", f"write {key}: in words")
    return value.strip()


def _texts(table: dict[str, Any], key: str, where: str) -> tuple[str, ...]:
    value = table.get(key)
    if not isinstance(value, list) or not all(isinstance(one, str) and one.strip() for one in value):
        raise _wrong(f"{where}: {key}", "expected a list of texts", f"write {key}: []")
    return tuple(one.strip() for one in value)


def _wrong(where: str, what: str, hint: str) -> BadInput:
    return BadInput(what, where=where, hint=hint)
