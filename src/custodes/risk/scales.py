"""What do the numbers 1 to 5 mean? Impact times likelihood times control, so that a risk scores from 1 to 125."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

FactorName = Literal["impact", "likelihood", "control"]
FACTORS: Final[tuple[FactorName, ...]] = ("impact", "likelihood", "control")
LEVELS: Final = (1, 2, 3, 4, 5)


@dataclass(frozen=True, slots=True)
class Level:
    """One step of a scale: a word, and when it applies."""

    word: str
    meaning: str


SCALES: Final[dict[FactorName, tuple[Level, ...]]] = {
    "impact": (
        Level("negligible", "no customer is harmed and nobody outside the company notices"),
        Level("minor", "a few customers are annoyed; what happened can be undone within a day"),
        Level("moderate", "customers' private matters were seen or changed; some of them must be told"),
        Level("major", "an authority and many customers must be told (GDPR Art. 33 and 34)"),
        Level("severe", "customers are harmed for good, or a fine is counted in percent of turnover"),
    ),
    "likelihood": (
        Level("rare", "it was looked for, with full sight, and not seen"),
        Level("unlikely", "it was looked for and not seen, but a part was out of sight"),
        Level("possible", "a hint was seen, or nothing was looked at that could tell"),
        Level("likely", "it was seen, or much of what could tell is out of sight"),
        Level("almost certain", "it was seen more than once, or most of what could tell is out of sight"),
    ),
    "control": (
        Level("prevented", "it cannot be done, and that has been shown"),
        Level("caught soon", "it is noticed within days by something that always runs, and can be proven"),
        Level("caught in part", "it is noticed late, or only where somebody looks"),
        Level("caught by luck", "it is noticed only when a person happens to see it"),
        Level("no control", "nothing would notice it, or nothing that we can show"),
    ),
}

# What a factor is scored when no evidence speaks: the middle for what the world does, the worst for what we do about
# it. A control that nobody has shown is not a control.
UNKNOWN: Final[dict[FactorName, int]] = {"impact": 3, "likelihood": 3, "control": 5}
