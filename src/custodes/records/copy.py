"""Which field holds another field's values, and how surely?"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Copy:
    """Distinct values of field `a` that stand in field `b` too; both by full name (`store.dataset.field`).

    containment: share (0 to 1) of a's distinct values that b holds. covers: share of b's that a holds.
    margin: containment is within so much of the truth in 95 of 100 cases; 0 where every value was compared.
    at_least: one of the two was not read whole, so that more of the values that were read may be shared.
    """

    a: str
    b: str
    containment: float
    covers: float = 0.0
    margin: float = 0.0
    at_least: bool = False

    @property
    def said(self) -> str:
        """The containment in words: `97%`, `about 37% (±3)`, `at least 40%`, `as far as was read, 100%`."""
        share = f"{self.containment:.0%}"
        points = round(100 * self.margin)
        told = f"about {share} (±{points})" if points else share
        if self.at_least and share == "100%":
            return "as far as was read, 100%"
        return f"at least {told.removeprefix('about ')}" if self.at_least else told
