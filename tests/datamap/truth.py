"""How right are verdicts, measured against labels made by hand?"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from custodes.records import Field

LABELS = Path(__file__).parent / "labels"


@dataclass(frozen=True)
class Score:
    """Columns as `dataset.column: category`; other: personal, but of another category than the label says."""

    right: tuple[str, ...]
    missed: tuple[str, ...]
    false: tuple[str, ...]
    other: tuple[str, ...]

    @property
    def precision(self) -> float:
        said = len(self.right) + len(self.false) + len(self.other)
        return len(self.right) / said if said else 1.0

    @property
    def recall(self) -> float:
        true = len(self.right) + len(self.missed) + len(self.other)
        return len(self.right) / true if true else 1.0

    def __str__(self) -> str:
        wrong = [f"missed {c}" for c in self.missed]
        wrong += [f"false {c}" for c in self.false] + [f"other {c}" for c in self.other]
        summary = f"precision {self.precision:.3f}, recall {self.recall:.3f}, {len(self.right)} right"
        return "; ".join([summary, *wrong])


def score(verdicts: Iterable[Field], labels: str) -> Score:
    """Compare with `labels/<labels>.toml`: the surest category of each column; a dataset's schema is left out."""
    document = tomllib.loads((LABELS / f"{labels}.toml").read_text(encoding="utf-8"))
    holds, arguable = document["holds"], document["arguable"]
    surest: dict[str, Field] = {}
    for field in verdicts:
        name = f"{field.dataset.rsplit('.', 1)[-1]}.{field.field}"
        if name not in arguable and (name not in surest or field.confidence > surest[name].confidence):
            surest[name] = field
    said = {name: field.category for name, field in surest.items()}
    return Score(
        right=tuple(f"{name}: {kind}" for name, kind in sorted(said.items()) if holds.get(name) == kind),
        missed=tuple(f"{name}: {kind}" for name, kind in sorted(holds.items()) if name not in said),
        false=tuple(f"{name}: {kind}" for name, kind in sorted(said.items()) if name not in holds),
        other=tuple(f"{name}: {kind}" for name, kind in sorted(said.items()) if holds.get(name, kind) != kind),
    )
